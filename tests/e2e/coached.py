"""A caller, an agent and a supervisor who coaches: what each phone heard, to the noise floor.

Whether a frequency is not there is told in dB against its neighbourhood: the strongest bin at the
coach's frequency against the strongest of those 6 to 20 Hz beside it. A tone that is there stands
50 dB and more above them, one that is not stays within `FLOOR_DB`, whatever else is heard. The
tones of others are multiples of 50 Hz, and so is all that u-law makes of them: the coach's lies in
the middle between two.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ccengine.core.events import CoachMode, CoachModeChanged, CoachRouted
from ccengine.core.ids import AgentId
from tests.e2e.talks import now
from tests.e2e.waits import until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.events import Event
    from ccengine.phone import Call
    from tests.e2e.people import Agent
    from tests.e2e.stage import Stage

COACH_HZ = 1225
RATE = 8000
FLOOR_DB = 10.0
"""The strongest of five bins of noise stands so much above the strongest of twenty at most."""
HEARD = 0.6
"""Of the fifths of a second, those in which a tone is found that is there: a busy machine loses
frames, which makes many frequencies of one."""
MUSIC_DBFS = -45.0
"""A coach who is heard is so at -12: music on hold has nothing so strong at one frequency."""
SHARE = 0.1
NEAR_HZ, FAR_HZ = 6.0, 20.0
SHORTEST_SECONDS = 0.7
KEYS = {CoachMode.MONITOR: "4", CoachMode.WHISPER: "5", CoachMode.BARGE: "6"}
TAKE_OVER = "7"
SETTLED_SECONDS = 0.25
"""From the journal's row to the sound at a phone, and for jitter."""


class Found(NamedTuple):
    """What there is of a frequency."""

    above_db: float  #: its neighbourhood
    dbfs: float  #: against full scale


def look_for(samples: Sequence[int], hz: float) -> Found:
    """Look for a frequency, down to the noise; of a sound of 0.7 s at least."""
    sound = np.array(samples, dtype=np.float64)
    if sound.size < SHORTEST_SECONDS * RATE:
        message = f"only {sound.size} samples to judge"
        raise AssertionError(message)
    window = np.blackman(sound.size)
    spectrum = np.abs(np.fft.rfft(sound * window)) * 2 / window.sum() / 32_768 + 1e-9
    away = np.abs(np.fft.rfftfreq(sound.size, 1 / RATE) - hz)
    here = spectrum[away <= 2 * RATE / sound.size].max()
    beside = spectrum[(away >= NEAR_HZ) & (away <= FAR_HZ)].max()
    return Found(float(20 * np.log10(here / beside)), float(20 * np.log10(here)))


NOTHING = Found(-120.0, -180.0)
"""Of what was too short to judge."""


class Stretch(NamedTuple):
    """A time in which a mode was set up and nothing changed, in the loop's time."""

    mode: CoachMode
    begins: float
    ends: float


