"""Calls: lists, records, stories, why an agent had them, and what supervisors do with who waits."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import Field

from ccengine.api.call_lists import (
    QUEUE,
    CallPage,
    CallsQuery,
    PageQuery,
    filter_of,
    find_page,
    within_sight,
)
from ccengine.api.explanations import AgentsSeen, ExplanationShown, read_explanation
from ccengine.api.faults import CALL_UNKNOWN, QUEUE_UNKNOWN, REFUSED
from ccengine.api.live import LivePage, LiveQuery, LiveShown, live
from ccengine.api.places import read_place, written
from ccengine.api.problems import BUSY
from ccengine.api.readable import read
from ccengine.api.records import CallShown, shown
from ccengine.api.requests import JSON_TYPE
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.stories import StoryShown, read_story
from ccengine.api.turns import in_turns
from ccengine.config.queue_checks import PRIORITY_AT_MOST
from ccengine.core.events import CallMovedByHand, CallReprioritised
from ccengine.core.ids import CallId, QueueId
from ccengine.reporting.masking import mask_number
from ccengine.storage.call_lists import CallFilter

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.calls import Call
    from ccengine.core.events import Event
    from ccengine.reporting.call_record import CallRecord
    from ccengine.storage.call_lists import Place


class Move(Strict):
    """Where to."""

    queue: str = Field(pattern=f"^{QUEUE}$", description="Of the same client: `nour/billing`.")


class Priority(Strict):
    """How soon; higher goes first, over all queues."""

    priority: int = Field(ge=-PRIORITY_AT_MOST, le=PRIORITY_AT_MOST)


async def record_of(asked: Asked[Any, Any]) -> CallRecord:
    """Return the record of the call in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    record = await asked.ports.library.keeper.get(CallId(asked.path["call"]))
    if record is None or not asked.sight.record(record):
        raise CALL_UNKNOWN.because()
    return record


def call_of(asked: Asked[Any, Any]) -> Call:
    """Return the call in the request's address, which is alive.

    Raises:
        Refused: there is none that the token sees.
    """
    call = asked.ports.floor.center.calls.get(CallId(asked.path["call"]))
    if call is None or not asked.sight.call(call):
        raise CALL_UNKNOWN.because(detail="It may be over.")
    return call


async def list_calls(asked: Asked[CallsQuery, Nothing]) -> web.StreamResponse:
    """List calls that are over.

    Raises:
        ReaderBusy: there is no time for it.
    """
    return await find_page(asked, within_sight(filter_of(asked.query), asked))


async def list_live_calls(asked: Asked[LiveQuery, Nothing]) -> LivePage:
    """List calls that are alive, in the order in which they came."""
    query, center = asked.query, asked.ports.floor.center
    after = read_place(query.after)
    seen = (
        call
        for call in center.calls.values()
        if asked.sight.call(call)
        and (query.client is None or call.client == query.client)
        and (query.state is None or call.state is query.state)
        and (after is None or _arrival(call) > after)
    )
    found = nsmallest(query.limit + 1, seen, key=_arrival)
    page = found[: query.limit]
    return LivePage(
        calls=await in_turns(page, lambda call: live(call, asked)),
        next=written(_arrival(page[-1])) if len(found) > len(page) else None,
    )


async def get_call(asked: Asked[Nothing, Nothing]) -> CallShown:
    """Show a call's record, alive or over."""
    return shown(await record_of(asked), asked.sight)


