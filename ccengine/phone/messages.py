"""SIP messages, read and written. No sockets and no clock: bytes in, messages out.

Reading is tolerant (compact names, folded lines, bare line feeds, several values in one line,
unknown headers), because a phone meets all of that. Only what makes an answer impossible is an
error: no start line, or one of Via, From, To, Call-ID and CSeq missing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ccengine.phone.errors import MalformedMessage

_COMPACT_NAMES = {
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}
_REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    405: "Method Not Allowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    500: "Server Internal Error",
    603: "Decline",
}
_FIRST_FINAL = 200
_FIRST_AFTER_SUCCESS = 300
_CHALLENGES = (401, 407)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"[ \t]*\r?\n[ \t]+")
_REQUEST_LINE = re.compile(r"([!-~]+) +(\S+) +SIP/2\.0\s*", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 +([1-6]\d\d)(?: +(.*))?\s*", re.IGNORECASE)
_CSEQ = re.compile(r"(\d{1,10})\s+([!-~]+)")
_TAG = re.compile(r";\s*tag\s*=", re.IGNORECASE)
_LARGEST_CSEQ = 2**32 - 1
_NEEDED = ("via", "from", "to", "call-id", "cseq")


class Headers:
    """Headers in their order; names are looked up without case and with their compact forms."""

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items = list(items)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def get(self, name: str) -> str | None:
        """Give the first value, or None."""
        wanted = _full_name(name)
        return next((value for key, value in self._items if _full_name(key) == wanted), None)

    def lines(self, name: str) -> list[str]:
        """Give the values line by line, for headers whose values contain commas themselves."""
        wanted = _full_name(name)
        return [value for key, value in self._items if _full_name(key) == wanted]

    def values(self, name: str) -> list[str]:
        """Give all values of a header that allows several in one line (Via, Route, Contact)."""
        return [value for line in self.lines(name) for value in split_list(line)]

    def add(self, name: str, value: str) -> None:
        """Append a header."""
        self._items.append((name, value))

    def put(self, name: str, value: str) -> None:
        """Replace a header where it stands, or append it."""
        wanted = _full_name(name)
        kept: list[tuple[str, str]] = []
        placed = False
        for key, old in self._items:
            if _full_name(key) != wanted:
                kept.append((key, old))
            elif not placed:
                kept.append((name, value))
                placed = True
        if not placed:
            kept.append((name, value))
        self._items = kept

    def copy(self) -> "Headers":
        """Give an independent copy."""
        return Headers(self._items)


@dataclass(slots=True)
class Request:
    """A SIP request; `uri` is the request URI as text."""

    method: str
    uri: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def to_bytes(self) -> bytes:
        """Give the message as sent."""
        return _to_bytes(f"{self.method} {self.uri} SIP/2.0", self.headers, self.body)


@dataclass(slots=True)
class Response:
    """A SIP response."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def is_final(self) -> bool:
        """Nothing follows it."""
        return self.status >= _FIRST_FINAL

    @property
    def is_success(self) -> bool:
        """A 2xx."""
        return _FIRST_FINAL <= self.status < _FIRST_AFTER_SUCCESS

    @property
    def is_failure(self) -> bool:
        """A final answer other than success."""
        return self.status >= _FIRST_AFTER_SUCCESS

    @property
    def is_challenge(self) -> bool:
        """The other side wants credentials."""
        return self.status in _CHALLENGES

    def to_bytes(self) -> bytes:
        """Give the message as sent."""
        return _to_bytes(f"SIP/2.0 {self.status} {self.reason}", self.headers, self.body)


Message = Request | Response


def parse(data: bytes) -> Message:
    """Read one datagram; raise MalformedMessage when nothing can be done with it."""
    data = data.lstrip(b"\r\n")
    blank = _BLANK_LINE.search(data)
    head, body = (data[: blank.start()], data[blank.end() :]) if blank else (data, b"")
    lines = _FOLD.sub(" ", head.decode("utf-8", "replace")).replace("\r\n", "\n").split("\n")
    headers = Headers(_header_lines(lines[1:]))
    for name in _NEEDED:
        if name not in headers:
            raise MalformedMessage("no " + name)
    _, method = cseq(headers)
    body = _cut_to_length(body, headers)
    if status := _STATUS_LINE.fullmatch(lines[0]):
        return Response(int(status[1]), (status[2] or "").strip(), headers, body)
    if start := _REQUEST_LINE.fullmatch(lines[0]):
        if start[1] != method:
            message = "CSeq names another method"
            raise MalformedMessage(message)
        return Request(start[1], start[2], headers, body)
    message = "no start line"
    raise MalformedMessage(message)


def cseq(headers: Headers) -> tuple[int, str]:
    """Give the CSeq's number and method."""
    match = _CSEQ.fullmatch(_required(headers, "cseq").strip())
    if match is None or int(match[1]) > _LARGEST_CSEQ:
        message = "bad CSeq"
        raise MalformedMessage(message)
    return int(match[1]), match[2]


def call_id(headers: Headers) -> str:
    """Give the Call-ID."""
    return _required(headers, "call-id").strip()


def answer_to(
    request: Request, status: int, *, to_tag: str | None = None, reason: str | None = None
) -> Response:
    """Start a response: what every response copies from its request."""
    headers = Headers()
    for via in request.headers.values("via"):
        headers.add("Via", via)
    for route in request.headers.lines("record-route"):
        headers.add("Record-Route", route)
    headers.add("From", _required(request.headers, "from"))
    to = _required(request.headers, "to")
    if to_tag and not _TAG.search(to.rpartition(">")[2]):
        to = f"{to};tag={to_tag}"
    headers.add("To", to)
    headers.add("Call-ID", call_id(request.headers))
    headers.add("CSeq", _required(request.headers, "cseq"))
    return Response(status, reason or _REASONS.get(status, "Unknown"), headers)


def split_list(line: str) -> list[str]:
    """Split at the commas that are not in quotes or angle brackets."""
    if "," not in line:
        return [line.strip()] if line.strip() else []
    values: list[str] = []
    start, quoted, depth, escaped = 0, False, 0, False
    for place, letter in enumerate(line):
        if escaped:
            escaped = False
        elif letter == "\\" and quoted:
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter == "<") - (letter == ">")
            if letter == "," and depth <= 0:
                values.append(line[start:place])
                start = place + 1
    values.append(line[start:])
    return [value.strip() for value in values if value.strip()]


def _required(headers: Headers, name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise MalformedMessage("no " + name)
    return value


def _full_name(name: str) -> str:
    name = name.lower()
    return _COMPACT_NAMES.get(name, name)


def _header_lines(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and name.strip():
            yield name.strip(), value.strip()


def _cut_to_length(body: bytes, headers: Headers) -> bytes:
    length = headers.get("content-length")
    if length is None:
        return body
    if not (length.isascii() and length.isdigit()) or int(length) > len(body):
        message = "bad Content-Length"
        raise MalformedMessage(message)
    return body[: int(length)]


def _to_bytes(start: str, headers: Headers, body: bytes) -> bytes:
    lines = [start]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
