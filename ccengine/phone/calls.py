"""A call: its sound, its times, and what both sides may do within it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from ccengine.phone import sounds
from ccengine.phone.dialogs import Dialog, contact_of
from ccengine.phone.errors import PhoneError, RequestFailed
from ccengine.phone.heard import Heard, HeardDigit
from ccengine.phone.invitation import invite_and_wait
from ccengine.phone.media import MediaStream
from ccengine.phone.messages import Request, Response, answer_to
from ccengine.phone.requests_within import digit_in, final_status_in, refer_to
from ccengine.phone.sdp import Direction
from ccengine.phone.transactions import ServerTransaction
from ccengine.phone.user_agent import UserAgent, put_sdp, sdp_in

LEAVING_SECONDS = 1.0
"""How long a phone that is closed waits for the other side to take note."""


class Party(StrEnum):
    """Who ended a call."""

    US = "us"
    THEM = "them"
    NETWORK = "network"
    """Nobody: the other side no longer answers."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended.

    `code` is the SIP status that ended it before the answer, 200 for a hang-up after it;
    `reason` is the Reason header (`Q.850;cause=16`) or else the status's text.
    """

    by: Party
    code: int
    reason: str
    at: float


@dataclass(slots=True)
class Timeline:
    """When what happened, in the loop's seconds: two phones of one process can be compared."""

    heard: Heard = field(repr=False)
    invited: float | None = None
    """The INVITE was sent, or had come."""
    trying: float | None = None
    ringing: float | None = None
    early_media: float | None = None
    answered: float | None = None
    ended: float | None = None

    @property
    def first_packet(self) -> float | None:
        """The first packet of sound or silence came."""
        return self.heard.first_packet()

    @property
    def first_audio(self) -> float | None:
        """The first packet came that was not silent."""
        return self.heard.first_audio()


