"""Lives of recorded talks in steps of half a second: what people do, what a file then holds.

What the judge is shown of a life is made as the engine makes it: looks some ten seconds apart, a
file that is a little behind, talk detection that begins at a look and counts a click for a second.
After a kill the next engine's judge is told what the core has kept of what was found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from hypothesis import strategies as st

from ccengine.core import recordings
from ccengine.core.calls import Call
from ccengine.core.events.causes import Party
from ccengine.core.floor import Floor
from ccengine.core.ids import CallId
from ccengine.core.recording_health import FileLook, Finding, PartyLook, RecordingJudge, TalkLook
from tests.core.builders import CLIENT, TENANT

CALL = CallId("c1")
CALLER, AGENT = Party.CALLER, Party.AGENT
STEP = 0.5
AGAIN_SECONDS = 3.0
HANGOVER_SECONDS = 1.0
UNHEARD_SECONDS = 20.0
WATCHED_SECONDS = 150.0
"""After something broke: found within a minute, and then not again, whoever looks."""
RESTART_LOOKS = 8
"""Between two kills at least: a judge that knows nothing needs some looks of its own."""


class Says(StrEnum):
    """What comes from a phone."""

    SPEECH = "speech"
    NOISE = "noise"  #: of somebody who listens
    ZEROS = "zeros"  #: muted
    NOTHING = "nothing"  #: no packets


class Is(StrEnum):
    """How the two are together."""

    JOINED = "joined"
    HELD = "held"  #: by the engine: the caller hears music
    PAUSED = "paused"
    HELD_BY_PHONE = "held by phone"  #: by the agent's: it sends nothing


class Fault(StrEnum):
    """What is broken on purpose."""

    FILE_GONE = "file gone"
    FILE_STOPS = "file stops"
    CALLER_LOST = "caller lost"
    AGENT_LOST = "agent lost"


@dataclass(frozen=True)
class Course:
    """What somebody does, one thing after the other; the last goes on."""

    parts: Sequence[tuple[float, str]]
    ends: Sequence[float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends", list(accumulate(seconds for seconds, _ in self.parts)))

    def at(self, when: float) -> str:
        place = min(bisect_right(self.ends, when), len(self.parts) - 1)
        return self.parts[place][1]

    def changed_at(self, when: float) -> float:
        """When what is done then began."""
        place = min(bisect_right(self.ends, when), len(self.parts) - 1)
        return self.ends[place - 1] if place else 0.0


@dataclass(frozen=True)
class Life:
    caller: Course
    agent: Course
    talk: Course
    seconds: float
    looks: Sequence[float]  #: between one look and the next
    lags: Sequence[float]  #: how far the file is behind
    restarts: frozenset[int] = frozenset()  #: looks before which the engine is killed
    fault: Fault | None = None
    broken_at: float = 0.0

    def broken(self, fault: Fault, when: float) -> bool:
        return self.fault is fault and when >= self.broken_at

    def is_silent(self, side: Party, when: float) -> bool:
        """Whether the side of the file is digital silence then."""
        state = self.talk.at(when)
        if state == Is.PAUSED:
            return True
        if side is CALLER:
            lost = self.broken(Fault.CALLER_LOST, when)
            return lost or self.caller.at(when) in {Says.ZEROS, Says.NOTHING}
        if state == Is.HELD:
            return False  # music
        lost = self.broken(Fault.AGENT_LOST, when)
        return lost or self.sends(AGENT, when) in {Says.ZEROS, Says.NOTHING}

    def sends(self, party: Party, when: float) -> str:
        if party is AGENT and self.talk.at(when) == Is.HELD_BY_PHONE:
            return Says.NOTHING
        return (self.caller if party is CALLER else self.agent).at(when)

    @cached_property
    def sent(self) -> dict[Party, list[str]]:
        """What each party sends, step by step."""
        steps = range(int(self.seconds / STEP) + 1)
        return {
            party: [self.sends(party, step * STEP) for step in steps] for party in (CALLER, AGENT)
        }

    @cached_property
    def counted(self) -> dict[Party, list[int]]:
        """How many packets had come of each at the beginning of each step."""
        return {
            party: list(accumulate((what != Says.NOTHING for what in sent), initial=0))
            for party, sent in self.sent.items()
        }

    def packets(self, party: Party, when: float) -> int:
        return self.counted[party][int(when / STEP)]

    def talks(self, party: Party, since: float, upto: float) -> tuple[tuple[float, float], ...]:
        """What talk detection tells that listens since then."""
        heard = [
            step * STEP
            for step in range(int(since / STEP) + 1, int(upto / STEP))
            if self.sent[party][step] == Says.SPEECH
        ]
        spans: list[tuple[float, float]] = []
        for at in heard:
            if spans and at <= spans[-1][1]:
                spans[-1] = (spans[-1][0], at + STEP + HANGOVER_SECONDS)
            else:
                spans.append((at, at + STEP + HANGOVER_SECONDS))
        return tuple((begin, min(end, upto)) for begin, end in spans)


class Watched:
    """A life, looked at."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.found: list[tuple[float, Finding]] = []
        self.held: list[float] = []  #: looks at which the agent was not with the caller
        self._call = Call(
            id=CALL, tenant=TENANT, client=CLIENT, number="600100", channel=str(CALLER)
        )
        self._floor = Floor()
        self._floor.calls[CALL] = self._call
        self._begin()

    def _begin(self) -> None:
        """Have an engine that knows what the journal tells."""
        call = self._call
        self._judge = RecordingJudge(CALL, told=call.recording_gaps, unheard=call.unheard)
        self._listening: dict[Party, float] = {}
        self._seen = 0.0

    def run(self) -> list[tuple[float, Finding]]:
        """Look at it to its end."""
        at, number = 0.0, 0
        while True:
            at += AGAIN_SECONDS if self._judge.suspects else self._drawn(self.life.looks, number)
            if at > self.life.seconds:
                return self.found
            if number in self.life.restarts:
                self._begin()
            look = self._look(at, self._drawn(self.life.lags, number))
            for finding in self._judge.look(look, unheard_seconds=UNHEARD_SECONDS):
                self.found.append((at, finding))
                recordings.note(self._floor, finding, at)
            number += 1

    def _drawn(self, numbers: Sequence[float], place: int) -> float:
        return numbers[place % len(numbers)]

    def _look(self, at: float, lag: float) -> TalkLook:
        life = self.life
        file = self._file(at, lag)
        silent = frozenset[Party]() if file is None else file.silent
        state = life.talk.at(at)
        sides = [CALLER] if state == Is.HELD else [CALLER, AGENT]
        if state == Is.HELD:
            self.held.append(at)
        parties = tuple(self._party(side, at, is_silent=side in silent) for side in sides)
        settled = life.talk.changed_at(at)
        return TalkLook(
            at=at,
            recording="r.raw",
            since=0.0,
            file=file,
            settled_since=settled,
            paused=state == Is.PAUSED,
            parties=parties,
        )

    def _file(self, at: float, lag: float) -> FileLook | None:
        life = self.life
        if life.broken(Fault.FILE_GONE, at):
            return None
        until = life.broken_at if life.broken(Fault.FILE_STOPS, at) else at
        seconds = max(self._seen, int(8 * (until - lag)) / 8, 0.0)
        steps = range(int(self._seen / STEP), int(seconds / STEP))
        silent = frozenset(
            side
            for side in (CALLER, AGENT)
            if steps and all(life.is_silent(side, step * STEP) for step in steps)
        )
        fresh, self._seen = seconds - self._seen, seconds
        return FileLook(at=at, seconds=seconds, fresh_seconds=fresh, silent=silent)

    def _party(self, party: Party, at: float, *, is_silent: bool) -> PartyLook:
        life, channel = self.life, str(party)
        if not is_silent:
            self._listening.pop(party, None)
        since = self._listening.setdefault(party, at) if is_silent else at
        asked = is_silent or self._judge.asks_for(channel)
        return PartyLook(
            party=party,
            channel=channel,
            packets=life.packets(party, at) if asked else None,
            talks=life.talks(party, since, at),
            holds=party is AGENT and life.talk.at(at) == Is.HELD_BY_PHONE,
        )


