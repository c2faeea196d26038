"""Numbers dialled and numbers shown: closed, unknown, hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.phone import CallFailed
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.hearing import LIKE_ENOUGH, likeness, prompt_samples

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


async def test_out_of_hours_the_caller_hears_so_and_is_hung_up_on(stage: Stage) -> None:
    async with stage:
        caller = await stage.caller("600300", CallOutcome.ENDED_IN_FLOW)
        await caller.hears(stage.system.prompt(ClientId("nour"), "closed", "ar"), within=20)
        assert (await caller.call.ended(timeout_seconds=5)).by == "them"
        assert (await caller.record())["ended_by"] == "engine"


async def test_an_unknown_number_is_announced_and_refused_without_a_call_record(
    stage: Stage,
) -> None:
    async with stage:
        phone = await stage.phone("caller-1")
        dialled = await phone.dial("600999")
        with pytest.raises(CallFailed, match="404"):
            await dialled.answered(timeout_seconds=15)
        said = await stage.system.prompt_of_image("not-in-service", "en")
        score, _ = likeness(dialled.heard.samples(), prompt_samples(said))
        assert score >= LIKE_ENOUGH


@pytest.mark.parametrize(
    "hidden",
    [
        {"caller_id": "4930123456", "headers": (("Privacy", "id"),)},
        {"caller_id": "anonymous"},
    ],
    ids=["privacy", "anonymous"],
)
async def test_a_hidden_caller_is_served_and_not_named(
    stage: Stage, hidden: dict[str, object]
) -> None:
    async with stage:
        caller = await stage.caller("600201", CallOutcome.ABANDONED, shown="", **hidden)
        await caller.becomes(CallState.WAITING)
        await caller.hangs_up()
        assert (await caller.record())["caller"] == ""
