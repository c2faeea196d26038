"""Asterisk's manager interface, by panoramisk behind an adapter: recordings, redirects, notes.

May import nothing of the engine but ids, the back-off and the ports of `asterisk`. Start with
`link.py`, which closes what is known to be wrong with panoramisk; `recorder.py`, `redirector.py`
and `lead_notes.py` are what sessions see.
"""
