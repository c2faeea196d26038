"""Keys: who makes them, what becomes of those that are destroyed, unreadable or lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ccengine.config import ownership
from ccengine.config.secret_files import SecretMissing
from ccengine.keeping import keys as keys_module
from ccengine.keeping.keys import UNREADABLE, KeyDestroyed, KeyRing
from ccengine.keeping.player import CannotOpen
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keeping.house import KeepingHouse


class Killed(BaseException):
    """As by kill -9."""


async def test_killed_while_a_key_is_destroyed_it_is_finished_later(
    here: KeepingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.talk("c1")
    await here.keep()
    ring = here.house.folders.keys

    def killed(_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(keys_module.os, "fsync", killed)
        with pytest.raises(Killed):
            ring.destroy("nour")
    key = (await here.row("c1")).key
    assert not ring.has("nour", key)
    assert list(ring.clients()) == []
    with pytest.raises(CannotOpen, match="destroyed"):
        await here.heard("c1")
    here.talk("c2")  # is sealed to another key
    await here.keep()
    assert (await here.row("c2")).state is KeptState.KEPT
    here.begin()  # the next engine does the rest
    here.keeper._sweep()
    assert not [file for file in ring.folder.iterdir() if "destroyed" in file.name]
    assert await here.heard("c2")


def test_a_key_that_cannot_be_read_is_not_taken_for_destroyed(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    public = str(ring.recipient("nour"))
    (tmp_path / "nour.age-key").write_bytes(b"\0" * 74)
    with pytest.raises(SecretMissing, match="is no key"):
        ring.identity("nour", public)
    with pytest.raises(SecretMissing, match="is no key"):
        ring.recipient("nour")
    assert [(one.client, one.public) for one in ring.clients()] == [("nour", UNREADABLE)]
    assert ring.destroy("nour") == UNREADABLE
    with pytest.raises(KeyDestroyed):
        ring.identity("nour", public)
    assert ring.destroy("nour") is None


def test_who_only_reads_makes_no_key(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    assert ring.public_pem() is None
    assert ring.verifier("0123456789abcdef") is None
    assert ring.verifier("../nour") is None
    assert list(ring.clients()) == []
    assert ring.destroy("nour") is None
    assert not ring.has("nour", "age1")
    assert not (tmp_path / "keys").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_is_the_engines(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    ring.signer()
    ring.recipient("nour")
    made = [ring.folder, *ring.folder.iterdir()]
    assert len(made) == 4
    owners = {(one.stat().st_uid, one.stat().st_gid) for one in made}
    assert owners == {(ownership.Owner.ENGINE, ownership.GROUP)}


async def test_verifying_makes_no_key_and_says_which_one_signed(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keep()
    folder = here.house.folders.keys.folder
    signed_by = (await here.row("c1")).signed_by
    (folder / "manifests.pem").unlink()
    assert await here.keeping.verify("c1") == []  # its public half is here
    assert not (folder / "manifests.pem").exists()
    here.talk("c2")
    with capture_logs() as logs:
        await here.keep()
    assert "signing_key_lost" in [log["event"] for log in logs]
    assert (await here.row("c2")).signed_by != signed_by
    assert await here.keeping.verify("c1") == await here.keeping.verify("c2") == []
    (folder / f"manifests-{signed_by}.pub").unlink()
    [fault] = await here.keeping.verify("c1")
    assert "c1.json" in fault
    assert f"signed with another key, {signed_by}" in fault
