"""Decides: every choice that calls and agents compete for.

Pure functions of state, event and now. Imports the standard library's data types and nothing
else: no clock, no I/O, no asyncio, no Asterisk. Start reading at `center.py`; what can happen is
in `events/`, what the core may ask for in `commands.py`.
"""
