"""The HTTP API: is the engine well, and what became of a call.

Sees no Asterisk: what it needs is handed to it as callables. Start reading at `server.py`;
what an error looks like is in `problems.py`.
"""
