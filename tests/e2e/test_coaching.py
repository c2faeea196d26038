"""Monitor, whisper, barge and take over with real phones: what each of the three hears."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccengine.core.events import (
    CallTakenOver,
    CoachLeaked,
    CoachMode,
    CoachRouted,
    RecordingStarted,
)
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation
from ccengine.phone import ulaw
from ccengine.phone.frequencies import tone_fraction, tone_share
from tests.e2e.coached import (
    COACH_HZ,
    FLOOR_DB,
    MUSIC_DBFS,
    RATE,
    SETTLED_SECONDS,
    SHARE,
    TAKE_OVER,
    coaches_by_api,
    coaching,
    hears_tone,
    look_at,
    look_for,
    loudest_in_music,
    never_hears,
)
from tests.e2e.configuration import DNIPRO, configured, vip
from tests.e2e.people import AGENT_TONES, hear_each_other, hear_prompt
from tests.e2e.talks import conversations, hears, now
from tests.sizes import by_size

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.phone import Call
    from tests.e2e.coached import Coach, Span, Stretch
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

TARAS_ALONE = vip("members: [{agent: taras}]")
WITH_TONE = (DNIPRO, "emergency:", "coaching: {tone: yes}\nemergency:")
TONE_HZ = 1000
TARAS_HZ = AGENT_TONES["taras"]


def assert_heard(coach: Coach, caller: Caller, taras: Call, at: Stretch, told: CoachRouted) -> None:
    """Judge a stretch by what the three phones heard in it."""
    may = {"caller": at.mode is CoachMode.BARGE, "agent": at.mode is not CoachMode.MONITOR}
    for name, call in (("caller", caller.call), ("agent", taras)):
        found = look_at(call, COACH_HZ, at)
        print(at.mode, name, f"{found.above_db:.1f} dB, {found.dbfs:.1f} dBFS")  # noqa: T201
        assert hears_tone(call, COACH_HZ, at) == may[name], (at.mode, name, found)
        assert may[name] or found.above_db < FLOOR_DB, (at.mode, name, found)
    for call, hz in (
        (coach.call, caller.tone_hz),
        (coach.call, TARAS_HZ),
        (caller.call, TARAS_HZ),
        (taras, caller.tone_hz),
    ):
        assert hears_tone(call, hz, at), (at.mode, hz)
    assert ("customer" in told.heard_by) == may["caller"]
    assert ("agent" in told.heard_by) == may["agent"]
    assert set(told.hears) == {"agent", "customer"}


@pytest.mark.timeout(120)
async def test_who_hears_whom_in_each_mode_and_at_each_change(stage: Stage, tmp_path: Path) -> None:
    async with configured(stage.system, TARAS_ALONE, WITH_TONE), stage:
        olena, taras = await stage.agent("olena"), await stage.agent("taras")
        coach = await coaching(stage, olena, "taras")
        waits = stage.system.confirmation(Confirmation.COACH_WAITS)
        await hear_prompt(coach.call, waits, since=coach.dialled)
        await olena.becomes(AgentState.AVAILABLE)
        caller = await stage.caller("600201")
        began = caller.call.timeline.answered or now()
        talk = await taras.answers()
        await hear_each_other(caller, taras, talk)
        told = await coach.is_set_up(CoachMode.MONITOR, since=0)
        await hears(talk, TONE_HZ, since=began, share=0.1)
        assert_heard(coach, caller, talk, await coach.stays(), told)
        for mode in (
            CoachMode.WHISPER,
            CoachMode.MONITOR,
            CoachMode.WHISPER,
            CoachMode.BARGE,
            CoachMode.MONITOR,
            CoachMode.BARGE,
            CoachMode.WHISPER,
        ):
            told = await coach.turns_to(mode)
            assert_heard(coach, caller, talk, await coach.stays(), told)
        assert not caller.call.heard.tone(TONE_HZ, since=began, share=0.1), "the agent's alone"
        worst = never_hears(caller.call, coach, began, now())
        print("the worst at the caller's ear", worst)  # noqa: T201 - measured
        for name, call in (("caller", caller.call), ("agent", talk), ("coach", coach.call)):
            call.heard.save_wav(tmp_path / f"{name}.wav")
        assert worst.above_db < FLOOR_DB, worst
        await the_coach_takes_over(stage, coach, caller, taras, talk)


async def the_coach_takes_over(
    stage: Stage, coach: Coach, caller: Caller, taras: Agent, talk: Call
) -> None:
    """She has the caller, he wraps up; the record has both, and who coached."""
    pressed = now()
    await coach.call.send_digits(TAKE_OVER)
    await talk.ended(timeout_seconds=3)
    await hears(caller.call, COACH_HZ, since=pressed)
    await hears(coach.call, caller.tone_hz, since=now())
    await coach.who.becomes(AgentState.ON_CALL)
    await taras.is_one_of(AgentState.WRAP_UP, AgentState.AVAILABLE)
    await asyncio.sleep(0.5)
    await caller.hangs_up()
    await coach.call.ended(timeout_seconds=3)
    await coach.who.is_one_of(AgentState.WRAP_UP, AgentState.AVAILABLE)
    record = await caller.record()
    first, second = conversations(record)
    assert (first["agent"], second["agent"]) == ("taras", "olena")
    assert first["ended_at"] == second["started_at"]
    assert any(isinstance(one, CallTakenOver) for one in stage.system.ledger.taken_over)
    (part,) = json.loads(record["coachings"])
    modes = [span["mode"] for span in part["modes"]]
    assert (part["coach"], part["agent"], part["client"]) == ("olena", "taras", "dnipro")
    assert modes[:3] == ["monitor", "whisper", "monitor"]
    assert (len(modes), part["ended_because"]) == (8, "taken over")


async def test_a_short_key_of_the_coach_is_nobody_elses_and_leaves_them_talking(
    stage: Stage,
) -> None:
    """Asterisk makes a short key longer, and forgets its end if who pressed it is off meanwhile."""
    async with configured(stage.system, TARAS_ALONE), stage:
        olena, taras = await stage.agent("olena"), await stage.agent("taras")
        coach = await coaches_by_api(stage, olena, "taras", CoachMode.MONITOR)
        caller = await stage.caller("600201")
        talk = await taras.answers()
        await hear_each_other(caller, taras, talk)
        await coach.is_set_up(CoachMode.MONITOR, since=0)
        changes = (CoachMode.BARGE, CoachMode.MONITOR, CoachMode.BARGE, CoachMode.WHISPER)
        for mode in changes:
            await coach.turns_to(mode, tone_ms=40)
            since = now() + SETTLED_SECONDS
            await hears(caller.call, TARAS_HZ, since=since, share=SHARE)
            await hears(talk, caller.tone_hz, since=since, share=SHARE)
        assert caller.call.heard.digits == talk.heard.digits == []
        await caller.hangs_up()


class Scene:
    """One caller's call, at which anything may happen."""

    def __init__(self, coach: Coach, agents: tuple[Agent, Agent], dice: Random) -> None:
        self.coach = coach
        self.taras, self.omar = agents
        self.dice = dice
        self.done: list[str] = []
        self.judged: list[tuple[str, Call, float, float]] = []
        self.music: list[Span] = []  #: when the caller hears it
        self.waits: list[float] = []  #: from the journal's row to the sound, in seconds

    async def play(self, caller: Caller) -> None:
        """Connect, do some things, and let the call end or be sent on."""
        self.talk = await self.taras.answers()
        began = self.talk.timeline.answered or now()
        await hear_each_other(caller, self.taras, self.talk)
        for _ in range(CHANGES):
            await self.dice.choice([self.switch, self.switch, self.hold, self.consult])()
        if self.dice.random() < SENT_ON:
            await self.send_on()
        self.judged.append(("caller", caller.call, began, now()))
        await caller.hangs_up()

    async def switch(self) -> None:
        """To another mode, which must be so at once."""
        mode = self.dice.choice([one for one in CoachMode if one is not self.coach.mode])
        self.done.append(mode)
        told = await self.coach.turns_to(mode)
        await self.is_heard_as(mode)
        assert "customer" not in told.heard_by or mode is CoachMode.BARGE

    async def is_heard_as(self, mode: CoachMode) -> None:
        """Wait for who shall hear; who shall not must be so at once, as all the caller hears."""
        since = now()
        await hears(self.coach.call, TARAS_HZ, since=since, share=SHARE)
        if mode is not CoachMode.MONITOR:
            await hears(self.talk, COACH_HZ, since=since, share=SHARE)
            self.waits.append(now() - since)
        at = await self.coach.stays(0.5)
        if mode is CoachMode.MONITOR:
            assert not hears_tone(self.talk, COACH_HZ, at), self.done

    async def hold(self) -> None:
        """Put the caller aside, perhaps change the mode meanwhile, and take them back."""
        self.done.append("hold")
        began = now()
        await self.talk.send_digits("*1")
        await asyncio.sleep(0.4)
        if self.dice.random() < SENT_ON:
            await self.switch()
        await self.talk.send_digits("*1")
        await asyncio.sleep(0.4)
        self.music.append((began, now()))

    async def consult(self) -> None:
        """Ask a colleague, who hears no coach either, unless they have joined in."""
        self.done.append("consult")
        asks = now()
        await self.talk.send_digits("*3202#")
        asked = await self.omar.answers()
        await hears(asked, TARAS_HZ, since=now(), share=SHARE)  # who has joined in is there, too
        began = now()
        await asyncio.sleep(0.8)
        self.judged.append(("colleague", asked, began, now()))
        await self.talk.send_digits("*6")
        await asked.ended(timeout_seconds=3)
        await asyncio.sleep(0.4)
        self.music.append((asks, now()))

    async def send_on(self) -> None:
        """Send the caller to the colleague: the coach stays with the agent, and waits."""
        self.done.append("sent on")
        sent = now()
        await self.talk.send_digits("*2202#")
        taken = await self.omar.answers()
        await self.talk.ended(timeout_seconds=3)
        # Who has joined in is out as soon as the agent is.
        self.coach.leaves_talk()
        began = now()
        self.music.append((sent, began + 0.4))
        await asyncio.sleep(1.0)
        self.judged.append(("colleague", taken, began, now()))


