"""Digest authentication as SIP uses it (RFC 3261 22, RFC 7616): MD5 and SHA-256, qop=auth."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Self

from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Response

_PAIR = re.compile(r'([!#-+\--~]+?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))')
_HASHES = {"md5": "md5", "sha-256": "sha256"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the other side wants proven."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: bool = False
    opaque: str | None = None
    for_proxy: bool = False
    stale: bool = False

    @classmethod
    def parse(cls, text: str, *, for_proxy: bool = False) -> Self:
        """Read a WWW-Authenticate or Proxy-Authenticate value; raise MalformedMessage."""
        scheme, _, rest = text.strip().partition(" ")
        fields = {m[1].lower(): m[2] if m[2] is not None else m[3] for m in _PAIR.finditer(rest)}
        algorithm = fields.get("algorithm", "MD5")
        is_known = scheme.lower() == "digest" and algorithm.lower() in _HASHES
        if not is_known or not fields.get("nonce"):
            message = "challenge is not understood"
            raise MalformedMessage(message)
        return cls(
            realm=fields.get("realm", ""),
            nonce=fields["nonce"],
            algorithm=algorithm,
            qop="auth" in re.split(r"[\s,]+", fields.get("qop", "")),
            opaque=fields.get("opaque"),
            for_proxy=for_proxy,
            stale=fields.get("stale", "").lower() == "true",
        )

    @property
    def header(self) -> str:
        """The name of the header that answers it."""
        return "Proxy-Authorization" if self.for_proxy else "Authorization"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password; the password is kept out of reprs."""

    user: str
    password: str = field(repr=False)

    def answer(self, challenge: Challenge, method: str, uri: str, cnonce: str | None = None) -> str:
        """Give the Authorization value; each challenge is answered once, so the count is 1."""
        cnonce = cnonce or secrets.token_hex(8)
        ours = self._hash(challenge, f"{self.user}:{challenge.realm}:{self.password}")
        theirs = self._hash(challenge, f"{method}:{uri}")
        middle = f"{challenge.nonce}:00000001:{cnonce}:auth" if challenge.qop else challenge.nonce
        fields = [
            f'username="{self.user}"',
            f'realm="{challenge.realm}"',
            f'nonce="{challenge.nonce}"',
            f'uri="{uri}"',
            f'response="{self._hash(challenge, f"{ours}:{middle}:{theirs}")}"',
            f"algorithm={challenge.algorithm}",
        ]
        if challenge.qop:
            fields += [f'cnonce="{cnonce}"', "qop=auth", "nc=00000001"]
        if challenge.opaque is not None:
            fields.append(f'opaque="{challenge.opaque}"')
        return "Digest " + ", ".join(fields)

    @staticmethod
    def _hash(challenge: Challenge, text: str) -> str:
        name = _HASHES[challenge.algorithm.lower()]
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def challenge_in(response: Response) -> Challenge | None:
    """Find the first challenge of a 401 or 407 that we can answer."""
    for name, for_proxy in (("www-authenticate", False), ("proxy-authenticate", True)):
        for line in response.headers.lines(name):
            try:
                return Challenge.parse(line, for_proxy=for_proxy)
            except MalformedMessage:
                continue
    return None
