"""dialplan/README.md names every key of scenarios, and no other; its example is a scenario."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

from ccengine.simulator.dialing.scenario import CampaignScenario
from ccengine.simulator.scenario import Scenario
from tests.config.test_documentation import README, in_schema
from tests.simulator.days import play, scenario_file

if TYPE_CHECKING:
    from pathlib import Path

SECTION = README.split("## Simulate before you change\n")[1].split("\n## ")[0]
CAMPAIGNS = README.split("## Simulate a campaign before it goes live\n")[1].split("\n## ")[0]


def test_every_key_of_a_scenario() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", SECTION, re.MULTILINE)
    named = {key for row in rows for key in re.findall(r"`([^`]+)`", row)}
    keys = {
        re.sub(r"\.(mean_seconds|law|deviation_seconds)$", "", key)
        for key, _ in in_schema(Scenario)
    }
    once = {re.sub(r"^queues\.<>\..*", "queues.<client/queue>", key) for key in keys}
    assert named == once


def test_every_key_of_a_campaigns_scenario() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", CAMPAIGNS, re.MULTILINE)
    named = {key for row in rows for key in re.findall(r"`([^`]+)`", row)}
    keys = {
        re.sub(r"\.(mean_seconds|law|deviation_seconds)$", "", key)
        for key, _ in in_schema(CampaignScenario)
    }
    assert named == keys


def test_defaults_are_those_that_are_told() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| .*?default (\d+)", CAMPAIGNS, re.MULTILINE))
    for key, number in told.items():
        value = getattr(CampaignScenario(), key)
        assert float(number) == getattr(value, "mean_seconds", value), key
    assert len(told) >= 7


def test_the_example_is_a_scenario_for_the_demo(tmp_path: Path) -> None:
    example = dedent(SECTION.split("    tenant: ../tenants/demo\n")[1].split("\n\n")[0])
    run, _ = play(scenario_file(tmp_path, example))
    assert run.figures[-1].offered > 50
