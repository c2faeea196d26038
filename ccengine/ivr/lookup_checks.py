"""What may be wrong with a client's lookups and submissions, and with steps that use them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticCustomError

from ccengine.config.lookup_sources import HttpMethod, Lookup
from ccengine.config.names import VALUE_NAME, suggestion
from ccengine.config.requests import texts_of
from ccengine.config.statements import fault_of_statement
from ccengine.ivr.lookup_names import TOLD_TO_SCRIPTS, asked_of_lookup, is_readable, parameters_of
from ccengine.ivr.steps.lookup import LookupStep
from ccengine.ivr.steps.submit import SubmitStep
from ccengine.ivr.templates import checked, holes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document, Place
    from ccengine.config.lookup_sources import HttpRequest, SqlQuery, Submission
    from ccengine.config.problems import Problem
    from ccengine.ivr.flow_drafts import FlowDraft
    from ccengine.ivr.flow_names import FlowNames
    from ccengine.ivr.lookup_names import Asked
    from ccengine.ivr.step import Step

KNOWN_OF_CALLERS: Final = frozenset({"caller", "client"})
"""What is known before there is a call."""


def check_lookups(client: Client, document: Document) -> Iterator[Problem]:
    """Yield what is wrong with what a client's flows may ask and tell."""
    settings = client.settings
    for name, lookup in settings.lookups.items():
        yield from _check_ways(
            document, ("lookups", name), lookup, "http, sql, table, agi, calendar"
        )
        yield from _check_asked(client, document, ("lookups", name), lookup)
    for name, submission in settings.submissions.items():
        yield from _check_ways(document, ("submissions", name), submission, "http, sql, calendar")
        yield from _check_asked(client, document, ("submissions", name), submission)
    for name, database in settings.databases.items():
        if (database.file is None) == (database.secret is None):
            message = f"database '{name}' needs either 'file' or 'secret'"
            yield document.problem(("databases", name), message, "name one of them")
        if database.example is not None and database.file is None:
            message = f"database '{name}' has an example and no file that it would make"
            yield document.problem(("databases", name, "example"), message, "remove it")
        if database.file is not None:
            yield from _check_file(document, ("databases", name, "file"), database.file)
    yield from _check_callers(client, document)
    for name, calendar in settings.calendars.items():
        yield from _check_file(document, ("calendars", name, "file"), calendar.file)


def _check_callers(client: Client, document: Document) -> Iterator[Problem]:
    """Yield why the lookup that knows callers can never say so."""
    rules = client.settings.known_callers
    if rules is None:
        return
    yield from _check_known(document, "lookups", ("known_callers", "lookup"), rules.lookup)
    lookup = client.settings.lookups.get(rules.lookup)
    asked = None if lookup is None else asked_of_lookup(client, rules.lookup, lookup)
    if lookup is None or asked is None:
        return
    known = KNOWN_OF_CALLERS | TOLD_TO_SCRIPTS if lookup.agi else KNOWN_OF_CALLERS
    for name in sorted((asked.parameters | asked.read) - known):
        message = f"lookup '{rules.lookup}' wants '{name}', and only the caller is known"
        remedy = "name one that is asked with the caller alone"
        yield document.problem(("known_callers", "lookup"), message, remedy)
    if asked.results is not None and rules.value not in asked.results:
        message = f"lookup '{rules.lookup}' answers no value '{rules.value}'"
        there = "value" if "value" in document.keys("known_callers") else "lookup"
        remedy = suggestion(rules.value, asked.results)
        yield document.problem(("known_callers", there), message, remedy)


def _check_known(document: Document, key: str, place: Place, name: str) -> Iterator[Problem]:
    """Yield a problem where client.yaml has nothing of that name under one of its keys."""
    known = document.keys(key)
    if name not in known:
        message = f"there is no {key.removesuffix('s')} '{name}'"
        yield document.problem(place, message, suggestion(name, known))


def _check_file(document: Document, place: Place, file: str) -> Iterator[Problem]:
    if ".." in file.split("/"):
        message = f"'{file}' leads out of its folder"
        yield document.problem(place, message, "write it without '..'")


def _check_ways(
    document: Document, place: Place, one: Lookup | Submission, known: str
) -> Iterator[Problem]:
    # From the text too, so that a way with a mistake in it is not told as missing.
    named = [key for key in document.keys(*place) if key in known.split(", ")]
    if len(named) != 1 and len(one.ways) != 1:
        what = "is asked in more than one way" if named else "does not say whom to ask"
        yield document.problem(place, f"'{place[-1]}' {what}", f"give it one of: {known}")


def _check_asked(
    client: Client, document: Document, place: Place, one: Lookup | Submission
) -> Iterator[Problem]:
    reads = isinstance(one, Lookup)
    if one.http is not None:
        yield from _check_request(document, (*place, "http"), one.http, reads=reads)
    if one.sql is not None:
        yield from _check_query(client, document, (*place, "sql"), one.sql, reads=reads)
    if one.calendar is not None:
        there = (*place, "calendar", "calendar")
        yield from _check_known(document, "calendars", there, one.calendar.calendar)
    if isinstance(one, Lookup):
        yield from _check_answered(client, document, place, one)


