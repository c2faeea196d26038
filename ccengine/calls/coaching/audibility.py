"""Who hears whom, from what is set up: bridges with their members, snoops with their directions.

A pure function, and the proof that a caller cannot hear a coach. Its facts were measured on real
phones: a member of a bridge hears what the others say into it; a snoop channel says what it spies
on (`in`: what its target says, `out`: what its target hears from its bridge) and whispers what it
hears (`out`: into the target's ear, `in`: as if the target said it). A whisper into an ear is in
no bridge, and no other snoop has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core.events import CoachMode

if TYPE_CHECKING:
    from collections.abc import Iterator

Voices = dict[str, frozenset[str]]


class Direction(StrEnum):
    """Which of its target's two streams a snoop is on, in Asterisk's words."""

    NONE = "none"
    IN = "in"
    OUT = "out"
    BOTH = "both"

    @property
    def has_in(self) -> bool:
        """What the target says."""
        return self in (Direction.IN, Direction.BOTH)

    @property
    def has_out(self) -> bool:
        """What the target hears."""
        return self in (Direction.OUT, Direction.BOTH)


@dataclass(frozen=True, slots=True)
class Snoop:
    """A channel that listens at another, and may whisper."""

    channel: str
    target: str
    spy: Direction
    whisper: Direction


@dataclass(frozen=True, slots=True)
class Setup:
    """All that carries sound from one to another."""

    bridges: Mapping[str, frozenset[str]] = field(default_factory=dict)
    snoops: frozenset[Snoop] = frozenset()

    def bridge_of(self, channel: str) -> str | None:
        """Return in which bridge a channel is."""
        found = (name for name, members in self.bridges.items() if channel in members)
        return next(found, None)

    def around(self, seating: Seating) -> Setup:
        """Return what is about a coach and their agent: nothing of others' talks."""
        two = {seating.coach, seating.leg}
        bridges = {name: members for name, members in self.bridges.items() if members & two}
        near = two.union(*bridges.values())
        snoops = (one for one in self.snoops if one.channel in near or one.target in near)
        return Setup(bridges, frozenset(snoops))


class Hears(NamedTuple):
    """One hears another."""

    listener: str
    voice: str


class Seating(NamedTuple):
    """Who is coached, by whom, how."""

    coach: str  #: channels
    leg: str  #: of the agent
    mode: CoachMode


def heard(setup: Setup) -> frozenset[Hears]:
    """Return who hears whom; a phone that hears itself is an echo, and told, too."""
    snoops = {snoop.channel: snoop for snoop in setup.snoops}
    members = {one for bridge in setup.bridges.values() for one in bridge}
    people = (members | {snoop.target for snoop in setup.snoops}) - snoops.keys()
    says: Voices = {person: frozenset({person}) for person in people}
    while True:
        gets = _received(setup, says)
        said = dict(says)
        for snoop in setup.snoops:
            said[snoop.channel] = _spied(snoop, says, gets)
            if snoop.whisper.has_in:
                said[snoop.target] = said[snoop.target] | _of(gets, snoop.channel)
        if said == says:
            return frozenset(_ears(setup, people, gets))
        says = said


def _of(voices: Voices, channel: str) -> frozenset[str]:
    return voices.get(channel, frozenset())


def _received(setup: Setup, says: Voices) -> Voices:
    """Return what each bridge gives to each of its members."""
    gets: Voices = {}
    for members in setup.bridges.values():
        for one in members:
            others = (_of(says, other) for other in members if other != one)
            gets[one] = _of(gets, one).union(*others)
    return gets


def _spied(snoop: Snoop, says: Voices, gets: Voices) -> frozenset[str]:
    said = _of(says, snoop.target) if snoop.spy.has_in else frozenset()
    return said | (_of(gets, snoop.target) if snoop.spy.has_out else frozenset())


def _ears(setup: Setup, people: set[str], gets: Voices) -> Iterator[Hears]:
    for person in people:
        for voice in _of(gets, person):
            yield Hears(person, voice)
    for snoop in setup.snoops:
        if snoop.whisper.has_out:
            for voice in _of(gets, snoop.channel):
                yield Hears(snoop.target, voice)


def leaks(setup: Setup, seating: Seating, *modes: CoachMode) -> tuple[str, ...]:
    """Return who hears what they must not, in words; empty: nobody does.

    Args:
        setup: what is, or is about to be, set up.
        seating: of the coach.
        modes: in the midst of a change, both count; else that of the seating.
    """
    may = frozenset[str]().union(
        *(_audience(setup, seating, mode) for mode in modes or (seating.mode,))
    )
    wrong = [
        f"{hears.listener} hears {hears.voice}"
        for hears in heard(setup)
        if hears.listener == hears.voice
        or (hears.voice == seating.coach and hears.listener not in may)
    ]
    return tuple(sorted(wrong))


def _audience(setup: Setup, seating: Seating, mode: CoachMode) -> frozenset[str]:
    """Return who may hear the coach."""
    match mode:
        case CoachMode.MONITOR:
            return frozenset()
        case CoachMode.WHISPER:
            return frozenset({seating.leg})
        case CoachMode.BARGE:
            # All who talk with the agent; others listen there, too, and hear what the agent hears.
            talk = setup.bridge_of(seating.leg)
            members = frozenset[str]() if talk is None else setup.bridges[talk]
            listening = {hears.listener for hears in heard(setup) if hears.voice == seating.leg}
            return members | listening


def missing(setup: Setup, seating: Seating) -> tuple[str, ...]:
    """Return who does not hear what they should, in words; empty: all is as the mode says."""
    hearing = heard(setup)
    talk = setup.bridge_of(seating.leg)
    around = frozenset[str]() if talk is None else setup.bridges[talk]
    snoops = {snoop.channel for snoop in setup.snoops}
    others = around - snoops - {seating.leg, seating.coach}
    wanted = {Hears(seating.coach, one) for one in {seating.leg, *others}}
    if seating.mode is CoachMode.WHISPER:
        wanted.add(Hears(seating.leg, seating.coach))
    elif seating.mode is CoachMode.BARGE:
        wanted |= {Hears(one, seating.coach) for one in {seating.leg, *others}}
    return tuple(sorted(f"{one.listener} does not hear {one.voice}" for one in wanted - hearing))
