"""A call to us that is not answered yet."""

import asyncio
from contextlib import suppress

from ccengine.phone import sounds
from ccengine.phone.addresses import NameAddress, Uri
from ccengine.phone.calls import LEAVING_SECONDS, Call, Ending, Party, Timeline
from ccengine.phone.dialogs import Dialog, new_tag
from ccengine.phone.errors import CallFailed
from ccengine.phone.messages import Headers, Request, Response, answer_to
from ccengine.phone.transactions import ServerTransaction
from ccengine.phone.user_agent import UserAgent, put_sdp, sdp_in


class IncomingCall:
    """Waits to be rung, answered or declined; nothing but 100 is sent by itself."""

    def __init__(
        self, agent: UserAgent, call: Call, request: Request, transaction: ServerTransaction
    ) -> None:
        """Raises MalformedMessage when the INVITE cannot be answered."""
        self._agent = agent
        self._call = call
        self._request = request
        self._transaction = transaction
        self._tag = new_tag()
        self._dialog = Dialog.of_callee(agent.origin, request, self._tag)
        call.timeline.invited = agent.now()

    @property
    def caller(self) -> NameAddress:
        """Who calls, by the From header: `caller.uri.user` is the number, `caller.name`."""
        return NameAddress.parse(self.headers.get("from") or "")

    @property
    def called(self) -> str:
        """Whom they call: the user of the request URI."""
        return Uri.parse(self._request.uri).user

    def was_opened_by(self, transaction: ServerTransaction | None) -> bool:
        """Tell whether this INVITE is meant."""
        return self._transaction is transaction

    @property
    def headers(self) -> Headers:
        """The headers of the INVITE."""
        return self._request.headers

    def close(self) -> None:
        """Let go of its socket; the other side is not told."""
        self._call.finish(Party.US, 0, "the phone was closed")

    @property
    def timeline(self) -> Timeline:
        """When what happened."""
        return self._call.timeline

    @property
    def ending(self) -> Ending | None:
        """How it ended, None while it has not."""
        return self._call.ending

    def ring(self) -> None:
        """Ring (180)."""
        if self.ending is None and self.timeline.answered is None:
            self._respond(180)
            self.timeline.ringing = self.timeline.ringing or self._agent.now()

    async def answer(
        self,
        *,
        tone_hz: int | None = None,
        sound: sounds.Sound | None = None,
        after_seconds: float = 0.0,
    ) -> Call:
        """Answer, if the caller is still there after that time; CallFailed if not."""
        if after_seconds:
            with suppress(TimeoutError):
                await self.ended(timeout_seconds=after_seconds)
        if self.ending:
            raise CallFailed(self.ending.code, self.ending.reason)
        if self.timeline.answered is None:
            self._accept(sounds.chosen(tone_hz, sound))
        return self._call

    def decline(self, code: int = 486) -> Ending:
        """Refuse: 486 busy, 603 decline, 480 not there, ..."""
        if self.ending is None and self.timeline.answered is None:
            self._respond(code)
        return self._call.finish(Party.US, code, "declined")

    async def ended(self, *, timeout_seconds: float = 60.0) -> Ending:
        """Wait until the caller gives up; TimeoutError when they have not."""
        return await self._call.ended(timeout_seconds=timeout_seconds)

    async def leave(self) -> None:
        """End it in whatever state it is."""
        if self.timeline.answered is None:
            self.decline(480)
        else:
            await self._call.hang_up(timeout_seconds=LEAVING_SECONDS)

    def withdraw(self, cancel: Request) -> None:
        """Take the caller's CANCEL."""
        if self.ending is None and self.timeline.answered is None:
            self._respond(487)
            self._call.finish(Party.THEM, 487, cancel.headers.get("reason") or "cancelled")

    def _accept(self, sound: sounds.Sound) -> None:
        media = self._call.media
        offer = sdp_in(self._request)
        body = media.answer(offer) if offer else media.offer()
        media.play(sound)
        self._call.establish(self._dialog)
        self._respond(200, body)

    def _respond(self, status: int, body: bytes = b"") -> None:
        response: Response = answer_to(self._request, status, to_tag=self._tag)
        response.headers.add("Contact", self._agent.origin.contact)
        if body:
            put_sdp(response, body)
        self._agent.signalling.respond(self._transaction, response, self._on_unacknowledged)

    def _on_unacknowledged(self) -> None:
        if self.timeline.answered is not None and self.ending is None:
            self._agent.start(self._give_up())

    async def _give_up(self) -> None:
        with suppress(asyncio.CancelledError):
            self._call.finish(Party.NETWORK, 0, "the answer was never acknowledged")
            await self._agent.ask_in(self._dialog, self._dialog.request("BYE"))
