"""Leads at the desk: shown before they are dialed, in the talk and after; scripts with fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.lead_at_desk import filled_in
from ccengine.api.papers import ScriptShown, StepShown
from ccengine.api.roles import Role
from ccengine.config.loading import load_tenant
from ccengine.core import events
from ccengine.core.commands import PlaceCall, SkipLead
from ccengine.core.dialer.campaigns import ListShare
from ccengine.core.dialer.hopper import Wanted
from ccengine.core.ids import AgentId, CampaignId
from ccengine.storage.leads import Refill
from tests.api.campaign_files import previewed
from tests.api.feed_client import connected
from tests.api.house import House, house
from tests.api.test_campaigns import WHILE_IT_RUNS, dial
from tests.api.test_lead_imports import CSV, IMPORTS, ended, importing
from tests.config.tenants import change, copy_of_demo
from tests.reporting.shift import NODE

if TYPE_CHECKING:
    from pathlib import Path

AMIRA = AgentId("amira")
FILE = "number,number_2,name,plan,margin\n+971501234567,+971501234568,Amal,Gold,high\n"


async def shown_a_lead(here: House) -> Any:
    """Have amira be shown a lead of nour's, and return her desk."""
    here.shift.wait(max(0.0, WHILE_IT_RUNS - here.shift.now))
    async with importing(here):
        sent = await here.ask("POST", IMPORTS, data=FILE.encode(), headers=CSV)
        await ended(here, sent[1]["id"])
    if here.shift.center.agent(AMIRA).phone is None:
        here.log_in("amira")
    await here.ask("POST", "/campaigns/nour/renewals/start", json={})
    refill = Refill(
        client="nour",
        campaign="renewals",
        node=NODE,
        lists={"all": ListShare()},
        wanted=Wanted(due=5, fresh={"all": 5}),
    )
    leads = await here.keeper.database.leads.claim(refill, here.shift.now)
    here.post(events.LeadsClaimed(campaign=CampaignId("nour/renewals"), leads=tuple(leads)))
    return await desk(here)


async def desk(here: House, token: str | None = None) -> Any:
    sent = {} if token is None else {"token": token}
    status, found = await here.ask("GET", "/agents/amira/desk", **sent)
    assert status == 200, found
    return found


def commands(here: House, kind: type) -> list[Any]:
    return [row.what for row in here.shift.rows() if isinstance(row.what, kind)]


