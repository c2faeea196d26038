"""`ccengine hours` and `ccengine closure`: the days to come, and one switch for many numbers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccengine import clock
from ccengine.cli.output import FIRST_STRONG_ISOLATE, POP_ISOLATE
from ccengine.cli.running_engine import ask_engine
from ccengine.config.settings import Settings
from ccengine.core.events import NumbersClosed, PlanLoaded
from ccengine.core.ids import ClosureId
from ccengine.ivr.configuration import load_configuration
from tests.api.house import FILE_TOKEN, house
from tests.cli.every_command import invoke
from tests.config.tenants import change
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

pytestmark = pytest.mark.usefixtures("tenant")


def ccengine(*arguments: str) -> Result:
    return invoke(arguments, env={"COLUMNS": "160"})


def rows(*arguments: str) -> list[str]:
    result = ccengine("hours", *arguments)
    assert result.exit_code == 0, result.output
    return [line.rstrip() for line in result.stdout.splitlines() if line[:3].isalpha()]


OFFICE = ("--client", "nour", "--hours", "office")


def test_each_day_says_when_and_why() -> None:
    title, _, *days = rows(*OFFICE, "--from", "2026-12-01", "--days", "5")
    assert title == "nour/office (Asia/Dubai)"
    name = f"{FIRST_STRONG_ISOLATE}اليوم الوطني{POP_ISOLATE}"
    assert [day.split(maxsplit=2) for day in days] == [
        ["Tue", "2026-12-01", "08:00-13:00, 14:00-18:00"],
        ["Wed", "2026-12-02", f"closed                    holiday: {name}"],
        ["Thu", "2026-12-03", f"closed                    holiday: {name}"],
        ["Fri", "2026-12-04", "08:00-12:00"],
        ["Sat", "2026-12-05", "closed"],
    ]


def test_fourteen_days_from_today_are_usual() -> None:
    assert len(rows(*OFFICE)) == 2 + 14


def test_seasons_and_exceptions_say_so(tenant: Path) -> None:
    change(
        tenant / "clients/nour/client.yaml",
        "    holidays: [emirates]",
        '    exceptions: {2027-02-09: {hours: "10:00-11:00", why: "[b]We move"}}',
    )
    days = rows(*OFFICE, "--from", "2027-02-07", "--days", "3")[2:]
    assert "season" not in days[0]
    assert f"season: {FIRST_STRONG_ISOLATE}ramadan" in days[1]
    assert f"exception: {FIRST_STRONG_ISOLATE}[b]We move" in days[2]  # no markup of ours


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-10-25", "04:00 becomes 03:00: 03:00-04:00 is twice"),
        ("2026-03-29", "03:00 becomes 04:00: 03:00-04:00 never is"),
    ],
)
def test_nights_when_the_clock_is_changed_are_shown(day: str, told: str) -> None:
    hours = ("--client", "dnipro", "--hours", "always", "--from", day, "--days")
    *_, before, night = rows(*hours[:-2], f"{day[:-1]}{int(day[-1]) - 1}", "--days", "2")
    assert night.endswith(told)
    assert "becomes" not in before


def shown(*arguments: str) -> dict[str, Any]:
    result = ccengine("hours", "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_program_gets_instants() -> None:
    (office,) = shown(*OFFICE, "--from", "2026-12-02", "--days", "3")["hours"]
    assert (office["client"], office["hours"], office["zone"]) == ("nour", "office", "Asia/Dubai")
    first, _, last = office["days"]
    assert first == {
        "date": "2026-12-02",
        "open": False,
        "periods": [],
        "why": {"kind": "holiday", "name": "اليوم الوطني"},
        "closure": None,
        "clock": None,
    }
    assert last["periods"] == [
        {"opens": "2026-12-04T04:00:00.000000Z", "closes": "2026-12-04T08:00:00.000000Z"}
    ]


def test_a_number_has_the_hours_of_its_flow_in_its_own_zone(tenant: Path) -> None:
    client = tenant / "clients/nour/client.yaml"
    change(client, "600300: {flow: closed-line,", "600300: {flow: closed-line, zone: Asia/Riyadh,")
    change(tenant / "clients/nour/flows/closed-line.yaml", "hours: never", "hours: office")
    one_day = ("--from", "2026-12-04", "--days", "1")
    (there,) = shown("--number", "+600300", *one_day)["hours"]
    assert (there["hours"], there["zone"]) == ("office", "Asia/Riyadh")
    assert there["days"][0]["periods"][0]["opens"] == "2026-12-04T05:00:00.000000Z"
    (here,) = shown(*OFFICE, *one_day)["hours"]
    assert here["days"][0]["periods"][0]["opens"] == "2026-12-04T04:00:00.000000Z"


def test_a_queue_has_the_hours_in_which_customers_are_called_back(tenant: Path) -> None:
    client = tenant / "clients/dnipro/client.yaml"
    change(client, "    # callback: {", "    callback: {")
    (found,) = shown("--queue", "dnipro/billing", "--days", "1")["hours"]
    assert found["hours"] == "daytime"


def test_hours_asked_in_a_flow_that_is_called(tenant: Path) -> None:
    flows = tenant / "clients/nour/flows"
    (flows / "asks.yaml").write_text((flows / "main.yaml").read_text())
    change(flows / "asks.yaml", "goodbye: {hang_up: normal}", "goodbye: {give_back: {}}")
    main = "start: first\nsteps:\n  first: {call: asks, next: end}\n  end: {hang_up: normal}\n"
    (flows / "main.yaml").write_text(main)
    (found,) = shown("--number", "600100", "--days", "1")["hours"]
    assert found["hours"] == "always"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--hours", "offce"], "there are no hours 'offce' — there are: always, daytime"),
        (["--client", "nuor"], "there is no client 'nuor' — there are: dnipro, nour"),
        (["--number", "600999"], "no number '600999'"),
        (["--queue", "billing"], "there is no queue 'billing'"),
        (["--queue", "nour/billing"], "its customers are called back at any time"),
        (["--number", "600201"], "asks no opening hours: it is always open"),
    ],
)
def test_what_there_is_not(arguments: list[str], told: str) -> None:
    result = ccengine("hours", *arguments)
    assert result.exit_code > 0
    assert told in result.stderr


def journaled_closure(minutes: float | None) -> None:
    """Have the journal say that the building is closed, as a running engine would."""
    settings = Settings()
    configuration = load_configuration(settings.tenant_folder)
    assert configuration.tenant is not None
    settings.paths.journal.parent.mkdir(parents=True, exist_ok=True)
    shift = Shift(settings.paths.journal)
    shift.now = clock.wall()
    shift.post(PlanLoaded(plan=configuration.tenant.plan(shift.now)))
    until = None if minutes is None else shift.now + minutes * 60
    shift.post(NumbersClosed(closure=ClosureId("building"), by="omar", reason="fire", until=until))
    shift.journal.close()


def test_a_closure_is_in_the_preview_and_in_info_also_without_an_engine() -> None:
    journaled_closure(None)
    result = ccengine("hours", "--number", "600100", "--days", "3")
    assert "closed by 'building'" in result.stdout
    assert "until it is opened, by omar" in result.stdout
    found = shown("--number", "600100", "--days", "3")
    assert found["closed"] == ["building"]
    today, *others = found["hours"][0]["days"]
    assert {today["closure"], *(day["closure"] for day in others)} == {"The building is evacuated"}
    assert [day["open"] for day in others] == [False, False]
    facts = json.loads(ccengine("info", "--json").stdout)["closures"]
    assert [(one["closure"], one["closed"], one["by"]) for one in facts] == [
        ("building", True, "omar"),
        ("nour", False, ""),
        ("dnipro", False, ""),
    ]
    assert "closed since" in ccengine("info").stdout


def test_a_closure_with_an_end_takes_only_that_time() -> None:
    journaled_closure(60)
    found = shown("--number", "600100", "--days", "3")
    assert found["hours"][0]["days"][-1]["open"]
    assert found["hours"][0]["days"][-1]["closure"] is None
    taken = [day for day in found["hours"][0]["days"] if day["closure"]]
    assert 1 <= len(taken) <= 2


def test_without_a_journal_nothing_is_closed() -> None:
    assert shown("--number", "600100", "--days", "1")["closed"] == []


def test_closing_needs_an_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A demo may run beside this: nobody listens at that port.
    monkeypatch.setattr(Settings, "api_url", "http://127.0.0.1:1")
    result = ccengine("closure", "list")
    assert result.exit_code == 1
    token = Settings().paths.api_token
    token.parent.mkdir(parents=True)
    token.write_text(FILE_TOKEN)
    result = ccengine("closure", "close", "building")
    assert result.exit_code == 1
    assert "is the engine running?" in result.stderr
    assert tmp_path.exists()


async def test_the_command_line_asks_the_running_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Settings().paths.api_token
    token.parent.mkdir(parents=True)
    token.write_text(FILE_TOKEN)
    async with house(tmp_path / "house") as here:
        monkeypatch.setattr(Settings, "api_url", f"http://127.0.0.1:{here.port}")

        async def typed(*arguments: str) -> Result:
            return await asyncio.to_thread(ccengine, "closure", *arguments)

        result = await typed("close", "building", "--reason", "fire", "--minutes", "5")
        assert result.exit_code == 0, result.output
        assert "closed since" in result.stdout
        (shown_,) = here.shift.center.closed(here.shift.now).values()
        assert (shown_.by, shown_.reason) == ("token-file", "fire")
        assert shown_.until == pytest.approx(clock.wall() + 300, abs=60)
        listed = json.loads((await typed("list", "--json")).stdout)["closures"]
        assert [one["closed"] for one in listed] == [True, False, False]
        assert (await typed("open", "building")).exit_code == 0
        assert here.shift.center.closed(here.shift.now) == {}
        refused = await typed("open", "building")
        assert (refused.exit_code, "is not closed" in refused.stderr) == (1, True)
        unknown = await typed("open", "biulding")
        assert "No such closure" in unknown.stderr
    assert ask_engine.__doc__
