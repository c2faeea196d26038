"""Agents who come to a lead too late: they talk, and the law counts the call as abandoned."""

from __future__ import annotations

import pytest

from ccengine.core.dialer.leads import AttemptOutcome, MachineVerdict
from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.purposes import Mode
from ccengine.core.ids import AgentId, CallId
from ccengine.core.states import AgentState, CallState
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, DialingStage, campaign
from tests.core.stage import state_bytes
from tests.core.test_snapshots import through_the_journal


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage()
    stage.agents = {"anna": agent_settings("sales:4")}
    stage.queues = {"sales": queue_settings("sales:1")}
    stage.with_campaigns(renewals=campaign(Mode.POWER, ratio=1.0, limits=(Limit(0.03),)))
    stage.log_in("anna")
    stage.start()
    return stage


@pytest.fixture
def call(stage: DialingStage) -> CallId:
    """Somebody has answered, and anna's phone, too."""
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.accept(call)
    return call


def abandoned(stage: DialingStage) -> tuple[int, int, float]:
    """Return how many are, by figures, by the first window, and by the law."""
    run = stage.center.campaigns[RENEWALS]
    return run.figures.abandoned, run.windows[0].abandoned, run.law.memory()["0"][1]


@pytest.mark.parametrize("before_they_talk", [True, False])
def test_who_talks_with_an_agent_who_came_late_was_abandoned(
    stage: DialingStage, call: CallId, *, before_they_talk: bool
) -> None:
    if before_they_talk:
        stage.agent_came_late(call)
        assert stage.center.calls[call].state is CallState.CONNECTING
    stage.bridge(call)
    stage.agent_came_late(call)
    stage.agent_came_late(call)  # again: they are counted once
    assert abandoned(stage) == (1, 1, 1)
    known = stage.center.calls[call]
    assert (known.state, known.agent) == (CallState.TALKING, "anna")
    assert state_bytes(through_the_journal(stage.center)) == state_bytes(stage.center)
    stage.hang_up(call)
    stage.wait(15)
    (closed,) = stage.closed
    assert (closed.outcome, closed.agent) == (AttemptOutcome.ABANDONED, "anna")
    assert closed.is_late


def test_it_may_be_known_as_they_have_hung_up(stage: DialingStage, call: CallId) -> None:
    stage.bridge(call)
    stage.hang_up(call)
    stage.agent_came_late(call)
    stage.wait(15)
    assert [one.outcome for one in stage.closed] == [AttemptOutcome.ABANDONED]
    assert abandoned(stage) == (1, 1, 1)


def test_a_machine_is_nobody_who_could_be_abandoned(stage: DialingStage, call: CallId) -> None:
    stage.machine_heard(call, verdict=MachineVerdict.MACHINE)
    stage.agent_came_late(call)
    assert abandoned(stage) == (0, 0, 0)


def test_who_loses_their_late_agent_again_leaves_the_line(
    stage: DialingStage, call: CallId
) -> None:
    """The dialplan has them back: they are told who called, and are counted once."""
    stage.agent_came_late(call)
    stage.abandoned(call)
    assert stage.center.calls[call].state is CallState.IN_FLOW
    assert stage.center.agent(AgentId("anna")).state is AgentState.AVAILABLE
    assert abandoned(stage) == (1, 1, 1)
