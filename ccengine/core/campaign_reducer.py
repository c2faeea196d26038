"""What each event of campaigns and of their calls changes: which rule it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import dialing, lead_calls, previews
from ccengine.core.events import (
    AbandonWindowOpened,
    CampaignEvent,
    CampaignFinished,
    CampaignPaused,
    CampaignStarted,
    LeadAbandoned,
    LeadAccepted,
    LeadAnswered,
    LeadDialed,
    LeadHeldBack,
    LeadMachineHeard,
    LeadsClaimed,
    LeadSkipped,
    LeadUnanswered,
    PreviewHeldBack,
)

if TYPE_CHECKING:
    from ccengine.core.events import DialingEvent, InAirEvent
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant


def handle(floor: Floor, event: DialingEvent, now: Instant) -> None:
    """Change what the event changes; one of a call that is over is late.

    Raises:
        CoreError: the event is impossible in the present state, which is left as it was.
    """
    match event:
        case _ if isinstance(event, CampaignEvent):
            _handle_campaign(floor, event, now)
        case LeadAbandoned():
            _abandon(floor, event, now)
        case LeadAccepted():
            previews.accept(floor, event, now)
        case LeadSkipped():
            previews.skip(floor, event)
        case PreviewHeldBack():
            previews.hold_back(floor, event)
        case LeadMachineHeard():
            lead_calls.hear(floor, event, now)
        case _ if event.call not in floor.runs.air:
            floor.ignored += 1
        case _:
            _handle_in_air(floor, event, now)


def _abandon(floor: Floor, event: LeadAbandoned, now: Instant) -> None:
    if event.is_late:
        lead_calls.come_late(floor, event, now)
    elif event.call in floor.calls:
        dialing.abandon(floor, event, now)
    else:
        floor.ignored += 1


def _handle_campaign(floor: Floor, event: CampaignEvent, now: Instant) -> None:
    match event:
        case CampaignStarted():
            dialing.start(floor, event, now)
        case CampaignPaused():
            dialing.stop(floor, event, now, finally_=False)
        case CampaignFinished():
            dialing.stop(floor, event, now, finally_=True)
        case AbandonWindowOpened():
            dialing.open_window(floor, event)
        case LeadsClaimed():
            dialing.claim(floor, event, now)


def _handle_in_air(floor: Floor, event: InAirEvent, now: Instant) -> None:
    match event:
        case LeadDialed():
            dialing.dial(floor, event, now)
        case LeadHeldBack():
            dialing.hold_back(floor, event)
        case LeadAnswered():
            dialing.answer(floor, event, now)
        case LeadUnanswered():
            dialing.miss(floor, event, now)
