"""contract.yaml: each mistake with its file, line and remedy."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ccengine.config.currencies import CURRENCIES, decimals_of
from ccengine.config.loading import load_tenant
from ccengine.core.ids import ClientId
from ccengine.reporting.kpis.facts import Doing
from ccengine.reporting.kpis.terms import Band, Bonus, Per, Rule
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
lines:
  contacts: {label: Contacts, per: handled, bands: [{above: 0, rate: 2.40}, {above: 99, rate: 2}]}
  hours: {label: Hours, per: productive_hour, rate: 18.5}
handled: {least_talk_seconds: 10, kinds: [call]}
productive: {states: [talking, available], reasons: [training]}
idle: {rule: contract, weight: 3}
bonuses: [{at_least: 90, percent: 2.5}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def write(folder: Path, text: str) -> list[str]:
    """Write the contract of Nour; say what is wrong with it."""
    (folder / "clients/nour/contract.yaml").write_text(text)
    return [
        f"{one.file.name}:{one.line}: {one.message} — {one.remedy}"
        for one in load_tenant(folder).problems
    ]


def test_each_key_is_read(folder: Path) -> None:
    assert write(folder, GOOD) == []
    tenant = load_tenant(folder).tenant
    assert tenant is not None
    terms = tenant.clients[ClientId("nour")].terms
    assert terms is not None
    assert terms.lines["contacts"].bands == (
        Band(above=0, rate=Decimal("2.40")),
        Band(above=99, rate=Decimal(2)),
    )
    assert (terms.lines["hours"].per, terms.lines["hours"].rate) == (
        Per.PRODUCTIVE_HOUR,
        Decimal("18.5"),
    )
    assert terms.productive.states == (Doing.TALKING, Doing.AVAILABLE)
    assert (terms.idle.rule, terms.idle.weight) == (Rule.CONTRACT, 3)
    assert terms.bonuses == (Bonus(at_least=Decimal(90), percent=Decimal("2.5")),)


def test_a_client_need_not_be_billed(folder: Path) -> None:
    (folder / "clients/nour/contract.yaml").unlink()
    loaded = load_tenant(folder)
    assert loaded.tenant is not None
    assert loaded.tenant.clients[ClientId("nour")].terms is None


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("rate: 18.5", "rate: cheap", 3, "'rate' must be an amount, not 'cheap'"),
        ("rate: 18.5", "rate: -1", 3, "'rate' cannot be -1 — use 0 to 1000000"),
        ("rate: 18.5", "rate: nan", 3, "'rate'"),
        ("rate: 18.5", "rate: 1e-9", 3, "up to 6 decimals"),
        ("rate: 18.5", "price: 18.5", 3, "unknown key 'price'"),
        (", rate: 18.5", "", 3, "line 'hours' has no rate — write either 'rate' or 'bands'"),
        ("rate: 18.5", "rate: 1, bands: [{above: 0, rate: 1}]", 3, "has a rate and bands"),
        ("rate: 18.5", "rate: 1, queues: [billing]", 3, "agents' free time has no queue"),
        ("per: handled", "per: month", 2, "'per' cannot be 'month'"),
        ("per: handled", "per: productive_hour", 3, "'contacts' and 'hours' bill the same hours"),
        ("above: 99", "above: 0", 2, "bands of line 'contacts' do not go up from 0"),
        ("{label: Contacts,", "{label: Contacts, queues: [biling],", 2, "unknown queue 'biling'"),
        ("{label: Contacts,", "{label: Contacts, languages: [xx],", 2, "unknown language 'xx'"),
        ("kinds: [call]", "kinds: [fax]", 4, "'fax'"),
        ("kinds: [call]", "without: [oops]", 4, "unknown disposition 'oops'"),
        ("[talking, available]", "[sleeping]", 5, "'sleeping'"),
        ("reasons: [training]", "reasons: [trainng]", 5, "did you mean 'training'?"),
        ("weight: 3", "weight: -3", 6, "'weight' cannot be -3"),
        ("rule: contract", "rule: fair", 6, "'rule' cannot be 'fair'"),
        ("at_least: 90", "at_least: 190", 7, "'at_least' cannot be 190"),
        ("percent: 2.5", "percent: 250", 7, "'percent' cannot be 250"),
    ],
)
def test_mistakes_are_named(folder: Path, old: str, new: str, line: int, words: str) -> None:
    assert GOOD.count(old) == 1
    problems = write(folder, GOOD.replace(old, new))
    assert any(one.startswith(f"contract.yaml:{line}: ") and words in one for one in problems), (
        problems
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("clients/nour/client.yaml", "name: Nour", "name: [Nour"),
        ("clients/nour/client.yaml", "  billing:\n", "  billing:\n    colour: red\n"),
        ("clients/nour/client.yaml", "languages: [ar, en, fa, uk, es, fr]", "languages: ar"),
        ("tenant.yaml", "reasons:", "reasons: ["),
        ("tenant.yaml", "  3: training", "  3: {name: training, minutes: soon}"),
        ("tenant.yaml", "  3: training", "  3: {nmae: training}"),
    ],
)
def test_a_mistake_elsewhere_is_not_told_again_of_the_contract(
    folder: Path, file: str, old: str, new: str
) -> None:
    change(folder / file, old, new)
    named = "label: Contacts, queues: [billing], languages: [ar]"
    text = GOOD.replace("label: Contacts", named)
    problems = write(folder, text)
    assert problems
    assert not [one for one in problems if one.startswith("contract.yaml")]
    wrong = text.replace("weight: 3", "weight: -3")
    assert any("contract.yaml:6: 'weight' cannot be -3" in one for one in write(folder, wrong))


def test_nothing_billed_is_a_mistake(folder: Path) -> None:
    assert "the contract bills nothing" in write(folder, "idle: {rule: equal}\n")[0]


def test_decimals_of_currencies() -> None:
    assert [decimals_of(code) for code in ("AED", "JPY", "KWD")] == [2, 0, 3]
    assert {decimals_of(code) for code in CURRENCIES} == {0, 2, 3}
