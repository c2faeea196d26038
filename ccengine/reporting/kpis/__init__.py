"""Key figures, folded from the journal: live and afterwards by the same class, so both agree.

Exact: an instant is rounded once, to a whole millisecond, and everything after that is integers;
so the order of sums does not matter, and parts add up to the whole to the last digit.
Start reading at `fold.py`; the figures and their formulas are in `formulas.py`.
"""
