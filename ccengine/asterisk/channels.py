"""What a session holds of a channel: requests bound to it, and its own events.

The rule: have the handle first, act second. Ids are ours, so a handle exists before its channel
does, and no event is ever awaited too late.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import uuid4

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.events import (
    AriEvent,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    ChannelSnapshot,
    PlaybackFinished,
    RecordingFailed,
    RecordingFinished,
    RecordingSnapshot,
    StasisEnd,
    StasisStart,
)
from ccengine.asterisk.ari.results import HangUpReason, Originated, TransferOutcome, Unreachable
from ccengine.asterisk.far_end import FarEnd
from ccengine.asterisk.mailbox import Mailbox
from ccengine.asterisk.pressed_keys import PressedKeys
from ccengine.asterisk.recordings import Recording

_DIGITS_KEPT = 64
_EVENTS_KEPT = 256
_REPETITIONS_WITHIN = 16  # keys
_NORMAL_CLEARING = 16  # Q.850


@dataclass(frozen=True, slots=True)
class Gone:
    """A channel is no longer ours; `cause` is Q.850 where Asterisk told, else 0."""

    cause: int
    text: str


class PlaybackEnd(Enum):
    """How a playback ended."""

    DONE = auto()
    FAILED = auto()  # the media is missing or cannot be read
    STOPPED = auto()  # by us
    GONE = auto()  # with its channel


class Playback:
    """Media that plays to one channel, from before it starts."""

    def __init__(self, ari: Ari, playback_id: str) -> None:
        self.id = playback_id
        self._ari = ari
        self._ended: asyncio.Future[PlaybackEnd] = asyncio.get_running_loop().create_future()

    @property
    def is_over(self) -> bool:
        """It ended, in whichever way."""
        return self._ended.done()

    async def wait(self) -> PlaybackEnd:
        """Wait for the end of all of its media."""
        return await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """End it; quiet when it is over."""
        if not self._ended.done():
            self.end(PlaybackEnd.STOPPED)
            await self._ari.stop_playback(self.id)

    def end(self, how: PlaybackEnd) -> None:
        """Take note of the end; the first one counts."""
        if not self._ended.done():
            self._ended.set_result(how)


class Channel:
    """One channel, until it is gone. Never raises because of that."""

    def __init__(
        self,
        ari: Ari,
        channel_id: str,
        *,
        over: Callable[["Channel"], None],
        snapshot: ChannelSnapshot | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.id = channel_id
        self.ari = ari
        self.snapshot = snapshot
        self.gone: asyncio.Future[Gone] = loop.create_future()
        self.hanging_up = False
        self.moves = 0  #: how often it has entered or left a bridge
        self.confirmed = snapshot is not None
        self.far_end = FarEnd()
        self._over = over
        self._entered: asyncio.Future[ChannelSnapshot | Gone] = loop.create_future()
        self._events: Mailbox[AriEvent] = Mailbox(_EVENTS_KEPT)
        self._digits: Mailbox[str] = Mailbox(_DIGITS_KEPT)
        self.keys = PressedKeys()
        self._passed_over: tuple[str, float] | None = None
        self._told_digits: deque[tuple[str, str]] = deque(maxlen=_REPETITIONS_WITHIN)
        self._playbacks: dict[str, Playback] = {}
        self._recordings: dict[str, Recording] = {}
        self._hangup_cause = 0
        if snapshot is not None and snapshot.in_app(ari.app):
            self._entered.set_result(snapshot)

    # What happened to it

    @property
    def is_gone(self) -> bool:
        """It left us or ended."""
        return self.gone.done()

    @property
    def is_up(self) -> bool:
        """It is with us now: answered, and can be played to and bridged."""
        return self._entered.done() and not self.gone.done()

    async def entered(self) -> ChannelSnapshot | Gone:
        """Wait until it is with us, or is gone before: declined, busy, unanswered."""
        return await asyncio.shield(self._entered)

    async def wait_gone(self) -> Gone:
        """Wait until it left us or ended; the reason is known in most cases."""
        return await asyncio.shield(self.gone)

    async def next_event(self) -> AriEvent:
        """Wait for its next event that is not a digit."""
        return await self._events.get()

    async def next_digit(self) -> str:
        """Wait for the next key; those pressed earlier come first."""
        return await self._digits.get()

    @property
    def has_digits(self) -> bool:
        """A key was pressed and not read yet."""
        return len(self._digits) > 0

    def pass_over(self, digit: str, within_seconds: float) -> None:
        """Drop this key if it is the next one, pressed already or in time; any other counts."""
        if not self._digits.drop_first(digit):
            self._passed_over = (digit, asyncio.get_running_loop().time() + within_seconds)

    def clear_digits(self) -> None:
        """Forget the keys pressed so far."""
        self._digits.clear()

    def forget_digits(self) -> None:
        """Forget those, too, by which repetitions are known: a card was typed with them."""
        self._digits.clear()
        self._told_digits.clear()

    # What it is told

    async def originate(
        self,
        *,
        endpoint: str,
        app_args: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        caller_id: str = "",
        timeout_seconds: int = 30,
    ) -> Originated | Unreachable:
        """Ring an endpoint as this channel; `entered` tells how that ends."""
        result = await self.ari.originate(
            channel_id=self.id,
            endpoint=endpoint,
            app_args=app_args,
            variables=variables,
            caller_id=caller_id,
            timeout_seconds=timeout_seconds,
        )
        return self._begun(result)

    async def originate_into_dialplan(
        self,
        *,
        endpoint: str,
        context: str,
        variables: Mapping[str, str] | None = None,
        caller_id: str = "",
        timeout_seconds: int = 30,
        once: bool = False,
    ) -> Originated | Unreachable:
        """As `originate`, but the dialplan hands the answered leg to us, or waits until it can."""
        result = await self.ari.originate_into_dialplan(
            channel_id=self.id,
            endpoint=endpoint,
            context=context,
            variables=variables,
            caller_id=caller_id,
            timeout_seconds=timeout_seconds,
            once=once,
        )
        return self._begun(result)

    async def answer(self) -> bool:
        """Answer it; harmless when it is answered."""
        return await self.ari.answer(self.id)

    async def ring(self) -> bool:
        """Let the far end hear ringing."""
        return await self.ari.ring(self.id)

    async def stop_ringing(self) -> bool:
        """End what `ring` began."""
        return await self.ari.stop_ringing(self.id)

    async def start_music(self, music_class: str = "default") -> bool:
        """Play music on hold, outside a mixing bridge only."""
        return await self.ari.start_music(self.id, music_class=music_class)

    async def stop_music(self) -> bool:
        """End the music."""
        return await self.ari.stop_music(self.id)

    async def set_variable(self, *, name: str, value: str) -> bool:
        """Set a channel variable."""
        return await self.ari.set_variable(self.id, name=name, value=value)

    async def report_transfer(self, outcome: TransferOutcome) -> bool:
        """Answer the phone's wish to send its call on."""
        return await self.ari.report_transfer(self.id, outcome=outcome)

    async def send_digits(self, digits: str) -> bool:
        """Send keys to the far end."""
        return await self.ari.send_digits(self.id, digits=digits)

    async def continue_in_dialplan(
        self, *, context: str, extension: str, priority: int = 1
    ) -> bool:
        """Give it back to the dialplan; it is gone for us then."""
        return await self.ari.continue_in_dialplan(
            self.id, context=context, extension=extension, priority=priority
        )

    async def redirect(self, *, endpoint: str) -> bool:
        """Send the far end somewhere else."""
        return await self.ari.redirect(self.id, endpoint=endpoint)

    async def hang_up(self, reason: HangUpReason = HangUpReason.NORMAL) -> None:
        """End it; quiet when it is gone."""
        self.hanging_up = True
        if not self.is_gone and not await self.ari.hang_up(self.id, reason=reason):
            self.end(Gone(self._hangup_cause, "gone before"))

    async def play(self, *media: str, language: str = "", playback_id: str = "") -> Playback:
        """Play media one after the other; the playback is over already when this is gone.

        Cancelled, it may play all the same: `silence` ends it. An id that is not used by two
        playbacks at a time lets somebody else end it, too, who knows it.
        """
        playback = Playback(self.ari, playback_id or uuid4().hex)
        self._playbacks[playback.id] = playback
        started = False
        try:
            started = not self.is_gone and await self.ari.play(
                self.id, playback_id=playback.id, media=media, language=language
            )
        except asyncio.CancelledError:
            started = True
            raise
        finally:
            if not started:
                self._playbacks.pop(playback.id, None)
                playback.end(PlaybackEnd.GONE)
        return playback

    async def record(self, name: str, *, seconds: int, silence_seconds: int) -> Recording | None:
        """Record what it says after a tone, to a key, a silence or the limit; None: it is gone.

        Of a channel that is gone before the recording's end, that end may never be told.
        """
        recording = self._recordings[name] = Recording(self.ari, name)
        try:
            recording.is_asked_for = await self.ari.record_channel(
                self.id, name=name, seconds=seconds, silence_seconds=silence_seconds
            )
        finally:
            if not recording.is_asked_for:
                self.end_recording(name, None)
        return recording if recording.is_asked_for else None

    # What the router tells it

    @property
    def open_recordings(self) -> tuple[Recording, ...]:
        """Recordings that Asterisk has begun and whose end was not heard of."""
        return tuple(one for one in self._recordings.values() if one.is_asked_for)

    @property
    def open_playbacks(self) -> tuple[Playback, ...]:
        """Playbacks whose end was not heard of."""
        return tuple(self._playbacks.values())

    async def silence(self) -> None:
        """End what plays: Asterisk answers some requests only after a prompt's end."""
        for playback in self.open_playbacks:
            await playback.stop()

    def deliver(self, event: AriEvent) -> None:
        """Take note of one of its events."""
        self.confirmed = True
        if not self.far_end.take(event, asyncio.get_running_loop().time()):
            self._take(event)

    def _take(self, event: AriEvent) -> None:
        match event:
            case ChannelDtmfReceived():
                self._take_digit(event)
                return
            case PlaybackFinished(playback=told):
                self.end_playback(
                    told.id,
                    PlaybackEnd.FAILED if told.state == "failed" else PlaybackEnd.DONE,
                )
            case RecordingFinished(recording=recorded) | RecordingFailed(recording=recorded):
                self.end_recording(recorded.name, recorded)
            case StasisStart(channel=snapshot):
                self.enter(snapshot)
            case StasisEnd():
                self.end(Gone(self._hangup_cause, "left"))
            case ChannelDestroyed(channel=snapshot):
                self.snapshot = snapshot
                self.end(Gone(event.cause, event.cause_text))
            case ChannelHangupRequest(soft=False):
                # A soft one is our own, with a meaningless cause; a plain BYE carries none.
                self._hangup_cause = event.cause or _NORMAL_CLEARING
            case _:
                pass
        self._events.put(event)

    def enter(self, snapshot: ChannelSnapshot) -> None:
        """Take note that it is with us."""
        self.snapshot = snapshot
        self.confirmed = True
        if not self._entered.done():
            self._entered.set_result(snapshot)

    def end(self, gone: Gone) -> None:
        """Take note that it is gone; the first reason counts."""
        if self.gone.done():
            return
        self.gone.set_result(gone)
        if not self._entered.done():
            self._entered.set_result(gone)
        for playback in self._playbacks.values():
            playback.end(PlaybackEnd.GONE)
        self._playbacks.clear()
        self._over(self)

    def end_playback(self, playback_id: str, how: PlaybackEnd) -> None:
        """Take note that one of its playbacks ended."""
        playback = self._playbacks.pop(playback_id, None)
        if playback is not None:
            playback.end(how)

    def end_recording(self, name: str, snapshot: RecordingSnapshot | None) -> None:
        """Take note that what was recorded of it ended; None when only its absence was seen."""
        recording = self._recordings.pop(name, None)
        if recording is not None:
            recording.end(snapshot)

    def _take_digit(self, event: ChannelDtmfReceived) -> None:
        # Where channel and endpoint are both subscribed to, Asterisk tells each event twice.
        # Not always side by side: under load the repetition comes behind the next key.
        told = (event.timestamp, event.digit)
        if event.timestamp and told in self._told_digits:
            return
        self._told_digits.append(told)
        if self.keys.is_again(event.digit):
            return
        passed_over, self._passed_over = self._passed_over, None
        now = asyncio.get_running_loop().time()
        if passed_over is None or passed_over[0] != event.digit or now > passed_over[1]:
            self._digits.put(event.digit)

    def _begun(self, result: Originated | Unreachable) -> Originated | Unreachable:
        if isinstance(result, Unreachable):
            self.end(Gone(0, result.reason))
        else:
            self.confirmed = True
        return result
