"""Scenarios: from YAML to what happened in the world."""

from simulator.scenario.library import CheckedFile, Fault, check_scenarios, load_scenarios

__all__ = ["CheckedFile", "Fault", "check_scenarios", "load_scenarios"]
