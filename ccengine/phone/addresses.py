"""SIP URIs, the addresses in From, To and Contact, and the Via header."""

import re
from dataclasses import dataclass, field
from typing import Self

from ccengine.phone.errors import MalformedMessage

Address = tuple[str, int]
"""A UDP address: host and port."""

DEFAULT_PORT = 5060
_LARGEST_PORT = 65535
_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@]*)@)?(?P<host>\[[^\]]+\]|[^:;?@\s<>]+)"
    r"(?::(?P<port>\d{1,5}))?(?P<rest>[;?].*)?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*))\s*<(?P<uri>[^>]*)>(?P<rest>.*)'
)
_VIA = re.compile(
    r"SIP\s*/\s*2\.0\s*/\s*\w+\s+(?P<sent_by>[^;\s]+)\s*(?P<rest>;.*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Uri:
    """A sip: URI; `rest` is its parameters and headers as text, with the leading ; or ?."""

    user: str
    host: str
    port: int | None = None
    rest: str = ""
    scheme: str = "sip"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a URI; raise MalformedMessage when it is none."""
        match = _URI.fullmatch(text.strip())
        if match is None:
            message = "bad URI"
            raise MalformedMessage(message)
        return cls(
            user=match["user"] or "",
            host=match["host"],
            port=_port(match["port"]) if match["port"] else None,
            rest=match["rest"] or "",
            scheme=match["scheme"].lower(),
        )

    @property
    def address(self) -> Address:
        """Where requests to it go."""
        return self.host.strip("[]"), self.port or DEFAULT_PORT

    @property
    def is_loose_router(self) -> bool:
        """A proxy that leaves the request URI alone."""
        return "lr" in _parameters(self.rest.partition("?")[0])

    @property
    def text(self) -> str:
        """The URI as written in a message."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}:{user}{self.host}{port}{self.rest}"


@dataclass(frozen=True, slots=True)
class NameAddress:
    """An address with its name and header parameters, as in From, To and Contact."""

    uri: Uri
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"Name" <uri>;tag=x`, `Name <uri>` or a bare URI; raise MalformedMessage."""
        match = _NAMED.fullmatch(text)
        if match:
            quoted = match["quoted"]
            name = re.sub(r"\\(.)", r"\1", quoted) if quoted else (match["token"] or "").strip()
            return cls(Uri.parse(match["uri"]), name, _parameters(match["rest"]))
        bare, semicolon, rest = text.strip().partition(";")
        return cls(Uri.parse(bare), "", _parameters(semicolon + rest))

    @property
    def tag(self) -> str:
        """The dialog's tag of this side, empty before there is one."""
        return self.parameters.get("tag", "")

    def tagged(self, tag: str) -> "NameAddress":
        """Give the same address with a tag."""
        return NameAddress(self.uri, self.name, {**self.parameters, "tag": tag})

    @property
    def text(self) -> str:
        """The address as written in a message."""
        escaped = self.name.replace("\\", r"\\").replace('"', r"\"")
        name = f'"{escaped}" ' if self.name else ""
        pairs = self.parameters.items()
        rest = "".join(f";{key}={value}" if value else f";{key}" for key, value in pairs)
        return f"{name}<{self.uri.text}>{rest}"


@dataclass(frozen=True, slots=True)
class Via:
    """The hop a request came over."""

    host: str
    port: int | None
    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one Via value; raise MalformedMessage."""
        match = _VIA.fullmatch(text.strip())
        if match is None:
            message = "bad Via"
            raise MalformedMessage(message)
        host, port = _host_and_port(match["sent_by"])
        return cls(host, port, _parameters(match["rest"] or ""))

    @property
    def branch(self) -> str:
        """The transaction's id."""
        return self.parameters.get("branch", "")

    def answer_address(self, source: Address) -> Address:
        """Give the address a response goes to (RFC 3261 18.2.2, RFC 3581)."""
        if "rport" in self.parameters:
            return source
        return source[0], self.port or DEFAULT_PORT


def _host_and_port(sent_by: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?", sent_by)
    if match is None:
        message = "bad host"
        raise MalformedMessage(message)
    return match[1], _port(match[2]) if match[2] else None


def _port(text: str) -> int:
    if int(text) > _LARGEST_PORT:
        message = "bad port"
        raise MalformedMessage(message)
    return int(text)


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name.strip():
            found[name.strip().lower()] = value.strip()
    return found
