"""Who rings a campaign's number back comes to its flow, which knows whom it had called."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.last_calls import LastCall
from ccengine.core.events import CallQueued, FlowDataSet, FlowStepEntered
from ccengine.ivr.data import read
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import HangUpCause
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from tests.calls.center_on_fake import DNIPRO

if TYPE_CHECKING:
    from ccengine.core.ids import ClientId
    from ccengine.ivr.data import Value
    from tests.calls.center_on_fake import CenterOnFake

FLOW = Flow(
    name="ring-back",
    start="who",
    steps={
        "who": BranchStep(branch="lead", equals={"K-17": "agents"}, otherwise="end"),
        "agents": EnqueueStep(enqueue="vip"),
        "end": HangUpStep(hang_up=HangUpCause.NORMAL),
    },
)
LEADS_NUMBER = "+380441112233"


@dataclass
class Called:
    """Who was called, in memory."""

    known: LastCall | None = None
    takes_seconds: float = 0.0
    breaks: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def last(self, client: ClientId, shown: str, number: str) -> LastCall | None:
        self.asked.append((client, shown, number))
        await asyncio.sleep(self.takes_seconds)
        if self.breaks:
            raise OSError
        return self.known


def campaigns(center: CenterOnFake, **ring_backs: str | None) -> None:
    """Have dnipro show 600201 in campaigns, each with a flow for who rings back."""
    tenant = center.configuration.tenant
    assert tenant is not None
    client = tenant.clients[DNIPRO]
    renewals = client.campaigns["renewals"]
    made = {
        name: replace(renewals, name=name, settings=replace(renewals.settings, ring_back=flow))
        for name, flow in ring_backs.items()
    }
    clients = {**tenant.clients, DNIPRO: replace(client, campaigns=made)}
    center.configuration = replace(center.configuration, tenant=replace(tenant, clients=clients))
    center.wiring.configuration = center.configuration
    center.set_flows(FLOW)


async def ring(center: CenterOnFake, called: Called, caller: str = LEADS_NUMBER) -> None:
    center.wiring.last_calls = called
    center.caller(number="600201", caller=caller)
    await asyncio.sleep(3)


def known(center: CenterOnFake) -> dict[str, Value]:
    return {
        name: read(value or "")
        for event in center.journal.events(FlowDataSet)
        if isinstance(event, FlowDataSet)
        for name, value in event.values.items()
    }


def flows(center: CenterOnFake) -> set[str]:
    entered = center.journal.events(FlowStepEntered)
    return {event.flow for event in entered if isinstance(event, FlowStepEntered)}


async def test_who_was_called_is_known_to_the_flow(center: CenterOnFake) -> None:
    campaigns(center, renewals="ring-back")
    called = Called(LastCall("renewals", "K-17"))
    await ring(center, called)
    assert known(center) == {"campaign": "renewals", "lead": "K-17"}
    assert called.asked == [(DNIPRO, "600201", LEADS_NUMBER)]
    assert center.journal.events(CallQueued)


async def test_a_stranger_is_answered_by_it_too(center: CenterOnFake) -> None:
    campaigns(center, renewals="ring-back")
    await ring(center, Called(), caller="")
    assert known(center) == {"campaign": "renewals", "lead": ""}
    assert flows(center) == {"ring-back"}
    assert not center.journal.events(CallQueued)


@pytest.mark.parametrize(
    "called", [Called(LastCall("renewals", "K-17"), takes_seconds=60), Called(breaks=True)]
)
async def test_a_database_that_is_slow_or_broken_holds_nobody_up(
    center: CenterOnFake, called: Called
) -> None:
    campaigns(center, renewals="ring-back")
    await ring(center, called)
    assert flows(center) == {"ring-back"}
    assert known(center)["lead"] == ""


async def test_the_campaign_that_called_last_counts(center: CenterOnFake) -> None:
    campaigns(center, autumn=None, renewals="ring-back")
    await ring(center, Called(LastCall("autumn", "K-17")))
    assert flows(center) == {"vip"}  # the number's own: it has none
    assert known(center)["campaign"] == "autumn"


async def test_a_number_that_no_campaign_answers_asks_nobody(center: CenterOnFake) -> None:
    campaigns(center, renewals=None)
    called = Called(LastCall("renewals", "K-17"))
    await ring(center, called)
    assert called.asked == []
    assert flows(center) == {"vip"}


async def test_an_engine_that_dies_meanwhile_goes_on_in_that_flow(center: CenterOnFake) -> None:
    campaigns(center, renewals="ring-back")
    await ring(center, Called(LastCall("renewals", "K-17")))
    await center.restart(away_seconds=1)
    await asyncio.sleep(3)
    assert flows(center) == {"ring-back"}
