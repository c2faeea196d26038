"""What may be wrong with a campaign beyond a single value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.config.appointment_checks import check_appointment
from ccengine.config.campaigns import Campaign, Detection
from ccengine.config.clients import Client, digits_of
from ccengine.config.detection import counts_from_greeting
from ccengine.config.documents import Document
from ccengine.config.lead_columns import RESERVED, is_number_column
from ccengine.config.lookups import Documents, Range, levels, out_of_range, unknown, unknown_keys
from ccengine.config.papers import FieldKind
from ccengine.config.script_places import check_script
from ccengine.config.unattended_checks import check_unattended
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.retries import FINAL, SKIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ccengine.config.documents import Place
    from ccengine.config.problems import Problem

WEIGHT_AT_MOST: Final = 1_000
PAUSE_AT_MOST: Final = 365 * 24 * 60  #: minutes
TIMES_AT_MOST: Final = 100
DAYS_AT_MOST: Final = 3_650
ANSWERS_AT_MOST: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class CampaignAt:
    """A campaign and where everything stands that it names."""

    campaign: Campaign
    client: Client
    document: Document
    documents: Documents

    @property
    def owner(self) -> str:
        """What problems call it."""
        return f"campaign '{self.campaign.name}'"

    def has_client(self, key: str) -> bool:
        """Tell whether client.yaml has a key, be the rest of it valid or not."""
        written = self.documents.clients.get(self.client.id)
        return written is not None and key in written.keys()  # noqa: SIM118

    @property
    def answered(self) -> set[str]:
        """The client's numbers as written, in digits."""
        written = self.documents.clients.get(self.client.id)
        numbers = () if written is None else written.keys("numbers")
        return {digits_of(str(number)) for number in numbers}


def check_campaigns(client: Client, documents: Documents, today: date) -> Iterator[Problem]:
    """Yield what is wrong with a client's campaigns."""
    for name, campaign in client.campaigns.items():
        document = documents.campaigns.get(client.id, {}).get(name)
        if document is not None:
            at = CampaignAt(campaign, client, document, documents)
            yield from _check_mode(at)
            yield from check_unattended(at.campaign, at.document)
            yield from _check_service(at)
            yield from _check_caller_ids(at, today)
            yield from _check_trunks(at)
            yield from _check_schedule(at)
            yield from _check_leads(at)
            yield from _check_retries(at)
            yield from _check_quotas(at)
            yield from _check_outcomes(at)
            yield from check_appointment(campaign, client, document)
            yield from _check_machines(at)


def _check_mode(at: CampaignAt) -> Iterator[Problem]:
    settings, document = at.campaign.settings, at.document
    if (settings.mode is Mode.POWER) != (settings.ratio is not None):
        if settings.ratio is None:
            message = f"{at.owner} dials with a fixed ratio and has none"
            yield document.problem(("mode",), message, "add 'ratio: 1.5'")
        else:
            message = f"{at.owner} is {settings.mode} and has a ratio"
            yield document.problem(("ratio",), message, "write 'mode: power', or remove it")


def _check_machines(at: CampaignAt) -> Iterator[Problem]:
    settings, document = at.campaign.settings, at.document
    country = settings.country or at.client.settings.country
    if settings.machines is Detection.BEFORE and not counts_from_greeting([country or ""]):
        message = f"{at.owner} listens before an agent comes, and the law of {country or 'nowhere'}"
        message += " counts two seconds from the answer"
        yield document.problem(("machines",), message, "write 'machines: parallel'")
    acts = settings.machines in (Detection.PARALLEL, Detection.BEFORE)
    if settings.voicemail is not None and settings.voicemail.automatic and not acts:
        message = f"{at.owner} leaves messages by itself, and detects no machines"
        remedy = "write 'machines: parallel', or remove it: agents still can leave them"
        yield document.problem(("voicemail", "automatic"), message, remedy)


