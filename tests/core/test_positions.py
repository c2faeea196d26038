"""Where callers stand, as they may be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccengine.core.ids import CallId
from ccengine.core.queues import Order, Overflow
from tests.core.builders import queue_named, queue_settings
from tests.core.stage import state_bytes

if TYPE_CHECKING:
    from tests.core.stage import Stage


def places(stage: Stage, *calls: str) -> list[int | None]:
    return [stage.center.position(CallId(call), stage.now) for call in calls]


def test_first_come_first_served_and_priority_overtakes(stage: Stage) -> None:
    stage.queues["billing"] = queue_settings()
    stage.plan()
    for call, priority in (("c1", None), ("c2", None), ("c3", 5)):
        stage.queue(call, "billing", priority)
        stage.wait(1)
    assert places(stage, "c1", "c2", "c3", "c9") == [2, 3, 1, None]
    stage.hang_up("c1")
    assert places(stage, "c1", "c2", "c3") == [None, 2, 1]


def test_who_a_phone_rings_for_stands_before_the_others_until_it_is_answered(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    stage.queue("c2", "billing")
    assert places(stage, "c1", "c2") == [1, 2]
    stage.decline("c1")
    assert places(stage, "c1", "c2") == [1, 2]
    stage.ready("anna")
    stage.accept("c1")
    assert places(stage, "c1", "c2") == [None, 1]


def test_only_the_own_queue_counts_and_who_moves_keeps_the_place(stage: Stage) -> None:
    for name in ("billing", "sales"):
        stage.queues[name] = queue_settings()
    stage.plan()
    for call, queue in (("c1", "billing"), ("c2", "sales"), ("c3", "sales"), ("c4", "billing")):
        stage.queue(call, queue)
        stage.wait(1)
    assert places(stage, "c1", "c2", "c3", "c4") == [1, 1, 2, 2]
    stage.press("c1", "2", Overflow(queue=queue_named("sales")))
    assert places(stage, "c1", "c2", "c3", "c4") == [1, 2, 3, 1]
    stage.stray("c1")
    assert places(stage, "c1", "c2", "c3") == [None, 1, 2]
    stage.come_back("c1")
    assert places(stage, "c1", "c2", "c3") == [1, 2, 3]


def test_the_starvation_guard_moves_callers_forward_as_time_goes_by(stage: Stage) -> None:
    rules: dict[str, Any] = {"order": Order.NEWEST, "longest_wait_seconds": 10.0}
    stage.queues["leads"] = replace(queue_settings(), **rules)
    stage.plan()
    stage.queue("c1", "leads")
    stage.wait(4)
    stage.queue("c2", "leads")
    assert places(stage, "c1", "c2") == [2, 1]
    stage.wait(5.9)
    assert places(stage, "c1", "c2") == [2, 1]
    stage.wait(0.2)
    assert places(stage, "c1", "c2") == [1, 2]
    stage.wait(20)
    assert places(stage, "c1", "c2") == [1, 2]


def test_another_plan_is_another_order(stage: Stage) -> None:
    stage.queues["leads"] = queue_settings()
    stage.plan()
    stage.queue("c1", "leads")
    stage.wait(1)
    stage.queue("c2", "leads")
    assert places(stage, "c1", "c2") == [1, 2]
    stage.queues["leads"] = replace(queue_settings(), order=Order.NEWEST)
    stage.plan()
    assert places(stage, "c1", "c2") == [2, 1]


def test_asking_changes_nothing(stage: Stage) -> None:
    stage.queues["billing"] = queue_settings()
    stage.plan()
    stage.queue("c1", "billing")
    before = state_bytes(stage.center)
    places(stage, "c1", "c9")
    assert state_bytes(stage.center) == before
