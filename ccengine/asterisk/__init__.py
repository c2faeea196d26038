"""Talks to Asterisk: requests go out, typed events come in, handles tie them together.

`ari` is the wire. `channels` and `bridges` are what a session holds in its hands, `router` brings
each event to the handle it is about. Nothing above this package knows an HTTP status: that a
channel is gone is a result here, never an error. May import `core` and the wire, nothing else of
ccengine. Start reading at `router`.
"""
