"""Recordings of the attempts' calls, with the hashes that their signed manifests name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from ccengine.config.secret_files import SecretMissing
from ccengine.keeping.manifest import ManifestWrong, manifest_beside, read_known
from ccengine.proof.attempt_rows import text_of
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from ccengine.keeping.order import Folders

RECORDING: Final = (
    "attempt", "call", "state", "path", "stored", "seconds", "sha256", "sealed_sha256",
    "hash_from", "erased_at", "erased_because",
)  # fmt: skip
SIGNED, WRONG, DATABASE = "manifest", "manifest is wrong", "database"


class RecordingFacts:
    """Makes rows of recordings, and counts them."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self.counts: Counter[str] = Counter()

    def of(self, row: RowMapping) -> dict[str, Any]:
        """Return a recording as it is written."""
        hashes = self._hashes(row)
        self.counts[row["state"]] += 1
        self.counts[str(hashes["hash_from"])] += row["state"] == KeptState.KEPT
        return {
            "attempt": row["attempt"],
            "call": row["call"],
            "state": row["state"],
            "path": row["file"],
            "stored": row["stored"],
            "seconds": row["seconds"],
            **hashes,
            "erased_at": text_of(row["erased_at"]),
            "erased_because": row["erased_because"],
        }

    def _hashes(self, row: RowMapping) -> dict[str, str | None]:
        own = {"sha256": row["sha256"], "sealed_sha256": row["sealed_sha256"]}
        if row["file"] is None:
            return {**own, "hash_from": DATABASE}
        file = manifest_beside(self._folders.kept / row["file"])
        if not file.exists():
            return {**own, "hash_from": DATABASE}
        try:
            manifest = read_known(file, self._folders.keys)
            signed = {
                "sha256": str(manifest["sound"]["sha256"]),
                "sealed_sha256": str(manifest["sealed"]["sha256"]),
            }
        except (ManifestWrong, SecretMissing, LookupError, TypeError):
            return {**own, "hash_from": WRONG}
        return {**signed, "hash_from": SIGNED if signed == own else WRONG}
