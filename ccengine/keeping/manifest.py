"""The manifest of a kept recording: what it is, where from, what it must be, and who says so.

It is JSON in one line of sorted keys, and lies beside the sealed sound as `<call>.json`; its
Ed25519 signature, 64 bytes, is `<call>.json.sig`. Anybody who has the public key can check it:
`openssl pkeyutl -verify -pubin -inkey manifests.pub -rawin -in CALL.json -sigfile CALL.json.sig`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.exceptions import InvalidSignature

from ccengine import __version__
from ccengine.keeping.keys import fingerprint
from ccengine.keeping.placing import RATE
from ccengine.keeping.sealing import digest_of
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    from ccengine.core.ids import Instant
    from ccengine.keeping.joining import Joined
    from ccengine.keeping.keys import KeyRing
    from ccengine.keeping.order import Material, Order
    from ccengine.keeping.sealing import Digest
    from ccengine.reporting.call_record import HoldRecord
    from ccengine.reporting.card_records import CardEntryRecord, ConsentRecord
    from ccengine.reporting.recording_records import PauseRecord, RecordingPart
    from ccengine.storage.kept import KeptRecording

SCHEMA: Final = 1
MANIFEST: Final = ".json"
SIGNATURE: Final = ".sig"


class ManifestWrong(Exception):
    """A manifest is not what was signed."""


def manifest_of(order: Order, joined: Joined, sound: Digest, sealed: Digest) -> dict[str, Any]:
    """Return what is to be signed."""
    material = order.material
    placed = {part.file: part for part in joined.parts}
    files = {part.path: order.folders.raw(material, part.path) for part in material.parts}
    return {
        "manifest": SCHEMA,
        "engine": __version__,
        "made_at": utc_text(order.now),
        "call": material.call,
        "tenant": material.tenant,
        "client": material.client,
        "queue": material.queue,
        "started_at": utc_text(material.started_at),
        "seconds": joined.seconds,
        "missing_seconds": missing_seconds(order, joined),
        "legs": _legs(material),
        "holds": [_hold(one) for one in material.holds],
        "consents": [_consent(one) for one in material.consents],
        "card_entries": [_card_entry(one) for one in material.card_entries],
        "parts": [
            _part(
                part,
                placed[file].offset_seconds if file in placed else None,
                placed[file].seconds if file in placed else 0.0,
            )
            for part, file in ((part, files[part.path]) for part in material.parts)
        ],
        "sound": {
            "format": order.sound_format,
            "channels": order.channels,
            "rate": RATE,
            "bytes": sound.bytes,
            "sha256": sound.sha256,
        },
        "sealed": {
            "bytes": sealed.bytes,
            "sha256": sealed.sha256,
            "key": str(order.folders.keys.recipient(material.client)),
        },
    }


def missing_seconds(order: Order, joined: Joined) -> float:
    """Return for how long the parts should have lasted beyond what is in their files."""
    found = {part.file: part.seconds for part in joined.parts}
    missing = 0.0
    for part in order.material.parts:
        file = order.folders.raw(order.material, part.path)
        ended_at = part.ended_at or order.material.ended_at
        lasted = 0.0 if file is None else found.get(file, 0.0)
        missing += max(0.0, ended_at - part.started_at - lasted)
    return round(missing, 2)


def write_signed(manifest: dict[str, Any], file: Path, signer: Ed25519PrivateKey) -> None:
    """Write a manifest's signature, then the manifest, each whole or not at all.

    Raises:
        OSError: they cannot be written.
    """
    manifest = {**manifest, "signed_by": fingerprint(signer.public_key())}
    content = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)
    put(signature_of(file), signer.sign(content))
    put(file, content)


def read_signed(file: Path, key: Ed25519PublicKey) -> dict[str, Any]:
    """Return a manifest that was signed with the key.

    Raises:
        ManifestWrong: it was not, or is not there.
    """
    try:
        content = file.read_bytes()
        key.verify(signature_of(file).read_bytes(), content)
        manifest = orjson.loads(content)
    except OSError as error:
        message = f"{file.name} cannot be read: {error.strerror}"
        raise ManifestWrong(message) from error
    except (InvalidSignature, ValueError) as error:
        message = f"{file.name} is not what was signed"
        raise ManifestWrong(message) from error
    return dict(manifest)


def read_known(file: Path, keys: KeyRing) -> dict[str, Any]:
    """Return a manifest that was signed with a key of this engine's, be it one of before.

    Raises:
        ManifestWrong: it was not, or is not there.
        SecretMissing: the key that signs now cannot be read.
    """
    signed_by = _signer_said(file)
    key = keys.verifier(signed_by)
    if key is None:
        message = f"{file.name} was signed with another key, {signed_by}: this engine has none such"
        raise ManifestWrong(message)
    return read_signed(file, key)


def _signer_said(file: Path) -> str:
    """Return which key a manifest names, whether that is true or not."""
    try:
        return str(orjson.loads(file.read_bytes())["signed_by"])
    except OSError as error:
        message = f"{file.name} cannot be read: {error.strerror}"
        raise ManifestWrong(message) from error
    except (ValueError, LookupError, TypeError) as error:
        message = f"{file.name} is not what was signed"
        raise ManifestWrong(message) from error


def signature_of(file: Path) -> Path:
    """Return the file with a manifest's signature."""
    return file.with_name(file.name + SIGNATURE)


