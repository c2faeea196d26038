"""Callers and agents, played by scripted phones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from ccengine.config.tenant import sip_user_of
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.states import AgentState, CallState
from tests.e2e.hearing import LIKE_ENOUGH, RATE, likeness_with_hole, prompt_samples
from tests.e2e.waits import until

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ccengine.config.tenant import FeatureCodes
    from ccengine.core.ids import CallId
    from ccengine.ivr.confirmations import Confirmation
    from ccengine.phone import Call, IncomingCall, Phone
    from ccengine.reporting.call_record import CallOutcome
    from tests.e2e.system import System

# Multiples of 50 Hz: a 20-ms frame that a busy machine loses or doubles leaves the phase as it was.
AGENT_TONES = {"amira": 650, "omar": 750, "olena": 850, "taras": 950, "lina": 1050}
LISTEN_EVERY_SECONDS = 0.25
TONE_SECONDS = 12.0
SOUND_SECONDS = 1.0
MUSIC_SECONDS = 2.4
"""In which there is so much sound: music has rests, in the emptiest 2.4 s of all pieces 0.8 s."""
ODD_SECONDS = 0.06  #: between packets
EARLY_SECONDS = 0.1
"""A prompt's first packet may be read before the 200 that it follows; without it, no place fits."""
LATE_SECONDS = 3.0
"""Packets that are this late may still make a prompt whole."""


async def hear_prompt(
    call: Call, file: Path, *, since: float, within: float = 10.0, beginning: float | None = None
) -> float:
    """Wait until the call has heard this very file; return when it began, in the loop's time.

    Args:
        beginning: seconds of the file's beginning that are enough.
    """
    wanted = prompt_samples(file, beginning)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    best, begin = 0.0, since - EARLY_SECONDS
    while True:
        now = loop.time()
        score, place = likeness_with_hole(call.heard.samples(begin, now), wanted)
        best = max(best, score)
        if score >= LIKE_ENOUGH:
            return begin + place
        if call.ending is not None or loop.time() > deadline:
            state = f"likeness {best:.2f}, call {call.ending or 'is up'}"
            message = f"not heard: {file.name} ({state}); {_packets_told(call, since)}"
            raise AssertionError(message)
        # What was whole by now and no match is not compared again.
        begin = max(begin, now - wanted.size / RATE - LATE_SECONDS)
        await asyncio.sleep(LISTEN_EVERY_SECONDS)


def _packets_told(call: Call, since: float) -> str:
    """Tell how the sound came, for a prompt that was not recognised."""
    packets = call.heard.packets(since - EARLY_SECONDS)
    if not packets:
        return "no packets"
    first = packets[0]
    odd = [
        f"{later.arrived - since:.3f} s: {later.timestamp - before.timestamp} samples, "
        f"{(later.arrived - before.arrived) * 1000:.0f} ms"
        for before, later in pairwise(packets)
        if later.timestamp - before.timestamp != len(before.codes)
        or later.arrived - before.arrived > ODD_SECONDS
    ]
    return f"{len(packets)} packets from {first.arrived - since:.3f} s on, odd ones {odd}"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a caller is told apart by: caller id in the journal, tone in the sound."""

    shown: str
    tone_hz: int
    since: int  #: the journal's last row before the call


class CallInJournal:
    """A call as the journal and its record tell it, whoever makes it."""

    def __init__(
        self, system: System, shown: str, since: int, outcomes: Collection[CallOutcome]
    ) -> None:
        """`since` is the journal's last row before the call."""
        self._system = system
        self.shown = shown
        self.outcomes = outcomes  #: what may become of the call
        self._since = since

    @property
    def call_id(self) -> CallId | None:
        """The call's id, None until the engine knows of it."""
        self._system.ledger.read()
        arrivals = self._system.ledger.arrived_since(self._since)
        return next((at.call for at in arrivals if at.caller == self.shown), None)

    @property
    def states(self) -> list[CallState]:
        """The states the call has been in; none while the engine does not know it."""
        call = self.call_id
        return [] if call is None else self._system.ledger.call_states(call)

    async def becomes(self, state: CallState, *, seconds: float = 10.0) -> CallId:
        """Wait until the call's last state is this."""

        def is_so() -> CallId | None:
            states = self.states
            return self.call_id if states and states[-1] is state else None

        return await until(f"the call of {self.shown} is {state}", is_so, seconds=seconds)

    async def becomes_talking(self) -> None:
        """Wait until an agent has the caller."""
        await self.becomes(CallState.TALKING)

    async def record(self) -> dict[str, Any]:
        """Wait for the call record, which comes when the call has ended, and return it."""
        call = await self.becomes(CallState.ENDED)
        return (await until("a call record", lambda: self._system.records([call])))[0]


