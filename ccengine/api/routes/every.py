"""All routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.routes import agents, calls, engine

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

ROUTES: tuple[AnyRoute, ...] = (*engine.ROUTES, *agents.ROUTES, *calls.ROUTES)
