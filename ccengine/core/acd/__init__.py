"""Inbound: who gets which caller. Pure, like all of the core.

`matching.py` keeps waiting calls and idle agents in order, so that the best pair is found without
a search. It knows agents and calls but not the floor they stand on; the rules that use it
(`core/offers.py`, `core/shifts.py`, `core/contacts.py`) do.
"""
