"""What is left of calls to leads without a session: notes of the dialplan, and legs nobody knows.

A lead who hears the message while no engine is there may end such calls by a key: the dialplan
notes that, and here it becomes a wish that counts. A leg that no call knows, as an engine died
between dialing and the journal, must not ring or be silent for long.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.lead_notes import NotesAway
from ccengine.calls.dialing.lead_leg import ROLE, call_of, leg_of, message_begun
from ccengine.core.events import LeadAbandoned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Never

    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.lead_notes import LeadNotes
    from ccengine.calls.dialing.books import LeadBooks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.ids import CallId, CampaignId

log = structlog.get_logger()

LOOK_SECONDS: Final = 30.0
AGAIN_SECONDS: Final = 2.0
"""Where the manager could not be asked, or there may be more notes."""

NOTED: Final = "the dialplan noted it"


class LeadSweep:
    """Looks now and then.

    Args:
        wiring: the engine and the way to Asterisk.
        books: where it is written down.
        notes: the dialplan's.
        settled: set once no call waits any more for being taken up.
        recount: called with a campaign whose counts in the books have changed.
    """

    def __init__(
        self,
        wiring: Wiring,
        books: LeadBooks,
        notes: LeadNotes,
        settled: asyncio.Event,
        recount: Callable[[CampaignId], None],
    ) -> None:
        self._engine = wiring.engine
        self._ari = wiring.router.ari
        self._books = books
        self._notes = notes
        self._settled = settled
        self._recount = recount
        self._unknown: frozenset[str] = frozenset()

    async def run(self) -> Never:
        """Look after what was left is settled, and every half minute, until cancelled."""
        await self._settled.wait()
        while True:
            await self._ari.transport.wait_connected()
            is_done = True
            try:
                is_done = await self.look()
            except NotesAway:
                is_done = False
            except AriError as error:
                log.warning("leads_not_swept", cause=str(error))
            except Exception:
                # What is noted stays noted; calls that are alive must not suffer.
                log.exception("leads_not_swept")
            await asyncio.sleep(LOOK_SECONDS if is_done else AGAIN_SECONDS)

    async def look(self) -> bool:
        """End legs that nobody knows, and take over what is noted; False: there may be more.

        Raises:
            AriError: it is not known which calls are alive.
            NotesAway: the manager is out of reach.
        """
        noted = await self._read_names()
        channels = {one.id: one for one in await self._ari.channels()}
        await self._end_unknown(channels)
        if noted is None:
            raise NotesAway
        # Whoever is still there may yet press the key: only what is over is taken over.
        over = [call for call in noted if leg_of(call) not in channels and not self._has(call)]
        for call in over:
            await self._take_over(call)
        return not over

    async def _read_names(self) -> tuple[CallId, ...] | None:
        try:
            return tuple(await self._notes.calls())
        except NotesAway:
            return None  # legs are looked at all the same

    async def _take_over(self, call: CallId) -> None:
        note = await self._notes.read(call)
        if note is None:
            return
        campaign = await self._books.note_told(note)
        if call in self._engine.center.calls:
            self._engine.post(LeadAbandoned(call=call, reason=NOTED))
        if campaign is not None:
            self._recount(campaign)
        log.info("lead_note_taken_over", call_id=call, opted_out=note.wants_no_more)
        await self._notes.forget(call)

    async def _end_unknown(self, channels: dict[str, ChannelSnapshot]) -> None:
        """Hang up what was unknown at two looks, as what has just been dialed or ended may be."""
        unknown = frozenset(one.id for one in channels.values() if self._is_unknown(one))
        for leg in sorted(unknown & self._unknown):
            log.warning("lead_leg_unknown", channel=leg)
            await self._ari.hang_up(leg)
        self._unknown = unknown

    def _is_unknown(self, channel: ChannelSnapshot) -> bool:
        call = call_of(channel.id)
        if call is None or channel.variables.get("CC_ROLE") != ROLE or self._has(call):
            return False
        # Who hears the message comes to an end without us.
        return message_begun(channel) is None or channel.in_app(self._ari.app)

    def _has(self, call: CallId) -> bool:
        center = self._engine.center
        return self._engine.has_call(call) or call in center.calls or call in center.in_air