async def get_story(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Tell what happened.

    Raises:
        ReaderBusy: there is no time for it.
        Refused: there is no such call.
    """
    record = await record_of(asked)
    mask = mask_number if asked.sight.veil.hides(record.client) else str
    journal, reader = asked.ports.library.journal, asked.sight.reader
    told = await read(asked, read_story, journal, record.call, mask, reader)
    return web.Response(body=told, content_type=JSON_TYPE)


async def explain(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Tell why this agent, and why none of the others.

    Raises:
        ReaderBusy: there is no time for it.
        Refused: there is no such call.
    """
    record, sight = await record_of(asked), asked.sight
    seen = AgentsSeen(sight.known_agents(), of_all_clients=sight.client_names() is None)
    told = await read(asked, read_explanation, asked.ports.library.journal, record.call, seen)
    return web.Response(body=told, content_type=JSON_TYPE)


async def get_history(asked: Asked[PageQuery, Nothing]) -> web.StreamResponse | CallPage:
    """List the same customer's other calls to the same client, whichever agents had them.

    Raises:
        ReaderBusy: there is no time for it.
        Refused: there is no such call.
    """
    record = await record_of(asked)
    customer = record.caller or record.to
    if not customer:
        return CallPage(calls=[], next=None)  # withheld: nobody knows who it was
    which = CallFilter(clients={record.client}, caller=customer, but=record.call)
    return await find_page(asked, which)


async def move(asked: Asked[Nothing, Move]) -> Change:
    """Have a caller wait in another queue."""
    call, queue = call_of(asked), QueueId(asked.body.queue)
    known = queue in asked.ports.floor.center.plan.queues
    if not known or not asked.sight.queue(queue):
        raise QUEUE_UNKNOWN.because()
    moved = CallMovedByHand(call=call.id, queue=queue, by=asked.identity.name)
    return _supervise(asked, call, moved)


async def reprioritise(asked: Asked[Nothing, Priority]) -> Change:
    """Give a caller another priority."""
    call, priority = call_of(asked), asked.body.priority
    given = CallReprioritised(call=call.id, priority=priority, by=asked.identity.name)
    return _supervise(asked, call, given)


def _arrival(call: Call) -> Place:
    return call.arrived_at, call.id


def _supervise(asked: Asked[Any, Any], call: Call, event: Event) -> Change:
    before = live(call, asked).model_dump(mode="json")
    rejection = asked.ports.floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    after = live(call, asked)
    return Change(
        target=f"call {call.id}",
        before=before,
        after=after.model_dump(mode="json"),
        answer=after,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listCalls",
        method=Method.GET,
        path="/calls",
        summary="Calls that are over, the newest first",
        description="A call is listed a few seconds after it ended.",
        query=CallsQuery,
        body=Nothing,
        answer=CallPage,
        handler=list_calls,
        faults=(BUSY,),
    ),
    Route(
        operation="listLiveCalls",
        method=Method.GET,
        path="/live-calls",
        summary="Calls that are alive, in the order in which they came",
        query=LiveQuery,
        body=Nothing,
        answer=LivePage,
        handler=list_live_calls,
    ),
    Route(
        operation="getCall",
        method=Method.GET,
        path="/calls/{call}",
        summary="Everything that is kept of a call, alive or over",
        query=Nothing,
        body=Nothing,
        answer=CallShown,
        handler=get_call,
        faults=(CALL_UNKNOWN,),
    ),
    Route(
        operation="getCallStory",
        method=Method.GET,
        path="/calls/{call}/story",
        summary="What happened to a call, in order",
        description="Coaching is told to those who lead or judge, scores as reviews are.",
        query=Nothing,
        body=Nothing,
        answer=StoryShown,
        handler=get_story,
        faults=(CALL_UNKNOWN, BUSY),
    ),
    Route(
        operation="explainCall",
        method=Method.GET,
        path="/calls/{call}/explanation",
        summary="Why this agent, and why none of the others, for each offer of a call",
        query=Nothing,
        body=Nothing,
        answer=ExplanationShown,
        handler=explain,
        faults=(CALL_UNKNOWN, BUSY),
    ),
    Route(
        operation="getCustomerHistory",
        method=Method.GET,
        path="/calls/{call}/history",
        summary="The same customer's other calls to the same client, the newest first",
        query=PageQuery,
        body=Nothing,
        answer=CallPage,
        handler=get_history,
        faults=(CALL_UNKNOWN, BUSY),
    ),
    Route(
        operation="moveCall",
        method=Method.POST,
        path="/calls/{call}/move",
        summary="A waiting caller waits in another queue of the client, at the place they had",
        description="A phone that rings for them stops.",
        query=Nothing,
        body=Move,
        answer=LiveShown,
        handler=move,
        faults=(CALL_UNKNOWN, QUEUE_UNKNOWN, REFUSED),
    ),
    Route(
        operation="reprioritiseCall",
        method=Method.POST,
        path="/calls/{call}/priority",
        summary="A waiting caller gets another priority, in whatever queue",
        query=Nothing,
        body=Priority,
        answer=LiveShown,
        handler=reprioritise,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
)
