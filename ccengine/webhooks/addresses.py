"""Keeps requests out of the house: what a client's address leads to must be out on the internet.

Checked when the connection is made, on the very addresses it is made to, so that a name which
leads elsewhere a moment later leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Final

from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver
from typing_extensions import override

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

TRANSLATED: Final = IPv6Network("64:ff9b::/96")  # of an IPv4 address, in its last bits


class PrivateAddress(OSError):
    """The address is one of the house, or of nobody."""


def is_public(text: str) -> bool:
    """Tell whether an address is one that the whole internet knows."""
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    return all(
        one.is_global and not one.is_multicast for one in (address, inner) if one is not None
    )


def check_literal(host: str) -> None:
    """Refuse a host that is written as an address of the house: nobody looks it up.

    Raises:
        PrivateAddress: it is one.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_public(host):
        raise PrivateAddress(_refusal(host, host))


class PublicResolver(AbstractResolver):
    """Finds addresses of names, and refuses those of the house."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a name's addresses.

        Raises:
            PrivateAddress: one of them is not public: a name that is half in the house is no
                mistake of ours.
            OSError: the name is not known.
        """
        found = await self._inner.resolve(host, port, family)
        for one in found:
            if not is_public(one["host"]):
                raise PrivateAddress(_refusal(host, one["host"]))
        return found

    @override
    async def close(self) -> None:
        """Let go of what it holds."""
        await self._inner.close()


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _refusal(host: str, address: str) -> str:
    return f"{host} is at {address}, inside: set private: yes if that is meant"
