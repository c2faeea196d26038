"""What agents do on a softphone that is not ours, by its own buttons: baresip's REFER."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ccengine.core.events import PhoneFound, PhoneLost
from ccengine.core.states import AgentState
from tests.e2e.baresip import baresip, is_there
from tests.e2e.talks import conversations, hears, now
from tests.e2e.waits import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.baresip import Baresip
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

pytestmark = pytest.mark.skipif(not is_there(), reason="baresip is not installed")

PHONE = "203"


@asynccontextmanager
async def softphone_of(stage: Stage, olena: Agent) -> AsyncIterator[Baresip]:
    """Have olena at the softphone instead of ours."""
    await olena.phone.unregister()
    await until("lost", lambda: stage.system.ledger.saw(PhoneLost, PHONE))
    async with baresip(stage.system.account(f"phone-{PHONE}"), olena.tone_hz) as softphone:
        await until("found", lambda: stage.system.ledger.saw(PhoneFound, PHONE))
        yield softphone


async def answered(stage: Stage, olena: Agent, softphone: Baresip) -> Caller:
    caller = await stage.caller("600201")
    await softphone.saw("CALL_INCOMING")
    softphone.does("accept")
    await hears(caller.call, olena.tone_hz, since=0.0)
    return caller


def address(stage: Stage, extension: str) -> str:
    account = stage.system.account(f"phone-{PHONE}")
    return f"sip:{extension}@{account.host}:{account.port}"


async def replaces(stage: Stage, channel: dict[str, Any]) -> str:
    """Return what a Refer-To says of a channel's SIP dialog."""

    async def of(name: str) -> str:
        query = f"channels/{channel['id']}/variable?variable=CHANNEL(pjsip,{name})"
        value: str = (await stage.system.ari("GET", query))["value"]
        return value

    tags = f";to-tag={await of('local_tag')};from-tag={await of('remote_tag')}"
    return quote(f"{await of('call-id')}{tags}", safe="")


async def first_line(stage: Stage) -> dict[str, Any]:
    channels = await stage.system.ari("GET", "channels")
    of_phone = [one for one in channels if one["name"].startswith(f"PJSIP/phone-{PHONE}-")]
    return min(of_phone, key=lambda one: str(one["creationtime"]))


async def expect_talk_times(caller: Caller, handed: float, ended: float) -> None:
    """Each agent's talk is their own: the first's ends when the second's begins, or before."""
    first, second = conversations(await caller.record())
    assert (first["agent"], second["agent"]) == ("olena", "taras")
    assert first["ended_at"] <= second["started_at"]
    began = caller.call.timeline.answered or 0.0
    assert 0.5 < first["ended_at"] - first["started_at"] < handed - began + 0.6
    assert second["ended_at"] - second["started_at"] <= ended - handed + 0.6


async def test_a_blind_transfer(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        async with softphone_of(stage, olena) as softphone:
            caller = await answered(stage, olena, softphone)
            taras = await stage.agent("taras")
            sent = now()
            softphone.does("transfer", address(stage, "204"))
            rung = await taras.rings()
            await caller.hears_music()
            talk = await rung.answer(tone_hz=taras.tone_hz)
            await hears(caller.call, taras.tone_hz, since=sent)
            await hears(talk, caller.tone_hz, since=sent)
            await softphone.saw("CALL_CLOSED")
            await olena.becomes(AgentState.WRAP_UP)
        ended = now()
        await caller.hangs_up()
        await expect_talk_times(caller, sent, ended)


async def test_an_attended_transfer(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        async with softphone_of(stage, olena) as softphone:
            caller = await answered(stage, olena, softphone)
            taras = await stage.agent("taras")
            asked = now()
            softphone.does("hold")
            await caller.hears_music()
            softphone.does("dial", address(stage, "204"))
            talk = await taras.answers()
            await hears(talk, olena.tone_hz, since=asked)
            first_dialog = await replaces(stage, await first_line(stage))
            target = f"<{address(stage, '204')}?Replaces={first_dialog}>"
            handed = now()
            softphone.does("transfer", target)
            await hears(caller.call, taras.tone_hz, since=handed)
            await hears(talk, caller.tone_hz, since=handed)
            await softphone.saw("CALL_CLOSED")
            await olena.becomes(AgentState.WRAP_UP)
        ended = now()
        await caller.hangs_up()
        await expect_talk_times(caller, handed, ended)
        first, second = conversations(await caller.record())
        assert first["ended_at"] == second["started_at"]
        assert first["held_seconds"] == pytest.approx(handed - asked, abs=0.6)
