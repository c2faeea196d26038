"""Imagines: callers, phones and a clock around the very core that decides in real life.

A day of a tenant's configuration in virtual time: `scenario.py` says what is supposed of callers
and agents, `population.py` makes them of chance, `recorded.py` of a journal; `world.py` plays them
to a `ContactCenter`; `ledger.py` counts and `results.py` judges. No Asterisk, no sockets, no
waiting; the same seed gives the same bytes. Start reading at `world.py`.
"""
