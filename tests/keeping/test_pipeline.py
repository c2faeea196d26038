"""From Asterisk's files to a sealed recording with a signed manifest, whatever happens."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import shutil
import subprocess
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.config.sound_formats import Channels, SoundFormat
from ccengine.keeping import pipeline
from ccengine.keeping.keys import KeyDestroyed, KeyRing
from ccengine.keeping.manifest import ManifestWrong, read_signed
from ccengine.keeping.pipeline import STEPS, NothingRecorded, keep
from ccengine.keeping.sealing import Hashing, SealBroken, digest_of, unseal
from ccengine.reporting.instants import utc_text
from ccengine.sound import Analysis, SpanKind
from tests.keeping.recorded import (
    BEGIN,
    CALL,
    CARD_TOKEN,
    LAST_FOUR,
    NOW,
    folders_in,
    material,
    order_of,
)
from tests.keeping.sounds import LOUD, RATE, level, read_sound

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.keeping.order import Folders, Order


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path)


def opened(folders: Folders, file: str, key: str, to: Path) -> Path:
    """Open a sealed recording of nour's."""
    with (folders.kept / file).open("rb") as sealed:
        unseal(sealed, folders.keys.identity("nour", key), Hashing(to))
    return to


def files_below(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*") if file.is_file()}


def test_what_is_kept_is_what_was_recorded(folders: Folders, tmp_path: Path) -> None:
    made = keep(order_of(folders))
    plain = opened(folders, made["file"], made["key"], tmp_path / "plain.wav")
    assert digest_of(plain).sha256 == made["sha256"]
    sound = read_sound(plain)
    assert len(sound) == 7 * RATE
    assert level(sound[:RATE, 0], 440) > LOUD / 2 > level(sound[:RATE, 1], 440)
    assert level(sound[5 * RATE :, 1], 1200) > LOUD / 2
    assert not sound[4 * RATE : 5 * RATE].any()
    assert made["missing_seconds"] == 0
    assert files_below(folders.kept) == {f"{CALL}.wav.age", f"{CALL}.json", f"{CALL}.json.sig"}


@pytest.mark.parametrize("sound_format", list(SoundFormat))
def test_each_format_can_be_opened(
    folders: Folders, tmp_path: Path, sound_format: SoundFormat
) -> None:
    made = keep(order_of(folders, sound_format=sound_format, channels=Channels.MONO))
    assert (made["format"], made["channels"]) == (sound_format, "mono")
    plain = opened(folders, made["file"], made["key"], tmp_path / "plain")
    assert level(read_sound(plain)[:RATE, 0], 440) > LOUD / 2


def test_the_manifest_says_all_that_is_known_and_is_signed(folders: Folders) -> None:
    made = keep(order_of(folders))
    file = folders.kept / f"demo/nour/2023/11/14/{CALL}.json"
    said = read_signed(file, folders.keys.signer().public_key())
    assert (said["call"], said["client"], said["queue"]) == (CALL, "nour", "nour/billing")
    assert said["sound"]["sha256"] == made["sha256"]
    assert said["sealed"] == {
        "bytes": made["sealed_bytes"],
        "sha256": digest_of(folders.kept / made["file"]).sha256,
        "key": made["key"],
    }
    first, second = said["parts"]
    assert (first["offset_seconds"], first["seconds"], second["offset_seconds"]) == (0.0, 4.0, 5.0)
    assert (first["ended_because"], second["ended_because"]) == ("lost", "the call ended")
    [pause] = first["pauses"]
    assert (pause["by"], pause["reason"], pause["guard"]) == ("amira", "card", True)
    assert {"channel": f"{CALL}-caller", "side": "caller"} in said["legs"]
    assert said["legs"][1]["agent"] == "amira"
    (consent,) = said["consents"]
    assert (consent["rule"], consent["given"]) == ("consent", True)
    assert (consent["caller_place"], consent["agent_place"]) == ("US-CA", "AE")
    assert consent["answer"] == "pressed"


def test_the_manifest_tells_that_a_card_was_taken_and_nothing_of_the_card(folders: Folders) -> None:
    keep(order_of(folders))
    file = folders.kept / f"demo/nour/2023/11/14/{CALL}.json"
    (entry,) = read_signed(file, folders.keys.signer().public_key())["card_entries"]
    assert (entry["by"], entry["agent"], entry["outcome"]) == ("amira", "amira", "approved")
    assert (entry["started_at"], entry["ended_at"]) == (utc_text(BEGIN + 2), utc_text(BEGIN + 3))
    written = file.read_text()
    assert all(one not in written for one in (LAST_FOUR, CARD_TOKEN, "captured"))


def test_anybody_with_the_public_key_can_check_it(folders: Folders, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed here")
    keep(order_of(folders))
    (tmp_path / "manifests.pub").write_text(folders.keys.public_pem())
    file = folders.kept / f"demo/nour/2023/11/14/{CALL}.json"
    check = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "manifests.pub"]
    files = ["-rawin", "-in", file, "-sigfile", f"{file}.sig"]
    assert subprocess.run([*check, *files], check=False).returncode == 0
    file.write_bytes(file.read_bytes().replace(b"amira", b"bilal"))
    assert subprocess.run([*check, *files], check=False).returncode != 0
    with pytest.raises(ManifestWrong):
        read_signed(file, folders.keys.signer().public_key())


def test_what_is_looked_at_knows_holds_and_pauses(folders: Folders) -> None:
    made = keep(order_of(folders))
    picture = Analysis.of_picture(json.loads(zlib.decompress(made["picture"])))
    kinds = {(span.kind, span.start, span.end) for span in picture.spans}
    assert (SpanKind.PAUSE, 2.0, 3.0) in kinds
    assert (SpanKind.HOLD, 5.0, 6.0) in kinds


def test_what_is_missing_is_said(folders: Folders) -> None:
    order = order_of(folders)
    raw = folders.spool / order.material.parts[0].path
    os.truncate(raw, raw.stat().st_size // 2)
    assert keep(order)["missing_seconds"] == pytest.approx(2.0)


def test_nothing_recorded_is_no_recording(folders: Folders) -> None:
    order = order_of(folders)
    for part in order.material.parts:
        (folders.spool / part.path).write_bytes(b"")
    with pytest.raises(NothingRecorded):
        keep(order)
    assert files_below(folders.kept) == set()


def test_files_of_others_are_not_joined(folders: Folders) -> None:
    order = order_of(folders)
    other = order_of(folders, material("other", client="dnipro"))
    path = "demo/nour/../dnipro/2023/11/14/other.raw"
    assert (folders.spool / path).exists()
    parts = (replace(other.material.parts[0], path=path),)
    with pytest.raises(NothingRecorded):
        keep(replace(order, material=replace(order.material, parts=parts)))


def test_keys_are_for_their_owner_alone(folders: Folders) -> None:
    made = keep(order_of(folders))
    modes = {file.name: file.stat().st_mode & 0o777 for file in folders.keys.folder.iterdir()}
    public = f"manifests-{made['signed_by']}.pub"
    assert modes == {"manifests.pem": 0o600, public: 0o600, "nour.age-key": 0o600}


def test_a_destroyed_key_opens_nothing_any_more(folders: Folders, tmp_path: Path) -> None:
    made = keep(order_of(folders))
    secret = (folders.keys.folder / "nour.age-key").read_bytes()
    assert folders.keys.destroy("nour") == made["key"]
    with pytest.raises(KeyDestroyed):
        opened(folders, made["file"], made["key"], tmp_path / "plain.wav")
    anew = keep(order_of(folders, material("next")))
    assert anew["key"] != made["key"]
    with (folders.kept / made["file"]).open("rb") as sealed, pytest.raises(SealBroken):
        unseal(sealed, folders.keys.identity("nour", anew["key"]), Hashing())
    everything = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert secret.strip() not in everything


@pytest.mark.parametrize("client", ["../nour", "a/b", "Nour", "", "_"])
def test_no_key_has_a_name_that_leads_elsewhere(tmp_path: Path, client: str) -> None:
    ring = KeyRing(tmp_path / "keys")
    if client in ("", "_"):
        ring.recipient(client)
        assert files_below(tmp_path) == {"_.age-key"}
    else:
        with pytest.raises(ValueError, match="no client"):
            ring.recipient(client)


def test_one_changed_byte_breaks_the_seal(folders: Folders) -> None:
    made = keep(order_of(folders))
    content = bytearray((folders.kept / made["file"]).read_bytes())
    identity = folders.keys.identity("nour", made["key"])
    for place in (300, len(content) // 2, len(content) - 1):
        changed = content.copy()
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            unseal(io.BytesIO(bytes(changed)), identity, Hashing())
    with pytest.raises(SealBroken):
        unseal(io.BytesIO(bytes(content[:-100])), identity, Hashing())


# --- killed ---------------------------------------------------------------------------------


def _killed_in(order: Order, step: int, *, after: bool) -> None:
    """Keep a recording, and die before a step or right after it."""
    whole = STEPS[step]

    def die(work: pipeline.Work) -> None:
        if after:
            whole(work)
        os._exit(137)

    pipeline.STEPS = (*STEPS[:step], die)  # type: ignore[misc]
    keep(order)


@pytest.mark.parametrize("step", range(len(STEPS)), ids=[one.__name__ for one in STEPS])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_whenever_it_is_killed_the_next_one_keeps_it(
    folders: Folders, tmp_path: Path, step: int, *, after: bool
) -> None:
    order = order_of(folders)
    died = multiprocessing.get_context("fork").Process(
        target=_killed_in, args=(order, step), kwargs={"after": after}
    )
    died.start()
    died.join()
    assert died.exitcode == 137
    assert all((folders.spool / part.path).exists() for part in order.material.parts)
    made = keep(order)
    said = read_signed(
        folders.kept / f"demo/nour/2023/11/14/{CALL}.json", folders.keys.signer().public_key()
    )
    assert said["sealed"]["sha256"] == made["sealed_sha256"]
    plain = opened(folders, made["file"], made["key"], tmp_path / "plain.wav")
    assert len(read_sound(plain)) == 7 * RATE
    assert files_below(folders.kept) == {f"{CALL}.wav.age", f"{CALL}.json", f"{CALL}.json.sig"}


def test_what_was_kept_is_found_again_when_the_database_was_lost(folders: Folders) -> None:
    order = order_of(folders)
    made = keep(order)
    shutil.rmtree(folders.spool)
    found = keep(replace(order, now=NOW + 5))
    same = ("file", "sha256", "sealed_sha256", "key", "seconds", "format", "signed_by")
    assert {name: found[name] for name in same} == {name: made[name] for name in same}


def test_a_disk_that_gives_back_something_else_is_an_error(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(work: pipeline.Work) -> None:
        content = bytearray(work.kept.read_bytes())
        content[-1] ^= 1
        work.kept.write_bytes(bytes(content))

    steps = list(STEPS)
    steps.insert(-1, bad)
    monkeypatch.setattr(pipeline, "STEPS", tuple(steps))
    with pytest.raises(OSError, match="error"):
        keep(order_of(folders))
