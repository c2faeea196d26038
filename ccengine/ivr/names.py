"""What is spoken to agents of their own world: names of people, queues and reasons, and numbers.

All of it is known when the configuration is read, so it is rendered like any other prompt. The
language is the one spoken to agents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccengine.ivr.built_in import CHOICE, built_in_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import AgentId, QueueId

NUMBERS: Final = 60  #: from 0 on


def of_agent(agent: AgentId) -> str:
    """Return the key of an agent's name."""
    return f"agent/{agent}"


def of_queue(queue: QueueId) -> str:
    """Return the key of the client's name and the queue's."""
    return f"queue/{queue}"


def of_reason(name: str) -> str:
    """Return the key of a reason's name."""
    return f"reason/{name}"


def of_choice(digit: str) -> str:
    """Return the key of the sentence that says which key a reason has."""
    return f"choice/{digit}"


def of_number(number: int) -> list[str]:
    """Return the keys of a number, those of its digits where it is too great to be one."""
    parts = [number] if number < NUMBERS else [int(digit) for digit in str(number)]
    return [f"number/{part}" for part in parts]


def texts(tenant: Tenant) -> Iterator[tuple[str, str]]:
    """Yield each key with what is spoken."""
    for agent, settings in tenant.settings.agents.items():
        yield of_agent(agent), settings.name
    for client in tenant.clients.values():
        for queue in client.queues:
            yield of_queue(queue), queue_name(client, queue)
    choice = built_in_texts(tenant.language)[CHOICE]
    for digit, reason in tenant.settings.reasons.items():
        yield of_reason(reason.name), reason.name
        yield of_choice(digit), choice.format(name=reason.name, digit=digit)
    for number in range(NUMBERS):
        yield f"number/{number}", str(number)


def queue_name(client: Client, queue: QueueId) -> str:
    """Return the client's name and the queue's, as agents are told them."""
    return f"{client.settings.name}, {re.sub('[-_]', ' ', queue.partition('/')[2])}"
