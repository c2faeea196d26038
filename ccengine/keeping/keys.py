"""Keys of recordings: one that signs manifests, and one per client that recordings are sealed to.

Each is a file that nobody but the engine can read, made when it is first needed by who seals and
signs; who only reads makes none. A client's key is read anew each time: once its file is gone,
nobody can open what was sealed to it, this engine least of all. The public half of each key that
ever signed stays, so that what it signed can be checked when it is lost itself.
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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyrage import IdentityError, x25519

from ccengine.config.names import NAME_PATTERN
from ccengine.config.ownership import GROUP, Owner, make_folder
from ccengine.config.secret_files import SecretMissing, read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNING_KEY: Final = "manifests.pem"
PUBLIC: Final = "manifests-{}.pub"
"""The public half of a key that signs, or did, with its fingerprint."""
ENDING: Final = ".age-key"
DESTROYED: Final = ".destroyed"
UNREADABLE: Final = "(unreadable)"
OWN_FOLDER: Final = 0o700
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
        """Return the key that signs manifests; made now if there is none.

        Raises:
            SecretMissing: it cannot be read.
        """
        file = self.folder / SIGNING_KEY
        if not file.exists():
            made = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            _put(file, made)
        key = self._signer()
        public = key.public_key()
        beside = self.folder / PUBLIC.format(fingerprint(public))
        if not beside.exists():
            _put(beside, _pem(public).encode())
        return key

    def public_pem(self) -> str | None:
        """Return what manifests are checked with, as other programs read it; None: no key yet.

        Raises:
            SecretMissing: the key cannot be read.
        """
        is_made = (self.folder / SIGNING_KEY).exists()
        return _pem(self._signer().public_key()) if is_made else None

    def verifier(self, signed_by: str) -> Ed25519PublicKey | None:
        """Return the public half of a key of this engine's, also of before; None: it has none such.

        Args:
            signed_by: its fingerprint.

        Raises:
            SecretMissing: the key that signs now cannot be read.
        """
        if re.fullmatch(f"[0-9a-f]{{{FINGERPRINT_DIGITS}}}", signed_by) is None:
            return None
        with suppress(FileNotFoundError, ValueError):
            beside = (self.folder / PUBLIC.format(signed_by)).read_bytes()
            key = serialization.load_pem_public_key(beside)
            if isinstance(key, Ed25519PublicKey) and fingerprint(key) == signed_by:
                return key
        if not (self.folder / SIGNING_KEY).exists():
            return None
        own = self._signer().public_key()
        return own if fingerprint(own) == signed_by else None

    def has_lost_signer(self) -> bool:
        """Tell whether something was signed, and what signed it is gone: another will be made."""
        is_there = (self.folder / SIGNING_KEY).exists()
        return not is_there and any(self.folder.glob(PUBLIC.format("*")))

    def recipient(self, client: str) -> x25519.Recipient:
        """Return what a client's recordings are sealed to; made now if there is none yet.

        Raises:
            SecretMissing: it cannot be read.
        """
        file = self._file(client)
        if not file.exists():
            _put(file, f"{x25519.Identity.generate()}\n".encode())
        return _identity(file).to_public()

    def identity(self, client: str, public: str) -> x25519.Identity:
        """Return what opens recordings that were sealed to a public key.

        Raises:
            KeyDestroyed: there is no such key any more.
            SecretMissing: there is one, and it cannot be read.
            OSError: nobody can tell.
        """
        file = self._file(client)
        if file.exists():
            identity = _identity(file)
            if str(identity.to_public()) == public:
                return identity
        message = f"the key {public} of {client} is gone"
        raise KeyDestroyed(message)

    def has(self, client: str, public: str | None) -> bool:
        """Tell whether what was sealed to a public key can be opened.

        Raises:
            SecretMissing, OSError: as `identity`.
        """
        try:
            self.identity(client, public or "")
        except KeyDestroyed:
            return False
        return True

    def clients(self) -> Iterator[ClientKey]:
        """Yield the clients that have a key now."""
        for file in sorted(self.folder.glob(f"*{ENDING}")):
            yield ClientKey(file.name.removesuffix(ENDING), _public_of(file))

    def destroy(self, client: str) -> str | None:
        """Destroy a client's key and return its public half; None: there was none.

        It is gone at once, and its file is overwritten before it is removed; killed meanwhile,
        that is done by `finish_destroying`. Whatever copies of it there are, in backups, open the
        client's recordings still.
        """
        self.finish_destroying()
        file = self._file(client)
        if not file.exists():
            return None
        public = _public_of(file)
        file.rename(file.with_name(f".{file.name}{DESTROYED}"))
        sync_folder(self.folder)
        self.finish_destroying()
        return public

    def finish_destroying(self) -> None:
        """Overwrite and remove the files of keys that are destroyed."""
        for file in list(self.folder.glob(f".*{ENDING}{DESTROYED}")):
            with file.open("r+b", buffering=0) as key:
                key.write(OVERWRITES)
                os.fsync(key.fileno())
            file.unlink()
            sync_folder(self.folder)

    def _signer(self) -> Ed25519PrivateKey:
        file = self.folder / SIGNING_KEY
        with suppress(ValueError):
            key = serialization.load_pem_private_key(read_secret(file).encode(), password=None)
            if isinstance(key, Ed25519PrivateKey):
                return key
        raise SecretMissing(file, "is no Ed25519 key")

    def _file(self, client: str) -> Path:
        if client and re.fullmatch(f"{NAME_PATTERN}|{NO_CLIENT}", client) is None:
            message = f"{client!r} is no client's name"
            raise ValueError(message)
        return self.folder / f"{client or NO_CLIENT}{ENDING}"


def _identity(file: Path) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(read_secret(file))
    except IdentityError:
        raise SecretMissing(file, "is no key") from None


def _public_of(file: Path) -> str:
    """Return the public half of a client's key; of one that cannot be read, that it cannot."""
    try:
        return str(_identity(file).to_public())
    except SecretMissing:
        return UNREADABLE


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
    """Write a new key, which is the engine's; if somebody else was faster, theirs stays."""
    if not file.parent.is_dir():
        make_folder(file.parent, Owner.ENGINE, OWN_FOLDER)
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".")  # 0600
    try:
        with os.fdopen(handle, "wb") as draft_file:
            draft_file.write(content)
            draft_file.flush()
            if os.geteuid() == 0:
                os.fchown(handle, Owner.ENGINE, GROUP)
            os.fsync(handle)
        with suppress(FileExistsError):
            os.link(draft, file)
        sync_folder(file.parent)
    finally:
        Path(draft).unlink(missing_ok=True)
