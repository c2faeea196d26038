"""Campaigns of a client: who is dialed, how, when, and for whom. One file each.

`CampaignFile` is the schema of campaigns/<campaign>.yaml. What the law asks for comes on top of it:
a campaign may be stricter, never easier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from ccengine.config.appointments import Appointment
from ccengine.config.detection import Detector, MachineMessage
from ccengine.config.documents import Document, read_document
from ccengine.config.names import Language, Line, Name, ValueName, is_name, mistake
from ccengine.config.numbers import Country, TelephoneNumber
from ccengine.config.papers import FieldKind, Label
from ccengine.config.problems import Problem
from ccengine.config.schema import REQUIRED, fit
from ccengine.config.trunks import TrunksInOrder
from ccengine.core.dialer.campaigns import RING_FLOOR_SECONDS, AfterPreview, ListShare, Quota
from ccengine.core.dialer.purposes import LOOK_AHEAD, Mode, Purpose
from ccengine.core.dialer.retries import RetryRules
from ccengine.core.ids import ClientId, SkillId

FOLDER: Final = "campaigns"
NAME_REMEDY: Final = "rename the file: a small letter, then small letters, digits, '-' or '_'"
RING_CEILING_SECONDS: Final = 120


class Detection(StrEnum):
    """When answering machines are looked for."""

    OFF = "off"
    PARALLEL = "parallel"  #: while an agent talks already
    BEFORE = "before"  #: an agent comes after it: who answered waits in silence meanwhile
    SHADOW = "shadow"  #: beside the agent, to learn how often it errs: nothing follows from it


class Pacing(StrEnum):
    """The laws of `predictive`, by their names in the core; all but the first are yardsticks."""

    LOOK_AHEAD = LOOK_AHEAD
    ADAPTIVE = "adaptive"
    ADAPTIVE_AVAILABLE = "adaptive-available"
    ADAPTIVE_AVAILABLE_10 = "adaptive-available-10"
    PROGRESSIVE = "progressive"
    RATIO_2 = "ratio-2"
    RATIO_3 = "ratio-3"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """A number that is shown to those who are called."""

    tested: date  #: somebody has rung it and been answered


def _key(text: str) -> str:
    if re.fullmatch(r"[0-9]", text) is None:
        message = f"'{text}' is no key"
        raise mistake(message, "use a digit: it is one press")
    return text


Key = Annotated[str, AfterValidator(_key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMessageRules:
    """What is heard by who answers when no agent is free."""

    languages: tuple[Language, ...] = ()  #: one after the other; empty: the client's first
    key: Key = "9"  #: for no more calls of the client


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadField:
    """What is known of each lead beside its numbers."""

    label: Label
    kind: FieldKind = FieldKind.TEXT
    shown: bool = True  #: to the agent
    required: bool = False  #: a row without it is not imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When the campaign runs, beside what the law allows and the contract lasts."""

    hours: Name | None = None  #: the client's; None: at any hour
    starts: Annotated[date | None, Field(alias="from")] = None  #: first day, in the client's zone
    until: date | None = None  #: last day
    automatic: bool = False  #: it starts by itself as these begin; else somebody starts it


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFile:
    """The keys of campaigns/<campaign>.yaml."""

    name: Line = field(default="", metadata=REQUIRED)  #: for people
    mode: Mode = field(default=Mode.PREVIEW, metadata=REQUIRED)
    ratio: Annotated[float, Field(ge=1, le=10)] | None = None  #: calls per free agent, of `power`
    pacing: Pacing = Pacing.LOOK_AHEAD  #: by which law, of `predictive`
    purpose: Purpose = field(default=Purpose.MARKETING, metadata=REQUIRED)
    seller: Line = field(default="", metadata=REQUIRED)  #: on whose behalf: the law counts by it
    caller_ids: Mapping[TelephoneNumber, CallerId] = field(default_factory=dict, metadata=REQUIRED)
    trunks: TrunksInOrder | None = None  #: that carry its calls; None: those of the prefix
    caller_id_days: Annotated[int, Field(ge=1, le=36_500)] = 365  #: so long a test counts
    message: LeadMessageRules = field(default_factory=LeadMessageRules)
    ring_back: Name | None = None  #: flow for who rings one of them; None: the number's own
    queue: Name | None = None  #: whose agents serve it
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: of those who do, without a queue
    flow: Name | None = None  #: what is heard by who answers, of `unattended`
    consent: bool = False  #: all of its leads have agreed to be called by a machine
    schedule: Schedule = field(default_factory=Schedule)
    lists: Mapping[Name, ListShare] = field(default_factory=dict, metadata=REQUIRED)
    country: Country | None = None  #: of numbers without one; None: the client's
    countries: tuple[Country, ...] = ()  #: others that it calls, whose limits are watched as well
    fields: Mapping[ValueName, LeadField] = field(default_factory=dict)
    retries: RetryRules = field(default_factory=RetryRules)
    quotas: tuple[Quota, ...] = ()
    complete: tuple[Name, ...] = ()  #: dispositions that count for quotas; empty: every answer
    script: Name | None = None  #: scripts/<script>.yaml
    form: Name | None = None  #: forms/<form>.yaml
    appointment: Appointment | None = None  #: what of the form is one
    dispositions: tuple[Name, ...] = ()  #: that agents may say; empty: the queue's, or all
    outcome_required: bool | None = None  #: no other call before one; None: as the queue has it
    own_callback_minutes: Annotated[int, Field(ge=1, le=10_080)] = 15
    """A call that an agent promised is anybody's when it is overdue for so long."""
    abandon_percent: Annotated[float, Field(ge=0, le=100)] | None = None  #: None: as the law has it
    ring_seconds: Annotated[int, Field(ge=RING_FLOOR_SECONDS, le=RING_CEILING_SECONDS)] = 20
    preview_seconds: Annotated[int, Field(ge=10, le=3600)] = 120  #: an agent may look at a lead
    preview_then: AfterPreview = AfterPreview.SKIP
    calls_at_most: Annotated[int, Field(ge=1, le=2000)] = 30  #: in the air at a time
    seen_to: Mapping[str, date] = field(default_factory=dict)  #: duties of the law, by rule
    machines: Detection = Detection.OFF
    detector: Detector = field(default_factory=Detector)
    voicemail: MachineMessage | None = None  #: None: nothing is left on machines

    def shown_on(self, day: date) -> tuple[str, ...]:
        """Return the numbers that may be shown on a day: of others nobody knows who answers."""
        return tuple(
            number
            for number, one in sorted(self.caller_ids.items())
            if (day - one.tested).days <= self.caller_id_days
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign and its file."""

    client: ClientId
    name: str
    path: Path
    settings: CampaignFile

    @property
    def id(self) -> str:
        """What it is called in the tenant: `<client>/<campaign>`."""
        return f"{self.client}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCampaigns:
    """A client's, as far as they could be read."""

    campaigns: Mapping[str, Campaign]
    documents: Mapping[str, Document]
    problems: list[Problem]


def load_campaigns(client: ClientId, folder: Path) -> LoadedCampaigns:
    """Read a client's campaigns. Never raises for what they say."""
    campaigns: dict[str, Campaign] = {}
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        if not is_name(path.stem):
            message = f"'{path.stem}' cannot be a campaign's name"
            problems.append(Problem(path, 1, message, NAME_REMEDY))
        document, found = read_document(path)
        problems += found
        if document is None:
            continue
        fitted = fit(CampaignFile, document)
        problems += fitted.problems
        documents[path.stem] = document
        if fitted.value is not None:
            campaigns[path.stem] = Campaign(
                client=client, name=path.stem, path=path, settings=fitted.value
            )
    return LoadedCampaigns(campaigns=campaigns, documents=documents, problems=problems)
