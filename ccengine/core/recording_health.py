"""Judges whether what a call's parties say gets into its recording; pure, one call each.

The rule: what is only on its way is not lost. So a fault in the file is one when two looks in a row
have seen it, and a party's silence is one when Asterisk has heard them speak meanwhile. Who says
nothing, is muted, or whose pause is marked, is missing nowhere. Whose phone sends no packets at all
for long is told as an event of its own: there is nothing that could have been recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.core.events.causes import Party
from ccengine.core.events.recording_health import (
    GapKind,
    PartyHeard,
    PartyUnheard,
    RecordingGapFound,
)
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccengine.core.ids import CallId

LATE_SECONDS: Final = 2.5
"""A file is written in blocks and was seen up to a second behind; the rest is for a busy disk."""
LATE_SHARE: Final = 0.002
"""Of a recording's time: a phone's clock sets the pace of a file, and no two agree."""
MARGIN_SECONDS: Final = 1.0
"""At either end of a silence: its place in time is known no better."""
MISSING_SECONDS: Final = 3.0
"""So long a party must have spoken into a silence: talk detection makes a second of a click."""

Span = tuple["Instant", "Instant"]
Finding = RecordingGapFound | PartyUnheard | PartyHeard


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLook:
    """A recording's file at one moment."""

    at: Instant  #: when its length was seen
    seconds: float  #: of sound in it
    fresh_seconds: float  #: of it that no look has seen before, the last
    silent: frozenset[Party]  #: whose side is digital silence in all of that


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLook:
    """A party whose sound should be on a side of the file now: the caller, or who is heard."""

    party: Party  #: CALLER: what the caller says; AGENT: what they hear of others
    channel: str
    packets: int | None = None  #: received from it so far; None: not asked, or not known
    talks: tuple[Span, ...] = ()  #: when Asterisk heard it speak, as far as it listened
    holds: bool = False  #: has put the call on hold by their phone's own button


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkLook:
    """All that is known at one moment of a talk that is to be recorded."""

    at: Instant
    recording: str  #: path; empty: none is going on
    since: Instant  #: when it began, or, if there is none, since when there should be one
    file: FileLook | None
    settled_since: Instant  #: since when nothing has been paused, held or joined
    paused: bool
    parties: tuple[PartyLook, ...]


@dataclass(slots=True)
class _Packets:
    """How many there were when last they grew, or were asked for first."""

    count: int | None  #: None: an earlier engine knew
    since: Instant
    told: bool = False


@dataclass(slots=True)
class _File:
    """What is remembered of the recording in force."""

    path: str
    missing: float = 0.0  #: seconds that have been told of
    last: tuple[Instant, float] | None = None  #: the last look, and how much was missing then
    grows: bool = True
    is_short: bool = False  #: told, and it does not grow since
    silences: dict[Party, Span] = field(default_factory=dict)
    parties_told: set[Party] = field(default_factory=set)
    remembered: set[Party] = field(default_factory=set)
    """Told by an earlier engine: what is looked at first may be from before that."""


