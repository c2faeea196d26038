"""Flows: what a caller goes through before somebody answers, written as data.

A step kind is one file in `steps/`: a dataclass whose fields are its YAML, and one `run`. A step
sees a `Caller`, never Asterisk. May import config and core. Start reading at `runner.py`; what is
checked before a flow may run is in `loader.py`.
"""