CHANGES = by_size(small=3, full=4)
SENT_ON = 0.5


@pytest.mark.timeout(900)
async def test_in_whatever_order_it_comes_the_caller_never_hears_who_listens_or_whispers(
    stage: Stage,
) -> None:
    """From the instant of connect on, through hold, consult and transfer."""
    async with configured(stage.system, TARAS_ALONE), stage:
        olena, taras = await stage.agent("olena"), await stage.agent("taras")
        omar = await stage.agent("omar")
        dice = Random(2026)
        coach = await coaches_by_api(stage, olena, "taras", CoachMode.WHISPER)
        worst, waits = [], [0.0]
        for _ in range(by_size(small=3, full=50)):
            if coach.mode is CoachMode.BARGE:
                await coach.chooses(CoachMode.WHISPER)
            scene = Scene(coach, (taras, omar), dice)
            await scene.play(await stage.caller("600201"))
            waits += scene.waits
            for who, call, since, ended in scene.judged:
                music = scene.music if who == "caller" else ()
                found = never_hears(call, coach, since, ended, music=music)
                worst.append(found)
                assert found.above_db < FLOOR_DB, (who, found, scene.done)
                loudest = loudest_in_music(call, coach, music)
                assert loudest < MUSIC_DBFS, (who, loudest, scene.done)
            await free_again(taras)
            await free_again(omar)
        print("the worst of all ears", max(worst))  # noqa: T201 - measured
        print(f"an agent heard the coach after {max(waits):.2f} s at most")  # noqa: T201 - measured
        assert not [one for one in coach.events if isinstance(one, CoachLeaked)]
        await a_new_engine_takes_the_coach_up(stage, coach, taras)
        await who_is_put_among_the_callers_is_out_at_once(stage, coach, taras)


