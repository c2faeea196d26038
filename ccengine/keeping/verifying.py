"""Whether a kept recording is what was recorded: signature, manifest, seal and sound.

Reads all of it: in a process of its own.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ccengine.config.secret_files import SecretMissing
from ccengine.keeping.faults import StoreFailed
from ccengine.keeping.keys import KeyDestroyed
from ccengine.keeping.manifest import (
    ManifestWrong,
    contradictions,
    manifest_beside,
    read_known,
)
from ccengine.keeping.sealing import BLOCK, Hashing, SealBroken, unseal
from ccengine.keeping.store import reading

if TYPE_CHECKING:
    from ccengine.keeping.order import Check
    from ccengine.keeping.sealing import Digest, Reads


class Watched:
    """Hashes what is read, so that once is enough."""

    def __init__(self, source: Reads) -> None:
        self._source = source
        self._hashing = Hashing()

    def read(self, size: int = -1, /) -> bytes:
        """Return some bytes."""
        data = self._source.read(size)
        self._hashing.write(data)
        return data

    def rest(self) -> Digest:
        """Read on to the end, and return what all of it was."""
        while self.read(BLOCK):
            pass
        return self._hashing.close()


def faults_of(check: Check) -> list[str]:
    """Return what is wrong; empty: nothing. Each fault begins with the name of a file."""
    row = check.row
    if row.file is None:
        return [f"{row.call}: no file is known"]
    manifest_file = manifest_beside(check.kept / row.file)
    name = manifest_file.relative_to(check.kept).as_posix()
    try:
        manifest = read_known(manifest_file, check.keys)
    except (ManifestWrong, SecretMissing) as error:
        return [f"{name}: {error}"]
    faults = [f"{name}: {one}" for one in contradictions(manifest, row)]
    try:
        return faults + _faults_of_sound(check, manifest)
    except (OSError, StoreFailed, SecretMissing) as error:
        return [*faults, f"{row.file}: cannot be read: {error}"]


def _faults_of_sound(check: Check, manifest: dict[str, Any]) -> list[str]:
    row, faults = check.row, []
    with ExitStack() as stack:
        watched = Watched(_source(check, stack))
        try:
            identity = check.keys.identity(row.client, manifest["sealed"]["key"])
            sound = unseal(watched, identity, Hashing())
            if sound.sha256 != manifest["sound"]["sha256"]:
                faults.append(f"{row.file}: holds another sound than its manifest says")
        except KeyDestroyed as error:
            faults.append(f"{row.file}: cannot be opened: {error}")
        except SealBroken:
            faults.append(f"{row.file}: its seal is broken")
        sealed = watched.rest()
    wanted = manifest["sealed"]
    if (sealed.bytes, sealed.sha256) != (wanted["bytes"], wanted["sha256"]):
        faults.append(f"{row.file}: is not the file that was signed")
    return faults


def _source(check: Check, stack: ExitStack) -> Reads:
    """Return the sealed file, here or in its store."""
    file = check.kept / (check.row.file or "")
    if file.is_file() or check.stored is None:
        return stack.enter_context(file.open("rb"))
    place, item = check.stored
    return stack.enter_context(reading(place, item))