class RecordingJudge:
    """Judges one call's recording, look by look.

    Args:
        call: whose.
        told: what an earlier engine has found out about its recording.
        unheard: channels of which an earlier engine has told that nothing comes.
    """

    def __init__(
        self,
        call: CallId,
        *,
        told: Iterable[RecordingGapFound] = (),
        unheard: Mapping[str, Instant] | None = None,
    ) -> None:
        self._call = call
        self._told = tuple(told)
        self._file = _File("")
        self._absent_since: Instant | None = None
        self._absence_told = any(gap.kind is GapKind.NO_FILE for gap in self._told)
        self._suspected: GapKind | None = None  # at the last look
        self._packets: dict[str, _Packets] = {
            channel: _Packets(None, since, told=True) for channel, since in (unheard or {}).items()
        }

    @property
    def suspects(self) -> bool:
        """Tell whether the file should be looked at again soon: a fault was seen once."""
        return self._suspected is not None

    @property
    def is_lost(self) -> bool:
        """Tell whether nothing is written any more, and that was told."""
        return self._absence_told or (self._file.is_short and not self._file.grows)

    def asks_for(self, channel: str) -> bool:
        """Tell whether a channel's packets are to be counted, however its side sounds."""
        known = self._packets.get(channel)
        return known is not None and known.told

    def look(self, look: TalkLook, *, unheard_seconds: float) -> list[Finding]:
        """Return what this look finds that was not told yet."""
        if look.recording != self._file.path:
            told = self._file.parties_told  # and still so, until they are in the new one
            self._file = self._remembered(look.recording)
            self._file.parties_told |= told
        found: list[Finding] = []
        found += self._judge_file(look)
        found += self._judge_sides(look)
        found += self._judge_packets(look, unheard_seconds)
        return found

    def _remembered(self, recording: str) -> _File:
        """Return what an earlier engine knew of a recording."""
        file = _File(recording)
        for gap in self._told:
            if gap.recording == recording and gap.party is not None:
                file.parties_told.add(gap.party)
                file.remembered.add(gap.party)
            elif gap.recording == recording and gap.kind is GapKind.FILE_SHORT:
                file.missing += gap.seconds  # each tells what is missing beyond those before
                file.is_short = True
        return file

    # --- the file ------------------------------------------------------------------------------

    def _judge_file(self, look: TalkLook) -> list[Finding]:
        before = self._suspected
        self._suspected = fault = self._fault(look)
        if fault is None or fault is not before:
            return []
        self._suspected = None
        if fault is GapKind.NO_FILE:
            self._absence_told = True
            return [self._gap(fault, look.at - self._absence(look))]
        known, missing = self._file, lateness(look)
        seconds, known.missing, known.is_short = missing - known.missing, missing, True
        return [self._gap(fault, seconds)]

    def _fault(self, look: TalkLook) -> GapKind | None:
        """Return what is wrong with the file and was not told."""
        if look.file is None:
            absent = look.at - self._absence(look)
            return GapKind.NO_FILE if absent > LATE_SECONDS and not self._absence_told else None
        self._absent_since, self._absence_told = None, False
        known, missing = self._file, lateness(look)
        allowed = allowance(look.at - look.since)
        if known.last is None:  # an earlier engine may have seen it grow again
            known.is_short = known.is_short and missing > known.missing + allowed
        else:
            known.grows = missing - known.last[1] < (look.at - known.last[0]) / 2
            if known.is_short and known.grows:
                known.is_short, known.missing = False, missing
        known.last = look.at, missing
        is_short = missing > known.missing + allowed
        return GapKind.FILE_SHORT if is_short and not known.is_short else None

    def _absence(self, look: TalkLook) -> Instant:
        """Return since when there is no file; of one recording after the other, perhaps."""
        if self._absent_since is None:
            self._absent_since = look.since
        return self._absent_since

    def _gap(self, kind: GapKind, seconds: float, party: Party | None = None) -> RecordingGapFound:
        return RecordingGapFound(
            call=self._call,
            recording=self._file.path,
            kind=kind,
            seconds=round(seconds, 1),
            party=party,
        )

    # --- its sides -----------------------------------------------------------------------------

    def _judge_sides(self, look: TalkLook) -> list[Finding]:
        known = self._file
        if look.file is None or look.paused:
            known.silences.clear()
            return []
        upto = look.since + look.file.seconds
        fresh: Span = (max(upto - look.file.fresh_seconds, look.settled_since), upto)
        for side in (Party.CALLER, Party.AGENT):
            before = known.silences.pop(side, None)
            if side in look.file.silent:
                begin = fresh[0] if before is None else max(before[0], look.settled_since)
                known.silences[side] = (begin, upto)
            elif side not in known.remembered:
                known.parties_told.discard(side)
        known.remembered.clear()
        return [
            self._gap(GapKind.PARTY_MISSING, spoken, side)
            for side, silence in known.silences.items()
            if (spoken := _spoken(look.parties, side, silence)) >= MISSING_SECONDS
            and self._is_news(side)
        ]

    def _is_news(self, side: Party) -> bool:
        is_news = side not in self._file.parties_told
        self._file.parties_told.add(side)
        return is_news

    # --- who is not heard ------------------------------------------------------------------------

    def _judge_packets(self, look: TalkLook, unheard_seconds: float) -> list[Finding]:
        here = {party.channel for party in look.parties}
        self._packets = {name: one for name, one in self._packets.items() if name in here}
        found = (self._judge_party(party, look, unheard_seconds) for party in look.parties)
        return [finding for finding in found if finding is not None]

    def _judge_party(
        self, party: PartyLook, look: TalkLook, unheard_seconds: float
    ) -> Finding | None:
        known = self._packets.get(party.channel)
        if party.packets is None or (party.holds and (known is None or not known.told)):
            if known is not None and not known.told:
                del self._packets[party.channel]
            return None
        if known is None:
            self._packets[party.channel] = _Packets(party.packets, look.at)
            return None
        seconds = round(look.at - known.since, 1)
        if known.count is None:
            known.count = party.packets
        if party.packets > known.count:
            was_told = known.told
            self._packets[party.channel] = _Packets(party.packets, look.at)
            return self._told_of(PartyHeard, party, seconds) if was_told else None
        if known.told or seconds < unheard_seconds:
            return None
        known.told = True
        return self._told_of(PartyUnheard, party, seconds)

    def _told_of(
        self, kind: type[PartyHeard | PartyUnheard], party: PartyLook, seconds: float
    ) -> Finding:
        return kind(call=self._call, party=party.party, channel=party.channel, seconds=seconds)


def lateness(look: TalkLook) -> float:
    """Return how many seconds of what has passed are not in the file, or that there is no file."""
    if look.file is None:
        return look.at - look.since
    return look.file.at - look.since - look.file.seconds


def allowance(seconds: float) -> float:
    """Return how much a file may be short of so many seconds without a fault."""
    return LATE_SECONDS + LATE_SHARE * seconds


def untold_seconds(missing: float, lasted: float, told: Iterable[tuple[GapKind, float]]) -> float:
    """Return how much is missing in a recording that is over, and was not told; 0: nothing.

    Args:
        missing: seconds that should be in its files, and are not.
        lasted: seconds from its beginning to its end.
        told: kinds and seconds of the gaps that were found before.
    """
    known = sum(seconds for kind, seconds in told if kind is not GapKind.PARTY_MISSING)
    left = missing - known
    return left if left > allowance(lasted) else 0.0


def _spoken(parties: Iterable[PartyLook], side: Party, silence: Span) -> float:
    """Return how long somebody of a side spoke in a silence, safely within it."""
    begin, end = silence[0] + MARGIN_SECONDS, silence[1] - MARGIN_SECONDS
    spoken = [
        sum(max(0.0, min(end, until) - max(begin, since)) for since, until in party.talks)
        for party in parties
        if party.party is side and not party.holds and party.packets != 0
    ]
    return max(spoken, default=0.0)
