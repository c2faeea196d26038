"""Keeps what happened: the journal, the database of call records, the log file.

The journal is the only part that writes on the event loop's thread; everything else is off the
call path and may be rebuilt from it. Imports `reporting` and `core`. Start reading at `journal.py`.
"""
