"""Everything a tenant's folder says, checked: the tenant, its flows, its prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ccengine.config.callback_checks import has_way_out
from ccengine.config.documents import read_document
from ccengine.config.loading import Loaded, load_tenant
from ccengine.config.problems import Problem, in_order
from ccengine.config.service import can_be_answered
from ccengine.config.tenant import Tenant
from ccengine.core.ids import ClientId, SkillId, queue_id
from ccengine.core.queues import NAMES
from ccengine.ivr.flow import Flow
from ccengine.ivr.flow_checks import FlowNames, offers_in_vain
from ccengine.ivr.loader import load_flow
from ccengine.ivr.prompt_loading import load_prompts
from ccengine.ivr.prompts import Prompts, Spoken
from ccengine.ivr.queue_prompts import with_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document

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


def load_configuration(folder: Path) -> Configuration:
    """Read a tenant's folder. Never raises for what its files say."""
    loaded = load_tenant(folder)
    written, problems = load_prompts(loaded.draft)
    prompts, found = with_sentences(written, loaded)
    problems += found
    flows: dict[FlowKey, Flow] = {}
    warnings = list(loaded.warnings)
    for name, client in loaded.draft.clients.items():
        for flow_name in client.flow_names:
            names = _names(loaded, client, flow_name, prompts)
            file = client.folder / "flows" / f"{flow_name}.yaml"
            flow, found = load_flow(file, names)
            problems += found
            if flow is not None:
                flows[name, flow_name] = flow
                warnings += _offered_in_vain(client, file, flow)
    problems += _unheard(loaded, prompts)
    told = in_order([*loaded.problems, *problems])
    return Configuration(
        tenant=None if told else loaded.draft,
        flows=flows,
        prompts=prompts,
        problems=told,
        warnings=in_order(warnings),
    )


def _offered_in_vain(client: Client, file: Path, flow: Flow) -> Iterator[Problem]:
    if has_way_out(client):
        return
    document, _ = read_document(file)
    if document is not None:
        yield from offers_in_vain(document, flow.steps)


def _unheard(loaded: Loaded, prompts: Prompts) -> Iterator[Problem]:
    """Yield what agents are to hear before the join and cannot."""
    language = loaded.draft.language
    for client in loaded.draft.clients.values():
        document = loaded.documents.clients[client.id]
        for queue, settings in client.settings.queues.items():
            hears = settings.agent_hears
            if hears in ("", NAMES) or document is None:
                continue
            if prompts.find(client.id, hears, language) is None:
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


def _names(loaded: Loaded, client: Client, flow: str, prompts: Prompts) -> FlowNames:
    document = loaded.documents.clients[client.id]
    agents = loaded.draft.settings.agents.items()
    numbers = [number for number in client.settings.numbers.values() if number.flow == flow]
    voices = loaded.draft.settings.languages.keys()
    spoken = {number.language or client.language for number in numbers}
    return FlowNames(
        client=client.id,
        spoken=Spoken(
            prompts,
            client.id,
            client.folder / "prompts",
            sorted(spoken & voices or voices & set(client.settings.languages)),
        ),
        queues=None if document is None else document.keys("queues"),
        calls_back=_calling_back(document),
        hours=None if document is None else document.keys("hours"),
        skills=loaded.documents.names("skills"),
        agents=loaded.documents.names("agents"),
        can_be_answered=partial(_can_be_answered, loaded, client),
        strangers=[name for name, agent in agents if client.id not in agent.clients],
    )
