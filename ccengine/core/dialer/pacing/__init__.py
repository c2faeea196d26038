"""Pacing: how many calls to place now, so that agents are busy and few calls are abandoned.

Start at `policies.py` (the laws by name) and `look_ahead.py` (the default). What a law sees is in
`situation.py`. What it learns is in `durations.py`, `ring_times.py`, `answer_rate.py` and
`scores.py`; what it may spend, and when it must stop, in `budgets.py`, `half_hours.py` and
`gated.py`.
Imports nothing but the standard library's data types; takes the time as a number.
"""
