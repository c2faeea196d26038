"""SIP transactions over UDP (RFC 3261 17, RFC 6026): repeat until heard, answer repeats alike.

No sockets and no clock: every call takes `now` and gives what happened, `next_deadline()` tells
when to call `advance()`. One `Transactions` serves one socket.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ccengine.phone.addresses import Address, NameAddress, Via
from ccengine.phone.messages import Message, Request, Response, answer_to, call_id, cseq

T1 = 0.5
T2 = 4.0
T4 = 5.0
LIFETIME = 64 * T1

Key = tuple[str, str]


class State(Enum):
    """Where a transaction is; ACCEPTED is an INVITE with a 2xx, which repeats by other rules."""

    TRYING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    OVER = auto()


class Transaction:
    """What both kinds share: a datagram that may have to be repeated, and an end."""

    def __init__(self, request: Request, peer: Address, state: State, dies_at: float) -> None:
        self.request = request
        self.peer = peer
        self.state = state
        self.dies_at = dies_at
        self.repeat_at: float | None = None
        self.datagram: bytes | None = None
        self._interval = T1
        self._longest = T2

    @property
    def is_invite(self) -> bool:
        """Its request is an INVITE."""
        return self.request.method == "INVITE"

    def due(self) -> float:
        """Give the time of its next repetition or its end."""
        return self.dies_at if self.repeat_at is None else min(self.repeat_at, self.dies_at)

    def start_repeating(self, now: float, longest: float) -> None:
        """Repeat the datagram from T1 on, doubling up to `longest` seconds."""
        self._interval, self._longest = T1, longest
        self.repeat_at = now + T1

    def repeated(self, now: float) -> None:
        """Double the pause to the next repetition."""
        self._interval = min(2 * self._interval, self._longest)
        self.repeat_at = now + self._interval

    def move(self, state: State, dies_at: float) -> None:
        """Enter a state in which nothing is repeated."""
        self.state, self.dies_at, self.repeat_at = state, dies_at, None


class ClientTransaction(Transaction):
    """A request of ours."""

    @property
    def is_unanswered(self) -> bool:
        """It has no final answer yet."""
        return self.state in (State.TRYING, State.PROCEEDING)


class ServerTransaction(Transaction):
    """A request of the other side."""

    @property
    def is_unanswered(self) -> bool:
        """It is an INVITE whose final answer nobody acknowledged yet."""
        return self.is_invite and self.repeat_at is not None


@dataclass(frozen=True, slots=True)
class Send:
    """A datagram to be sent."""

    data: bytes
    peer: Address


@dataclass(frozen=True, slots=True)
class Answered:
    """A response to a request of ours."""

    transaction: ClientTransaction
    response: Response


@dataclass(frozen=True, slots=True)
class Asked:
    """A new request; `transaction` is None for an ACK, which is not answered."""

    transaction: ServerTransaction | None
    request: Request


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody answered our request, or acknowledged our 2xx, in 32 seconds."""

    transaction: ClientTransaction | ServerTransaction


@dataclass(frozen=True, slots=True)
class Stray:
    """A response to nothing."""

    response: Response


Happening = Send | Answered | Asked | Unanswered | Stray


