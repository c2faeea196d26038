"""Tells an MQTT broker what happens to calls and agents, when one is configured.

Nothing in the engine waits for it: an outbox that is full drops its oldest and counts. Imports
`reporting` and `core`. Start reading at `publisher.py`; the topics are in `topics.py`.
"""
