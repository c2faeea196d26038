"""A campaign's law by its mode, and rules' limits as shares of live answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.laws import PACED, PacingTerms, law_for, law_of, limit_of
from ccengine.core.dialer.pacing.budgets import Limit, Window
from ccengine.core.dialer.pacing.gated import Gated
from ccengine.core.dialer.pacing.look_ahead import LookAhead
from ccengine.core.dialer.pacing.policies import DEFAULT, POLICIES
from ccengine.core.dialer.pacing.situation import Situation
from ccengine.core.dialer.pacing.yardsticks import FixedRatio
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import AbandonLimit, Denominator, WindowKind
from ccengine.core.dialer.windows import Tally, abandoned_percent
from ccengine.core.ids import QueueId

THREE_IN_100 = Limit(0.03, strict=True)


def idle(agents: int) -> Situation:
    return Situation(1.0, agents, 0, agents, 100, [], [], [])


def test_each_mode_has_its_law() -> None:
    kinds = {mode: type(law_of(PacingTerms(mode=mode, ratio=2.0))) for mode in PACED}
    assert kinds == {
        Mode.PROGRESSIVE: FixedRatio, Mode.POWER: Gated, Mode.PREDICTIVE: LookAhead,
    }  # fmt: skip


@pytest.mark.parametrize("mode", [Mode.PREVIEW, Mode.UNATTENDED])
def test_without_pacing_there_is_no_law(mode: Mode) -> None:
    with pytest.raises(ValueError, match="no pacing"):
        law_of(PacingTerms(mode=mode))


@pytest.mark.parametrize("mode", PACED)
def test_where_no_call_may_be_abandoned_dialing_is_progressive(mode: Mode) -> None:
    law = law_of(PacingTerms(mode=mode, ratio=3.0, limits=(Limit(0.0),)))
    assert law.decide(idle(4)).calls == 4


def test_whoever_insists_on_a_ratio_keeps_the_usual_limit() -> None:
    law = law_of(PacingTerms(mode=Mode.POWER, ratio=2.0))
    for _ in range(3):
        law.call_abandoned(1.0)
    assert law.decide(idle(4)).calls == 4


@pytest.mark.parametrize("name", [one for one in POLICIES if one != DEFAULT])
def test_yardsticks_pace_within_the_limits(name: str) -> None:
    law = law_of(PacingTerms(mode=Mode.PREDICTIVE, law=name, limits=(THREE_IN_100,), agents=4))
    law.call_abandoned(1.0)
    assert law.decide(idle(4)).calls == 4
    again = law_of(PacingTerms(mode=Mode.PREDICTIVE, law=name, limits=(THREE_IN_100,), agents=4))
    again.recall(law.memory())
    assert again.memory() == law.memory()
    again.restore(law.saved())
    assert again.decide(idle(4)).calls == 4


@pytest.mark.parametrize("mode", [Mode.PREVIEW, Mode.UNATTENDED])
def test_where_agents_dial_no_law_asks_for_calls(mode: Mode) -> None:
    plan = CampaignPlan(queue=QueueId("nova/sales"), mode=mode)
    assert law_for(plan, 4).decide(idle(4)).calls == 0


def test_a_ratio_is_progressive_while_a_limit_is_reached() -> None:
    law = law_of(PacingTerms(mode=Mode.POWER, ratio=2.0, limits=(Limit(0.5), THREE_IN_100)))
    assert law.decide(idle(4)).calls == 4  # the first abandoned call would break the rule
    for _ in range(34):
        law.call_answered(1.0, 5.0, None)
    assert law.decide(idle(4)).calls == 8
    law.call_abandoned(1.0)
    assert law.decide(idle(4)).calls == 4


def test_a_machine_that_an_agent_heard_earns_nothing() -> None:
    law = law_of(PacingTerms(mode=Mode.POWER, ratio=2.0, limits=(THREE_IN_100,)))
    for _ in range(34):
        law.call_answered(1.0, 5.0, None)
    law.machine_heard(2.0)
    assert law.decide(idle(4)).calls == 4


def test_looking_ahead_takes_machines_back_in_each_of_its_limits() -> None:
    law = law_of(PacingTerms(mode=Mode.PREDICTIVE, limits=(THREE_IN_100, Limit(0.5, strict=True))))
    assert isinstance(law, LookAhead)
    for _ in range(34):
        law.call_answered(1.0, 5.0, None)
    assert not law.is_closed(1.0)
    law.machine_heard(2.0)
    assert law.is_closed(2.0)


@given(
    percent=st.floats(0, 100),
    of=st.sampled_from(Denominator),
    connected=st.integers(0, 1000),
    abandoned=st.integers(0, 1000),
    unanswered=st.integers(0, 1000),
)
def test_the_share_of_live_answers_is_never_easier_than_the_rule(
    percent: float, of: Denominator, connected: int, abandoned: int, unanswered: int
) -> None:
    """What keeps the share keeps the rule, whatever else was placed."""
    rule = AbandonLimit(percent=percent, of=of, window=WindowKind.MONTH)
    limit = limit_of(rule)
    assert limit.window is Window.CALENDAR_MONTH
    live = connected + abandoned
    if abandoned <= limit.share * live:
        count = Tally(placed=live + unanswered, connected=connected, abandoned=abandoned)
        assert abandoned_percent(rule, count) <= percent + 1e-6
