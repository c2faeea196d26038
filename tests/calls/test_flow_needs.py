"""What a flow asks for reaches the line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.events import CallQueued, OfferAccepted
from ccengine.core.ids import AgentId, CallId, ClientId, QueueId, SkillId
from ccengine.core.states import Kind
from ccengine.ivr.flow import Flow
from ccengine.ivr.steps.enqueue import EnqueueStep

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

TECHNICAL, UKRAINIAN = SkillId("technical"), SkillId("ukrainian")


async def test_a_flows_needs_choose_the_agent(center: CenterOnFake) -> None:
    # Olena is idle for longer and qualifies for the queue; only Taras has what the flow asks for.
    step = EnqueueStep(
        enqueue="vip",
        priority=7,
        skills={TECHNICAL: 5},
        preferred={UKRAINIAN: 9},
        agents=(AgentId("taras"),),
        kind=Kind.TASK,
    )
    flow = Flow(name="vip", start="wait", steps={"wait": step})
    flows = {**center.configuration.flows, (ClientId("dnipro"), "vip"): flow}
    center.wiring.configuration = replace(center.configuration, flows=flows)
    await center.log_in("olena", answers_after=1.0)
    await center.log_in("taras", answers_after=1.0)
    center.caller()
    await center.until(lambda: center.journal.events(OfferAccepted))
    assert center.journal.events(CallQueued) == [
        CallQueued(
            call=CallId("node1-1-1"),
            queue=QueueId("dnipro/vip"),
            priority=7,
            skills={TECHNICAL: 5},
            preferred={UKRAINIAN: 9},
            agents=(AgentId("taras"),),
            kind=Kind.TASK,
            identity="+380441234567",
        )
    ]
    (accepted,) = center.journal.events(OfferAccepted)
    assert isinstance(accepted, OfferAccepted)
    assert accepted.agent == "taras"
