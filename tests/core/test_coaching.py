"""Who may coach whom, what a coach is to hear, taking over: told as stories, and at random."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import orjson
import pytest

from ccengine.core import events
from ccengine.core.coaching import NOT_LED
from ccengine.core.commands import Command, EndCoaching, OfferCall, SeatCoach, ShowCoaching
from ccengine.core.errors import CoachRefused, CoreError
from ccengine.core.events import CoachMode
from ccengine.core.ids import AgentId, CallId, ClientId, CoachingId, PhoneId
from ccengine.core.states import AgentState, CallState, Kind
from tests.core.builders import agent_dialled, plan_of, queue_settings
from tests.core.stage import Like, Stage, state_bytes
from tests.core.test_handover import consulted, handed_over, random_event
from tests.core.test_snapshots import through_the_journal
from tests.sizes import by_size

SEEDS = by_size(small=40, full=400)
STEPS = 80


@pytest.fixture
def led() -> Stage:
    """Anna serves; lea leads her, and qualifies as well; bob may be asked."""
    stage = Stage()
    lead(stage, anna="billing:4", bob="billing:2", lea="billing:4")
    return stage


def lead(stage: Stage, **skills: str) -> None:
    stage.queues["billing"] = queue_settings("billing:1", wrap_up=10.0)
    stage.staff(**skills)
    stage.agents = {name: replace(one, team="desk") for name, one in stage.agents.items()}
    leaders = tuple(AgentId(name) for name in ("lea", "lou") if name in skills)
    stage.house["supervisors"] = {"desk": leaders}
    stage.plan()


def started(coach: str = "lea", agent: str = "anna", **more: object) -> events.CoachingStarted:
    given = {"coaching": CoachingId(f"co-{coach}"), "channel": f"{coach}-k", **more}
    mode = given.pop("mode", CoachMode.MONITOR)
    return events.CoachingStarted(coach=AgentId(coach), agent=AgentId(agent), mode=mode, **given)  # type: ignore[arg-type]


def changed(mode: CoachMode, coach: str = "lea", agent: str = "anna") -> events.CoachModeChanged:
    return events.CoachModeChanged(
        coaching=CoachingId(f"co-{coach}"), coach=AgentId(coach), agent=AgentId(agent), mode=mode
    )


def taken_over(call: str = "c1", coach: str = "lea", agent: str = "anna") -> events.CallTakenOver:
    return events.CallTakenOver(
        call=CallId(call),
        agent=AgentId(agent),
        to_agent=AgentId(coach),
        coaching=CoachingId(f"co-{coach}"),
        channel=f"{coach}-k",
    )


def talking(stage: Stage, call: str = "c1") -> None:
    stage.not_ready("bob")
    if stage.center.agent(AgentId("lea")).coaching is None:
        stage.post(started())
    assert stage.talk(call, "billing") == "anna"


def test_a_coach_is_offered_nothing_and_follows_from_call_to_call(led: Stage) -> None:
    led.not_ready("bob")
    led.post(started())
    assert led.center.agent(AgentId("lea")).barred == "coaches"
    assert led.talk("c1", "billing") == "anna"
    commands = led.queue("c2", "billing")
    led.expect(commands)  # nobody is free, though lea qualifies
    seat = led.center.coachings[CoachingId("co-lea")].seat
    assert (seat.call, seat.leg) == ("c1", "c1.1")
    commands = led.hang_up("c1")
    assert Like(SeatCoach, call=None, reason="no call") in commands
    assert Like(ShowCoaching, coach="lea", mode="monitor", call=None, reason="no call") in commands
    led.ready("anna")
    led.accept("c2")
    commands = led.bridge("c2")
    assert Like(SeatCoach, call="c2", leg="c2.1") in commands
    assert Like(ShowCoaching, agent="anna", mode="monitor", call="c2") in commands
    led.queue("c3", "billing")
    commands = led.post(over())
    assert Like(ShowCoaching, coach="lea", agent="anna", mode=None) in commands
    led.expect(commands, Like(OfferCall, agent="lea", call="c3"))


@pytest.mark.parametrize(("coach", "agent"), [("anna", "lea"), ("bob", "anna"), ("lea", "lea")])
def test_who_leads_nobody_coaches_nobody(led: Stage, coach: str, agent: str) -> None:
    with pytest.raises(CoachRefused, match="no supervisor"):
        led.post(started(coach, agent))


def test_one_speaks_at_a_time() -> None:
    stage = Stage()
    lead(stage, anna="billing:4", lea="billing:4", lou="billing:4")
    stage.post(started("lea", mode=CoachMode.WHISPER))
    with pytest.raises(CoachRefused, match="speaks"):
        stage.post(started("lou", mode=CoachMode.BARGE))
    stage.post(started("lou"))
    with pytest.raises(CoachRefused, match="speaks"):
        stage.post(changed(CoachMode.WHISPER, "lou"))
    stage.post(changed(CoachMode.BARGE))
    stage.post(changed(CoachMode.MONITOR))
    stage.post(changed(CoachMode.WHISPER, "lou"))


def test_a_call_of_a_client_the_coach_has_no_approval_for_is_not_heard(led: Stage) -> None:
    led.agents["lea"] = replace(led.agents["lea"], clients=())
    led.plan()
    led.not_ready("bob")
    led.post(started())
    led.queue("c1", "billing")
    led.accept("c1")
    commands = led.bridge("c1")
    assert Like(SeatCoach, call=None, leg="", reason="another client's call") in commands
    with pytest.raises(CoachRefused):
        led.post(taken_over())


def test_a_talk_between_colleagues_is_not_heard(led: Stage) -> None:
    led.post(started())
    led.post(replace(agent_dialled("d1", "anna", Kind.INTERNAL), client=ClientId("")))
    seat = led.center.coachings[CoachingId("co-lea")].seat
    assert (seat.call, seat.unheard) == (None, "a talk between colleagues")


def test_through_hold_consult_and_handing_over(led: Stage) -> None:
    talking(led)
    both = {"call": CallId("c1"), "agent": AgentId("anna")}
    commands = led.post(events.HoldStarted(**both, how=events.HoldBy.CODE))
    assert Like(SeatCoach, call="c1", held=True) in commands
    led.ready("bob")
    consulted(led, "bob")
    assert led.center.coachings[CoachingId("co-lea")].seat.leg == "c1-x-side"
    with pytest.raises(CoachRefused, match="consulted"):
        led.post(taken_over())
    handed_over(led, "bob")
    assert led.center.coachings[CoachingId("co-lea")].seat.call is None


def test_taking_over_is_a_part_of_its_own(led: Stage) -> None:
    led.not_ready("lea")
    talking(led)
    led.wait(30)
    commands = led.post(taken_over())
    assert not [one for one in commands if isinstance(one, EndCoaching)]
    assert led.state("anna") == "wrap_up"
    assert led.state("lea") == "on_call"
    assert not led.center.coachings
    call = led.center.calls[CallId("c1")]
    assert (call.agent, call.offer, call.state) == ("lea", "lea-k", CallState.TALKING)
    led.end_talk("c1")
    assert led.state("lea") == "wrap_up"
    led.wait(11)
    assert led.state("lea") == "not_ready", "as she was before"


def test_it_ends_when_either_logs_out(led: Stage) -> None:
    led.post(started())
    assert EndCoaching(coaching=CoachingId("co-lea"), reason="the agent logged out") in led.log_out(
        "anna"
    )
    led.expect(led.ready("bob"))  # it is said once


def over(coach: str = "lea", agent: str = "anna") -> events.CoachingEnded:
    return events.CoachingEnded(
        coaching=CoachingId(f"co-{coach}"), coach=AgentId(coach), agent=AgentId(agent), reason="x"
    )


def without(stage: Stage, agent: str) -> list[Command]:
    """Load a plan that no longer has an agent."""
    del stage.agents[agent]
    return stage.plan()


@pytest.mark.parametrize(
    ("gone", "reason"), [("anna", "the agent logged out"), ("lea", "the coach logged out")]
)
def test_whoever_a_new_plan_no_longer_has_is_coached_and_coaches_no_more(
    led: Stage, gone: str, reason: str
) -> None:
    led.post(started())
    asked = EndCoaching(coaching=CoachingId("co-lea"), reason=reason)
    assert asked in without(led, gone)
    assert led.queue("c1", "billing") != [], "whoever calls is served meanwhile"
    led.post(over())
    assert gone not in [agent.id for agent in led.center.agents()], "and then they are forgotten"


def test_a_new_plan_without_who_talks_ends_their_coaching_at_once(led: Stage) -> None:
    talking(led)
    asked = EndCoaching(coaching=CoachingId("co-lea"), reason=NOT_LED)
    assert asked in without(led, "anna")
    led.hang_up("c1")
    led.queue("c2", "billing")
    led.post(over())
    led.hang_up("c2")
    assert "anna" not in [agent.id for agent in led.center.agents()]


def test_a_new_plan_that_has_them_again_before_the_end_keeps_them(led: Stage) -> None:
    led.post(started())
    kept = led.agents["anna"]
    without(led, "anna")
    led.agents["anna"] = kept
    led.plan()
    led.post(over())
    led.log_in("anna")
    led.post(started())


def test_who_leads_the_team_no_more_coaches_it_no_more(led: Stage) -> None:
    talking(led)
    led.house["supervisors"] = {"desk": (AgentId("bob"),)}
    commands = led.plan()
    assert EndCoaching(coaching=CoachingId("co-lea"), reason=NOT_LED) in commands
    assert led.center.coachings[CoachingId("co-lea")].seat.call is None
    with pytest.raises(CoachRefused):
        led.post(taken_over())


def test_an_agent_who_changes_teams_leaves_their_coach_behind(led: Stage) -> None:
    led.post(started())
    led.agents["anna"] = replace(led.agents["anna"], team="other")
    assert Like(EndCoaching, reason=NOT_LED) in led.plan()


def replanned(stage: Stage, chance: Random) -> events.Event:
    """Return a plan that one agent or supervisor comes to, or is missing from."""
    agents = {
        name: one for name, one in stage.agents.items() if name == "carl" or chance.random() < 0.8
    }
    leaders = tuple(AgentId(name) for name in ("lea", "bob") if chance.random() < 0.7)
    here = tuple(name for name in leaders if name in agents)
    return events.PlanLoaded(plan=plan_of(agents, stage.queues, supervisors={"desk": here}))


def coached(stage: Stage, chance: Random) -> events.Event:
    if chance.random() < 0.1:
        return replanned(stage, chance)
    coach, agent = chance.choice(["lea", "bob"]), chance.choice(["anna", "bob", "lea"])
    seat = next((one.seat.call for one in stage.center.coachings.values()), None)
    made: list[events.Event] = [
        started(coach, agent),
        changed(chance.choice(list(CoachMode)), coach, agent),
        taken_over(seat or "c1", coach, agent),
        over(coach, agent),
        events.AgentLoggedIn(agent=AgentId(agent), phone=PhoneId(f"phone-{agent}")),
    ]
    return chance.choice(made)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_books_agree_and_a_restored_center_goes_on_alike(seed: int) -> None:
    chance = Random(seed)
    stage = Stage()
    lead(stage, anna="billing:4 sales:1", bob="billing:4", carl="sales:4", lea="billing:3")
    stage.queues["sales"] = queue_settings("sales:1")
    stage.plan()
    twin = through_the_journal(stage.center)
    for number in range(STEPS):
        ignored = stage.center.ignored
        try:
            now = coached(stage, chance) if chance.random() < 0.3 else None
            event = now or random_event(stage, chance, number)
            commands = stage.post(event)
        except CoreError:
            continue
        if stage.center.ignored == ignored:
            assert orjson.dumps(twin.handle(event, stage.now)) == orjson.dumps(commands)
        if chance.random() < 0.3:
            stage.wait(chance.choice([0.5, 5.0, 20.0]))
            twin = through_the_journal(stage.center)
        assert state_bytes(twin) == state_bytes(stage.center) or stage.center.ignored
        for coaching in stage.center.coachings.values():
            hears = coaching.seat.call
            if hears is not None:
                assert stage.center.calls[hears].agent == coaching.agent
                assert stage.center.agent(coaching.agent).state is AgentState.ON_CALL
