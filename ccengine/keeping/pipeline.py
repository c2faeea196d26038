"""Makes one kept recording of what Asterisk has left of one call. In a process of its own.

The steps, in order, are `STEPS`: joined, looked at, sealed, put in place, signed, checked. It may
be killed in any of them, and begins anew: what it makes are drafts until they are renamed, and
Asterisk's files go only when the caller of `keep` has noted what was kept.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from ccengine.keeping.faults import NothingRecorded
from ccengine.keeping.joining import Joined, join, sound_of
from ccengine.keeping.keys import KeyDestroyed, sync_folder
from ccengine.keeping.manifest import (
    MANIFEST,
    ManifestWrong,
    is_sealed_as,
    manifest_of,
    read_known,
    write_signed,
)
from ccengine.keeping.order import Order
from ccengine.keeping.placing import FRAME_BYTES, RATE, Part, place
from ccengine.keeping.sealing import Digest, Hashing, SealBroken, digest_of, seal, unseal
from ccengine.reporting.instants import day_folder
from ccengine.sound import Analysis, Stretch, analyse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ccengine.reporting.call_record import HoldRecord
    from ccengine.reporting.recording_records import PauseRecord

SEALED: Final = ".age"
NOT_JOINED: Final = Joined(0.0, ())
NO_DIGEST: Final = Digest(0, "")


@dataclass(slots=True)
class Work:
    """How far one recording is."""

    order: Order
    plain: Path  #: drafts
    timeline: Path
    sealed: Path
    name: str  #: of what is kept, below its folder, without the format
    joined: Joined = NOT_JOINED
    analysis: Analysis | None = None
    sound: Digest = NO_DIGEST
    seal: Digest = NO_DIGEST
    said: dict[str, Any] = field(default_factory=dict)  #: in the manifest

    @property
    def kept(self) -> Path:
        """The sealed sound in its place."""
        return self.order.folders.kept / f"{self.name}.{self.order.sound_format}{SEALED}"

    @property
    def manifest(self) -> Path:
        """The manifest in its place."""
        return self.order.folders.kept / f"{self.name}{MANIFEST}"

    @property
    def parts(self) -> list[Part]:
        """Asterisk's files."""
        order = self.order
        found = (
            (order.folders.raw(order.material, part.path), part.started_at)
            for part in order.material.parts
        )
        return [Part(file, started_at) for file, started_at in found if file is not None]


def keep(order: Order) -> dict[str, Any]:
    """Keep a recording, and return what its row is to have. What is kept already stays.

    Raises:
        NothingRecorded: there is nothing to keep.
        OSError: the disk does not take it, or does not give back what it took.
        SecretMissing: a key cannot be read.
    """
    work = _begun(order)
    try:
        if not any(part.seconds for part in place(work.parts)):
            found = _kept_before(work)
            if found is None:
                raise NothingRecorded
            return found
        for step in STEPS:
            step(work)
        return _row(work)
    finally:
        for draft in (work.plain, work.timeline, work.sealed):
            draft.unlink(missing_ok=True)


def name_of(order: Order) -> str:
    """Return the name of what is kept of a call, below its folder, without endings."""
    material = order.material
    client = material.client or "_"
    return f"{material.tenant}/{client}/{day_folder(material.started_at)}/{material.call}"


def _begun(order: Order) -> Work:
    folders, call = order.folders, order.material.call
    folders.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = Work(
        order=order,
        plain=folders.drafts / f"{call}.{order.sound_format}",
        timeline=folders.drafts / f"{call}.timeline",
        sealed=folders.drafts / f"{call}.{order.sound_format}{SEALED}",
        name=name_of(order),
    )
    work.kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return work


def join_parts(work: Work) -> None:
    """Make the one plain file."""
    order = work.order
    work.joined = join(
        work.parts, work.plain, channels=order.channels, sound_format=order.sound_format
    )
    work.sound = digest_of(work.plain)


