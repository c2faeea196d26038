"""What can be known of a statement of SQL without a database: whether it may run, what it does."""

from __future__ import annotations

import re
from typing import Final

NOT_CODE: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
WRITING: Final = re.compile(
    r"\b(?:insert|update|delete|merge|create|alter|drop|truncate|attach|detach|pragma|vacuum|grant|"
    r"into)\b",
    re.IGNORECASE,
)
CHANGING: Final = frozenset({"update", "delete"})


def fault_of_statement(statement: str, *, reads: bool) -> str:
    """Return why a statement cannot be used; empty: it is one, and it reads where it must.

    The database itself refuses to write for a lookup; this says so before a caller is there.
    """
    code = _code(statement)
    begins = code.split(None, 1)[0].lower() if code else ""
    if not code:
        return "there is no statement"
    if ";" in code:
        return "there is more than one statement"
    if reads and (begins not in ("select", "with") or WRITING.search(code)):
        return "a lookup may only SELECT"
    if not reads and begins not in ("insert", "update", "delete", "replace", "with"):
        return "a submission must INSERT, UPDATE or DELETE"
    return ""


def needs_a_row(statement: str) -> bool:
    """Tell whether it changes what is there: where it finds no row, it has done nothing."""
    first = WRITING.search(_code(statement))
    return first is not None and first[0].lower() in CHANGING


def _code(statement: str) -> str:
    return NOT_CODE.sub(" ", statement).strip().removesuffix(";").strip()
