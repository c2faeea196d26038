"""Callers who come in the minute in which it closes: each is judged once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.config.hours import Hours, Span
from ccengine.core.events import CallQueued
from ccengine.core.ids import ClientId, QueueId
from ccengine.ivr.flow import Flow
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.hours import HoursStep
from ccengine.ivr.steps.play import PlayStep

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

DNIPRO = ClientId("dnipro")
CLOSES_MINUTES = 10
FLOW = Flow(
    name="vip",
    start="greet",
    steps={
        "greet": PlayStep(play=("greeting",), next="hours"),  # takes a second
        "hours": HoursStep(hours="test", open="line", closed="end"),
        "line": EnqueueStep(enqueue="vip"),
        "end": HangUpStep(hang_up="normal"),
    },
)


@pytest.fixture
def opened(center: CenterOnFake) -> CenterOnFake:
    """It is open until ten minutes after the engine's first moment, on each day."""
    at = center.engine.clock.now()
    minute = int(at % 86_400 // 60) + CLOSES_MINUTES
    assert minute < 24 * 60
    center.set_client(hours={"test": Hours(zone="UTC", week={"mon-sun": (Span(0, minute),)})})
    flows = {**center.configuration.flows, (DNIPRO, "vip"): FLOW}
    center.configuration = replace(center.configuration, flows=flows)
    center.wiring.configuration = center.configuration
    return center


async def arrive(center: CenterOnFake, before_closing: float) -> None:
    now = center.engine.clock.now()
    closes = (now // 60 + CLOSES_MINUTES) * 60
    await asyncio.sleep(closes - before_closing - now)
    center.caller("node1-1-1")


async def test_who_comes_before_it_closes_is_let_in_though_the_greeting_takes_longer(
    opened: CenterOnFake,
) -> None:
    await arrive(opened, 0.5)
    await opened.until(lambda: opened.journal.events(CallQueued) or opened.ended())
    (queued,) = opened.journal.events(CallQueued)
    assert isinstance(queued, CallQueued)
    assert queued.queue == QueueId("dnipro/vip")


async def test_who_comes_when_it_has_closed_is_not(opened: CenterOnFake) -> None:
    await arrive(opened, -0.5)
    await opened.until(opened.ended)
    assert opened.journal.events(CallQueued) == []


async def test_a_restart_in_between_does_not_judge_anew(opened: CenterOnFake) -> None:
    await arrive(opened, 0.5)
    await asyncio.sleep(0.2)
    await opened.restart(away_seconds=5)
    await opened.until(lambda: opened.journal.events(CallQueued) or opened.ended())
    assert opened.journal.events(CallQueued), opened.story()
