"""Inbound: who gets which caller. Pure, like all of the core.

`matching.py` keeps waiting calls and idle agents in order; `offers.py` rings one agent for one
call and says what follows when they answer, decline or are too late.
"""
