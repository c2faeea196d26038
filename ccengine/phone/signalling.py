"""A phone's SIP socket and its transactions: one task reads, repeats and gives up."""

import asyncio
import math
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ccengine.phone.addresses import Address
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Message, Request, Response, call_id, cseq, parse
from ccengine.phone.transactions import (
    Answered,
    Asked,
    ClientTransaction,
    Happening,
    Send,
    ServerTransaction,
    Stray,
    Transactions,
    Unanswered,
)
from ccengine.phone.udp import UdpSocket

OnResponse = Callable[[Response | None], None]
"""Takes each response to a request, and None when nobody answered in 32 seconds."""

OnRequest = Callable[[Request, ServerTransaction | None], None]
"""Takes each new request; an ACK comes without a transaction."""

_WAITING_DATAGRAMS = 2_000
_TRACED_MESSAGES = 500


class Traced(NamedTuple):
    """A message that went over the wire; `at` is the loop's time."""

    at: float
    is_ours: bool
    message: Message

    @property
    def text(self) -> str:
        """One line about it."""
        start = (
            f"{self.message.method} {self.message.uri}"
            if isinstance(self.message, Request)
            else f"{self.message.status} {self.message.reason}"
        )
        number, method = cseq(self.message.headers)
        arrow = "->" if self.is_ours else "<-"
        return f"{self.at:.3f} {arrow} {start} ({number} {method}, {call_id(self.message.headers)})"


class Signalling:
    """Sends and receives SIP for one phone. `run()` has to run for anything to arrive."""

    def __init__(self, local: Address, on_request: OnRequest) -> None:
        """Bind the socket; raises OSError."""
        self.counts: Counter[str] = Counter()
        """What was ignored: malformed, stray, overflow."""
        self.trace: deque[Traced] = deque(maxlen=_TRACED_MESSAGES)
        self._on_request = on_request
        self._transactions = Transactions()
        self._expecting: WeakKeyDictionary[ClientTransaction, OnResponse] = WeakKeyDictionary()
        self._unacknowledged: WeakKeyDictionary[ServerTransaction, Callable[[], None]] = (
            WeakKeyDictionary()
        )
        self._loop = asyncio.get_running_loop()
        self._arrived: deque[tuple[bytes, Address, float]] = deque()
        self._wake = asyncio.Event()
        self._socket = UdpSocket(local, self._receive)

    @property
    def local(self) -> Address:
        """Where it is bound."""
        return self._socket.local

    async def run(self) -> None:
        """Serve until cancelled. Only a mistake of this package ends it with an error."""
        while True:
            deadline = self._transactions.next_deadline()
            try:
                async with asyncio.timeout_at(None if deadline == math.inf else deadline):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            while self._arrived:
                self._take(*self._arrived.popleft())
            self._deliver(self._transactions.advance(self._loop.time()))

    def start(self, request: Request, peer: Address, on_response: OnResponse) -> ClientTransaction:
        """Send a request."""
        transaction, send = self._transactions.start(request, peer, self._loop.time())
        self._expecting[transaction] = on_response
        self._note(request, is_ours=True)
        self._deliver([send])
        self._wake.set()
        return transaction

    async def ask(self, request: Request, peer: Address) -> Response | None:
        """Send a request other than INVITE and wait for its final response, at most 32 s."""
        answered: asyncio.Future[Response | None] = self._loop.create_future()

        def on_response(response: Response | None) -> None:
            if (response is None or response.is_final) and not answered.done():
                answered.set_result(response)

        self.start(request, peer, on_response)
        return await answered

    def acknowledge(self, transaction: ClientTransaction, ack: Request, peer: Address) -> None:
        """Send the ACK of a 2xx."""
        self._note(ack, is_ours=True)
        self._deliver([self._transactions.acknowledge(transaction, ack, peer)])

    def limit(self, transaction: ClientTransaction) -> None:
        """Give a cancelled INVITE 32 seconds to end."""
        self._transactions.limit(transaction, self._loop.time())
        self._wake.set()

    def respond(
        self,
        transaction: ServerTransaction,
        response: Response,
        on_unacknowledged: Callable[[], None] | None = None,
    ) -> None:
        """Answer a request; the callback comes when a final answer to an INVITE gets no ACK."""
        self._note(response, is_ours=True)
        if on_unacknowledged:
            self._unacknowledged[transaction] = on_unacknowledged
        self._deliver([self._transactions.respond(transaction, response, self._loop.time())])
        self._wake.set()

    def invite_of(self, cancel: Request) -> ServerTransaction | None:
        """Find the INVITE that a CANCEL means."""
        return self._transactions.invite_of(cancel)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _receive(self, data: bytes, source: Address) -> None:
        if len(self._arrived) >= _WAITING_DATAGRAMS:
            self.counts["overflow"] += 1
            return
        self._arrived.append((data, source, self._loop.time()))
        self._wake.set()

    def _take(self, data: bytes, source: Address, arrived: float) -> None:
        if not data.strip(b"\r\n\0"):
            return  # a keep-alive
        try:
            message = parse(data)
            self._note(message, is_ours=False)
            self._deliver(self._transactions.receive(message, source, arrived))
        except MalformedMessage:
            self.counts["malformed"] += 1

    def _deliver(self, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            match happening:
                case Send(data, peer):
                    self._socket.send(data, peer)
                case Answered(transaction, response):
                    self._hand_over(transaction, response)
                case Asked(transaction, request):
                    self._on_request(request, transaction)
                case Unanswered(transaction):
                    self._give_up(transaction)
                case Stray():
                    self.counts["stray"] += 1

    def _hand_over(self, transaction: ClientTransaction, response: Response) -> None:
        on_response = self._expecting.get(transaction)
        if response.is_final:
            self._expecting.pop(transaction, None)
        if on_response:
            on_response(response)

    def _give_up(self, transaction: ClientTransaction | ServerTransaction) -> None:
        if isinstance(transaction, ClientTransaction):
            on_response = self._expecting.pop(transaction, None)
            if on_response:
                on_response(None)
        else:
            on_unacknowledged = self._unacknowledged.pop(transaction, None)
            if on_unacknowledged:
                on_unacknowledged()

    def _note(self, message: Message, *, is_ours: bool) -> None:
        self.trace.append(Traced(self._loop.time(), is_ours, message))
