"""Over the API as on the phones: an agent, a waiting caller, a recording; two clients apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from ccengine.core.states import AgentState, CallState
from tests.e2e.engine_container import docker
from tests.e2e.people import hear_each_other
from tests.e2e.recorded import recorded
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


class Api:
    """One token's view of the API."""

    def __init__(self, stage: Stage, token: str) -> None:
        self._url = stage.system.settings.api_url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, **sent: Any) -> tuple[int, Any]:
        """Send one request; status, and JSON if it is some."""
        async with (
            aiohttp.ClientSession(self._url, headers=self._headers) as session,
            session.request(method, path, **sent) as response,
        ):
            body = await response.read()
            is_json = "json" in response.content_type
            return response.status, json.loads(body) if is_json else body


async def api(stage: Stage, who: str, *options: str) -> Api:
    """Have the command line make a token, under a name that nobody had before."""
    name = f"{who}-{stage.since}"
    made = await docker(
        "exec", stage.system.engine.name, "ccengine", "token", "create", name, *options
    )
    return Api(stage, made.decode().strip())


@pytest.mark.timeout(90)  # five commands in the container, beside the calls
async def test_an_agent_is_set_a_caller_is_moved_and_the_recording_is_fetched(stage: Stage) -> None:
    async with stage:
        desk = await api(stage, "desk", "--role", "agent", "--agent", "olena")
        boss = await api(stage, "boss", "--role", "supervisor", "--client", "dnipro")
        other = await api(stage, "other", "--role", "client", "--client", "nour")
        olena, omar = await stage.agent("olena"), await stage.agent("omar")

        sent = {"json": {"reason": "training"}}
        assert (await desk.ask("POST", "/agents/olena/not-ready", **sent))[0] == 200
        await olena.becomes(AgentState.NOT_READY)
        assert (await desk.ask("POST", "/agents/omar/not-ready", **sent))[0] == 404

        caller = await stage.caller("600201")  # omar speaks no Ukrainian
        call = await caller.becomes(CallState.WAITING)
        await caller.hears_music()
        status, line = await boss.ask("GET", "/queues/dnipro/vip/waiting")
        assert (status, [one["call"] for one in line["calls"]]) == (200, [call])
        sent = {"json": {"queue": "dnipro/technical"}}
        assert (await other.ask("POST", f"/calls/{call}/move", **sent))[0] == 403
        status, moved = await boss.ask("POST", f"/calls/{call}/move", **sent)
        assert (status, moved["queue"]) == (200, "dnipro/technical")
        await hear_each_other(caller, omar, await omar.answers(seconds=5))
        assert not olena.is_rung
        await caller.hangs_up()
        record = await caller.record()
        assert (record["queue"], record["agent"]) == ("dnipro/technical", "omar")

        status, story = await boss.ask("GET", f"/calls/{call}/story")
        assert status == 200
        moves = [one["text"] for one in story["lines"] if "has the caller wait in" in one["text"]]
        assert moves == [f"boss-{stage.since} has the caller wait in dnipro/technical"]
        status, told = await boss.ask("GET", f"/calls/{call}/explanation")
        assert (status, told["moments"][0]["agent"]) == (200, "omar")

        await recorded(stage, record)  # it takes a moment
        place = f"/calls/{call}/recording"
        status, sound = await boss.ask("GET", place)
        assert (status, sound[:4]) == (200, b"RIFF")
        part = {"headers": {"Range": "bytes=40-1039"}}
        assert await boss.ask("GET", place, **part) == (206, sound[40:1040])
        for path in (place, f"/calls/{call}", f"/calls/{call}/story"):
            assert (await other.ask("GET", path))[0] == 404

        printed = await docker(
            "exec", stage.system.engine.name, "ccengine", "audit", "--json", "--limit", "2"
        )
        newest = [(one["operation"], one["target"]) for one in json.loads(printed)]
        assert newest == [("moveCall", f"call {call}"), ("setAgentNotReady", "agent olena")]
        await docker(
            "exec", stage.system.engine.name, "ccengine", "token", "revoke", f"boss-{stage.since}"
        )
        await until_refused(boss)


async def until_refused(boss: Api) -> None:
    async def is_refused() -> bool:
        return (await boss.ask("GET", "/me"))[0] == 401

    await until_seen("the token holds no longer", is_refused, seconds=3.0)


async def test_an_agent_holds_a_caller_and_hangs_up_from_a_screen(stage: Stage) -> None:
    async with stage:
        desk = await api(stage, "screen", "--role", "agent", "--agent", "olena")
        olena, caller = await stage.agent("olena"), await stage.caller("600201")
        talk = await olena.answers()
        await hear_each_other(caller, olena, talk)
        assert (await desk.ask("POST", "/agents/olena/talk", json={"act": "hold"}))[0] == 200
        await caller.hears_music()
        assert (await desk.ask("POST", "/agents/olena/talk", json={"act": "retrieve"}))[0] == 200
        await hear_each_other(caller, olena, talk)
        assert (await desk.ask("POST", "/agents/olena/talk", json={"act": "hang_up"}))[0] == 200
        await olena.becomes(AgentState.WRAP_UP)
        status, agent = await desk.ask("POST", "/agents/olena/wrap-up/end")
        assert (status, agent["state"]) == (200, "available")


async def test_figures_are_counted_live_and_are_those_of_the_report(stage: Stage) -> None:
    async with stage:
        boss = await api(stage, "figures", "--role", "supervisor", "--all-clients")
        before = await live_figures(boss)
        olena, caller = await stage.agent("olena"), await stage.caller("600201")
        await hear_each_other(caller, olena, await olena.answers())
        await caller.hangs_up()
        await caller.record()
        told = await live_figures(boss)
        assert told["offered"] == before["offered"] + 1
        assert told["answered"] == before["answered"] + 1
        report = ("ccengine", "report", "queues", "--zone", "UTC", "--format", "json")
        counts = json.loads(await docker("exec", stage.system.engine.name, *report))["total"]
        assert told == {name: counts["counts"][name] for name in told}


async def live_figures(boss: Api) -> dict[str, int]:
    """Return some of today's figures, once they are counted as they come about."""
    names = ("offered", "answered", "abandoned", "handled")
    query = {"zone": "UTC", "figures": ",".join(names)}
    found: dict[str, Any] = {}

    async def is_live() -> bool:
        status, body = await boss.ask("GET", "/kpis", params=query)
        found.update(body)
        return status == 200 and bool(body["live"])

    await until_seen("figures are counted live", is_live, seconds=15.0)
    return {one["name"]: int(one["value"]) for one in found["total"]["figures"]}
