"""How often a detector errs: what it said of who answered, beside what the agent said after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.leads import MachineVerdict

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL: Final = "all"
NORMAL_95: Final = 1.96
"""Of the normal distribution: 95 of a hundred lie within so many standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One answered call that a detector has listened to."""

    verdict: MachineVerdict
    was_machine: bool | None  #: as the agent says; None: nobody has said
    seconds: float | None  #: from the answer to the detector's word
    groups: Mapping[str, str] = field(default_factory=dict)  #: kind to name, as in trunk: lviv


@dataclass(slots=True)
class Errors:
    """Hearings of one group."""

    heard: int = 0
    said: dict[MachineVerdict, int] = field(
        default_factory=lambda: dict.fromkeys(MachineVerdict, 0)
    )
    people: int = 0  #: that an agent has called so
    machines: int = 0  #: likewise
    people_as_machines: int = 0
    machines_as_people: int = 0
    machines_as_machines: int = 0
    timed: int = 0
    seconds: float = 0.0  #: of all that were timed

    def add(self, one: Hearing) -> None:
        """Count a hearing."""
        self.heard += 1
        self.said[one.verdict] += 1
        if one.seconds is not None:
            self.timed += 1
            self.seconds += one.seconds
        if one.was_machine is None:
            return
        self.machines += one.was_machine
        self.people += not one.was_machine
        takes_for_machine = one.verdict is MachineVerdict.MACHINE
        takes_for_person = one.verdict is MachineVerdict.PERSON
        self.people_as_machines += takes_for_machine and not one.was_machine
        self.machines_as_people += takes_for_person and one.was_machine
        self.machines_as_machines += takes_for_machine and one.was_machine

    @property
    def labelled(self) -> int:
        """Of how many an agent has said who answered."""
        return self.people + self.machines

    @property
    def mean_seconds(self) -> float | None:
        """From the answer to the detector's word; None: nobody knows."""
        return self.seconds / self.timed if self.timed else None


def errors_by_group(hearings: Iterable[Hearing]) -> dict[tuple[str, str], Errors]:
    """Count hearings: all together first, then of each kind of group and each of its names."""
    found: dict[tuple[str, str], Errors] = {(ALL, ""): Errors()}
    for one in hearings:
        found[ALL, ""].add(one)
        for group in one.groups.items():
            found.setdefault(group, Errors()).add(one)
    return dict(sorted(found.items(), key=lambda item: (item[0][0] != ALL, *item[0])))


def share_between(part: int, of: int) -> tuple[float, float]:
    """Return between which shares the true one lies, with 95 % confidence (Wilson's interval).

    Args:
        part: of those that were looked at.
        of: all that were looked at; of none, nothing is known.
    """
    if of == 0:
        return 0.0, 1.0
    square = NORMAL_95**2
    share, width = part / of, 1 + square / of
    middle = (share + square / (2 * of)) / width
    around = NORMAL_95 * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / width
    return max(0.0, middle - around), min(1.0, middle + around)
