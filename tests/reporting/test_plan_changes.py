"""What `ccengine plan` tells: worked examples, each beside what the center then does."""

from __future__ import annotations

from dataclasses import replace

from ccengine.core.center import ContactCenter
from ccengine.core.events import (
    AgentLoggedIn,
    AgentWentNotReady,
    CallQueued,
    ConversationStarted,
    Event,
    OfferAccepted,
    PlanLoaded,
    SwitchResynced,
)
from ccengine.core.ids import AgentId, CallId, GroupId, LicenceId, OfferId, PhoneId, QueueId
from ccengine.core.periods import Period
from ccengine.core.plan import AgentSettings, Days, Plan
from ccengine.core.queues import Empty, Limits, Overflow, QueueSettings, RelaxStep
from ccengine.core.states import AgentState
from ccengine.reporting.plan_changes import AgentChange, CallChange, PlanChanges, changes_of
from tests.core.builders import agent_settings, call_arrived, plan_of, queue_settings, skills

AGENTS = {"anna": agent_settings("billing:4"), "bob": agent_settings("billing:7 sales:3")}
QUEUES = {"billing": queue_settings("billing:5"), "sales": queue_settings("sales:1")}
START = plan_of(AGENTS, QUEUES)


def center_with(*events: Event, plan: Plan = START) -> ContactCenter:
    """A center where anna and bob are logged in and not ready, and then the events."""
    center = ContactCenter()
    shift: list[Event] = [PlanLoaded(plan=plan), SwitchResynced(node="node1")]
    for phone, agent in enumerate(plan.agents, 201):
        shift.append(AgentLoggedIn(agent=agent, phone=PhoneId(str(phone))))
        shift.append(AgentWentNotReady(agent=agent, reason="lunch"))
    for event in (*shift, *events):
        center.handle(event, 100.0)
    return center


def waiting(call: str, queue: str) -> list[Event]:
    return [call_arrived(call), CallQueued(call=CallId(call), queue=QueueId(f"nova/{queue}"))]


def after(
    center: ContactCenter,
    agents: dict[str, AgentSettings] | None = None,
    queues: dict[str, QueueSettings] | None = None,
) -> PlanChanges:
    plan = plan_of(AGENTS if agents is None else agents, QUEUES if queues is None else queues)
    before = center.snapshot()
    changes = changes_of(center, replace(plan, version="2"), 130.0)
    assert center.snapshot() == before, "looking must not touch"
    return changes


def one_call(changes: PlanChanges) -> CallChange:
    (change,) = changes.calls
    return change


def one_agent(changes: PlanChanges) -> AgentChange:
    (change,) = changes.agents
    return change


def test_the_same_rules_change_nothing() -> None:
    changes = after(center_with(*waiting("c1", "billing")))
    assert (changes.calls, changes.agents, changes.queues_changed) == ((), (), ())
    assert (changes.waiting, changes.logged_in) == (1, 2)
    assert (changes.version_before, changes.version_after) == ("1", "2")


def test_a_need_that_rises_costs_agents() -> None:
    center = center_with(*waiting("c1", "billing"), *waiting("c2", "sales"))
    changes = after(center, queues={**QUEUES, "billing": queue_settings("billing:8")})
    change = one_call(changes)
    assert (change.call, change.waited_seconds) == ("c1", 30.0)
    assert change.needs == ("skills: billing 5 → billing 8",)
    assert (change.qualified_before, change.qualified_after, change.loses) == (1, 0, ("bob",))
    assert (change.logged_in_before, change.logged_in_after) == (1, 0)
    assert changes.queues_changed == ("nova/billing",)
    assert one_agent(changes).loses == ("nova/billing",)


def test_a_need_that_falls_wins_agents() -> None:
    changes = after(
        center_with(*waiting("c1", "billing")),
        queues={**QUEUES, "billing": queue_settings("billing:4")},
    )
    assert (one_call(changes).qualified_after, one_call(changes).gains) == (2, ("anna",))
    change = one_agent(changes)
    assert (change.agent, change.gains, change.changed) == ("anna", ("nova/billing",), ())


def test_a_queue_that_is_gone() -> None:
    changes = after(center_with(*waiting("c1", "sales")), queues={"billing": QUEUES["billing"]})
    change = one_call(changes)
    assert change.queue_gone
    assert change.needs == ("skills: sales 1 → any",)
    assert change.qualified_after == 2
    assert changes.queues_gone == ("nova/sales",)
    assert one_agent(changes).loses == ("nova/sales",)


