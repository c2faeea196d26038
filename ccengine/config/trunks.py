"""A trunk: the tenant's line to a provider of the public telephone network."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from ccengine.config.names import mistake


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

    @property
    def address(self) -> str:
        """Host and port of the provider's server."""
        return f"{self.server}:{self.port or (TLS_PORT if self.tls else PLAIN_PORT)}"
