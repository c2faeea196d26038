"""Everything a tenant's folder says, checked: the tenant, its flows, its prompts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ccengine.config.callback_checks import has_way_out
from ccengine.config.clients import digits_of
from ccengine.config.loading import Loaded, load_tenant
from ccengine.config.overflow_checks import fault_of_number
from ccengine.config.problems import Problem, in_order
from ccengine.config.service import can_be_answered
from ccengine.config.tenant import Tenant
from ccengine.core.ids import ClientId, SkillId, queue_id
from ccengine.core.queues import NAMES
from ccengine.ivr.campaign_prompts import check_campaign_prompts
from ccengine.ivr.card_checks import check_cards
from ccengine.ivr.flow import Flow
from ccengine.ivr.flow_checks import come_to_by_nobody, offers_in_vain
from ccengine.ivr.flow_names import FlowNames
from ccengine.ivr.lead_messages import with_lead_messages
from ccengine.ivr.loader import check_flows, read_flows
from ccengine.ivr.lookup_checks import check_lookups
from ccengine.ivr.lookup_names import lookups_of, submissions_of
from ccengine.ivr.own_kinds import all_kinds
from ccengine.ivr.prompt_loading import load_prompts
from ccengine.ivr.prompts import Prompts, Spoken
from ccengine.ivr.queue_prompts import spoken_by, with_sentences
from ccengine.ivr.spoken_checks import unheard_unchecked
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.transfer import TransferStep
from ccengine.ivr.survey_checks import check_surveys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.clients import Client, Number
    from ccengine.config.documents import Document
    from ccengine.ivr.flow_drafts import FlowDraft

FlowKey = tuple[ClientId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A tenant with its flows and prompts."""

    tenant: Tenant | None  #: None when there is any problem
    flows: Mapping[FlowKey, Flow]
    prompts: Prompts
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()  #: legal, and probably not meant

    def flow(self, client: ClientId, name: str) -> Flow:
        """Return a client's flow.

        Raises:
            KeyError: it has none of this name; no number of a checked tenant leads to such a one.
        """
        return self.flows[client, name]

    def sent_on_to(self) -> Mapping[ClientId, frozenset[str]]:
        """Return the numbers outside that each client's flows send callers on to."""
        found: dict[ClientId, frozenset[str]] = {}
        for (client, _), flow in self.flows.items():
            ends = (step for step in flow.steps.values() if isinstance(step, TransferStep))
            found[client] = found.get(client, frozenset()) | {step.transfer for step in ends}
        return found

    def flows_of(self, client: ClientId) -> Mapping[str, Flow]:
        """Return a client's flows by name."""
        return {name: flow for (whose, name), flow in self.flows.items() if whose == client}


def load_configuration(folder: Path) -> Configuration:
    """Read a tenant's folder. Never raises for what its files say."""
    loaded = load_tenant(folder)
    written, problems = load_prompts(loaded.draft)
    drafts: dict[ClientId, dict[str, FlowDraft]] = {}
    for name, client in loaded.draft.clients.items():
        drafts[name], found = read_flows(client.flow_files)
        problems += found
    clients = loaded.draft.clients
    offered = {name: _offered(clients[name], drafts[name].values()) for name in clients}
    prompts, found = _with_all_said(written, loaded, offered)
    problems += found
    flows: dict[FlowKey, Flow] = {}
    warnings = list(loaded.warnings)
    for name, client in loaded.draft.clients.items():
        names = partial(_names, loaded, client, prompts, drafts[name])
        made, found = check_flows(drafts[name], names)
        problems += found
        flows |= {(name, flow_name): flow for flow_name, flow in made.items()}
        warnings += _doubts(client, [drafts[name][one] for one in made])
    problems += _unheard(loaded, prompts)
    for name, document in loaded.documents.clients.items():
        if document is not None:
            problems += check_lookups(clients[name], document)
            problems += check_cards(clients[name], document, drafts[name])
            first = _first_flows(loaded.draft, clients[name])
            problems += check_surveys(clients[name], document, drafts[name], first)
    problems += [
        Problem(folder / "tenant.yaml", 1, fault, "mend the package, or remove it")
        for fault in all_kinds().faults
    ]
    told = in_order([*loaded.problems, *problems])
    if not told:  # else a mistake may be why
        warnings += _come_to_by_nobody(loaded.draft, drafts)
    return Configuration(
        tenant=None if told else loaded.draft,
        flows=flows,
        prompts=prompts,
        problems=told,
        warnings=in_order(warnings),
    )


def _with_all_said(
    written: Prompts, loaded: Loaded, offered: Mapping[ClientId, frozenset[str]]
) -> tuple[Prompts, list[Problem]]:
    """Return the prompts with what queues and campaigns say, and what is wrong with that."""
    prompts, problems = with_sentences(written, loaded, offered)
    prompts, found = with_lead_messages(prompts, loaded)
    return prompts, [*problems, *found, *check_campaign_prompts(prompts, loaded)]


def _come_to_by_nobody(
    tenant: Tenant, drafts: Mapping[ClientId, Mapping[str, FlowDraft]]
) -> Iterator[Problem]:
    for name, client in tenant.clients.items():
        yield from come_to_by_nobody(drafts[name], _first_flows(tenant, client))


def _doubts(client: Client, drafts: Iterable[FlowDraft]) -> Iterator[Problem]:
    """Yield what is legal in a client's flows, and probably not meant."""
    for draft in drafts:
        yield from unheard_unchecked(draft)
        if not has_way_out(client):
            yield from offers_in_vain(draft)


def _offered(client: Client, drafts: Iterable[FlowDraft]) -> frozenset[str]:
    """Return the languages that a client's callers may choose."""
    named = {language for draft in drafts for language in draft.offered}
    return frozenset(named & set(client.settings.languages))


