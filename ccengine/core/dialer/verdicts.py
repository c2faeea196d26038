"""What may be said of a number: it may be called, or what holds it back and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ccengine.core.ids import Instant


class HoldReason(StrEnum):
    """Why a number is not called."""

    NO_PLACE = "no_place"  #: nobody knows where it is
    NO_RULES = "no_rules"  #: of its place nobody wrote down the law
    BANNED = "banned"  #: such calls are not allowed there at all
    OUTSIDE_HOURS = "outside_hours"
    ATTEMPT_CAP = "attempt_cap"  #: it was tried often enough
    PAUSE = "pause"  #: after what came of the last call
    LIMIT_UNWATCHED = "limit_unwatched"  #: nobody counts its abandoned calls as its law asks
    AGENT_NOT_GUARANTEED = "agent_not_guaranteed"  #: it was abandoned lately
    DO_NOT_CALL = "do_not_call"  #: the person asked us
    REGISTERED = "registered"  #: on a public register
    REGISTER_STALE = "register_stale"  #: the copy is too old to know
    NO_CONSENT = "no_consent"


MENDABLE: Final = (
    HoldReason.NO_PLACE,
    HoldReason.NO_RULES,
    HoldReason.LIMIT_UNWATCHED,
    HoldReason.REGISTER_STALE,
    HoldReason.NO_CONSENT,
)
"""What ends as soon as somebody does their work: writes the law down, compares a register …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One thing that holds a number back."""

    reason: HoldReason
    rule: str  #: its id; of the house's own, its name
    source: str  #: what the rule is taken from
    checked: str  #: when somebody compared it with that, or `no`
    text: str  #: what is wrong, for people
    until: Instant | None  #: it lets go then, if nothing else happens; None: never


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said of a number at an instant."""

    holds: tuple[Hold, ...] = ()
    until: Instant | None = None  #: nothing holds it from then on; None: never, or nothing does

    @property
    def may_be_called(self) -> bool:
        """Whether nothing holds it back."""
        return not self.holds
