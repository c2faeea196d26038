"""Recordings in a store that speaks S3: moved, heard there, erased there, and never lost."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import urllib3
from minio import Minio
from structlog.testing import capture_logs

from ccengine.config.keeping import KeepingRules, Store
from ccengine.keeping import store as store_module
from ccengine.keeping.mover import Mover
from ccengine.storage.kept import KeptState
from tests.keeping.house import LISTENER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.keeping.house import KeepingHouse

ACCESS, SECRET = "an-access-key", "a-secret-that-nobody-may-read"
STARTED_SECONDS = 30


class Bucket:
    """A store in a process of its own, with a bucket."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.bucket = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = Minio(
            endpoint=f"127.0.0.1:{self.port}",
            access_key=ACCESS,
            secret_key=SECRET,
            secure=False,
            region="us-east-1",
            http_client=urllib3.PoolManager(retries=False, timeout=5),
        )

    @property
    def rules(self) -> KeepingRules:
        """A client's that uses it."""
        endpoint = f"http://127.0.0.1:{self.port}"
        store = Store(endpoint=endpoint, bucket=self.bucket, prefix="cc/", region="us-east-1")
        return KeepingRules(store=store)

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + STARTED_SECONDS  # noqa: TID251 - a process outside
        while True:
            try:
                self.client.list_buckets()
            except urllib3.exceptions.HTTPError:
                if time.monotonic() > end:  # noqa: TID251
                    raise
                time.sleep(0.1)
            else:
                return

    def names(self) -> set[str]:
        """All objects' names."""
        found = self.client.list_objects(bucket_name=self.bucket, recursive=True)
        return {str(one.object_name) for one in found}


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    bucket = Bucket()
    try:
        bucket.wait()
        yield bucket
    finally:
        bucket.process.kill()
        bucket.process.wait()


@pytest.fixture
def bucket(server: Bucket, here: KeepingHouse) -> Bucket:
    """An empty bucket, for nour."""
    server.bucket = f"recordings-{here.folder.name.replace('_', '-').lower()}"[:60].rstrip("-")
    server.client.make_bucket(bucket_name=server.bucket)
    here.rule("nour", server.rules)
    keys = here.house.paths.store_keys("nour")
    keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys.write_text(f"{ACCESS}\n{SECRET}\n")
    keys.chmod(0o600)
    return server


FILES = {f"cc/demo/nour/1970/01/01/c1.{ending}" for ending in ("wav.age", "json", "json.sig")}


async def moved(here: KeepingHouse, call: str = "c1") -> bytes:
    """Have a call's recording be kept and moved; return its sound."""
    here.talk(call)
    await here.keep()
    sound = await here.heard(call)
    await here.mover.turn()
    await here.keep()
    return sound


async def test_it_is_moved_heard_there_and_verified_there(
    here: KeepingHouse, bucket: Bucket
) -> None:
    before = await moved(here)
    assert bucket.names() == FILES
    row = await here.row("c1")
    assert row.stored is not None
    assert row.cleared
    assert here.files("kept") == {"c1.json", "c1.json.sig"}
    assert await here.heard("c1") == before
    sound = await here.keeping.sound(here.record("c1"))
    part = [one async for one in here.keeping.play(sound, LISTENER, 10_000, 20_000)]
    assert b"".join(part) == before[10_000:20_000]
    assert await here.keeping.verify("c1") == []


async def test_what_is_changed_there_is_named(here: KeepingHouse, bucket: Bucket) -> None:
    await moved(here)
    [name] = [one for one in bucket.names() if one.endswith(".age")]
    response = bucket.client.get_object(bucket_name=bucket.bucket, object_name=name)
    content = bytearray(response.read())
    response.close()
    content[-1] ^= 1
    bucket.client.put_object(
        bucket_name=bucket.bucket,
        object_name=name,
        data=io.BytesIO(bytes(content)),
        length=len(content),
    )
    faults = await here.keeping.verify("c1")
    assert any("c1.wav.age" in fault for fault in faults)


