"""How fast it is, as ratios in one run on made-up evidence: `python -m tests.benchmarks`."""