def _unheard(loaded: Loaded, prompts: Prompts) -> Iterator[Problem]:
    """Yield what agents are to hear before the join and cannot."""
    language = loaded.draft.language
    for client in loaded.draft.clients.values():
        document = loaded.documents.clients[client.id]
        for queue, settings in client.settings.queues.items():
            hears = settings.agent_hears
            if hears in ("", NAMES) or document is None:
                continue
            if not prompts.can_be_played(client.id, hears, language):
                message = f"queue '{queue}': client '{client.id}' has no prompt '{hears}' in "
                remedy = f"write it to prompts/{language}/prompts.yaml, or '{NAMES}'"
                place = ("queues", queue, "agent_hears")
                yield document.problem(place, f"{message}'{language}', spoken to agents", remedy)


def _can_be_answered(
    loaded: Loaded, client: Client, queue: str, skills: Mapping[SkillId, int]
) -> bool:
    """Tell whether anybody may ever answer; yes while that cannot be known for other mistakes."""
    name = queue_id(client.id, queue)
    settings = client.queues.get(name)
    if settings is None or loaded.problems:
        return True
    return can_be_answered(loaded.draft, name, settings, skills)


def _calling_back(document: Document | None) -> list[str] | None:
    """Return the queues whose text has rules for callbacks, mistaken or not."""
    if document is None:
        return None
    queues = document.keys("queues")
    return [name for name in queues if "callback" in document.keys("queues", name)]


def _names(
    loaded: Loaded,
    client: Client,
    prompts: Prompts,
    drafts: Mapping[str, FlowDraft],
    draft: FlowDraft,
) -> FlowNames:
    languages = _languages(loaded.draft, client, drafts, draft)
    document = loaded.documents.clients[client.id]
    agents = loaded.draft.settings.agents.items()
    queues = client.settings.queues.items()
    return FlowNames(
        client=client.id,
        spoken=Spoken(prompts, client.id, client.folder / "prompts", languages),
        queues=None if document is None else document.keys("queues"),
        calls_back=_calling_back(document),
        hours=None if document is None else document.keys("hours"),
        skills=loaded.documents.names("skills"),
        agents=loaded.documents.names("agents"),
        can_be_answered=partial(_can_be_answered, loaded, client),
        strangers=[name for name, agent in agents if client.id not in agent.clients],
        takes_messages=[name for name, queue in queues if queue.messages_are_work],
        languages=loaded.draft.settings.languages.keys() & set(client.settings.languages),
        flows=client.flow_names,
        lookups=None if document is None else lookups_of(client, document.keys("lookups")),
        submissions=(
            None if document is None else submissions_of(client, document.keys("submissions"))
        ),
        is_first=draft.name in _first_flows(loaded.draft, client),
        fault_of_number=partial(fault_of_number, client),
    )


def _languages(
    tenant: Tenant, client: Client, drafts: Mapping[str, FlowDraft], draft: FlowDraft
) -> list[str]:
    """Return the languages in which callers may hear a flow.

    Their number's, or chosen in it; where they come to it from elsewhere, also those of the
    client's other numbers and those that may have been chosen before.
    """
    closures = [one for one in tenant.settings.closures.values() if one.flow == draft.name]
    numbers = [
        number
        for dialed, number in client.settings.numbers.items()
        if number.flow == draft.name
        or any(one.holds(client.id, dialed) for one in closures)
        or draft.name in _ring_backs(client, dialed)
    ] + _shown_with(client, draft.name)
    chosen_in = [draft]
    if numbers and draft.name in _sent_on_to(client, drafts):
        numbers, chosen_in = [*client.settings.numbers.values()], [*drafts.values()]
    offered = _offered(client, chosen_in) & tenant.settings.languages.keys()
    return sorted({*spoken_by(tenant, client, numbers), *offered})


def _ring_backs(client: Client, number: str) -> set[str]:
    """Return the flows that answer who rings a number back that campaigns show."""
    digits = digits_of(number)
    return {
        one.settings.ring_back
        for one in client.campaigns.values()
        if one.settings.ring_back and digits in map(digits_of, one.settings.caller_ids)
    }


def _shown_with(client: Client, flow: str) -> list[Number]:
    """Return the numbers that people see who hear a flow as a campaign calls them."""
    campaigns = [one.settings for one in client.campaigns.values()]
    shown = {number for one in campaigns if one.flow == flow for number in one.caller_ids}
    return [known for number, known in client.settings.numbers.items() if number in shown]


def _sent_on_to(client: Client, drafts: Mapping[str, FlowDraft]) -> set[str]:
    """Return the flows that callers come to from elsewhere: from queues, and from other flows."""
    steps = (step for draft in drafts.values() for step in draft.steps.values())
    return {step.call for step in steps if isinstance(step, CallStep)} | _of_queues(client)


def _first_flows(tenant: Tenant, client: Client) -> set[str]:
    """Return the flows that callers come to from a number, a closure of it, or a queue."""
    found = {number.flow for number in client.settings.numbers.values()}
    found |= {one.flow for one in tenant.settings.closures.values()}
    for campaign in client.campaigns.values():
        flows = (campaign.settings.flow, campaign.settings.ring_back)
        found |= {flow for flow in flows if flow is not None}
    return found | _of_queues(client)


def _of_queues(client: Client) -> set[str]:
    found = set()
    for queue in client.settings.queues.values():
        if queue.survey is not None:
            found.add(queue.survey.flow)
        ways = (queue.limits.overflow, *queue.keys.values())
        found |= {way.flow for way in ways if way is not None and way.flow is not None}
    return found
