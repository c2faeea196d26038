"""Seals sound as age files: each has a key of its own, which only the client's key opens.

Read and written in blocks of 8 KB, however long the sound is. See https://age-encryption.org.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import pyrage

if TYPE_CHECKING:
    from pathlib import Path

    from pyrage import x25519

BLOCK: Final = 1 << 18


class SealBroken(Exception):
    """A sealed file is not what was sealed: changed, cut, or sealed to another key."""


class Reads(Protocol):
    """What is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return some bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Digest:
    """How big something is, and its SHA-256 in hexadecimal digits."""

    bytes: int
    sha256: str


class Hashing:
    """Counts and hashes what is written, and writes it on to some file, if there is one."""

    def __init__(self, to: Path | None = None) -> None:
        self._hash = hashlib.sha256()
        self._size = 0
        self._file = None if to is None else to.open("wb")

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._hash.update(data)
        self._size += len(data)
        if self._file is not None:
            self._file.write(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `close` does."""

    def close(self) -> Digest:
        """Return what it was, once it is on the disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return Digest(self._size, self._hash.hexdigest())


def seal(plain: Path, sealed: Path, recipient: x25519.Recipient) -> Digest:
    """Seal a file to a key.

    Raises:
        OSError: one of them cannot be read or written.
    """
    target = Hashing(sealed)
    try:
        with plain.open("rb") as source:
            pyrage.encrypt_io(source, target, [recipient])
    except pyrage.EncryptError as error:
        raise OSError(str(error)) from error
    finally:
        digest = target.close()
    return digest


def unseal(sealed: Reads, identity: x25519.Identity, plain: Hashing) -> Digest:
    """Open what was sealed, and return what it is.

    Raises:
        SealBroken: it is not what was sealed.
        OSError: it cannot be read.
    """
    try:
        pyrage.decrypt_io(sealed, plain, [identity])
    except pyrage.DecryptError as error:
        raise SealBroken(str(error)) from error
    except OSError as error:
        if error.errno is None:  # age's own: what has an errno is the disk's
            raise SealBroken(str(error)) from error
        raise
    return plain.close()


def digest_of(file: Path) -> Digest:
    """Return a file's size and SHA-256.

    Raises:
        OSError: it cannot be read.
    """
    hashing = Hashing()
    with file.open("rb") as source:
        while data := source.read(BLOCK):
            hashing.write(data)
    return hashing.close()
