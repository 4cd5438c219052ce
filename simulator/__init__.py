"""Sparring: an adversary simulator and test harness for detection rules.

The whole of it is three verbs, and one to read rules:

    simulate(out=...) -> Stream           scenarios and a world become a labelled stream
    load_rules(paths) -> Ruleset          rule files become plans
    detect(rules, source) -> Alerts       plans over a stream or over real logs (`open_source`)
    score(alerts, stream) -> Scorecard    alerts against the truth
"""

from simulator.dataset import open_stream
from simulator.detect import detect
from simulator.languages import load_rules
from simulator.score import score
from simulator.simulate import simulate

__all__ = ["detect", "load_rules", "open_stream", "score", "simulate"]
