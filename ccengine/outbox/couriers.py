"""The outboxes of all clients: one courier each, as webhooks have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.core.ids import ClientId, Instant
from ccengine.outbox.mail import SubmissionMail
from ccengine.storage.webhooks import HookKey, WebhookStore
from ccengine.webhooks.courier import Courier

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant
    from ccengine.lookup.requests import Wire
    from ccengine.lookup.sources import Sources

OUTBOX: Final = "*outbox"
"""Stands where webhooks have their name, and can be none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxOffice:
    """What outboxes share."""

    journal: Path
    store: WebhookStore
    now: Callable[[], Instant]


def key_of(client: ClientId) -> HookKey:
    """Return under which key a client's outbox keeps its place and letters."""
    return HookKey(client, OUTBOX)


def outbox_couriers(
    tenant: Tenant, office: OutboxOffice, sources: Sources, wire: Wire
) -> list[Courier]:
    """Return a courier for each client that has submissions."""
    return [
        Courier(key_of(client.id), SubmissionMail(client, sources, wire), office)
        for client in tenant.clients.values()
        if client.settings.submissions
    ]
