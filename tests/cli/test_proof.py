"""Proof on the command line: written once, noted in the audit, verified later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from ccengine.config.settings import Settings
from ccengine.storage.lead_tables import ATTEMPTS
from tests.cli.test_webhook import ccengine, in_database, printed
from tests.proof.campaign import add, at, row

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase

DAYS = ("--from", "2026-05-05", "--until", "2026-05-05")


async def _make(database: RecordDatabase) -> None:
    del database


@pytest.fixture
def folder(tenant: Path) -> Path:
    in_database(_make)
    dnipro = {"client": "dnipro", "campaign": "renewals", "law": "", "rules": {}}
    ended = {"client": "dnipro", "campaign": "ended_long_ago", "law": "", "rules": {}}
    noon = at("2026-05-05T12:00+03:00")
    rows = (row("a1", noon, **dnipro, outcome="abandoned"), row("a2", noon, **ended))
    add(Settings().paths.database, ATTEMPTS, rows)
    return tenant.parents[2] / "proof"


def test_a_proof_is_written_once_noted_and_verified(folder: Path) -> None:
    done = ccengine("proof", "export", "renewals", *DAYS, "--to", str(folder))
    assert done.exit_code == 0, done.output
    assert f"{folder}: 1 attempt, 2 windows of limits, 2 over" in done.stdout
    ratios = orjson.loads((folder / "ratios.json").read_bytes())["windows"]
    assert {(one["rule"], one["zone"]) for one in ratios} == {
        ("GB.abandoned", "Europe/London"),
        ("abandon_percent", "Europe/Kyiv"),
    }
    assert "telephone numbers in it are whole" in done.stderr
    (noted,) = [one for one in printed("audit", "--json") if one["operation"] == "exportProof"]
    assert noted["target"] == "campaign dnipro/renewals"
    again = ccengine("proof", "export", "renewals", *DAYS, "--to", str(folder))
    assert (again.exit_code, "is there already — nothing is overwritten" in again.stderr) == (
        1,
        True,
    )
    assert ccengine("proof", "verify", str(folder)).exit_code == 0
    key = folder.with_name("manifests.pub")
    key.write_text(ccengine("recordings", "keys", "--public").stdout)
    assert ccengine("proof", "verify", str(folder), "--key", str(key)).exit_code == 0
    with (folder / "attempts.csv").open("a") as file:
        file.write("x")
    wrong = ccengine("proof", "verify", str(folder))
    assert (wrong.exit_code, wrong.stdout) == (1, "attempts.csv is not what was signed\n")


def test_a_campaign_that_is_gone_can_be_proved_and_one_that_never_was_cannot(folder: Path) -> None:
    gone = ccengine("proof", "export", "dnipro/ended_long_ago", *DAYS, "--to", str(folder))
    assert gone.exit_code == 0, gone.output
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    assert manifest["figures"]["attempts"] == 1
    never = ccengine("proof", "export", "dnipro/never", *DAYS, "--to", f"{folder}2")
    assert (never.exit_code, "and never was" in never.stderr) == (2, True)
    turned = ("--from", "2026-05-05", "--until", "2026-05-04")
    wrong = ccengine("proof", "export", "renewals", *turned, "--to", f"{folder}2")
    assert (wrong.exit_code, "is after" in wrong.stderr) == (2, True)
    assert not folder.with_name("proof2").exists()
