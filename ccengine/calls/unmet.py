"""Callers who came and left while there was no engine: each is noted once, afterwards.

The dialplan leaves a note of each such call in Asterisk's database (`dialplan/inbound.conf`), where
it outlives engine and Asterisk, and lists the notes in a variable. Here each becomes an event and
is taken away: in this order, as a note found twice does no harm, and one lost is a caller
forgotten.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.messages import Messages
from ccengine.core.events import CallMissed, Party, Reached
from ccengine.core.ids import CallId, ClientId, TenantId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccengine.asterisk.ari.client import Ari
    from ccengine.calls.wiring import Wiring

log = structlog.get_logger()

FAMILY = "cc-unmet"
LIST = "CC_UNMET"
LISTED = "listed"
LOOK_SECONDS = 10.0
NEW_LIST_SECONDS = 0.5

NOTE = re.compile(
    r"(?P<call>[A-Za-z0-9_-]{1,80}):(?P<tenant>[a-z0-9_-]{1,32}):(?P<client>[a-z0-9_-]{1,32})"
    r":(?P<number>[0-9]{1,32}):(?P<caller>\+?[0-9]{0,32})"
    r":(?P<arrived_ms>[0-9]{1,15}):(?P<ended_ms>[0-9]{1,15})"
    r":(?P<reached>[a-z_]*):(?P<dialled>[A-Z]*):(?P<by>[a-z]*):\."
)
"""What the dialplan writes: times in milliseconds, what emergency phones said as DIALSTATUS."""


class UnmetCallers:
    """Collects the notes.

    Args:
        wiring: the engine, and the way to Asterisk.
        record_of: gives what is known of a call, alive or over; None if it is not known.
    """

    def __init__(
        self, wiring: Wiring, record_of: Callable[[CallId], Awaitable[object | None]]
    ) -> None:
        self._ari = wiring.router.ari
        self._engine = wiring.engine
        self._node = wiring.node
        self._messages = Messages(wiring)
        self._record_of = record_of
        self._unreadable: set[str] = set()
        self._told: str | None = None

    async def run(self) -> None:
        """Collect after each connect and now and then, until cancelled."""
        while True:
            await self._ari.transport.wait_connected()
            is_done = True
            try:
                is_done = await self._collect()
            except AriError as error:
                log.warning("notes_not_collected", cause=str(error))
            except Exception:
                # What is noted stays noted; the calls that are alive must not suffer.
                log.exception("notes_not_collected")
            await asyncio.sleep(LOOK_SECONDS if is_done else NEW_LIST_SECONDS)

    async def _collect(self) -> bool:
        """Take what is listed; False if a new list is on its way, which may hold more."""
        told = await self._ari.global_variable(LIST)
        listed, *notes = told.split(",")
        taken = [note for note in notes if note and await self._take(note)]
        if listed == LISTED and not taken:
            return True
        await self._ari.run_errand(f"unmet-{uuid4().hex}", context="unmet", extension="list")
        is_stuck = told == self._told  # with another dialplan, say: don't ask without end
        self._told = told
        return is_stuck

    async def _take(self, note: str) -> bool:
        missed = read_note(note, self._node)
        if missed is None:
            self._complain_once(note)
            return False
        if missed.call in self._engine.center.calls:
            return False  # whoever ends the call needs the note
        if await self._record_of(missed.call) is None:
            message = self._messages.of_missed(missed)
            if self._engine.post(missed):
                return False
            if message is not None:
                self._engine.post(message)  # in the same transaction
        await self._ari.forget_database_key(FAMILY, note)
        return True

    def _complain_once(self, note: str) -> None:
        """Leave it where it is: it stands for a caller. A list cut off makes the next one whole."""
        if note.endswith(".") and note not in self._unreadable:
            self._unreadable.add(note)
            log.error("note_unreadable", call_id=note.partition(":")[0])


def read_note(note: str, node: str) -> CallMissed | None:
    """Return what a note says happened; None if the dialplan can't have written it."""
    found = NOTE.fullmatch(note)
    reached = None if found is None else _reached(found["reached"], found["dialled"])
    if found is None or reached is None or found["by"] not in {"", *Party}:
        return None
    return CallMissed(
        call=CallId(found["call"]),
        tenant=TenantId(found["tenant"]),
        client=ClientId(found["client"]),
        number=found["number"],
        caller=found["caller"],
        node=node,
        arrived_at=int(found["arrived_ms"]) / 1000,
        ended_at=int(found["ended_ms"]) / 1000,
        by=Party(found["by"] or Party.CALLER),
        reached=reached,
    )


async def noted_end(ari: Ari, call: CallId, node: str) -> CallMissed | None:
    """Return how a call ended that an engine had, by the dialplan's note; None: there is none."""
    for note in (await ari.global_variable(LIST)).split(","):
        noted = read_note(note, node) if note.startswith(f"{call}:") else None
        if noted is not None:
            return noted
    return None


def _reached(said: str, dialled: str) -> Reached | None:
    """Understand how far the caller came; empty: the dialplan had no time to say."""
    if said not in {"", *Reached}:
        return None
    reached = Reached(said or Reached.ARRIVAL)
    if reached is Reached.EMERGENCY and dialled == "ANSWER":
        return Reached.EMERGENCY_TALK
    return reached