def _check_answered(
    client: Client, document: Document, place: Place, one: Lookup
) -> Iterator[Problem]:
    if one.agi is not None:
        for position, argument in enumerate(one.agi.arguments):
            there = (*place, "agi", "arguments", position)
            yield from _check_template(document, there, argument)
    if one.table is not None:
        table = client.lookup_files.tables.get(str(place[-1]))
        columns = () if table is None else table.columns
        for name, pick in one.answer.items():
            column = pick.path.removeprefix("$.")
            if columns and column not in columns:
                message = f"the table has no column '{column}'"
                there = (*place, "answer", name)
                yield document.problem(there, message, suggestion(column, columns))


def _check_request(
    document: Document, place: Place, request: HttpRequest, *, reads: bool
) -> Iterator[Problem]:
    yield from _check_template(document, (*place, "url"), request.url)
    for name, header in request.headers.items():
        yield from _check_template(document, (*place, "headers", name), header)
    for text in texts_of(request.body):
        yield from _check_template(document, (*place, "body"), text)
    allowed = {HttpMethod.GET, HttpMethod.POST} if reads else set(HttpMethod) - {HttpMethod.GET}
    if request.method not in allowed:
        what = "a lookup changes nothing" if reads else "a submission changes something"
        choice = " or ".join(sorted(allowed))
        there = (*place, "method") if "method" in document.keys(*place) else place
        yield document.problem(there, f"{what}: it cannot be {request.method}", f"use {choice}")
    elif request.method is HttpMethod.GET and request.body is not None:
        yield document.problem((*place, "body"), "a GET has no body", "use 'method: POST'")
    if request.token is not None and is_readable(request):
        message = "the token would be sent so that anybody on the way can read it"
        yield document.problem((*place, "token"), message, "use an address with https://")


def _check_template(document: Document, place: Place, text: str) -> Iterator[Problem]:
    try:
        checked(text)
    except PydanticCustomError as error:
        words = error.context or {}
        yield document.problem(place, str(words["message"]), str(words["remedy"]))


def _check_query(
    client: Client, document: Document, place: Place, query: SqlQuery, *, reads: bool
) -> Iterator[Problem]:
    yield from _check_known(document, "databases", (*place, "database"), query.database)
    statement = client.lookup_files.statement(query)
    if statement is None:
        return
    there = (*place, "query")
    fault = fault_of_statement(statement, reads=reads)
    if fault:
        remedy = "write one statement with :names for values"
        yield document.problem(there, fault, f"{remedy}, as in SELECT … WHERE number = :number")
        return
    for name in sorted(parameters_of(statement)):
        if re.fullmatch(VALUE_NAME, name) is None:
            message = f":{name} cannot be the name of a value"
            remedy = "use a small letter, then small letters, digits or '_'"
            yield document.problem(there, message, remedy)


# --- steps ----------------------------------------------------------------------------------


def check_asking(draft: FlowDraft, names: FlowNames, secret: frozenset[str]) -> Iterator[Problem]:
    """Yield what is wrong with a flow's steps that ask and tell.

    Args:
        draft: the flow.
        names: what it may refer to.
        secret: its values that stay in memory.
    """
    for name, step in draft.steps.items():
        kind, asked = _asked(step, names)
        if asked is None or not isinstance(step, LookupStep | SubmitStep):
            continue
        yield from _check_given(draft, (name, kind), step.give, asked)
        yield from _check_secrets(draft, name, step.give, asked, secret)
        if isinstance(step, LookupStep):
            yield from _check_taken(draft, name, step, asked)


def _asked(step: Step, names: FlowNames) -> tuple[str, Asked | None]:
    """Return the key of a step that asks or tells, and what it names; None: check nothing."""
    match step:
        case LookupStep():
            return "lookup", (names.lookups or {}).get(step.lookup)
        case SubmitStep():
            return "submit", (names.submissions or {}).get(step.submit)
        case _:
            return "", None


def _check_given(
    draft: FlowDraft, at: tuple[str, str], give: Mapping[str, str], asked: Asked
) -> Iterator[Problem]:
    name, kind = at
    place: Place = ("steps", name)
    what = f"'{draft.document.at((*place, kind))}'"
    wanted = asked.parameters | asked.read
    for given in give:
        if given not in wanted:
            message = f"{what} wants no value '{given}'"
            remedy = suggestion(given, wanted) if wanted else "remove it"
            yield draft.document.problem((*place, "give", given), message, remedy)
    for one in sorted(asked.parameters - give.keys()):
        message = f"{what} is not given its value '{one}'"
        yield draft.document.problem((*place, kind), message, f"add it to 'give' of '{name}'")


def _check_secrets(
    draft: FlowDraft, name: str, give: Mapping[str, str], asked: Asked, secret: frozenset[str]
) -> Iterator[Problem]:
    for own, template in give.items():
        told = sorted(secret & set(holes(template)))
        if told and own in asked.written_down:
            message = f"'{told[0]}' is secret, and would be written down"
            remedy = "send it in the body of a POST, or as a parameter of a SELECT"
            yield draft.document.problem(("steps", name, "give", own), message, remedy)
        elif told and asked.readable:
            message = f"'{told[0]}' is secret, and anybody on the way could read it"
            place = ("steps", name, "give", own)
            yield draft.document.problem(place, message, "use an address with https://")


def _check_taken(draft: FlowDraft, name: str, step: LookupStep, asked: Asked) -> Iterator[Problem]:
    for own, result in step.into.items() if asked.results is not None else ():
        if result not in (asked.results or ()):
            message = f"lookup '{step.lookup}' answers no value '{result}'"
            remedy = suggestion(result, asked.results or ())
            yield draft.document.problem(("steps", name, "into", own), message, remedy)
