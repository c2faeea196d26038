"""What key figures go by of the configuration in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of
from ccengine.reporting.kpis.table import InForce

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant
    from ccengine.core.plan import Plan


def in_force(tenant: Tenant, plan: Plan) -> InForce:
    """Return how queues are judged, and the languages of numbers."""
    languages: dict[tuple[str, str], str] = {
        (client.id, written): settings.language or client.language
        for client in tenant.clients.values()
        for number, settings in client.settings.numbers.items()
        for written in (digits_of(number), f"+{digits_of(number)}")
    }
    measures = {str(name): queue.measure for name, queue in plan.queues.items()}
    return InForce(measures=measures, languages=languages)
