"""`ccengine rehearse`: who plays and whom it dials, what it shows, what it finds wrong."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
import typer
from typing_extensions import override

from ccengine.cli import rehearse
from ccengine.cli.campaign_named import Chosen, campaign_of
from ccengine.cli.rehearsal import DEEDS, Cast, Rehearsal, Rehearsed, deed_of
from ccengine.cli.rehearsal_board import is_quiet, is_through, leads_left, lines_of
from ccengine.cli.rehearsal_cast import NUMBERS_OF, ByLot, trunk_of
from ccengine.cli.rehearse import Stage
from ccengine.cli.scripted_call import AgentPhone
from ccengine.config.clients import ClientOutbound
from ccengine.config.settings import Settings, StatePaths
from ccengine.config.trunks import Trunk
from ccengine.core.ids import AgentId, ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.phone import Account
from ccengine.phone.far_ends import Answered, Deed
from tests.api.campaign_files import with_campaigns
from tests.api.house import FILE_TOKEN, house
from tests.config.tenants import DIALPLAN, copy_of_demo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from ccengine.config.tenant import Tenant

ANYBODY = Account("x", host="127.0.0.1", port=5070)
CAST = Cast(
    agents=[AgentPhone(agent=AgentId("ann"), account=ANYBODY, pin="1")],
    far_ends=ANYBODY,
    far_ends_at=("127.0.0.9", 5079),
    login_code="*1",
    logout_code="*2",
)
ISLAND = ClientId("island")
FOLDER = DIALPLAN / "tenants" / "dialer"


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    configuration = load_configuration(FOLDER)
    assert not configuration.problems
    assert configuration.tenant is not None
    return configuration.tenant


@pytest.fixture(scope="module")
def upgrade(tenant: Tenant) -> Chosen:
    return campaign_of(tenant, "island/upgrade")


def with_trunk(tenant: Tenant, server: str, prefix: str) -> Tenant:
    """Return the tenant with one trunk more, which the client may dial."""
    client = tenant.clients[ISLAND]
    outbound = client.settings.outbound
    assert isinstance(outbound, ClientOutbound)
    outbound = replace(outbound, prefixes={**outbound.prefixes, prefix: ("other",)})
    client = replace(client, settings=replace(client.settings, outbound=outbound))
    trunks = {**tenant.settings.trunks, "other": Trunk(server=server, addresses=("127.0.0.1",))}
    settings = replace(tenant.settings, trunks=trunks)
    return replace(tenant, settings=settings, clients={ISLAND: client})


def test_nothing_that_the_tenant_dials_leaves_the_machine(tenant: Tenant) -> None:
    for trunk in tenant.settings.trunks.values():
        for address in (trunk.server, *trunk.addresses):
            assert ipaddress.ip_address(address).is_loopback
    for client in tenant.clients.values():
        outbound = client.settings.outbound
        assert outbound is not None
        assert set(outbound.prefixes) == {"247"}
        assert not client.settings.staff


def test_its_campaigns_are_one_to_watch_and_one_for_the_desk(tenant: Tenant) -> None:
    modes = {name: one.settings.mode for name, one in tenant.clients[ISLAND].campaigns.items()}
    assert modes == {"upgrade": "predictive", "renewals": "preview"}


def test_the_trunk_is_where_the_far_ends_are(tenant: Tenant, upgrade: Chosen) -> None:
    found = trunk_of(tenant, upgrade)
    assert (found.name, found.server, found.port) == ("far-ends", "127.0.0.9", 5079)


@pytest.mark.parametrize(
    ("server", "prefix", "told"),
    [
        ("192.0.2.1", "380", "'other', which is not on this machine"),
        ("sip.provider.example", "2474", "'other', which is not on this machine"),
        ("127.0.0.8", "24742", "2 trunks for numbers that begin with +2474, +2476"),
    ],
)
def test_a_client_whose_calls_could_leave_the_machine_is_refused(
    tenant: Tenant,
    upgrade: Chosen,
    server: str,
    prefix: str,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit):
        trunk_of(with_trunk(tenant, server, prefix), upgrade)
    assert told in capsys.readouterr().err


def test_a_campaign_that_calls_people_is_refused(
    tenant: Tenant, upgrade: Chosen, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        trunk_of(tenant, replace(upgrade, country="GB"))
    assert "calls people" in capsys.readouterr().err


def test_numbers_by_lot_are_valid_each_once_and_say_what_their_owners_do() -> None:
    header, *rows = ByLot(NUMBERS_OF["AC"], 400, Random(3)).rows()
    numbers = [number for row in rows for number in row.cells]
    assert header.cells == ["number"]
    assert len(numbers) == len(set(numbers)) > 350
    for number in numbers:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.region_code_for_number(parsed) == "AC"
    deeds = Counter(deed_of(number) for number in numbers)
    assert set(deeds) == set(DEEDS.values())
    assert deeds[Deed.ANSWERS] == max(deeds.values())
    assert deed_of("24747001") is deed_of("+24747999") is Deed.IS_BUSY


def one(**values: Any) -> Answered:
    usual = {"number": "24740001", "deed": Deed.ANSWERS, "lasted_seconds": 9.0}
    return Answered(**{**usual, "agent_after": None, "heard_after": None, **values})


def test_late_is_who_stayed_and_heard_nobody_in_time() -> None:
    in_time, message = one(agent_after=0.4, heard_after=0.4), one(heard_after=1.7)
    gone, silent = one(lasted_seconds=1.9), one()
    late = one(agent_after=2.3, heard_after=2.3)
    found = Rehearsed(answered=[in_time, message, gone, silent, late])
    assert found.agent_after == [0.4, 2.3]
    assert found.without_agent == [message, gone, silent]
    assert found.late == [silent, late]


@pytest.mark.parametrize(
    ("answered", "faults"),
    [
        ([one(agent_after=0.4, heard_after=0.4), one(heard_after=1.7)], []),
        ([], ["nobody answered: no far end was reached that would have"]),
        ([one(heard_after=1.7)], ["nobody who answered heard an agent"]),
        (
            [one(agent_after=2.3, heard_after=2.3)],
            ["24740001 (answers) heard nobody for 2 s"],
        ),
    ],
)
def test_a_rehearsal_in_which_nobody_was_served_has_failed(
    answered: list[Answered], faults: list[str]
) -> None:
    assert Rehearsed(answered=answered).faults == faults


NOW: dict[str, Any] = {
    "campaign": "island/upgrade",
    "mode": "predictive",
    "state": "running",
    "agents": {"idle": 1, "busy": 4, "wrap_up": 1},
    "calls": {"in_the_air": 5, "waiting": 0, "talking": 4},
    "figures": {
        "dialed": 40,
        "answered": 16,
        "abandoned": 1,
        "unanswered": 14,
        "machines": 3,
        "utilisation_percent": 81.24,
    },
    "leads": {"fresh": 30, "claimed": 6, "dialing": 5, "waiting": 9, "done": 26},
    "limits": [
        {"window": "day", "percent": 3.0, "live": 16, "abandoned": 1, "abandoned_percent": 6.25},
        {"window": "30_days", "percent": 3.0, "live": 0, "abandoned": 0, "abandoned_percent": None},
    ],
}


def test_what_is_shown_says_how_busy_agents_are_and_who_was_abandoned() -> None:
    lines = dict(lines_of(NOW, Counter({Deed.ANSWERS: 16, Deed.IS_BUSY: 4})))
    assert lines["utilisation"] == "81 %, talk and wrap-up"
    assert lines["agents"] == "1 free, 4 with calls, 1 in wrap-up"
    assert lines["calls so far"].startswith("40 dialed, 16 answered, 1 abandoned, 14 unanswered")
    assert lines["far ends"] == "16 answers, 4 is busy"
    assert lines["abandoned, day"] == "6.2 % of 16 answers, at most 3 %"
    assert lines["abandoned, 30 days"] == "0.0 % of 0 answers, at most 3 %"
    assert lines["leads left"] == "50, 9 of them later again"


def test_it_is_over_when_nobody_is_left_and_no_call_goes_on() -> None:
    silent = {"calls": {"in_the_air": 0, "waiting": 0, "talking": 0}}
    done = {**NOW, **silent, "leads": {"done": 76}, "hopper": 0}
    assert leads_left(NOW) == 50
    assert not is_quiet(NOW)
    assert is_quiet({**NOW, **silent})
    assert is_through(done)
    for other in ({"leads": NOW["leads"]}, {"calls": NOW["calls"]}, {"hopper": 3}):
        assert not is_through({**done, **other})


def test_it_is_not_over_before_it_has_begun() -> None:
    """Leads were counted before they were imported."""
    figures = {**NOW["figures"], "dialed": 0}
    calls = {"in_the_air": 0, "waiting": 0, "talking": 0}
    assert not is_through({**NOW, "figures": figures, "calls": calls, "leads": {}, "hopper": 0})


def test_far_ends_alone_are_for_somebody_at_a_desk(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is logged in, nothing imported or started: no engine is asked."""
    played: list[Cast] = []

    class Play(Rehearsal):
        @override
        async def run(self, meanwhile: Callable[[], Awaitable[None]]) -> Rehearsed:
            played.append(self._cast)
            await meanwhile()
            return Rehearsed(called=Counter({Deed.ANSWERS: 2}))

    async def looked(*_: object) -> bool:
        return False

    monkeypatch.setenv("CCENGINE_TENANT", tenant.id)
    monkeypatch.setenv("CCENGINE_DIALPLAN", str(DIALPLAN))
    monkeypatch.setattr(rehearse, "Rehearsal", Play)
    monkeypatch.setattr(rehearse, "look_for_far_ends", looked)
    monkeypatch.setattr(rehearse, "cast_of", lambda *_: CAST)
    rehearse.rehearse("island/renewals", seconds=0.0, leads=1, only_far_ends=True)
    (cast,) = played
    assert (list(cast.agents), cast.far_ends_at) == ([], ("127.0.0.9", 5079))
    told = capsys.readouterr().out
    assert "it will within a minute" in told
    assert "far ends: 2 called: 2 answers" in told


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Have a campaign of an engine's API, asked over HTTP."""
    async with house(tmp_path) as opened:
        token = StatePaths(tmp_path / "state").api_token
        token.parent.mkdir(parents=True)
        token.write_text(FILE_TOKEN + "\n")
        monkeypatch.setenv("CCENGINE_STATE", str(tmp_path / "state"))
        monkeypatch.setenv("CCENGINE_API_PORT", str(opened.port))
        served = load_configuration(with_campaigns(copy_of_demo(tmp_path / "served"))).tenant
        assert served is not None
        yield Stage(Settings(), campaign_of(served, "nour/renewals"))


async def test_a_campaign_is_started_looked_at_paused_and_finished(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):  # the house's clock stands at midnight
        await asyncio.to_thread(stage.expect_ready)
    assert "these are no hours" in capsys.readouterr().err
    await asyncio.to_thread(stage.start)
    await asyncio.to_thread(stage.look)
    lines = dict(lines_of(stage.now, stage.called))
    assert lines["campaign"] == "nour/renewals, progressive, running"
    assert any(name.startswith("abandoned") for name in lines)
    await asyncio.to_thread(stage.pause)
    await asyncio.to_thread(stage.look)
    assert stage.now["state"] == "paused"
    await asyncio.to_thread(stage.finish)
    await asyncio.to_thread(stage.look)
    assert stage.now["state"] == "stopped"
    await asyncio.to_thread(stage.finish)  # nothing to do


async def test_one_that_runs_already_is_left_alone(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(stage.start)
    with pytest.raises(typer.Exit):
        await asyncio.to_thread(stage.expect_ready)
    assert "campaign nour/renewals is running" in capsys.readouterr().err
