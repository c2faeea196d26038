"""Packets of the loopback interface, picked and time-stamped by the kernel.

A packet socket with a filter costs the measured processes nothing: no header is added, nobody in
the middle. Packets are only kept while a run lasts and are read when it is over.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

ETH_P_IP = 0x0800
SOL_PACKET, PACKET_STATISTICS = 263, 6
SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 26, 33, 35
BUFFER_BYTES = 64 << 20
LONGEST = 65535
TICK_SECONDS = 0.2

UDP, TCP = 17, 6
HEAD_BYTES = 40  #: of IP, UDP and RTP

LOAD_BYTE, LOAD_HALF, LOAD_WORD = 0x30, 0x28, 0x20
EQUAL, AT_LEAST, RETURN = 0x15, 0x35, 0x06


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which packets are of interest."""

    sip_ports: Sequence[int]  #: of callers and phones, all packets to and from
    sound_ports: Sequence[int]  #: of callers and phones, marked packets that arrive there
    mark: bytes  #: the first four bytes of a marked packet's sound
    request_port: int  #: Asterisk's HTTP, packets sent to it
    stream_ports: Sequence[int] = ()  #: of callers and phones, heads of all RTP to and from
    sound_range: tuple[int, int] | None = None  #: first and last port, all RTP that arrives there …
    first_packets: int = 0  #: … of which the first so many of each stream are kept


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as it arrived."""

    at: float  #: seconds, UTC, by the kernel
    protocol: int
    source: int
    target: int
    content: bytes  #: above UDP or TCP
    sequence: int = 0  #: TCP's


class Capture:
    """Keeps the wanted packets from `start` on; `take` hands them over."""

    def __init__(self, wanted: Wanted) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        except PermissionError:  # in a container: as much as the host allows everybody
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        program = _program(wanted)
        code = b"".join(struct.pack("HBBI", *step) for step in program)
        memory = ctypes.create_string_buffer(code)
        described = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(memory))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, described)
        self._socket.bind(("lo", ETH_P_IP))
        self._socket.settimeout(TICK_SECONDS)
        self._kept: list[tuple[float, bytes]] = []
        self._range = wanted.sound_range
        self._first_packets = wanted.first_packets
        self._streams: Counter[bytes] = Counter()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read, name="capture", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    def take(self) -> list[Packet]:
        """Return what came since the last time, in order."""
        kept, self._kept = self._kept, []
        return [_packet(at, raw) for at, raw in kept]

    def lost(self) -> int:
        """Count packets the kernel had to drop since the last time: a run with any is void."""
        raw = self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        return int(struct.unpack("II", raw)[1])

    def _read(self) -> None:
        receive, room = self._socket.recvmsg, socket.CMSG_SPACE(16)
        while not self._stopping.is_set():
            try:
                raw, extra, _, _ = receive(LONGEST, room)
            except TimeoutError:
                continue
            if self._is_late(raw):
                continue
            seconds, nanoseconds = struct.unpack("qq", extra[0][2])
            self._kept.append((seconds + nanoseconds / 1e9, raw))

    def _is_late(self, raw: bytes) -> bool:
        """Tell whether enough of its stream has been kept: hours of sound would fill the memory."""
        if self._range is None:
            return False
        (target,) = struct.unpack_from("!H", raw, 22)
        if not self._range[0] <= target <= self._range[1]:
            return False
        stream = raw[20:24] + raw[36:40]  # both ports, and RTP's own word for the stream
        self._streams[stream] += 1
        return self._streams[stream] > self._first_packets


def _packet(at: float, raw: bytes) -> Packet:
    protocol = raw[9]
    source, target = struct.unpack_from("!HH", raw, 20)
    if protocol == UDP:
        return Packet(at, protocol, source, target, raw[28:])
    (sequence,) = struct.unpack_from("!I", raw, 24)
    begin = 20 + (raw[32] >> 4) * 4
    end = struct.unpack_from("!H", raw, 2)[0]
    return Packet(at, protocol, source, target, raw[begin:end], sequence)


def _within(span: tuple[int, int] | None) -> list[tuple[int, object, object, int]]:
    if span is None:
        return []
    return [(AT_LEAST, 0, "drop", span[0]), (AT_LEAST, "drop", "keep", span[1] + 1)]


def _program(wanted: Wanted) -> list[tuple[int, int, int, int]]:
    """Write the filter in the kernel's own little language: (operation, if, else, value)."""
    steps: list[tuple[int, object, object, int]] = [
        (LOAD_BYTE, 0, 0, 9),
        (EQUAL, "tcp", 0, TCP),
        (EQUAL, 0, "drop", UDP),
        (LOAD_HALF, 0, 0, 20),
        *[(EQUAL, "keep", 0, port) for port in wanted.sip_ports],
        *[(EQUAL, "head", 0, port) for port in wanted.stream_ports],
        (LOAD_HALF, 0, 0, 22),
        *[(EQUAL, "keep", 0, port) for port in wanted.sip_ports],
        *[(EQUAL, "head", 0, port) for port in wanted.stream_ports],
        *[(EQUAL, "sound", 0, port) for port in wanted.sound_ports],
        *_within(wanted.sound_range),
        (RETURN, 0, 0, 0),
    ]
    labels = {"sound": len(steps)}
    steps += [
        (LOAD_WORD, 0, 0, 40),
        (EQUAL, "keep", "drop", int.from_bytes(wanted.mark, "big")),
    ]
    labels["tcp"] = len(steps)
    steps += [(LOAD_HALF, 0, 0, 22), (EQUAL, "keep", "drop", wanted.request_port)]
    labels["keep"] = len(steps)
    steps.append((RETURN, 0, 0, LONGEST))
    labels["drop"] = len(steps)
    steps.append((RETURN, 0, 0, 0))
    labels["head"] = len(steps)
    steps.append((RETURN, 0, 0, HEAD_BYTES))

    def jump(here: int, to: object) -> int:
        return labels[to] - here - 1 if isinstance(to, str) else int(str(to))

    return [
        (operation, jump(here, then), jump(here, otherwise), value)
        for here, (operation, then, otherwise, value) in enumerate(steps)
    ]
