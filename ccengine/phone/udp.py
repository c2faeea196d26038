"""A UDP socket on the running loop: cheap to read, never an exception for a peer that is gone."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from ccengine.phone.addresses import Address

Receive = Callable[[bytes, Address], None]

_LARGEST = 65535
_AT_ONCE = 64


class UdpSocket:
    """Receives until closed; `receive` is called on the loop, once for each datagram."""

    def __init__(self, local: Address, receive: Receive) -> None:
        """Bind now, inside a running loop; port 0 takes any free one. Raises OSError."""
        family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        try:
            self._socket.settimeout(0)
            self._socket.bind(local)
        except OSError:
            self._socket.close()
            raise
        host, port = self._socket.getsockname()[:2]
        self.local: Address = (str(host), int(port))
        self._loop.add_reader(self._socket, self._read)

    def send(self, data: bytes, address: Address) -> None:
        """Send, or lose the datagram as a network may: a full buffer, a peer that is gone."""
        with suppress(OSError):
            self._socket.sendto(data, address)

    def drain(self) -> None:
        """Receive what has arrived and was not read yet."""
        if self._socket.fileno() >= 0:
            for _ in range(_AT_ONCE):
                self._read()

    def close(self) -> None:
        """Stop receiving; closing again does nothing."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, source = self._socket.recvfrom(_LARGEST)
            except OSError:  # nothing more to read, or an ICMP error for something sent earlier
                return
            self._receive(data, (source[0], source[1]))
