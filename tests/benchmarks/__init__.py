"""Speed, as ratios of CPU time inside one run: `python -m tests.benchmarks`."""
