"""What registration and calls share: an account, its signalling, and answers to challenges."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from ccengine.phone.addresses import DEFAULT_PORT, Address, NameAddress, Uri
from ccengine.phone.dialogs import Dialog, Key, Origin
from ccengine.phone.digest import Credentials, challenge_in
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Request, Response, call_id, cseq
from ccengine.phone.sdp import Media, parse
from ccengine.phone.signalling import Signalling
from ccengine.phone.transactions import ClientTransaction, ServerTransaction

_TRIES = 3
_USER_MARKS = "-_.!~*'()&=+$,;?/"  # what RFC 3261 lets stand in the user part


@dataclass(frozen=True, slots=True)
class Account:
    """Who the phone is. `host` (an IP address) and `port` take its requests.

    Without a password it answers no challenge: a trunk known by its address, or two phones
    that call each other without any server.
    """

    user: str
    password: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    display_name: str = ""

    @property
    def address(self) -> Address:
        """Where requests go."""
        return self.host, self.port

    @property
    def identity(self) -> NameAddress:
        """Our own address as others see it."""
        return NameAddress(Uri(self.user, self.host, self.port), self.display_name)


class UserAgent:
    """One phone's account on its socket; knows which dialog's owner a request is for."""

    def __init__(
        self,
        account: Account,
        signalling: Signalling,
        start: Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"],
    ) -> None:
        """`start` runs a coroutine as a task of the phone."""
        self.account = account
        self.signalling = signalling
        self.start = start
        self.origin = Origin(account.user, *signalling.local)
        self.takes_digits = True  #: no: its own calls offer no RFC 4733
        self.in_dialog: dict[Key, Callable[[Request, ServerTransaction | None], None]] = {}
        self._loop = asyncio.get_running_loop()

    def now(self) -> float:
        """Give the loop's time."""
        return self._loop.time()

    def uri_of(self, target: str) -> str:
        """Give the URI of a number at the account's server; a sip: URI stays what it is."""
        if target.startswith(("sip:", "sips:")):
            return target
        return Uri(quote(target, safe=_USER_MARKS), *self.account.address).text

    def hop_to(self, target: Uri) -> Address:
        """Give where requests go: to the URI's IP address, else to the account's server."""
        try:
            ip_address(target.address[0])
        except ValueError:
            return self.account.address
        return target.address

    async def ask(self, request: Request, peer: Address, numbers: Iterator[int]) -> Response | None:
        """Send a request other than INVITE, with credentials when asked; at most 32 s each."""
        response: Response | None = None
        for _ in range(_TRIES):
            response = await self.signalling.ask(request, peer)
            again = self.with_credentials(request, response, numbers)
            if again is None:
                return response
            request = again
        return response

    async def ask_in(self, dialog: Dialog, request: Request) -> Response | None:
        """Send a request within a dialog."""
        return await self.ask(request, self.hop_to(dialog.next_hop), dialog.numbers)

    def with_credentials(
        self, request: Request, response: Response | None, numbers: Iterator[int]
    ) -> Request | None:
        """Give the request to repeat after a challenge, None when there is nothing to repeat."""
        if response is None or not response.is_challenge or not self.account.password:
            return None
        challenge = challenge_in(response)
        is_refused = challenge is not None and challenge.header in request.headers
        if challenge is None or (is_refused and not challenge.stale):
            return None
        credentials = Credentials(self.account.user, self.account.password)
        value = credentials.answer(challenge, request.method, request.uri)
        return self.origin.again(request, number=next(numbers), header=(challenge.header, value))

    def acknowledge(
        self, transaction: ClientTransaction, dialog: Dialog, invite: Request, body: bytes = b""
    ) -> None:
        """Send the ACK for the 2xx to an INVITE of ours, with the credentials of the INVITE."""
        ack = dialog.request("ACK", number=cseq(invite.headers)[0])
        for name in ("Authorization", "Proxy-Authorization"):
            for value in invite.headers.lines(name):
                ack.headers.add(name, value)
        if body:
            put_sdp(ack, body)
        self.signalling.acknowledge(transaction, ack, self.hop_to(dialog.next_hop))

    def cancel(self, transaction: ClientTransaction) -> None:
        """Send the CANCEL for an INVITE of ours, which has had a provisional answer."""
        invite = transaction.request
        cancel = Request("CANCEL", invite.uri)
        cancel.headers.add("Via", invite.headers.values("via")[0])
        cancel.headers.add("Max-Forwards", "70")
        for name in ("Route", "From", "To"):
            for value in invite.headers.lines(name):
                cancel.headers.add(name, value)
        cancel.headers.add("Call-ID", call_id(invite.headers))
        cancel.headers.add("CSeq", f"{cseq(invite.headers)[0]} CANCEL")
        self.signalling.start(cancel, transaction.peer, lambda _response: None)
        self.signalling.limit(transaction)


def put_sdp(message: Request | Response, body: bytes) -> None:
    """Put a session description into a message."""
    message.headers.put("Content-Type", "application/sdp")
    message.body = body


def sdp_in(message: Request | Response) -> Media | None:
    """Give the session description of a message, None when it has none we can use."""
    if not message.body.strip():
        return None
    with suppress(MalformedMessage):
        return parse(message.body)
    return None