class Coach:
    """Somebody who coaches from their phone."""

    def __init__(self, stage: Stage, who: Agent, call: Call) -> None:
        self.stage = stage
        self.who = who
        self.call = call
        self.mode = CoachMode.MONITOR
        self.stretches: list[Stretch] = []
        self.dialled = now()
        self._barges: list[tuple[float, float]] = []
        self._barges_since: float | None = None

    @property
    def events(self) -> list[Event]:
        """All that was told of this coach, in order."""
        return [one for one in self.stage.system.ledger.coaching if one.coach == self.who.id]

    async def is_set_up(self, mode: CoachMode, *, since: int, seconds: float = 5.0) -> CoachRouted:
        """Wait until the journal has it, after so many events."""

        def found() -> CoachRouted | None:
            self.stage.system.ledger.read()
            told = self.events[since:]
            return next(
                (one for one in told if isinstance(one, CoachRouted) and one.mode is mode), None
            )

        return await until(f"{self.who.name} is set up to {mode}", found, seconds=seconds)

    async def chooses(self, mode: CoachMode) -> None:
        """Press the key between calls; it counts for the next."""
        if mode is not self.mode:
            since = len(self.events)
            await self.call.send_digits(KEYS[mode])

            def is_changed() -> bool:
                self.stage.system.ledger.read()
                told = self.events[since:]
                return any(isinstance(one, CoachModeChanged) for one in told)

            await until("another mode", is_changed)
            self.mode = mode
        self.leaves_talk()

    def leaves_talk(self) -> None:
        """Take note that nobody can hear the coach from now on."""
        if self._barges_since is not None:
            self._barges.append((self._barges_since, now() + SETTLED_SECONDS))
            self._barges_since = None

    async def turns_to(self, mode: CoachMode, *, tone_ms: int = 100) -> CoachRouted:
        """Press the key, and wait until it is so."""
        self.stage.system.ledger.read()
        since, pressed = len(self.events), now()
        if mode is CoachMode.BARGE and self._barges_since is None:
            self._barges_since = pressed
        await self.call.send_digits(KEYS[mode], tone_ms=tone_ms)
        told = await self.is_set_up(mode, since=since)
        self.mode = mode
        if mode is not CoachMode.BARGE:
            self.leaves_talk()
        return told

    def barges(self, since: float, until_then: float) -> list[tuple[float, float]]:
        """Return when others might hear the coach, within a stretch of time."""
        going_on = [] if self._barges_since is None else [(self._barges_since, until_then)]
        return [
            (max(since, begins), min(ends, until_then))
            for begins, ends in [*self._barges, *going_on]
            if ends > since and begins < until_then
        ]

    async def stays(self, seconds: float = 0.7) -> Stretch:
        """Let a stretch of time pass in this mode; return it."""
        await asyncio.sleep(SETTLED_SECONDS)
        begins = now()
        await asyncio.sleep(seconds)
        stretch = Stretch(self.mode, begins, now())
        self.stretches.append(stretch)
        return stretch


async def coaches_by_api(stage: Stage, who: Agent, agent: str, mode: CoachMode) -> Coach:
    """Have it begun by the API: the supervisor's phone rings."""
    status, body = await stage.system.ask_api(
        "PUT", f"agents/{who.name}/coaching", {"agent": agent, "mode": mode}
    )
    assert status == HTTPStatus.OK, body
    coach = Coach(stage, who, await (await who.rings()).answer(tone_hz=COACH_HZ))
    coach.mode = mode
    return coach


async def coaching(stage: Stage, who: Agent, agent: str) -> Coach:
    """Have a supervisor dial the code for an agent, with a tone of their own."""
    phone = stage.system.tenant.settings.agents[AgentId(agent)].phone
    code = stage.system.tenant.settings.feature_codes.coach
    call = await who.phone.call(f"{code}{phone}", tone_hz=COACH_HZ)
    return Coach(stage, who, call)


Span = tuple[float, float]


def never_hears(
    call: Call, coach: Coach, since: float, until_then: float, *, music: Sequence[Span] = ()
) -> Found:
    """Judge all that a phone heard but for barges and music on hold; return the worst.

    It is judged second by second, and each whole piece at once, where the floor is the lowest.
    """
    pieces, start = [], since
    others = sorted([*coach.barges(since, until_then), *music])
    for begins, ends in [*others, (until_then, until_then)]:
        if begins - start >= SHORTEST_SECONDS:
            pieces.append((start, begins))
        start = max(start, ends)
    found = []
    for begins, ends in pieces:
        found.append(look_for(call.heard.samples(begins, ends), COACH_HZ))
        seconds = np.arange(begins, ends - 1.0, 0.5)
        found += [look_for(call.heard.samples(one, one + 1), COACH_HZ) for one in seconds]
    return max(found, default=NOTHING)


def loudest_in_music(call: Call, coach: Coach, music: Sequence[Span]) -> float:
    """Return the strongest there is of the coach's frequency while music plays, against full scale.

    Music has such tones of its own: how far they stand above others says nothing.
    """
    found = [
        look_for(call.heard.samples(one, one + 0.7), COACH_HZ).dbfs
        for begins, ends in music
        for one in np.arange(begins, ends - 0.7, 0.35)
        if not coach.barges(one, one + 0.7)
    ]
    return max(found, default=NOTHING.dbfs)


def hears_tone(call: Call, hz: int, stretch: Stretch) -> bool:
    """Tell whether a tone is there in a stretch of time."""
    found = call.heard.tone(hz, since=stretch.begins, until=stretch.ends, share=SHARE)
    return found >= HEARD


def look_at(call: Call, hz: int, stretch: Stretch) -> Found:
    """Return what there is of a frequency in a stretch of time."""
    return look_for(call.heard.samples(stretch.begins, stretch.ends), hz)
