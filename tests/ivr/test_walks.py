"""No flow keeps a caller for longer than it may, whatever is typed in it, or not typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import (
    CalledBack,
    Enqueue,
    HangUp,
    HangUpCause,
    LeaveMessage,
    Transfer,
)
from ccengine.ivr.runner import DEEPEST, GRACE_SECONDS, RESCUE_STEPS, STEPS_AT_MOST
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.walks import Walk, WalkingCaller, context_of, explore, walk
from tests.config.tenants import DEMO
from tests.ivr.random_flows import THREE_FLOWS
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.ivr.context import FlowContext

CONFIGURATION = load_configuration(DEMO)
assert CONFIGURATION.tenant is not None
CLIENT = CONFIGURATION.tenant.clients[ClientId("dnipro")]
BEGAN = datetime(2026, 12, 21, 12, tzinfo=UTC)
ENDS = (Enqueue, HangUp, CalledBack, Transfer, LeaveMessage)
END = HangUpStep(hang_up=HangUpCause.NORMAL)


def context(caller: WalkingCaller) -> FlowContext:
    caller.language = caller.language or "uk"
    return context_of(CONFIGURATION, CLIENT, caller, BEGAN)


def walked(
    flows: dict[str, Flow], answer: Callable[[], str | None], **caller: float | bool
) -> Walk:
    walker = WalkingCaller(language="uk", answer=answer, **caller)  # type: ignore[arg-type]
    with capture_logs():  # of steps that fail, with all that is to be said of it
        return walk(flows["main"], flows, walker, context(walker))


PEOPLE = st.one_of(
    st.just(lambda _: None),  # who never types
    st.sampled_from("0123456789*#").map(lambda key: lambda _: key),  # who leans on a key
    st.lists(st.sampled_from((None, *"0123456789*#")), min_size=1, max_size=40).map(
        lambda keys: lambda number: keys[number % len(keys)]
    ),
)


@pytest.mark.long
@pytest.mark.timeout(3600 if FULL else 120)
@settings(
    max_examples=by_size(small=150, full=20_000),
    derandomize=not FULL,  # the small run is the same for everybody; the full one explores
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    flows=THREE_FLOWS,
    person=PEOPLE,
    prompt_seconds=st.sampled_from((0.0, 0.5, 30.0, 5000.0)),
    types_over=st.booleans(),
)
def test_every_walk_ends_within_its_limits(
    flows: dict[str, Flow],
    person: Callable[[int], str | None],
    prompt_seconds: float,
    *,
    types_over: bool,
) -> None:
    asked = iter(range(1_000_000))
    found = walked(
        flows,
        lambda: person(next(asked)),
        prompt_seconds=prompt_seconds,
        types_over_prompts=types_over,
    )
    assert isinstance(found.outcome, ENDS)
    # The flow's own time, that of its way out, and an apology.
    assert found.seconds <= flows["main"].total_minutes * 60 + 2 * GRACE_SECONDS + 0.001
    assert len(found.places) <= STEPS_AT_MOST + RESCUE_STEPS
    assert all(len(place.returns) <= DEEPEST for place in found.places)


def test_every_step_of_the_demo_is_walked() -> None:
    flows = dict(CONFIGURATION.flows_of(CLIENT.id))
    for flow in flows.values():
        walks = list(explore(flow, flows, context))
        reached = {place.step for one in walks for place in one.places}
        assert reached == flow.steps.keys()
        assert all(isinstance(one.outcome, ENDS) for one in walks)


def test_all_ways_are_walked_also_those_that_values_decide() -> None:
    steps = {
        "ask": CollectStep(collect=("greeting",), into="x", next="look", no_input="menu"),
        "look": BranchStep(branch="x", equals={"secret word": "deep"}, otherwise="menu"),
        "menu": MenuStep(menu=("main-menu",), digits={"7": "sub", "#": "two"}, no_input="end"),
        "sub": CallStep(call="other", next="three"),
        "deep": SetStep(set={"y": "{x}"}, next="one"),
        "one": EnqueueStep(enqueue="one"),
        "two": EnqueueStep(enqueue="two"),
        "three": EnqueueStep(enqueue="three"),
        "end": END,
    }
    other = {
        "pick": MenuStep(menu=("main-menu",), digits={"1": "back"}, no_input="four"),
        "back": GiveBackStep(give_back={}),
        "four": EnqueueStep(enqueue="four"),
    }
    flows = {
        "main": Flow(name="main", start="ask", steps=steps),
        "other": Flow(name="other", start="pick", steps=other),
    }
    walks = list(explore(flows["main"], flows, context))
    queues = {one.outcome.queue for one in walks if isinstance(one.outcome, Enqueue)}
    assert queues == {f"dnipro/{queue}" for queue in ("one", "two", "three", "four")}
    assert any(isinstance(one.outcome, HangUp) for one in walks)
    assert len(walks) < 200


@pytest.mark.parametrize("minutes", [0.5, 3.0])
def test_a_silent_caller_is_out_when_the_time_is_up(minutes: float) -> None:
    menu = MenuStep(menu=("main-menu",), digits={"1": "menu"}, no_input="menu", attempts=10)
    flow = Flow(name="main", start="menu", steps={"menu": menu, "end": END}, total_minutes=minutes)
    found = walked({"main": flow}, lambda: None)
    assert minutes * 60 <= found.seconds <= minutes * 60 + GRACE_SECONDS
    rescued = walked({"main": replace(flow, otherwise="end")}, lambda: None)
    assert rescued.places[-1].step == "end"
    assert rescued.seconds == minutes * 60
