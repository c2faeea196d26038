"""Does: one coroutine per call and one per logged-in agent.

A session reads from top to bottom; what calls compete for it asks the core by posting events and
reads the answer from its mailbox. It ends in one of two ways that never mix: the call is over
(clean up, post the terminal event) or the engine is leaving (cancelled: touch nothing, the next
engine adopts). Start reading at `inbound.py`; `switchboard.py` brings the events, `resync.py`
takes up what an earlier engine left.
"""
