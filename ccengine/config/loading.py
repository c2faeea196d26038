"""Reads a tenant's folder whole: what it says, as far as it can be understood, and the mistakes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccengine import clock
from ccengine.config.calendar_files import CALENDARS, read_closed_days
from ccengine.config.calendars import Calendar
from ccengine.config.campaigns import load_campaigns
from ccengine.config.clients import Client, ClientSettings
from ccengine.config.cross_checks import cross_check
from ccengine.config.dialing_rules import tenant_rules
from ccengine.config.documents import Document, read_document
from ccengine.config.example_files import load_examples
from ccengine.config.lookup_files import load_lookup_files
from ccengine.config.lookups import Documents
from ccengine.config.names import is_name, suggestion
from ccengine.config.papers import load_papers
from ccengine.config.problems import Problem, in_order
from ccengine.config.schema import fit
from ccengine.config.scorecards import load_scorecards
from ccengine.config.tenant import Tenant, TenantSettings
from ccengine.config.terms import load_terms
from ccengine.core.ids import ClientId, TenantId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

TENANT_FILE = "tenant.yaml"
CLIENT_FILE = "client.yaml"
NAME_REMEDY = "rename the folder: a small letter, then small letters, digits, '-' or '_'"
HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Loaded:
    """A tenant read from its folder."""

    draft: Tenant  #: without what could not be understood
    documents: Documents
    problems: tuple[Problem, ...]  #: mistakes: with one, nothing starts
    warnings: tuple[Problem, ...] = ()

    @property
    def tenant(self) -> Tenant | None:
        """The tenant, None when there is any mistake in it."""
        return None if self.problems else self.draft


def load_tenant(folder: Path, today: date | None = None) -> Loaded:
    """Read tenant.yaml and all clients' client.yaml. Never raises for what they say.

    Args:
        folder: the tenant's.
        today: what is before this day is in the past; None: asks the clock.
    """
    today = today or clock.today()
    problems = _folder_problems(folder)
    if problems:
        return Loaded(_nothing(folder), Documents(None, {}), tuple(problems))
    document, found = read_document(folder / TENANT_FILE)
    problems += found
    settings = TenantSettings()
    if document is not None:
        fitted = fit(TenantSettings, document)
        settings = fitted.value or settings
        problems += fitted.problems
    is_whole = not problems
    calendars, found = _load_calendars(folder, settings, today)
    problems += found
    clients, read, found = _load_clients(folder / "clients")
    problems += found
    clients = {name: replace(one, calendars=calendars) for name, one in clients.items()}
    dialing, found = tenant_rules(folder)
    problems += found
    draft = replace(_nothing(folder), settings=settings, clients=clients, dialing=dialing)
    documents = replace(read, tenant=document, all_agents=is_whole)
    remedy = "let its name end in .yaml"
    problems += [
        Problem(file, 1, "this file is not read", remedy) for file in folder.rglob("*.yml")
    ]
    problems += cross_check(draft, documents, today)
    told = in_order(problems)
    return Loaded(
        draft,
        documents,
        problems=tuple(problem for problem in told if not problem.is_warning),
        warnings=tuple(problem for problem in told if problem.is_warning),
    )


def _nothing(folder: Path) -> Tenant:
    return Tenant(
        id=TenantId(folder.name),
        folder=folder,
        version=version_of(folder),
        settings=TenantSettings(),
        clients={},
    )


def version_of(folder: Path) -> str:
    """Return a hash of all that is read in the folder: equal content, equal version."""
    digest = hashlib.sha256()
    beside = [*folder.glob("clients/*/*.csv"), *folder.glob("clients/*/*.sql")]
    files = [*folder.rglob("*.yaml"), *folder.glob(f"{CALENDARS}/*.ics"), *beside]
    for file in sorted(path for path in files if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\n".encode(errors="replace"))
        try:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()[:HASH_LENGTH]


def _folder_problems(folder: Path) -> list[Problem]:
    if not is_name(folder.name):
        return [Problem(folder, 1, f"'{folder.name}' cannot be a tenant's name", NAME_REMEDY)]
    if not folder.is_dir():
        others = [path.name for path in folder.parent.glob("*") if path.is_dir()]
        message = f"there is no tenant '{folder.name}'"
        return [Problem(folder, 1, message, suggestion(folder.name, others))]
    return []


def _load_calendars(
    folder: Path, tenant: TenantSettings, today: date
) -> tuple[dict[str, Calendar], list[Problem]]:
    calendars: dict[str, Calendar] = {}
    problems: list[Problem] = []
    for name, settings in tenant.holidays.items():
        closed: Mapping[date, str] = {}
        if settings.file is not None:
            closed, found = read_closed_days(folder / CALENDARS / settings.file, today)
            problems += found
        calendars[name] = Calendar(settings, closed)
    return calendars, problems


def _load_clients(folder: Path) -> tuple[dict[ClientId, Client], Documents, list[Problem]]:
    clients: dict[ClientId, Client] = {}
    sources: dict[ClientId, Document | None] = {}
    contracts: dict[ClientId, Document] = {}
    campaigns: dict[ClientId, Mapping[str, Document]] = {}
    problems: list[Problem] = []
    for path in sorted(path for path in folder.glob("*") if path.is_dir()):
        if not is_name(path.name):
            message = f"'{path.name}' cannot be a client's name"
            problems.append(Problem(path, 1, message, NAME_REMEDY))
            continue
        name = ClientId(path.name)
        settings, document, found = _load_settings(path)
        sources[name] = document
        problems += found
        client, found = _load_client(name, path, settings, document)
        problems += found
        terms, contract, found = load_terms(path)
        problems += found
        if contract is not None:
            contracts[name] = contract
        planned = load_campaigns(name, path)
        problems += planned.problems
        campaigns[name] = planned.documents
        clients[name] = replace(client, terms=terms, campaigns=planned.campaigns)
    documents = Documents(None, sources, contracts=contracts, campaigns=campaigns)
    return clients, documents, problems


def _load_client(
    name: ClientId, path: Path, settings: ClientSettings, document: Document | None
) -> tuple[Client, list[Problem]]:
    """Return a client with all files beside client.yaml that have no lines of their own to tell."""
    papers, problems = load_papers(name, path)
    scorecards, scorecard_names, found = load_scorecards(name, path)
    problems += found
    files, found = load_lookup_files(path, settings.lookups, settings.submissions, document)
    problems += found
    examples, found = load_examples(path, settings.databases, settings.calendars, document)
    problems += found
    client = Client(
        id=name,
        folder=path,
        settings=settings,
        papers=papers,
        scorecards=scorecards,
        scorecard_names=scorecard_names,
        lookup_files=files,
        examples=examples,
    )
    return client, problems


def _load_settings(folder: Path) -> tuple[ClientSettings, Document | None, list[Problem]]:
    document, problems = read_document(folder / CLIENT_FILE)
    if document is None:
        return ClientSettings(), None, problems
    fitted = fit(ClientSettings, document)
    return fitted.value or ClientSettings(), document, problems + fitted.problems
