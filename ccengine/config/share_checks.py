"""What may be wrong with the shares of clients in the agents, and with agents' rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.lookups import Documents, Range, out_of_range, unknown_keys
from ccengine.core.plan import Precedence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId

REST_SECONDS_AT_MOST: Final = 3600
LEAST_OCCUPANCY: Final = 0.1
WINDOW_MINUTES_AT_MOST: Final = 12 * 60
AGENTS_AT_MOST: Final = 100_000


def check_shares(tenant: Tenant, document: Document, documents: Documents) -> Iterator[Problem]:
    """Yield what is wrong with floors and ceilings."""
    shares = tenant.settings.shares
    yield from unknown_keys(document, ("shares",), "client", shares, documents.clients)
    for client, share in shares.items():
        place = ("shares", client)
        ranges = [
            Range((*place, "floor"), share.floor, 0, AGENTS_AT_MOST),
            Range((*place, "ceiling"), share.ceiling, 1, AGENTS_AT_MOST),
        ]
        yield from out_of_range(document, f"the share of '{client}'", ranges)
        if share.ceiling is not None and 1 <= share.ceiling < share.floor:
            message = f"the ceiling of '{client}' ({share.ceiling}) is below its floor"
            remedy = f"use at least {share.floor}, or lower the floor"
            yield document.problem((*place, "ceiling"), message, remedy)
    if documents.all_agents:
        yield from _floors(tenant, document)


def _floors(tenant: Tenant, document: Document) -> Iterator[Problem]:
    floors = {
        client: share.floor for client, share in tenant.settings.shares.items() if share.floor
    }
    faulty = False
    for client, floor in floors.items():
        approved = _approved(tenant, {client})
        if floor > approved and client in tenant.clients:
            faulty = True
            message = f"the floor of '{client}' is {floor}, and {approved} agents may serve it"
            remedy = "lower it, or approve more agents for the client"
            yield document.problem(("shares", client, "floor"), message, remedy)
    together, there = sum(floors.values()), _approved(tenant, set(floors))
    if together > there and not faulty and len(floors) > 1:
        message = f"the floors together are {together}, and {there} agents may serve these clients"
        yield document.problem(("shares",), message, "lower some, or approve more agents")


def _approved(tenant: Tenant, clients: set[ClientId]) -> int:
    agents = tenant.settings.agents.values()
    return sum(not clients.isdisjoint(agent.clients) for agent in agents)


def check_rest(tenant: Tenant, document: Document) -> Iterator[Problem]:
    """Yield what is wrong with what agents are owed, and with whom they serve first."""
    rest = tenant.settings.rest
    ranges = [
        Range(("rest", "seconds"), rest.seconds, 0, REST_SECONDS_AT_MOST),
        Range(("rest", "occupancy"), rest.occupancy, LEAST_OCCUPANCY, 1),
        Range(("rest", "window_minutes"), rest.window_minutes, 1, WINDOW_MINUTES_AT_MOST),
    ]
    yield from out_of_range(document, "the agents' rest", ranges)
    queues = [queue for client in tenant.clients.values() for queue in client.queues.values()]
    promised = any(queue.promise_seconds is not None for queue in queues)
    if tenant.settings.precedence is Precedence.PROMISE and queues and not promised:
        message = "'precedence: promise' goes by promises, and no queue has one"
        remedy = "give queues 'promise_seconds', or remove it"
        yield document.warning(("precedence",), message, remedy)
