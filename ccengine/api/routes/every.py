"""All routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.routes import (
    agents,
    callbacks,
    calls,
    closures,
    configuration,
    desk,
    engine,
    figures,
    lookups,
    papers,
    queues,
    recordings,
    sign_in,
    staffing,
)

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

ROUTES: tuple[AnyRoute, ...] = (
    *engine.ROUTES,
    *sign_in.ROUTES,
    *agents.ROUTES,
    *staffing.ROUTES,
    *desk.ROUTES,
    *callbacks.ROUTES,
    *queues.ROUTES,
    *closures.ROUTES,
    *calls.ROUTES,
    *figures.ROUTES,
    *recordings.ROUTES,
    *papers.ROUTES,
    *configuration.ROUTES,
    *lookups.ROUTES,
)
