"""Agents lent by a queue: only while it is healthy, by its own measure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ccengine.core.commands import OfferCall
from ccengine.core.ids import GroupId
from ccengine.core.queues import Health, RelaxStep
from tests.core.builders import agent_settings, queue_named, queue_settings
from tests.core.stage import Like, Stage

FRONT, VIPS, SPARE = GroupId("front"), GroupId("vips"), GroupId("spare")


def lend(group: GroupId, lender: str | None) -> RelaxStep:
    healthy = None if lender is None else queue_named(lender)
    return RelaxStep(after_seconds=10.0, groups=(group,), while_healthy=healthy)


def lenders(
    *steps: RelaxStep, health: Health | None = None, **groups: tuple[GroupId, ...]
) -> Stage:
    """Return agents of these groups; billing asks for the front first, whoever is on duty."""
    stage = Stage()
    stage.agents = {
        name: replace(agent_settings("billing:1"), groups=own) for name, own in groups.items()
    }
    billing = replace(queue_settings("billing:1"), groups=(FRONT,), relax=steps)
    # Nobody of these can serve it, so that whoever waits there stays.
    vip = replace(queue_settings("vip:1"), health=health or Health())
    stage.queues = {"billing": billing, "vip": vip, "gold": vip}
    stage.plan()
    for name in groups:
        stage.log_in(name)
    return stage


@pytest.mark.parametrize(
    ("health", "waits_since", "is_lent"),
    [
        (Health(waiting=0, wait_seconds=60), [], True),
        (Health(waiting=0, wait_seconds=60), [0.0], False),
        (Health(waiting=1, wait_seconds=60), [0.0], True),
        (Health(waiting=1, wait_seconds=60), [0.0, 1.0], False),
        (Health(waiting=5, wait_seconds=10), [0.0], True),
        (Health(waiting=5, wait_seconds=9.9), [0.0], False),
        (Health(waiting=5, wait_seconds=9.9), [0.2, 5.0], True),
    ],
)
def test_a_queue_is_healthy_while_few_wait_and_nobody_for_long(
    health: Health,
    waits_since: list[float],
    is_lent: bool,  # noqa: FBT001 - a table
) -> None:
    stage = lenders(lend(VIPS, "vip"), health=health, anna=(VIPS,), frank=(FRONT,))
    stage.not_ready("frank")
    stage.queue("c1", "billing")
    for number, since in enumerate(waits_since):
        stage.until(since)
        stage.queue(f"v{number}", "vip")
    offers = stage.until(10.0)
    assert [one.agent for one in offers if isinstance(one, OfferCall)] == ["anna"] * is_lent


def test_agents_are_lent_again_as_soon_as_the_line_is_short_enough() -> None:
    stage = lenders(lend(VIPS, "vip"), anna=(VIPS,), frank=(FRONT,))
    stage.not_ready("frank")
    stage.queue("v1", "vip")
    stage.queue("v2", "vip")
    stage.queue("c1", "billing")
    stage.expect(stage.until(20.0))
    stage.expect(stage.hang_up("v1"))
    stage.expect(stage.hang_up("v2"), Like(OfferCall, call="c1", agent="anna"))


@pytest.mark.parametrize(
    ("steps", "own"),
    [
        ((lend(VIPS, "vip"), lend(SPARE, None)), (VIPS, SPARE)),
        ((lend(VIPS, "vip"), lend(VIPS, None)), (VIPS,)),
        ((lend(VIPS, "vip"), lend(VIPS, "gold")), (VIPS,)),
        ((lend(VIPS, "vip"),), (VIPS, FRONT)),
    ],
)
def test_one_way_into_a_queue_is_enough(
    steps: tuple[RelaxStep, ...], own: tuple[GroupId, ...]
) -> None:
    """Of two lenders one that is healthy, or a group that needs no lender."""
    stage = lenders(*steps, anna=own, frank=(FRONT,))
    stage.not_ready("frank")
    stage.queue("v1", "vip")
    stage.queue("c1", "billing")
    stage.until(10.0)
    assert stage.state("anna") == "offered"


def test_whose_lender_is_not_healthy_is_passed_over_for_somebody_else() -> None:
    stage = lenders(lend(VIPS, "vip"), anna=(VIPS,), bob=(VIPS, FRONT), frank=(FRONT,))
    stage.not_ready("frank")
    stage.not_ready("bob")
    stage.queue("v1", "vip")
    stage.queue("c1", "billing")
    stage.expect(stage.until(10.0))
    stage.expect(stage.ready("bob"), Like(OfferCall, call="c1", agent="bob"))
