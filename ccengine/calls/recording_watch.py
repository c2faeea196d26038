"""Watches the recordings of all talks: now and then it looks whether what is said gets into them.

A look costs a listing of bridges and a glance at each file, off the loop's thread. Only of parties
whose side of the file is silent are packets counted, and only there does Asterisk listen whether
they speak. What is wrong is told within the minute, and the recording is begun anew.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.sound import SoundOfChannels
from ccengine.core.events import (
    CallHandedOut,
    CallHandedOver,
    CallTransferred,
    ConferenceStarted,
    ConversationStarted,
    HoldEnded,
    HoldStarted,
    Party,
    RecordingGapFound,
    RecordingTurn,
    StaffAnswered,
)
from ccengine.core.handover import COLLEAGUES
from ccengine.core.ids import Instant
from ccengine.core.recording_health import (
    FileLook,
    PartyLook,
    RecordingJudge,
    Span,
    TalkLook,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ccengine.calls.recordings import Recordings
    from ccengine.calls.spool_thread import SpoolReader
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId
    from ccengine.reporting.rows import JournalRow
    from ccengine.storage.spool import SpoolLook

log = structlog.get_logger()

AGAIN_SECONDS: Final = 3.0
"""After a look that has seen a fault in a file: what is only late is there by then."""
ANEW_SECONDS: Final = (0.0, 5.0, 15.0, 30.0, 60.0)
"""Before a recording that is lost is begun anew, since it was last; the last again and again."""

UNSETTLING: Final = (
    RecordingTurn
    | HoldStarted
    | HoldEnded
    | ConversationStarted
    | ConferenceStarted
    | CallTransferred
    | CallHandedOver
    | CallHandedOut
    | StaffAnswered
)
"""After one of these another sound is to be expected."""


@dataclass(slots=True)
class _Watched:
    """A call whose recording is watched."""

    judge: RecordingJudge
    wanted_since: Instant  #: since when there should be a recording, where there is none
    settled_since: Instant
    recording: str = ""
    frames: int = 0  #: seen of it
    listening: dict[str, float] = field(default_factory=dict)
    """Channels that Asterisk listens to, and since when, in the loop's time."""
    begun_anew: int = 0
    begun_anew_at: Instant = -math.inf


