"""A campaign learns from its calls who answers, and calls the likelier ones for who is free."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import orjson
import pytest

from ccengine.core.dialer.answer_scores import CALLS_BEFORE
from ccengine.core.dialer.leads import AttemptOutcome, Lead, LeadNumber
from ccengine.core.dialer.pacing.budgets import Limit
from ccengine.core.dialer.pacing.scores import AVERAGE
from ccengine.core.dialer.purposes import Mode
from ccengine.core.events import CampaignFinished, CampaignPaused
from ccengine.core.pacing import SCORED_UP_TO
from tests.core.builders import agent_settings, queue_settings
from tests.core.dialing_stage import RENEWALS, DialingStage, campaign
from tests.core.stage import state_bytes
from tests.core.test_snapshots import through_the_journal

GOOD, BAD = "+49301", "+49302"  # networks in which many and few answer


def stage_of(agents: int) -> DialingStage:
    """Return a predictive campaign whose list has as many numbers of either network, in turns."""
    stage = DialingStage(3000)
    stage.agents = {f"a{number}": agent_settings("sales:4") for number in range(agents)}
    stage.queues = {"sales": queue_settings("sales:1")}
    rules = campaign(Mode.PREDICTIVE, limits=(Limit(0.03),), calls_at_most=40)
    stage.fresh = [_of_a_network(one) for one in stage.fresh]
    stage.with_campaigns(renewals=rules)
    for name in stage.agents:
        stage.log_in(name)
    stage.start()
    return stage


def _of_a_network(lead: Lead) -> Lead:
    number = f"{GOOD if lead.key % 2 else BAD}{lead.key:05}"
    return replace(lead, numbers=(LeadNumber(number=number),))


def live(stage: DialingStage, calls: int, random: Random) -> Counter[str]:
    """Have so many calls end, and return how many were to each network."""
    to: Counter[str] = Counter()
    while to.total() < calls:
        for call in stage.all_dialed():
            network = stage.placed[call].number[:6]
            to[network] += 1
            if random.random() < (0.5 if network == GOOD else 0.05):
                stage.lead_answers(call)
                if stage.call_state(call) == "offered":
                    stage.agent_takes(call)
            else:
                stage.lead_fails(call, AttemptOutcome.NO_ANSWER)
        for call in list(stage.center.calls):
            stage.hang_up(call)
        stage.wait(7)
    return to


def test_until_enough_is_known_leads_are_called_in_the_lists_order() -> None:
    stage = stage_of(3)
    live(stage, CALLS_BEFORE - 10, Random(1))
    for call in stage.all_dialed():
        assert stage.center.in_air[call].score is None
        assert stage.center.in_air[call].signs
    keys = [one.lead for one in stage.center.in_air.values()]
    assert keys == sorted(keys)


def begun_anew(stage: DialingStage, stop: type[CampaignPaused | CampaignFinished]) -> str:
    """Have a campaign go on with idle agents and nobody in the air; return whom it calls first."""
    stage.post(stop(campaign=RENEWALS, by="olga"))
    for call in stage.all_dialed():
        stage.lead_fails(call)
    stage.start()
    return stage.placed[stage.ringing()[0]].number


@pytest.mark.parametrize("skipped", [0, 1])
def test_an_idle_agent_is_called_the_likeliest_of_the_next(skipped: int) -> None:
    """Given what was learned, then by that, whichever of both networks comes first in the list."""
    stage = stage_of(3)
    live(stage, 4 * CALLS_BEFORE, Random(1))
    stage.fresh = stage.fresh[skipped:]
    assert begun_anew(stage, CampaignPaused).startswith(GOOD)
    scores = {one.number[:6]: one.score for one in stage.center.in_air.values()}
    assert (scores[GOOD] or 0.0) > 1.5 * (scores.get(BAD) or AVERAGE)


def test_a_campaign_that_was_finished_learns_anew() -> None:
    stage = stage_of(3)
    live(stage, 4 * CALLS_BEFORE, Random(1))
    first = stage.fresh[0]
    assert begun_anew(stage, CampaignFinished) == first.numbers[0].number
    assert {one.score for one in stage.center.in_air.values()} == {None}


def test_a_large_team_goes_by_the_lists_order() -> None:
    stage = stage_of(SCORED_UP_TO + 1)
    live(stage, 3 * CALLS_BEFORE, Random(1))
    assert {one.score for one in stage.center.in_air.values()} == {None}


@pytest.mark.parametrize("calls", [CALLS_BEFORE - 20, 2 * CALLS_BEFORE])
def test_what_was_learned_survives_to_the_last_bit(calls: int) -> None:
    """Given an engine that goes on from the journal, both place the same calls from then on."""
    stage = stage_of(4)
    live(stage, calls, Random(3))
    live(stage, 20, Random(4))
    again = through_the_journal(stage.center)
    assert state_bytes(again) == state_bytes(stage.center)
    for second in range(1, 100):
        now = stage.now + second
        assert orjson.dumps(again.advance(now)) == orjson.dumps(stage.center.advance(now))
    assert state_bytes(again) == state_bytes(stage.center)
