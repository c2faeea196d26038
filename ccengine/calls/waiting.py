"""A caller in line: music and announcements while the core decides, and keys that lead out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.channels import PlaybackEnd
from ccengine.calls.announcements import Announcer
from ccengine.calls.callback_offer import CallbackOffer
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.languages import LANGUAGE, language_of
from ccengine.calls.line_sound import LineSound
from ccengine.calls.old_place import offer_old_place
from ccengine.calls.race import first_of
from ccengine.core.commands import Connect, DivertCall, MoveCall, RingStaff, TargetMissed
from ccengine.core.events import ExitChosen, WaitPromised
from ccengine.core.ids import client_of
from ccengine.core.queues import QueueSettings

if TYPE_CHECKING:
    from typing import Never

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.announcements import Announcement
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant, QueueId
    from ccengine.core.queues import KeyExit
    from ccengine.core.waits import WaitEstimate

log = structlog.get_logger()

MUSIC_AFTER_SECONDS = 0.3
"""An agent who answers at once saves the caller a bar of music, and Asterisk a request."""

RETIRED_QUEUE = QueueSettings()

Decision = Connect | DivertCall | RingStaff | TargetMissed
"""What ends the time in line."""

Entry = tuple["QueueId | None", "Instant"]
"""A queue, and when the caller entered it."""


class Waiting:
    """One call's time in line, from a queue's entry to an agent or a way out.

    Whatever plays is cut the instant the core has decided: each thing done here is raced with the
    mailbox, and loses.

    Args:
        wiring: engine and configuration.
        channel: the caller's.
        call: as the core has it.
        taken_up: an earlier engine, or the dialplan's fallback, had the caller before.
    """

    def __init__(self, wiring: Wiring, channel: Channel, call: Call, *, taken_up: bool) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._channel = channel
        self._call = call
        self._mailbox = wiring.engine.open_call(call.id)
        self._taken_up = taken_up
        self._sound = LineSound(channel)
        self._announcer: Announcer | None = None
        self._entry: Entry = (None, 0.0)
        self._silent_seconds = 0.0
        self._unheard = False
        self._is_old_place_offered = False
        self._dialplans_language = language_of(wiring, call, None)

    async def run(self, *, hears_music: bool) -> Decision | None:
        """Keep the caller company until the core connects an agent or sends them out of the line.

        When it returns, the caller hears nothing. None: they have been told that they will be
        called back.

        Args:
            hears_music: the caller may be hearing something already that was not begun here.
        """
        if hears_music:
            self._sound.inherit()
        else:
            self._channel.clear_digits()  # typed for a menu
            self._silent_seconds = MUSIC_AFTER_SECONDS
        news = await self._offer_old_place()
        while not (isinstance(news, Decision) or self._call.became is not None):
            news, pressed = await first_of(self._news(), self._key())
            if news is None and pressed is not None:
                news, _ = await first_of(self._news(), self._follow(pressed))
        await self._sound.stop()
        return None if isinstance(news, MoveCall) else news

    # --- what the core says --------------------------------------------------------------------

    async def _news(self) -> Decision | MoveCall:
        while True:
            command = await self._mailbox.get()
            if isinstance(command, Decision | MoveCall):
                return command

    # --- keys ----------------------------------------------------------------------------------

    async def _key(self) -> str:
        """Keep the caller company until they press a key that leads somewhere."""
        pressed, _ = await first_of(self._pressed(), self._keep_company())
        return pressed or ""

    async def _pressed(self) -> str:
        while True:
            key = await self._channel.next_digit()
            if key in self._rules.keys:
                return key

    async def _follow(self, key: str) -> None:
        """Do what a key asks for. Cancelled by the core's decision, like all else here."""
        leads = self._rules.keys.get(key)
        if leads is not None and leads.callback:
            await self._offer_callback()
        elif leads is not None:
            self._leave(key, leads)

    async def _offer_callback(self) -> None:
        if self._call.queue is not None:
            await self._sound.give_way()
            await CallbackOffer(self._wiring, self._call, self._ear(), self._call.queue).run()

    async def _offer_old_place(self) -> Decision | MoveCall | None:
        if self._is_old_place_offered or not self._engine.center.keeps_place_of(self._call.id):
            return None
        self._is_old_place_offered = True
        await self._sound.give_way()
        news, _ = await first_of(
            self._news(), offer_old_place(self._wiring, self._call, self._ear())
        )
        return news

    def _ear(self) -> CallerEar:
        return CallerEar(self._channel, self._language())

    def _leave(self, key: str, leads: KeyExit) -> None:
        self._engine.post(ExitChosen(call=self._call.id, key=key, to=leads.overflow))

    # --- company -------------------------------------------------------------------------------

    async def _keep_company(self) -> Never:
        """Play music, and say what is due; what was being said before is over."""
        await self._sound.hush()
        await asyncio.sleep(self._silent_seconds)
        self._silent_seconds = 0.0
        while True:
            await self._tell_dialplan()
            announcer, rules = self._announcer_now(), self._rules
            said = announcer.next(rules, self._now, self)
            if said is None:
                await self._sound.play_music(self.music)
                await asyncio.sleep(announcer.pause(rules, self._now))
            else:
                await self._say(said, announcer)

    async def _tell_dialplan(self) -> None:
        """Have the dialplan speak the caller's language, which has them if no engine is there."""
        language = self._language()
        if language != self._dialplans_language:
            self._dialplans_language = language
            await self._channel.set_variable(name=LANGUAGE, value=language)

    async def _say(self, said: Announcement, announcer: Announcer) -> None:
        ended: PlaybackEnd | None = None
        media = self._media(said.prompts)
        try:
            if media:
                ended = await self._sound.say(media)
        finally:
            heard = ended is PlaybackEnd.DONE
            announcer.finished(said, self._now, heard=heard)
        if heard and said.promise is not None:
            low, high = said.promise.low, said.promise.high
            call = self._call.id
            self._engine.post(WaitPromised(call=call, low_seconds=low, high_seconds=high))
        elif not media or ended is PlaybackEnd.FAILED:
            self._complain_once(said)

    def place(self) -> int | None:
        """Return the caller's place in the order of service."""
        return self._engine.center.position(self._call.id, self._now)

    def expected(self) -> WaitEstimate | None:
        """Return how much longer the caller will wait."""
        return self._engine.center.estimate(self._call.id, self._now)

    def _announcer_now(self) -> Announcer:
        """Return the announcer of the queue the caller is in; another entry, another announcer."""
        entry = (self._call.queue, self._call.queued_at)
        if self._announcer is None or entry != self._entry:
            self._announcer = Announcer(
                entry[1], self._now, taken_up=self._taken_up, order=f"{self._call.id}{entry[1]}"
            )
            self._entry, self._taken_up = entry, False
        return self._announcer

    def _media(self, prompts: tuple[str, ...]) -> list[str]:
        """Return what Asterisk plays; in the client's own language where there is no other."""
        queue, tenant = self._call.queue, self._wiring.configuration.tenant
        if queue is None or tenant is None:
            return []
        client = client_of(queue)
        known = tenant.clients.get(client)
        languages = (self._language(), "" if known is None else known.language)
        found = self._wiring.configuration.prompts
        media = (found.first_of(client, name, languages) for name in prompts)
        return [one for one in media if one is not None]

    def _language(self) -> str:
        return language_of(self._wiring, self._call, self._call.queue)

    @property
    def music(self) -> str:
        """The class of the music that the caller's queue plays in their language."""
        return self._rules.music_in.get(self._language(), self._rules.music)

    @property
    def _rules(self) -> QueueSettings:
        """Those in force now: a reload holds for who waits."""
        queue = self._call.queue
        plan = self._engine.center.plan
        return RETIRED_QUEUE if queue is None else plan.queues.get(queue, RETIRED_QUEUE)

    @property
    def _now(self) -> Instant:
        return self._engine.clock.now()

    def _complain_once(self, said: Announcement) -> None:
        if not self._unheard:
            self._unheard = True
            log.error("announcement_unheard", call_id=self._call.id, prompts=said.prompts)
