"""Who does not answer is set not ready; the next agent rings, and the caller is still first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.states import AgentState, CallState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


async def test_an_unanswered_offer_goes_to_the_next_agent_and_the_caller_stays_first(
    stage: Stage,
) -> None:
    ring_limit = stage.rules("dnipro/vip").ring_seconds
    async with stage:
        olena = await stage.agent("olena")
        first = await stage.caller("600201")
        unanswered = await olena.rings()
        second = await stage.caller("600201", CallOutcome.ABANDONED)
        await second.becomes(CallState.WAITING)
        ended = await unanswered.ended(timeout_seconds=ring_limit + 3)
        assert abs(ended.at - (unanswered.timeline.ringing or 0.0) - ring_limit) < 1.0
        await olena.becomes(AgentState.NOT_READY)
        taras = await stage.agent("taras")
        await hear_each_other(first, taras, await taras.answers())
        assert second.states[-1] is CallState.WAITING
        await first.hangs_up()
        offers = (await first.record())["offers"]
        assert "unanswered" in str(offers)
        assert len(olena.phone.incoming_calls) == 1


async def test_a_declined_offer_goes_to_the_next_agent_at_once(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        taras = await stage.agent("taras")
        caller = await stage.caller("600201")
        (await olena.rings()).decline(486)
        await hear_each_other(caller, taras, await taras.answers())
        await olena.becomes(AgentState.NOT_READY)
        assert stage.system.ledger.agents[olena.id].reason == "busy"


async def test_an_agent_whose_phone_is_gone_is_passed_over(stage: Stage) -> None:
    async with stage:
        olena = await stage.agent("olena")
        taras = await stage.agent("taras")
        await olena.phone.unregister()
        caller = await stage.caller("600201")
        await hear_each_other(caller, taras, await taras.answers(seconds=3))
        assert olena.state is AgentState.AVAILABLE  # it was the phone's doing, not the agent's
