"""One file per step; the newest is the shape in `tables.py`."""
