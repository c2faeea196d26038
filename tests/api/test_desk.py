"""What an agent's desk shows: whom they serve, how the talk stands, who is to be called back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.events import HoldBy
from ccengine.core.ids import AgentId, QueueId
from tests.api.house import House, house
from tests.config.tenants import change

if TYPE_CHECKING:
    from pathlib import Path

BILLING = "nour/billing"


async def desk(here: House, agent: str = "amira") -> Any:
    here.shift.wait(1)
    token = await here.token(f"{agent}-at-{here.shift.now:.0f}", Role.AGENT, agent=agent)
    status, body = await here.ask("GET", f"/agents/{agent}/desk", token)
    assert status == 200
    return body


async def test_what_is_known_of_an_offer(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        here.call("c1", BILLING)
        here.shift.wait(5)
        shown = (await desk(here))["call"]
        assert (shown["state"], shown["kind"]) == ("offered", "call")
        assert (shown["client_name"], shown["language"]) == ("Nour Telecom", "ar")
        assert (shown["queue"], shown["line"]) == (BILLING, "Nour: 1 billing, 2 technical")
        assert shown["caller"] == "+971501234567"
        assert shown["waited_seconds"] is None
        assert shown["waits_since"]
        assert not shown["recording"]["goes_on"]


async def test_where_all_phones_ring_each_agent_sees_the_caller(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        client = here.tenant.folder / "clients/dnipro/client.yaml"
        change(client, "    priority: 10\n", "    priority: 10\n    strategy: ring-all\n")
        assert not await here.reload()
        here.log_in("olena", "taras")
        here.call("c1", "dnipro/vip")
        for agent in ("olena", "taras"):
            assert (await desk(here, agent))["call"]["caller"] == "+380441234567"


async def test_how_the_talk_stands(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira", "olena")
        call = here.talk("c1", BILLING)
        here.shift.post(events.RecordingStarted(call=call, recording="demo/nour/c1.wav"))
        shown = (await desk(here))["call"]
        assert shown["waited_seconds"] is not None
        assert shown["recording"]["goes_on"]
        assert (shown["on_hold"], shown["consults"]) == (False, None)
        here.shift.post(events.HoldStarted(call=call, agent=AgentId("amira"), how=HoldBy.CODE))
        consult = here.consult(call, "302")
        assert (await desk(here))["call"]["consults"] == "302"
        here.shift.post(events.CallDirected(call=consult, agent=AgentId("olena")))
        shown = (await desk(here))["call"]
        assert (shown["on_hold"], shown["consults"]) == (True, "Olena Koval")
        assert not shown["in_conference"]
        token = await here.token("lead", Role.SUPERVISOR, teams=("nour-desk",))
        _, seen = await here.ask("GET", "/agents/amira/desk", token)
        assert seen["call"]["consults"] == "302", "olena is of another team"


async def test_the_agents_own_queues_and_where_callers_can_go(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("omar")
        here.shift.post(events.AgentPaused(agent=AgentId("omar"), queue=QueueId("nour/technical")))
        before = await desk(here, "omar")
        assert [(one["queue"], one["paused"]) for one in before["queues"]] == [
            ("dnipro/technical", False),
            ("nour/technical", True),
        ]
        assert (before["usual_phone"], before["destinations"]) == ("202", [])
        here.talk("c1", "dnipro/technical")
        goes = (await desk(here, "omar"))["destinations"]
        assert {"number": "23", "label": "vip"} in goes
        assert "billing" in {one["label"] for one in goes}


@pytest.mark.parametrize("masked", [False, True])
async def test_who_is_to_be_called_back(tmp_path: Path, *, masked: bool) -> None:
    async with house(tmp_path) as here:
        folder = here.tenant.folder
        change(folder / "clients/nour/client.yaml", "    agent_hears: names\n", CALLBACKS)
        change(
            folder / "clients/nour/client.yaml",
            "languages: [ar, en, fa, uk, es, fr]\n",
            MASKED if masked else COUNTRY,
        )
        assert not await here.reload()
        for number in (1, 2):
            here.ask_back(f"c{number}", BILLING, f"+97150123456{number}")
        amira = await here.token("amira", Role.AGENT, agent="amira")
        _, body = await here.ask("GET", "/agents/amira/callbacks", amira)
        shown = [(one["call"], one["position"], one["customer"]) for one in body["callbacks"]]
        ends = ["+971*******61", "+971*******62"] if masked else ["+971501234561", "+971501234562"]
        assert shown == [("c1-back", 1, ends[0]), ("c2-back", 2, ends[1])]
        assert body["callbacks"][0]["kind"] == "callback"
        assert body["callbacks"][0]["attempts"] == 0
        olena = await here.token("olena", Role.AGENT, agent="olena")
        _, body = await here.ask("GET", "/agents/olena/callbacks", olena)
        assert body == {"callbacks": []}
        assert await here.status("GET", "/agents/amira/callbacks", olena) == 404


@pytest.mark.parametrize("masked", [False, True])
async def test_what_menus_have_learned_names_no_number_that_is_masked(
    tmp_path: Path, *, masked: bool
) -> None:
    async with house(tmp_path) as here:
        languages = "languages: [ar, en, fa, uk, es, fr]\n"
        change(
            here.tenant.folder / "clients/nour/client.yaml",
            languages,
            MASKED if masked else COUNTRY,
        )
        assert not await here.reload()
        here.log_in("amira")
        here.call("c1", BILLING, "+971501234561", {"Verified": "yes", "Called": "971501234561"})
        told = {"label": "Called", "text": "971*******61" if masked else "971501234561"}
        assert (await desk(here))["call"]["learned"] == [{"label": "Verified", "text": "yes"}, told]
        amira = await here.token("own", Role.AGENT, agent="amira")
        _, record = await here.ask("GET", "/calls/c1", amira)
        assert record["learned"] == {"Verified": "yes", "Called": told["text"]}


CALLBACKS = "    agent_hears: names\n    callback: {attempts: 3}\n"
COUNTRY = "languages: [ar, en, fa, uk, es, fr]\ncountry: AE\n"
MASKED = COUNTRY + "mask_numbers: yes\n"
