"""The training library: good calls that a client's agents learn from.

What is told of a call is its title and note; caller's number and what menus have learned of them
are masked in both, as far as a text can be. The voice itself is the caller's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import (
    CALL_UNKNOWN,
    CLIENT_UNKNOWN,
    EXAMPLE_UNKNOWN,
    RECORDING_MISSING,
    REFUSED,
)
from ccengine.api.models import Shown, Utc
from ccengine.api.reviews import LONGEST_TEXT, may_listen, store_of
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.routes.calls import record_of
from ccengine.api.routes.papers import client_of
from ccengine.api.routes.recordings import KEPT_SOUND, SOUND_FAULTS, send_recording
from ccengine.core.ids import CallId
from ccengine.quality.teaching import masked
from ccengine.storage.quality import TrainingCall

if TYPE_CHECKING:
    from aiohttp import web

    from ccengine.api.route import AnyRoute


class Teach(Strict):
    """What is to be learned from a call."""

    title: str = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=LONGEST_TEXT)


class ExampleShown(Shown):
    """A good example."""

    call: str
    agent: str
    queue: str | None
    title: str
    note: str
    seconds: float = Field(description="Of talk.")
    added_by: str
    added_at: Utc


class ExampleList(Shown):
    """The newest first."""

    examples: list[ExampleShown]


async def list_training(asked: Asked[Nothing, Nothing]) -> ExampleList:
    """List a client's examples."""
    found = await store_of(asked).examples(client_of(asked).id)
    return ExampleList(examples=[ExampleShown.model_validate(one) for one in found])


async def get_training_recording(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Send an example's sound, also to agents who had no part in the call.

    Raises:
        Refused: there is none, or the client keeps its recordings from agents.
        ReaderBusy: there is no time for it.
    """
    client = client_of(asked)
    example = await store_of(asked).example(asked.path["call"])
    if example is None or example.client != client.id:
        raise EXAMPLE_UNKNOWN.because()
    record = await asked.ports.library.keeper.get(CallId(example.call))
    if record is None or not may_listen(asked, client):
        raise RECORDING_MISSING.because()
    return await send_recording(asked, record)


async def add_training(asked: Asked[Nothing, Teach]) -> Change:
    """Have a call learned from, or say something else of it."""
    record, store = await record_of(asked), store_of(asked)
    if record.outcome is None or record.recording is None or not record.conversations:
        raise REFUSED.because(detail="Only recorded calls that are over can be learned from.")
    if record.client not in asked.ports.floor.tenant().clients:
        raise REFUSED.because(detail="The call is no client's.")
    before = await store.example(record.call)
    example = TrainingCall(
        call=record.call,
        client=record.client,
        agent=record.conversations[-1].agent,
        queue=record.queue,
        title=masked(asked.body.title, record),
        note=masked(asked.body.note, record),
        seconds=round(record.talk_seconds, 1),
        added_by=asked.identity.name,
        added_at=asked.ports.floor.now(),
    )
    await store.teach(example)
    return _change(before, example)


async def remove_training(asked: Asked[Nothing, Nothing]) -> Change:
    """Have it learned from no more."""
    record, store = await record_of(asked), store_of(asked)
    example = await store.example(record.call)
    if example is None:
        raise REFUSED.because(detail="The call is no example.")
    await store.untaught(record.call)
    return _change(example, example, removed=True)


def _change(before: TrainingCall | None, after: TrainingCall, *, removed: bool = False) -> Change:
    def told(example: TrainingCall) -> dict[str, Any]:
        return ExampleShown.model_validate(example).model_dump(mode="json")

    return Change(
        target=f"training {after.call}",
        before=None if before is None else told(before),
        after=None if removed else told(after),
        answer=ExampleShown.model_validate(after),
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listTraining",
        method=Method.GET,
        path="/clients/{client}/training",
        summary="Good calls of a client to learn from, the newest first",
        query=Nothing,
        body=Nothing,
        answer=ExampleList,
        handler=list_training,
        faults=(CLIENT_UNKNOWN,),
    ),
    Route(
        operation="getTrainingRecording",
        method=Method.GET,
        path="/clients/{client}/training/{call}/recording",
        summary="The sound of a call to learn from",
        query=Nothing,
        body=Nothing,
        answer=KEPT_SOUND,
        handler=get_training_recording,
        faults=(CLIENT_UNKNOWN, EXAMPLE_UNKNOWN, *SOUND_FAULTS),
        statuses={206: "A part of the sound.", 304: "It is as it was."},
    ),
    Route(
        operation="addTraining",
        method=Method.PUT,
        path="/calls/{call}/training",
        summary="Have a call learned from: any agent of its client may hear it, if agents may",
        description="The caller's number, and what menus have learned of them, are masked in what "
        "is written here. Their voice is not.",
        query=Nothing,
        body=Teach,
        answer=ExampleShown,
        handler=add_training,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
    Route(
        operation="removeTraining",
        method=Method.DELETE,
        path="/calls/{call}/training",
        summary="Have a call learned from no more",
        query=Nothing,
        body=Nothing,
        answer=ExampleShown,
        handler=remove_training,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
)
