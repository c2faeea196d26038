"""Plans of every kind, for tests that try what comes to nobody's mind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from ccengine.core.ids import AgentId, ClientId, GroupId, LicenceId, QueueId, SkillId
from ccengine.core.plan import AgentSettings, Days, Period, Plan, Precedence, Rest, Share
from ccengine.core.queues import (
    Affinity,
    Empty,
    Health,
    Limits,
    Member,
    Order,
    Overflow,
    QueueSettings,
    RelaxStep,
    Strategy,
)
from tests.core.builders import TENANT

NAMES = ("anna", "bob", "carl", "dora", "erin")
CLIENTS = ("nova", "sirin")
QUEUES = ("nova/billing", "nova/vip", "nova/any", "sirin/sales", "sirin/loans")
SKILLS = ("billing", "sales", "german")
GROUPS = ("front", "back")
LOANS = LicenceId("loans")

names = st.sampled_from(NAMES).map(AgentId)
levels = st.dictionaries(st.sampled_from(SKILLS).map(SkillId), st.integers(1, 5), max_size=2)
groups = st.lists(st.sampled_from(GROUPS).map(GroupId), unique=True, max_size=2).map(tuple)
edges = st.none() | st.sampled_from([1.0, 5.0, 20.0, 33.0, 60.0])
periods = st.builds(Period, edges, edges)


def rarely(common: object, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return mostly the common value, so that most plans have few rules at a time."""
    return st.one_of(st.just(common), st.just(common), strategy)


@st.composite
def agents(draw: st.DrawFn) -> AgentSettings:
    """Return an agent who can do something for somebody."""
    clients = draw(st.sampled_from([CLIENTS, CLIENTS, ("nova",), ("sirin",)]))
    return AgentSettings(
        name="A. Name",
        number="1000",
        skills=draw(st.dictionaries(st.sampled_from(SKILLS).map(SkillId), st.integers(1, 10))),
        clients=tuple(ClientId(client) for client in clients),
        licences=dict.fromkeys(draw(st.sampled_from([(), (LOANS,)])), Days()),
        groups=draw(groups),
    )


def steps() -> st.SearchStrategy[tuple[RelaxStep, ...]]:
    step = st.builds(
        RelaxStep,
        after_seconds=st.sampled_from([2.0, 5.0, 10.0, 20.0, 40.0]),
        lower=rarely({}, levels),
        drop=rarely((), st.sampled_from([(SkillId("german"),), (SkillId("billing"),)])),
        groups=groups,
        penalty=st.none() | st.integers(0, 3),
        while_healthy=st.none() | st.sampled_from(QUEUES).map(QueueId),
    )
    several = st.lists(step, max_size=3, unique_by=lambda one: one.after_seconds)
    return several.map(lambda some: tuple(sorted(some, key=lambda one: one.after_seconds)))


def limits() -> st.SearchStrategy[Limits]:
    empties = st.lists(st.sampled_from(Empty), unique=True, max_size=3).map(tuple)
    to = st.one_of(
        st.builds(Overflow, queue=st.sampled_from(QUEUES).map(QueueId)),
        st.builds(Overflow, queue=st.sampled_from(QUEUES).map(QueueId)),
        st.just(Overflow(voicemail=True)),
        st.just(Overflow(flow="closed")),
        st.just(Overflow(number="600999")),
    )
    return st.builds(
        Limits,
        waiting=rarely(None, st.integers(0, 2)),
        wait_seconds=rarely(None, st.sampled_from([5.0, 10.0, 30.0])),
        join_empty=rarely((), empties),
        leave_empty=rarely((), empties),
        partner_percent=rarely(0, st.sampled_from([30, 100])),
        overflow=rarely(None, to),
    )


def queues() -> st.SearchStrategy[QueueSettings]:
    member = st.builds(Member, agent=names, penalty=st.integers(0, 3))
    members = st.lists(member, max_size=4, unique_by=lambda one: one.agent).map(tuple)
    return st.builds(
        QueueSettings,
        skills=levels,
        preferred=rarely({}, levels),
        gates=rarely({}, levels),
        licences=rarely((), st.just((LOANS,))),
        groups=rarely((), groups),
        members=rarely((), members),
        max_penalty=rarely(None, st.integers(0, 2)),
        relax=rarely((), steps()),
        strategy=st.sampled_from(Strategy),
        affinity=rarely(
            Affinity(),
            st.builds(Affinity, same_agent_seconds=st.just(8.0), preferred_seconds=st.just(6.0)),
        ),
        priority=rarely(0, st.integers(-2, 5)),
        ageing_per_minute=rarely(0.0, st.sampled_from([1.0, 12.0])),
        counts_earlier_seconds=st.booleans(),
        order=rarely(Order.OLDEST, st.just(Order.NEWEST)),
        weight=rarely(0, st.integers(0, 2)),
        promise_seconds=rarely(None, st.sampled_from([5.0, 20.0, 60.0])),
        longest_wait_seconds=rarely(None, st.sampled_from([5.0, 15.0, 40.0])),
        health=st.builds(Health, waiting=st.integers(0, 1), wait_seconds=st.just(5.0)),
        limits=rarely(Limits(), limits()),
        misses=st.sampled_from([1, 1, 2, 3]),
        ring_seconds=st.sampled_from([5.0, 10.0, 20.0]),
        wrap_up_seconds=st.sampled_from([0.0, 5.0, 15.0]),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Return a plan in which anything may be asked for."""
    named = draw(st.lists(names, unique=True, min_size=2, max_size=len(NAMES)))
    wanted = draw(st.lists(st.sampled_from(QUEUES), unique=True, min_size=1))
    share = st.builds(Share, floor=st.integers(0, 2), ceiling=st.none() | st.integers(1, 2))
    clients = st.sampled_from(CLIENTS).map(ClientId)
    rest = st.builds(
        Rest,
        seconds=st.sampled_from([0.0, 3.0]),
        occupancy=st.sampled_from([1.0, 0.5]),
        window_minutes=st.just(1.0),
    )
    what = st.sampled_from(["client:nova", "client:sirin", "licence:loans"])
    return Plan(
        tenant=TENANT,
        version=draw(st.sampled_from(["1", "2"])),
        agents={name: draw(agents()) for name in named},
        queues={QueueId(queue): draw(queues()) for queue in wanted},
        ready_at_login=draw(st.sampled_from([True, True, True, False])),
        precedence=draw(st.sampled_from(Precedence)),
        shares=draw(rarely({}, st.dictionaries(clients, share))),
        rest=draw(rarely(Rest(), rest)),
        periods=draw(rarely({}, st.dictionaries(names, st.dictionaries(what, periods)))),
    )


def alike(plan: Plan) -> Plan:
    """Return the plan with all agents able to do everything: more calls are answered."""
    able = AgentSettings(
        name="A. Name",
        number="1000",
        skills={SkillId(skill): 10 for skill in SKILLS},
        clients=tuple(ClientId(client) for client in CLIENTS),
        licences={LOANS: Days()},
        groups=tuple(GroupId(group) for group in GROUPS),
    )
    return replace(plan, agents=dict.fromkeys(plan.agents, able), version="all alike")
