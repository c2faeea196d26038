"""Callers whose flow asks a CRM that is well, down, slow, talks rubbish or never stops.

A whole engine on the fake Asterisk, in real time, as the CRM is a real server.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from ccengine.asterisk.agi.client import ask_script
from ccengine.config.lookup_sources import BreakerRules, HttpRequest, Lookup
from ccengine.core.events import CallQueued, FlowStepEntered
from ccengine.ivr.flow import Flow
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.lookup import LookupStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.lookup.desk import LookupDesk
from ccengine.lookup.requests import Wire
from ccengine.lookup.sources import Sources
from tests.calls.center_on_fake import CenterOnFake
from tests.lookup.crm import MEGABYTE, Crm, running_crm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DEADLINE = 0.5
FLOW = Flow(
    name="vip",
    start="look",
    steps={
        "look": LookupStep(
            lookup="customer",
            into={"who": "name", "level": "level"},
            found="known",
            none="unknown",
            otherwise="fallback",
        ),
        "known": EnqueueStep(enqueue="vip", priority_from="level", show={"Name": "{who}"}),
        "unknown": EnqueueStep(enqueue="technical"),
        "fallback": EnqueueStep(enqueue="billing"),
    },
)


@asynccontextmanager
async def center_and_crm(
    tmp_path: Path, **settings: Any
) -> AsyncIterator[tuple[CenterOnFake, Crm]]:
    async with running_crm() as crm, CenterOnFake(tmp_path) as center:
        rules = {"deadline_seconds": DEADLINE, "breaker": BreakerRules(failures=3, seconds=1)}
        request = HttpRequest(url=f"{crm.url}/customers/{{caller}}")
        center.set_client(lookups={"customer": Lookup(http=request, **{**rules, **settings})})
        center.set_flows(FLOW)
        wire = Wire()
        sources = Sources(center.wiring.paths, wire, ask_script)
        desk = LookupDesk(asyncio.get_running_loop().time, sources.of)
        center.wiring.lookups = desk
        try:
            yield center, crm
        finally:
            desk.close()
            await wire.close()


def entered(center: CenterOnFake, call: str) -> dict[str, float]:
    """When the call came to each step."""
    return {
        step.event.step: step.at
        for step in center.journal.steps
        if isinstance(step.event, FlowStepEntered) and step.event.call == call
    }


async def way_of_a_call(center: CenterOnFake, call: str) -> tuple[str, float]:
    """Let somebody call; the step that follows the lookup, and how long they waited for it."""
    caller = center.caller(call)
    await center.until(lambda: len(entered(center, call)) > 1, seconds=10)
    (_, began), (step, at) = entered(center, call).items()
    center.asterisk.hang_up(caller)
    return step, at - began


def of_lookups(lines: list[Any]) -> list[str]:
    return [line["event"] for line in lines if line["event"].startswith("lookup")]


async def test_who_is_known_goes_first_and_the_agent_sees_it(tmp_path: Path) -> None:
    async with center_and_crm(tmp_path) as (center, crm):
        crm.says(b'{"name": "Anna", "level": 42}')
        step, _ = await way_of_a_call(center, "node1-1-1")
        assert step == "known"
        (queued,) = center.journal.events(CallQueued)
        assert isinstance(queued, CallQueued)
        assert queued.priority == 42
        shown = [step for step in center.journal.steps if "Anna" in str(step.event)]
        assert any("'Name': 'Anna'" in str(step.event) for step in shown)
        assert crm.asked[0].path == "/customers/380441234567"


async def test_who_is_unknown_goes_another_way(tmp_path: Path) -> None:
    async with center_and_crm(tmp_path) as (center, crm):
        crm.says(b"", 404)
        assert (await way_of_a_call(center, "node1-1-1"))[0] == "unknown"


@pytest.mark.parametrize(
    ("body", "status", "after"),
    [
        (b"{}", 200, 5.0),
        (b"<html>", 200, 0.0),
        (b"[" + b"1," * 5 * MEGABYTE + b"1]", 200, 0.0),
        (b"", 503, 0.0),
    ],
    ids=["slow", "rubbish", "10 MB", "fault"],
)
async def test_a_bad_crm_costs_no_caller_more_than_the_deadline(
    tmp_path: Path, body: bytes, status: int, after: float
) -> None:
    async with center_and_crm(tmp_path) as (center, crm):
        crm.says(body, status, after)
        with capture_logs(processors=[merge_contextvars]) as lines:
            step, waited = await way_of_a_call(center, "node1-1-1")
        assert step == "fallback"
        assert waited < DEADLINE + 0.2
        (line,) = (one for one in lines if one["event"].startswith("lookup"))
        assert (line["event"], line["result"]) == ("lookup_done", "failed")
        assert line["call_id"] == "node1-1-1"
        assert line["cause"]


async def test_down_the_breaker_opens_and_closes_when_it_is_back(tmp_path: Path) -> None:
    async with center_and_crm(tmp_path, retries=0) as (center, crm):
        await crm.end()
        with capture_logs() as lines:
            for number in range(5):
                step, waited = await way_of_a_call(center, f"node1-1-{number}")
                assert step == "fallback"
                assert waited < DEADLINE
            assert center.wiring.lookups is not None
            assert center.wiring.lookups.breakers() == {"dnipro/customer": "open"}
            await crm.begin()
            crm.says(b'{"name": "Anna", "level": 1}')
            assert (await way_of_a_call(center, "node1-1-6"))[0] == "fallback"  # not asked
            assert crm.asked == []
            await asyncio.sleep(1)
            assert (await way_of_a_call(center, "node1-1-7"))[0] == "known"
        told = of_lookups(lines)
        assert told.count("lookup_done") == 7
        assert [one for one in told if "breaker" in one] == [
            "lookup_breaker_open",
            "lookup_breaker_half_open",
            "lookup_breaker_closed",
        ]
        assert center.wiring.lookups.breakers() == {"dnipro/customer": "closed"}


async def test_who_hangs_up_while_it_is_asked_leaves_nothing_behind(tmp_path: Path) -> None:
    async with center_and_crm(tmp_path) as (center, crm):
        crm.says(b"{}", after=5.0)
        caller = center.caller("node1-1-1")
        await center.until(lambda: crm.asked, seconds=5)
        center.asterisk.hang_up(caller)
        await center.until(center.ended, seconds=5)
        await center.until(lambda: not center.asterisk.channels_left(), seconds=5)
        center.assert_nothing_left()


async def test_a_reload_with_other_settings_asks_by_those(tmp_path: Path) -> None:
    async with center_and_crm(tmp_path) as (center, crm):
        crm.says(b"", 404)
        await way_of_a_call(center, "node1-1-1")
        other = Lookup(http=HttpRequest(url=f"{crm.url}/other"))
        center.set_client(lookups={"customer": other})
        await way_of_a_call(center, "node1-1-2")
        assert [one.path for one in crm.asked] == ["/customers/380441234567", "/other"]
        center.set_client(lookups={})
        assert (await way_of_a_call(center, "node1-1-3"))[0] == "fallback"


async def test_who_was_in_a_flow_before_a_reload_asks_as_everybody_does(tmp_path: Path) -> None:
    async with center_and_crm(tmp_path) as (center, crm):
        crm.says(b"", 404)
        menu = MenuStep(menu=("main-menu",), digits={"1": "look"}, no_input="fallback")
        center.set_flows(replace(FLOW, start="menu", steps={"menu": menu, **FLOW.steps}))
        early = center.caller("node1-1-1")
        await center.until(lambda: entered(center, "node1-1-1"), seconds=10)
        other = Lookup(http=HttpRequest(url=f"{crm.url}/other"))
        center.set_client(lookups={"customer": other})
        center.asterisk.dial_digit(early, "1")
        await center.until(lambda: "unknown" in entered(center, "node1-1-1"), seconds=10)
        assert [one.path for one in crm.asked] == ["/other"]
        center.asterisk.hang_up(early)
