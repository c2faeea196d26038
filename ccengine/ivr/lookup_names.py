"""What a client's lookups and submissions want to be given, and what lookups answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ccengine.config.lookup_sources import CALENDAR_ANSWER, CALENDAR_VALUES
from ccengine.config.requests import texts_of
from ccengine.ivr.data import ALWAYS_KNOWN
from ccengine.ivr.templates import holes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.config.clients import Client
    from ccengine.config.lookup_sources import HttpRequest, Lookup, Submission

KEY: Final = "key"
"""What every submission is given beside its values: its own name, the same each time it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A lookup or a submission, as a step sees it."""

    parameters: frozenset[str]  #: what it must be given
    read: frozenset[str]  #: what it reads of what every call knows
    written_down: frozenset[str]  #: of both, what becomes part of an address or stands in a file
    results: frozenset[str] | None  #: what may be taken of its answer; None: only it knows
    readable: bool = False  #: what it is given is sent so that anybody on the way can read it


HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})

TOLD_TO_SCRIPTS: Final = frozenset({"caller", "called", "language"})
"""What Asterisk tells an AGI script, too."""

AskedByName = Mapping[str, Asked | None]
"""None: it has a mistake, so check nothing."""


def lookups_of(client: Client, known: Iterable[str]) -> AskedByName:
    """Return a client's lookups, by the names that stand in its text."""
    lookups = client.settings.lookups
    return {
        name: asked_of_lookup(client, name, lookups[name]) if name in lookups else None
        for name in known
    }


def submissions_of(client: Client, known: Iterable[str]) -> AskedByName:
    """Return a client's submissions likewise."""
    submissions = client.settings.submissions
    return {
        name: asked_of_submission(client, submissions[name]) if name in submissions else None
        for name in known
    }


def asked_of_lookup(client: Client, name: str, lookup: Lookup) -> Asked | None:
    """Return what a lookup is to a step."""
    wanted, written = wanted_by(client, lookup)
    results: frozenset[str] | None = frozenset(lookup.answer) or None
    if lookup.table is not None:
        table = client.lookup_files.tables.get(name)
        if table is None:
            return None
        wanted = written = frozenset({lookup.table.key})
        if results is None:
            results = frozenset(table.columns)
    if lookup.agi is not None:
        written = _named(lookup.agi.arguments)
        wanted = written | TOLD_TO_SCRIPTS
    if lookup.calendar is not None:
        wanted = CALENDAR_VALUES[lookup.calendar.find]
        results = results or CALENDAR_ANSWER
    if not lookup.ways or wanted is None:
        return None
    return replace(_asked(wanted, written, results), readable=is_readable(lookup.http))


def asked_of_submission(client: Client, submission: Submission) -> Asked | None:
    """Return what a submission is to a step: all it is given is written down, in the journal."""
    wanted, _ = wanted_by(client, submission)
    if submission.calendar is not None:
        wanted = CALENDAR_VALUES[submission.calendar.change]
    if not submission.ways or wanted is None:
        return None
    return _asked(wanted - {KEY}, wanted - {KEY}, None)


def wanted_by(
    client: Client, one: Lookup | Submission
) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Return the names in a request or a statement, and which of them are in an address."""
    if one.http is not None:
        return _named(request_texts(one.http)), _named([one.http.url])
    if one.sql is not None:
        statement = client.lookup_files.statement(one.sql)
        return None if statement is None else parameters_of(statement), frozenset()
    return frozenset(), frozenset()


def is_readable(request: HttpRequest | None) -> bool:
    """Tell whether anybody on the way to another machine can read what is sent."""
    parts = urlsplit("" if request is None else request.url)
    return parts.scheme == "http" and parts.hostname not in HERE


def request_texts(request: HttpRequest) -> list[str]:
    """Return all texts of a request that may have values in them."""
    return [request.url, *request.headers.values(), *texts_of(request.body)]


def parameters_of(statement: str) -> frozenset[str]:
    """Return the named parameters of a statement of SQL, as they will be bound."""
    from sqlalchemy import text  # which takes a moment, and few clients need it

    return frozenset(text(statement).compile().params)


def _named(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(name for text in texts for name in holes(text))


def _asked(
    wanted: frozenset[str], written: frozenset[str], results: frozenset[str] | None
) -> Asked:
    return Asked(
        parameters=wanted - ALWAYS_KNOWN,
        read=wanted & ALWAYS_KNOWN,
        written_down=written,
        results=results,
    )
