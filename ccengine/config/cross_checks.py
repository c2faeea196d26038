"""What no single value shows: names that lead nowhere, things claimed twice, rules that clash.

Each check knows names also from items that were themselves faulty, so that one mistake is told
once and not again by everything that refers to it. Those of queues and of shares have modules of
their own.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ccengine.config.announcement_checks import check_company
from ccengine.config.callback_checks import check_callback, check_messages
from ccengine.config.campaign_checks import check_campaigns
from ccengine.config.closure_checks import check_closures
from ccengine.config.coaching import check_coach_keys
from ccengine.config.desk_checks import check_desks
from ccengine.config.extension_checks import check_call_codes, check_extensions
from ccengine.config.form_values import EMAIL
from ccengine.config.hours_checks import check_calendars, check_hours
from ccengine.config.keeping import check_keeping
from ccengine.config.lookups import Documents, levels, unknown, unknown_keys
from ccengine.config.number_checks import check_numbers
from ccengine.config.outcome_checks import check_outcome, check_words
from ccengine.config.overflow_checks import check_circles, check_overflow
from ccengine.config.quality_checks import check_quality
from ccengine.config.queue_checks import QueueAt, check_health, check_queue
from ccengine.config.service import check_service
from ccengine.config.share_checks import check_rest, check_shares
from ccengine.config.survey_checks import check_survey
from ccengine.config.terms import check_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document, Place
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import AgentId
    from ccengine.core.plan import AgentSettings, Days


def cross_check(tenant: Tenant, documents: Documents, today: date) -> list[Problem]:
    """Return all mistakes and warnings between the parts of a tenant."""
    problems: list[Problem] = []
    if documents.tenant is not None:
        problems += _check_tenant(tenant, documents.tenant, documents)
        problems += check_calendars(tenant.settings.holidays, documents.tenant, today)
        problems += check_closures(tenant, documents.tenant, documents)
    queues: list[QueueAt] = []
    for name, client in tenant.clients.items():
        document = documents.clients[name]
        if document is not None:
            problems += _check_client(tenant, client, document, documents)
            problems += check_hours(client, document, documents, today)
            named = client.settings.queues.items()
            queues += [QueueAt(name, queue, own, document, documents) for queue, own in named]
        problems += check_terms(client, documents)
        problems += check_campaigns(client, documents, today)
    for queue in queues:
        problems += _check_queue(tenant, queue)
    problems += [*check_circles(queues), *check_health(queues)]
    problems += check_extensions(tenant, documents)
    return problems + list(check_numbers(tenant, documents))


# ---- tenant.yaml ---------------------------------------------------------------------------


def _check_tenant(tenant: Tenant, document: Document, documents: Documents) -> Iterator[Problem]:
    settings = tenant.settings
    sites = documents.names("sites")
    for name, team in settings.teams.items():
        yield from unknown(document, ("teams", name, "site"), "site", [team.site], sites)
    yield from check_desks(tenant, document, documents)
    for agent_name, agent in settings.agents.items():
        yield from _check_agent(agent_name, agent, document, documents)
    yield from check_shares(tenant, document, documents)
    yield from check_rest(tenant, document)
    yield from _agents_clash(settings.agents, document)
    yield from _numbers_of_phones(tenant, document)
    yield from _codes_clash(tenant, document)
    yield from check_call_codes(tenant, document)
    yield from check_coach_keys(tenant.settings.coach_keys, document)


def _check_agent(
    name: str, agent: AgentSettings, document: Document, documents: Documents
) -> Iterator[Problem]:
    place = ("agents", name)
    if not (agent.number.isascii() and agent.number.isdecimal()):
        message = f"the number of agent '{name}' is not a row of digits"
        yield document.problem((*place, "number"), message, "it is typed on a phone: use digits")
    yield from levels(document, (*place, "skills"), agent.skills, documents)
    known = documents.clients
    yield from unknown(document, (*place, "clients"), "client", agent.clients, known)
    yield from _permits(agent, document, place, documents)
    if agent.email is not None and EMAIL.fullmatch(agent.email) is None:
        message = f"'{agent.email}' is no e-mail address"
        yield document.problem((*place, "email"), message, "write it as in anna@example.com")
    if agent.team is not None:
        teams = documents.names("teams")
        yield from unknown(document, (*place, "team"), "team", [agent.team], teams)
    if agent.phone is not None:
        phones = documents.names("phones")
        yield from unknown(document, (*place, "phone"), "phone", [agent.phone], phones)


def _permits(
    agent: AgentSettings, document: Document, place: Place, documents: Documents
) -> Iterator[Problem]:
    groups, licences = documents.names("groups"), documents.names("licences")
    yield from unknown(document, (*place, "groups"), "group", agent.groups, groups)
    held = (*place, "licences")
    yield from unknown_keys(document, held, "licence", agent.licences, licences)
    for licence, days in agent.licences.items():
        yield from _days_reversed(document, (*held, licence), f"licence '{licence}'", days)
    for client, days in agent.approvals.items():
        there = (*place, "approvals", client)
        if client not in agent.clients:
            message = f"the approval for client '{client}' has days, but there is none"
            yield document.problem(there, message, f"add '{client}' to 'clients', or remove it")
        yield from _days_reversed(document, there, f"the approval for '{client}'", days)
    for skill, days in agent.skill_days.items():
        there = (*place, "skill_days", skill)
        if skill not in agent.skills:
            message = f"skill '{skill}' has days, but the agent does not have it"
            yield document.problem(there, message, f"add '{skill}' to 'skills', or remove it")
        yield from _days_reversed(document, there, f"skill '{skill}'", days)


def _days_reversed(document: Document, place: Place, what: str, days: Days) -> Iterator[Problem]:
    if days.starts is not None and days.until is not None and days.until < days.starts:
        message = f"{what} ends ({days.until}) before it begins ({days.starts})"
        yield document.problem((*place, "until"), message, "exchange the two days or mend one")


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


def _numbers_of_phones(tenant: Tenant, document: Document) -> Iterator[Problem]:
    for name, agent in tenant.settings.agents.items():
        if agent.number in tenant.settings.phones and agent.number != agent.phone:
            message = f"number {agent.number} of agent '{name}' is a phone that is not theirs"
            remedy = "whoever dials it would reach one or the other: give them another number"
            yield document.problem(("agents", name, "number"), message, remedy)


def _codes_clash(tenant: Tenant, document: Document) -> Iterator[Problem]:
    named = list(tenant.settings.feature_codes.all().items())
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
    yield from unknown(document, ("languages",), "language", settings.languages, languages)
    for number, settings_of in settings.numbers.items():
        place: Place = ("numbers", number)
        known = client.flow_names
        yield from unknown(document, (*place, "flow"), "flow", [settings_of.flow], known)
        spoken = [settings_of.language] if settings_of.language else []
        own = document.at(("languages",))
        known_here = [str(name) for name in own] if isinstance(own, list) else None
        yield from unknown(document, (*place, "language"), "language", spoken, known_here)
    yield from check_words(client, document)
    yield from check_quality(client, document)
    phones = documents.names("phones")
    yield from unknown(document, ("emergency",), "phone", settings.emergency, phones)
    yield from check_messages(client, document, documents)
    yield from check_keeping(settings.keeping, document)
    if settings.outbound is not None:
        for prefix, trunks in settings.outbound.prefixes.items():
            place = ("outbound", "prefixes", prefix)
            yield from unknown(document, place, "trunk", trunks, documents.names("trunks"))
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


def _check_queue(tenant: Tenant, queue: QueueAt) -> Iterator[Problem]:
    found = list(check_queue(queue))
    yield from found
    yield from check_overflow(queue, tenant.clients[queue.client])
    yield from check_survey(queue, tenant.clients[queue.client])
    yield from check_callback(tenant.clients[queue.client], queue)
    yield from check_company(tenant, queue)
    yield from check_outcome(queue, tenant.clients[queue.client])
    yield from check_service(tenant, queue, is_sound=not found)
