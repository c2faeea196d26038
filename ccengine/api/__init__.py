"""The HTTP API: everything a person or program may see and do, each thing declared once as a route.

Sees no Asterisk: what it needs of the engine is in `ports.py`, and it changes things by the very
events that phones lead to. `route.py` is what a route is, `routes/` has them by subject, `roles.py`
says who may, `sight.py` what a token may see. `server.py` listens; `openapi.py` describes it all.
"""
