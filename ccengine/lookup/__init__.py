"""Asks other programs, databases and tables for flows: in time, or not at all.

`desk.py` is what calls see: deadline, retries, cache and circuit breaker around any `Source`. The
sources are one file each. Nothing here knows Asterisk: who speaks to AGI scripts is handed in.
May import config and ivr. Start reading at `desk.py`.
"""
