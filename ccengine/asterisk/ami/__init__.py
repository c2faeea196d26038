"""Asterisk's manager interface, by panoramisk behind an adapter: recordings, redirects.

May import nothing of the engine but the back-off and the ports of `asterisk`. Start with `link.py`,
which closes what is known to be wrong with panoramisk; `recorder.py` and `redirector.py` are what
sessions see.
"""
