"""Where the broker is, read from a URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


class BadBrokerUrl(ValueError):
    """The broker's URL cannot be used; the text says how it should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """A broker and how to log in to it."""

    host: str
    port: int
    secure: bool = False  #: TLS, checked against the system's certificates
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `mqtt://user:password@host:1883` or `mqtts://...`.

        Raises:
            BadBrokerUrl: it is something else.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
            parts = urlsplit("")
        if parts.scheme not in PORTS or not host:
            message = "the broker's URL should look like mqtt://user:password@host:1883"
            raise BadBrokerUrl(message)
        return cls(
            host=host,
            port=port or PORTS[parts.scheme],
            secure=parts.scheme == "mqtts",
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )
