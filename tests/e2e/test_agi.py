"""Asterisk's dialplan asks the engine, and has its answers in variables."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.agi.protocol import header_block
from ccengine.core.states import AgentState, CallState
from ccengine.phone import CallFailed
from ccengine.reporting.call_record import CallOutcome
from tests.agi_routes.asterisk_side import ask, connected
from tests.e2e.asking_dialplan import answers, dialplan, extension, keeping, kept
from tests.e2e.configuration import DNIPRO, configured, provider, vip
from tests.e2e.people import CallInJournal
from tests.e2e.talks import now, talking
from tests.e2e.test_callback import (
    AGENT_FIRST,
    DIALED,
    UKRAINE,
    both_hear,
    record_of,
    rings_at,
)
from tests.e2e.test_strange_callers import NAMES

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

VIP_CALLER, BLOCKED_CALLER = "380671110001", "380440000666"  # of callers.csv
ALWAYS = "  always: {week"
OFFICE = "  office: {week: {mon-sun: 00:00-24:00}}\n"
EXAMPLE, NAMED, BACK = "600777", "600778", "600779"
BY_HAND = "[from-callers]\n" + "".join(
    (
        extension(
            EXAMPLE,
            "Gosub(caller-id,s,1)",
            "Set(CC_CLIENT=dnipro)",
            "Gosub(ask-example,s,1)",
            keeping("HOURS", "hours"),
            keeping("CALLER", "caller"),
            keeping("ADVICE", "advice"),
            "Goto(numbers,600201,1)",
        ),
        extension(
            NAMED, "Gosub(ask-engine,s,1(caller/dnipro))", keeping("NAMED", "caller"), "Hangup(17)"
        ),
        extension(
            BACK,
            f"Gosub(ask-engine,s,1(callback/dnipro/vip?number={DIALED}))",
            keeping("BACK", "callback"),
            "Hangup()",
        ),
    )
)
PROBES, AT_ONCE, MEGABYTE = 1_000, 200, 1 << 20
LARGEST_GAP_SECONDS, ENOUGH = 0.5, 0.95


async def test_a_dialplan_is_answered_in_variables(stage: Stage) -> None:
    async with stage:
        told = await answers(
            stage.system,
            (
                "queue-state/nour/billing",
                "hours/nour/always",
                "hours/nour/never",
                "closed/600100",
                "advice/nour/billing",
                f"caller/dnipro?number={VIP_CALLER}",
                f"caller/dnipro?number={BLOCKED_CALLER}",
                "queue-state/nour/nothing",
                "callback/nour/billing",
            ),
        )
        state, always, never, closed, advice, important, blocked, unknown, refused = told
        assert [one["CC_STATUS"] for one in told[:7]] == ["ok"] * 7
        assert (state["CC_REASON"], state["CC_WAITING"], state["CC_AGENTS_FREE"]) == ("", "0", "0")
        assert (always["CC_OPEN"], always["CC_OPEN_ZONE"]) == ("1", "Asia/Dubai")
        assert (never["CC_OPEN"], closed["CC_CLOSED"]) == ("0", "0")
        assert advice["CC_ADVICE"] == "enter"
        assert (important["CC_VIP"], important["CC_BLOCKED"]) == ("1", "0")
        assert (blocked["CC_VIP"], blocked["CC_BLOCKED"]) == ("0", "1")
        assert (unknown["CC_STATUS"], unknown["CC_REASON"]) == ("unknown", "queue")
        assert (refused["CC_STATUS"], refused["CC_REASON"]) == ("refused", "no callbacks")


async def test_the_example_serves_real_phones(stage: Stage) -> None:
    system = stage.system
    office = (DNIPRO, ALWAYS, OFFICE + ALWAYS)
    async with configured(system, office), dialplan(system, BY_HAND), stage:
        caller = await stage.caller(
            EXAMPLE, CallOutcome.ABANDONED, shown=VIP_CALLER, caller_id=VIP_CALLER
        )
        await caller.becomes(CallState.WAITING)
        hours, known = await kept(system, "HOURS"), await kept(system, "CALLER")
        assert (hours["CC_OPEN"], hours["CC_OPEN_ZONE"]) == ("1", "Europe/Kyiv")
        assert (known["CC_VIP"], known["CC_CALLER"]) == ("1", f"+{VIP_CALLER}")
        assert (await kept(system, "ADVICE"))["CC_ADVICE"] == "enter"
        await caller.hangs_up()
        phone = await stage.phone("caller-4")
        with pytest.raises(CallFailed) as blocked:
            await phone.call(EXAMPLE, caller_id=BLOCKED_CALLER)
        assert blocked.value.code == 403  # as Asterisk has cause 21
        for name in NAMES:
            with pytest.raises(CallFailed) as ended:
                await phone.call(NAMED, caller_id=VIP_CALLER, caller_name=name)
            assert ended.value.code == 486
            found = await kept(system, "NAMED")
            assert (found["CC_STATUS"], found["CC_VIP"]) == ("ok", "1")


@pytest.mark.timeout(120)
async def test_whom_a_dialplan_has_called_back_is_called(stage: Stage) -> None:
    system = stage.system
    async with (
        provider(system, vip(AGENT_FIRST), prefix=UKRAINE) as customer,
        dialplan(system, BY_HAND),
        stage,
    ):
        system.ledger.read()
        asker = CallInJournal(system, DIALED, system.ledger.last_number, (CallOutcome.CALLBACK,))
        stage.others.append(asker)
        phone = await stage.phone("caller-3")
        with pytest.raises(CallFailed):
            await phone.call(BACK)
        told = await kept(system, "BACK")
        assert (told["CC_STATUS"], told["CC_CALLBACK_TO"]) == ("ok", f"+{DIALED}")
        record = await asker.record()
        olena = await stage.agent("olena")
        talk = await olena.answers()
        leg = await rings_at(customer)
        await both_hear(leg, olena, talk)
        await leg.hang_up()
        await olena.becomes(AgentState.WRAP_UP)
        item = await record_of(stage, record["item"])
        assert (item["outcome"], item["origin"]) == (CallOutcome.ANSWERED, asker.call_id)


async def test_without_an_engine_the_dialplan_goes_on(stage: Stage) -> None:
    async with stage:
        await stage.system.engine.stop()
        try:
            (found,) = await answers(stage.system, ["queue-state/nour/billing"])
        finally:
            await stage.system.engine.start()
        await stage.system.engine_is_back()
        assert (found["CC_STATUS"], found["CC_REASON"]) == ("busy", "no engine")


@pytest.mark.timeout(120)
async def test_whatever_connects_to_the_port_harms_no_call(stage: Stage) -> None:
    port = stage.system.settings.agi_port
    async with stage:
        talk = await talking(stage)
        began = now()
        for _ in range(PROBES):
            async with connected(port):
                pass
        half = header_block({"agi_network": "yes"})[:-1]
        for given in (half, b"agi_x: " + b"x" * MEGABYTE, b"agi_x: y\n" * (MEGABYTE // 9)):
            assert await turned_away(port, given)
        async with asyncio.TaskGroup() as asking:
            asked = [
                asking.create_task(ask(port, "queue-state/nour/billing")) for _ in range(AT_ONCE)
            ]
        assert {one.result()["CC_STATUS"] for one in asked} == {"ok"}
        (still,) = await answers(stage.system, ["hours/nour/always"])
        assert still["CC_STATUS"] == "ok"
        for heard, frequency in (
            (talk.caller.call.heard, talk.olena.tone_hz),
            (talk.call.heard, talk.caller.tone_hz),
        ):
            assert heard.largest_gap(began, now()) < LARGEST_GAP_SECONDS
            assert heard.tone(frequency, since=began, until=now()) >= ENOUGH
        await talk.caller.hangs_up()
        await talk.olena.becomes(AgentState.WRAP_UP)


async def turned_away(port: int, given: bytes) -> bool:
    """Say something that is no request, and wait for the engine to leave, without an answer."""
    async with connected(port) as (reader, writer):
        writer.write(given)
        try:
            async with asyncio.timeout(5):
                return await reader.read() == b""
        except ConnectionError:
            return True
