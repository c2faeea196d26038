"""The agents' ledger and contract reports by the API: what `ccengine report` says, and no more."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import AgentId
from tests.api.test_kpis import day
from tests.api.test_roles_and_sight import tells_nothing
from tests.cli.every_command import invoke

if TYPE_CHECKING:
    from tests.api.house import House

__all__ = ["day"]  # the same morning
AMIRA = AgentId("amira")
DAY = {"day": "today", "zone": "UTC"}
CONTRACT = "/clients/nour/contract-report"


async def asked(here: House, path: str, token: str | None = None, **query: str) -> dict[str, Any]:
    sent = {} if token is None else {"token": token}
    status, body = await here.ask("GET", path, params={**DAY, **query}, **sent)
    assert status == 200, body
    return dict(body)


def reported(here: House, *arguments: str) -> dict[str, Any]:
    options = ["--zone", "UTC", "--format", "json", "--journal", here.shift.journal.path]
    words = ["report", *arguments, *options, "--config", here.tenant.folder]
    done = invoke([str(one) for one in words])
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("rule", ["equal", "handled", "contract"])
async def test_the_ledger_tiles_and_its_shares_are_all(day: House, rule: str) -> None:
    told = await asked(day, "/ledger", rule=rule)
    expected = reported(day, "ledger", "--rule", rule)
    assert {one["name"]: one["total"] for one in told["accounts"]} == {
        name: account["all"] for name, account in expected["accounts"].items()
    }
    assert sum(Decimal(one["percent"]) for one in told["accounts"]) == 100
    assert told["check"] in expected["notes"]
    assert told["check"].endswith("each millisecond once: no gap, no overlap")
    assert told["faults"] == []
    agents = await asked(day, "/ledger", by="agent")
    assert [one["name"] for one in agents["accounts"]] == ["amira", "olena"]
    assert agents["total"] == told["total"] > 2 * 1_200_000


async def test_a_team_or_a_client_sees_its_part_of_the_ledger(day: House) -> None:
    boss = await day.token("boss", Role.SUPERVISOR, teams=("dnipro-desk",))
    mine = await asked(day, "/ledger", boss, by="agent")
    assert [one["name"] for one in mine["accounts"]] == ["olena"]
    assert mine["check"].startswith("1 agents, 1 log-ins")
    books = await day.token("books", Role.BILLING, clients=("dnipro",))
    for by in ("client", "agent"):
        told = await asked(day, "/ledger", books, by=by)
        tells_nothing(told)
        assert told["check"].startswith("1 agents")
        assert {one["percent"] for one in told["accounts"]} == {None}
    (theirs,) = (await asked(day, "/ledger", books))["accounts"]
    everybodys = (await asked(day, "/ledger"))["accounts"]
    assert theirs["total"] == next(one["total"] for one in everybodys if one["name"] == "dnipro")


async def test_a_bill_is_that_of_the_report_with_the_events_behind_it(day: House) -> None:
    token = await day.token("nour", Role.CLIENT, clients=("nour",))
    told = await asked(day, CONTRACT, token, line="hours", limit="1000")
    expected = reported(day, "contract", "nour", "--events")
    told_lines = [*told["lines"], *told["adjustments"]]
    for mine, theirs in zip(
        told_lines, [*expected["lines"], *expected["adjustments"]], strict=True
    ):
        assert (mine["name"], mine["amount"]) == (theirs["name"], theirs["amount"])
        assert (mine["unit"], mine["quantity"]) == (theirs["unit"], theirs["quantity"]["value"])
        assert mine["numerator"] == theirs["quantity"]["numerator"]
        assert mine["denominator"] == theirs["quantity"]["denominator"]
        assert mine["events"] == len(theirs["events"])
    assert [one["label"] for one in told["adjustments"]] == [
        one["label"] for one in expected["adjustments"]
    ]
    assert (told["currency"], told["total"]) == ("AED", expected["total"])
    hours = next(line for line in expected["lines"] if line["name"] == "hours")
    assert [(one["row"], one["milliseconds"]) for one in told["events"]] == [
        (one["row"], one["ms"]) for one in hours["events"]
    ]
    later = await asked(day, CONTRACT, token, line="hours", first="2", limit="1")
    assert later["events"] == told["events"][1:2]
    assert told["total"] != "0.00"
    assert not any("log-ins" in note for note in told["notes"])  # which are not theirs to know


async def test_contacts_in_no_line_are_named(day: House) -> None:
    told = await asked(day, "/clients/dnipro/contract-report", line="in_no_line")
    assert told["in_no_line"] == len(told["events"]) == 0
    day.post(events.AgentWentReady(agent=AMIRA))
    call = day.talk("nour-short", "nour/billing")
    day.post(events.ConversationEnded(call=call, agent=AMIRA, by=events.Party.CALLER))
    day.shift.hang_up(call)
    day.shift.wait(60)
    told = await asked(day, CONTRACT, line="in_no_line")  # of less than five seconds
    assert [one["call"] for one in told["events"]] == ["nour-short"]


async def test_who_is_billed_nothing_has_no_report(day: House) -> None:
    (day.tenant.folder / "clients/nour/contract.yaml").unlink()
    await day.reload()
    status, body = await day.ask("GET", CONTRACT)
    assert (status, body["type"].rpartition(":")[2]) == (404, "contract-missing")
    token = await day.token("kyiv", Role.CLIENT, clients=("dnipro",))
    status, body = await day.ask("GET", CONTRACT, token)
    assert (status, body["type"].rpartition(":")[2]) == (404, "client-unknown")
