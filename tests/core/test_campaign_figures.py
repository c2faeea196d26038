"""Figures of a campaign that runs: calls, limits' windows, and how busy its agents are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.dialer.figures import Figures, WindowCount
from ccengine.core.dialer.pacing.budgets import Limit, Window
from ccengine.core.dialer.purposes import Mode
from ccengine.core.periods import Period
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, DialingStage, campaign
from tests.core.test_snapshots import through_the_journal

if TYPE_CHECKING:
    from ccengine.core.dialer.pacing.situation import Decision, Situation

LIMITS = (Limit(0.03, Window.THIRTY_DAYS), Limit(0.05, Window.CALENDAR_MONTH))


@pytest.fixture
def stage() -> DialingStage:
    """Anna serves a campaign that calls twice for each free agent."""
    stage = DialingStage()
    stage.agents = {"anna": agent_settings("sales:4")}
    stage.queues = {"sales": queue_settings("sales:1", wrap_up=10.0)}
    stage.with_campaigns(renewals=campaign(Mode.POWER, ratio=2.0, limits=LIMITS))
    stage.log_in("anna")
    stage.start()
    return stage


def figures(stage: DialingStage) -> Figures:
    return stage.center.campaigns[RENEWALS].figures


def test_calls_are_counted_by_what_became_of_them(stage: DialingStage) -> None:
    first, second = stage.all_dialed()
    stage.lead_answers(first)
    stage.agent_takes(first)
    stage.lead_answers(second)
    stage.abandoned(second)
    assert (figures(stage).dialed, figures(stage).live, figures(stage).abandoned) == (2, 2, 1)
    assert [one.share for one in stage.center.campaigns[RENEWALS].windows] == [0.5, 0.5]


def test_who_is_not_reached_is_no_live_answer(stage: DialingStage) -> None:
    stage.lead_fails(stage.all_dialed()[0])
    assert (figures(stage).unanswered, figures(stage).live) == (1, 0)
    assert stage.center.campaigns[RENEWALS].windows[0].share is None


def test_a_machine_is_taken_out_of_the_live_answers(stage: DialingStage) -> None:
    call = stage.all_dialed()[0]
    stage.lead_answers(call)
    stage.agent_takes(call)
    stage.machine_heard(call)
    assert (figures(stage).machines, figures(stage).live) == (1, 0)
    assert stage.center.campaigns[RENEWALS].windows[1].live == 0


def test_who_was_abandoned_is_live_whatever_a_detector_says(stage: DialingStage) -> None:
    first, second = stage.all_dialed()
    stage.lead_answers(first)
    stage.agent_takes(first)
    stage.lead_answers(second)
    stage.machine_heard(second)
    assert figures(stage).live == 1
    stage.abandoned(second)
    assert (figures(stage).live, figures(stage).abandoned, figures(stage).machines) == (2, 1, 0)


def test_a_window_goes_on_from_what_is_stored(stage: DialingStage) -> None:
    opened = events.AbandonWindowOpened(
        campaign=RENEWALS, limit=1, live=200, abandoned=4, ends_at=9000.0
    )
    stage.post(opened)
    stage.lead_answers(stage.all_dialed()[0])
    weeks, month = stage.center.campaigns[RENEWALS].windows
    assert (weeks.live, month) == (1, WindowCount(live=201, abandoned=4, ends_at=9000.0))


HOURS = (Period(0.0, 3600.0), Period(90_000.0, 93_600.0))


@pytest.mark.parametrize(
    ("periods", "ends_at", "expected"),
    [
        (HOURS, None, 3600.0),
        (HOURS, 600.0, 600.0),
        (None, 600.0, 600.0),
        ((Period(None, None),), None, None),
        (None, None, None),
    ],
)
def test_the_law_is_told_when_the_days_work_ends(
    stage: DialingStage,
    monkeypatch: pytest.MonkeyPatch,
    periods: tuple[Period, ...] | None,
    ends_at: float | None,
    expected: float | None,
) -> None:
    """By the hours that run, and by the campaign's end; each day anew, also after a reload."""
    plan = campaign(Mode.POWER, ratio=2.0, limits=LIMITS, periods=periods, ends_at=ends_at)
    stage.with_campaigns(renewals=plan)
    run = stage.center.campaigns[RENEWALS]
    seen: list[float | None] = []
    decide = run.law.decide

    def watched(situation: Situation) -> Decision:
        seen.append(situation.work_ends_s)
        return decide(situation)

    monkeypatch.setattr(run.law, "decide", watched)
    stage.until(5)
    assert set(seen) == {expected}


def test_utilisation_is_talk_and_wrap_up_over_staffed_time(stage: DialingStage) -> None:
    assert figures(stage).utilisation is None
    stage.until(10)
    call = stage.all_dialed()[0]
    stage.lead_answers(call)
    stage.agent_takes(call)
    stage.until(20)
    stage.hang_up(call)
    stage.until(30)
    stage.pause()
    stage.until(60)
    assert figures(stage).staffed_seconds == pytest.approx(30, abs=1)
    assert figures(stage).utilisation == pytest.approx(20 / 30, abs=0.05)


def test_who_did_it_and_why_is_known_and_goes_with_a_snapshot(stage: DialingStage) -> None:
    stage.all_dialed()
    stage.until(5)
    stage.post(events.CampaignPaused(campaign=RENEWALS, by="olga", reason="lunch"))
    run = through_the_journal(stage.center).campaigns[RENEWALS]
    assert (run.by, run.reason, run.since) == ("olga", "lunch", 5.0)
    assert run.figures == figures(stage)
    assert len(run.windows) == 2
