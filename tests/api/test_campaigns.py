"""Campaigns by the API: who may, what is seen of them, what is kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.dialer.leads import AttemptId, Lead, LeadKey, LeadNumber
from ccengine.core.ids import CallId, CampaignId, ClientId, TenantId
from tests.api.house import House, house
from tests.reporting.shift import NODE

if TYPE_CHECKING:
    from pathlib import Path

NOUR = "/campaigns/nour/renewals"
WHILE_IT_RUNS = 1_780_000_000.0  #: within nour's contract
AFTER_ITS_END = 2_000_000_000.0
NUMBERS = ("+971501234567", "+971501234568", "+971501234569")


async def switch(here: House, act: str, reason: str = "", **sent: Any) -> tuple[int, Any]:
    return await here.ask("POST", f"{NOUR}/{act}", json={"reason": reason}, **sent)


def give_leads(here: House) -> None:
    """Have three leads come into nour's hopper."""
    leads = tuple(
        Lead(key=LeadKey(key), list="all", numbers=(LeadNumber(number=number),))
        for key, number in enumerate(NUMBERS, 1)
    )
    here.shift.post(events.LeadsClaimed(campaign=CampaignId("nour/renewals"), leads=leads))


def dial(here: House) -> CallId:
    """Have the first call that the core asks for be dialed."""
    call, lead = next(iter(here.shift.center.in_air.items()))
    here.shift.post(
        events.LeadDialed(
            call=call,
            tenant=TenantId("demo"),
            client=ClientId("nour"),
            node=NODE,
            campaign=lead.campaign,
            lead=lead.lead,
            number=lead.number,
            attempt=AttemptId(str(call)),
        )
    )
    return call


