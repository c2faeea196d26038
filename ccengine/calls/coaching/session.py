"""One supervisor who follows one agent, from the first word to the last.

Whatever happens (a key, a word of the core's, somebody entering or leaving a bridge) ends in
`_settle`: read what Asterisk has, plan what is to be, prove that it leaks nothing, do it, read
again, and say so. What differs takes the coach out at once. The calls themselves are never touched.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.asterisk.ari.events import ChannelEnteredBridge, ChannelLeftBridge
from ccengine.calls.coaching.audibility import Seating, leaks, missing
from ccengine.calls.coaching.ear import CoachEar
from ccengine.calls.coaching.line import CoachLine
from ccengine.calls.coaching.routing import Leaked, WouldLeak, plan, prove
from ccengine.calls.coaching.telling import ended, leaked, parted, routed
from ccengine.calls.coaching.wishes import Asked, Wish
from ccengine.calls.insistence import insist
from ccengine.calls.scope import CallScope
from ccengine.core.coachings import Unheard
from ccengine.core.commands import EndCoaching, SeatCoach
from ccengine.core.events import CallTakenOver, CoachMode
from ccengine.core.ids import CallId
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.router import Move
    from ccengine.calls.coaching.audibility import Setup
    from ccengine.calls.coaching.line import Snoops
    from ccengine.calls.coaching.routing import Step
    from ccengine.calls.consult import CustomersTalk, Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.coachings import Coaching, Seat
    from ccengine.core.events import CoachRouted
    from ccengine.core.ids import ClientId, CoachingId

log = structlog.get_logger()

LOOKS = 4
LOOK_AGAIN_SECONDS = 0.1
"""How often a set-up is looked at that lacks something, as while an agent moves between bridges."""
TRY_AGAIN_SECONDS = 2.0  #: after these looks, though nobody moves

COACH_HUNG_UP = "the coach hung up"
LEAKED = "somebody else would have heard the coach"
NOT_ANSWERED = "the coach did not answer"
TAKEN_OVER = "taken over"
ENGINE_ERROR = "engine error"


News = SeatCoach | EndCoaching | Asked | ChannelEnteredBridge | ChannelLeftBridge


class House(Protocol):
    """All coaching, of which this is one."""

    snoops: Snoops
    leaks: int
    talks: Talks

    def change(self, coaching: Coaching, mode: CoachMode, by: str) -> str:
        """Have a coach listen, whisper or join in; why not."""

    def forget(self, coaching: CoachingId) -> None:
        """Let go of a session that is over."""

    def has_tone(self, client: ClientId | None) -> bool:
        """Tell whether the client wants agents to hear that somebody listens."""

    async def sound_tone(self, leg: str, line: CoachLine) -> None:
        """Let the agent alone hear a tone."""


class CoachingSession:
    """One coaching's. The core knows it already when this is made."""

    def __init__(self, wiring: Wiring, house: House, coaching: Coaching, channel: Channel) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._house = house
        self._coaching = coaching
        self._channel = channel
        self._line = CoachLine(wiring.router, coaching.id, channel, house.snoops)
        self._ear = CoachEar(wiring, channel)
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self._mailbox = wiring.engine.open_coaching(coaching.id)
        self._watched: set[str] = set()
        self._mode = CoachMode.MONITOR  # of what was set up last
        self._looks = 0
        self._again_seconds: float | None = None
        self._told: CoachRouted | None = None
        self._unheard: Unheard | None = None
        self._astray: Setup | None = None

    def ask(self, asked: Asked) -> None:
        """Take a wish."""
        self._news.put_nowait(asked)

    async def run(
        self, ring: Callable[[Channel], Awaitable[bool]] | None = None, *, adopted: bool = False
    ) -> None:
        """Follow the agent to the end; a cancellation means that the engine leaves.

        Args:
            ring: has the coach's phone answer first; False: it did not.
            adopted: an earlier engine has begun.
        """
        try:
            try:
                reason = await self._until_gone(ring, adopted=adopted)
            except AriDisconnected:
                raise
            except Exception:
                log.exception("coaching_failed", coaching=self._coaching.id)
                reason = ENGINE_ERROR
            await self._clear_away(reason)
        except AriDisconnected:
            log.warning("coaching_suspended", coaching=self._coaching.id)
        finally:
            self._watch(set())
            self._house.forget(self._coaching.id)
            self._engine.close_coaching(self._coaching.id)

    async def _until_gone(
        self, ring: Callable[[Channel], Awaitable[bool]] | None, *, adopted: bool
    ) -> str:
        async with CallScope(self._channel.gone):
            if ring is not None and not await ring(self._channel):
                return NOT_ANSWERED
            if adopted:
                await self._line.start_anew()
            return await self._serve()
        return COACH_HUNG_UP

    async def _serve(self) -> str:
        result: list[str] = []
        try:
            async with asyncio.TaskGroup() as ears:
                listening = [
                    ears.create_task(self._hear_keys()),
                    ears.create_task(self._hear_core()),
                    ears.create_task(self._ear.run()),
                ]
                result.append(await self._follow())
                for ear in listening:
                    ear.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # as a plain await would
        return result[0]

    async def _hear_keys(self) -> None:
        while True:
            key = await self._channel.next_digit()
            keys = self._wiring.tenant().settings.coach_keys
            wishes: dict[str, Wish | CoachMode] = {
                keys.monitor: CoachMode.MONITOR,
                keys.whisper: CoachMode.WHISPER,
                keys.barge: CoachMode.BARGE,
                keys.take_over: Wish.TAKE_OVER,
            }
            if key in wishes:
                self.ask(Asked(wishes[key]))

    async def _hear_core(self) -> None:
        while True:
            command = await self._mailbox.get()
            if isinstance(command, SeatCoach | EndCoaching):
                self._news.put_nowait(command)

    def _moved(self, move: Move) -> None:
        astray = self._line.put_astray(move)
        self._astray = self._astray or astray
        self._news.put_nowait(move)

    # --- what is asked for ---------------------------------------------------------------------

    async def _follow(self) -> str:
        while not self._coaching.ending:  # an earlier engine may have been told
            if not await self._settle():
                return LEAKED
            try:
                async with asyncio.timeout(self._again_seconds):
                    news = [await self._news.get()]
            except TimeoutError:
                continue
            while not self._news.empty():
                news.append(self._news.get_nowait())
            for one in news:
                over = await self._take(one)
                if over:
                    return over
        return self._coaching.ending

    async def _take(self, news: News) -> str:
        """Do what is asked for; why the coaching is over by that, empty if it goes on."""
        match news:
            case EndCoaching():
                return news.reason
            case Asked(wish=Wish.END):
                return f"ended by {news.by}"
            case Asked(wish=Wish.TAKE_OVER):
                return TAKEN_OVER if await self._take_over(news.by) else ""
            case Asked(wish=CoachMode() as mode):
                if self._house.change(self._coaching, mode, news.by):
                    await self._refuse(Confirmation.COACH_ONE_VOICE)
            case _:
                pass
        return ""

    async def _refuse(self, word: Confirmation) -> None:
        await self._line.leave_bridges()  # what is said to the coach is nobody else's
        await self._ear.say(word)
        self._unheard = None

    async def _take_over(self, by: str) -> bool:
        """Have the coach be the agent of the call they hear; False: it cannot be."""
        if self._talk_heard() is not None:
            await self._ear.stop()
            # Beforehand: nothing may come between the two words below.
            await self._line.clear_away()
        talk = self._talk_heard()
        rejection = "no talk to take over" if talk is None else self._engine.post(self._taken(by))
        if talk is None or rejection:
            log.info("take_over_refused", coaching=self._coaching.id, cause=rejection)
            await self._refuse(Confirmation.REFUSED)
            return False
        talk.note_take_over(self._channel)
        return True

    def _talk_heard(self) -> CustomersTalk | None:
        """Return the talk the coach hears, if it can be taken over."""
        call, talks = self._coaching.seat.call, self._house.talks
        return None if call is None or call in talks.consults else talks.controls.get(call)

    def _taken(self, by: str) -> CallTakenOver:
        return CallTakenOver(
            call=self._coaching.seat.call or CallId(""),
            agent=self._coaching.agent,
            to_agent=self._coaching.coach,
            coaching=self._coaching.id,
            channel=self._channel.id,
            by=by,
        )

    # --- who hears whom ------------------------------------------------------------------------

    async def _settle(self) -> bool:
        """Set up what is to be; False: somebody heard the coach, who is out of everything now."""
        self._again_seconds = None
        seat = self._coaching.seat
        seating = Seating(self._channel.id, seat.leg, self._coaching.mode)
        try:
            self._look_where_put(seating)
            if seat.call is None or not seat.leg:
                return await self._wait(seat)
            return await self._seat(seating, seat)
        except (WouldLeak, Leaked) as error:
            self._note_leak(seating, str(error), planned=isinstance(error, WouldLeak))
            await self._take_out()
            return False

    async def _seat(self, seating: Seating, seat: Seat) -> bool:
        self._watch({seat.leg, self._channel.id})
        self._part_from_other(seat.call, "another call")
        lacking = ""
        for self._looks in range(1, LOOKS + 1):
            if self._looks > 1:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
            if self._coaching.seat != seat or self._coaching.mode != seating.mode:
                return True  # there are news
            lacking = await self._route(seating, seat)
            if not lacking:
                return True
        self._again_seconds = TRY_AGAIN_SECONDS
        log.warning("coach_hears_too_little", coaching=self._coaching.id, cause=lacking)
        return True

    async def _route(self, seating: Seating, seat: Seat) -> str:
        """Do it, and look whether it is so; what is missing. Raises WouldLeak and Leaked."""
        setup = await self._line.read()
        self._look_who_hears(setup, seating, self._mode)
        steps = self._plan(setup, seating)
        prove(setup, steps, seating, self._mode)
        if steps:
            await self._ear.stop()
            self._unheard = None
            if not await self._line.carry_out(steps):
                return "somebody is gone"
            setup = await self._line.read()
        self._look_who_hears(setup, seating, seating.mode)
        self._mode = seating.mode
        lacking = "; ".join((*leaks(setup, seating), *missing(setup, seating)))
        if not lacking and seat.call is not None:
            self._tell(setup, seating, seat.call)
        return lacking

    def _look_where_put(self, seating: Seating) -> None:
        """Raise Leaked if somebody else has put the coach among people, though it may be over."""
        astray, self._astray = self._astray, None
        if astray is not None:
            self._raise_leaks(astray, seating, self._mode)

    def _look_who_hears(self, setup: Setup, seating: Seating, before: CoachMode) -> None:
        """Raise Leaked if somebody hears the coach who must not, by what Asterisk says.

        Whom a coach has joined in with may leave them behind for an instant, on their way to
        another bridge: that is looked at again, and is a leak if it stays.
        """
        if CoachMode.BARGE not in (before, seating.mode) or self._looks == LOOKS:
            self._raise_leaks(setup, seating, before)

    def _raise_leaks(self, setup: Setup, seating: Seating, before: CoachMode) -> None:
        wrong = leaks(setup, seating, before, seating.mode)
        if wrong:
            message = f"{'; '.join(wrong)}: {setup.around(seating)}"
            raise Leaked(message)

    def _plan(self, setup: Setup, seating: Seating | None) -> list[Step]:
        return plan(
            self._line.own(setup),
            seating,
            coach=self._channel.id,
            room=self._line.room,
            new_snoop=self._line.new_snoop(),
        )

    def _tell(self, setup: Setup, seating: Seating, call: CallId) -> None:
        """Post what is set up, as Asterisk has it, unless that is known."""
        coaches = {one.channel: one.coach for one in self._engine.center.coachings.values()}
        told = routed(self._coaching, call, setup, seating, coaches)
        if told == self._told:
            return
        is_new = self._told is None or self._told.call != call
        self._told = told
        self._engine.post(told)
        if is_new and self._house.has_tone(self._coaching.seat.client):
            self._ear.begin(partial(self._house.sound_tone, seating.leg, self._line))

    def _note_leak(self, seating: Seating, reason: str, *, planned: bool) -> None:
        log.error("coach_leaked", coaching=self._coaching.id, planned=planned, cause=reason)
        self._house.leaks += 1
        self._engine.post(leaked(self._coaching, seating, reason, planned=planned))

    async def _take_out(self) -> None:
        """Let nobody hear the coach: first of all out of the bridges, then the snoops."""
        await self._line.leave_bridges()
        await self._line.carry_out(self._plan(await self._line.read(), None))

    async def _wait(self, seat: Seat) -> bool:
        """Have the coach hear that there is nothing to hear."""
        self._watch({self._channel.id})
        steps = self._plan(await self._line.read(), None)
        await self._line.carry_out(steps)
        self._part_from_other(None, seat.unheard or "")
        if steps or self._unheard is not seat.unheard:
            self._unheard = seat.unheard
            await self._ear.wait(seat.unheard or Unheard.NO_CALL)
        return True

    def _part_from_other(self, call: CallId | None, reason: str) -> None:
        told = self._told
        if told is None or told.call == call:
            return
        self._told = None
        if told.call in self._engine.center.calls:
            self._engine.post(parted(told, reason))

    def _watch(self, channels: set[str]) -> None:
        router = self._wiring.router
        for one in self._watched - channels:
            router.unwatch_moves(one, self._moved)
        for one in channels - self._watched:
            router.watch_moves(one, self._moved)
        self._watched = channels

    # --- the end -------------------------------------------------------------------------------

    async def _clear_away(self, reason: str) -> None:
        if reason == TAKEN_OVER:
            return
        try:
            await self._line.clear_away()
            await self._ear.say_goodbye(reason, leaked=reason == LEAKED)
            await insist(self._channel.hang_up, f"end of {self._channel.id}")
        except AriDisconnected:
            raise
        except AriError:
            log.exception("clean_up_failed", coaching=self._coaching.id)
        call = None if self._told is None else self._told.call
        alive = call if call in self._engine.center.calls else None
        self._engine.post(ended(self._coaching, reason, alive))