class Transactions:
    """All transactions of one socket."""

    def __init__(self) -> None:
        self._clients: dict[Key, ClientTransaction] = {}
        self._servers: dict[Key, ServerTransaction] = {}

    def next_deadline(self) -> float | None:
        """Give the time at which `advance` has something to do."""
        return min((transaction.due() for transaction in self._alive()), default=None)

    def start(self, request: Request, peer: Address, now: float) -> tuple[ClientTransaction, Send]:
        """Send a request of ours, any but ACK, whose top Via has a branch of its own."""
        transaction = ClientTransaction(request, peer, State.TRYING, now + LIFETIME)
        transaction.datagram = request.to_bytes()
        transaction.start_repeating(now, LIFETIME if transaction.is_invite else T2)
        self._clients[_branch(request), request.method] = transaction
        return transaction, Send(transaction.datagram, peer)

    def acknowledge(self, transaction: ClientTransaction, ack: Request, peer: Address) -> Send:
        """Send the ACK of a 2xx; it is sent again whenever the 2xx comes again."""
        transaction.datagram, transaction.peer = ack.to_bytes(), peer
        return Send(transaction.datagram, peer)

    def respond(self, transaction: ServerTransaction, response: Response, now: float) -> Send:
        """Answer a request, perhaps first provisionally."""
        transaction.datagram = response.to_bytes()
        if not response.is_final:
            transaction.state = State.PROCEEDING
        else:
            is_accepted = transaction.is_invite and response.is_success
            transaction.move(State.ACCEPTED if is_accepted else State.COMPLETED, now + LIFETIME)
            if transaction.is_invite:
                transaction.start_repeating(now, T2)
        return Send(transaction.datagram, transaction.peer)

    def limit(self, transaction: ClientTransaction, now: float) -> None:
        """Wait no longer than 32 seconds from now for the answer of an INVITE we cancelled."""
        transaction.dies_at = min(transaction.dies_at, now + LIFETIME)

    def invite_of(self, cancel: Request) -> ServerTransaction | None:
        """Find the INVITE that a CANCEL means."""
        return self._servers.get((_server_id(cancel), "INVITE"))

    def receive(self, message: Message, source: Address, now: float) -> list[Happening]:
        """Take what came in; raises MalformedMessage, and then nothing has changed."""
        if isinstance(message, Response):
            return list(self._receive_response(message, now))
        if message.method == "ACK":
            return list(self._receive_ack(message, now))
        return list(self._receive_request(message, source, now))

    def advance(self, now: float) -> list[Happening]:
        """Do what is due: repeat, give up, forget."""
        happened: list[Happening] = []
        for transaction in self._alive():
            if transaction.dies_at <= now:
                if transaction.is_unanswered:
                    happened.append(Unanswered(transaction))
                transaction.move(State.OVER, math.inf)
            elif transaction.repeat_at is not None and transaction.repeat_at <= now:
                transaction.repeated(now)
                if transaction.datagram is not None:
                    happened.append(Send(transaction.datagram, transaction.peer))
        if happened or any(transaction.state is State.OVER for transaction in self._alive()):
            self._clients = {k: t for k, t in self._clients.items() if t.state is not State.OVER}
            self._servers = {k: t for k, t in self._servers.items() if t.state is not State.OVER}
        return happened

    def _alive(self) -> list[ClientTransaction | ServerTransaction]:
        return [*self._clients.values(), *self._servers.values()]

    def _receive_response(self, response: Response, now: float) -> Iterator[Happening]:
        _, method = cseq(response.headers)
        transaction = self._clients.get((_branch(response), method))
        if transaction is None:
            yield Stray(response)
        elif transaction.is_unanswered:
            self._first_final(transaction, response, now)
            if transaction.is_invite and response.is_failure:
                transaction.datagram = _ack_of_failure(transaction.request, response).to_bytes()
                yield Send(transaction.datagram, transaction.peer)
            yield Answered(transaction, response)
        elif response.is_final and transaction.is_invite and transaction.datagram is not None:
            yield Send(transaction.datagram, transaction.peer)

    def _first_final(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        if not response.is_final:
            transaction.state = State.PROCEEDING
            if transaction.is_invite:  # rings as long as it rings: the caller's script cancels
                transaction.move(State.PROCEEDING, math.inf)
        elif not transaction.is_invite:
            transaction.move(State.COMPLETED, now + T4)
        else:
            state = State.ACCEPTED if response.is_success else State.COMPLETED
            transaction.move(state, now + LIFETIME)
            transaction.datagram = None  # the ACK comes from the dialog, or from us for a failure

    def _receive_ack(self, ack: Request, now: float) -> Iterator[Happening]:
        number, _ = cseq(ack.headers)
        for transaction in self._servers.values():
            same = (call_id(ack.headers), number) == (
                call_id(transaction.request.headers),
                cseq(transaction.request.headers)[0],
            )
            if not (same and transaction.is_invite and transaction.repeat_at is not None):
                continue
            was_accepted = transaction.state is State.ACCEPTED
            transaction.move(transaction.state, now + T4)
            if was_accepted:
                yield Asked(None, ack)
            return

    def _receive_request(
        self, request: Request, source: Address, now: float
    ) -> Iterator[Happening]:
        key = _server_id(request), request.method
        known = self._servers.get(key)
        if known is not None:
            if known.datagram is not None:
                yield Send(known.datagram, known.peer)
            return
        peer = _top_via(request).answer_address(source)
        lives = math.inf if request.method == "INVITE" else now + LIFETIME
        transaction = ServerTransaction(request, peer, State.TRYING, lives)
        if request.method == "INVITE":
            transaction.datagram = answer_to(request, 100).to_bytes()
            yield Send(transaction.datagram, peer)
        self._servers[key] = transaction
        yield Asked(transaction, request)


def _top_via(message: Message) -> Via:
    return Via.parse(next(iter(message.headers.values("via")), ""))


def _branch(message: Message) -> str:
    return _top_via(message).branch


def _server_id(request: Request) -> str:
    """Give what tells one request from another, with a stand-in for RFC 2543's lack of branches."""
    via = _top_via(request)
    tag = NameAddress.parse(request.headers.get("from") or "").tag
    number, _ = cseq(request.headers)
    return f"{via.branch}|{via.host}|{via.port}|{call_id(request.headers)}|{number}|{tag}"


def _ack_of_failure(invite: Request, response: Response) -> Request:
    ack = Request("ACK", invite.uri)
    ack.headers.add("Via", invite.headers.values("via")[0])
    ack.headers.add("Max-Forwards", "70")
    for route in invite.headers.lines("route"):
        ack.headers.add("Route", route)
    ack.headers.add("From", invite.headers.get("from") or "")
    ack.headers.add("To", response.headers.get("to") or "")
    ack.headers.add("Call-ID", call_id(invite.headers))
    ack.headers.add("CSeq", f"{cseq(invite.headers)[0]} ACK")
    return ack
