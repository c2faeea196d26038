"""Dialogs: what two phones have agreed on, and the requests that follow from it. No sockets."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from ccengine.phone.addresses import NameAddress, Uri
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Headers, Request, Response, call_id, cseq

METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY, UPDATE, REFER"
USER_AGENT = "ccengine phone"

Key = tuple[str, str]
"""A dialog is found by its Call-ID and our own tag."""


def new_tag() -> str:
    """Make a tag."""
    return secrets.token_hex(8)


def new_branch() -> str:
    """Make a transaction's id."""
    return "z9hG4bK" + secrets.token_hex(10)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where our messages come from; it writes the headers that say so."""

    user: str
    host: str
    port: int

    @property
    def via(self) -> str:
        """A Via with a branch of its own."""
        return f"SIP/2.0/UDP {self._host}:{self.port};rport;branch={new_branch()}"

    @property
    def contact(self) -> str:
        """The Contact at which requests reach us."""
        return f"<sip:{self.user}@{self._host}:{self.port}>"

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def request(self, method: str, uri: str, *, number: int) -> Request:
        """Start a request with a Via, a CSeq and what else every request has."""
        headers = Headers(
            [
                ("Via", self.via),
                ("Max-Forwards", "70"),
                ("CSeq", f"{number} {method}"),
                ("User-Agent", USER_AGENT),
            ]
        )
        if method not in ("ACK", "BYE", "CANCEL"):
            headers.add("Contact", self.contact)
            headers.add("Allow", METHODS)
        return Request(method, uri, headers)

    def again(self, request: Request, *, number: int, header: tuple[str, str]) -> Request:
        """Repeat a request as a new one, with one header more (the credentials)."""
        headers = request.headers.copy()
        headers.put("Via", self.via)
        headers.put("CSeq", f"{number} {request.method}")
        headers.put(*header)
        return Request(request.method, request.uri, headers, request.body)


@dataclass(slots=True)
class Dialog:
    """One side's view of a call's signalling."""

    origin: Origin
    call_id: str
    ours: NameAddress
    theirs: NameAddress
    target: Uri
    route: tuple[str, ...]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    their_number: int = -1

    @classmethod
    def of_caller(
        cls, origin: Origin, invite: Request, response: Response, numbers: Iterator[int]
    ) -> "Dialog":
        """Take up the dialog that a 1xx or 2xx to our INVITE opens; raises MalformedMessage."""
        return cls(
            origin,
            call_id(invite.headers),
            ours=_address(invite.headers, "from"),
            theirs=_address(response.headers, "to"),
            target=contact_of(response),
            route=tuple(reversed(response.headers.values("record-route"))),
            numbers=numbers,
        )

    @classmethod
    def of_callee(cls, origin: Origin, invite: Request, tag: str) -> "Dialog":
        """Take up the dialog that an INVITE to us opens; raises MalformedMessage."""
        return cls(
            origin,
            call_id(invite.headers),
            ours=_address(invite.headers, "to").tagged(tag),
            theirs=_address(invite.headers, "from"),
            target=contact_of(invite),
            route=tuple(invite.headers.values("record-route")),
            their_number=cseq(invite.headers)[0],
        )

    @property
    def key(self) -> Key:
        """How the phone finds it."""
        return self.call_id, self.ours.tag

    def request(
        self, method: str, extra: Iterable[tuple[str, str]] = (), *, number: int | None = None
    ) -> Request:
        """Start a request within the dialog; an ACK takes its INVITE's `number`."""
        number = next(self.numbers) if number is None else number
        uri, route = self.target.text, list(self.route)
        if route and not self._first_hop(route).is_loose_router:
            uri, route = self._first_hop(route).text, [*route[1:], f"<{uri}>"]
        request = self.origin.request(method, uri, number=number)
        for hop in route:
            request.headers.add("Route", hop)
        request.headers.add("From", self.ours.text)
        request.headers.add("To", self.theirs.text)
        request.headers.add("Call-ID", self.call_id)
        for name, value in extra:
            request.headers.add(name, value)
        return request

    @property
    def next_hop(self) -> Uri:
        """To whom its requests are sent."""
        return self._first_hop(list(self.route)) if self.route else self.target

    def takes(self, request: Request) -> bool:
        """Note the number of a request of theirs; tell whether it is newer than the last one."""
        number, _ = cseq(request.headers)
        if number <= self.their_number:
            return False
        self.their_number = number
        return True

    def replaces(self) -> str:
        """Name this dialog to the other side, for the Refer-To of an attended transfer."""
        tags = f";to-tag={self.theirs.tag};from-tag={self.ours.tag}"
        escaped = (self.call_id + tags).replace("%", "%25").replace("@", "%40")
        return escaped.replace(";", "%3B").replace("=", "%3D")

    @staticmethod
    def _first_hop(route: list[str]) -> Uri:
        return NameAddress.parse(route[0]).uri


def contact_of(message: Request | Response) -> Uri:
    """Give the URI at which the sender is reached; raises MalformedMessage without one."""
    contacts = message.headers.values("contact")
    if not contacts:
        problem = "no contact"
        raise MalformedMessage(problem)
    return NameAddress.parse(contacts[0]).uri


def key_of(request: Request) -> Key | None:
    """Give the key of the dialog a request claims to belong to, None when it opens one."""
    tag = _address(request.headers, "to").tag
    return (call_id(request.headers), tag) if tag else None


def _address(headers: Headers, name: str) -> NameAddress:
    return NameAddress.parse(headers.get(name) or "")
