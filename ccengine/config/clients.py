"""A client: a brand served inside the tenant. `ClientSettings` is the schema of client.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from ccengine.config.calendars import Calendar
from ccengine.config.campaigns import Campaign
from ccengine.config.coaching import ClientCoaching
from ccengine.config.consents import ConsentSettings
from ccengine.config.currencies import Currency
from ccengine.config.hours import Hours, Zone
from ccengine.config.keeping import KeepingRules
from ccengine.config.lookup_files import NO_LOOKUP_FILES, LookupFiles
from ccengine.config.lookup_sources import (
    AppointmentCalendar,
    Database,
    KnownCallers,
    Lookup,
    Submission,
)
from ccengine.config.names import Digits, Language, Line, Name, mistake
from ccengine.config.numbers import Country, TelephoneNumber
from ccengine.config.openings import periods_ahead
from ccengine.config.papers import NO_PAPERS, Form, Label, Papers
from ccengine.config.payments import Payment
from ccengine.config.periods import NO_ZONE
from ccengine.config.quality import QualityRules
from ccengine.config.queue_names import with_full_names
from ccengine.config.recording import USUAL_RECORDING, RecordingSettings
from ccengine.config.schema import REQUIRED
from ccengine.config.scorecards import Scorecard
from ccengine.config.timetable import Timetable
from ccengine.config.trunks import TrunksInOrder
from ccengine.config.webhooks import Webhook
from ccengine.core.dialer.retries import Sequel
from ccengine.core.ids import ClientId, Instant, PhoneId, QueueId, queue_id
from ccengine.core.measures import USUAL_SHORT_ABANDON_SECONDS, Formula, Measure
from ccengine.core.outcome_rules import OutcomeRules
from ccengine.core.queues import QueueSettings
from ccengine.reporting.kpis.terms import Terms

if TYPE_CHECKING:
    from ccengine.core.periods import Period


def _outbound_code(text: str) -> str:
    if re.fullmatch(r"\*[0-9]{1,4}", text) is None:
        message = f"'{text}' cannot be a code"
        raise mistake(message, 'write a star and digits in quotes, as in "*81"')
    return text


OutboundCode = Annotated[str, AfterValidator(_outbound_code)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """What the contract promises about waiting."""

    percent: Annotated[int, Field(ge=1, le=100)]  #: of the calls
    seconds: Annotated[int, Field(ge=1, le=3600)]  #: answered within
    formula: Formula  #: how calls that were abandoned count
    short_abandon_seconds: Annotated[float, Field(ge=0, le=3600)] = USUAL_SHORT_ABANDON_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What was agreed with the client."""

    starts: Annotated[date, Field(alias="from")]  #: first day
    until: date  #: last day
    zone: Zone  #: IANA time zone of the client's hours and days
    currency: Currency  #: ISO 4217
    service_level: ServiceLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A telephone number that callers dial."""

    flow: Name  #: flows/<flow>.yaml
    description: Line | None = None  #: shown by `ccengine info`
    language: Language | None = None  #: of its prompts; the client's first when left out
    zone: Zone | None = None  #: IANA zone of hours that name none; the contract's when left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """How a call may have gone."""

    label: Label
    digits: Digits  #: typed for it
    form: bool = True  #: no: the queue's form is not asked for
    refused: bool = False  #: the customer does not want such calls: they pause, or end
    lead: Sequel | None = None  #: what it means for a campaign's lead; None: retries say it
    machine: bool = False  #: nobody was there: an answering machine had taken a campaign's call


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReason:
    """Why a customer may have called."""

    label: Label
    digits: Digits  #: typed for it


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOutbound:
    """Calls to the outside for this client. Left out, none is possible."""

    prefixes: Mapping[Digits, TrunksInOrder]  #: what a number may begin with, and its trunks
    caller_id: TelephoneNumber  #: shown to the person called
    code: OutboundCode | None = None  #: agents dial it before a number to call for this client
    calls_per_agent_day: Annotated[int, Field(ge=0, le=100_000)]
    calls_per_day: Annotated[int, Field(ge=0, le=10_000_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody of the client's own, to whom agents may hand callers back."""

    name: Line
    number: TelephoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """The keys of client.yaml."""

    name: Line = field(default="", metadata=REQUIRED)  #: for people
    contract: Contract | None = field(default=None, metadata=REQUIRED)
    languages: tuple[Language, ...] = field(default=(), metadata=REQUIRED)  #: the first is usual
    numbers: Mapping[TelephoneNumber, Number] = field(default_factory=dict)
    hours: Mapping[Name, Hours] = field(default_factory=dict)
    queues: Mapping[Name, QueueSettings] = field(default_factory=dict)
    emergency: tuple[PhoneId, ...] = ()  #: phones that ring when the engine stays away
    outbound: ClientOutbound | None = None
    country: Country | None = None  #: ISO 3166; of numbers that are typed or shown without one
    shared_numbers: tuple[TelephoneNumber, ...] = ()  #: of many callers: they identify nobody
    messages: Name | None = None  #: queue in which messages become work that were left in none
    staff: Mapping[Digits, Staff] = field(default_factory=dict)  #: by what agents dial
    dispositions: Mapping[Name, Disposition] = field(default_factory=dict)
    contact_reasons: Mapping[Name, ContactReason] = field(default_factory=dict)
    coaching: ClientCoaching = field(default_factory=ClientCoaching)  #: of its calls
    mask_numbers: bool = False  #: agents' phones do not show who calls
    webhooks: Mapping[Name, Webhook] = field(default_factory=dict)  #: programs told of its calls
    lookups: Mapping[Name, Lookup] = field(default_factory=dict)  #: what its flows may ask
    known_callers: KnownCallers | None = None  #: VIPs and who is blocked, for dialplans that ask
    submissions: Mapping[Name, Submission] = field(default_factory=dict)  #: what they may have done
    databases: Mapping[Name, Database] = field(default_factory=dict)  #: of both
    calendars: Mapping[Name, AppointmentCalendar] = field(default_factory=dict)  #: likewise
    quality: QualityRules = field(default_factory=QualityRules)  #: which calls are scored
    consent: ConsentSettings | None = None  #: before recording; None: nothing is said or asked
    payment: Payment | None = None  #: where cards go that callers type; None: none are taken
    recording: RecordingSettings = USUAL_RECORDING  #: how, where a queue says whether
    keeping: KeepingRules = field(default_factory=KeepingRules)  #: of recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client and its folder."""

    id: ClientId
    folder: Path
    settings: ClientSettings
    papers: Papers = NO_PAPERS
    scorecards: Mapping[str, Scorecard] = field(default_factory=dict)
    scorecard_names: tuple[str, ...] = ()  #: those of files that have mistakes, too
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    lookup_files: LookupFiles = NO_LOOKUP_FILES
    examples: Mapping[str, str] = field(
        default_factory=dict
    )  #: of databases and calendars, by file
    terms: Terms | None = None  #: what is billed, if contract.yaml says so
    calendars: Mapping[str, Calendar] = field(default_factory=dict)  #: the tenant's, of holidays

    @property
    def queues(self) -> Mapping[QueueId, QueueSettings]:
        """The client's queues by the names the core knows them by."""
        return {
            queue_id(self.id, name): replace(
                with_full_names(self.id, queue),
                outcome=self.in_force(queue.outcome),
                measure=self._as_agreed(queue.measure),
            )
            for name, queue in self.settings.queues.items()
        }

    def form_of(self, campaign: Campaign) -> Form | None:
        """Return what agents fill in of a campaign's calls; None: nothing."""
        queue = self.settings.queues.get(campaign.settings.queue or "")
        asked = campaign.settings.form or (None if queue is None else queue.outcome.form)
        return self.papers.forms.get(asked or "")

    @property
    def usual_scorecard(self) -> str | None:
        """By which calls are scored when nobody names another; None: there is none."""
        return self.settings.quality.scorecard or min(self.scorecards, default=None)

    @property
    def usual_queue(self) -> QueueId | None:
        """Where those wait who came from no queue: where such messages go, else the first."""
        named = self.settings.messages
        queues = self.settings.queues
        first = named if named in queues else next(iter(queues), None)
        return None if first is None else queue_id(self.id, first)

    @property
    def outcome(self) -> OutcomeRules:
        """What may be said of calls that came from no queue."""
        return self.in_force(OutcomeRules())

    def _as_agreed(self, measure: Measure) -> Measure:
        """Take from the contract what the queue leaves out."""
        if self.settings.contract is None:
            return measure
        agreed = self.settings.contract.service_level
        target, short = measure.target_seconds, measure.short_abandon_seconds
        return replace(
            measure,
            target_seconds=float(agreed.seconds) if target is None else target,
            short_abandon_seconds=agreed.short_abandon_seconds if short is None else short,
            formula=measure.formula or agreed.formula,
        )

    def in_force(self, rules: OutcomeRules) -> OutcomeRules:
        """Name what is left out, and the versions there are now."""
        form = self.papers.forms.get(rules.form or "")
        script = self.papers.scripts.get(rules.script or "")
        return replace(
            rules,
            dispositions=rules.dispositions or tuple(self.settings.dispositions),
            contact_reasons=rules.contact_reasons or tuple(self.settings.contact_reasons),
            form=None if form is None else form.ref,
            script=None if script is None else script.ref,
        )

    @property
    def zone(self) -> str:
        """The contract's IANA time zone."""
        return self.settings.contract.zone if self.settings.contract else NO_ZONE

    @property
    def hours(self) -> Mapping[str, Timetable]:
        """The client's hours, in the contract's zone where they name none."""
        return self._hours_in(self.zone)

    def hours_of(self, number: str) -> Mapping[str, Timetable]:
        """Return the same for who has dialed a number, in its zone if it has one of its own."""
        own = self.settings.numbers.get(number)
        return self._hours_in(own.zone or self.zone if own is not None else self.zone)

    def _hours_in(self, zone: str) -> Mapping[str, Timetable]:
        return {
            name: Timetable(
                hours=hours,
                zone=hours.zone or zone,
                calendars=tuple(
                    self.calendars[one] for one in hours.holidays if one in self.calendars
                ),
            )
            for name, hours in self.settings.hours.items()
        }

    def openings(self, at: Instant) -> Mapping[QueueId, tuple[Period, ...]]:
        """Return when each queue's customers may be dialed; left out: always."""
        hours = self.hours
        asked = {
            name: queue.callback.hours
            for name, queue in self.queues.items()
            if queue.callback is not None and queue.callback.hours in hours
        }
        periods = {one: periods_ahead(hours[one], at) for one in set(asked.values()) if one}
        return {name: periods[one] for name, one in asked.items() if one}

    @property
    def language(self) -> str:
        """The language spoken where a number names none."""
        return self.settings.languages[0] if self.settings.languages else "en"

    @property
    def flow_names(self) -> tuple[str, ...]:
        """The flows that have a file."""
        return tuple(sorted(file.stem for file in (self.folder / "flows").glob("*.yaml")))

    @property
    def flow_files(self) -> tuple[Path, ...]:
        """Those files."""
        return tuple(self.folder / "flows" / f"{name}.yaml" for name in self.flow_names)

    @property
    def music_folder(self) -> Path:
        """The client's own music on hold, which is there or not."""
        return self.folder / "music"


def digits_of(number: str) -> str:
    """Return a telephone number as the dialplan knows it: providers send it with + and without."""
    return number.removeprefix("+")
