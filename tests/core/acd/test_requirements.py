"""What is worked out once for many, or for few of many, is what each would have got alone."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from ccengine.core.acd.matching import Matching
from ccengine.core.acd.requirement import Requirements, requirement_of
from ccengine.core.calls import Call
from ccengine.core.ids import AgentId, CallId, QueueId
from ccengine.core.plan import RETIRED, client_of
from tests.core.builders import TENANT, agent_settings, plan_of, queue_named, queue_settings
from tests.core.plans import NAMES, QUEUES, plan_number, skills_of


def some_call(chance: Random) -> Call:
    queue = QueueId(chance.choice((*QUEUES, "nova/retired")))
    return Call(
        id=CallId("c1"),
        tenant=TENANT,
        client=client_of(queue),
        number="1",
        channel="",
        queue=queue,
        skills=skills_of(chance, 2),
        preferred=skills_of(chance, 1),
        only=tuple(AgentId(name) for name in chance.sample(NAMES, chance.choice((0, 0, 1, 2)))),
        relaxed=chance.randint(0, 3),
    )


@pytest.mark.parametrize("seed", range(30))
def test_known_needs_are_those_worked_out_anew(seed: int) -> None:
    chance = Random(seed)
    plan = plan_number(seed)
    requirements = Requirements(plan)
    for _ in range(200):
        call = some_call(chance)
        assert call.queue is not None
        settings = plan.queues.get(call.queue, RETIRED)
        for step in range(4):
            assert requirements.of(call, step) == requirement_of(call, settings, step)


def test_calls_with_agents_of_their_own_are_not_kept() -> None:
    requirements = Requirements(plan_number(1))
    call = some_call(Random(1))
    for number in range(1000):
        requirements.of(replace(call, only=(AgentId(f"agent{number}"),)), 0)
    assert not requirements._known


@pytest.mark.parametrize("seed", range(60))
def test_who_qualifies_is_found_among_the_candidates(seed: int) -> None:
    chance = Random(seed)
    plan, now = plan_number(seed), chance.uniform(0.0, 100.0)
    matching, requirements = Matching(plan, now), Requirements(plan)
    for _ in range(50):
        call = some_call(chance)
        needed = requirements.of(call, chance.randint(0, 3))
        asked = needed.only or needed.members or tuple(plan.agents)
        fit = [
            one for one in asked if one in plan.agents and needed.lack_of(one, plan, now) is None
        ]
        assert list(matching.pool(needed).members) == fit


def test_a_level_of_nothing_is_had_by_everybody() -> None:
    agents = {"anna": agent_settings("billing:4"), "bob": agent_settings("")}
    plan = plan_of(agents, {"easy": queue_settings("billing:0")})
    call = replace(some_call(Random(1)), queue=queue_named("easy"), skills={}, only=())
    assert Matching(plan, 0.0).pool(Requirements(plan).of(call, 0)).members == ("anna", "bob")
