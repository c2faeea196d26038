"""Talks FastAGI: a dialplan asks with `AGI(agi://host/route)`, and is answered in variables.

`protocol` is the lines, both ways, and does no I/O; `script` is what Asterisk would answer to an
AGI script, for scripts that are asked by us. `server` listens. May import nothing of ccengine: what
a route answers is handed over by `assembly`. Start reading at `protocol`.
"""
