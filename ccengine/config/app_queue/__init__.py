"""Reads what Asterisk's own Queue() is configured with, and says it in our YAML.

`conf.py` reads Asterisk's files, `members.py` the lines that name members, `options.py` knows what
becomes of each option, and `importing.py` makes a tenant of it all. What has no counterpart here is
never dropped in silence: each such line becomes a `Problem`.
"""
