"""What happens to groups of numbers that have one switch."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import ClosureId, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersClosed:
    """Callers of these numbers hear that it is closed; of closed ones: for another reason."""

    closure: ClosureId
    by: str  #: who said so: an agent, or a token's name
    reason: str = ""
    until: Instant | None = None  #: they open by themselves then; None: when somebody says so


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersOpened:
    """Callers of these numbers are served again."""

    closure: ClosureId
    by: str