async def test_all_are_listed_with_what_their_files_say(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        status, listed = await here.ask("GET", "/campaigns")
        assert status == 200
        states = {one["campaign"]: one["state"] for one in listed["campaigns"]}
        assert states == {"nour/renewals": "stopped", "dnipro/renewals": "stopped"}
        _, listed = await here.ask("GET", "/campaigns", params={"client": "nour"})
        assert [one["name"] for one in listed["campaigns"]] == ["Nour renewals"]
        status, shown = await here.ask("GET", "/campaigns/dnipro/renewals")
        assert status == 200
        assert (shown["mode"], shown["queue"]) == ("progressive", "dnipro/vip")
        uncounted = dict.fromkeys(("live", "abandoned", "abandoned_percent", "ends_at"))
        assert shown["limits"] == [{"window": "day", "percent": 1.0, **uncounted}]
        assert shown["settings"]["fields"] == ["name", "contract", "ends", "region"]
        assert shown["settings"]["until"] == "2029-12-31"


async def test_it_is_started_paused_and_finished_and_all_is_in_the_audit(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        status, shown = await switch(here, "start", "new list")
        assert (status, shown["state"]) == (200, "running")
        assert (shown["by"], shown["reason"]) == ("token-file", "new list")
        status, shown = await switch(here, "pause", "lunch")
        assert (status, shown["state"]) == (200, "paused")
        status, shown = await switch(here, "start")
        assert (status, shown["state"]) == (200, "running")
        status, shown = await switch(here, "finish", "all are called")
        assert (status, shown["state"]) == (200, "stopped")
        posted = [row.what for row in here.shift.rows() if "Campaign" in row.type]
        assert posted[0] == events.CampaignStarted(
            campaign=CampaignId("nour/renewals"), by="token-file", reason="new list"
        )
        assert [type(one).__name__ for one in posted] == [
            "CampaignStarted",
            "CampaignPaused",
            "CampaignStarted",
            "CampaignFinished",
        ]
        _, audit = await here.ask("GET", "/audit")
        last = audit["entries"][0]
        assert (last["operation"], last["target"]) == ("finishCampaign", "campaign nour/renewals")
        assert last["before"] == {"state": "running"}
        assert last["after"] == {"state": "stopped", "reason": "all are called"}


@pytest.mark.parametrize(
    ("done", "asked", "status", "told"),
    [
        ([], "pause", 409, "it does not run"),
        ([], "finish", 409, "was not started"),
        (["start"], "start", 409, "it runs already"),
        (["start", "pause"], "pause", 409, "it pauses already"),
        (["start", "finish"], "finish", 409, "finished already"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(
    done: list[str], asked: str, status: int, told: str, tmp_path: Path
) -> None:
    async with house(tmp_path) as here:
        for act in done:
            assert (await switch(here, act))[0] == 200
        rows = len(here.shift.rows())
        found, answer = await switch(here, asked)
        assert (found, told in answer["detail"]) == (status, True), answer
        assert len(here.shift.rows()) == rows


async def test_after_its_contracts_end_it_is_not_started(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.shift.wait(AFTER_ITS_END - here.shift.now)
        status, answer = await switch(here, "start")
        assert (status, answer["type"]) == (409, "urn:ccengine:problem:refused")
        assert answer["detail"]
        assert here.shift.center.campaigns == {}


async def test_what_is_sent_again_with_its_key_is_done_once(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        key = {"Idempotency-Key": "start-1"}
        first = await switch(here, "start", headers=key)
        assert await switch(here, "start", headers=key) == first
        started = [row for row in here.shift.rows() if row.type == "CampaignStarted"]
        assert len(started) == 1


async def test_a_brands_supervisor_sees_and_switches_its_own_only(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        token = await here.token("theirs", Role.SUPERVISOR, clients=("dnipro",))
        _, listed = await here.ask("GET", "/campaigns", token)
        assert [one["campaign"] for one in listed["campaigns"]] == ["dnipro/renewals"]
        for act in ("start", "pause", "finish"):
            status, answer = await here.ask("POST", f"{NOUR}/{act}", token, json={})
            assert (status, answer["type"]) == (404, "urn:ccengine:problem:campaign-unknown")
        status, _ = await here.ask("POST", "/campaigns/dnipro/renewals/start", token, json={})
        assert status == 200


async def test_the_clients_own_people_see_it_and_do_not_start_it(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        token = await here.token("theirs", Role.CLIENT, clients=("nour",))
        status, shown = await here.ask("GET", NOUR, token)
        assert (status, shown["state"]) == (200, "stopped")
        assert (await here.ask("POST", f"{NOUR}/start", token, json={}))[0] == 403


async def test_calls_agents_and_the_hopper_are_counted_as_they_are(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.shift.wait(WHILE_IT_RUNS - here.shift.now)
        here.log_in("amira", "omar")
        await switch(here, "start")
        give_leads(here)
        _, shown = await here.ask("GET", NOUR)
        assert shown["is_open"]
        idle = shown["agents"]["idle"]
        assert shown["agents"] == {"idle": idle, "busy": 0, "wrap_up": 0}
        assert shown["calls"] == {"in_the_air": idle, "waiting": 0, "talking": 0}
        assert shown["hopper"] == len(NUMBERS) - idle
        call = dial(here)
        here.shift.post(events.LeadAnswered(call=call, leg="leg"))
        _, shown = await here.ask("GET", NOUR)
        assert (shown["calls"]["in_the_air"], shown["calls"]["waiting"]) == (idle - 1, 1)
        assert shown["agents"]["busy"] == 1  # the phone rings
        here.shift.answer(call)
        _, shown = await here.ask("GET", NOUR)
        assert (shown["calls"]["waiting"], shown["calls"]["talking"]) == (0, 1)
        (limit,) = shown["limits"]
        assert (limit["live"], limit["abandoned"], limit["abandoned_percent"]) == (1, 0, 0.0)
        counted = {name: shown["figures"][name] for name in ("dialed", "answered", "abandoned")}
        assert counted == {"dialed": 1, "answered": 1, "abandoned": 0}


async def test_one_whom_nobody_takes_counts_against_each_limit(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.shift.wait(WHILE_IT_RUNS - here.shift.now)
        here.log_in("amira")
        await switch(here, "start")
        give_leads(here)
        call = dial(here)
        here.shift.post(events.LeadAnswered(call=call, leg="leg"))
        here.shift.post(events.LeadAbandoned(call=call, reason="no agent in time"))
        token = await here.token("theirs", Role.CLIENT, clients=("nour",))
        _, shown = await here.ask("GET", NOUR, token)
        (limit,) = shown["limits"]
        assert (limit["percent"], limit["abandoned_percent"]) == (3.0, 100.0)
        assert shown["by"] == ""  # the client is not told who
