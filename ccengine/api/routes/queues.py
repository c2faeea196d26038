"""Queues, and who waits in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import QUEUE_UNKNOWN
from ccengine.api.live import LiveShown, live
from ccengine.api.models import Shown, Utc
from ccengine.api.route import NAME, Asked, Method, Nothing, Route, Strict
from ccengine.api.turns import in_turns
from ccengine.core.ids import ClientId, QueueId, client_of, queue_id

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute


class QueuesQuery(Strict):
    """Which queues."""

    client: str | None = Field(None, pattern=f"^{NAME}$")


class WaitingQuery(Strict):
    """Which part of the line."""

    first: int = Field(1, ge=1, le=1_000_000, description="From this place on.")
    limit: int = Field(100, ge=1, le=200)


class QueueShown(Shown):
    """A queue and its line."""

    queue: str
    client: str
    extension: str | None = Field(description="By which agents send callers here.")
    priority: int
    promise_seconds: float | None = Field(description="Answered within, as promised.")
    waiting: int = Field(description="Those whose agent's phone rings among them.")
    oldest_since: Utc | None = Field(description="Since when the first of them waits.")


class EstimateShown(Shown):
    """For how long somebody would wait who called now."""

    low_seconds: float
    likely_seconds: float
    high_seconds: float


class OneQueueShown(QueueShown):
    """The same, with what callers may be told."""

    estimate: EstimateShown | None = Field(description="null: there is nothing to go by.")


class QueueList(Shown):
    """In the order of the configuration."""

    queues: list[QueueShown]


class LineShown(Shown):
    """A part of a line, in the order of service."""

    calls: list[LiveShown]


async def list_queues(asked: Asked[QueuesQuery, Nothing]) -> QueueList:
    """List the queues that the token sees."""
    wanted = asked.query.client
    return QueueList(
        queues=[
            QueueShown(**_facts(queue, asked))
            for queue in asked.ports.floor.center.plan.queues
            if asked.sight.queue(queue) and wanted in (None, client_of(queue))
        ]
    )


async def get_queue(asked: Asked[Nothing, Nothing]) -> OneQueueShown:
    """Show one."""
    floor, queue = asked.ports.floor, queue_of(asked)
    estimate = floor.center.estimate_queue(queue, floor.now())
    shown = None if estimate is None else EstimateShown.model_validate(estimate)
    return OneQueueShown(**_facts(queue, asked), estimate=shown)


async def list_waiting(asked: Asked[WaitingQuery, Nothing]) -> LineShown:
    """List who waits, in the order of service."""
    floor = asked.ports.floor
    line = floor.center.line(queue_of(asked), floor.now())
    line = line[asked.query.first - 1 :][: asked.query.limit]
    calls = [floor.center.calls[call] for call in line]
    seen = [call for call in calls if asked.sight.call(call)]
    return LineShown(calls=await in_turns(seen, lambda call: live(call, asked)))


def queue_of(asked: Asked[Any, Any]) -> QueueId:
    """Return the queue in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    queue = queue_id(ClientId(asked.path["client"]), asked.path["queue"])
    if queue not in asked.ports.floor.center.plan.queues or not asked.sight.queue(queue):
        raise QUEUE_UNKNOWN.because()
    return queue


def _facts(queue: QueueId, asked: Asked[Any, Any]) -> dict[str, Any]:
    settings = asked.ports.floor.center.plan.queues[queue]
    waiting, oldest = asked.ports.floor.center.standing(queue)
    return {
        "queue": queue,
        "client": client_of(queue),
        "extension": settings.extension,
        "priority": settings.priority,
        "promise_seconds": settings.promise_seconds,
        "waiting": waiting,
        "oldest_since": oldest,
    }


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listQueues",
        method=Method.GET,
        path="/queues",
        summary="Queues and their lines",
        query=QueuesQuery,
        body=Nothing,
        answer=QueueList,
        handler=list_queues,
    ),
    Route(
        operation="getQueue",
        method=Method.GET,
        path="/queues/{client}/{queue}",
        summary="A queue, and how long one would wait who called now",
        query=Nothing,
        body=Nothing,
        answer=OneQueueShown,
        handler=get_queue,
        faults=(QUEUE_UNKNOWN,),
    ),
    Route(
        operation="listWaiting",
        method=Method.GET,
        path="/queues/{client}/{queue}/waiting",
        summary="Who waits in a queue, in the order of service",
        query=WaitingQuery,
        body=Nothing,
        answer=LineShown,
        handler=list_waiting,
        faults=(QUEUE_UNKNOWN,),
    ),
)
