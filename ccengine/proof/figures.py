"""What the attempts come to: counted while they are written, in bounded memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import RING_FLOOR_SECONDS, MessageDuty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import RowMapping

    from ccengine.core.ids import Instant

IN_TIME_SECONDS: Final = MessageDuty().within_seconds
"""From the answer on: then an agent is there, or the message has begun."""
NO_FLOW: Final = (AttemptOutcome.CUT_OFF, AttemptOutcome.ABANDONED, AttemptOutcome.LOST)
"""Of an unattended call: none had begun, or nobody knows of one."""
OPEN: Final = "(none yet)"


@dataclass(slots=True)
class Delays:
    """How long answered persons waited for something."""

    in_time: int = 0
    late: int = 0
    longest_seconds: float = 0.0

    def add(self, answered: Instant | None, then: Instant | None) -> None:
        """Count a call, if both happened."""
        if answered is None or then is None:
            return
        seconds = round(then - answered, 3)
        self.longest_seconds = max(self.longest_seconds, seconds)
        if seconds <= IN_TIME_SECONDS:
            self.in_time += 1
        else:
            self.late += 1

    def facts(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "in_time": self.in_time,
            "late": self.late,
            "longest_seconds": self.longest_seconds,
        }


@dataclass(slots=True)
class Figures:
    """Of all attempts of the time."""

    attempts: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    caller_ids: Counter[str] = field(default_factory=Counter)
    laws: Counter[str] = field(default_factory=Counter)
    rules: dict[str, set[str]] = field(default_factory=dict)  #: ids that were asked, by version
    answered: int = 0
    agents: Delays = field(default_factory=Delays)
    messages: Delays = field(default_factory=Delays)
    silent: int = 0  #: a person answered, and heard neither agent nor message in time
    short_rings: int = 0  #: given up by us while they had rung for less than the rules ask
    scrubs: int = 0
    stale_scrubs: int = 0
    oldest_scrub_days: dict[str, float] = field(default_factory=dict)  #: by register

    def add(self, row: RowMapping, ring_floor: float) -> None:
        """Count an attempt, which was to ring for so many seconds at least."""
        self.attempts += 1
        self.outcomes[row["outcome"] or OPEN] += 1
        self.caller_ids[row["caller_id"]] += 1
        self.laws[row["law"]] += 1
        self.rules.setdefault(row["law"], set()).update(row["rules"])
        self.answered += row["answered_at"] is not None
        self.agents.add(row["answered_at"], row["bridged_at"])
        self.messages.add(row["answered_at"], row["message_at"])
        self.silent += is_silent(row)
        self.short_rings += is_short_ring(row, ring_floor)

    def add_scrubs(self, facts: Iterable[dict[str, Any]]) -> None:
        """Count what registers said of an attempt."""
        for one in facts:
            self.scrubs += 1
            self.stale_scrubs += not one["kept"]
            if one["age_days"] is not None:
                register = one["register"]
                oldest = max(self.oldest_scrub_days.get(register, 0.0), one["age_days"])
                self.oldest_scrub_days[register] = oldest

    def facts(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "attempts": self.attempts,
            "outcomes": dict(sorted(self.outcomes.items())),
            "answered": self.answered,
            "agent": self.agents.facts(),
            "message": self.messages.facts(),
            "silent": self.silent,
            "short_rings": self.short_rings,
            "without_rules": self.laws.get("", 0),
            "caller_ids": dict(sorted(self.caller_ids.items())),
            "scrubs": self.scrubs,
            "stale_scrubs": self.stale_scrubs,
            "oldest_scrub_days": self.oldest_scrub_days,
        }


def is_silent(row: RowMapping) -> bool:
    """Tell whether somebody answered, stayed long enough, and heard nobody in time."""
    answered, ended = row["answered_at"], row["ended_at"]
    if answered is None or row["outcome"] == AttemptOutcome.MACHINE:
        return False
    if row["mode"] == Mode.UNATTENDED and row["outcome"] not in NO_FLOW:
        return False  # its flow speaks from the answer on
    if ended is not None and ended - answered <= IN_TIME_SECONDS:
        return False
    heard = [one for one in (row["bridged_at"], row["message_at"]) if one is not None]
    return not heard or bool(min(heard) - answered > IN_TIME_SECONDS)


def is_short_ring(row: RowMapping, floor: float) -> bool:
    """Tell whether we gave a call up before its phone had rung for long enough.

    What no phone rang for is none. We wait for an answer no shorter than the least floor from the
    dialing on: what ended sooner was ended by the network, unless we had called it off.

    Args:
        row: of the attempt.
        floor: seconds that the rules ask for.
    """
    rang, ended = row["rang_at"], row["ended_at"]
    if rang is None or ended is None:
        return False
    waited: float = ended - row["placed_at"]
    ours = row["outcome"] == AttemptOutcome.CANCELLED or (
        row["outcome"] == AttemptOutcome.NO_ANSWER and waited >= RING_FLOOR_SECONDS
    )
    return ours and bool(ended - rang < floor)
