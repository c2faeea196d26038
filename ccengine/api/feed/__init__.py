"""The live feed: a snapshot first, then every change, over a websocket.

`hub.py` is shown every row of the journal and tells those who listen, as far as each may see
(`view.py`); nobody waits for anybody (`channel.py`). Who was away goes on where they were
(`backlog.py`). `session.py` is one client, `asyncapi.py` writes down what is said. Imports nothing
of Asterisk. Start at `session.py`.
"""
