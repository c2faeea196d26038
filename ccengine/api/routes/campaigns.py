"""Campaigns: how they go, and who has them start, pause and finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from ccengine.api.campaigns import (
    Board,
    CampaignList,
    CampaignShown,
    CampaignState,
    OneCampaignShown,
    campaign_of,
    campaigns_seen,
    settings_of,
    state_of,
)
from ccengine.api.faults import CAMPAIGN_UNKNOWN, REFUSED
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.core.events import CampaignFinished, CampaignPaused, CampaignStarted
from ccengine.core.ids import CampaignId

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.config.campaigns import Campaign

    Switch = CampaignStarted | CampaignPaused | CampaignFinished

NOT_FROM: Final = {
    CampaignStarted: {CampaignState.RUNNING: "it runs already"},
    CampaignPaused: {
        CampaignState.PAUSED: "it pauses already",
        CampaignState.STOPPED: "it does not run",
    },
    CampaignFinished: {CampaignState.STOPPED: "it was not started, or is finished already"},
}
"""What cannot be asked of a campaign in a state, and why."""


class CampaignsQuery(Strict):
    """Which."""

    client: str | None = Field(None, pattern=f"^{NAME}$")


class Why(Strict):
    """Why."""

    reason: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


async def list_campaigns(asked: Asked[CampaignsQuery, Nothing]) -> CampaignList:
    """List those that the token sees."""
    board = Board(asked)
    seen = campaigns_seen(asked, asked.query.client)
    return CampaignList(campaigns=[CampaignShown(**await board.facts(one)) for one in seen])


async def get_campaign(asked: Asked[Nothing, Nothing]) -> OneCampaignShown:
    """Show one."""
    campaign = campaign_of(asked)
    facts = await Board(asked).facts(campaign)
    return OneCampaignShown(**facts, settings=settings_of(campaign, asked))


async def start(asked: Asked[Nothing, Why]) -> Change:
    """Have it place calls from now on."""
    return await _switch(asked, campaign_of(asked), CampaignStarted)


async def pause(asked: Asked[Nothing, Why]) -> Change:
    """Have it place no more calls until it is started again."""
    return await _switch(asked, campaign_of(asked), CampaignPaused)


async def finish(asked: Asked[Nothing, Why]) -> Change:
    """Have it place no more calls, and forget what it has learned of pace."""
    return await _switch(asked, campaign_of(asked), CampaignFinished)


async def _switch(asked: Asked[Any, Why], campaign: Campaign, event: type[Switch]) -> Change:
    before, reason = _state(asked, campaign), asked.body.reason.strip()
    why_not = NOT_FROM[event].get(before)
    is_kept_off = event is CampaignFinished and campaign.settings.schedule.automatic
    if why_not is not None and not is_kept_off:
        raise REFUSED.because(detail=why_not)
    name, by = CampaignId(campaign.id), asked.identity.name
    rejection = asked.ports.floor.post(event(campaign=name, by=by, reason=reason))
    if rejection:
        raise REFUSED.because(detail=rejection)
    return Change(
        target=f"campaign {campaign.id}",
        before={"state": before},
        after={"state": _state(asked, campaign), "reason": reason},
        answer=CampaignShown(**await Board(asked).facts(campaign)),
    )


def _state(asked: Asked[Any, Any], campaign: Campaign) -> CampaignState:
    return state_of(asked.ports.floor.center.campaigns.get(CampaignId(campaign.id)))


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listCampaigns",
        method=Method.GET,
        path="/campaigns",
        summary="Campaigns, and how they go",
        query=CampaignsQuery,
        body=Nothing,
        answer=CampaignList,
        handler=list_campaigns,
    ),
    Route(
        operation="getCampaign",
        method=Method.GET,
        path="/campaigns/{client}/{campaign}",
        summary="A campaign, how it goes, and what its file says",
        query=Nothing,
        body=Nothing,
        answer=OneCampaignShown,
        handler=get_campaign,
        faults=(CAMPAIGN_UNKNOWN,),
    ),
    Route(
        operation="startCampaign",
        method=Method.POST,
        path="/campaigns/{client}/{campaign}/start",
        summary="Have a campaign place calls from now on",
        description="Within its hours, the law and its limits. One that pauses goes on with what "
        "it has learned.",
        query=Nothing,
        body=Why,
        answer=CampaignShown,
        handler=start,
        faults=(CAMPAIGN_UNKNOWN, REFUSED),
    ),
    Route(
        operation="pauseCampaign",
        method=Method.POST,
        path="/campaigns/{client}/{campaign}/pause",
        summary="Have a campaign place no more calls until it is started again",
        description="Calls in the air go on.",
        query=Nothing,
        body=Why,
        answer=CampaignShown,
        handler=pause,
        faults=(CAMPAIGN_UNKNOWN, REFUSED),
    ),
    Route(
        operation="finishCampaign",
        method=Method.POST,
        path="/campaigns/{client}/{campaign}/finish",
        summary="End a campaign",
        description="Calls in the air go on. It may be started again, and then learns anew. One "
        "that its schedule starts is not started by that any more.",
        query=Nothing,
        body=Why,
        answer=CampaignShown,
        handler=finish,
        faults=(CAMPAIGN_UNKNOWN, REFUSED),
    ),
)
