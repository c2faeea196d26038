"""`ccengine simulate --campaign`, as people run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ccengine import clock
from ccengine.config.settings import Settings
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome
from ccengine.core.dialer.retries import RetryRules
from ccengine.core.ids import AgentId
from ccengine.storage.attempts import Ending, Progress
from tests.cli.test_webhook import ccengine, in_database
from tests.config.tenants import change
from tests.storage.leads import NODE, anybody, attempt, imported, new, refill

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.storage.database import RecordDatabase

SHORT = ("--campaign", "dnipro/renewals", "--agents", "2", "--hours", "0.2", "--seeds", "2")


@pytest.fixture
def campaign(tenant: Path) -> Path:
    return tenant / "clients" / "dnipro" / "campaigns" / "renewals.yaml"


def test_a_campaign_on_the_terminal_and_in_files(tenant: Path) -> None:
    files = [tenant.parents[2] / f"day.{kind}" for kind in ("json", "html")]
    done = ccengine("simulate", *SHORT, "--json", str(files[0]), "--html", str(files[1]))
    assert done.exit_code == 0, done.output
    assert done.stderr == ""  # no progress where there is no terminal
    assert "dnipro/renewals: progressive, 2 agents, 0.2 h, 2 seeds" in done.stdout
    for word in ("utilis. %", "aband. %", "worst ½ h %", "calls/h", "wait s", "yardstick ratio-2"):
        assert word in done.stdout
    assert "abandon_percent: at most 1 % of live_answers in a day" in done.stdout
    assert "default, not measured" in done.stdout
    assert "queue dnipro/vip" in done.stdout
    told = json.loads(files[0].read_text())
    assert told["results"][0]["law"] == "progressive"
    assert told["limits_broken"] == []
    assert files[1].read_text().startswith("<!DOCTYPE html>")


def test_a_limit_that_is_broken_is_the_exit_code(campaign: Path) -> None:
    """Given a campaign with a ratio whose calls in the air are too many when the gate closes."""
    change(campaign, "mode: progressive ", "mode: power\nratio: 10\n# ")
    change(campaign, "abandon_percent: 1 ", "abandon_percent: 40 ")
    done = ccengine("simulate", *SHORT, "--answers", "70")
    assert done.exit_code == 4, done.output
    assert "BROKEN by" in done.stdout
    assert "power, ratio 10" in done.stdout
    assert "--answers" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "there is nothing to simulate"),
        (["--campaign", "dnipro/renewal", "--agents", "2"], 2, "did you mean 'dnipro/renewals'"),
        (["--campaign", "dnipro/renewals"], 2, "add --agents 12"),
        (["--campaign", "renewals", "--agents", "0"], 2, "--agents"),
        (["--campaign", "renewals", "--agents", "2", "--journal", "x"], 2, "are for queues"),
        (["day.yaml", "--agents", "2"], 2, "add --campaign"),
        (["nowhere.yaml", "--campaign", "renewals", "--agents", "2"], 1, "nowhere.yaml"),
        (["--campaign", "renewals", "--agents", "2", "--weeks", "4"], 1, "start the engine once"),
        (["--campaign", "renewals", "--agents", "2", "--answers", "90"], 2, "lower one"),
    ],
)
def test_what_cannot_be_simulated_is_said_with_a_remedy(
    tenant: Path, arguments: list[str], code: int, words: str
) -> None:
    database = Settings().paths.database
    database.unlink(missing_ok=True)
    del tenant
    done = ccengine("simulate", *arguments)
    assert done.exit_code == code, done.output
    assert words in done.stderr


@pytest.mark.parametrize("mode", ["preview", "unattended\nconsent: yes\nflow: vip"])
def test_what_nothing_paces_cannot_be_simulated(campaign: Path, mode: str) -> None:
    change(campaign, "mode: progressive ", f"mode: {mode}\n# ")
    if "unattended" in mode:
        change(campaign, "queue: vip ", "# ")
    done = ccengine("simulate", *SHORT)
    assert done.exit_code == 2, done.output
    assert "nothing paces its calls — only progressive, power, predictive" in done.stderr


def test_a_campaign_with_mistakes_is_not_simulated(campaign: Path) -> None:
    change(campaign, "mode: progressive ", "mode: power ")
    done = ccengine("simulate", *SHORT)
    assert done.exit_code == 1
    assert "renewals.yaml:3: " in done.stderr
    assert "1 mistake" in done.stderr


def test_mistakes_in_a_scenario_have_their_lines(tenant: Path) -> None:
    file = tenant.parents[2] / "guess.yaml"
    file.write_text(
        "answer_percent: 80\nbusy_percent: 30\ntalk: {mean_seconds: 9, law: lognormal}\n"
    )
    done = ccengine("simulate", str(file), *SHORT)
    assert done.exit_code == 1
    assert "guess.yaml:2: " in done.stderr
    assert "make more than 100" in done.stderr
    assert "guess.yaml:3: 'deviation_seconds' belongs to a lognormal law" in done.stderr


def test_what_somebody_says_has_its_source(tenant: Path) -> None:
    file = tenant.parents[2] / "guess.yaml"
    file.write_text("talk: {mean_seconds: 33}\nanswer_percent: 5\n")
    out = tenant.parents[2] / "day.json"
    ccengine("simulate", str(file), *SHORT, "--answers", "20", "--json", str(out))
    told = {one["name"]: one for one in json.loads(out.read_text())["assumptions"]}
    assert told["talk"] == {"name": "talk", "text": "33 s, exponential", "source": "guess.yaml"}
    assert (told["answer_percent"]["text"], told["answer_percent"]["source"]) == (
        "20 %",
        "--answers",
    )
    assert told["ring"]["source"] == "default, not measured"


@pytest.mark.parametrize(
    ("agents", "seconds"), [("queue: vip ", "5"), ("skills: {english: 3} ", "15")]
)
def test_the_wrap_up_is_that_of_the_line_where_its_agents_are(
    campaign: Path, agents: str, seconds: str
) -> None:
    change(campaign, "queue: vip ", agents)
    out = campaign.parents[5] / "day.json"
    done = ccengine("simulate", *SHORT, "--json", str(out))
    assert done.exit_code == 0, done.output
    told = {one["name"]: one for one in json.loads(out.read_text())["assumptions"]}
    assert told["wrap_up"]["text"] == f"{seconds} s, constant"
    assert told["wrap_up"]["source"] != "default, not measured"
    assert "30 calls in the air at most" in done.stdout


async def _dial(database: RecordDatabase) -> None:
    """200 attempts of these days: 80 answered by persons, 40 busy, 80 rang out."""
    outcomes = [AttemptOutcome.ANSWERED] * 2 + [AttemptOutcome.BUSY]
    outcomes += [AttemptOutcome.NO_ANSWER] * 2
    placed_at = clock.wall() - 5000
    for i in range(200):
        (lead,) = await database.leads.claim(refill(due=1), placed_at)
        one = attempt(lead, f"a{i}", placed_at)
        assert await database.attempts.place(one, anybody) is None
        outcome = outcomes[i % len(outcomes)]
        talked = outcome is AttemptOutcome.ANSWERED
        if talked:
            progress = Progress(answered_at=placed_at + 7, agent=AgentId("sara"))
            await database.attempts.note(AttemptId(f"a{i}"), progress)
        ending = Ending(outcome=outcome, at=placed_at + (47 + 20 * (i % 2) if talked else 20))
        await database.attempts.close(AttemptId(f"a{i}"), ending, RetryRules())
    await _talk_until_the_engine_dies(database)


async def _talk_until_the_engine_dies(database: RecordDatabase) -> None:
    """Nobody saw how long it lasted: another engine closes it an hour later."""
    placed_at = clock.wall() - 4000
    (lead,) = await database.leads.claim(refill(due=1), placed_at)
    assert await database.attempts.place(attempt(lead, "cut", placed_at), anybody) is None
    talked = Progress(answered_at=placed_at + 7, agent=AgentId("sara"))
    await database.attempts.note(AttemptId("cut"), talked)
    await database.attempts.settle(NODE, placed_at + 3600, lambda *_: RetryRules())


def test_the_campaigns_own_records_win_over_defaults(tenant: Path) -> None:
    async def nothing(_database: RecordDatabase) -> None:
        """Make it."""

    in_database(nothing)
    imported(Settings().paths.database, [new(row) for row in range(1, 210)])
    in_database(_dial)
    out = tenant.parents[2] / "day.json"
    done = ccengine("simulate", *SHORT, "--weeks", "2", "--json", str(out))
    assert done.exit_code == 0, done.output
    told = {one["name"]: one for one in json.loads(out.read_text())["assumptions"]}
    texts = {name: told[name]["text"] for name in ("answer_percent", "busy_percent", "ring")}
    assert texts == {
        "answer_percent": "40.298 %",
        "busy_percent": "19.9 %",
        "ring": "7 s, constant",
    }
    assert told["talk"]["text"] == "50 ± 10 s, lognormal"
    assert told["talk"]["source"] == "records, 2 weeks: 201 calls"
    assert told["pause"]["source"] == "default, not measured"
