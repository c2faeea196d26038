"""Hold, transfers, consults and conferences with real phones: who hears whom, whose talk it was."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest

from ccengine.core.states import AgentState, CallState
from ccengine.ivr.confirmations import Confirmation
from tests.e2e.configuration import DNIPRO, provider
from tests.e2e.people import hear_prompt
from tests.e2e.recorded import parts, recorded
from tests.e2e.talks import conversations, dialled_record, hears, now, talking
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.phone import Call
    from tests.e2e.stage import Stage
    from tests.e2e.talks import Talk

ENOUGH = 0.9
PARTNER = "99555"
SHOP = "99777"
FAR_HZ = 550
BYTES_PER_SECOND = 32_000


async def test_an_attended_transfer_by_refer(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        held = now()
        await talk.call.hold()
        await talk.caller.hears_music()
        ringing = await talk.olena.phone.dial("204", tone_hz=talk.olena.tone_hz)
        taras = await talk.taras.answers()
        second = await ringing.answered(timeout_seconds=5)
        await hears(second, talk.taras.tone_hz, since=held)
        await hears(taras, talk.olena.tone_hz, since=held)
        await stage.system.kill_engine()
        await talk.caller.hears_music()
        await hears(taras, talk.olena.tone_hz, since=now())
        handed = now()
        assert await talk.call.transfer("204", consulted=second) == 200
        await hears(talk.caller.call, talk.taras.tone_hz, since=handed)
        await hears(taras, talk.caller.tone_hz, since=handed)
        await talk.call.ended(timeout_seconds=2)
        await second.ended(timeout_seconds=2)
        await talk.olena.becomes(AgentState.WRAP_UP)
        await asyncio.sleep(1.5)
        heard = talk.caller.call.heard
        assert heard.tone(talk.taras.tone_hz, since=now() - 1.0, until=now()) >= ENOUGH
        ended = now()
        await talk.caller.hangs_up()
        first, other = conversations(await talk.caller.record())
        assert (first["agent"], other["agent"]) == ("olena", "taras")
        assert first["held_seconds"] == pytest.approx(handed - held, abs=0.6)
        assert first["ended_at"] == other["started_at"]
        assert other["ended_at"] - other["started_at"] == pytest.approx(ended - handed, abs=0.6)


async def test_a_blind_transfer_by_refer(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        sent = now()
        assert await talk.call.transfer("204") == 200
        await talk.call.ended(timeout_seconds=2)
        taras = await talk.taras.rings()
        await talk.caller.hears_music()
        answered = await taras.answer(tone_hz=talk.taras.tone_hz)
        await hears(talk.caller.call, talk.taras.tone_hz, since=sent)
        await hears(answered, talk.caller.tone_hz, since=sent)
        await talk.olena.becomes(AgentState.WRAP_UP)
        await talk.caller.hangs_up()
        agents = [one["agent"] for one in conversations(await talk.caller.record())]
        assert agents == ["olena", "taras"]


async def test_a_refused_transfer_leaves_the_call_as_it_was(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        since = now()
        assert await talk.call.transfer("206") >= 400
        await asyncio.sleep(0.5)
        await hears(talk.call, talk.caller.tone_hz, since=since)
        assert not talk.taras.phone.incoming_calls


async def test_keys_pressed_on_hold_are_obeyed_once(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        await talk.call.send_digits("*1")
        await asyncio.sleep(0.6)
        await talk.caller.hears_music()
        await talk.call.send_digits("*1")
        await hears(talk.caller.call, talk.olena.tone_hz, since=now())
        await asyncio.sleep(1.5)  # Asterisk tells the keys once more
        heard = talk.caller.call.heard
        assert heard.tone(talk.olena.tone_hz, since=now() - 1.0, until=now()) >= ENOUGH


async def test_by_keys_hold_consult_and_three_who_hear_each_other(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        await talk.call.send_digits("*1")
        await asyncio.sleep(0.6)
        held = now()
        await talk.caller.hears_music()
        assert talk.call.heard.silence(held, now()) > ENOUGH, "not for the caller alone"
        await stage.system.kill_engine()
        await talk.caller.hears_music()
        await talk.call.send_digits("*1")
        await hears(talk.caller.call, talk.olena.tone_hz, since=now())
        await talk.call.send_digits("*3204#")
        taras = await talk.taras.answers()
        since = now()
        await hears(taras, talk.olena.tone_hz, since=since)
        await hears(talk.call, talk.taras.tone_hz, since=since)
        await stage.system.kill_engine()
        since = now()
        await hears(taras, talk.olena.tone_hz, since=since)
        await talk.caller.hears_music()
        await talk.call.send_digits("*5")
        since = now() + 0.5
        await hears(talk.caller.call, talk.olena.tone_hz, since=since)
        await asyncio.sleep(0.5)
        assert taras.heard.silence(since, now()) < 0.5, "no music for who waits meanwhile"
        packets = len(taras.heard.packets(since, now()))
        assert packets < 70 * (now() - since), f"{packets} packets of broken sound"
        await talk.call.send_digits("*5")
        await hears(taras, talk.olena.tone_hz, since=now() + 0.3)
        await talk.call.send_digits("*4")
        await all_hear_all(talk, taras)
        await stage.system.kill_engine()
        await all_hear_all(talk, taras)
        await talk.call.hang_up()
        await asyncio.sleep(1.0)
        since = now()
        await hears(taras, talk.caller.tone_hz, since=since)
        await hears(talk.caller.call, talk.taras.tone_hz, since=since)
        await talk.caller.hangs_up()
        await taras.ended(timeout_seconds=2)


async def test_back_into_a_queue_by_keys_the_call_keeps_what_is_known_of_it(stage: Stage) -> None:
    async with stage:
        talk = await talking(stage)
        await talk.call.send_digits("*2999#")  # nobody's: said so, and the talk goes on
        refused = stage.system.confirmation(Confirmation.REFUSED)
        said = await hear_prompt(talk.call, refused, since=now() - 0.5)
        await hears(talk.caller.call, talk.olena.tone_hz, since=said + 1.0)
        await talk.taras.goes_not_ready()
        sent = now()
        await talk.call.send_digits("*222#")
        await talk.call.ended(timeout_seconds=3)
        await talk.caller.becomes(CallState.WAITING)
        await talk.caller.hears_music()
        await talk.taras.goes_ready()
        rung = await talk.taras.rings()
        assert rung.caller.uri.user == talk.caller.shown
        answered = await rung.answer(tone_hz=talk.taras.tone_hz)
        await hears(talk.caller.call, talk.taras.tone_hz, since=sent)
        await hears(answered, talk.caller.tone_hz, since=sent)
        await asyncio.sleep(0.6)
        await talk.caller.hangs_up()
        record = await talk.caller.record()
        first, second = conversations(record)
        assert (first["agent"], second["agent"]) == ("olena", "taras")
        assert (record["queue"], record["number"]) == ("dnipro/technical", "600201")
        assert (record["caller"], json.loads(record["steps"])[0]["flow"]) == (
            talk.caller.shown,
            "vip",
        )
        assert record["talk_seconds"] == pytest.approx(
            sum(one["ended_at"] - one["started_at"] for one in (first, second)), abs=0.1
        )
        sound = await recorded(stage, record)
        assert len(parts(record)) == 1, "one recording, with the wait"
        tones = {"olena": talk.olena.tone_hz, "taras": talk.taras.tone_hz}
        assert sound.lacks(talk.caller, tones.values()) == [], sound.told()


async def all_hear_all(talk: Talk, taras: Call) -> None:
    """Each of the three hears the two others at once."""
    await asyncio.sleep(0.5)
    since = now()
    tones = {
        talk.caller.call: talk.caller.tone_hz,
        talk.call: talk.olena.tone_hz,
        taras: talk.taras.tone_hz,
    }
    for call, own in tones.items():
        for tone in tones.values():
            if tone != own:
                await hears(call, tone, since=since, share=0.2)


async def test_a_call_outside_by_hand_is_a_call_of_the_centers(stage: Stage) -> None:
    async with provider(stage.system) as outside, stage:
        olena = await stage.agent("olena")
        began = time.time()  # noqa: TID251 - what files are dated by
        ringing = await olena.phone.dial(PARTNER, tone_hz=olena.tone_hz)
        incoming = await outside.incoming(timeout_seconds=5)
        assert incoming.caller.uri.user == "380440000000"
        assert olena.state is AgentState.ON_CALL
        far = await incoming.answer(tone_hz=FAR_HZ)
        call = await ringing.answered(timeout_seconds=5)
        await hears(call, FAR_HZ, since=0.0)
        await hears(far, olena.tone_hz, since=0.0)
        await call.send_digits("7")  # to a machine there, say: in such a call keys go on
        await far.heard.wait_for_digits("7", timeout_seconds=5)
        recordings = stage.system.paths.recordings
        await until("two seconds are recorded", lambda: longest_since(recordings, began) >= 2)
        await far.hang_up()
        await call.ended(timeout_seconds=3)
        await olena.becomes(AgentState.WRAP_UP)
        record = await dialled_record(stage, PARTNER)
        assert (record["kind"], record["agent"], record["client"]) == (
            "outbound",
            "olena",
            "dnipro",
        )
        assert record["talk_seconds"] > 0.8
        sound = await recorded(stage, record)
        assert sum(sound.windows(sound.said, FAR_HZ)) >= 3, sound.told()
        assert sum(sound.windows(sound.heard, olena.tone_hz)) >= 3


def longest_since(folder: Path, began: float) -> float:
    """Return the seconds in the longest recording that was begun since; a busy machine is late."""
    files = [file.stat() for file in folder.rglob("*.raw")]
    sizes = [file.st_size for file in files if file.st_mtime >= began]
    return max(sizes, default=0) / BYTES_PER_SECOND


@pytest.mark.timeout(90)  # two ways to the staff, and Asterisk is told of a provider
async def test_the_clients_staff_whom_a_caller_is_handed_to_hear_and_are_heard(
    stage: Stage,
) -> None:
    staff = (DNIPRO, "emergency:", f"staff: {{91: {{name: Shop, number: {SHOP}}}}}\nemergency:")
    async with provider(stage.system, staff) as outside, stage:
        talk = await talking(stage)
        # Sent there without asking, and not taken: the caller is back with the agent.
        await talk.call.send_digits("*291#")
        (await outside.incoming(timeout_seconds=5)).decline(486)
        call = await talk.olena.answers()
        await hears(call, talk.caller.tone_hz, since=0.0)
        await call.send_digits("*391#")
        far = await (await outside.incoming(timeout_seconds=5)).answer(tone_hz=700)
        await hears(call, 700, since=0.0)
        await hears(far, talk.olena.tone_hz, since=0.0)
        await call.hang_up()
        # The consult was not recorded, the talk is: what mixes the sound changes.
        await hears(far, talk.caller.tone_hz, since=0.0)
        await hears(talk.caller.call, 700, since=0.0)
        await talk.caller.hangs_up()
        await far.ended(timeout_seconds=3)
