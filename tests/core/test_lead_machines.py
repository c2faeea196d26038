"""Machines that were taken for people: no live answers, and attempts that ended so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ccengine.core import events
from ccengine.core.commands import CloseLead
from ccengine.core.dialer.leads import AttemptOutcome, MachineVerdict
from ccengine.core.dialer.pacing.budgets import Limit, Window
from ccengine.core.dialer.purposes import Mode
from ccengine.core.ids import AgentId, CallId
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, DialingStage, campaign
from tests.core.stage import Like
from tests.core.test_snapshots import through_the_journal


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage()
    stage.agents = {"anna": agent_settings("sales:4")}
    stage.queues = {"sales": queue_settings("sales:1")}
    return stage


@pytest.fixture
def heard(stage: DialingStage) -> CallId:
    """A call that has been answered, and anna talks with whoever that is."""
    settings = stage.queues["sales"]
    rules = replace(settings.outcome, dispositions=("sold", "voicemail"))
    stage.queues["sales"] = replace(settings, outcome=rules)
    known = {"limits": (Limit(0.03),), "machine_dispositions": ("voicemail",)}
    stage.with_campaigns(renewals=campaign(Mode.POWER, ratio=1.0, **known))
    stage.log_in("anna")
    stage.start()
    (call,) = stage.all_dialed()
    stage.lead_answers(call)
    stage.agent_takes(call)
    assert live_answers(stage) == 1
    return call


def live_answers(stage: DialingStage) -> float:
    """Return what the law of the campaign counts as live answers."""
    return stage.center.campaigns[RENEWALS].law.memory()["0"][0]


def says(stage: DialingStage, call: CallId, disposition: str) -> None:
    anna = AgentId("anna")
    stage.post(events.OutcomeSet(call=call, agent=anna, disposition=disposition))


def test_a_machine_that_an_agent_reports_is_no_live_answer(
    stage: DialingStage, heard: CallId
) -> None:
    says(stage, heard, "voicemail")
    assert live_answers(stage) == 0
    says(stage, heard, "voicemail")  # again: it is taken back once
    stage.hang_up(heard)
    stage.wait(15)
    (closed,) = stage.closed
    assert closed.outcome is AttemptOutcome.MACHINE
    assert live_answers(stage) == 0


def test_a_machine_may_be_reported_after_the_talk(stage: DialingStage, heard: CallId) -> None:
    stage.hang_up(heard)
    says(stage, heard, "voicemail")
    assert live_answers(stage) == 0
    stage.wait(15)
    assert stage.closed == [Like(CloseLead, outcome=AttemptOutcome.MACHINE)]


def test_a_person_stays_a_live_answer(stage: DialingStage, heard: CallId) -> None:
    says(stage, heard, "sold")
    stage.machine_heard(heard)  # too late: the agent knows better
    assert live_answers(stage) == 1
    stage.hang_up(heard)
    stage.wait(15)
    assert stage.closed == [Like(CloseLead, outcome=AttemptOutcome.ANSWERED)]


def test_who_was_cut_off_by_mistake_was_abandoned(stage: DialingStage, heard: CallId) -> None:
    stage.machine_heard(heard)
    stage.hang_up(heard)
    says(stage, heard, "sold")
    says(stage, heard, "sold")  # again: they are counted once
    run = stage.center.campaigns[RENEWALS]
    assert (run.figures.live, run.figures.abandoned, run.figures.machines) == (1, 1, 0)
    assert run.windows[0].abandoned == 1
    stage.wait(15)
    assert stage.closed == [Like(CloseLead, outcome=AttemptOutcome.ABANDONED)]


def test_who_was_cut_off_was_abandoned_also_if_it_is_said_later(
    stage: DialingStage, heard: CallId
) -> None:
    stage.machine_heard(heard)
    stage.hang_up(heard)
    stage.wait(15)
    says(stage, heard, "sold")
    says(stage, heard, "sold")
    assert stage.center.campaigns[RENEWALS].windows[0].abandoned == 1
    first, last = stage.closed
    assert (first.outcome, first.corrects) == (AttemptOutcome.MACHINE, False)
    assert (last.outcome, last.corrects) == (AttemptOutcome.ABANDONED, True)


def test_a_machine_that_was_cut_off_was_none_of_them(stage: DialingStage, heard: CallId) -> None:
    stage.machine_heard(heard)
    stage.hang_up(heard)
    says(stage, heard, "voicemail")
    assert stage.center.campaigns[RENEWALS].figures.abandoned == 0
    stage.wait(15)
    assert stage.closed == [Like(CloseLead, outcome=AttemptOutcome.MACHINE)]


def detected(stage: DialingStage, count: int, share: float) -> tuple[int, int, int]:
    """Have machines be detected before any agent; return live, abandoned and unanswered calls."""
    known = {"limits": (Limit(0.03),), "detector_error_share": share}
    stage.with_campaigns(renewals=campaign(Mode.POWER, ratio=1.0, **known))
    stage.log_in("anna")
    stage.start()
    for _ in range(count):
        (call,) = stage.all_dialed()
        stage.machine_heard(call)
        stage.lead_fails(call, AttemptOutcome.MACHINE)
        stage.wait(1)
    figures = stage.center.campaigns[RENEWALS].figures
    return figures.live, figures.abandoned, figures.unanswered


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, (0, 0, 20)), (0.1, (2, 2, 18)), (0.3, (6, 6, 14))]
)
def test_of_machines_before_an_agent_an_audits_share_were_people(
    stage: DialingStage, share: float, expected: tuple[int, int, int]
) -> None:
    assert detected(stage, 20, share) == expected


def test_the_share_goes_on_after_a_restart(stage: DialingStage) -> None:
    detected(stage, 5, 0.1)
    again = through_the_journal(stage.center)
    assert again.campaigns[RENEWALS].errors_owed == pytest.approx(0.5)


def test_the_agent_overrules_the_detector(stage: DialingStage, heard: CallId) -> None:
    run = stage.center.campaigns[RENEWALS]
    stage.with_campaigns(renewals=replace(run.plan, detector_errors=False))
    stage.machine_heard(heard, verdict=MachineVerdict.UNSURE)
    assert live_answers(stage) == 1
    stage.machine_heard(heard)
    assert live_answers(stage) == 0  # and stays so: stricter than it need be
    says(stage, heard, "sold")
    stage.hang_up(heard)
    stage.wait(15)
    assert stage.closed == [Like(CloseLead, outcome=AttemptOutcome.ANSWERED)]


def test_a_machine_nobody_came_for_was_abandoned_all_the_same(stage: DialingStage) -> None:
    known = {"limits": (Limit(0.03, Window.THIRTY_DAYS),)}
    stage.with_campaigns(renewals=campaign(Mode.POWER, ratio=2.0, **known))
    stage.log_in("anna")
    stage.start()
    first, second = stage.all_dialed()
    stage.lead_answers(first)
    stage.agent_takes(first)
    stage.lead_answers(second)
    stage.wait(2)
    stage.abandoned(second)
    stage.machine_heard(second)
    assert live_answers(stage) == 2
