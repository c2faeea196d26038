"""Puts a pack together: in a draft beside its folder, which becomes the folder when it is whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ccengine import __version__
from ccengine.config.ownership import SECRET
from ccengine.keeping.manifest import signature_of, write_signed
from ccengine.keeping.order import Folders
from ccengine.keeping.sealing import digest_of
from ccengine.proof.attempt_rows import (
    ATTEMPT,
    CONSENT,
    SCRUB,
    WISH,
    attempt_facts,
    consent_facts,
    scrub_facts,
    wish_facts,
)
from ccengine.proof.figures import Figures
from ccengine.proof.files import csv_opened, json_lines_opened, opened, write_json
from ccengine.proof.laws import LawVersions
from ccengine.proof.order import ProofOrder
from ccengine.proof.page import Told, page
from ccengine.proof.ratios import Ratio, WindowCounts
from ccengine.proof.recordings import RECORDING, RecordingFacts
from ccengine.proof.verifying import MANIFEST
from ccengine.reporting.instants import utc_text
from ccengine.storage.proof_rows import ProofRows

SCHEMA: Final = 1
REPORT: Final = "report.html"


class FolderTaken(Exception):
    """There is something where the pack is to be: nothing is overwritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A pack that was made."""

    attempts: int
    ratios: Sequence[Ratio]
    sha256: str  #: of its manifest


@dataclass(frozen=True, slots=True)
class _Making:
    order: ProofOrder
    rows: ProofRows
    laws: LawVersions
    folders: Folders
    draft: Path


def write_pack(order: ProofOrder, rows: ProofRows, folders: Folders, to: Path) -> Written:
    """Write a pack: whole, or nothing.

    Args:
        order: what of.
        rows: all of one moment.
        folders: of recordings, with the key that signs.
        to: the folder, which is made.

    Raises:
        FolderTaken: it is there.
        SecretMissing: the key cannot be read.
        OSError: it cannot be written.
    """
    if to.exists() or to.is_symlink():
        raise FolderTaken(str(to))
    signer = folders.keys.signer()
    draft = Path(tempfile.mkdtemp(dir=to.parent, prefix=f".{to.name}."))  # 0700
    try:
        stretch = order.stretch
        laws = LawVersions(rows.laws(stretch.client, stretch.campaign), order.lawbook)
        told = _write_files(_Making(order, rows, laws, folders, draft))
        manifest = draft / MANIFEST
        write_signed(_manifest(order, told, draft), manifest, signer)
        for file in (manifest, signature_of(manifest)):
            file.chmod(SECRET)
        sha256 = digest_of(manifest).sha256
        draft.rename(to)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Written(attempts=told.figures.attempts, ratios=told.ratios, sha256=sha256)


def _write_files(making: _Making) -> Told:
    order, draft = making.order, making.draft
    figures = _write_attempts(making)
    ratios = _write_ratios(making)
    write_json(draft / "rules.json", _rules(making, figures))
    recordings = RecordingFacts(making.folders)
    counts = {"consents": 0, "wishes": 0, "recordings": 0}
    tables = (
        ("consents", CONSENT, making.rows.consents, consent_facts),
        ("wishes", WISH, making.rows.wishes, wish_facts),
        ("recordings", RECORDING, making.rows.recordings, recordings.of),
    )
    for name, columns, found, facts in tables:
        with csv_opened(draft / f"{name}.csv", columns) as write:
            for row in found(order.stretch):
                write(facts(row))
                counts[name] += 1
    told = Told(
        order=order,
        figures=figures,
        ratios=ratios,
        laws=making.laws,
        counts=counts,
        recordings=recordings.counts,
        files=_digests(draft),
    )
    with opened(draft / REPORT) as out:
        out.write(page(told))
    return told


def _write_attempts(making: _Making) -> Figures:
    figures, draft = Figures(), making.draft
    with ExitStack() as files:
        table = files.enter_context(csv_opened(draft / "attempts.csv", ATTEMPT))
        lines = files.enter_context(json_lines_opened(draft / "attempts.jsonl"))
        scrubs = files.enter_context(csv_opened(draft / "scrubs.csv", SCRUB))
        for row in making.rows.attempts(making.order.stretch):
            facts, scrubbed = attempt_facts(row), list(scrub_facts(row, making.laws))
            table(facts)
            lines(facts)
            for one in scrubbed:
                scrubs(one)
            figures.add(row, making.laws.ring_floor_seconds(row))
            figures.add_scrubs(scrubbed)
    return figures


def _write_ratios(making: _Making) -> Sequence[Ratio]:
    order, stretch = making.order, making.order.stretch
    began = making.rows.began(stretch.client, stretch.campaign)
    ratios: Sequence[Ratio] = ()
    if began is not None:
        counts = WindowCounts(order, began, making.laws)
        for row in making.rows.outcomes(stretch.client, stretch.campaign):
            counts.add(row)
        ratios = tuple(counts.ratios())
    content = {
        "campaign": order.campaign,
        "campaign_began_at": None if began is None else utc_text(began),
        "own_limit_percent": order.settings.abandon_percent if order.settings else None,
        "detector_error_share": order.error_share,
        "windows": [one.facts() for one in ratios],
    }
    write_json(making.draft / "ratios.json", content)
    return ratios


def _rules(making: _Making, figures: Figures) -> dict[str, Any]:
    return {
        "attempts_without_rules": figures.laws.get("", 0),
        "versions": [
            {
                "version": one.version,
                "kept_at": utc_text(one.kept_at),
                "attempts": figures.laws.get(one.version, 0),
                "rules": one.content,
            }
            for one in making.laws.all
        ],
        "present_version": making.order.lawbook.text.version,
    }


def _manifest(order: ProofOrder, told: Told, draft: Path) -> dict[str, Any]:
    begins, ends = order.stretch.begins, order.stretch.ends
    return {
        "proof": SCHEMA,
        "engine": __version__,
        "made_at": utc_text(order.now),
        "tenant": order.tenant,
        "campaign": order.campaign,
        "period": {
            "from": order.days[0],
            "until": order.days[1],
            "zone": order.zone,
            "begins": utc_text(begins),
            "ends": utc_text(ends),
        },
        "numbers": "whole",
        "figures": told.figures.facts(),
        "files": _digests(draft),
    }


def _digests(draft: Path) -> dict[str, dict[str, Any]]:
    found = {file.name: digest_of(file) for file in sorted(draft.iterdir())}
    return {name: {"bytes": one.bytes, "sha256": one.sha256} for name, one in found.items()}
