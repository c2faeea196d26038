"""dialplan/README.md names every key of the YAML, and no other, and what is required."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest

from ccengine.config.campaigns import CampaignFile
from ccengine.config.clients import ClientSettings
from ccengine.config.days import DayMark
from ccengine.config.dialing_rules import WrittenRule
from ccengine.config.hours import Span
from ccengine.config.papers import FormFile, ScriptFile
from ccengine.config.schema import REQUIRED, schema_keys, value_kind
from ccengine.config.scorecards import ScorecardFile
from ccengine.config.tenant import TenantSettings
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.flow_drafts import FlowFile
from ccengine.ivr.outcome_words import OutcomeWord
from ccengine.ivr.speech.grammar import Wording
from ccengine.ivr.speech.sayers import Sayers
from ccengine.ivr.speech.value_words import ValueWords
from ccengine.ivr.speech.values import Form
from ccengine.ivr.steps import STEP_KINDS
from ccengine.reporting.kpis.terms import Terms
from tests.config.tenants import DIALPLAN

README = (DIALPLAN / "README.md").read_text()
Keys = dict[str, bool]
"""Each key's way in the YAML, and whether it is required."""


def documented(section: str) -> Keys:
    table = README.split(f"### {section}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| (\*\*)?`([^`]+)`(?:\*\*)? \|", table, re.MULTILINE)
    return {re.sub(r"<[a-z]+>", "<>", key): bool(bold) for bold, key in rows}


def in_schema(kind: Any, way: str = "") -> Iterator[tuple[str, bool]]:
    required = {
        key: field.metadata == REQUIRED
        or (field.default is MISSING and field.default_factory is MISSING)
        for key, field in zip(schema_keys(kind), fields(kind), strict=True)
    }
    for key, hint in schema_keys(kind).items():
        inner, here = value_kind(hint), f"{way}{key}"
        if get_origin(inner) is not None and issubclass(get_origin(inner), Mapping):
            item = value_kind(get_args(inner)[1])
            if is_dataclass(item):
                yield from in_schema(item, f"{here}.<>.")
                continue
        is_list = get_origin(inner) is tuple
        if is_list and is_dataclass(item := value_kind(get_args(inner)[0])) and item is not Span:
            yield from in_schema(item, f"{here}[].")
            continue
        if is_dataclass(inner) and inner is not DayMark:
            yield from in_schema(inner, f"{here}.")
        else:
            yield here, required[key]


@pytest.mark.parametrize(
    ("section", "kind"),
    [
        ("tenant.yaml", TenantSettings),
        ("client.yaml", ClientSettings),
        ("forms/&lt;form&gt;.yaml", FormFile),
        ("scripts/&lt;script&gt;.yaml", ScriptFile),
        ("scorecards/&lt;scorecard&gt;.yaml", ScorecardFile),
        ("campaigns/&lt;campaign&gt;.yaml", CampaignFile),
        ("contract.yaml", Terms),
        ("A rule of dialing.yaml", WrittenRule),
    ],
)
def test_keys_of_tenants_and_clients(section: str, kind: Any) -> None:
    assert documented(section) == dict(in_schema(kind))


def test_keys_of_flows() -> None:
    steps = [item for name, kind in STEP_KINDS.items() for item in in_schema(kind, f"{name}.")]
    assert documented("flows/&lt;flow&gt;.yaml") == dict([*in_schema(FlowFile), *steps])


def test_keys_of_wordings() -> None:
    section = README.split("### prompts/&lt;language&gt;/speech.yaml")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert named == [field.name for field in fields(Wording)]


def test_keys_of_values() -> None:
    section = README.split("### prompts/&lt;language&gt;/values.yaml")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert named == [field.name for field in fields(ValueWords)]


def test_examples_of_values_are_what_is_said() -> None:
    table = README.split("## Saying values")[1].split("### ")[0]
    rows = re.findall(r"^\| ([a-z]{2}) \| (.+) \| (.+) \| (.+) \|$", table, re.MULTILINE)
    assert len(rows) == 6
    values = [(Decimal("21.71"), "money EUR"), (date(2026, 3, 2), "date weekday"),
              (time(21, 5), "time")]  # fmt: skip
    for language, *texts in rows:
        sayer = Sayers().sayer(language, [], ZoneInfo("UTC"), "")
        assert sayer is not None
        said = [sayer.say(value, Form(*_form(how))) for value, how in values]
        assert [unicodedata.normalize("NFC", text) for text in texts] == [
            unicodedata.normalize("NFC", text) for text in said
        ]


def _form(how: str) -> tuple[str, tuple[str, ...]]:
    kind, *words = how.split()
    return kind, tuple(words)


def test_names_of_confirmations() -> None:
    section = README.split("### prompts/")[1].split("\n## ")[0]
    named = re.findall(r"`([a-z-]+)`", section.split("to be replaced:")[1])
    assert named == [*Confirmation, *OutcomeWord]


def test_conf_files() -> None:
    section = README.split("## The .conf files")[1]
    named = set(re.findall(r"^\| `([a-z]+\.conf)` \|", section, re.MULTILINE))
    assert named == {file.name for file in DIALPLAN.glob("*.conf")}