class Call:
    """One call of the phone; before the answer it is held by an OutgoingCall or IncomingCall."""

    def __init__(self, agent: UserAgent, sound: sounds.Sound | None) -> None:
        """Take an RTP port; raises OSError."""
        self.media = MediaStream(agent.origin.host, takes_digits=agent.takes_digits)
        self.media.play(sound)
        self.timeline = Timeline(self.media.heard)
        self.ending: Ending | None = None
        self._agent = agent
        self._dialog: Dialog | None = None
        self._over = asyncio.Event()
        self._speaking: asyncio.Task[None] | None = None
        self._transferred: asyncio.Future[int] | None = None

    @property
    def heard(self) -> Heard:
        """All that was heard so far."""
        return self.media.heard

    @property
    def call_id(self) -> str:
        """The SIP Call-ID, empty before the answer."""
        return self._dialog.call_id if self._dialog else ""

    @property
    def dialog(self) -> Dialog:
        """The dialog of an answered call; PhoneError before the answer."""
        if self._dialog is None:
            message = "the call is not answered"
            raise PhoneError(message)
        return self._dialog

    def establish(self, dialog: Dialog) -> None:
        """Start talking; called by the outgoing or incoming call that was answered."""
        self._dialog = dialog
        self.timeline.answered = self._agent.now()
        self._agent.in_dialog[dialog.key] = self._on_request
        self._speaking = self._agent.start(self.media.speak())

    def finish(self, by: Party, code: int, reason: str) -> Ending:
        """Note the end and stop the sound; only the first end counts."""
        if self.ending is None:
            now = self._agent.now()
            self.ending = Ending(by, code, reason, now)
            self.timeline.ended = now
            if self._speaking:
                self._speaking.cancel()
            if self._transferred and not self._transferred.done():
                self._transferred.set_result(0)
            if self._dialog:
                self._agent.in_dialog.pop(self._dialog.key, None)
            self.media.close()
            self._over.set()
        return self.ending

    def play(self, sound: sounds.Sound | None) -> None:
        """Say something else from now on; None sends no packets at all."""
        self.media.play(sound)

    def play_tone(self, frequency: int) -> None:
        """Say a tone from now on."""
        self.media.play(sounds.Tone(frequency))

    async def send_digits(
        self,
        digits: str,
        *,
        by: Literal["rtp", "info"] = "rtp",
        tone_ms: int = 100,
        gap_ms: int = 100,
    ) -> None:
        """Press digits (0-9 * # A-D) by RFC 4733 or SIP INFO; returns after the last one's pause.

        Raises PhoneError when the other side does not take them.
        """
        if by == "rtp":
            await self.media.send_digits(digits, tone_ms=tone_ms, gap_ms=gap_ms)
            return
        for digit in digits:
            info = self.dialog.request("INFO", [("Content-Type", "application/dtmf-relay")])
            info.body = f"Signal={digit}\r\nDuration={tone_ms}\r\n".encode()
            await self._ask(info)
            await asyncio.sleep((tone_ms + gap_ms) / 1000)

    async def hold(self) -> None:
        """Put the other side on hold by re-INVITE; RequestFailed when refused."""
        await self._offer(Direction.SEND)

    async def resume(self) -> None:
        """Take the other side off hold."""
        await self._offer(Direction.BOTH)

    async def transfer(
        self, target: str, *, consulted: "Call | None" = None, timeout_seconds: float = 30.0
    ) -> int:
        """Send a REFER to a number or sip: URI, attended when there is a `consulted` call.

        Gives the final SIP status that the other side reports for the new call, 0 when the call
        ended without a report. Raises RequestFailed when the REFER is refused, TimeoutError.
        """
        self._transferred = asyncio.get_running_loop().create_future()
        replaces = consulted.dialog.replaces() if consulted else None
        extra = refer_to(self._agent.uri_of(target), replaces, self.dialog.ours)
        async with asyncio.timeout(timeout_seconds):
            await self._ask(self.dialog.request("REFER", extra))
            return await self._transferred

    async def hang_up(self, *, reason: str | None = None, timeout_seconds: float = 2.0) -> Ending:
        """End the call and wait, not longer than given, until the other side has heard of it."""
        if self.ending:
            return self.ending
        bye = self.dialog.request("BYE", [("Reason", reason)] if reason else [])
        ending = self.finish(Party.US, 200, reason or "hung up")
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._agent.ask_in(self.dialog, bye)
        return ending

    async def ended(self, *, timeout_seconds: float = 60.0) -> Ending:
        """Wait for the end; TimeoutError when the call is still up."""
        async with asyncio.timeout(timeout_seconds):
            await self._over.wait()
        return self.finish(Party.NETWORK, 0, "")

    async def _ask(self, request: Request) -> Response:
        response = await self._agent.ask_in(self.dialog, request)
        if response is None or not response.is_success:
            code, reason = (response.status, response.reason) if response else (0, "no answer")
            raise RequestFailed(request.method, code, reason)
        return response

    async def _offer(self, direction: Direction) -> None:
        before, self.media.local_direction = self.media.local_direction, direction
        invite = self.dialog.request("INVITE")
        put_sdp(invite, self.media.offer())
        peer = self._agent.hop_to(self.dialog.next_hop)
        invitation, response = await invite_and_wait(self._agent, invite, peer, self.dialog.numbers)
        if response is None or not response.is_success:
            self.media.local_direction = before
            code, reason = (response.status, response.reason) if response else (0, "no answer")
            raise RequestFailed(invite.method, code, reason)
        self.media.remote = sdp_in(response) or self.media.remote
        self._agent.acknowledge(invitation.transaction, self.dialog, invitation.request)

    def _on_request(self, request: Request, transaction: ServerTransaction | None) -> None:
        if transaction is None:  # the ACK of an answer of ours
            self.media.remote = sdp_in(request) or self.media.remote
        elif not self.dialog.takes(request):
            self._respond(transaction, 500)
        elif request.method == "BYE":
            self._respond(transaction, 200)
            self.finish(Party.THEM, 200, request.headers.get("reason") or "hung up")
        elif request.method in ("INVITE", "UPDATE"):
            self._renegotiate(request, transaction)
        elif request.method in ("INFO", "NOTIFY", "OPTIONS", "MESSAGE"):
            self._respond(transaction, 200)
            self._learn_from(request)
        else:
            self._respond(transaction, 603 if request.method == "REFER" else 405)

    def _renegotiate(self, request: Request, transaction: ServerTransaction) -> None:
        offer = sdp_in(request)
        if request.body.strip() and offer is None:
            self._respond(transaction, 488)
            return
        self.dialog.target = contact_of(request)
        body = b""
        if offer:
            body = self.media.answer(offer)
        elif request.method == "INVITE":
            body = self.media.offer()
        self._respond(transaction, 200, body)

    def _respond(self, transaction: ServerTransaction, status: int, body: bytes = b"") -> None:
        response = answer_to(transaction.request, status)
        response.headers.add("Contact", self._agent.origin.contact)
        if body:
            put_sdp(response, body)
        self._agent.signalling.respond(transaction, response)

    def _learn_from(self, request: Request) -> None:
        digit = digit_in(request)
        if digit:
            self.heard.note_digit(HeardDigit(self._agent.now(), digit))
        status = final_status_in(request)
        if status and self._transferred and not self._transferred.done():
            self._transferred.set_result(status)
