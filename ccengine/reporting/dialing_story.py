"""What happens to campaigns and to the leads that they dial, told for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.commands import (
    CloseLead,
    FollowSchedule,
    OfferLead,
    PlaceCall,
    RefillHopper,
    ReturnLeads,
    SkipLead,
    WithdrawCalls,
    WithdrawLead,
)
from ccengine.core.dialer.leads import MachineVerdict
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
    PreviewEvent,
    PreviewHeldBack,
)
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.commands import DialingCommand, PreviewCommand
    from ccengine.core.events import DialingEvent, LeadEvent

_WHO_ANSWERED: Final = {
    MachineVerdict.PERSON: "a person has answered",
    MachineVerdict.MACHINE: "a machine has answered",
    MachineVerdict.UNSURE: "a person or a machine has answered",
}


def tell_dialing(what: DialingEvent, mask: Callable[[str], str]) -> str:
    """Return what has happened; `mask` says how numbers are shown."""
    if isinstance(what, CampaignEvent):
        return _of_campaign(what)
    if isinstance(what, PreviewEvent):
        return _of_preview(what, mask)
    return _of_lead(what, mask)


def _of_campaign(what: CampaignEvent) -> str:
    match what:
        case CampaignStarted():
            return f"campaign {what.campaign} started by {what.by}{_because(what.reason)}"
        case CampaignPaused():
            return f"campaign {what.campaign} paused by {what.by}{_because(what.reason)}"
        case CampaignFinished():
            return f"campaign {what.campaign} finished by {what.by}{_because(what.reason)}"
        case AbandonWindowOpened():
            share = f"{what.abandoned} of {what.live} answers abandoned so far"
            return f"campaign {what.campaign}, limit {what.limit + 1}: {share}"
        case LeadsClaimed():
            return f"{len(what.leads)} leads of campaign {what.campaign} are to be dialed next"


def _of_lead(what: LeadEvent, mask: Callable[[str], str]) -> str:
    match what:
        case LeadDialed():
            return f"{mask(what.number)} is dialed for campaign {what.campaign} on {what.node}"
        case LeadHeldBack():
            return f"not dialed for campaign {what.campaign}: {_held_told(what)}"
        case LeadAnswered():
            return "the lead has answered, and waits for an agent"
        case LeadUnanswered():
            return f"the lead was not reached: {what.outcome}"
        case LeadAbandoned():
            came = "an agent came too late" if what.is_late else "no agent came in time"
            return f"{came}: {what.reason}"
        case LeadMachineHeard():
            return f"{_WHO_ANSWERED[what.verdict]}, says the {what.by}"


def _held_told(what: LeadHeldBack | PreviewHeldBack) -> str:
    until = "" if what.until is None else f" until {utc_text(what.until)}"
    why = f" ({what.reason})" if what.reason else ""
    return f"{what.rule} says no{until}{why}"


def _of_preview(what: PreviewEvent, mask: Callable[[str], str]) -> str:
    match what:
        case LeadAccepted():
            return f"{what.agent} has {mask(what.number)} dialed for campaign {what.campaign}"
        case LeadSkipped():
            return f"{what.agent} skips a lead of campaign {what.campaign}: {what.reason}"
        case PreviewHeldBack():
            of = f"a lead of campaign {what.campaign}"
            return f"{what.agent} is not shown {of}: {_held_told(what)}"


def decision_told(what: DialingCommand | PreviewCommand) -> str:
    """Return what the core has decided; empty where an event says it."""
    match what:
        case RefillHopper() | PlaceCall() | FollowSchedule():
            return ""
        case ReturnLeads():
            return f"{len(what.leads)} leads of campaign {what.campaign} given back: {what.reason}"
        case WithdrawCalls():
            return f"{len(what.calls)} calls of {what.campaign} are hung up: {what.reason}"
        case CloseLead():
            said = f", {what.disposition}" if what.disposition else ""
            how = "did end so" if what.corrects else "ended"
            return f"the attempt {how}: {what.outcome}{said}"
        case OfferLead() | WithdrawLead() | SkipLead():
            return _preview_told(what)


def _preview_told(what: PreviewCommand | SkipLead) -> str:
    match what:
        case SkipLead():
            return f"the lead is put off: {what.reason}"
        case OfferLead():
            return f"{what.agent} is shown a lead of campaign {what.campaign}"
        case WithdrawLead():
            return f"{what.agent} has that lead no more: {what.reason}"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
