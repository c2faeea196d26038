"""All routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.routes import (
    agents,
    calls,
    closures,
    configuration,
    desk,
    engine,
    papers,
    queues,
    recordings,
)

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

ROUTES: tuple[AnyRoute, ...] = (
    *engine.ROUTES,
    *agents.ROUTES,
    *desk.ROUTES,
    *queues.ROUTES,
    *closures.ROUTES,
    *calls.ROUTES,
    *recordings.ROUTES,
    *papers.ROUTES,
    *configuration.ROUTES,
)
