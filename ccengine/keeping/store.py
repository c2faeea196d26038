"""A client's store that speaks S3: what is put there, read back, and taken away again.

All of it waits for the network: never on the engine's loop. Keys come from a file that nobody but
the engine may read, and are told to nobody.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException

from ccengine.config.secret_files import SecretMissing, read_secret
from ccengine.keeping.faults import SealedChanged, StoreFailed
from ccengine.keeping.manifest import manifest_beside, signature_of
from ccengine.keeping.sealing import BLOCK, Digest, Hashing, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.keeping.order import Move
    from ccengine.keeping.places import Place
    from ccengine.keeping.sealing import Reads

OTHERS: Final = 0o077
"""Rights of anybody but the owner."""
KEY_LINES: Final = 2
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 60.0


def move(what: Move) -> str:
    """Put a recording with its manifest into the store, read it back, and return its name there.

    Nothing is deleted here. What was put there before is put there again.

    Raises:
        StoreFailed: it is not there, or not whole.
        SecretMissing: the store's keys cannot be read, or others can read them: nothing was put.
        SealedChanged: it is not what was sealed: nothing was put.
        OSError: the recording cannot be read here.
    """
    sealed = what.kept / what.file
    manifest = manifest_beside(sealed)
    if digest_of(sealed).sha256 != what.sha256:
        message = f"{what.file} is not what was sealed: it stays here"
        raise SealedChanged(message)
    with _errors():
        client = _client(what.place)
        for file in (signature_of(manifest), manifest, sealed):
            name = what.prefix + file.relative_to(what.kept).as_posix()
            _put(client, what.place.bucket, name, file)
    return what.stored


@contextmanager
def reading(place: Place, item: str) -> Iterator[Reads]:
    """Give an object to read.

    Raises:
        StoreFailed: it cannot be had.
        SecretMissing: the store's keys cannot be read, or others can read them.
    """
    with _errors():
        response = _client(place).get_object(bucket_name=place.bucket, object_name=item)
        try:
            yield response
        finally:
            response.close()
            response.release_conn()


def remove(place: Place, item: str) -> None:
    """Take a recording away from the store, with its manifest and all older versions of them.

    Raises:
        StoreFailed: it may be there still.
        SecretMissing: the store's keys cannot be read, or others can read them.
    """
    manifest = manifest_beside(Path(item)).as_posix()
    with _errors():
        client = _client(place)
        for name in (item, manifest, signature_of(Path(manifest)).as_posix()):
            for version in _versions(client, place.bucket, name):
                client.remove_object(bucket_name=place.bucket, object_name=name, version_id=version)


def _versions(client: Minio, bucket: str, name: str) -> list[str | None]:
    """Return the versions of an object; where the store keeps none, the one that there is."""
    found = client.list_objects(bucket_name=bucket, prefix=name, include_version=True)
    versions = [one.version_id for one in found if one.object_name == name]
    return [None if version in (None, "null") else version for version in versions] or [None]


def _put(client: Minio, bucket: str, name: str, file: Path) -> None:
    wanted = digest_of(file)
    with file.open("rb") as source:
        client.put_object(
            bucket_name=bucket,
            object_name=name,
            data=source,
            length=wanted.bytes,
            metadata={"sha256": wanted.sha256},
        )
    if _read_back(client, bucket, name) != wanted:
        message = f"{name} was put there, and something else was read"
        raise StoreFailed(message)


def _read_back(client: Minio, bucket: str, name: str) -> Digest:
    hashing = Hashing()
    response = client.get_object(bucket_name=bucket, object_name=name)
    try:
        while data := response.read(BLOCK):
            hashing.write(data)
    finally:
        response.close()
        response.release_conn()
    return hashing.close()


def _client(place: Place) -> Minio:
    parts = urlsplit(place.endpoint)
    access, secret = _keys(place.keys)
    return Minio(
        endpoint=parts.netloc,
        access_key=access,
        secret_key=secret,
        secure=parts.scheme == "https",
        region=place.region or None,
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,  # whoever asks tries again, later and later
        ),
    )


def _keys(file: Path) -> tuple[str, str]:
    """Return access key and secret key: the two lines of the file."""
    lines = read_secret(file).split()
    if len(lines) != KEY_LINES:
        raise SecretMissing(file, "does not have two lines, access key and secret key")
    if file.stat().st_mode & OTHERS:
        raise SecretMissing(file, "can be read by others: chmod 600")
    return lines[0], lines[1]


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (MinioException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise StoreFailed(_told(error)) from None  # the error may hold what was sent


def _told(error: Exception) -> str:
    """Return what happened, without anything that was sent."""
    code = getattr(error, "code", "")
    return f"{type(error).__name__}{f': {code}' if code else ''}"