def _check_service(at: CampaignAt) -> Iterator[Problem]:
    settings, document, client = at.campaign.settings, at.document, at.client
    if settings.mode is not Mode.UNATTENDED and (settings.queue is None) == (not settings.skills):
        what = "nobody serves" if settings.queue is None else "both a queue and skills serve"
        message = f"{what} {at.owner}"
        place: Place = ("skills",) if settings.skills else ("mode",)
        yield document.problem(place, message, "write either 'queue: …' or 'skills: {…}'")
    queues = at.documents.clients.get(client.id)
    known = None if queues is None else queues.keys("queues")
    named = [] if settings.queue is None else [settings.queue]
    yield from unknown(document, ("queue",), "queue", named, known)
    yield from levels(document, ("skills",), settings.skills, at.documents)
    for key in ("flow", "ring_back"):
        flow = getattr(settings, key)
        named = [] if flow is None else [flow]
        yield from unknown(document, (key,), "flow", named, client.flow_names)
    for key, known in (("script", client.papers.script_names), ("form", client.papers.form_names)):
        paper = getattr(settings, key)
        yield from unknown(document, (key,), key, [] if paper is None else [paper], known)
    yield from check_script(client.papers.scripts.get(settings.script or ""), settings, document)


def _check_caller_ids(at: CampaignAt, today: date) -> Iterator[Problem]:
    shown, document = at.campaign.settings.caller_ids, at.document
    if not shown and not document.at(("caller_ids",)) and document.keys():
        if "caller_ids" in document.keys():  # noqa: SIM118
            message = f"{at.owner} shows no number"
            yield document.problem(("caller_ids",), message, "add one that was tested")
        return
    answered = at.answered
    for number, caller_id in shown.items():
        place: Place = ("caller_ids", number)
        if caller_id.tested > today:
            message = f"{number} was tested on a day to come ({caller_id.tested})"
            yield document.problem((*place, "tested"), message, "ring it, and write that day")
        age = (today - caller_id.tested).days
        if age > at.campaign.settings.caller_id_days:
            message = f"{number} is not shown any more: it was tested {age} days ago"
            remedy = "ring it, and write that day; or raise 'caller_id_days'"
            yield document.warning((*place, "tested"), message, remedy)
        if digits_of(number) not in answered:
            message = f"who rings {number} back reaches nobody"
            remedy = "add it to 'numbers' of client.yaml, with its flow"
            yield document.problem(place, message, remedy)


def _check_trunks(at: CampaignAt) -> Iterator[Problem]:
    named = at.campaign.settings.trunks or ()
    yield from unknown(at.document, ("trunks",), "trunk", named, at.documents.names("trunks"))
    written = at.documents.clients.get(at.client.id)
    if named and written is not None and not written.at(("outbound",)):
        message = f"{at.owner} has trunks, and client '{at.client.id}' may not call outside"
        remedy = "add 'outbound: {prefixes: …}' to client.yaml: what may be dialed is said there"
        yield at.document.problem(("trunks",), message, remedy)


def _check_schedule(at: CampaignAt) -> Iterator[Problem]:
    schedule, document = at.campaign.settings.schedule, at.document
    written = at.documents.clients.get(at.client.id)
    known = None if written is None else written.keys("hours")
    named = [] if schedule.hours is None else [schedule.hours]
    yield from unknown(document, ("schedule", "hours"), "hours", named, known)
    begins, ends = schedule.starts, schedule.until
    if begins is not None and ends is not None and ends < begins:
        message = f"{at.owner} ends ({ends}) before it begins ({begins})"
        yield document.problem(("schedule", "until"), message, "exchange the two days or mend one")
    contract = at.client.settings.contract
    if contract is not None and begins is not None and begins > contract.until:
        message = f"{at.owner} begins ({begins}) when the contract is over ({contract.until})"
        yield document.problem(("schedule", "from"), message, "mend one of the two days")


def _check_leads(at: CampaignAt) -> Iterator[Problem]:
    settings, document = at.campaign.settings, at.document
    if settings.country is None and not at.has_client("country"):
        message = f"nobody knows the country of {at.owner}'s numbers"
        yield document.problem(("lists",), message, "add 'country: …' here or in client.yaml")
    weights = [
        Range(("lists", name, "weight"), share.weight, 0, WEIGHT_AT_MOST)
        for name, share in settings.lists.items()
    ]
    yield from out_of_range(document, at.owner, weights)
    if not settings.lists and "lists" in document.keys() and not document.keys("lists"):  # noqa: SIM118
        yield document.problem(("lists",), f"{at.owner} has no list", "add 'lists: {main: {}}'")
    for name, one in settings.fields.items():
        place: Place = ("fields", name)
        if name in RESERVED or is_number_column(name):
            message = f"field '{name}' has the name of a column with a meaning of its own"
            yield document.problem(place, message, "give it another name")
        if one.kind in (FieldKind.CHOICE, FieldKind.SCALE):
            message = f"field '{name}' is a {one.kind}: leads have none"
            yield document.problem((*place, "kind"), message, "write 'kind: text'")


