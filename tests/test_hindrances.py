"""Campaigns that cannot begin say why: in the core's plan, and by `check`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.assembly.hindrances import hindered, hindrances
from ccengine.assembly.last_calls import LATELY_SECONDS, StoredLastCalls
from ccengine.assembly.reloading import load_plan
from ccengine.calls.last_calls import LastCall
from ccengine.core.dialer.leads import LeadKey
from ccengine.core.ids import CampaignId, ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.rendering import sound_file
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RENEWALS = CampaignId("dnipro/renewals")
CAMPAIGN = "clients/dnipro/campaigns/renewals.yaml"
NOW = 1_795_430_000.0  # 2026-11-23
OUTBOUND = (
    "outbound: {prefixes: {380: provider}, caller_id: 380440000000,"
    " calls_per_agent_day: 10, calls_per_day: 10}\nemergency:"
)
PROVIDER = "trunks: {provider: {server: sip.example, addresses: [192.0.2.1]}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A demo that may call outside."""
    folder = copy_of_demo(tmp_path)
    change(folder / "clients/dnipro/client.yaml", "emergency:", OUTBOUND)
    limit = "outbound: {calls_per_day: 10}"
    change(folder / "tenant.yaml", "\nreasons:", f"\n{PROVIDER}\n{limit}\nreasons:")
    return folder


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    return sounds


def found(folder: Path, sounds: Path, *, rendered: bool = True) -> Mapping[CampaignId, str]:
    configuration = load_configuration(folder)
    assert configuration.tenant is not None, configuration.problems
    for prompt in configuration.prompts if rendered else ():
        file = sound_file(sounds, prompt)
        file.parent.mkdir(exist_ok=True)
        file.touch()
    warned = [str(one) for one in hindered(configuration, sounds, NOW)]
    reasons = hindrances(configuration, sounds, NOW)
    assert len(warned) == len(reasons)
    assert all(reason in warning for reason, warning in zip(reasons.values(), warned, strict=True))
    return reasons


def test_a_campaign_that_has_all_it_needs_can_begin(folder: Path, sounds: Path) -> None:
    assert found(folder, sounds) == {}


def test_a_message_is_not_rendered(folder: Path, sounds: Path) -> None:
    assert "not rendered" in found(folder, sounds, rendered=False)[RENEWALS]


def test_all_numbers_were_tested_too_long_ago(folder: Path, sounds: Path) -> None:
    change(folder / CAMPAIGN, "caller_id_days: 3650 ", "caller_id_days: 311 ")
    assert "within 311 days" in found(folder, sounds)[RENEWALS]
    warnings = load_configuration(folder).warnings
    assert any("600201 is not shown any more" in one.message for one in warnings)
    change(folder / CAMPAIGN, "caller_id_days: 311 ", "caller_id_days: 312 ")
    assert found(folder, sounds) == {}  # on that very day it is still shown


def test_nobody_can_be_called(tmp_path: Path, sounds: Path) -> None:
    assert "may call nobody outside" in found(copy_of_demo(tmp_path), sounds)[RENEWALS]


def test_without_a_state_folder_nothing_is_said(folder: Path, tmp_path: Path) -> None:
    configuration = load_configuration(folder)
    assert list(hindered(configuration, tmp_path / "none", NOW)) == []


def test_the_core_is_told(folder: Path, sounds: Path) -> None:
    posted: list[Any] = []
    clock = SimpleNamespace(now=lambda: NOW)
    engine: Any = SimpleNamespace(clock=clock, post=posted.append)
    load_plan(engine, load_configuration(folder), sounds)
    (event,) = posted
    assert "not rendered" in event.plan.campaigns[RENEWALS].hindrance


# --- who rings back ---------------------------------------------------------------------------


class Attempts:
    """Attempts in memory, the first one first."""

    def __init__(self, *attempts: tuple[str, str, str, str, int]) -> None:
        keys = ("client", "campaign", "caller_id", "person", "lead")
        self.stored = [SimpleNamespace(**dict(zip(keys, one, strict=True))) for one in attempts]

    async def of_number(self, number: str, since: float) -> list[Any]:
        assert (number, since) == ("+380441112233", NOW - LATELY_SECONDS)
        return self.stored


async def last(*attempts: tuple[str, str, str, str, int]) -> LastCall | None:
    database: Any = SimpleNamespace(attempts=Attempts(*attempts))
    stored = StoredLastCalls(database, lambda: NOW)
    return await stored.last(ClientId("dnipro"), "600201", "+380441112233")


async def test_the_last_call_of_the_client_from_that_number_counts() -> None:
    called = await last(
        ("dnipro", "autumn", "600201", "K-1", 1),
        ("dnipro", "renewals", "+600201", "", LeadKey(17)),
        ("dnipro", "winter", "600202", "K-3", 3),
        ("nour", "spring", "600201", "K-4", 4),
    )
    assert called == LastCall("renewals", "17")
    assert await last(("nour", "spring", "600201", "K-4", 4)) is None
