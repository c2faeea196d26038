"""The tables: complete, without dead ends, and the only way from state to state."""

from __future__ import annotations

import pytest

from ccengine.core.errors import IllegalTransition
from ccengine.core.states import (
    AGENT_TRANSITIONS,
    CALL_TRANSITIONS,
    AgentState,
    AgentStep,
    CallState,
    CallStep,
    next_agent_state,
    next_call_state,
)


def test_each_state_has_its_row() -> None:
    assert set(AGENT_TRANSITIONS) == set(AgentState)
    assert set(CALL_TRANSITIONS) == set(CallState)


def test_each_step_is_used() -> None:
    assert {step for row in AGENT_TRANSITIONS.values() for step in row} == set(AgentStep)
    assert {step for row in CALL_TRANSITIONS.values() for step in row} == set(CallStep)


@pytest.mark.parametrize("state", AgentState)
def test_agents_can_always_get_home(state: AgentState) -> None:
    reached, fresh = set(), {state}
    while fresh:
        reached |= fresh
        fresh = {after for now in fresh for after in AGENT_TRANSITIONS[now].values()} - reached
    assert AgentState.OFFLINE in reached


@pytest.mark.parametrize("state", [one for one in CallState if one is not CallState.ENDED])
def test_calls_can_end_at_any_stage(state: CallState) -> None:
    assert next_call_state(state, CallStep.END) is CallState.ENDED


def test_nothing_follows_the_end() -> None:
    for step in CallStep:
        with pytest.raises(IllegalTransition):
            next_call_state(CallState.ENDED, step)


def test_an_agent_is_offered_a_call_only_when_available() -> None:
    offerable = {state for state, row in AGENT_TRANSITIONS.items() if AgentStep.OFFER in row}
    assert offerable == {AgentState.AVAILABLE}


def test_a_step_without_a_row_says_so() -> None:
    with pytest.raises(IllegalTransition, match="an agent who is offline cannot take the step"):
        next_agent_state(AgentState.OFFLINE, AgentStep.ACCEPT)
    with pytest.raises(IllegalTransition, match="a call that is waiting cannot take the step"):
        next_call_state(CallState.WAITING, CallStep.CONNECT)
