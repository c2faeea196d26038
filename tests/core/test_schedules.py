"""Schedules of campaigns: they begin, rest and are over by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core import events
from ccengine.core.commands import CampaignChange, FollowSchedule, ReturnLeads
from ccengine.core.dialer.campaigns import UNTESTED
from ccengine.core.errors import CampaignOver, NotNow
from ccengine.core.periods import Period
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, DialingStage, campaign
from tests.core.stage import Like, state_bytes
from tests.core.test_snapshots import through_the_journal

if TYPE_CHECKING:
    from ccengine.core.commands import Command

MORNING, AFTERNOON = Period(100.0, 200.0), Period(300.0, 400.0)


@pytest.fixture
def stage() -> DialingStage:
    stage = DialingStage()
    stage.agents = {"anna": agent_settings("sales:4")}
    stage.queues = {"sales": queue_settings("sales:1")}
    return stage


def plan(stage: DialingStage, **rules: Any) -> None:
    known = {"periods": (MORNING, AFTERNOON), "ends_at": 400.0, "ends_because": "last day is over"}
    stage.with_campaigns(renewals=campaign(**{**known, **rules}))
    stage.log_in("anna")


def asked(commands: list[Command]) -> list[tuple[CampaignChange, str]]:
    return [(one.change, one.reason) for one in commands if isinstance(one, FollowSchedule)]


def is_running(stage: DialingStage) -> bool | None:
    run = stage.center.campaigns.get(RENEWALS)
    return None if run is None else run.is_running


def test_it_begins_rests_goes_on_and_is_over(stage: DialingStage) -> None:
    plan(stage, starts_itself=True)
    stage.until(99)
    assert is_running(stage) is None
    assert asked(stage.until(100)) == [(CampaignChange.START, "its hours have begun")]
    assert len(stage.ringing()) == 1
    told = stage.until(201)
    assert asked(told) == [(CampaignChange.PAUSE, "it is outside its hours")]
    assert Like(ReturnLeads, campaign=RENEWALS) in told  # nobody keeps claims overnight
    assert asked(stage.until(301)) == [(CampaignChange.START, "its hours have begun")]
    assert asked(stage.until(401)) == [(CampaignChange.FINISH, "last day is over")]
    assert is_running(stage) is None
    assert asked(stage.until(1000)) == []


def test_what_is_missing_keeps_it_from_beginning_and_stops_it(stage: DialingStage) -> None:
    plan(stage, starts_itself=True, hindrance="its message is not there")
    assert asked(stage.until(150)) == []
    assert is_running(stage) is None
    plan(stage, starts_itself=True)
    stage.until(151)
    assert is_running(stage)
    plan(stage, starts_itself=True, hindrance="its message is not there")
    stage.until(153)
    assert not is_running(stage)
    assert stage.center.campaigns[RENEWALS].reason == "its message is not there"


def test_it_rests_as_soon_as_the_tests_of_its_numbers_are_too_old(stage: DialingStage) -> None:
    """Else each of its leads would be claimed, not be dialed, and be claimed again."""
    plan(stage, starts_itself=True, shown_until=150.0)
    stage.until(149)
    assert is_running(stage)
    assert asked(stage.until(151)) == [(CampaignChange.PAUSE, UNTESTED)]
    assert not is_running(stage)
    with pytest.raises(NotNow, match=UNTESTED):
        stage.start()
    plan(stage, starts_itself=True)  # tested anew
    stage.until(153)
    assert is_running(stage)


def test_nothing_starts_that_should_be_started_by_somebody(stage: DialingStage) -> None:
    plan(stage)
    assert asked(stage.until(250)) == []
    stage.start()
    assert asked(stage.until(251)) == [(CampaignChange.PAUSE, "it is outside its hours")]
    stage.until(301)
    assert is_running(stage)


def test_what_a_person_pauses_no_schedule_starts(stage: DialingStage) -> None:
    plan(stage, starts_itself=True)
    stage.until(150)
    stage.pause()
    assert asked(stage.until(399)) == []
    assert is_running(stage) is False


def test_who_pauses_a_campaign_that_rests_keeps_it_paused(stage: DialingStage) -> None:
    plan(stage, starts_itself=True)
    stage.until(250)
    stage.pause()
    stage.until(350)
    assert is_running(stage) is False


def test_what_a_person_finishes_no_schedule_starts(stage: DialingStage) -> None:
    plan(stage, starts_itself=True)
    stage.until(150)
    stage.post(events.CampaignFinished(campaign=RENEWALS, by="olga"))
    stage.plan()
    assert asked(stage.until(399)) == []
    assert is_running(stage) is None


def test_after_its_end_nobody_starts_it(stage: DialingStage) -> None:
    plan(stage)
    stage.until(400)
    with pytest.raises(CampaignOver, match="last day is over"):
        stage.start()


def test_what_nobody_carries_out_is_asked_for_again(stage: DialingStage) -> None:
    plan(stage, starts_itself=True)
    stage.follows = False
    assert len(asked(stage.until(100))) == 1
    again = through_the_journal(stage.center)
    assert state_bytes(again) == state_bytes(stage.center)
    assert asked(stage.until(129)) == []
    stage.follows = True
    assert len(asked(stage.until(130))) == 1
    assert is_running(stage)


def test_at_any_hour_without_an_end_it_runs_until_somebody_stops_it(stage: DialingStage) -> None:
    plan(stage, periods=None, ends_at=None, starts_itself=True)
    assert is_running(stage)
    assert asked(stage.until(500)) == []
