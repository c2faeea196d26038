"""Sixty calls, five agents, three queues, two clients: each call's agent is the right one.

Which one is right is worked out from the YAML and from what the journal says that happened, by code
that knows nothing of the core (`tests/core/naive_routing.py`): for each offer, in order, the caller
and the agent. The phones say which of them rang in fact, and `explain` has to agree.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ccengine.core.commands import WithdrawOffer
from ccengine.core.events import CallArrived, CallQueued, ConversationStarted, OfferDeclined
from ccengine.core.explaining import Passed
from ccengine.core.ids import OfferId
from ccengine.core.offers import NO_ANSWER
from ccengine.reporting.call_record import CallOutcome
from ccengine.reporting.rows import Step
from ccengine.simulator.journal_day import steps_of
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.moments import choices
from tests.core.naive_routing import NaiveRouting
from tests.core.recount import recount
from tests.e2e.configuration import another_tenant
from tests.e2e.sixty_calls import TENANT
from tests.e2e.sixty_calls.agents import Desk, rung_for
from tests.e2e.sixty_calls.callers import calling
from tests.e2e.sixty_calls.day import calls_to_come
from tests.e2e.sixty_calls.rules import plan_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccengine.core.explaining import Choice
    from tests.core.recount import Recount
    from tests.e2e.people import Agent, CallInJournal
    from tests.e2e.stage import Stage

CALLS = 60
LATE_SECONDS = 1.0
"""Wrap-ups, rings, rests and steps end by a timer, and not so much later than they should."""
CHOICES_AT_LEAST = 10


@pytest.mark.timeout(150)
async def test_each_call_goes_to_the_agent_whom_a_naive_recount_names(
    stage: Stage, tmp_path: Path
) -> None:
    async with another_tenant(stage.system, TENANT), stage:
        ledger = stage.system.ledger
        turns, lost = dict(ledger.turns), set(ledger.lost)
        agents = await all_at_their_desks(stage)
        callers = await serve_the_day(stage, agents, tmp_path)
        with JournalReader.open(stage.system.paths.journal) as journal:
            rows = journal.rows(since=stage.since)
            steps = [step for step in steps_of(rows) if isinstance(step, Step)]
            routing = NaiveRouting(plan_in(TENANT), steps[0].at, turns=turns, lost=lost)
            found = recount(routing, steps)
            assert len(found.differences) == 0, found.told()
            assert found.latest < LATE_SECONDS
            expect_a_full_day(found, steps)
            expect_the_phones_agree(found, steps, callers, agents)
            expect_explain_agrees(found, choices(journal, [OfferId(one) for one in found.offers]))


async def all_at_their_desks(stage: Stage) -> list[Agent]:
    async with asyncio.TaskGroup() as arriving:
        coming = [
            arriving.create_task(stage.agent(name, at=settings.phone))
            for name, settings in plan_in(TENANT).agents.items()
        ]
    return [task.result() for task in coming]


async def serve_the_day(stage: Stage, agents: Sequence[Agent], folder: Path) -> list[CallInJournal]:
    """Have all calls made and served; return them in the order of their coming."""
    to_come = calls_to_come()
    assert len(to_come) == CALLS
    either = (CallOutcome.ANSWERED, CallOutcome.ABANDONED)
    callers = [stage.expect_call(*(either if one.is_hurried else either[:1])) for one in to_come]
    account = stage.system.account(stage.system.tenant.settings.callers[0])
    async with (
        calling(account, to_come, [one.shown for one in callers], folder) as through,
        asyncio.TaskGroup() as working,
    ):
        tasks = [working.create_task(Desk(agent).works()) for agent in agents]
        await through()
        for task in tasks:
            task.cancel()
    return callers


def expect_a_full_day(found: Recount, steps: Sequence[Step]) -> None:
    """Enough of everything has happened: a day on which nobody waits shows nothing."""
    happened = Counter(type(step.event) for step in steps if step.commands)  # late ones have none
    reasons = Counter(one.reason for step in steps for one in step.commands
                      if isinstance(one, WithdrawOffer))  # fmt: skip
    counts = {
        "offers": len(found.offers),
        "agents who had several callers to choose from": found.agents_chose,
        "callers who had several agents to choose from": found.callers_chose,
        "offers after a relax step": found.relaxed,
        "declined": happened[OfferDeclined],
        "unanswered": reasons[NO_ANSWER],
        "given up by the caller": happened[CallArrived] - happened[ConversationStarted],
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    sys.stdout.write(f"\n  {told}; timer late by {found.latest * 1000:.0f} ms at most\n")
    assert happened[CallArrived] == happened[CallQueued] == CALLS
    assert found.agents_chose >= CHOICES_AT_LEAST, told
    assert found.callers_chose >= CHOICES_AT_LEAST, told
    assert all(counts.values()), told


def expect_the_phones_agree(
    found: Recount, steps: Sequence[Step], callers: Sequence[CallInJournal], agents: Sequence[Agent]
) -> None:
    """By SIP: the phones that rang are those named, in order, and the last of them answered.

    One whose offer was withdrawn at once, as its agent took a break, may not have rung.
    """
    withdrawn = {one.offer for step in steps for one in step.commands
                 if isinstance(one, WithdrawOffer)}  # fmt: skip
    talked = {step.event.call for step in steps if isinstance(step.event, ConversationStarted)}
    rung = rung_for(agents)
    for caller in callers:
        call = caller.call_id or ""
        named = {offer: due.agent for offer, due in found.offers.items() if due.call == call}
        stayed = [agent for offer, agent in named.items() if offer not in withdrawn]
        rang = [name for name, _ in rung.get(caller.shown, ())]
        in_order = is_within(stayed, rang) and is_within(rang, list(named.values()))
        assert in_order, f"{call}: {rang} rang, should be {named}, withdrawn {withdrawn & {*named}}"
        if call in talked:
            answered = [name for name, answered in rung[caller.shown] if answered]
            assert answered == list(named.values())[-1:], f"{call}: {answered} answered"


def is_within(some: Sequence[str], every: Sequence[str]) -> bool:
    """Tell whether some come among all, in this order."""
    rest = iter(every)
    return all(one in rest for one in some)


def expect_explain_agrees(found: Recount, explained: dict[OfferId, Choice]) -> None:
    """The same agent, and the same others who were free and could have had the call."""
    assert set(explained) == set(found.offers)
    for offer, choice in explained.items():
        due = found.offers[offer]
        ranked_lower = {one.agent for one in choice.passed if one.reason is Passed.RANKED_LOWER}
        assert (choice.call, choice.agent) == (due.call, due.agent)
        assert {choice.agent, *ranked_lower} == set(due.agents), f"{offer}: {due}"
