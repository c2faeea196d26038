"""All routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.routes import (
    agents,
    calibrations,
    callbacks,
    calls,
    campaigns,
    cards,
    closures,
    coaching,
    configuration,
    desk,
    do_not_call,
    engine,
    figures,
    kept,
    lead_callbacks,
    lead_imports,
    lookups,
    papers,
    previews,
    queues,
    recording_acts,
    recordings,
    reviews,
    samples,
    scorecards,
    sign_in,
    staffing,
    training,
)

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

ROUTES: tuple[AnyRoute, ...] = (
    *engine.ROUTES,
    *sign_in.ROUTES,
    *agents.ROUTES,
    *staffing.ROUTES,
    *desk.ROUTES,
    *coaching.ROUTES,
    *callbacks.ROUTES,
    *previews.ROUTES,
    *lead_callbacks.ROUTES,
    *queues.ROUTES,
    *closures.ROUTES,
    *campaigns.ROUTES,
    *lead_imports.ROUTES,
    *do_not_call.ROUTES,
    *calls.ROUTES,
    *cards.ROUTES,
    *figures.ROUTES,
    *recordings.ROUTES,
    *recording_acts.ROUTES,
    *kept.ROUTES,
    *papers.ROUTES,
    *scorecards.ROUTES,
    *samples.ROUTES,
    *reviews.ROUTES,
    *calibrations.ROUTES,
    *training.ROUTES,
    *configuration.ROUTES,
    *lookups.ROUTES,
)
