"""Which callers are asked how it was. The engine draws them: nobody who talks with them can."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ccengine.core.ids import CallId

_DRAWN_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A queue's."""

    flow: str  #: of the queue's client, gone through when the agent has hung up first
    owner: str  #: who at the client is told of low scores, by name
    percent: float = 100.0  #: of callers who have talked, and wish to be asked
    low: int = 2  #: scores up to this one are told to the owner
    opt_in: str = ""  #: only who has this value of a flow as `yes`; empty: whoever is drawn


def is_drawn(call: CallId, percent: float) -> bool:
    """Tell whether a call is among these percent: the same whoever asks, also after a restart."""
    drawn = int.from_bytes(blake2b(call.encode(), digest_size=_DRAWN_BYTES).digest())
    return drawn * 100 < percent * (1 << 8 * _DRAWN_BYTES)
