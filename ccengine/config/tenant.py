"""A tenant: an operator of a contact center. `TenantSettings` is the schema of tenant.yaml.

    <tenant>/tenant.yaml
             prompts/<language>/                what agents hear, where it differs from ours
             clients/<client>/client.yaml
                              flows/<flow>.yaml
                              forms/<form>.yaml, scripts/<script>.yaml
                              prompts/<language>/

Flows and prompts belong to `ccengine.ivr`, which loads them on top of this.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from ccengine.config.calendars import HolidayCalendar
from ccengine.config.campaign_plans import campaign_plans, queues_of_campaigns
from ccengine.config.clients import Client, digits_of
from ccengine.config.closures import Closure
from ccengine.config.coaching import CoachKeys
from ccengine.config.consents import Place
from ccengine.config.dialing_rules import NO_RULES, DialingRules
from ccengine.config.hours import Zone
from ccengine.config.names import Language, Line, Name, is_name, mistake
from ccengine.config.numbers import TelephoneNumber
from ccengine.config.periods import periods_of
from ccengine.config.schema import REQUIRED
from ccengine.config.trunks import Trunk
from ccengine.core.dialer.retries import Sequel
from ccengine.core.ids import AgentId, ClientId, ClosureId, Instant, PhoneId, QueueId, TenantId
from ccengine.core.plan import AgentSettings, Plan, Precedence, Reason, Rest, Share

if TYPE_CHECKING:
    from ccengine.core.periods import Period

NOT_READY: Final = "not ready"
SPEECH_COMMAND: Final = "espeak-ng -v {voice} -s {words_per_minute} --stdin --stdout"
SPEECH_PLACEHOLDERS: Final = frozenset({"{voice}", "{words_per_minute}", "{output}"})
REASON_MINUTES_AT_MOST: Final = 24 * 60


def _code(text: str) -> str:
    if re.fullmatch(r"\*[0-9]{1,6}", text) is None:
        message = f"'{text}' cannot be a feature code"
        raise mistake(message, 'write a star and digits in quotes, as in "*71"')
    return text


def _reason_digit(text: str) -> str:
    if re.fullmatch(r"[0-9]", text) is None:
        message = f"'{text}' is no single digit"
        raise mistake(message, "a reason is one digit dialed after the not-ready code")
    return text


def _caller(text: str) -> str:
    if re.fullmatch(r"caller-[a-z0-9-]{1,24}", text) is None:
        message = f"'{text}' cannot be a demo caller"
        raise mistake(message, "name it as in caller-1")
    return text


def _extension(text: PhoneId) -> PhoneId:
    if re.fullmatch(r"[0-9]{2,8}", text) is None:
        message = f"'{text}' is no extension"
        raise mistake(message, "use 2 to 8 digits")
    return text


def _agent(text: AgentId) -> AgentId:
    if not is_name(text):
        message = f"'{text}' cannot be an agent's name here"
        raise mistake(
            message, "use a short name of small letters and digits; 'name:' is for people"
        )
    return text


def _named_reason(given: object) -> object:
    """Let a reason without a limit be written as its name alone."""
    return {"name": given} if isinstance(given, str) else given


def _reason(reason: Reason) -> Reason:
    if not reason.name.strip() or not reason.name.isprintable():
        message = f"{reason.name!r} is empty or holds characters that cannot be printed"
        raise mistake(message, "write it on one line")
    if reason.minutes is not None and not 0 < reason.minutes <= REASON_MINUTES_AT_MOST:
        message = f"'minutes' of reason '{reason.name}' cannot be {reason.minutes:g}"
        raise mistake(message, f"use more than 0 and at most {REASON_MINUTES_AT_MOST}")
    return reason


def _command(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not words or not text.isprintable():
        message = f"{text!r} is no command"
        raise mistake(message, "write a program and its arguments; quotes must have an end")
    unknown = set(re.findall(r"\{[^}]*\}?", text)) - SPEECH_PLACEHOLDERS
    if unknown:
        message = f"nothing is put in place of {min(unknown)}"
        raise mistake(message, f"use {', '.join(sorted(SPEECH_PLACEHOLDERS))}")
    return text


SpeechCommand = Annotated[str, AfterValidator(_command)]
AgentName = Annotated[AgentId, AfterValidator(_agent)]
FeatureCode = Annotated[str, AfterValidator(_code)]
ReasonDigit = Annotated[str, AfterValidator(_reason_digit)]
AnyReason = Annotated[Reason, BeforeValidator(_named_reason), AfterValidator(_reason)]
DemoCaller = Annotated[str, AfterValidator(_caller)]
Extension = Annotated[PhoneId, AfterValidator(_extension)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How a language's prompts are rendered."""

    voice: Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9+_-]{0,40}$")]  #: of the command's
    words_per_minute: Annotated[int, Field(ge=80, le=300)] = 150
    command: SpeechCommand = SPEECH_COMMAND  #: the speech engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where agents work."""

    name: Line
    zone: Zone  #: IANA time zone of its shifts
    place: Place | None = None  #: whose law holds for recordings: DE, US-CA; None: nobody says


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Agents who work together."""

    name: Line
    site: Name
    supervisors: tuple[AgentId, ...] = ()  #: whom its agents may call for help


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A SIP account on a desk, or a telephone outside. Who sits there says so by logging in."""

    site: Name | None = None
    dials_for: ClientId | None = None  #: may call outside by hand, for this client
    auto_answer: bool = False  #: the phone is told to answer by itself
    answers_leads: bool = True  #: likewise, where a lead of a campaign has answered
    external: TelephoneNumber | None = None  #: no account: rung by this number, for `dials_for`


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCodes:
    """What agents dial about themselves."""

    login: FeatureCode = "*71"  #: alone: the phone's usual agent; or with an agent's number
    logout: FeatureCode = "*72"
    ready: FeatureCode = "*73"
    not_ready: FeatureCode = "*74"  #: alone, or with the digit of a reason
    longer: FeatureCode = "*75"  #: wrap-up
    my_day: FeatureCode = "*76"  #: spoken
    help: FeatureCode = "*77"  #: of a supervisor
    outcome: FeatureCode = "*78"  #: alone, or with the digits of a disposition
    pause: FeatureCode = "*79"  #: with a queue's extension, or alone
    resume: FeatureCode = "*70"  #: likewise
    coach: FeatureCode = "*80"  #: with an agent's extension: a supervisor follows the agent
    closure: FeatureCode = "*69"  #: with a closure's digit: closes its numbers, or opens them

    def all(self) -> Mapping[str, str]:
        """Return each code by what it does."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCodes:
    """What agents press during a call."""

    hold: FeatureCode = "*1"  #: and again to take the caller back
    transfer: FeatureCode = "*2"  #: then where to, and #
    consult: FeatureCode = "*3"  #: then whom, and #; a hang-up hands the caller over
    conference: FeatureCode = "*4"  #: all three talk
    swap: FeatureCode = "*5"  #: between the caller and whom is consulted
    back: FeatureCode = "*6"  #: ends the consult
    card: FeatureCode = "*8"  #: the caller types a payment card, alone; and again to stop that
    pause_recording: FeatureCode = "*7"  #: and again to record on
    record: FeatureCode = "*9"  #: where the agent may choose; and again to end it
    voicemail: FeatureCode = "*0"  #: leaves a campaign's message on a machine


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantOutbound:
    """Limits of all clients' outbound calls together."""

    calls_per_day: Annotated[int, Field(ge=0, le=10_000_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """The keys of tenant.yaml."""

    name: Line = field(default="", metadata=REQUIRED)  #: for people
    languages: Mapping[Language, Voice] = field(default_factory=dict, metadata=REQUIRED)
    skills: Mapping[Name, Line] = field(default_factory=dict)  #: what each means
    licences: Mapping[Name, Line] = field(default_factory=dict)  #: what each allows
    groups: Mapping[Name, Line] = field(default_factory=dict)  #: whom each brings together
    sites: Mapping[Name, Site] = field(default_factory=dict)
    teams: Mapping[Name, Team] = field(default_factory=dict)
    agents: Mapping[AgentName, AgentSettings] = field(default_factory=dict)
    phones: Mapping[Extension, Phone] = field(default_factory=dict)
    callers: tuple[DemoCaller, ...] = ()  #: demo accounts that call as if from outside
    feature_codes: FeatureCodes = FeatureCodes()
    call_codes: CallCodes = CallCodes()
    coach_keys: CoachKeys = field(default_factory=CoachKeys)
    dialled_wrap_up_seconds: float = 15.0  #: after a call outside that an agent dialled
    ready_at_login: bool = True  #: no: who logs in is not ready until they say so
    precedence: Precedence = Precedence.SCORE  #: which queue a free agent serves first
    shares: Mapping[ClientId, Share] = field(default_factory=dict)  #: agents of each client
    rest: Rest = field(default_factory=Rest)  #: what agents are owed between calls
    reasons: Mapping[ReasonDigit, AnyReason] = field(default_factory=dict)  #: for being not ready
    reason_required: bool = False  #: yes: nobody is not ready without one of them
    trunks: Mapping[Name, Trunk] = field(default_factory=dict)
    outbound: TenantOutbound | None = None
    holidays: Mapping[Name, HolidayCalendar] = field(default_factory=dict)  #: shared by hours
    closures: Mapping[Name, Closure] = field(default_factory=dict)  #: numbers with one switch


@dataclass(frozen=True, slots=True)
class Route:
    """Where a dialed number leads."""

    client: ClientId
    number: str
    flow: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A tenant with its clients."""

    id: TenantId
    folder: Path
    version: str  #: hash of all files it was read from
    settings: TenantSettings
    clients: Mapping[ClientId, Client]
    dialing: DialingRules = NO_RULES  #: its own

    def plan(self, at: Instant | None = None) -> Plan:
        """Return what routing needs of it.

        Args:
            at: opening hours are given for some weeks from this instant on; None: for none, so
                that customers are dialed only where no hours are named.
        """
        clients = self.clients.values()
        openings = [client.openings(at or 0.0) for client in clients]
        queues = [{**one.queues, **queues_of_campaigns(one)} for one in clients]
        campaigns = [campaign_plans(client, self.dialing, at or 0.0) for client in clients]
        return Plan(
            tenant=self.id,
            version=self.version,
            agents=dict(self.settings.agents),
            queues={name: queue for some in queues for name, queue in some.items()},
            ready_at_login=self.settings.ready_at_login,
            precedence=self.settings.precedence,
            shares=dict(self.settings.shares),
            outcomes={name: client.outcome for name, client in self.clients.items()},
            usual_queues={
                name: client.usual_queue
                for name, client in self.clients.items()
                if client.usual_queue is not None
            },
            rest=self.settings.rest,
            dialled_wrap_up_seconds=self.settings.dialled_wrap_up_seconds,
            periods=self._periods(),
            openings={name: periods for some in openings for name, periods in some.items()},
            reasons={reason.name: reason for reason in self.settings.reasons.values()},
            reason_required=self.settings.reason_required,
            supervisors={name: team.supervisors for name, team in self.settings.teams.items()},
            closures=tuple(ClosureId(name) for name in self.settings.closures),
            campaigns={name: one for some in campaigns for name, one in some.items()},
        )

    def _periods(self) -> Mapping[AgentId, Mapping[str, Period]]:
        sites = self.settings.sites
        teams = self.settings.teams.items()
        zone_of_client = {name: client.zone for name, client in self.clients.items()}
        zone_of_team = {name: sites[team.site].zone for name, team in teams if team.site in sites}
        return periods_of(self.settings.agents, zone_of_client, zone_of_team)

    def route(self, number: str) -> Route | None:
        """Return where a number leads, dialed with + or without; None when it is nobody's."""
        for client in self.clients.values():
            for own, settings in client.settings.numbers.items():
                if digits_of(own) == digits_of(number):
                    language = settings.language or client.language
                    return Route(client.id, own, settings.flow, language)
        return None

    def closed_by(self, route: Route, closed: Collection[ClosureId]) -> ClosureId | None:
        """Return which of the closures that are closed a number belongs to; None: to none."""
        closures = self.settings.closures.items()
        names = (ClosureId(name) for name, one in closures if one.holds(route.client, route.number))
        return next((name for name in names if name in closed), None)

    def clients_of(self, closure: Closure) -> list[ClientId]:
        """Return whose numbers are closed with a closure."""
        return [name for name in self.clients if self.numbers_of(closure, name)]

    def numbers_of(self, closure: Closure, client: ClientId | None = None) -> list[str]:
        """Return the numbers that are closed with a closure, all of them or one client's."""
        return [
            number
            for name, one in self.clients.items()
            for number in one.settings.numbers
            if client in (None, name) and closure.holds(name, number)
        ]

    def closure_of(self, digit: str) -> ClosureId | None:
        """Return which closure is switched by this digit."""
        closures = self.settings.closures.items()
        return next((ClosureId(name) for name, one in closures if one.digit == digit), None)

    def agent_with_number(self, number: str) -> AgentId | None:
        """Return whose number this is, as typed to log in."""
        agents = self.settings.agents.items()
        return next((name for name, agent in agents if agent.number == number), None)

    def agent_at(self, phone: PhoneId) -> AgentId | None:
        """Return who usually sits at the phone."""
        agents = self.settings.agents.items()
        return next((name for name, agent in agents if agent.phone == phone), None)

    @property
    def language(self) -> str:
        """The language spoken to agents: the first of tenant.yaml."""
        return next(iter(self.settings.languages), "en")

    def reason(self, digits: str) -> str | None:
        """Return why somebody is not ready, by what they dialed after the code.

        None: a reason must be chosen, or there is no such one.
        """
        if not digits:
            return None if self.settings.reason_required else NOT_READY
        known = self.settings.reasons.get(digits)
        if known is None:
            return None if self.settings.reasons else f"reason {digits}"
        return known.name

    @property
    def refusals(self) -> frozenset[tuple[str, str]]:
        """Clients' dispositions by which somebody does not want such calls."""
        return frozenset(
            (name, disposition)
            for name, client in self.clients.items()
            for disposition, one in client.settings.dispositions.items()
            if one.refused or one.lead is Sequel.DO_NOT_CALL
        )

    def queue_with_extension(self, extension: str) -> QueueId | None:
        """Return which queue agents call by these digits."""
        queues = [item for client in self.clients.values() for item in client.queues.items()]
        return next((name for name, queue in queues if queue.extension == extension), None)

    def phone(self, phone: PhoneId) -> Phone:
        """Return a phone's settings; of one that is not configured any more, the usual."""
        return self.settings.phones.get(phone, Phone())

    @property
    def accounts(self) -> list[PhoneId]:
        """The phones that register with us."""
        return [name for name, phone in self.settings.phones.items() if phone.external is None]

    def zone_of(self, agent: AgentId) -> str:
        """Return the time zone of the agent's days: that of the team's site, else UTC."""
        settings = self.settings.agents.get(agent)
        team = None if settings is None else self.settings.teams.get(settings.team or "")
        site = None if team is None else self.settings.sites.get(team.site)
        return "UTC" if site is None else str(site.zone)


def sip_user_of(phone: PhoneId) -> str:
    """Return the SIP account of a phone."""
    return f"phone-{phone}"
