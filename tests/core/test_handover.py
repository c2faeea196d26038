"""Who has a call, where agents say so: told as stories, and at random."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest

from ccengine.core import events
from ccengine.core.commands import OfferCall, RingStaff, TargetMissed, WithdrawOffer
from ccengine.core.errors import CoreError, OutcomeMissing, TargetNotFree
from ccengine.core.events import HoldBy, Miss, Party
from ccengine.core.ids import AgentId, CallId
from ccengine.core.outcome_rules import OutcomeRules
from ccengine.core.states import CallState, Kind
from tests.core.builders import CLIENT, TENANT, agent_dialled, queue_named, queue_settings
from tests.core.stage import NODE, Like, Stage, state_bytes
from tests.core.test_snapshots import through_the_journal

SEEDS = 60
STEPS = 80


@pytest.fixture
def staffed() -> Stage:
    stage = Stage()
    stage.queues["billing"] = queue_settings("billing:1", wrap_up=10.0)
    stage.staff(anna="billing:4", bob="billing:4", carl="sales:4")
    return stage


def transferred(call: str, agent: str, **to: Any) -> events.CallTransferred:
    return events.CallTransferred(call=CallId(call), agent=AgentId(agent), **to)


def directed(call: str, agent: str) -> events.CallDirected:
    return events.CallDirected(call=CallId(call), agent=AgentId(agent))


def consulted(stage: Stage, agent: str, about: str = "c1") -> str:
    """Have somebody ask a colleague about a call, who answers; return the consult."""
    by = stage.center.calls[CallId(about)].agent
    assert by is not None
    consult = f"{about}-x"
    stage.post(agent_dialled(consult, by, Kind.CONSULT, about))
    stage.post(directed(consult, agent))
    stage.accept(consult)
    stage.bridge(consult)
    return consult


def handed_over(stage: Stage, to: str, call: str = "c1") -> None:
    agent = stage.center.calls[CallId(call)].agent
    assert agent is not None
    stage.post(
        events.CallHandedOver(
            call=CallId(call), agent=agent, to_agent=AgentId(to), consult=CallId(f"{call}-x")
        )
    )
    stage.hang_up(f"{call}-x", Party.AGENT)


def test_a_caller_sent_on_rings_one_agent_alone(staffed: Stage) -> None:
    assert staffed.talk("c1", "billing") == "anna"
    commands = staffed.post(transferred("c1", "anna", to_agent="carl"))
    staffed.expect(commands, Like(OfferCall, agent="carl", call="c1"))
    assert staffed.state("anna") == "wrap_up"
    staffed.accept("c1")
    staffed.bridge("c1")
    assert staffed.center.calls[CallId("c1")].agent == "carl"


def test_who_is_not_free_is_said_so_and_nothing_rings(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    staffed.not_ready("carl")
    with pytest.raises(TargetNotFree):
        staffed.post(transferred("c1", "anna", to_agent="carl"))
    assert staffed.call_state("c1") == "talking"


def test_a_caller_who_is_not_taken_goes_back_to_who_sent_them(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    staffed.post(transferred("c1", "anna", to_agent="carl"))
    commands = staffed.decline("c1", how=Miss.BUSY)
    staffed.expect(commands, Like(OfferCall, agent="anna"))


def test_and_else_to_the_head_of_the_line(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    staffed.talk("c2", "billing")
    staffed.wait(5)
    staffed.queue("c3", "billing")
    staffed.post(transferred("c1", "anna", to_agent="carl"))
    staffed.ready("anna")  # has the next caller
    staffed.decline("c1")
    assert staffed.line() == ["c1"]
    staffed.hang_up("c3")
    assert staffed.call_state("c1") == "offered"


def test_who_wraps_up_another_call_meanwhile_is_left_in_peace(staffed: Stage) -> None:
    staffed.not_ready("bob")
    staffed.talk("c1", "billing")
    staffed.post(transferred("c1", "anna", to_agent="carl"))
    staffed.ready("anna")
    assert staffed.talk("c2", "billing") == "anna"
    staffed.end_talk("c2")
    assert staffed.state("anna") == "wrap_up"
    staffed.decline("c1")
    assert (staffed.state("anna"), staffed.line()) == ("wrap_up", ["c1"])


def test_who_has_just_answered_a_colleague_who_strays_is_free_again(staffed: Stage) -> None:
    staffed.post(agent_dialled("d1", "carl", Kind.INTERNAL))
    staffed.post(directed("d1", "anna"))
    staffed.accept("d1")
    staffed.stray("d1")
    assert (staffed.call_state("d1"), staffed.state("anna")) == ("in_flow", "available")


def test_before_those_who_came_later(staffed: Stage) -> None:
    staffed.not_ready("bob")
    staffed.talk("c1", "billing")
    staffed.wait(5)
    for later in ("c2", "c3"):
        staffed.queue(later, "billing")
    staffed.not_ready("anna")
    staffed.post(transferred("c1", "anna", to_agent="carl"))
    staffed.decline("c1")
    assert staffed.line() == ["c1", "c2", "c3"]


@pytest.mark.parametrize(("counts", "line"), [("yes", ["c1", "c2"]), ("no", ["c2", "c1"])])
def test_into_a_queue_with_what_was_waited_if_that_counts(
    staffed: Stage, counts: str, line: list[str]
) -> None:
    rules = replace(queue_settings("sales:9"), counts_earlier_seconds=counts == "yes")
    staffed.queues["sales"] = rules
    staffed.plan()
    staffed.not_ready("anna")
    staffed.not_ready("bob")
    staffed.queue("c1", "billing", 3)
    staffed.wait(30)
    staffed.ready("anna")
    staffed.accept("c1")
    staffed.bridge("c1")
    staffed.queue("c2", "sales", 3)
    staffed.wait(5)
    staffed.post(transferred("c1", "anna", queue=queue_named("sales")))
    assert staffed.line() == line
    assert staffed.center.calls[CallId("c1")].priority == 3


@pytest.fixture
def by_hand(staffed: Stage) -> Stage:
    """Anna talks with somebody she has called outside."""
    staffed.house["usual_queues"] = {CLIENT: queue_named("billing")}
    staffed.plan()
    staffed.post(agent_dialled("o1", "anna", Kind.OUTBOUND))
    ids: Any = {"call": CallId("o1"), "agent": AgentId("anna")}
    staffed.post(events.ConversationStarted(**ids, bridge="b"))
    return staffed


def test_whom_an_agent_has_called_is_sent_on_like_a_caller(by_hand: Stage) -> None:
    commands = by_hand.post(transferred("o1", "anna", to_agent="carl"))
    by_hand.expect(commands, Like(OfferCall, agent="carl", call="o1"))
    commands = by_hand.decline("o1", how=Miss.BUSY)
    by_hand.expect(commands, Like(OfferCall, agent="anna", call="o1"))
    by_hand.accept("o1")
    by_hand.bridge("o1")
    assert by_hand.center.calls[CallId("o1")].agent == "anna"


@pytest.mark.parametrize("to", [{"to_agent": "carl"}, {"number": "99555"}])
def test_and_waits_in_the_clients_usual_line_before_those_who_came_later(
    by_hand: Stage, to: dict[str, str]
) -> None:
    by_hand.not_ready("bob")
    by_hand.wait(5)
    by_hand.queue("c2", "billing")
    by_hand.not_ready("anna")
    by_hand.post(transferred("o1", "anna", **to))
    if "number" in to:
        by_hand.post(events.StaffMissed(call=CallId("o1"), leg="o1.1", reason="busy"))
    else:
        by_hand.decline("o1")
    assert by_hand.line() == ["o1", "c2"]
    commands = by_hand.ready("bob")
    by_hand.expect(commands, Like(OfferCall, agent="bob", call="o1"))


def test_where_the_client_has_no_line_the_agent_keeps_them(by_hand: Stage) -> None:
    by_hand.house["usual_queues"] = {}
    by_hand.plan()
    with pytest.raises(CoreError):
        by_hand.post(transferred("o1", "anna", to_agent="carl"))
    assert by_hand.call_state("o1") == "talking"


def test_to_the_clients_staff(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    commands = staffed.post(transferred("c1", "anna", number="99555"))
    staffed.expect(commands, Like(RingStaff, call="c1", number="99555"))
    assert (staffed.call_state("c1"), staffed.state("anna")) == ("sent_out", "wrap_up")
    staffed.post(events.StaffAnswered(call=CallId("c1"), leg="c1.2", bridge="b"))
    assert staffed.call_state("c1") == "handed_out"


def test_whom_the_staff_do_not_take_a_strayed_caller_waits(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    staffed.post(transferred("c1", "anna", number="99555"))
    staffed.stray("c1")
    assert staffed.call_state("c1") == "strayed"
    staffed.come_back("c1")
    assert staffed.call_state("c1") == "offered"


def test_a_consult_ends_in_a_handing_over(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    consulted(staffed, "carl")
    handed_over(staffed, "carl")
    call = staffed.center.calls[CallId("c1")]
    assert (call.agent, call.offer, call.bridge) == ("carl", "c1-x.1", "c1-bridge")
    assert staffed.state("anna") == "wrap_up"
    assert staffed.center.agent(AgentId("carl")).call == "c1"
    staffed.end_talk("c1")
    assert staffed.state("carl") == "wrap_up"


def test_a_consult_that_is_not_answered_is_told(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    staffed.post(agent_dialled("c1-x", "anna", Kind.CONSULT, "c1"))
    staffed.post(directed("c1-x", "carl"))
    commands = staffed.wait(20)
    staffed.expect(
        commands, Like(WithdrawOffer, agent="carl"), Like(TargetMissed, reason="no answer")
    )
    assert staffed.state("anna") == "on_call"


def test_one_consult_at_a_time(staffed: Stage) -> None:
    staffed.talk("c1", "billing")
    consulted(staffed, "carl")
    with pytest.raises(CoreError):
        staffed.post(agent_dialled("c1-y", "anna", Kind.CONSULT, "c1"))


def test_agents_who_call_each_other_are_both_busy(staffed: Stage) -> None:
    staffed.post(agent_dialled("i1", "anna", Kind.INTERNAL))
    staffed.post(directed("i1", "bob"))
    staffed.accept("i1")
    staffed.bridge("i1")
    assert (staffed.state("anna"), staffed.state("bob")) == ("on_call", "on_call")
    staffed.queue("c1", "billing")
    assert staffed.line() == ["c1"]
    staffed.hang_up("i1", Party.AGENT)
    assert staffed.call_state("c1") == "offered"


def test_a_call_outside_has_wrap_up_and_what_was_before_it(staffed: Stage) -> None:
    staffed.not_ready("anna", "lunch")
    staffed.post(agent_dialled("o1", "anna", Kind.OUTBOUND))
    assert staffed.call_state("o1") == "dialing"
    started = events.ConversationStarted(call=CallId("o1"), agent=AgentId("anna"), bridge="b")
    staffed.post(started)
    staffed.hang_up("o1")
    assert staffed.state("anna") == "wrap_up"
    staffed.wait(15)
    assert (staffed.state("anna"), staffed.reason("anna")) == ("not_ready", "lunch")


def random_event(stage: Stage, chance: Random, number: int) -> events.Event:
    """Return what may happen next, sensible or not."""
    agents = ["anna", "bob", "carl"]
    agent = AgentId(chance.choice(agents))
    calls = list(stage.center.calls) or [CallId("none")]
    call = chance.choice(calls)
    known = stage.center.calls.get(call)
    has = AgentId((known.agent if known else None) or agent)
    offer = known.offer if known and known.offer else "none.1"
    both: dict[str, Any] = {"call": call, "agent": has}
    if known is not None and chance.random() < 0.5:
        match known.state:
            case CallState.OFFERED:
                return events.OfferAccepted(**both, offer=offer)
            case CallState.CONNECTING | CallState.DIALING:
                return events.ConversationStarted(**both, bridge=f"{call}-b")
            case _:
                pass
    consult = next((one.id for one in stage.center.calls.values() if one.origin == call), call)
    queue = queue_named(chance.choice(["billing", "sales"]))
    made: list[events.Event] = [
        events.CallQueued(call=call, queue=queue),
        events.OfferDeclined(**both, offer=offer, reason="no", how=chance.choice(list(Miss))),
        events.ConversationEnded(**both, by=Party.AGENT),
        events.ConversationFailed(**both),
        events.CallEnded(call=call, by=Party.CALLER, cause="hung up"),
        events.AgentWentReady(agent=agent),
        events.AgentWentNotReady(agent=agent, reason="lunch"),
        events.AgentLoggedOut(agent=agent),
        agent_dialled(f"d{number}", agent, chance.choice([Kind.INTERNAL, Kind.OUTBOUND])),
        agent_dialled(f"x{number}", has, Kind.CONSULT, call),
        directed(call, agent),
        transferred(call, has, to_agent=agent),
        transferred(call, has, queue=queue),
        transferred(call, has, number="99"),
        events.CallHandedOver(call=call, agent=has, to_agent=agent, consult=consult),
        events.CallHandedOut(call=call, agent=has, consult=consult, channel="s", number="99"),
        events.StaffAnswered(call=call, leg=known.outside if known else "", bridge="b"),
        events.StaffMissed(call=call, leg=known.outside if known else "", reason="busy"),
        events.HoldStarted(**both, how=HoldBy.CODE),
        events.HoldEnded(**both),
        events.ConferenceStarted(**both, bridge="b", channel="s"),
        events.CallerStrayed(call=call),
        events.PhoneLost(phone=stage.center.agent(agent).phone or "101"),
        events.PhoneFound(phone=stage.center.agent(agent).phone or "101"),
        stage_arrival(f"c{number}"),
        events.SwitchLost(node=NODE),
        events.SwitchResynced(node=NODE),
    ]
    return chance.choice(made)


def stage_arrival(call: str) -> events.Event:
    return events.CallArrived(
        call=CallId(call), tenant=TENANT, client=CLIENT, number="1", caller="", node=NODE,
        channel=f"{call}-ch", arrived_at=0.0,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_the_invariants_hold_and_a_restored_center_goes_on_alike(
    seed: int,
) -> None:
    chance = Random(seed)
    stage = Stage()
    stage.queues["billing"] = queue_settings("billing:1", wrap_up=10.0)
    stage.staff(anna="billing:4 sales:1", bob="billing:4", carl="sales:4")
    twin = through_the_journal(stage.center)
    for number in range(STEPS):
        event = random_event(stage, chance, number)
        ignored = stage.center.ignored
        try:
            commands = stage.post(event)
        except CoreError:
            continue
        if stage.center.ignored == ignored:
            assert orjson.dumps(twin.handle(event, stage.now)) == orjson.dumps(commands)
        if chance.random() < 0.3:
            stage.wait(chance.choice([0.5, 5.0, 20.0]))
            twin = through_the_journal(stage.center)
        assert state_bytes(twin) == state_bytes(stage.center) or stage.center.ignored
    for call in list(stage.center.calls):
        stage.hang_up(call)
    stage.post(events.SwitchResynced(node=NODE))
    stage.wait(60)
    busy = [agent.id for agent in stage.center.agents() if agent.call is not None]
    assert not busy, stage.told("busy with nothing")


def test_who_owes_an_outcome_makes_no_call(staffed: Stage) -> None:
    rules = replace(staffed.queues["billing"], outcome=OutcomeRules(required=True))
    staffed.queues["billing"] = rules
    staffed.plan()
    staffed.talk("c1", "billing")
    consulted(staffed, "carl")
    handed_over(staffed, "carl")
    with pytest.raises(OutcomeMissing):
        staffed.post(agent_dialled("o1", "anna", Kind.OUTBOUND))
    staffed.end_talk("c1")
    owing = [agent.id for agent in staffed.center.agents() if any(d.owed for d in agent.debriefs)]
    assert owing == ["anna", "carl"]  # each for their own part


def test_of_a_talk_between_colleagues_nothing_is_owed(staffed: Stage) -> None:
    rules = replace(staffed.queues["billing"], outcome=OutcomeRules(required=True))
    staffed.queues["billing"] = rules
    staffed.plan()
    staffed.talk("c1", "billing")
    consulted(staffed, "carl")
    staffed.hang_up("c1-x", Party.AGENT)
    assert staffed.state("carl") == "available"
    assert not staffed.center.agent(AgentId("carl")).debriefs
