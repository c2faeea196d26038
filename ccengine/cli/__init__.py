"""The command line: one module per command. May import everything; nothing imports it.

`commands.py` puts them together. Results go to standard output, everything else to standard
error; exit code 1 says that something is wrong, 2 that the command was not understood.
"""

from ccengine.cli.commands import main

__all__ = ["main"]
