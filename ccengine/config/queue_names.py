"""Names of queues as YAML writes them: short within their client, `client/queue` for another's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.ids import ClientId, QueueId, queue_id

if TYPE_CHECKING:
    from ccengine.core.queues import QueueSettings


def full_name(client: ClientId, name: str) -> QueueId:
    """Return the name that is unique in the tenant."""
    return QueueId(name) if "/" in name else queue_id(client, name)


def with_full_names(client: ClientId, settings: QueueSettings) -> QueueSettings:
    """Return a queue's rules with the names that the core knows other queues by."""
    relax = tuple(
        step
        if step.while_healthy is None
        else replace(step, while_healthy=full_name(client, step.while_healthy))
        for step in settings.relax
    )
    limits = settings.limits
    if limits.overflow is not None and limits.overflow.queue is not None:
        to = replace(limits.overflow, queue=full_name(client, limits.overflow.queue))
        limits = replace(limits, overflow=to)
    keys = {
        key: leads if leads.queue is None else replace(leads, queue=full_name(client, leads.queue))
        for key, leads in settings.keys.items()
    }
    return replace(settings, relax=relax, limits=limits, keys=keys)