async def free_again(agent: Agent) -> None:
    """End the wrap-up."""
    await agent.is_one_of(AgentState.WRAP_UP, AgentState.AVAILABLE)
    if agent.state is AgentState.WRAP_UP:
        await agent.goes_ready()


async def a_new_engine_takes_the_coach_up(stage: Stage, coach: Coach, taras: Agent) -> None:
    """Killed in the midst of a whisper: nobody else hears it, before and after."""
    await coach.chooses(CoachMode.WHISPER)
    caller = await stage.caller("600201")
    talk = await taras.answers()
    began = await hear_each_other(caller, taras, talk)
    await hears(talk, COACH_HZ, since=now(), share=0.1)
    since = len(coach.events)
    await stage.system.kill_engine()
    await coach.is_set_up(CoachMode.WHISPER, since=since)
    at = await coach.stays()
    await hears(talk, COACH_HZ, since=at.begins, share=0.1)
    await hears(coach.call, caller.tone_hz, since=at.begins, share=0.1)
    found = never_hears(caller.call, coach, began, now())
    assert found.above_db < FLOOR_DB, found
    said, heard = recorded(stage, caller)
    assert tone_fraction(heard, TARAS_HZ, share=0.1) > ENOUGH, "the agent is in it"
    found = max(look_for(said, COACH_HZ), look_for(heard, COACH_HZ))
    print("of the whisper in the recording", found)  # noqa: T201 - measured
    assert found.above_db < FLOOR_DB, found
    await caller.hangs_up()
    await free_again(taras)


