"""A call of ours that is not answered yet."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import count

from ccengine.phone.addresses import NameAddress, Uri
from ccengine.phone.calls import LEAVING_SECONDS, Call, Ending, Party, Timeline
from ccengine.phone.dialogs import Dialog, new_tag
from ccengine.phone.errors import CallFailed
from ccengine.phone.heard import Heard
from ccengine.phone.invitation import Invitation
from ccengine.phone.messages import Request, Response
from ccengine.phone.user_agent import UserAgent, put_sdp, sdp_in

_RINGING = 180
_TRYING = 100


class OutgoingCall:
    """Rings the other side from the start; becomes a Call by the answer."""

    def __init__(
        self,
        agent: UserAgent,
        call: Call,
        target: Uri,
        *,
        caller: NameAddress,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._agent = agent
        self._call = call
        self._numbers = count(1)
        self._changed = asyncio.Event()
        self._is_cancelled = False
        call.timeline.invited = agent.now()
        self._invitation = Invitation(
            agent,
            self._invite(target, caller, headers),
            agent.hop_to(target),
            self._numbers,
            self._on_response,
        )

    def close(self) -> None:
        """Let go of its socket; the other side is not told."""
        self._call.finish(Party.US, 0, "the phone was closed")

    @property
    def timeline(self) -> Timeline:
        """When what happened."""
        return self._call.timeline

    @property
    def heard(self) -> Heard:
        """What was heard, before the answer too (early media)."""
        return self._call.heard

    @property
    def ending(self) -> Ending | None:
        """How it ended, None while it has not."""
        return self._call.ending

    async def ringing(self, *, timeout_seconds: float = 10.0) -> float:
        """Wait until the other side rings; gives the time. Raises CallFailed, TimeoutError."""
        await self._until(lambda: self._rang() is not None, timeout_seconds)
        rang = self._rang()
        if rang is None:
            raise self._failure()
        return rang

    async def answered(self, *, timeout_seconds: float = 30.0) -> Call:
        """Wait for the answer; raises CallFailed, or TimeoutError after cancelling the call."""
        try:
            await self._until(lambda: self.timeline.answered is not None, timeout_seconds)
        except TimeoutError:
            await self.cancel()
            raise
        if self.timeline.answered is None:
            raise self._failure()
        return self._call

    async def cancel(self, *, timeout_seconds: float = 2.0) -> Ending:
        """Give up, whatever the state, and wait not longer than given for the other side."""
        if self.ending or self.timeline.answered is not None:
            return await self._call.hang_up(timeout_seconds=timeout_seconds)
        if not self._is_cancelled:
            self._is_cancelled = True
            if self._was_heard():  # a CANCEL must not overtake the INVITE
                self._agent.cancel(self._invitation.transaction)
        try:
            await self._until(lambda: False, timeout_seconds)
        except TimeoutError:
            self._call.finish(Party.US, 0, "cancelled, and no answer to that")
        return self._call.finish(Party.US, 0, "cancelled")

    async def leave(self) -> None:
        """End it in whatever state it is."""
        await self.cancel(timeout_seconds=LEAVING_SECONDS)

    def _invite(
        self, target: Uri, caller: NameAddress, headers: Iterable[tuple[str, str]]
    ) -> Request:
        invite = self._agent.origin.request("INVITE", target.text, number=next(self._numbers))
        invite.headers.add("From", caller.tagged(new_tag()).text)
        invite.headers.add("To", NameAddress(target).text)
        invite.headers.add("Call-ID", f"{new_tag()}@{self._agent.origin.host}")
        for name, value in headers:
            invite.headers.add(name, value)
        put_sdp(invite, self._call.media.offer())
        return invite

    def _on_response(self, response: Response | None) -> None:
        if response is None:
            self._call.finish(Party.NETWORK, 0, "no answer to the INVITE")
        elif response.is_success:
            self._accept(response)
        elif response.is_final:
            by = Party.US if self._is_cancelled else Party.THEM
            reason = response.headers.get("reason") or response.reason
            self._call.finish(by, response.status, reason)
        else:
            self._progress(response)
        self._changed.set()

    def _progress(self, response: Response) -> None:
        was_heard, now = self._was_heard(), self._agent.now()
        if self.timeline.trying is None:
            self.timeline.trying = now
        if response.status == _RINGING and self.timeline.ringing is None:
            self.timeline.ringing = now
        if response.status > _TRYING and (media := sdp_in(response)):
            self._call.media.remote = media
            self.timeline.early_media = self.timeline.early_media or now
        if self._is_cancelled and not was_heard:
            self._agent.cancel(self._invitation.transaction)

    def _accept(self, response: Response) -> None:
        invite = self._invitation.request
        dialog = Dialog.of_caller(self._agent.origin, invite, response, self._numbers)
        self._agent.acknowledge(self._invitation.transaction, dialog, invite)
        if self._call.ending:  # cancelled too late, and nobody waits for it any more
            self._agent.start(self._refuse(dialog))
            return
        self._call.media.remote = sdp_in(response) or self._call.media.remote
        self._call.establish(dialog)
        if self._is_cancelled:
            self._agent.start(self._hang_up())

    async def _refuse(self, dialog: Dialog) -> None:
        await self._agent.ask_in(dialog, dialog.request("BYE"))

    async def _hang_up(self) -> None:
        await self._call.hang_up()
        self._changed.set()

    async def _until(self, reached: Callable[[], bool], timeout_seconds: float) -> None:
        async with asyncio.timeout(timeout_seconds):
            while not reached() and self.ending is None:
                self._changed.clear()
                await self._changed.wait()

    def _rang(self) -> float | None:
        return self.timeline.ringing or self.timeline.early_media or self.timeline.answered

    def _was_heard(self) -> bool:
        return self.timeline.trying is not None

    def _failure(self) -> CallFailed:
        ending = self.ending
        return CallFailed(ending.code, ending.reason) if ending else CallFailed(0, "not over")
