"""What queueing theory says of one queue with equal agents, to check the simulator against.

Erlang B, C (M/M/n) and A (M/M/n+M). Loads are in erlangs: calls in the time of one call. Stable for
thousands of agents: no factorials, no powers.
"""

from __future__ import annotations

from typing import NamedTuple

_SMALLEST = 1e-17  # a part of the sum that changes it no longer


class Theory(NamedTuple):
    """Long-run averages of one queue."""

    waits: float  #: part of the callers who wait at all
    abandons: float  #: part of the callers who hang up before an agent is free
    mean_wait_seconds: float  #: of all callers: 0 for who is served at once


def blocked(agents: int, load: float) -> float:
    """Return Erlang B: the part of calls that find all agents busy where nobody waits."""
    inverse = 1.0
    for count in range(1, agents + 1):
        inverse = 1.0 + inverse * count / load
    return 1.0 / inverse


def erlang_c(agents: int, calls_per_second: float, talk_seconds: float) -> Theory:
    """Return what M/M/n says: everybody waits for as long as it takes.

    Raises:
        ValueError: there are more calls than the agents can take; the line has no end.
    """
    load = calls_per_second * talk_seconds
    if load >= agents:
        message = f"{load:g} erlangs are too many for {agents} agents"
        raise ValueError(message)
    busy = blocked(agents, load)
    waits = busy / (1.0 - load / agents * (1.0 - busy))
    return Theory(waits, 0.0, waits * talk_seconds / (agents - load))


def erlang_a(
    agents: int, calls_per_second: float, talk_seconds: float, patience_seconds: float
) -> Theory:
    """Return what M/M/n+M says: callers hang up after an exponential time.

    Formulas as in Mandelbaum and Zeltyn, Service Engineering in Action: The Palm/Erlang-A Queue.
    """
    load = calls_per_second * talk_seconds
    served = agents * patience_seconds / talk_seconds  # service and arrivals in one patience
    come = calls_per_second * patience_seconds
    part = total = 1.0
    step = 0
    while part > total * _SMALLEST or come > served + step:
        step += 1
        part *= come / (served + step)
        total += part
    busy = blocked(agents, load)
    waits = total * busy / (1.0 + (total - 1.0) * busy)
    usage = load / agents
    abandons = waits * (1.0 / (usage * total) + 1.0 - 1.0 / usage)
    return Theory(waits, abandons, abandons * patience_seconds)