async def who_is_put_among_the_callers_is_out_at_once(
    stage: Stage, coach: Coach, taras: Agent
) -> None:
    """Somebody else with a hand in Asterisk does what the engine never would."""
    await coach.chooses(CoachMode.MONITOR)
    since = len(coach.events)
    caller = await stage.caller("600201")
    talk = await taras.answers()
    await hear_each_other(caller, taras, talk)
    told = await coach.is_set_up(CoachMode.MONITOR, since=since)
    talks = next(one.partition("=")[0] for one in told.bridges if ".room=" not in one)
    room = next(one.partition("=")[2] for one in told.bridges if ".room=" in one)
    channel = next(one for one in room.split("+") if one != told.snoop)
    put = now()
    await stage.system.ari("POST", f"bridges/{talks}/addChannel?channel={channel}")
    await coach.call.ended(timeout_seconds=10)
    heard = [
        packet.arrived
        for packet in caller.call.heard.packets(put)
        if tone_share(ulaw.decode(packet.codes), COACH_HZ) > 0.1
    ]
    lasted = max(heard, default=put) - put
    print(f"a coach put among the callers was heard for {lasted * 1000:.0f} ms")  # noqa: T201
    assert lasted < OUT_SECONDS
    stage.system.ledger.read()
    assert any(isinstance(one, CoachLeaked) and not one.planned for one in coach.events)
    await hears(caller.call, TARAS_HZ, since=now())
    await caller.hangs_up()


def recorded(stage: Stage, caller: Caller) -> tuple[list[int], list[int]]:
    """Return what the recording has so far: what the caller says, and what they hear."""
    call = caller.call_id
    assert call is not None
    rows = stage.system.ledger.rows[call]
    (begun,) = [row.what for row in rows if isinstance(row.what, RecordingStarted)]
    raw = (stage.system.paths.recordings / begun.recording).read_bytes()
    sound = np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<i2").reshape(-1, 2)
    assert len(sound) > 2 * RATE
    return sound[:, 0].tolist(), sound[:, 1].tolist()


ENOUGH = 0.5
OUT_SECONDS = 0.5
"""From the foreign request to the last packet with the coach's voice, on a busy machine."""
