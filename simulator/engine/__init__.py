"""The engine: rules in the IR over tables of events give alerts. It knows nothing of languages, streams or the truth.

`run` is the way through; docs/architecture.md has a map of the stages.
"""
