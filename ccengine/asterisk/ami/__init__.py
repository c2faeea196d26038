"""Asterisk's manager interface, by panoramisk behind an adapter: it starts recordings.

May import nothing of the engine but the back-off and the ports of `asterisk`. Start with `link.py`,
which closes what is known to be wrong with panoramisk; `recorder.py` is what sessions see.
"""
