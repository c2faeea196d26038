"""Sends what happens to clients' own programs, signed, in the order of each call.

The journal is the queue: each receiver has a place in it, in the database; what was not taken is
kept there too until it is, or is given up. `courier.py` serves one receiver, `sender.py` speaks
HTTP, `addresses.py` keeps it out of the house. May import storage, config and reporting.
"""
