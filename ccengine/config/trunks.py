"""A trunk: the tenant's line to a provider of the public telephone network."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from ccengine.config.names import Name, mistake


def _host(text: str) -> str:
    if re.fullmatch(r"[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?", text) is None:
        message = f"'{text}' is no host name or IPv4 address"
        raise mistake(message, "write it as in sip.provider.example")
    return text


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        message = f"'{text}' is no IP address or network"
        raise mistake(message, "write it as in 192.0.2.10 or 192.0.2.0/28") from None
    return text


def _user(text: str) -> str:
    if re.fullmatch(r"[0-9A-Za-z+._-]{1,64}", text) is None:
        message = f"'{text}' is no SIP user"
        raise mistake(message, "use letters, digits and + . _ -")
    return text


def _listed(given: object) -> object:
    """Let a single trunk be written as its name alone."""
    return [given] if isinstance(given, str) else given


def _in_order(trunks: tuple[str, ...]) -> tuple[str, ...]:
    if not trunks:
        message = "no trunk is named"
        raise mistake(message, "name one, or several in the order in which they are tried")
    twice = [name for position, name in enumerate(trunks) if name in trunks[:position]]
    if twice:
        message = f"trunk '{twice[0]}' is named twice"
        raise mistake(message, "a trunk has its turn once: remove one of the two")
    return trunks


TrunksInOrder = Annotated[tuple[Name, ...], BeforeValidator(_listed), AfterValidator(_in_order)]
"""Trunks by their names: the next one is tried where one cannot carry a call."""
Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]
SipUser = Annotated[str, AfterValidator(_user)]

PLAIN_PORT = 5060
TLS_PORT = 5061


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A provider. The password, where there is one, is in the state folder's secrets."""

    server: Host  #: the provider's SIP server
    port: Annotated[int, Field(ge=1, le=65535)] | None = None  #: 5060, or 5061 with TLS
    addresses: tuple[Network, ...]  #: calls from these are the provider's
    user: SipUser | None = None  #: register as this; left out: the provider knows our address
    tls: bool = False  #: TLS and SRTP
    calls: Annotated[int, Field(ge=1, le=100_000)] | None = None  #: outside at a time; None: any

    @property
    def address(self) -> str:
        """Host and port of the provider's server."""
        return f"{self.server}:{self.port or (TLS_PORT if self.tls else PLAIN_PORT)}"
