"""Cells of files that people open in a spreadsheet, which takes some of them for formulas."""

from __future__ import annotations

from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would carry out: OWASP, CSV injection."""


def escaped(cell: str) -> str:
    """Return a cell as it is written: one that looks like a formula stays text."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def unescaped(cell: str) -> str:
    """Return what was meant by a cell that may have been written by us."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