async def test_an_agent_sees_the_lead_and_what_the_file_shows_of_it(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        found = await shown_a_lead(here)
        preview = found["preview"]
        assert preview["campaign_name"] == "Nour renewals"
        assert preview["fields"] == [
            {"label": "Name", "text": "Amal"},
            {"label": "Plan", "text": "Gold"},
        ]  # and not the margin
        assert [one["is_usual"] for one in preview["numbers"]] == [True, False]
        assert preview["attempts"] == []
        assert found["lead"] is None
        assert found["script"]["steps"][0]["say"] == "Hello Amal, you have Gold?"
        assert found["script"]["steps"][0]["note"] == "Before Gold ends."


async def test_it_is_dialed_for_the_agent_who_sees_it_in_the_talk_and_after(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        lead = (await shown_a_lead(here))["preview"]["lead"]
        body = {"lead": lead, "number": 1}
        status, done = await here.ask("POST", "/agents/amira/preview/dial", json=body)
        assert (status, done["lead"]) == (200, lead)
        asked = commands(here, PlaceCall)[-1]
        assert (asked.number, asked.agent) == ("+971501234568", "amira")
        assert (await desk(here))["preview"] is None
        call = dial(here)
        here.shift.post(events.LeadAnswered(call=call, leg="leg"))
        here.shift.answer(call)
        found = await desk(here)
        assert [one["text"] for one in found["lead"]["fields"]] == ["Amal", "Gold"]
        assert found["script"]["steps"][0]["say"] == "Hello Amal, you have Gold?"
        here.shift.hang_up(call)
        found = await desk(here)
        assert found["agent"]["state"] == "wrap_up"
        assert found["lead"]["lead"] == lead
        status, told = await here.ask("POST", "/agents/amira/preview/dial", json=body)
        assert (status, "any more" in told["detail"]) == (409, True)


async def test_it_is_skipped_for_a_reason(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        lead = (await shown_a_lead(here))["preview"]["lead"]
        path = "/agents/amira/preview/skip"
        status, _ = await here.ask("POST", path, json={"lead": lead})
        assert status == 422
        status, _ = await here.ask("POST", path, json={"lead": lead + 1, "reason": "late"})
        assert status == 409
        status, _ = await here.ask("POST", path, json={"lead": lead, "reason": "on holiday"})
        assert status == 200
        assert [one.reason for one in commands(here, SkipLead)] == ["on holiday"]
        assert (await desk(here))["preview"] is None


@pytest.mark.parametrize("number", [2, 99])
async def test_a_number_that_it_has_not_is_refused(tmp_path: Path, number: int) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        lead = (await shown_a_lead(here))["preview"]["lead"]
        body = {"lead": lead, "number": number}
        status, told = await here.ask("POST", "/agents/amira/preview/dial", json=body)
        assert (status, told["errors"][0]["field"]) == (422, "number")
        assert (await desk(here))["preview"] is not None


async def test_numbers_are_masked_where_the_client_hides_them_from_agents(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        await shown_a_lead(here)
        nour = here.tenant.clients["nour"]  # type: ignore[index]
        hidden = replace(nour, settings=replace(nour.settings, mask_numbers=True))
        here.tenant = replace(here.tenant, clients={**here.tenant.clients, "nour": hidden})  # type: ignore[dict-item]
        token = await here.token("own", Role.AGENT, agent="amira")
        preview = (await desk(here, token))["preview"]
        assert [one["number"] for one in preview["numbers"]] == ["+971*******67", "+971*******68"]


async def test_who_does_not_see_the_client_does_not_see_its_lead(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        lead = (await shown_a_lead(here))["preview"]["lead"]
        token = await here.token("lead", Role.SUPERVISOR, clients=("dnipro",))
        assert await here.status("GET", "/agents/amira/desk", token) == 404
        other = await here.token("other", Role.AGENT, agent="olena")
        path = "/agents/amira/preview/dial"
        assert await here.status("POST", path, other, json={"lead": lead}) == 404


async def test_the_feed_tells_the_desk_that_there_is_one(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        token = await here.token("own", Role.AGENT, agent="amira")
        other = await here.token("other", Role.AGENT, agent="omar")
        async with connected(here, token=token) as mine, connected(here, token=other) as theirs:
            for client in (mine, theirs):
                await client.next()
                await client.next()
            lead = (await shown_a_lead(here))["preview"]["lead"]
            await here.ask("POST", "/agents/amira/preview/dial", json={"lead": lead})
            await mine.until(here.shift.journal.last_number)
            told = [one for one in mine.changes if one["type"] == "PreviewState"]
            assert [one["until"] is None for one in told] == [False, True]
            assert {one["agent"] for one in told} == {"amira"}
            here.log_in("omar")  # something that he is told
            await theirs.until(here.shift.journal.last_number)
            assert [one for one in theirs.changes if one["type"] == "PreviewState"] == []


def test_what_is_not_known_is_a_gap_and_other_braces_stay() -> None:
    script = ScriptShown(
        ref="r", name="n", version=1, title="t", steps=[StepShown(say="{name} {x} {a", note=None)]
    )
    assert filled_in(script, {"name": ""}).steps[0].say == "… {x} {a"


def test_a_script_that_says_what_agents_are_not_shown_is_a_mistake(tmp_path: Path) -> None:
    tenant = previewed(copy_of_demo(tmp_path))
    assert load_tenant(tenant).problems == ()
    change(tenant / "clients/nour/scripts/offer.yaml", "{name}", "{margin}")
    (problem,) = load_tenant(tenant).problems
    assert "script 'offer' says '{margin}', no field that agents are shown" in problem.message
    assert "known are: name, plan" in problem.remedy
