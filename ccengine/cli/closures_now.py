"""Closures as commands show them that do not ask the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine import clock
from ccengine.core.ids import ClosureId
from ccengine.reporting.instants import utc_text
from ccengine.storage.closures import closed_by_journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant
    from ccengine.core.closed_numbers import Closed


def closed_now(tenant: Tenant, settings: Settings) -> Mapping[ClosureId, Closed]:
    """Return which closures are closed; a tenant without any needs no journal."""
    if not tenant.settings.closures:
        return {}
    closed = closed_by_journal(settings.paths.journal, clock.wall())
    return {name: one for name, one in closed.items() if name in tenant.settings.closures}


def closure_facts(tenant: Tenant, settings: Settings) -> list[dict[str, object]]:
    """Return all closures, as the API shows them."""
    closed = closed_now(tenant, settings)
    return [
        {
            "closure": name,
            "name": closure.name,
            "digit": closure.digit,
            "numbers": tenant.numbers_of(closure),
            **_state(closed.get(ClosureId(name))),
        }
        for name, closure in tenant.settings.closures.items()
    ]


def _state(closed: Closed | None) -> dict[str, object]:
    if closed is None:
        return {"closed": False, "by": "", "reason": "", "since": None, "until": None}
    return {
        "closed": True,
        "by": closed.by,
        "reason": closed.reason,
        "since": utc_text(closed.since),
        "until": None if closed.until is None else utc_text(closed.until),
    }
