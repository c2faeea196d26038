"""The engine's requests to Asterisk, read off the wire: each frame of its websocket, each of HTTP.

Counted here and not by the engine, so that a request nobody thought of counts, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from tests.benchmarks.inbound.capture import TCP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.benchmarks.inbound.capture import Packet

CALL: Final = re.compile(r"\bbench-\d+[-.]\d+")  # unique ids begin with the node's name
HTTP: Final = re.compile(rb"(GET|POST|PUT|DELETE) /ari/(\S+) HTTP/1\.[01]\r\n")
CALLER: Final = re.compile(r"\b(7\d{5,})\b")
HEADER_END: Final = b"\r\n\r\n"
TEXT, CONTINUED = 1, 0
MASKED: Final = 0x80
ORIGINATE: Final = "POST channels"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, for a call or for none."""

    at: float
    name: str  #: method and path, ids left out
    call: str  #: empty when it is about no call
    caller: str  #: the caller's number where the request has it


class Broken(Exception):
    """Packets are missing: what follows could not be told apart."""


@dataclass(slots=True)
class _Stream:
    """One connection's bytes from the engine."""

    expected: int | None = None
    websocket: bool = False
    rest: bytes = b""
    text: bytes = field(default=b"")

    def add(self, packet: Packet) -> Iterator[Request]:
        if not packet.content:
            return
        if self.expected is not None and packet.sequence != self.expected:
            if _is_before(packet.sequence, self.expected):
                return  # sent twice
            raise Broken
        self.expected = (packet.sequence + len(packet.content)) & 0xFFFFFFFF
        if self.websocket:
            self.rest += packet.content
            yield from self._frames(packet.at)
        elif (start := HTTP.match(packet.content)) is not None:
            if start[2].startswith(b"events?"):
                self.websocket = True
                self.rest = packet.content.partition(HEADER_END)[2]
            else:
                yield _request(packet.at, start[1].decode(), start[2].decode(), "")

    def _frames(self, at: float) -> Iterator[Request]:
        while (frame := _frame(self.rest)) is not None:
            kind, content, used = frame
            self.rest = self.rest[used:]
            if kind & 0x0F not in (TEXT, CONTINUED):
                continue
            self.text += content
            if kind & 0x80:
                asked, self.text = orjson.loads(self.text), b""
                if asked.get("type") == "RESTRequest":
                    more = [asked.get("query_strings"), asked.get("message_body")]
                    words = orjson.dumps(more).decode()
                    yield _request(at, asked["method"], asked["uri"], words)


class Requests:
    """All connections to Asterisk's HTTP port."""

    def __init__(self) -> None:
        self._streams: dict[int, _Stream] = {}

    def read(self, packets: Iterable[Packet]) -> list[Request]:
        """Take in packets from the connections' beginning on; return the requests in them."""
        return [
            request
            for packet in packets
            if packet.protocol == TCP
            for request in self._streams.setdefault(packet.source, _Stream()).add(packet)
        ]


def _frame(raw: bytes) -> tuple[int, bytes, int] | None:
    """Return the first frame's kind, content and length; None if it is not complete."""
    if len(raw) < 2:
        return None
    length, begin = raw[1] & 0x7F, 2
    if length >= 126:
        begin = 4 if length == 126 else 10
        length = int.from_bytes(raw[2:begin], "big")
    mask = b""
    if raw[1] & MASKED:
        mask, begin = raw[begin : begin + 4], begin + 4
    end = begin + length
    if len(raw) < end:
        return None
    content = raw[begin:end]
    if mask:
        pattern = (mask * (length // 4 + 1))[:length]
        mixed = int.from_bytes(content, "big") ^ int.from_bytes(pattern, "big")
        content = mixed.to_bytes(length, "big")
    return raw[0], content, end


def _is_before(sequence: int, expected: int) -> bool:
    return (expected - sequence) & 0xFFFFFFFF < 1 << 31


def _request(at: float, method: str, uri: str, more: str) -> Request:
    path, _, query = uri.removeprefix("/").removeprefix("ari/").partition("?")
    about = CALL.search(f"{path} {query} {more}")
    parts = path.split("/")
    name = "/".join(part for i, part in enumerate(parts) if i != 1)
    caller = CALLER.search(f"{query} {more}") if name == "channels" else None
    return Request(
        at,
        f"{method} {name}",
        about[0].replace(".", "-") if about else "",
        caller[1] if caller else "",
    )
