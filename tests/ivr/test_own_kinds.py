"""A package that is installed beside the engine brings a kind of step of its own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.outcomes import Enqueue, HangUp
from ccengine.ivr.own_kinds import all_kinds
from ccengine.ivr.walk_checks import walked
from ccengine.ivr.walks import WalkingCaller, context_of, walk
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOYALTY = """
from dataclasses import dataclass
from decimal import Decimal

from ccengine.ivr.references import SetName, StepName, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyStep:
    loyalty: Template
    into: SetName
    next: StepName

    async def run(self, context):
        number = context.data.text(self.loyalty)
        context.data.put({self.into: Decimal(len(number))})
        return self.next
"""
FLOW = """
start: points
otherwise: goodbye
steps:
  points: {loyalty: "{called}", into: points, next: rich}
  rich: {branch: points, at_least: {6: billing}, otherwise: goodbye}
  billing: {enqueue: billing}
  goodbye: {hang_up: normal}
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def make(source: str, entry: str = "loyalty = loyalty_steps:LoyaltyStep") -> None:
        site = tmp_path / "site"
        about = site / "loyalty_steps-1.0.dist-info"
        about.mkdir(parents=True)
        (site / "loyalty_steps.py").write_text(source)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: loyalty-steps\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[ccengine.steps]\n{entry}\n")
        monkeypatch.syspath_prepend(str(site))
        all_kinds.cache_clear()

    yield make
    sys.modules.pop("loyalty_steps", None)
    all_kinds.cache_clear()


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    folder = copy_of_demo(tmp_path)
    (folder / "clients/nour/flows/main.yaml").write_text(FLOW)
    return folder


def test_it_is_read_checked_and_walked(install: Callable[..., None], tenant: Path) -> None:
    install(LOYALTY)
    configuration = load_configuration(tenant)
    assert configuration.problems == ()
    assert walked(configuration) == ()
    assert configuration.tenant is not None
    caller = WalkingCaller(language="ar", answer=lambda: None)
    client = configuration.tenant.clients[ClientId("nour")]
    context = context_of(configuration, client, caller, datetime(2026, 1, 5, tzinfo=UTC))
    flows = configuration.flows_of(client.id)
    assert isinstance(walk(flows["main"], flows, caller, context).outcome, Enqueue)


def test_the_walks_of_check_do_not_run_it(install: Callable[..., None], tenant: Path) -> None:
    install(LOYALTY.replace("number = ", "await context.crm()\n        number = "))
    assert walked(load_configuration(tenant)) == ()


def test_its_fields_are_checked_as_ours_are(install: Callable[..., None], tenant: Path) -> None:
    install(LOYALTY)
    change(tenant / "clients/nour/flows/main.yaml", '"{called}"', '"{caled}"')
    (problem,) = load_configuration(tenant).problems
    assert (problem.line, problem.message) == (5, "no step learns a value 'caled'")


def test_what_it_does_wrong_costs_the_caller_only_the_step(
    install: Callable[..., None], tenant: Path
) -> None:
    install(LOYALTY.replace("number = ", "number = 1 / 0  # "))
    configuration = load_configuration(tenant)
    assert configuration.tenant is not None
    caller = WalkingCaller(language="ar", answer=lambda: None)
    client = configuration.tenant.clients[ClientId("nour")]
    context = context_of(configuration, client, caller, datetime(2026, 1, 5, tzinfo=UTC))
    flows = configuration.flows_of(client.id)
    taken = walk(flows["main"], flows, caller, context)
    assert [place.step for place in taken.places] == ["points", "goodbye"]
    assert isinstance(taken.outcome, HangUp)


@pytest.mark.parametrize(
    ("source", "entry", "says"),
    [
        ("1 / 0", "loyalty = loyalty_steps:LoyaltyStep", "ZeroDivisionError"),
        (LOYALTY, "loyalty = loyalty_steps:Nothing", "AttributeError"),
        (LOYALTY, "menu = loyalty_steps:LoyaltyStep", "its first field is not 'menu'"),
        (LOYALTY.replace("loyalty:", "play:"), "play = loyalty_steps:LoyaltyStep",
         "there is one of that name already"),
        (LOYALTY.replace("frozen=True", "frozen=False"), "loyalty = loyalty_steps:LoyaltyStep",
         "it is not frozen"),
        (LOYALTY.replace("async def", "def"), "loyalty = loyalty_steps:LoyaltyStep",
         "no 'async def run"),
        (LOYALTY.replace("into: SetName", "into: Setname"),
         "loyalty = loyalty_steps:LoyaltyStep", "Setname"),
        ("LoyaltyStep = 5", "loyalty = loyalty_steps:LoyaltyStep", "it is no dataclass"),
    ],
)  # fmt: skip
def test_a_kind_that_cannot_be_used_is_told(
    install: Callable[..., None], tmp_path: Path, source: str, entry: str, says: str
) -> None:
    install(source, entry)
    folder = copy_of_demo(tmp_path)
    (problem,) = load_configuration(folder).problems
    assert problem.file == folder / "tenant.yaml"
    assert "of package 'loyalty-steps' cannot be used" in problem.message
    assert says in problem.message
