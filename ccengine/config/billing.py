"""Who is billed for what, as the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.currencies import decimals_of
from ccengine.config.in_force import in_force
from ccengine.reporting.kpis.billing import Billed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.clients import Client
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId
    from ccengine.core.plan import Plan


def weights_of(tenant: Tenant) -> Mapping[ClientId, int]:
    """Return the weights of clients' contracts, by which shared time may be shared out."""
    clients = tenant.clients.values()
    return {one.id: one.terms.idle.weight for one in clients if one.terms is not None}


def billed(client: Client, tenant: Tenant, plan: Plan) -> Billed | None:
    """Return by what a client is billed; None: nothing is."""
    terms, contract = client.terms, client.settings.contract
    if terms is None or contract is None:
        return None
    return Billed(
        client=client.id,
        name=client.settings.name,
        terms=terms,
        currency=contract.currency,
        places=decimals_of(contract.currency),
        weights=weights_of(tenant),
        in_force=in_force(tenant, plan),
    )