def _check_retries(at: CampaignAt) -> Iterator[Problem]:
    rules, document = at.campaign.settings.retries, at.document
    written = at.documents.clients.get(at.client.id)
    own = () if written is None else written.keys("dispositions")
    known = None if written is None else [*AttemptOutcome, SKIPPED, *own]
    place: Place = ("retries", "rules")
    yield from unknown_keys(document, place, "outcome", rules.rules, known)
    ranges = [Range(("retries", "most_attempts"), rules.most_attempts, 1, TIMES_AT_MOST)]
    for word, rule in rules.rules.items():
        here = (*place, word)
        if not rule.after_minutes:
            message = f"after '{word}' {at.owner} dials again, and nobody knows when"
            yield document.problem((*here, "after_minutes"), message, "write [60]")
        ranges += [
            Range((*here, "after_minutes", number), pause, 0, PAUSE_AT_MOST)
            for number, pause in enumerate(rule.after_minutes)
        ]
        ranges.append(Range((*here, "times"), rule.times, 0, TIMES_AT_MOST))
    if rules.recycle is not None:
        place = ("retries", "recycle")
        ranges.append(Range((*place, "after_days"), rules.recycle.after_days, 0, DAYS_AT_MOST))
        ranges.append(Range((*place, "times"), rules.recycle.times, 0, TIMES_AT_MOST))
        outcomes = rules.recycle.outcomes
        yield from unknown(document, (*place, "outcomes"), "outcome", outcomes, known)
    for one in ranges:
        for problem in out_of_range(document, at.owner, [_named(one)]):
            yield document.problem(one.place, problem.message, problem.remedy)


def _named(one: Range) -> Range:
    """Return the range under its key's name: an item of a list has only a position."""
    named = one.place[:-1] if isinstance(one.place[-1], int) else one.place
    return Range(named, one.value, one.least, one.most)


def _check_quotas(at: CampaignAt) -> Iterator[Problem]:
    settings, document = at.campaign.settings, at.document
    written = at.documents.clients.get(at.client.id)
    known = None if written is None else written.keys("dispositions")
    yield from unknown(document, ("complete",), "disposition", settings.complete, known)
    seen: set[str] = set()
    for number, quota in enumerate(settings.quotas):
        place: Place = ("quotas", number)
        fields = document.keys("fields")
        yield from unknown(document, (*place, "field"), "field", [quota.field], fields)
        if quota.field in seen:
            message = f"field '{quota.field}' has two quotas"
            yield document.problem(place, message, "put them together")
        seen.add(quota.field)
        ranges = [
            Range((*place, "answers", group), wanted, 0, ANSWERS_AT_MOST)
            for group, wanted in quota.answers.items()
        ]
        ranges.append(Range((*place, "others"), quota.others, 0, ANSWERS_AT_MOST))
        yield from out_of_range(document, at.owner, ranges)


def _check_outcomes(at: CampaignAt) -> Iterator[Problem]:
    settings, document = at.campaign.settings, at.document
    written = at.documents.clients.get(at.client.id)
    known = None if written is None else written.keys("dispositions")
    yield from unknown(document, ("dispositions",), "disposition", settings.dispositions, known)
    if settings.outcome_required and known is not None and not known:
        message = f"{at.owner} asks for a disposition, and the client has none"
        remedy = "add 'dispositions' to client.yaml"
        yield document.problem(("outcome_required",), message, remedy)
    for word in settings.retries.rules:
        said = at.client.settings.dispositions.get(word)
        if said is not None and said.lead in FINAL:
            message = f"after '{word}' {at.owner} dials again, and it means {said.lead}"
            remedy = f"remove it, or 'lead: {said.lead}' from the disposition"
            yield document.problem(("retries", "rules", word), message, remedy)
