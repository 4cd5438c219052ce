"""Splunk's Search Processing Language."""
