"""What no single value shows: names that lead nowhere, things claimed twice, rules that clash.

Each check knows names also from items that were themselves faulty, so that one mistake is told
once and not again by everything that refers to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from ccengine.config.clients import Client, digits_of
from ccengine.config.documents import Document, Place
from ccengine.config.names import suggestion
from ccengine.core.ids import AgentId, ClientId, SkillId
from ccengine.core.plan import (
    PROFICIENCY_HIGHEST,
    PROFICIENCY_LOWEST,
    AgentSettings,
)

if TYPE_CHECKING:
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant
    from ccengine.core.queues import QueueSettings

Sources = Mapping[ClientId, Document | None]
RING_SECONDS_AT_MOST: Final = 300
WRAP_UP_SECONDS_AT_MOST: Final = 7200
PRIORITY_AT_MOST: Final = 1000
DEFAULT_MUSIC: Final = "default"


@dataclass(frozen=True, slots=True)
class Documents:
    """Where everything stands. A file that could not be read is None."""

    tenant: Document | None
    clients: Sources
    all_agents: bool = False  #: each agent could be read, with all they can

    def names(self, section: str) -> Collection[str] | None:
        """Return the names in a section of tenant.yaml; None: unknown, so check nothing."""
        return None if self.tenant is None else self.tenant.keys(section)


def cross_check(tenant: Tenant, documents: Documents) -> list[Problem]:
    """Return all mistakes between the parts of a tenant."""
    problems: list[Problem] = []
    if documents.tenant is not None:
        problems += _check_tenant(tenant, documents.tenant, documents)
    for name, client in tenant.clients.items():
        document = documents.clients[name]
        if document is not None:
            problems += _check_client(tenant, client, document, documents)
    return problems + list(_numbers_claimed_twice(documents))


# ---- tenant.yaml ---------------------------------------------------------------------------


def _check_tenant(tenant: Tenant, document: Document, documents: Documents) -> Iterator[Problem]:
    settings = tenant.settings
    sites = documents.names("sites")
    for name, team in settings.teams.items():
        yield from _unknown(document, ("teams", name, "site"), "site", [team.site], sites)
    for extension, phone in settings.phones.items():
        place = ("phones", extension)
        if phone.site is not None:
            yield from _unknown(document, (*place, "site"), "site", [phone.site], sites)
        if phone.dials_for is not None:
            clients = documents.clients
            named = [phone.dials_for]
            yield from _unknown(document, (*place, "dials_for"), "client", named, clients)
    for agent_name, agent in settings.agents.items():
        yield from _check_agent(agent_name, agent, document, documents)
    yield from _agents_clash(settings.agents, document)
    yield from _codes_clash(tenant, document)


def _check_agent(
    name: str, agent: AgentSettings, document: Document, documents: Documents
) -> Iterator[Problem]:
    place = ("agents", name)
    if not (agent.number.isascii() and agent.number.isdecimal()):
        message = f"the number of agent '{name}' is not a row of digits"
        yield document.problem((*place, "number"), message, "it is typed on a phone: use digits")
    yield from _skills(document, (*place, "skills"), agent.skills, documents)
    known = documents.clients
    yield from _unknown(document, (*place, "clients"), "client", agent.clients, known)
    if agent.team is not None:
        teams = documents.names("teams")
        yield from _unknown(document, (*place, "team"), "team", [agent.team], teams)
    if agent.phone is not None:
        phones = documents.names("phones")
        yield from _unknown(document, (*place, "phone"), "phone", [agent.phone], phones)


def _agents_clash(agents: Mapping[AgentId, AgentSettings], document: Document) -> Iterator[Problem]:
    numbers: dict[str, str] = {}
    phones: dict[str, str] = {}
    for name, agent in agents.items():
        other = numbers.setdefault(agent.number, name)
        if other != name:
            message = f"number {agent.number} belongs to agents '{other}' and '{name}'"
            yield document.problem(("agents", name, "number"), message, "give one another number")
        if agent.phone is None:
            continue
        other = phones.setdefault(agent.phone, name)
        if other != name:
            message = f"phone {agent.phone} is the usual phone of '{other}' and '{name}'"
            remedy = "leave it out for one: they log in with the login code and their number"
            yield document.problem(("agents", name, "phone"), message, remedy)


def _codes_clash(tenant: Tenant, document: Document) -> Iterator[Problem]:
    codes = tenant.settings.feature_codes
    named = [
        ("login", codes.login),
        ("logout", codes.logout),
        ("ready", codes.ready),
        ("not_ready", codes.not_ready),
    ]
    for position, (name, code) in enumerate(named):
        for other, earlier in named[:position]:
            if code.startswith(earlier) or earlier.startswith(code):
                message = f"feature code {code} ({name}) begins like {earlier} ({other})"
                place = ("feature_codes", name)
                yield document.problem(place, message, "digits may follow a code: choose another")


# ---- client.yaml ---------------------------------------------------------------------------


def _check_client(
    tenant: Tenant, client: Client, document: Document, documents: Documents
) -> Iterator[Problem]:
    settings = client.settings
    yield from _contract_reversed(document)
    languages = documents.names("languages")
    yield from _unknown(document, ("languages",), "language", settings.languages, languages)
    for number, settings_of in settings.numbers.items():
        place: Place = ("numbers", number)
        known = client.flow_names
        yield from _unknown(document, (*place, "flow"), "flow", [settings_of.flow], known)
        spoken = [settings_of.language] if settings_of.language else []
        own = document.at(("languages",))
        known_here = [str(name) for name in own] if isinstance(own, list) else None
        yield from _unknown(document, (*place, "language"), "language", spoken, known_here)
    phones = documents.names("phones")
    yield from _unknown(document, ("emergency",), "phone", settings.emergency, phones)
    for name, queue in settings.queues.items():
        yield from _check_queue(tenant, client, (name, queue), document, documents)
    if settings.outbound is not None:
        for prefix, trunk in settings.outbound.prefixes.items():
            place = ("outbound", "prefixes", prefix)
            yield from _unknown(document, place, "trunk", [trunk], documents.names("trunks"))
        if tenant.settings.outbound is None and documents.tenant is not None:
            message = f"client '{client.id}' may call outside, but the tenant has no limit"
            remedy = "add 'outbound: {calls_per_day: …}' to tenant.yaml"
            yield document.problem(("outbound",), message, remedy)


def _contract_reversed(document: Document) -> Iterator[Problem]:
    # From the text, so that another mistake in the contract does not hide this one.
    begins, ends = document.at(("contract", "from")), document.at(("contract", "until"))
    try:
        is_reversed = date.fromisoformat(str(ends)) < date.fromisoformat(str(begins))
    except ValueError:
        return
    if is_reversed:
        message = f"the contract ends ({ends}) before it begins ({begins})"
        yield document.problem(("contract", "until"), message, "exchange the two days or mend one")


def _check_queue(
    tenant: Tenant,
    client: Client,
    named: tuple[str, QueueSettings],
    document: Document,
    documents: Documents,
) -> Iterator[Problem]:
    name, queue = named
    place = ("queues", name)
    limits = [
        ("ring_seconds", queue.ring_seconds, 1, RING_SECONDS_AT_MOST),
        ("wrap_up_seconds", queue.wrap_up_seconds, 0, WRAP_UP_SECONDS_AT_MOST),
        ("priority", queue.priority, -PRIORITY_AT_MOST, PRIORITY_AT_MOST),
    ]
    for key, value, least, most in limits:
        if not least <= value <= most:
            message = f"'{key}' of queue '{name}' cannot be {value:g}"
            yield document.problem((*place, key), message, f"use {least} to {most}")
    music = [DEFAULT_MUSIC, *(own.id for own in tenant.clients.values() if has_music(own))]
    yield from _unknown(document, (*place, "music"), "music", [queue.music], music)
    skill_problems = list(_skills(document, (*place, "skills"), queue.skills, documents))
    yield from skill_problems
    if documents.all_agents and not skill_problems and not qualified(tenant, client.id, queue):
        message = f"nobody can answer queue '{name}'"
        wanted = ", ".join(f"{skill}: {least}" for skill, least in queue.skills.items())
        remedy = f"approve an agent for client '{client.id}'" + (
            f" with the skills {wanted}, or ask for less" if wanted else ""
        )
        yield document.problem(place, message, remedy)


def has_music(client: Client) -> bool:
    """Tell whether the client brings its own music on hold."""
    return any(client.music_folder.glob("*.wav"))


def qualified(tenant: Tenant, client: ClientId, queue: QueueSettings) -> tuple[str, ...]:
    """Return the agents who may answer the client's queue."""
    return tuple(
        name
        for name, agent in tenant.settings.agents.items()
        if client in agent.clients
        and all(agent.skills.get(skill, 0) >= least for skill, least in queue.skills.items())
    )


