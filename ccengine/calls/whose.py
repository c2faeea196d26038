"""Whose call it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.config.clients import Client
    from ccengine.core.calls import Call


def client_of_call(wiring: Wiring, call: Call) -> Client | None:
    """Return the call's client as the configuration in force has it."""
    tenant = wiring.configuration.tenant
    return None if tenant is None else tenant.clients.get(call.client)
