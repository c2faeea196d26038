"""Keys of recordings: one that signs manifests, and one per client that recordings are sealed to.

Each is a file that nobody but the engine can read, made when it is first needed. A client's key
is read anew each time: once its file is gone, nobody can open what was sealed to it, this engine
least of all.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from ccengine.config.names import NAME_PATTERN
from ccengine.config.secret_files import SecretMissing, read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNING_KEY: Final = "manifests.pem"
ENDING: Final = ".age-key"
NO_CLIENT: Final = "_"
"""Stands for the client of calls that are of none."""
FINGERPRINT_DIGITS: Final = 16
OVERWRITES: Final = b"\0" * 4096


class KeyDestroyed(Exception):
    """What a recording was sealed to is gone: it cannot be opened any more."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """The public half of a client's key."""

    client: str
    public: str  #: as age writes it: `age1…`


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys' folder. Plain data: it goes to other processes."""

    folder: Path

    def signer(self) -> Ed25519PrivateKey:
        """Return the key that signs manifests; made now if there is none yet."""
        file = self.folder / SIGNING_KEY
        if not file.exists():
            made = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            _put(file, made)
        key = serialization.load_pem_private_key(read_secret(file).encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise SecretMissing(file, "is no Ed25519 key")
        return key

    def public_pem(self) -> str:
        """Return what manifests are checked with, as other programs read it."""
        return _pem(self.signer().public_key())

    def recipient(self, client: str) -> x25519.Recipient:
        """Return what a client's recordings are sealed to; made now if there is none yet."""
        file = self._file(client)
        if not file.exists():
            _put(file, f"{x25519.Identity.generate()}\n".encode())
        return x25519.Identity.from_str(read_secret(file)).to_public()

    def identity(self, client: str, public: str) -> x25519.Identity:
        """Return what opens recordings that were sealed to a public key.

        Raises:
            KeyDestroyed: there is no such key any more.
        """
        with suppress(SecretMissing):
            identity = x25519.Identity.from_str(read_secret(self._file(client)))
            if str(identity.to_public()) == public:
                return identity
        message = f"the key {public} of {client} is gone"
        raise KeyDestroyed(message)

    def has(self, client: str, public: str | None) -> bool:
        """Tell whether what was sealed to a public key can be opened."""
        try:
            self.identity(client, public or "")
        except KeyDestroyed:
            return False
        return True

    def clients(self) -> Iterator[ClientKey]:
        """Yield the clients that have a key now."""
        for file in sorted(self.folder.glob(f"*{ENDING}")):
            client = file.name.removesuffix(ENDING)
            yield ClientKey(client, str(self.recipient(client)))

    def destroy(self, client: str) -> str | None:
        """Destroy a client's key and return its public half; None: there was none.

        The file is overwritten first. Whatever copies of it there are, in backups, open the
        client's recordings still.
        """
        file = self._file(client)
        if not file.exists():
            return None
        public = str(self.recipient(client))
        with file.open("r+b", buffering=0) as key:
            key.write(OVERWRITES)
            os.fsync(key.fileno())
        file.unlink()
        sync_folder(self.folder)
        return public

    def _file(self, client: str) -> Path:
        if client and re.fullmatch(f"{NAME_PATTERN}|{NO_CLIENT}", client) is None:
            message = f"{client!r} is no client's name"
            raise ValueError(message)
        return self.folder / f"{client or NO_CLIENT}{ENDING}"


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return a short name of the key that signed: the begin of its SHA-256."""
    return hashlib.sha256(_pem(key).encode()).hexdigest()[:FINGERPRINT_DIGITS]


def sync_folder(folder: Path) -> None:
    """Have what was made, renamed or removed in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def _put(file: Path, content: bytes) -> None:
    """Write a new key; if somebody else was faster, theirs stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".")  # 0600
    try:
        with os.fdopen(handle, "wb") as draft_file:
            draft_file.write(content)
            draft_file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):
            os.link(draft, file)
        sync_folder(file.parent)
    finally:
        Path(draft).unlink(missing_ok=True)
