"""Key figures by the API: live ones, those of the journal and those of `ccengine report` agree."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, client_of
from ccengine.reporting.kpis.counts import DAY
from ccengine.reporting.kpis.table import By
from tests.api.house import house
from tests.api.test_roles_and_sight import tells_nothing
from tests.cli.every_command import invoke

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.house import House

MONDAY = datetime(2026, 3, 2, 8, 50, tzinfo=UTC).timestamp()


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[House]:
    """A morning: two callers of nour are served, one gives up; one of dnipro is served."""
    async with house(tmp_path) as here:
        here.shift.now = MONDAY
        here.post(events.PlanLoaded(plan=here.tenant.plan(MONDAY)))
        gone = here.call("nour-gone", "nour/billing")
        here.shift.wait(39)
        here.shift.hang_up(gone)
        here.log_in("amira", "olena")
        for number, client in enumerate(("nour", "nour", "dnipro")):
            call = here.talk(f"{client}-{number}", f"{client}/billing")
            ask(here, call, number)
            serve(here, call, 20.0 + number)
        here.shift.wait(1200)
        here.post(events.AgentWentNotReady(agent=AgentId("amira"), reason="lunch"))
        yield here


def ask(here: House, call: CallId, score: int) -> None:
    """Have the caller asked, who answers or does not, and the agent say why they called."""
    agent, queue = here.shift.center.calls[call].agent, here.shift.center.calls[call].queue
    assert agent is not None
    assert queue is not None
    here.post(events.SurveyAsked(call=call, queue=queue, agent=agent))
    if score:
        here.post(events.SurveyAnswered(call=call, queue=queue, agent=agent, score=score))
    settings = here.tenant.clients[client_of(queue)].settings
    word, reason = min(settings.dispositions), min(settings.contact_reasons)
    said = events.OutcomeSet(call=call, agent=agent, disposition=word, contact_reason=reason)
    here.post(said)


def serve(here: House, call: CallId, talk: float) -> None:
    agent = here.shift.center.calls[call].agent
    assert agent is not None
    here.shift.wait(talk)
    here.post(events.ConversationEnded(call=call, agent=agent, by=events.Party.CALLER))
    here.shift.hang_up(call)
    here.shift.wait(60)


async def kpis(here: House, token: str | None = None, **query: str) -> dict[str, Any]:
    sent = {} if token is None else {"token": token}
    status, body = await here.ask("GET", "/kpis", params=query, **sent)
    assert status == 200, body
    return dict(body)


async def counted_live(here: House, **query: str) -> dict[str, Any]:
    """Ask once what happened before has been counted."""
    await here.ports.library.kpis.catch_up()
    told = await kpis(here, **query)
    assert told["live"]
    return told


def figures(line: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in line["figures"]}


def line_of(told: dict[str, Any], **labels: str) -> dict[str, Any]:
    (found,) = [line for line in told["lines"] if line["labels"] == labels]
    return dict(found)


async def test_a_queues_figures_come_with_their_formulas(day: House) -> None:
    """Counted by hand: waits of 40, 2 and 2 seconds, talks of 20 and 21."""
    told = await counted_live(day, client="nour", zone="UTC")
    assert told["begins"] == "2026-03-02T00:00:00.000000Z"
    assert told["ends"] == "2026-03-03T00:00:00.000000Z"
    line = line_of(told, queue="nour/billing")
    by_name = {one["name"]: one for one in line["figures"]}
    assert by_name["SL"] == {
        "name": "SL",
        "form": "SL v4",
        "formula": "SL v4 = A_T / (A + Ab - Ab_T)",
        "unit": "percent",
        "value": "66.666667",
        "numerator": 2,
        "denominator": 3,
    }
    assert by_name["AHT v1"]["formula"] == "(talk + hold + wrap-up) / handled"
    assert by_name["ASA v1"]["numerator"] == 4_000
    assert by_name["ASA v1"]["denominator"] == 2
    found = figures(line)
    assert (found["offered"], found["answered"], found["abandoned"]) == ("3", "2", "1")
    assert found["ASA v1"] == "2.000000"
    assert found["talk v1"] == "20.500000"
    assert found["abandon time v1"] == "40.000000"
    assert found["abandon rate v1"] == "33.333333"
    assert found["resolved rate v1"] is None  # nobody said so of any
    (note,) = told["notes"]
    assert note.endswith("T = 20 s, s = 5 s, since the queue was entered (nour/billing)")


@pytest.mark.parametrize(
    "by",
    ["queue", "agent", "client,kind", "team,interval", "number,language", "contact_reason,agent"],
)
async def test_live_figures_are_those_of_the_journal(day: House, by: str) -> None:
    query = {"by": by, "zone": "Asia/Dubai", "interval": "15"}
    live = await counted_live(day, **query)
    day.shift.wait(33)  # nothing is written, time goes on
    live = await counted_live(day, **query)
    day.ports.library.kpis._is_whole = False
    read = await kpis(day, **query)
    assert read.pop("live") is False
    assert live.pop("live") is True
    assert live == read
    assert live["lines"]


async def test_what_callers_think_by_why_they_called(day: House) -> None:
    told = await counted_live(day, by="contact_reason", client="nour")
    (line,) = told["lines"]
    assert line["labels"] == {"contact_reason": "fault"}
    found = figures(line)
    assert found.pop("SL") is None  # nobody's level is known by what agents say afterwards
    assert found == {
        "survey_asked": "2",
        "survey_answered": "1",
        "survey score mean v1": "1.000000",
        "survey response rate v1": "50.000000",
    }
    formulas = {one["name"]: one["formula"] for one in line["figures"]}
    assert formulas["survey response rate v1"] == "scored / asked"
    options = ["--journal", day.shift.journal.path, "--config", day.tenant.folder]
    by = ["--by", "contact_reason", "--client", "nour", "--format", "csv"]
    done = invoke(["report", "queues", *by, *map(str, options)])
    assert done.exit_code == 0, done.stderr
    head, row, _total = csv.reader(done.stdout.splitlines())
    written = dict(zip(head, row, strict=True))
    mean = "survey score mean v1 [score] = sum of scores / scored; of the agent whom the caller"
    (name,) = [one for one in head if one.startswith(mean)]
    assert (written["contact_reason"], written[name]) == ("fault", "1.000000")
    counted = [written[one] for one in ("survey_asked", "survey_answered", "survey_score")]
    assert counted == ["2", "1", "1"]


async def test_they_are_those_of_the_report(day: House) -> None:
    for subject, by in (("queues", "queue"), ("agents", "agent"), ("intervals", "interval")):
        told = await counted_live(day, by=by, zone="Europe/Kyiv")
        options = ["--journal", day.shift.journal.path, "--config", day.tenant.folder]
        asked = ["report", subject, "--zone", "Europe/Kyiv", "--format", "json", *options]
        done = invoke([str(one) for one in asked])
        assert done.exit_code == 0, done.stderr
        reported = json.loads(done.stdout)
        assert [line["labels"] for line in told["lines"]] == [
            line["labels"] for line in reported["lines"]
        ]
        pairs = zip(
            [*told["lines"], told["total"]], [*reported["lines"], reported["total"]], strict=True
        )
        for mine, theirs in pairs:
            found = figures(mine)
            assert found.pop("SL") == theirs["SL"]["value"]
            for name, value in found.items():
                known = theirs["figures"].get(name)
                expected = str(theirs["counts"][name]) if known is None else known["value"]
                assert value == expected, name
        assert told["notes"] == reported["notes"][:-1]
        assert reported["notes"][-1].endswith("each millisecond once: no gap, no overlap")
        assert told["faults"] == 0


async def test_older_days_are_read_from_the_journal(day: House) -> None:
    day.shift.now += 4 * DAY / 1000
    day.post(events.AgentWentNotReady(agent=AgentId("olena"), reason="lunch"))
    told = await kpis(day, **{"from": "2026-03-02", "to": "2026-03-03", "by": "client"})
    assert not told["live"]
    assert {line["labels"]["client"] for line in told["lines"]} >= {"nour", "dnipro"}
    assert figures(line_of(told, client="dnipro"))["answered"] == "1"
    today = await kpis(day, day="today", by="client")
    assert figures(today["total"])["answered"] == "0"


async def test_of_figures_that_are_wanted_there_are_no_others(day: House) -> None:
    told = await kpis(day, figures="SL, ASA v1", by="queue")
    assert {tuple(figures(line)) for line in told["lines"]} == {("SL", "ASA v1")}


async def test_a_clients_days_are_those_of_its_contract(day: House) -> None:
    assert (await kpis(day, client="nour"))["zone"] == "Asia/Dubai"
    assert (await kpis(day))["zone"] == "UTC"  # the clients have no zone in common
    token = await day.token("kyiv", Role.CLIENT, clients=("dnipro",))
    assert (await kpis(day, token))["zone"] == "Europe/Kyiv"


@pytest.mark.parametrize("by", By)
async def test_a_client_is_told_of_nobody_elses(day: House, by: By) -> None:
    token = await day.token("kyiv", Role.CLIENT, clients=("dnipro",))
    told = await kpis(day, token, by=by.value)
    tells_nothing(told)
    counted = "survey_answered" if by is By.CONTACT_REASON else "answered"
    assert figures(told["total"])[counted] == "1"
    assert "occupancy v1" not in figures(told["total"])  # partly of others' calls
    status, body = await day.ask("GET", "/kpis", token, params={"client": "nour"})
    assert (status, body["type"].rpartition(":")[2]) == (404, "client-unknown")
    status, unknown = await day.ask("GET", "/kpis", token, params={"client": "nobody"})
    assert (status, unknown) == (404, body)


async def test_a_supervisor_of_a_team_is_told_of_its_agents_alone(day: House) -> None:
    token = await day.token("boss", Role.SUPERVISOR, teams=("dnipro-desk",))
    agents = await kpis(day, token, by="agent")
    assert [line["labels"]["agent"] for line in agents["lines"]] == ["olena"]
    assert figures(agents["total"])["answered"] == "1"
    teams = await kpis(day, token, by="team,agent")
    assert [line["labels"]["team"] for line in teams["lines"]] == ["dnipro-desk"]
    queues = await kpis(day, token, by="queue")
    assert figures(queues["total"])["answered"] == "3"
    assert "logged in v1" not in figures(queues["total"])


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"by": "colour"}, "by", "pattern"),
        ({"from": "yesterday"}, "from", "no day"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from", "2026-03-02 is after 2026-03-01"),
        ({"from": "2026-01-01", "to": "2026-03-01"}, "from", "more than 31 days"),
        ({"day": "today", "to": "2026-03-01"}, "day", "beside `from` or `to`"),
        ({"zone": "Mars/Base"}, "zone", "there is no time zone 'Mars/Base'"),
        ({"figures": "luck"}, "figures", "'luck' is no figure"),
        ({"figures": "occupancy v1"}, "figures", "says nothing by these dimensions"),
    ],
)
async def test_mistakes_are_named(
    day: House, query: dict[str, str], field: str, words: str
) -> None:
    status, body = await day.ask("GET", "/kpis", params=query)
    assert status == 422
    (error,) = body["errors"]
    assert error["field"] == field
    assert words in error["problem"]
    assert error["remedy"]