def _course(kinds: type[StrEnum], longest: float) -> st.SearchStrategy[Course]:
    part = st.tuples(
        st.integers(1, int(longest / STEP)).map(lambda steps: steps * STEP), st.sampled_from(kinds)
    )
    return st.lists(part, min_size=1, max_size=12).map(Course)


LOOKS = st.lists(st.sampled_from([9.5, 10.0, 10.0, 10.5, 11.0]), min_size=1, max_size=7)
RESTARTS = st.lists(st.integers(RESTART_LOOKS, 2 * RESTART_LOOKS), max_size=3).map(
    lambda between: frozenset(look - RESTART_LOOKS for look in accumulate(between))
)
LAGS = st.lists(st.sampled_from([0.0, 0.2, 0.5, 1.0]), min_size=1, max_size=7)

HEALTHY = st.builds(
    Life,
    caller=_course(Says, 60),
    agent=_course(Says, 60),
    talk=_course(Is, 60),
    seconds=st.just(240.0),
    looks=LOOKS,
    lags=LAGS,
    restarts=st.frozensets(st.integers(0, 20), max_size=3),
)


@st.composite
def broken(draw: st.DrawFn) -> Life:
    """A life in which something breaks, and then both speak now and then, joined."""
    broken_at = draw(st.integers(20, 240)) * STEP
    speaks = st.tuples(st.integers(4, 10).map(lambda steps: steps * STEP), st.just(Says.SPEECH))
    listens = st.tuples(
        st.integers(1, 8).map(lambda steps: steps * STEP),
        st.sampled_from([Says.NOISE, Says.ZEROS]),
    )
    turns = st.lists(st.tuples(speaks, listens), min_size=30, max_size=30)

    def then_speaks(before: Course) -> Course:
        spoken = [part for turn in draw(turns) for part in turn]
        return Course([*_upto(before, broken_at), *spoken])

    together = Course([*_upto(draw(_course(Is, 60)), broken_at), (600.0, Is.JOINED)])
    return Life(
        caller=then_speaks(draw(_course(Says, 60))),
        agent=then_speaks(draw(_course(Says, 60))),
        talk=together,
        seconds=broken_at + WATCHED_SECONDS,
        looks=draw(LOOKS),
        lags=draw(LAGS),
        restarts=draw(RESTARTS),
        fault=draw(st.sampled_from(Fault)),
        broken_at=broken_at,
    )


def _upto(course: Course, end: float) -> list[tuple[float, str]]:
    parts: list[tuple[float, str]] = []
    at = 0.0
    for seconds, what in course.parts:
        parts.append((min(seconds, end - at), what))
        at += seconds
        if at >= end:
            return parts
    return [*parts, (end - at, course.parts[-1][1])]
