"""Folds the journal into what people and programs ask for: call records, stories.

Pure: rows in, plain data out; imports `core` and nothing that waits, reads a clock or writes.
Start reading at `rows.py`, the shape of what is folded.
"""