class RecordingWatch:
    """Looks at all recorded talks.

    Args:
        wiring: of the engine.
        recordings: where one is begun anew.
        files: looks at them.
        look_seconds: between two looks.
        unheard_seconds: nothing has come from a phone for so long before it is told.
    """

    def __init__(
        self,
        wiring: Wiring,
        recordings: Recordings,
        files: SpoolReader,
        *,
        look_seconds: float,
        unheard_seconds: float,
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._recordings = recordings
        self._files = files
        self._sound = SoundOfChannels(wiring.router.ari)
        self._look_seconds = look_seconds
        self._unheard_seconds = unheard_seconds
        self._calls: dict[CallId, _Watched] = {}

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await asyncio.sleep(self._look_seconds)
            await self._look_safely(self._recorded())
            if any(watched.judge.suspects for watched in self._calls.values()):
                await asyncio.sleep(min(AGAIN_SECONDS, self._look_seconds))
                await self._look_safely(
                    call for call in self._recorded() if self._calls[call.id].judge.suspects
                )

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Take note of what changes the sound that is to be expected."""
        for row in rows:
            if row.call in self._calls and isinstance(row.what, UNSETTLING):
                self._calls[row.call].settled_since = row.at

    async def _look_safely(self, calls: Iterable[Call]) -> None:
        try:
            await self.look(calls)
        except Exception:
            # The next look may fare better, and calls go on without any.
            log.exception("recordings_not_looked_at")

    async def look(self, calls: Iterable[Call]) -> None:
        """Look at the recordings of some calls once, and tell what is wrong."""
        began = self._now()
        watched = {call.id: call for call in calls}
        seen = await self._files.look({call.id: self._file_of(call) for call in watched.values()})
        joined = await self._joined() if watched else {}
        for call in watched.values():
            if self._engine.center.calls.get(call.id) is call:
                await self._judge(call, seen.get(call.id), joined)
        ended = self._now()
        self._wiring.metrics.note_look(at=ended, seconds=ended - began, recordings=len(watched))

    # --- which, and where ------------------------------------------------------------------------

    def _recorded(self) -> list[Call]:
        """Return the calls that are recorded, or should be; forget the others."""
        calls = self._engine.center.calls.values()
        recorded = [call for call in calls if self._is_to_be_recorded(call)]
        now = self._now()
        self._calls = {
            call.id: self._calls.get(call.id) or self._begin(call, now) for call in recorded
        }
        return recorded

    def _is_to_be_recorded(self, call: Call) -> bool:
        return bool(call.recording) or call.recording_lost or self._talks_unrecorded(call)

    def _talks_unrecorded(self, call: Call) -> bool:
        """Tell whether there is a talk that the rules have recorded, and no recording of it."""
        if call.state is not CallState.TALKING or call.kind in COLLEAGUES or not call.bridge:
            return False
        return call.to_be_recorded

    def _begin(self, call: Call, now: Instant) -> _Watched:
        judge = RecordingJudge(call.id, told=call.recording_gaps, unheard=call.unheard)
        return _Watched(judge, wanted_since=now, settled_since=now)

    def _file_of(self, call: Call) -> tuple[Path, int]:
        watched = self._calls[call.id]
        if watched.recording != call.recording:
            watched.recording, watched.frames = call.recording, 0
            watched.wanted_since = self._now()
        return self._wiring.paths.recordings / (call.recording or "nothing"), watched.frames

    async def _joined(self) -> dict[str, tuple[str, ...]]:
        """Return by channel who is with it in a bridge that mixes; nobody, if that is unknown."""
        try:
            bridges = await self._wiring.router.ari.bridges()
        except AriError as error:
            log.warning("recordings_half_looked_at", cause=str(error))
            return {}
        return {
            channel: bridge.channel_ids
            for bridge in bridges
            if bridge.mixes
            for channel in bridge.channel_ids
        }

    # --- one call --------------------------------------------------------------------------------

    async def _judge(
        self, call: Call, seen: SpoolLook | None, joined: Mapping[str, tuple[str, ...]]
    ) -> None:
        watched = self._calls.get(call.id)
        if watched is None or watched.recording != call.recording:
            return  # it has changed since the files were looked at
        file = None if seen is None or not call.recording else _file_look(seen)
        parties = await self._parties(call, watched, file, joined)
        if watched.recording != call.recording:
            return
        look = TalkLook(
            at=self._now(),
            recording=call.recording,
            since=call.recording_since if call.recording else watched.wanted_since,
            file=file,
            settled_since=watched.settled_since,
            paused=call.recording_pause is not None,
            parties=parties,
        )
        watched.frames = 0 if seen is None else seen.frames
        found = watched.judge.look(look, unheard_seconds=self._unheard_seconds)
        for finding in found:
            self._engine.post(finding)
        if watched.judge.is_lost or any(isinstance(one, RecordingGapFound) for one in found):
            await self._begin_anew(call, watched)

    async def _parties(
        self,
        call: Call,
        watched: _Watched,
        file: FileLook | None,
        joined: Mapping[str, tuple[str, ...]],
    ) -> tuple[PartyLook, ...]:
        """Look at who should be heard in the file; more closely where a side of it is silent."""
        if file is None or call.recording_pause is not None:
            return ()
        caller = call.recorded_channel or call.channel
        others = [channel for channel in joined.get(caller, ()) if channel != caller]
        parties = {caller: Party.CALLER, **dict.fromkeys(others, Party.AGENT)}
        for channel in watched.listening.keys() - parties.keys():
            del watched.listening[channel]
        try:
            return tuple(
                [
                    await self._party(watched, party, channel, is_silent=party in file.silent)
                    for channel, party in parties.items()
                ]
            )
        except AriError as error:
            log.warning("recording_half_looked_at", call_id=call.id, cause=str(error))
            return ()

    async def _party(
        self, watched: _Watched, party: Party, channel: str, *, is_silent: bool
    ) -> PartyLook:
        loop = asyncio.get_running_loop()
        packets = None
        if is_silent or watched.judge.asks_for(channel):
            packets = await self._sound.packets(channel)
        if is_silent and channel not in watched.listening:
            await self._sound.listen(channel)
            watched.listening[channel] = loop.time()
        elif not is_silent and watched.listening.pop(channel, None) is not None:
            await self._sound.stop_listening(channel)
        handle = self._wiring.router.find(channel)
        if handle is None:
            return PartyLook(party=party, channel=channel, packets=packets)
        since = watched.listening.get(channel, math.inf)
        return PartyLook(
            party=party,
            channel=channel,
            packets=packets,
            talks=self._spoken(handle.far_end.spoken(since, loop.time())),
            holds=handle.far_end.holds,
        )

    def _spoken(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Return spans of the loop's time in the engine's."""
        ahead = self._now() - asyncio.get_running_loop().time()
        return tuple((begin + ahead, end + ahead) for begin, end in spans)

    # --- what is wrong ---------------------------------------------------------------------------

    async def _begin_anew(self, call: Call, watched: _Watched) -> None:
        now = self._now()
        pause = ANEW_SECONDS[min(watched.begun_anew, len(ANEW_SECONDS) - 1)]
        if now - watched.begun_anew_at >= pause:
            watched.begun_anew, watched.begun_anew_at = watched.begun_anew + 1, now
            await self._recordings.of(call).begin_anew("there was a gap in it")

    def _now(self) -> Instant:
        return self._engine.clock.now()


def _file_look(seen: SpoolLook) -> FileLook:
    silent = ((Party.CALLER, seen.left_silent), (Party.AGENT, seen.right_silent))
    return FileLook(
        at=seen.at,
        seconds=seen.seconds,
        fresh_seconds=seen.fresh_seconds,
        silent=frozenset(party for party, is_silent in silent if is_silent),
    )
