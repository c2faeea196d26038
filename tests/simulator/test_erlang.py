from __future__ import annotations

import math

import pytest

from ccengine.simulator.erlang import blocked, erlang_a, erlang_c


def by_hand(agents: int, come: float, served: float, leave: float) -> tuple[float, float]:
    """Part who wait and part who hang up, from the chain of states itself.

    In logarithms: the weights of 500 busy agents are beyond any float.
    """
    logs = [0.0]
    for state in range(1, agents * 8 + 200):
        rate = min(state, agents) * served + max(0, state - agents) * leave
        logs.append(logs[-1] + math.log(come) - math.log(rate))
    highest = max(logs)
    weights = [math.exp(one - highest) for one in logs]
    total = sum(weights)
    waits = sum(weights[agents:]) / total
    lost = sum(leave * (s - agents) * w for s, w in enumerate(weights) if s > agents)
    return waits, lost / total / come


@pytest.mark.parametrize(
    ("agents", "load", "waits"),
    [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (5, 4.0, 0.554113), (10, 8.0, 0.409180)],
)
def test_erlang_c_as_in_tables(agents: int, load: float, waits: float) -> None:
    assert erlang_c(agents, load, 1.0).waits == pytest.approx(waits, abs=1e-6)


def test_erlang_b_as_in_tables() -> None:
    assert blocked(5, 3.0) == pytest.approx(0.110054, abs=1e-6)


@pytest.mark.parametrize("agents", [1, 5, 50, 500])
@pytest.mark.parametrize("load", [0.8, 0.95, 1.2])
@pytest.mark.parametrize("patience", [30.0, 180.0, 900.0])
def test_erlang_a_is_what_the_chain_of_states_says(
    agents: int, load: float, patience: float
) -> None:
    come = load * agents / 180.0
    theory = erlang_a(agents, come, 180.0, patience)
    waits, abandons = by_hand(agents, come, 1 / 180.0, 1 / patience)
    assert theory.waits == pytest.approx(waits, rel=1e-6)
    assert theory.abandons == pytest.approx(abandons, rel=1e-6, abs=1e-12)
    assert theory.mean_wait_seconds == pytest.approx(abandons * patience, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("agents", [5, 50, 500])
def test_callers_with_patience_for_ever_make_c_of_a(agents: int) -> None:
    come = 0.8 * agents / 180.0
    patient = erlang_a(agents, come, 180.0, 1e7)
    assert patient.waits == pytest.approx(erlang_c(agents, come, 180.0).waits, rel=1e-3)


def test_too_many_calls_have_no_answer() -> None:
    with pytest.raises(ValueError, match="too many for 5 agents"):
        erlang_c(5, 5.0, 1.0)
