"""Sparring: an adversary simulator and test harness for detection rules."""
