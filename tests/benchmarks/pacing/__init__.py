"""The model of a dialled floor in which pacing laws are compared, and what it measures.

`draws.py` makes chance, the simulator's floor lives a day, `oracle.py` knows it beforehand,
`report.py` sums up. Run it by `python -m tests.benchmarks.pacing_bench`.
"""
