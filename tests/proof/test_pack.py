"""A pack: each attempt with its evidence, whole or not there, and what was changed is found."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ccengine.config.campaigns import CallerId, CampaignFile
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.proof import pack as pack_module
from ccengine.proof.figures import is_short_ring, is_silent
from ccengine.proof.pack import FolderTaken
from ccengine.proof.verifying import faults_of
from ccengine.reporting.instants import utc_text
from ccengine.storage.dialing_tables import (
    CALL_CONSENTS,
    DO_NOT_CALL,
    LAWS,
    REGISTER_NUMBERS,
    WITHDRAWN_WISHES,
)
from ccengine.storage.tables import KEPT_RECORDINGS
from tests.proof.campaign import LAW, add, at, filled, folders, order, packed, row, table

if TYPE_CHECKING:
    from pathlib import Path

NOON = at("2026-05-05T12:00+01:00")
DAY = ("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00")
USA = {"number": "+13055550100", "zones": ["America/New_York"]}
UNATTENDED = {"answered_at": 10.0, "ended_at": 60.0, "mode": "unattended"}
FILES = {
    *("attempts.csv", "attempts.jsonl", "scrubs.csv", "consents.csv", "wishes.csv"),
    *("recordings.csv", "rules.json", "ratios.json", "report.html"),
    *("manifest.json", "manifest.json.sig"),
}


def faults(folder: Path) -> list[str]:
    return faults_of(folder / "pack", folders(folder).keys)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    answered: dict[str, Any] = {"answered_at": NOON + 9, "bridged_at": NOON + 9.8, "agent": "ann"}
    late: dict[str, Any] = {"answered_at": NOON + 9, "message_at": NOON + 11.5}
    file = filled(
        tmp_path,
        row("a1", NOON, **answered, outcome="answered", ended_at=NOON + 99, script="nour/s@1#ab"),
        row("a2", NOON + 1, **late, outcome="abandoned", person="=1+1", cause="@cmd, \n|x"),
        row("before", at("2026-05-04T23:59:59+01:00")),
        row("after", at("2026-05-06T00:00:00+01:00")),
        row("another", NOON, campaign="autumn"),
    )
    packed(file, order(*DAY))
    return tmp_path


def test_each_attempt_of_the_days_is_a_row_and_formulas_stay_text(made: Path) -> None:
    first, second = table(made, "attempts.csv")
    assert (first["attempt"], second["attempt"]) == ("a1", "a2")
    assert (first["number"], first["caller_id"]) == ("'+442079460100", "'+442079460000")
    assert (first["seconds_to_answer"], first["seconds_to_agent"]) == ("9.0", "0.8")
    assert first["placed_at"] == "2026-05-05T11:00:00.000000Z"
    assert (first["rules"], first["script"]) == ("GB.abandoned=applies", "nour/s@1#ab")
    assert (second["person"], second["cause"]) == ("'=1+1", "'@cmd, \n|x")
    lines = (made / "pack" / "attempts.jsonl").read_bytes().splitlines()
    whole = [orjson.loads(line) for line in lines]
    assert [(one["attempt"], one["person"]) for one in whole] == [("a1", ""), ("a2", "=1+1")]


def test_how_long_a_call_lasted_whose_end_nobody_saw_is_not_told(tmp_path: Path) -> None:
    talked: dict[str, Any] = {"answered_at": NOON + 9, "outcome": "answered"}
    seen = row("a1", NOON, **talked, ended_at=NOON + 60)
    unseen = row("a2", NOON + 1, **talked, ended_at=NOON + 3600, cause="the engine was away")
    packed(filled(tmp_path, seen, unseen), order(*DAY))
    assert [one["seconds_lasted"] for one in table(tmp_path, "attempts.csv")] == ["60.0", ""]


def test_of_a_form_it_has_the_version_and_nothing_that_was_filled_in(tmp_path: Path) -> None:
    said = {"form": "nour/survey@2#cd", "answers": {"income": "ninety thousand"}}
    packed(filled(tmp_path, row("a1", NOON, **said)), order(*DAY))
    (only,) = table(tmp_path, "attempts.csv")
    assert only["form"] == "nour/survey@2#cd"
    for file in (tmp_path / "pack").iterdir():
        assert b"ninety thousand" not in file.read_bytes(), file.name


def test_the_report_says_what_the_files_say(made: Path) -> None:
    manifest = orjson.loads((made / "pack" / "manifest.json").read_bytes())
    figures = manifest["figures"]
    assert (figures["attempts"], figures["answered"]) == (2, 2)
    assert figures["outcomes"] == {"abandoned": 1, "answered": 1}
    assert figures["agent"] == {"in_time": 1, "late": 0, "longest_seconds": 0.8}
    assert figures["message"] == {"in_time": 0, "late": 1, "longest_seconds": 2.5}
    assert figures["silent"] == 1
    page = (made / "pack" / "report.html").read_text()
    assert "Neither within 2 s</td><td>1</td>" in page
    assert "a law, § 1" in page
    for name, one in manifest["files"].items():
        assert name == "report.html" or one["sha256"] in page
    assert "prefers-color-scheme:dark" in page
    assert "http" not in page.split("</style>")[1]


def test_a_number_is_told_with_the_test_that_the_configuration_has_now(tmp_path: Path) -> None:
    shown = {"+442079460000": date(2026, 5, 1), "+442079460001": date(2026, 6, 1)}
    settings = CampaignFile(
        name="Spring",
        mode=Mode.PREDICTIVE,
        purpose=Purpose.MARKETING,
        seller="Nour",
        caller_ids={one: CallerId(tested=day) for one, day in shown.items()},
    )
    rows = [row(name, NOON, caller_id=name) for name in (*shown, "+442079460002")]
    packed(filled(tmp_path, *rows), order(*DAY, settings=settings))
    page = (tmp_path / "pack" / "report.html").read_text()
    assert "last test that the configuration names now" in page
    assert ">2026-05-01</td>" in page
    assert ">2026-06-01: after these days, no evidence for them</td>" in page
    assert ">not in the campaign</td>" in page


def test_nobody_else_can_read_it_and_anybody_can_check_it(made: Path) -> None:
    pack = made / "pack"
    assert {one.name for one in pack.iterdir()} == FILES
    assert pack.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in pack.iterdir()} == {0o600}
    assert faults(made) == []
    key = made / "manifests.pub"
    key.write_text(folders(made).keys.public_pem() or "")
    asked = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin"]
    files = ["-in", str(pack / "manifest.json"), "-sigfile", str(pack / "manifest.json.sig")]
    said = subprocess.run([*asked, *files], check=True, capture_output=True, text=True)
    assert "Verified Successfully" in said.stdout


@pytest.mark.parametrize("name", sorted(FILES - {"manifest.json.sig", "manifest.json"}))
def test_a_changed_byte_is_found(made: Path, name: str) -> None:
    file = made / "pack" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert faults(made) == [f"{name} is not what was signed"]


def test_a_changed_manifest_is_found(made: Path) -> None:
    file = made / "pack" / "manifest.json"
    file.write_bytes(file.read_bytes().replace(b'"attempts":2', b'"attempts":3'))
    assert faults(made) == ["manifest.json is not what was signed"]


def test_what_came_and_went_is_named(made: Path) -> None:
    (made / "pack" / "consents.csv").unlink()
    (made / "pack" / "more.csv").write_text("x")
    assert faults(made) == ["consents.csv is not there", "more.csv does not belong to the pack"]


def test_without_signature_or_with_anothers_it_is_none(made: Path) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    pack = made / "pack"
    assert faults_of(pack, other) == ["manifest.json is not what was signed"]
    (pack / "manifest.json.sig").unlink()
    assert faults(made) == ["manifest.json.sig is not there: nobody signed this"]
    (pack / "manifest.json").unlink()
    assert faults(made)[0].startswith("manifest.json is not there")


def test_nothing_is_overwritten_and_nothing_half_made_stays(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (made / "pack" / "manifest.json").read_bytes()
    with pytest.raises(FolderTaken):
        packed(made / "ccengine.sqlite", order(*DAY))
    assert (made / "pack" / "manifest.json").read_bytes() == before

    def broken(_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pack_module, "page", broken)
    there = sorted(made.iterdir())
    with pytest.raises(OSError, match="No space"):
        packed(made / "ccengine.sqlite", order(*DAY), "other")
    assert sorted(made.iterdir()) == there


def test_days_without_attempts_are_a_pack_that_says_so(tmp_path: Path) -> None:
    done = packed(filled(tmp_path), order(*DAY))
    assert (done.attempts, list(done.ratios)) == (0, [])
    assert faults(tmp_path) == []
    assert table(tmp_path, "attempts.csv") == []
    page = (tmp_path / "pack" / "report.html").read_text()
    assert "No attempt was made in this time" in page


def test_registers_consents_wishes_and_recordings_are_those_of_the_called(tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        "rules": {"US.register": "kept"},
        "scrubs": {"us-national": NOON - 1e5},
    }
    stale: dict[str, Any] = {
        "rules": {"US.register": "kept"},
        "scrubs": {"us-national": NOON - 3e6},
    }
    waived: dict[str, Any] = {"rules": {"US.register": "waived"}, "consents": [1]}
    file = filled(
        tmp_path,
        row("a1", NOON, **USA, **asked, person="p", call="c1"),
        row("a2", NOON + 60, **USA, **stale, call="c2"),
        row("a3", NOON + 90, **USA, **waived),
    )
    consent = {
        "id": 1, "number": "+13055550100", "person": "", "client": "nour", "reach": "automatic",
        "purposes": ["marketing"], "written": True, "given_at": NOON - 9, "ends_at": None,
        "evidence": "form 12", "by": "anna",
    }  # fmt: skip
    of_person = {"id": 2, "number": "+13055550199", "person": "p"}
    nobodys = {"id": 3, "number": "+13055550177", "person": ""}
    anothers = {"id": 4, "client": "dnipro"}
    consents = [consent | changes for changes in ({}, of_person, nobodys, anothers)]
    add(file, CALL_CONSENTS, consents)
    wish: dict[str, Any] = {
        "number": "+13055550100",
        "client": "",
        "person": "",
        "at": NOON + 95,
    }
    wish |= {"evidence": "call c2", "by": "ann"}
    add(file, DO_NOT_CALL, [wish])
    ended = {"at": NOON - 95, "evidence": "letter 3", "withdrawn_at": NOON - 1}
    add(file, WITHDRAWN_WISHES, [wish | ended | {"withdrawn_by": "zoe"}])
    add(file, REGISTER_NUMBERS, [{"copy": 1, "number": "+13055550100"}])
    kept = {
        "call": "c1", "tenant": "demo", "client": "nour", "agents": ["ann"], "state": "kept",
        "started_at": NOON, "spool": [], "sha256": "ab", "sealed_sha256": "cd",
        "file": "nour/c1.wav.age", "put_to": [],
    }  # fmt: skip
    gone = {"call": "c2", "state": "erased", "erased_at": NOON + 1e6, "erased_because": "asked"}
    add(file, KEPT_RECORDINGS, [kept, kept | gone])
    packed(file, order(*DAY))
    scrubs = table(tmp_path, "scrubs.csv")
    assert [(one["attempt"], one["age_days"], one["kept"]) for one in scrubs] == [
        ("a1", "1.157", "yes"),
        ("a2", "34.723", "no"),
        ("a3", "", "yes"),
    ]
    assert (scrubs[0]["register"], scrubs[0]["allowed_days"]) == ("us-national", "31")
    assert [one["consent"] for one in table(tmp_path, "consents.csv")] == ["1", "2"]
    wishes = table(tmp_path, "wishes.csv")
    assert [one["evidence"] for one in wishes] == ["letter 3", "call c2"]
    assert [one["withdrawn_at"] for one in wishes] == [utc_text(NOON - 1), ""]
    assert [one["withdrawn_by"] for one in wishes] == ["zoe", ""]
    recordings = table(tmp_path, "recordings.csv")
    facts = [(one["attempt"], one["state"], one["sha256"]) for one in recordings]
    assert facts == [("a1", "kept", "ab"), ("a2", "erased", "ab")]
    assert [one["hash_from"] for one in recordings] == ["database", "database"]
    (first, *_) = table(tmp_path, "attempts.csv")
    assert first["local_times"] == "2026-05-05T07:00:00-04:00 America/New_York"
    figures = orjson.loads((tmp_path / "pack" / "manifest.json").read_bytes())["figures"]
    assert (figures["scrubs"], figures["stale_scrubs"]) == (3, 1)


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        ({}, False),
        ({"answered_at": 10.0, "ended_at": 12.0}, False),  # they hung up before
        ({"answered_at": 10.0, "ended_at": 12.1}, True),
        ({"answered_at": 10.0, "bridged_at": 12.0, "ended_at": 60.0}, False),
        ({"answered_at": 10.0, "bridged_at": 12.1, "ended_at": 60.0}, True),
        ({"answered_at": 10.0, "bridged_at": 12.1, "message_at": 11.9, "ended_at": 60.0}, False),
        ({"answered_at": 10.0, "ended_at": 60.0, "outcome": "machine"}, False),
        ({"answered_at": 10.0, "ended_at": 60.0, "mode": "unattended"}, False),
        ({"answered_at": 10.0, "ended_at": None, "outcome": None}, True),
        ({**UNATTENDED, "outcome": None}, False),  # its flow speaks
        ({**UNATTENDED, "outcome": "cut_off"}, True),  # no flow had begun
        ({**UNATTENDED, "outcome": "lost"}, True),
        ({**UNATTENDED, "outcome": "abandoned", "message_at": 11.9}, False),
        ({**UNATTENDED, "outcome": "abandoned", "message_at": 19.0}, True),
        ({**UNATTENDED, "message_at": 19.0}, False),  # the engine died in the middle of the flow
    ],
)
def test_who_heard_nobody_in_time(changes: dict[str, Any], silent: bool) -> None:  # noqa: FBT001
    usual = {"answered_at": None, "ended_at": None, "bridged_at": None, "message_at": None}
    one: Any = row("a", 0.0) | usual | {"outcome": "answered"} | changes
    assert is_silent(one) is silent


@pytest.mark.parametrize(
    ("changes", "short"),
    [
        ({"ended_at": 18.0, "rang_at": 3.0}, False),
        ({"ended_at": 17.9, "rang_at": 3.0}, True),
        ({"ended_at": 2.0, "rang_at": 1.0}, False),  # their phone is off, says the network
        ({"ended_at": 20.0}, False),  # nobody heard it ring: it was the way there that took long
        ({"ended_at": 9.0, "rang_at": 1.0, "outcome": "cancelled"}, True),
        ({"ended_at": 16.0, "rang_at": 1.0, "outcome": "cancelled"}, False),
        ({"ended_at": 2.0, "outcome": "cancelled"}, False),  # before it rang
        ({"ended_at": 3.0, "rang_at": 1.0, "outcome": "busy"}, False),
        ({"ended_at": None, "rang_at": 1.0, "outcome": None}, False),
    ],
)
def test_what_was_given_up_too_early(changes: dict[str, Any], short: bool) -> None:  # noqa: FBT001
    one: Any = row("a", 0.0) | {"rang_at": None} | changes
    assert is_short_ring(one, 15.0) is short


def test_a_rule_that_has_phones_ring_longer_is_heeded(tmp_path: Path) -> None:
    longer = orjson.loads(LAW.text)
    longer["places"]["GB"]["ring"] = {"ring_seconds": 30, "source": "a law, § 2"}
    rang = {"rang_at": NOON + 2, "ended_at": NOON + 22}
    ruled: dict[str, Any] = {"rules": {"GB.ring": "kept"}, "law": "v2"}
    file = filled(tmp_path, row("a1", NOON, **rang), row("a2", NOON, **rang, **ruled))
    add(file, LAWS, [{"version": "v2", "kept_at": NOON, "text": orjson.dumps(longer).decode()}])
    packed(file, order(*DAY))
    figures = orjson.loads((tmp_path / "pack" / "manifest.json").read_bytes())["figures"]
    assert figures["short_rings"] == 1