def _numbers_claimed_twice(documents: Documents) -> Iterator[Problem]:
    owners: dict[str, tuple[ClientId, str]] = {}
    for client, document in documents.clients.items():
        if document is None:
            continue
        for number in document.keys("numbers"):
            owner, first = owners.setdefault(digits_of(number), (client, number))
            if (owner, first) != (client, number):
                there = documents.clients[owner]
                line = there.line(("numbers", first)) if there is not None else 1
                message = (
                    f"number {number} is claimed twice: first by client '{owner}', line {line}"
                )
                yield document.problem(("numbers", number), message, "remove one of the two")


# ---- shared --------------------------------------------------------------------------------


def _unknown(
    document: Document,
    place: Place,
    what: str,
    names: Iterable[str],
    known: Collection[str] | None,
) -> Iterator[Problem]:
    """Yield a problem for each name that nothing has; nothing when the known names are unknown."""
    if known is None:
        return
    is_list = isinstance(document.at(place), list)
    for position, name in enumerate(names):
        if name not in known:
            where = (*place, position) if is_list else place
            yield document.problem(where, f"unknown {what} '{name}'", suggestion(name, known))


def _skills(
    document: Document, place: Place, skills: Mapping[SkillId, int], documents: Documents
) -> Iterator[Problem]:
    for skill, proficiency in skills.items():
        here = (*place, skill)
        yield from _unknown(document, here, "skill", [skill], documents.names("skills"))
        if not PROFICIENCY_LOWEST <= proficiency <= PROFICIENCY_HIGHEST:
            message = f"proficiency {proficiency} in '{skill}' is outside the scale"
            remedy = f"use {PROFICIENCY_LOWEST} (a little) to {PROFICIENCY_HIGHEST} (expert)"
            yield document.problem(here, message, remedy)
