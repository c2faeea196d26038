"""All routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.agi_routes import callers, hours, queues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.agi_routes.route import AgiRoute

ROUTES: Mapping[str, AgiRoute] = {
    route.name: route for route in (*queues.ROUTES, *hours.ROUTES, *callers.ROUTES)
}
"""By the first part of their addresses."""
