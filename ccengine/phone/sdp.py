"""The part of SDP a phone with one codec needs: offer ulaw and RFC 4733 digits, read the answer."""

import re
from dataclasses import dataclass
from enum import StrEnum

from ccengine.phone.addresses import Address
from ccengine.phone.errors import MalformedMessage

ULAW = 0
DIGITS = 101
_EVENT_MAP = re.compile(r"rtpmap:(\d{1,3}) telephone-event/8000", re.IGNORECASE)
_AUDIO = re.compile(r"audio (\d{1,5})(?:/\d+)? RTP/AVPF? ([\d ]+)")
_LARGEST_PORT = 65535
_NOWHERE = "0.0.0.0"


class Direction(StrEnum):
    """Which way sound flows, as the describing side sees it."""

    BOTH = "sendrecv"
    SEND = "sendonly"
    RECEIVE = "recvonly"
    NONE = "inactive"

    @property
    def answer(self) -> "Direction":
        """The same flow as the other side describes it."""
        return {Direction.SEND: Direction.RECEIVE, Direction.RECEIVE: Direction.SEND}.get(
            self, self
        )

    @property
    def sends(self) -> bool:
        """The describing side sends sound."""
        return self in (Direction.BOTH, Direction.SEND)


@dataclass(frozen=True, slots=True)
class Media:
    """Where and how one side takes sound; `digits` is its telephone-event payload type."""

    host: str
    port: int
    digits: int | None = DIGITS
    direction: Direction = Direction.BOTH
    refused: tuple[str, ...] = ()
    refused_before: int = 0

    @property
    def address(self) -> Address:
        """Where sound for this side goes."""
        return self.host, self.port

    @property
    def takes_sound(self) -> bool:
        """This side wants to hear the other; not so on hold, in any of its three spellings."""
        return bool(self.port) and self.host != _NOWHERE and self.direction.answer.sends

    def to_bytes(self, version: int = 1) -> bytes:
        """Describe it: an offer, or an answer when `refused` repeats the offer's other streams."""
        family = "IP6" if ":" in self.host else "IP4"
        types = f"{ULAW}" if self.digits is None else f"{ULAW} {self.digits}"
        audio = [f"m=audio {self.port} RTP/AVP {types}", "a=rtpmap:0 PCMU/8000"]
        if self.digits is not None:
            audio.append(f"a=rtpmap:{self.digits} telephone-event/8000")
            audio.append(f"a=fmtp:{self.digits} 0-15")
        audio += ["a=ptime:20", f"a={self.direction}"]
        lines = [
            "v=0",
            f"o=- {self.port} {version} IN {family} {self.host}",
            "s=-",
            f"c=IN {family} {self.host}",
            "t=0 0",
            *self.refused[: self.refused_before],
            *audio,
            *self.refused[self.refused_before :],
        ]
        return ("\r\n".join(lines) + "\r\n").encode()


def parse(body: bytes) -> Media:
    """Read an offer or answer; raise MalformedMessage when it holds no ulaw stream."""
    session, *streams = re.split(r"(?m)^(?=m=)", body.decode("utf-8", "replace"))
    for place, stream in enumerate(streams):
        match = _AUDIO.match(stream.removeprefix("m="))
        if match is None or str(ULAW) not in match[2].split():
            continue
        if int(match[1]) > _LARGEST_PORT:
            message = "bad media port"
            raise MalformedMessage(message)
        others = streams[:place] + streams[place + 1 :]
        return Media(
            host=_host(stream) or _host(session) or _NOWHERE,
            port=int(match[1]),
            digits=_digits(stream, match[2].split()),
            direction=_direction(stream) or _direction(session) or Direction.BOTH,
            refused=tuple(_refusal(other) for other in others),
            refused_before=place,
        )
    message = "no ulaw in the SDP"
    raise MalformedMessage(message)


def answer(offer: Media, host: str, port: int) -> Media:
    """Accept an offer as it stands: its digits' number, its direction seen from here."""
    return Media(
        host, port, offer.digits, offer.direction.answer, offer.refused, offer.refused_before
    )


def _host(section: str) -> str | None:
    match = re.search(r"(?m)^c=IN IP[46] ([^\s/]+)", section)
    return match[1] if match else None


def _digits(stream: str, types: list[str]) -> int | None:
    match = _EVENT_MAP.search(stream)
    return int(match[1]) if match and match[1] in types else None


def _direction(section: str) -> Direction | None:
    match = re.search(r"(?m)^a=(sendrecv|sendonly|recvonly|inactive)\s*$", section)
    return Direction(match[1]) if match else None


def _refusal(stream: str) -> str:
    return re.sub(r"^(m=\S+ )\d+", r"\g<1>0", stream.splitlines()[0])