class Caller(CallInJournal):
    """Somebody who rings a number."""

    def __init__(
        self, system: System, call: Call, identity: Identity, outcomes: Collection[CallOutcome]
    ) -> None:
        super().__init__(system, identity.shown, identity.since, outcomes)
        self.call = call
        self.tone_hz = identity.tone_hz

    async def hears(self, file: Path, **how: float) -> float:
        """Wait until this prompt is heard, from the answer on unless `since` says otherwise."""
        how.setdefault("since", self.call.timeline.answered or 0.0)
        return await hear_prompt(self.call, file, **how)

    async def hears_music(self) -> None:
        """Wait for a second of sound that is neither silence nor an agent, from now on."""
        since = asyncio.get_running_loop().time()
        await self.call.heard.wait_for_audio(since=since, timeout_seconds=5)
        sound_seconds = 0.0
        while sound_seconds < SOUND_SECONDS:
            await asyncio.sleep(0.2)
            until = asyncio.get_running_loop().time()
            sound_seconds = (1 - self.call.heard.silence(since, until)) * (until - since)
            assert until - since < MUSIC_SECONDS, f"only {sound_seconds:.1f} s of sound"
        for agent, tone_hz in AGENT_TONES.items():
            heard = self.call.heard.tone(tone_hz, since=since, until=until)
            assert heard < 0.4, f"that was {agent}, no music"

    async def presses(self, digits: str, *, by: Literal["rtp", "info"] = "rtp") -> None:
        """Press keys."""
        await self.call.send_digits(digits, by=by)

    async def hangs_up(self) -> None:
        """Say no more."""
        await self.call.hang_up()


class Agent:
    """Somebody who answers, at a phone."""

    def __init__(self, system: System, name: str, phone: Phone, tone_hz: int) -> None:
        self._system = system
        self.name = name
        self.id = AgentId(name)
        self.phone = phone
        self.tone_hz = tone_hz
        self._seen = 0

    @property
    def state(self) -> AgentState:
        """What the engine says the agent does."""
        self._system.ledger.read()
        return self._system.ledger.agent_state(self.id)

    async def becomes(self, state: AgentState, *, seconds: float = 10.0) -> None:
        """Wait until the engine says so."""
        await until(f"{self.name} is {state}", lambda: self.state is state, seconds=seconds)

    async def is_one_of(self, *states: AgentState) -> None:
        """Wait until the engine says one of these."""
        await until(f"{self.name} is one of {states}", lambda: self.state in states)

    async def logs_in(self, code: str = "") -> None:
        """Dial the login code and type the PIN over the prompt; hang up when it is done."""
        call = await self.phone.call(code or self._codes.login)
        await call.heard.wait_for_audio(timeout_seconds=8)
        await call.send_digits(self._system.pin(self.name))
        await until(f"{self.name} is logged in", lambda: self.state is not AgentState.OFFLINE)
        await call.hang_up()

    async def logs_out(self) -> None:
        """Dial the code; at once, or at the end of a call."""
        await self._dials_briefly(self._codes.logout, AgentState.OFFLINE)

    async def goes_ready(self) -> None:
        """Dial the code, which also ends wrap-up; the phone may ring at once."""
        await self._dials_briefly(self._codes.ready, AgentState.AVAILABLE, AgentState.OFFERED)

    async def goes_not_ready(self) -> None:
        """Dial the code."""
        await self._dials_briefly(self._codes.not_ready, AgentState.NOT_READY)

    async def dials_and_hears(self, code: str, *said: Confirmation) -> None:
        """Dial a code, hear what is said in this order, and the hang-up after it."""
        call = await self.phone.call(code)
        since = call.timeline.answered or 0.0
        for confirmation in said:
            since = await hear_prompt(call, self._system.confirmation(confirmation), since=since)
        await call.ended(timeout_seconds=5)

    async def rings(self, *, seconds: float = 10.0) -> IncomingCall:
        """Wait for the next call; 180 is sent."""
        incoming = await self.phone.incoming(timeout_seconds=seconds)
        incoming.ring()
        return incoming

    async def answers(self, *, seconds: float = 10.0) -> Call:
        """Wait for the next call, answer it and say one's tone."""
        return await (await self.rings(seconds=seconds)).answer(tone_hz=self.tone_hz)

    @property
    def is_rung(self) -> bool:
        """Whether the phone rings now."""
        calls = self.phone.incoming_calls
        return any(call.ending is None and call.timeline.answered is None for call in calls)

    async def _dials_briefly(self, code: str, *states: AgentState) -> None:
        call = await self.phone.call(code)
        await until(f"{self.name} dialled {code}", lambda: self.state in states)
        await call.hang_up()

    @property
    def _codes(self) -> FeatureCodes:
        return self._system.tenant.settings.feature_codes


def phone_of(system: System, agent: str) -> str:
    """Return the SIP user of the phone that the agent usually sits at."""
    phone = system.tenant.settings.agents[AgentId(agent)].phone
    assert phone is not None
    return sip_user_of(PhoneId(phone))


async def hear_each_other(
    caller: Caller, agent: Agent, agents_call: Call, *, since: float | None = None
) -> float:
    """Wait until both hear each other, from the answer on or from `since`; return since when."""
    if since is None:
        since = agents_call.timeline.answered or 0.0
    at_caller = await caller.call.heard.wait_for_tone(
        agent.tone_hz, since=since, timeout_seconds=TONE_SECONDS
    )
    at_agent = await agents_call.heard.wait_for_tone(
        caller.tone_hz, since=since, timeout_seconds=TONE_SECONDS
    )
    return max(at_caller, at_agent)