def look_at(work: Work) -> None:
    """Find talk and silence. What cannot be looked at is kept all the same."""
    parts = place(work.parts)
    file = parts[0].file
    if len(parts) > 1:
        file = work.timeline
        with file.open("wb") as timeline:
            for block in sound_of(parts):
                timeline.write(block.tobytes())
    frames = file.stat().st_size // FRAME_BYTES
    samples = np.memmap(file, dtype="<i2", mode="r", shape=(frames, 2))
    material = work.order.material
    begin = material.started_at
    pauses = [pause for part in material.parts for pause in part.pauses]
    with suppress(ValueError):
        work.analysis = analyse(
            samples,
            RATE,
            holds=_stretches(material.holds, begin, material.ended_at),
            pauses=_stretches(pauses, begin, material.ended_at),
        )


def seal_it(work: Work) -> None:
    """Encrypt it to the client's key."""
    recipient = work.order.folders.keys.recipient(work.order.material.client)
    work.seal = seal(work.plain, work.sealed, recipient)


def put_in_place(work: Work) -> None:
    """Put the sealed sound where it stays."""
    work.sealed.replace(work.kept)
    sync_folder(work.kept.parent)


def sign(work: Work) -> None:
    """Write the manifest and its signature beside it."""
    manifest = manifest_of(work.order, work.joined, work.sound, work.seal)
    write_signed(manifest, work.manifest, work.order.folders.keys.signer())
    sync_folder(work.kept.parent)


def check(work: Work) -> None:
    """Read everything back: what follows is that Asterisk's files go.

    Raises:
        OSError: it is not what was written.
    """
    material = work.order.material
    keys = work.order.folders.keys
    try:
        work.said = manifest = read_known(work.manifest, keys)
        with work.kept.open("rb") as sealed:
            identity = keys.identity(material.client, manifest["sealed"]["key"])
            sound = unseal(sealed, identity, Hashing())
        whole = is_sealed_as(work.kept, manifest)
    except (ManifestWrong, SealBroken, KeyDestroyed) as error:
        raise OSError(str(error)) from error
    if sound != work.sound or not whole:
        message = f"{work.kept.name} was written, and another one was read"
        raise OSError(message)


STEPS: Final[Sequence[Callable[[Work], None]]] = (
    join_parts,
    look_at,
    seal_it,
    put_in_place,
    sign,
    check,
)


def _kept_before(work: Work) -> dict[str, Any] | None:
    """Return the row of what was kept, and not noted: the database was lost since, for example."""
    keys = work.order.folders.keys
    try:
        manifest = read_known(work.manifest, keys)
    except ManifestWrong:
        return None
    sound_format = manifest["sound"]["format"]
    file = f"{work.name}.{sound_format}{SEALED}"
    if not (work.order.folders.kept / file).exists():
        return None
    return {
        **_values(manifest),
        "file": file,
        "kept_at": work.order.now,
    }


def _row(work: Work) -> dict[str, Any]:
    analysis = work.analysis
    return {
        **_values(work.said),
        "file": work.kept.relative_to(work.order.folders.kept).as_posix(),
        "kept_at": work.order.now,
        "silence_percent": None if analysis is None else analysis.silence_percent,
        "talk_over_percent": None if analysis is None else analysis.talk_over_percent,
        "picture": None if analysis is None else zlib.compress(orjson.dumps(analysis.picture())),
    }


def _values(manifest: dict[str, Any]) -> dict[str, Any]:
    sound, sealed = manifest["sound"], manifest["sealed"]
    return {
        "seconds": manifest["seconds"],
        "missing_seconds": manifest["missing_seconds"],
        "format": sound["format"],
        "channels": sound["channels"],
        "sha256": sound["sha256"],
        "bytes": sound["bytes"],
        "sealed_sha256": sealed["sha256"],
        "sealed_bytes": sealed["bytes"],
        "key": sealed["key"],
        "signed_by": manifest["signed_by"],
    }


def _stretches(
    spans: Sequence[HoldRecord] | Sequence[PauseRecord], begin: float, end: float
) -> Iterator[Stretch]:
    for span in spans:
        yield Stretch(
            span.started_at - begin, (end if span.ended_at is None else span.ended_at) - begin
        )
