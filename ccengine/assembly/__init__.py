"""Puts parts of the engine together that need many others: one file per part, used by `app.py`.

May import everything but the command line and `app.py`; nothing but `app.py` imports it.
What is here decides nothing: it hands over.
"""