def manifest_beside(sealed: Path) -> Path:
    """Return the manifest of a sealed file: `<call>.<format>.age` has `<call>.json`."""
    return sealed.with_suffix("").with_suffix(MANIFEST)


def contradictions(manifest: dict[str, Any], row: KeptRecording) -> Iterator[str]:
    """Yield where a manifest says something else than the database, such as another call's."""
    said = {
        "call": manifest.get("call"),
        "client": manifest.get("client"),
        "sha256": manifest.get("sound", {}).get("sha256"),
        "sealed_sha256": manifest.get("sealed", {}).get("sha256"),
        "key": manifest.get("sealed", {}).get("key"),
        "signed_by": manifest.get("signed_by"),
    }
    for name, value in said.items():
        if value != getattr(row, name):
            yield f"its manifest has another {name} than the database"


def is_sealed_as(sealed: Path, manifest: dict[str, Any]) -> bool:
    """Tell whether a sealed file is the manifest's.

    Raises:
        OSError: it cannot be read.
    """
    digest, wanted = digest_of(sealed), manifest["sealed"]
    return (digest.bytes, digest.sha256) == (wanted["bytes"], wanted["sha256"])


def put(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, in the place of what is there.

    Raises:
        OSError: it cannot be written.
    """
    draft = file.with_name(f".{file.name}.draft")
    try:
        with draft.open("wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _legs(material: Material) -> list[dict[str, Any]]:
    channels = sorted({part.channel for part in material.parts})
    recorded = [{"channel": channel, "side": "caller"} for channel in channels]
    agents = [
        {"agent": one.agent, "side": "heard", **_span(one.started_at, one.ended_at)}
        for one in material.conversations
    ]
    return [*recorded, *agents]


def _part(part: RecordingPart, offset: float | None, seconds: float) -> dict[str, Any]:
    return {
        "channel": part.channel,
        **_span(part.started_at, part.ended_at),
        "ended_because": part.ended_because or "the call ended",
        "by": part.by,
        "offset_seconds": offset,
        "seconds": seconds,
        "pauses": _pauses(part.pauses),
    }


def _consent(one: ConsentRecord) -> dict[str, Any]:
    """Tell by which rule the call might be recorded, what was said for that, and the answer."""
    return {
        "rule": one.rule,
        "given": one.given,
        "answer": one.answer,
        "caller_place": one.caller_place,
        "agent_place": one.agent_place,
        "agent": one.agent,
        "prompt": {"name": one.prompt, "version": one.version, "language": one.language},
        "asked_at": None if one.asked_at is None else utc_text(one.asked_at),
        "answered_at": None if one.answered_at is None else utc_text(one.answered_at),
    }


def _card_entry(one: CardEntryRecord) -> dict[str, Any]:
    """Tell when a card was taken and how that ended; nothing of the card, nor its last four."""
    return {
        "entry": one.entry,
        "by": one.by,
        "agent": one.agent,
        **_span(one.started_at, one.ended_at),
        "outcome": one.outcome,
    }


def _hold(one: HoldRecord) -> dict[str, Any]:
    return {"agent": one.agent, **_span(one.started_at, one.ended_at)}


def _pauses(pauses: Sequence[PauseRecord]) -> list[dict[str, Any]]:
    return [
        {
            **_span(one.started_at, one.ended_at),
            "by": one.by,
            "reason": one.reason,
            "ended_by": one.ended_by,
            "guard": one.guard,
        }
        for one in pauses
    ]


def _span(start: Instant, end: Instant | None) -> dict[str, str | None]:
    return {"started_at": utc_text(start), "ended_at": None if end is None else utc_text(end)}