async def test_others_recordings_stay(here: KeepingHouse, bucket: Bucket) -> None:
    here.talk("c2", "dnipro")
    await moved(here)
    assert bucket.names() == FILES
    assert "c2.wav.age" in here.files("kept")


async def test_what_the_store_gives_back_wrong_is_not_removed_here(
    here: KeepingHouse, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bucket.names() == set()
    real = store_module._read_back

    def wrong(client: Minio, where: str, name: str) -> object:
        digest = real(client, where, name)
        return digest if name.endswith((".json", ".sig")) else None

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "_read_back", wrong)
        with capture_logs() as logs:
            await moved(here)
    assert "recording_not_moved" in [log["event"] for log in logs]
    assert (await here.row("c1")).stored is None
    assert "c1.wav.age" in here.files("kept")
    assert here.mover.away == {"nour"}
    here.shift.wait(11)
    await here.mover.turn()
    assert (await here.row("c1")).stored is not None
    assert here.mover.away == frozenset()


async def test_a_store_that_is_away_for_hours_does_no_harm(
    here: KeepingHouse, bucket: Bucket
) -> None:
    os.kill(bucket.process.pid, signal.SIGSTOP)  # it answers nobody
    try:
        with pytest.MonkeyPatch.context() as patch, capture_logs() as logs:
            patch.setattr(store_module, "READ_SECONDS", 0.3)
            here.talk("c1")
            await here.keep()
            await here.mover.turn()
            await here.mover.turn()  # not at once again
            here.shift.wait(4 * 3_600)
            here.talk("c2")
            await here.keep()
            await here.mover.turn()
            assert await here.heard("c1")  # from here
    finally:
        os.kill(bucket.process.pid, signal.SIGCONT)
    missed = [log for log in logs if log["event"] == "recording_not_moved"]
    assert len(missed) == 2
    assert SECRET not in str(logs)
    assert ACCESS not in str(logs)
    here.shift.wait(4 * 3_600)
    await here.mover.turn()
    await here.keep()
    rows = [await here.row(call) for call in ("c1", "c2")]
    assert all(row.stored for row in rows)


async def test_killed_after_it_was_put_there_it_is_put_there_again(
    here: KeepingHouse, bucket: Bucket
) -> None:
    here.talk("c1")
    await here.keep()
    row = await here.row("c1")
    place = here.house.place("nour")
    assert place is not None
    assert row.file is not None
    assert row.sealed_sha256 is not None
    from ccengine.keeping.order import Move

    what = Move(
        place=place,
        prefix="cc/",
        kept=here.house.folders.kept,
        file=row.file,
        sha256=row.sealed_sha256,
    )
    store_module.move(what)  # and nobody noted it
    here.begin()
    assert isinstance(here.mover, Mover)
    await here.mover.turn()
    await here.keep()
    assert bucket.names() == FILES
    assert await here.keeping.verify("c1") == []


async def test_erased_it_is_gone_there_too(here: KeepingHouse, bucket: Bucket) -> None:
    await moved(here)
    assert await here.keeping.erase("c1", "GDPR 17") is None
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert bucket.names() == set()
    assert here.files("kept") == set()


async def test_old_versions_go_with_it(here: KeepingHouse, bucket: Bucket) -> None:
    from minio.versioningconfig import ENABLED, VersioningConfig

    bucket.client.set_bucket_versioning(bucket_name=bucket.bucket, config=VersioningConfig(ENABLED))
    await moved(here)
    await here.keeping.erase("c1", "GDPR 17")
    await here.keep()
    left = bucket.client.list_objects(
        bucket_name=bucket.bucket, recursive=True, include_version=True
    )
    assert [one.object_name for one in left] == []


async def test_keys_that_others_can_read_are_not_used(here: KeepingHouse, bucket: Bucket) -> None:
    here.house.paths.store_keys("nour").chmod(0o644)
    with capture_logs() as logs:
        await moved(here)
    assert any("chmod 600" in str(log.get("cause")) for log in logs)
    assert bucket.names() == set()
    assert SECRET not in str(logs)
