"""What becomes of a recording after its call: joined, looked at, signed, sealed, kept, erased.

May use storage, config and reporting; knows nothing of calls and of Asterisk, whose raw files
it finds in the spool. Start with `pipeline.py`, which makes one kept recording of one call's
files, and `keeper.py`, which knows what is due. What takes long runs in a process of its own.
"""
