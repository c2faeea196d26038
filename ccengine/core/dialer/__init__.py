<<<<<<< HEAD
"""Outbound: whom to call, how fast, when to stop. Pure like the rest of the core.

The law comes as data: `rules` are what places ask for, `judging` says whether a number may be
called now and what holds it back, `attempts` and `windows` count. Calling hours arrive as periods,
because the core has no calendar. `hopper` holds the few leads that are next; the list is in the
database (`storage/leads.py`). `retries` says when a lead is dialed again.
=======
"""Outbound: how fast to call, decided by numbers alone. Pure, like all of the core.

`pacing/` says how many calls to place now, and which records to take for them.
>>>>>>> 854b76e49fe56d1d381b8a285c693abf4ff136be
"""
