from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.settings import Settings
from ccengine.ivr import versions
from ccengine.ivr.configuration import load_configuration
from ccengine.storage.database import RecordDatabase
from tests.cli.every_command import invoke
from tests.config.tenants import change
from tests.sizes import FULL

if TYPE_CHECKING:
    from typer.testing import Result

KEYS = {
    "sip": {"host", "port", "transport"},
    "numbers": {"number", "client", "flow", "description"},
    "callers": {"sip_user", "password_file"},
    "phones": {"extension", "sip_user", "password_file"},
    "agents": {
        *("id", "name", "extension", "sip_user", "password_file", "pin_file", "skills", "clients")
    },
    "feature_codes": {
        *("login", "logout", "ready", "not_ready", "longer", "my_day", "help", "outcome"),
        *("pause", "resume", "closure", "coach"),
    },
    "closures": {
        *("closure", "name", "digit", "numbers", "closed", "by", "reason", "since", "until")
    },
    "lookups": {"client", "lookup", "asks", "deadline_seconds", "breaker"},
    "submissions": {"known", "dead"},
    "api": {"url", "token_file"},
    "ari": {"url", "user", "password_file"},
    "paths": {"recordings", "logs", "database", "dialplan", "asterisk_conf", "state"},
}


pytestmark = pytest.mark.usefixtures("tenant")


def ccengine(*arguments: str) -> Result:
    return invoke(arguments)


def test_check_is_quiet_about_a_tenant_without_mistakes() -> None:
    result = ccengine("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "no mistakes" in result.stdout


def test_check_names_mistakes_as_the_person_on_the_host_knows_the_files(tenant: Path) -> None:
    change(tenant / "clients/nour/flows/main.yaml", "start: hours", "start: hour")
    result = ccengine("check")
    assert result.exit_code == 1
    assert result.stdout == ""
    place = "/srv/dialplan/tenants/demo/clients/nour/flows/main.yaml:2: "
    assert result.stderr.startswith(f"{place}there is no step 'hour' — did you mean 'hours'?")


def test_check_compares_versions_with_those_that_were_in_force(tenant: Path) -> None:
    configuration = load_configuration(tenant)
    order = tenant / "clients/nour/forms/order.yaml"

    async def keep() -> None:
        database = await RecordDatabase.open(Settings().paths.database)
        await versions.keep(configuration, database.papers)
        await database.close()

    asyncio.run(keep())
    assert ccengine("check").exit_code == 0
    change(order, "label: Deposit", "label: Paid at once")
    result = ccengine("check")
    assert result.exit_code == 1
    place = "/srv/dialplan/tenants/demo/clients/nour/forms/order.yaml:2: "
    assert result.stderr.startswith(f"{place}version 1 of form 'order' was in force")
    change(order, "version: 1", "version: 2")
    assert ccengine("check").exit_code == 0


def test_check_tells_doubts_and_stops_nothing_for_them(tenant: Path) -> None:
    change(
        tenant / "clients/nour/client.yaml",
        "{arabic: 5, billing: 5}",
        "{arabic: 5}\n    limits: {overflow: {voicemail: yes}}",
    )
    result = ccengine("check")
    assert result.exit_code == 0
    assert "client.yaml:31: warning: queue 'billing': nothing leads there" in result.stderr
    assert result.stderr.endswith("1 warning\n")
    (warning,) = json.loads(ccengine("check", "--json").stdout)["warnings"]
    assert warning["line"] == 31


def test_check_for_a_program(tenant: Path) -> None:
    change(tenant / "tenant.yaml", "number: 302", "number: 301")
    result = ccengine("check", "--json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert set(problem) == {"file", "line", "message", "remedy"}


@pytest.mark.parametrize("command", [["info"], ["init"], ["run"], ["prompts", "build"]])
def test_nothing_starts_on_a_mistake(tenant: Path, command: list[str]) -> None:
    change(tenant / "tenant.yaml", "number: 302", "number: 301")
    result = ccengine(*command)
    assert result.exit_code == 1
    assert "number 301 belongs to agents 'amira' and 'omar'" in result.stderr


def facts() -> Any:
    result = ccengine("info", "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_info_has_exactly_the_keys_that_were_agreed() -> None:
    found = facts()
    assert found.keys() == KEYS.keys()
    for section, keys in KEYS.items():
        rows = found[section] if isinstance(found[section], list) else [found[section]]
        assert rows
        assert {frozenset(row) for row in rows} == {frozenset(keys)}, section


def test_info_tells_the_hosts_paths() -> None:
    found = facts()
    assert found["paths"]["recordings"] == "/srv/state/recordings"
    assert found["paths"]["dialplan"] == "/srv/dialplan"
    assert found["callers"][0]["password_file"] == "/srv/state/secrets/sip/caller-1"
    assert found["agents"][0] == {
        "id": "amira",
        "name": "Amira Haddad",
        "extension": "201",
        "sip_user": "phone-201",
        "password_file": "/srv/state/secrets/sip/phone-201",
        "pin_file": "/srv/state/secrets/pins/amira",
        "skills": {"arabic": 9, "english": 4, "billing": 7},
        "clients": ["nour"],
    }


def test_info_for_a_person_shows_no_secret_and_every_number() -> None:
    result = ccengine("info")
    for number in ("600100", "600200", "600201", "600300"):
        assert number in result.stdout


@pytest.mark.timeout(300)  # some hundred prompts are spoken
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_init_prepares_everything_and_may_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not FULL:  # hundreds of prompts; each of docker/test's own systems has them spoken
        monkeypatch.setattr("ccengine.ivr.rendering.render", lambda _: bytes(1_600))
    first = ccengine("init")
    assert first.exit_code == 0, first.stderr
    state = tmp_path / "state"
    files = {file: file.read_bytes() for file in state.rglob("*") if file.is_file()}
    assert {"numbers.conf", "pjsip_accounts.conf", "caller-1", "amira"} <= {
        file.name for file in files
    }
    second = ccengine("init")
    assert second.exit_code == 0
    assert "prompts: 0 made" in second.stdout
    assert {file: file.read_bytes() for file in state.rglob("*") if file.is_file()} == files
    found = facts()
    accounts = [*found["callers"], *found["phones"], *found["agents"]]
    named = [account["password_file"] for account in accounts]
    named += [found["api"]["token_file"], found["ari"]["password_file"]]
    for name in named:
        assert Path(name.replace("/srv/state", str(state))).read_text().strip()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCENGINE_SIP_PORT", "x")
    result = ccengine("info")
    assert result.exit_code == 2
    assert "CCENGINE_SIP_PORT=x" in result.stderr


@pytest.mark.parametrize("minutes", ["1e12", "inf", "nan", "0"])
def test_numbers_are_closed_for_a_time_that_a_calendar_knows(minutes: str) -> None:
    result = ccengine("closure", "close", "building", "--minutes", minutes)
    assert result.exit_code == 2
    assert "Invalid value for '--minutes'" in result.output.replace("\n", " ")
