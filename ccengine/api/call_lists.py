"""Lists of calls: what is asked for, how far the token sees, and a page of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aiohttp import web
from pydantic import Field

from ccengine.api.models import Moment, Shown, Utc
from ccengine.api.places import PLACE, read_place, written
from ccengine.api.requests import JSON_TYPE
from ccengine.api.route import NAME, Strict
from ccengine.core.states import Kind
from ccengine.reporting.call_record import CallOutcome
from ccengine.reporting.masking import mask_called, mask_number
from ccengine.storage.call_lists import CallFilter, find_calls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import RowMapping

    from ccengine.api.route import Asked, Nothing
    from ccengine.api.sight import Veil

QUEUE: Final = f"{NAME}/{NAME}"
NUMBER: Final = r"\+?[0-9]{1,20}"


class PageQuery(Strict):
    """How much of a list."""

    after: str | None = Field(None, pattern=f"^{PLACE}$", description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class CallsQuery(PageQuery):
    """Which calls. What is left out may be anything."""

    client: str | None = Field(None, pattern=f"^{NAME}$")
    queue: str | None = Field(None, pattern=f"^{QUEUE}$", description="The last one.")
    agent: str | None = Field(None, pattern=f"^{NAME}$", description="Who had the call last.")
    number: str | None = Field(None, pattern=f"^{NUMBER}$", description="The number dialed.")
    caller: str | None = Field(None, pattern=f"^{NUMBER}$")
    kind: Kind | None = None
    outcome: CallOutcome | None = None
    since: Moment | None = Field(None, description="Arrived then or later.")
    until: Moment | None = Field(None, description="Arrived before.")


class CallListed(Shown):
    """A call in a list."""

    call: str
    client: str
    kind: Kind
    number: str
    caller: str
    queue: str | None
    agent: str | None
    arrived_at: Utc
    answered_at: Utc | None
    ended_at: Utc | None
    wait_seconds: float
    talk_seconds: float
    outcome: CallOutcome | None
    disposition: str | None
    resolved: bool | None
    recording: str | None
    survey_score: int | None = Field(description="From 1 to 5, the best, as the caller said.")
    survey_comment: str | None = Field(description="What they said of it, recorded.")


class CallPage(Shown):
    """Those that arrived last come first."""

    calls: list[CallListed]
    next: str | None = Field(description="`after` of the next page; null: this is the last.")


AnyPage = TypeVar("AnyPage", bound=PageQuery)


async def find_page(asked: Asked[AnyPage, Nothing], which: CallFilter) -> web.Response:
    """Answer with a page of the calls.

    Args:
        asked: the request, which says how much.
        which: of the calls, as far as the token sees.

    Raises:
        ReaderBusy: there is no time for it.
    """
    library, veil = asked.ports.library, asked.sight.veil
    body = await library.quick_reader.run(read_page, library.keeper.path, which, asked.query, veil)
    return web.Response(body=body, content_type=JSON_TYPE)


def read_page(database: Path, which: CallFilter, query: PageQuery, veil: Veil) -> bytes:
    """Return a page as it is answered."""
    found = find_calls(database, which, limit=query.limit + 1, after=read_place(query.after))
    page = found[: query.limit]
    more = len(found) > query.limit
    shown = CallPage(
        calls=[_listed(row, veil) for row in page],
        next=written((page[-1]["arrived_at"], page[-1]["call"])) if more else None,
    )
    return shown.model_dump_json().encode()


def filter_of(query: CallsQuery) -> CallFilter:
    """Return what was asked for, whoever asks."""
    return CallFilter(
        clients=None if query.client is None else {query.client},
        agent=query.agent,
        queue=query.queue,
        number=query.number,
        caller=query.caller,
        kind=query.kind,
        outcome=query.outcome,
        since=None if query.since is None else query.since.timestamp(),
        until=None if query.until is None else query.until.timestamp(),
    )


def within_sight(which: CallFilter, asked: Asked[Any, Any]) -> CallFilter:
    """Return the filter with what the token does not see left out."""
    sight = asked.sight
    clients = sight.client_names()
    if clients is not None:
        wanted = which.clients
        which = replace(which, clients=clients if wanted is None else clients & set(wanted))
    tenant = asked.ports.floor.tenant()
    called = which.number is not None and tenant.route(which.number) is None  # no number of ours
    if which.caller is not None or called:
        # Whoever is shown a masked number must not learn it by asking for it.
        named = tenant.clients if which.clients is None else which.clients
        which = replace(which, clients={one for one in named if sight.sees_numbers_of(one)})
    own = asked.identity.scope.agent
    if own is not None:
        return replace(which, agent=own if which.agent in (None, own) else "")
    if not sight.sees_all_agents:
        return replace(which, agents=sight.agent_names())
    return which


def _listed(row: RowMapping, veil: Veil) -> CallListed:
    values: Mapping[str, Any] = {**row}
    if veil.hides(row["client"]):
        number = mask_called(row["kind"], row["number"])
        values = {**values, "caller": mask_number(row["caller"]), "number": number}
    return CallListed.model_validate(values)
