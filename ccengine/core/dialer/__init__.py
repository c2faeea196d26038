"""Outbound campaigns: which lead is dialed next, on which number, and when again.

Pure, as all of the core: leads come in as plain values, time as `now`, chance as a seed. The list
of leads is in the database (`storage/leads.py`); here is only the hopper, a bounded part of it.
"""
