"""Whether a pack is what was signed: each file, and that none came or went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from ccengine.keeping.keys import KeyRing
from ccengine.keeping.manifest import ManifestWrong, read_known, read_signed, signature_of
from ccengine.keeping.sealing import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST: Final = "manifest.json"


def faults_of(folder: Path, key: KeyRing | Ed25519PublicKey) -> list[str]:
    """Return what is not as it was signed, each with its file's name; nothing: all is.

    Args:
        folder: of the pack.
        key: this engine's keys, or the public half that somebody was given.

    Raises:
        SecretMissing: the engine's key cannot be read.
    """
    file = folder / MANIFEST
    if not file.is_file():
        return [f"{MANIFEST} is not there: this is no proof pack, or nobody can say what it was"]
    return [*_signature_faults(file, key), *_file_faults(folder, _said(file))]


def _signature_faults(file: Path, key: KeyRing | Ed25519PublicKey) -> Iterator[str]:
    beside = signature_of(file)
    if not beside.is_file():
        yield f"{beside.name} is not there: nobody signed this"
        return
    try:
        if isinstance(key, KeyRing):
            read_known(file, key)
        else:
            read_signed(file, key)
    except ManifestWrong as error:
        yield str(error)


def _said(file: Path) -> dict[str, Any]:
    """Return what a manifest says of files, whether it is true or not."""
    try:
        return dict(orjson.loads(file.read_bytes())["files"])
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _file_faults(folder: Path, said: dict[str, Any]) -> Iterator[str]:
    there = {one.name for one in folder.iterdir()}
    for name, digest in sorted(said.items()):
        if name not in there:
            yield f"{name} is not there"
        elif not _is_as_said(folder / name, digest):
            yield f"{name} is not what was signed"
    for name in sorted(there - set(said) - {MANIFEST, signature_of(folder / MANIFEST).name}):
        yield f"{name} does not belong to the pack"


def _is_as_said(file: Path, said: object) -> bool:
    if not file.is_file():
        return False
    digest = digest_of(file)
    return said == {"bytes": digest.bytes, "sha256": digest.sha256}
