"""Outbound: how fast to call, decided by numbers alone. Pure, like all of the core.

`pacing/` says how many calls to place now, and which records to take for them.
"""
