"""What happens to campaigns and to the leads that they dial."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, Lead, LeadKey, MachineVerdict
from ccengine.core.ids import AgentId, CallId, CampaignId, ClientId, TenantId


class HeardBy(StrEnum):
    """Who says whether a machine has answered."""

    DETECTOR = "detector"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted:
    """Somebody, or its schedule, lets a campaign place calls from now on."""

    campaign: CampaignId
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPaused:
    """No more calls are placed until it is started again; those in the air go on."""

    campaign: CampaignId
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFinished:
    """The campaign is over; calls in the air go on."""

    campaign: CampaignId
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonWindowOpened:
    """The time over which a limit on abandoned calls counts begins, or is known from the store."""

    campaign: CampaignId
    limit: int  #: which of the campaign's, from 0
    live: int  #: answers in it so far
    abandoned: int  #: of these
    ends_at: float | None = None  #: seconds since the epoch; None: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsClaimed:
    """Leads are in the hopper's hands; none: there are none that could be dialed now."""

    campaign: CampaignId
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDialed:
    """An attempt is stored and the number is about to be dialed, whatever becomes of it."""

    call: CallId
    tenant: TenantId
    client: ClientId
    node: str
    campaign: CampaignId
    lead: LeadKey
    number: str  #: dialed, in international form
    attempt: AttemptId
    caller: str = ""  #: the number shown to who is called


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadHeldBack:
    """The law said no at the last moment: nothing was dialed."""

    call: CallId
    campaign: CampaignId
    lead: LeadKey
    rule: str  #: its id
    until: float | None = None  #: seconds since the epoch; None: for ever, or nobody knows
    reason: str = ""  #: for people


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAnswered:
    """A person has answered, or what is taken for one; they wait for an agent from now on."""

    call: CallId
    leg: str  #: channel id


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadUnanswered:
    """The call ended without an answer, or none was placed after all."""

    call: CallId
    outcome: AttemptOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAbandoned:
    """No agent came in time: the dialplan has begun to say who called."""

    call: CallId
    reason: str
    is_late: bool = False  #: an agent comes all the same, or has come: they stay together


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMachineHeard:
    """Somebody or something says who has answered: a person, a machine, or one cannot tell.

    An agent's word comes before a detector's. What a detector says that only learns (`shadow`) is
    told to nobody but the books.
    """

    call: CallId
    by: HeardBy
    verdict: MachineVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAccepted:
    """An agent who was shown a lead has it dialed."""

    campaign: CampaignId
    lead: LeadKey
    agent: AgentId
    number: str  #: which of the lead's


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSkipped:
    """An agent who was shown a lead does not want it dialed now."""

    campaign: CampaignId
    lead: LeadKey
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewHeldBack:
    """The law says no to a lead that an agent was to be shown: the books have put it off."""

    campaign: CampaignId
    lead: LeadKey
    agent: AgentId
    rule: str  #: its id
    until: float | None = None  #: seconds since the epoch; None: for ever, or nobody knows
    reason: str = ""  #: for people
