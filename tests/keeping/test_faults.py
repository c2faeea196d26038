"""What goes wrong in a process of its own is told here as it was there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccengine.config.secret_files import SecretMissing
from ccengine.keeping.faults import NothingRecorded, SealedChanged, StoreFailed
from ccengine.keeping.keys import KeyDestroyed, KeyRing
from ccengine.keeping.manifest import ManifestWrong
from ccengine.keeping.sealing import SealBroken
from ccengine.keeping.store import _keys
from ccengine.storage.reader_process import ReaderProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTS = (
    KeyDestroyed("the key is gone"),
    ManifestWrong("c1.json is not what was signed"),
    NothingRecorded(),
    OSError(28, "No space left on device"),
    SealBroken("its seal"),
    SealedChanged("c1.wav.age"),
    SecretMissing(Path("/a/file"), "is empty"),
    StoreFailed("S3Error: NoSuchKey"),
)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    made = ReaderProcess()
    yield made
    made.close()


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("error", FAULTS, ids=lambda one: type(one).__name__)
async def test_it_travels(reader: ReaderProcess, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        await reader.run(fail, error)
    assert str(raised.value) == str(error)


async def test_keys_that_others_can_read_are_told_as_such(
    reader: ReaderProcess, tmp_path: Path
) -> None:
    file = tmp_path / "nour.store"
    file.write_text("access\nsecret\n")
    file.chmod(0o644)
    with pytest.raises(SecretMissing, match=r"nour\.store can be read by others: chmod 600"):
        await reader.run(_keys, file)
    with pytest.raises(SecretMissing, match="other is missing"):
        await reader.run(_keys, tmp_path / "other")


async def test_a_key_that_is_none_is_told_as_such(reader: ReaderProcess, tmp_path: Path) -> None:
    for name in ("manifests.pem", "nour.age-key"):
        (tmp_path / name).write_text("no key\n")
    ring = KeyRing(tmp_path)
    with pytest.raises(SecretMissing, match=r"manifests\.pem is no Ed25519 key"):
        await reader.run(KeyRing.signer, ring)
    with pytest.raises(SecretMissing, match=r"nour\.age-key is no key"):
        await reader.run(KeyRing.recipient, ring, "nour")
