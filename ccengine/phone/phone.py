"""The phone: what a script holds in its hand."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from ccengine.phone import sounds
from ccengine.phone.addresses import Address, NameAddress, Uri
from ccengine.phone.calls import Call
from ccengine.phone.dialogs import METHODS, key_of, new_tag
from ccengine.phone.errors import MalformedMessage, RegistrationFailed
from ccengine.phone.incoming import IncomingCall
from ccengine.phone.messages import Request, answer_to
from ccengine.phone.outgoing import OutgoingCall
from ccengine.phone.registration import Registration
from ccengine.phone.signalling import Signalling
from ccengine.phone.transactions import ServerTransaction
from ccengine.phone.user_agent import Account, UserAgent, sdp_in

_LEAVING_SECONDS = 3.0


class Phone:
    """A SIP phone with one account, for `async with`; any number of calls at once.

    At the end of the block it hangs up, unregisters and stops all it started.
    """

    def __init__(self, account: Account, *, local: Address = ("127.0.0.1", 0)) -> None:
        """`local` is an address the other side can reach; port 0 takes any free one."""
        self.account = account
        self.incoming_calls: list[IncomingCall] = []
        """Every call that ever came in, in order."""
        self.outgoing_calls: list[OutgoingCall] = []
        """Every call that was ever dialled, in order."""
        self._local = local
        self._tasks = asyncio.TaskGroup()
        self._started: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.Queue[IncomingCall] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._signalling = Signalling(self._local, self._on_request)
        self._agent = UserAgent(self.account, self._signalling, self._start)
        self._registration = Registration(self._agent)
        self._serving = self._start(self._signalling.run())
        self._keeping: asyncio.Task[None] | None = None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not self._serving.done():
                await self._leave()
        finally:
            for task in self._started:
                task.cancel()
            for outgoing in self.outgoing_calls:
                outgoing.close()
            for incoming in self.incoming_calls:
                incoming.close()
            self._signalling.close()
            is_cancelled = isinstance(error, asyncio.CancelledError)
            await self._tasks.__aexit__(*((kind, error, trace) if is_cancelled else (None,) * 3))

    @property
    def address(self) -> Address:
        """Where the phone's SIP socket is."""
        return self._signalling.local

    def press_in_sound(self) -> None:
        """Offer no RFC 4733 in calls from now on: keys are tones in the sound, as of old lines."""
        self._agent.takes_digits = False

    @property
    def is_registered(self) -> bool:
        """The last REGISTER succeeded."""
        return self._registration.is_registered

    @property
    def counts(self) -> Counter[str]:
        """What was ignored: malformed and stray messages, overflow."""
        return self._signalling.counts

    def story(self) -> str:
        """Give the SIP messages so far, a line each, without any secret."""
        return "\n".join(traced.text for traced in self._signalling.trace)

    async def register(self, *, expires_seconds: int = 300, timeout_seconds: float = 5.0) -> None:
        """Register and keep registered; raises RegistrationFailed."""
        await self._registration.register(expires_seconds, timeout_seconds)
        if self._keeping is None or self._keeping.done():
            self._keeping = self._start(self._registration.keep())

    async def unregister(self, *, timeout_seconds: float = 5.0) -> None:
        """Unregister; raises RegistrationFailed."""
        await self._registration.unregister(timeout_seconds)

    def lose_power(self) -> None:
        """Say nothing from now on, whatever comes; the socket stays, so nobody is told."""
        for task in self._started:
            task.cancel()

    async def dial(
        self,
        target: str,
        *,
        tone_hz: int | None = None,
        sound: sounds.Sound | None = None,
        caller_id: str | None = None,
        caller_name: str = "",
        headers: Iterable[tuple[str, str]] = (),
    ) -> OutgoingCall:
        """Start a call to a number of the account's server, or to any sip: URI.

        `tone_hz` or `sound` is what we say once answered, silence without. `caller_id` is the
        user in the From header instead of the account's, `caller_name` the name before it.
        Raises OSError without a free port.
        """
        caller = self.account.identity
        if caller_id is not None:
            caller = NameAddress(Uri.parse(self._agent.uri_of(caller_id)), caller_name)
        call = Call(self._agent, sounds.chosen(tone_hz, sound))
        uri = Uri.parse(self._agent.uri_of(target))
        outgoing = OutgoingCall(self._agent, call, uri, caller=caller, headers=headers)
        self.outgoing_calls.append(outgoing)
        return outgoing

    async def call(
        self,
        target: str,
        *,
        tone_hz: int | None = None,
        sound: sounds.Sound | None = None,
        caller_id: str | None = None,
        caller_name: str = "",
        headers: Iterable[tuple[str, str]] = (),
        timeout_seconds: float = 30.0,
    ) -> Call:
        """Call and wait for the answer; raises CallFailed, or TimeoutError after cancelling."""
        outgoing = await self.dial(
            target,
            tone_hz=tone_hz,
            sound=sound,
            caller_id=caller_id,
            caller_name=caller_name,
            headers=headers,
        )
        return await outgoing.answered(timeout_seconds=timeout_seconds)

    async def incoming(self, *, timeout_seconds: float = 10.0) -> IncomingCall:
        """Wait for the next call to us whose caller is still there; TimeoutError without one."""
        async with asyncio.timeout(timeout_seconds):
            while True:
                call = await self._waiting.get()
                if call.ending is None:
                    return call

    async def _leave(self) -> None:
        with suppress(TimeoutError, RegistrationFailed):
            async with asyncio.timeout(_LEAVING_SECONDS):
                async with asyncio.TaskGroup() as leaving:
                    for outgoing in self.outgoing_calls:
                        leaving.create_task(outgoing.leave())
                    for incoming in self.incoming_calls:
                        leaving.create_task(incoming.leave())
                if self.is_registered:
                    await self.unregister()

    def _on_request(self, request: Request, transaction: ServerTransaction | None) -> None:
        key = key_of(request)
        owner = self._agent.in_dialog.get(key) if key else None
        if owner:
            owner(request, transaction)
        elif transaction is None:
            self.counts["stray"] += 1
        elif request.method == "CANCEL":
            self._cancelled(request, transaction)
        elif key:
            self._respond(transaction, 481)
        elif request.method == "INVITE":
            self._invited(request, transaction)
        else:
            self._respond(transaction, 200 if request.method in ("OPTIONS", "NOTIFY") else 405)

    def _invited(self, request: Request, transaction: ServerTransaction) -> None:
        if request.body.strip() and sdp_in(request) is None:
            self._respond(transaction, 488)
            return
        call = Call(self._agent, None)
        try:
            incoming = IncomingCall(self._agent, call, request, transaction)
        except MalformedMessage:
            call.media.close()
            self._respond(transaction, 400)
            raise
        self.incoming_calls.append(incoming)
        self._waiting.put_nowait(incoming)

    def _cancelled(self, cancel: Request, transaction: ServerTransaction) -> None:
        invite = self._signalling.invite_of(cancel)
        for incoming in reversed(self.incoming_calls):
            if incoming.was_opened_by(invite):
                self._respond(transaction, 200)
                incoming.withdraw(cancel)
                return
        self._respond(transaction, 481)

    def _respond(self, transaction: ServerTransaction, status: int) -> None:
        response = answer_to(transaction.request, status, to_tag=new_tag())
        response.headers.add("Allow", METHODS)
        self._signalling.respond(transaction, response)

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = self._tasks.create_task(coroutine)
        self._started.add(task)
        task.add_done_callback(self._started.discard)
        return task
