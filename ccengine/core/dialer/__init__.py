"""Outbound: whom to call, how fast, when to stop. Pure like the rest of the core.

`pacing/` says how many calls to place now, and which records to take for them. `hopper` holds the
next leads of a campaign; the list itself stays in the database (`storage/leads.py`).
`answer_scores` learns from `signs` of leads how likely each answers. `retries`
says when a lead is dialed again. `judging` says whether the law lets a number be called now.
"""