def test_an_agent_who_is_gone_is_logged_out() -> None:
    changes = after(center_with(*waiting("c1", "billing")), agents={"anna": AGENTS["anna"]})
    change = one_agent(changes)
    assert (change.agent, change.logged_out) == ("bob", "now")
    assert one_call(changes).qualified_after == 0


def test_an_agent_who_talks_is_logged_out_after_the_call() -> None:
    ready = plan_of({"bob": AGENTS["bob"]}, QUEUES)
    center = ContactCenter()
    events: list[Event] = [
        PlanLoaded(plan=ready),
        SwitchResynced(node="node1"),
        AgentLoggedIn(agent=AgentId("bob"), phone=PhoneId("201")),
        *waiting("c1", "billing"),
        OfferAccepted(call=CallId("c1"), agent=AgentId("bob"), offer=OfferId("c1.1")),
        ConversationStarted(call=CallId("c1"), agent=AgentId("bob"), bridge="b1"),
    ]
    for event in events:
        center.handle(event, 100.0)
    changes = after(center, agents={"anna": AGENTS["anna"]})
    assert one_agent(changes).logged_out == "after the call"
    assert one_agent(changes).state is AgentState.ON_CALL
    assert (changes.calls, changes.waiting) == ((), 0)


def test_who_would_be_offered_at_once_is_told() -> None:
    center = ContactCenter()
    events: list[Event] = [
        PlanLoaded(plan=START),
        SwitchResynced(node="node1"),
        AgentLoggedIn(agent=AgentId("anna"), phone=PhoneId("201")),
        *waiting("c1", "billing"),
    ]
    for event in events:
        center.handle(event, 100.0)
    changes = after(center, agents={**AGENTS, "anna": agent_settings("billing:5")})
    assert one_call(changes).outcome == "is offered to anna"
    assert one_agent(changes).changed == ("skills",)


def test_who_would_be_sent_away_at_once_is_told() -> None:
    nobody_ready = (Empty.OFFLINE, Empty.NOT_READY)
    limits = Limits(leave_empty=nobody_ready, overflow=Overflow(voicemail=True))
    changes = after(
        center_with(*waiting("c1", "billing")),
        queues={**QUEUES, "billing": replace(QUEUES["billing"], limits=limits)},
    )
    assert one_call(changes).outcome.startswith("is sent to voicemail")


def test_a_licence_that_is_asked_for_and_has_run_out() -> None:
    loans = LicenceId("loans")
    holds = {**AGENTS, "bob": replace(AGENTS["bob"], licences={loans: Days()})}
    plan = plan_of(holds, {"billing": replace(QUEUES["billing"], licences=(loans,))})
    center = center_with(*waiting("c1", "billing"), plan=plan)
    ended = replace(
        plan, version="2", periods={AgentId("bob"): {"licence:loans": Period(None, 120.0)}}
    )
    changes = changes_of(center, ended, 130.0)
    assert one_call(changes).qualified_before == 1
    assert one_call(changes).qualified_after == 0
    assert one_agent(changes).changed == ("days",)


def test_what_time_alone_changes_is_not_told() -> None:
    step = RelaxStep(after_seconds=20.0, lower=skills("billing:4"))
    relaxed = {**QUEUES, "billing": replace(QUEUES["billing"], relax=(step,))}
    center = center_with(*waiting("c1", "billing"), plan=plan_of(AGENTS, relaxed))
    # The step is due 20 s after, and the center has not been told that time has passed.
    assert after(center, queues=relaxed).calls == ()


def test_a_new_relax_step_holds_for_who_has_waited_long_enough() -> None:
    group = GroupId("seniors")
    closed = replace(QUEUES["billing"], groups=(group,))
    center = center_with(*waiting("c1", "billing"), plan=plan_of(AGENTS, {"billing": closed}))
    step = RelaxStep(after_seconds=20.0, lower=skills("billing:4"))
    changes = after(center, queues={"billing": replace(QUEUES["billing"], relax=(step,))})
    assert set(one_call(changes).needs) == {
        "skills: billing 5 → billing 4",
        "groups: seniors → any",
    }
    assert one_call(changes).qualified_after == 2
