"""What the packets say about calls: who was rung when, who heard whom, who was rung twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.benchmarks.inbound.capture import UDP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.benchmarks.inbound.capture import Packet
    from tests.benchmarks.inbound.ground import Ports

START: Final = re.compile(rb"(?:SIP/2\.0 (\d{3})|([A-Z]+) sips?:(?:([^@;>\s]+)@)?)")
CALL_ID: Final = re.compile(rb"\r\nCall-ID: *([^\r]+)", re.IGNORECASE)
FROM: Final = re.compile(rb"\r\nFrom:[^\r]*?sip:([^@>;]+)@", re.IGNORECASE)
TO_TAG: Final = re.compile(rb"\r\nTo:[^\r]*;tag=", re.IGNORECASE)
METHOD: Final = re.compile(rb"\r\nCSeq: *\d+ +([A-Z]+)", re.IGNORECASE)
SOUND_PORT: Final = re.compile(rb"\r\nm=audio (\d+) ")


@dataclass(slots=True)
class Leg:
    """An agent's phone rung for a call."""

    agent: str
    rung_at: float
    answered_at: float | None = None
    ended_at: float | None = None
    heard: int = 0  #: marked packets of the caller's that reached the phone


@dataclass(slots=True)
class SeenCall:
    """One call, as it went over the wire."""

    number: str  #: the caller's
    called_at: float
    answered_at: float | None = None
    heard: int = 0  #: marked packets of the agent's that reached the caller
    legs: list[Leg] = field(default_factory=list)

    @property
    def rung_after(self) -> float | None:
        """Seconds from the caller's INVITE to the first agent's."""
        return self.legs[0].rung_at - self.called_at if self.legs else None

    @property
    def bridged(self) -> bool:
        """Sound went both ways: each heard the other."""
        return self.heard > 0 and any(leg.heard for leg in self.legs)


class Wire:
    """Reads a run's SIP and marked sound, packet by packet."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._calls: dict[bytes, SeenCall] = {}  # by Call-ID of the caller's dialog
        self._by_number: dict[str, SeenCall] = {}
        self._legs: dict[bytes, Leg] = {}  # by Call-ID of the phone's dialog
        self._sound: dict[tuple[int, int], SeenCall | Leg] = {}  # by both ports

    @property
    def calls(self) -> list[SeenCall]:
        """All calls, in the order they came."""
        return list(self._calls.values())

    def read(self, packets: Iterable[Packet]) -> None:
        """Take in packets in the order they were sent."""
        ports = self._ports
        for packet in packets:
            if packet.protocol != UDP:
                continue
            if packet.target in (ports.callers_sound, ports.phones_sound):
                heard = self._sound.get((packet.source, packet.target))
                if heard is not None:
                    heard.heard += 1
            elif not {ports.callers, ports.others}.isdisjoint((packet.source, packet.target)):
                self._read_caller(packet)
            else:
                self._read_phone(packet)

    def rung_twice(self) -> int:
        """Count how often a phone was rung that rang or talked already."""
        by_agent: dict[str, list[Leg]] = {}
        for leg in self._legs.values():
            by_agent.setdefault(leg.agent, []).append(leg)
        twice = 0
        for legs in by_agent.values():
            busy_until = 0.0
            for leg in sorted(legs, key=lambda leg: leg.rung_at):
                twice += leg.rung_at < busy_until
                busy_until = max(busy_until, leg.ended_at or float("inf"))
        return twice

    def _read_caller(self, packet: Packet) -> None:
        start, content = START.match(packet.content), packet.content
        if start is None:
            return
        call_id = _found(CALL_ID, content)
        if start[2] == b"INVITE" and call_id not in self._calls:
            number = _found(FROM, content).decode()
            call = SeenCall(number, packet.at)
            self._calls[call_id] = self._by_number[number] = call
        elif start[1] == b"200" and _found(METHOD, content) == b"INVITE":
            port = int(_found(SOUND_PORT, content) or 0)
            if (call := self._calls.get(call_id)) is not None:
                call.answered_at = call.answered_at or packet.at
                self._sound[port, self._ports.callers_sound] = call

    def _read_phone(self, packet: Packet) -> None:
        start, content = START.match(packet.content), packet.content
        if start is None:
            return
        call_id = _found(CALL_ID, content)
        leg = self._legs.get(call_id)
        if leg is None:
            if start[2] == b"INVITE" and not TO_TAG.search(content):
                self._ring(call_id, (start[3] or b"").decode(), packet)
        elif start[1] is not None:
            if _found(METHOD, content) == b"INVITE":
                _note_answer(leg, int(start[1]), packet.at)
        elif start[2] in (b"BYE", b"CANCEL") and leg.ended_at is None:
            leg.ended_at = packet.at

    def _ring(self, call_id: bytes, agent: str, packet: Packet) -> None:
        leg = self._legs[call_id] = Leg(agent, packet.at)
        port = int(_found(SOUND_PORT, packet.content) or 0)
        self._sound[port, self._ports.phones_sound] = leg
        call = self._by_number.get(_found(FROM, packet.content).decode())
        if call is not None:
            call.legs.append(leg)


def _note_answer(leg: Leg, status: int, at: float) -> None:
    if status >= 300:
        leg.ended_at = leg.ended_at or at
    elif status >= 200:
        leg.answered_at = leg.answered_at or at


def _found(pattern: re.Pattern[bytes], content: bytes) -> bytes:
    match = pattern.search(content)
    return match[1] if match else b""
