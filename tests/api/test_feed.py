"""The live feed over a real websocket: snapshot first, then changes, and on without a gap."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import jsonschema_rs
import orjson
import pytest

from ccengine.api.feed.asyncapi import document
from ccengine.api.feed.protocol import SUBPROTOCOL, Close
from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.ids import AgentId
from ccengine.reporting.news import news_of
from tests.api.feed_client import FeedClient, connected
from tests.api.house import FILE_TOKEN, House, house
from tests.api.test_server import name_of
from tests.reporting.examples import examples, row_of

if TYPE_CHECKING:
    from pathlib import Path

BILLING, SUPPORT = "nour/billing", "dnipro/billing"


def hang_up(here: House, call: str) -> None:
    here.shift.hang_up(here.shift.center.calls[call].id)  # type: ignore[index]


def last(here: House) -> int:
    return here.shift.journal.last_number


def truth(here: House) -> dict[str, Any]:
    """What a client that sees all should come to, told by the center itself."""
    center = here.shift.center
    return {
        "agents": {agent.id: agent.state for agent in center.agents()},
        "calls": {call.id: (call.state, call.queue, call.agent) for call in center.calls.values()},
    }


async def test_a_snapshot_then_changes(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        here.call("c1", BILLING)
        async with connected(here) as client:
            hello, snapshot = await client.next(), await client.next()
            assert (hello["type"], hello["resumed"], hello["seq"]) == ("hello", False, last(here))
            assert snapshot["seq"] == last(here)
            (call,) = snapshot["calls"]
            assert (call["call_id"], call["state"], call["caller"]) == (
                "c1",
                "offered",
                "+971*******67",
            )
            here.shift.answer(call["call_id"])
            hang_up(here, "c1")
            await client.until(last(here))
            assert client.state() == truth(here)
            assert [one["seq"] for one in client.changes] == sorted(
                {one["seq"] for one in client.changes}
            )
            assert {"offer_accepted", "conversation_started", "call_ended"} <= {
                one.get("action") for one in client.changes
            }


async def test_who_was_away_goes_on_without_a_gap(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        async with connected(here) as whole, connected(here) as client:
            hello = await client.next()
            for one in (client, whole, whole):  # both begin before anything happens
                await one.next()
            here.talk("c1", BILLING)
            await client.until(last(here))
            await client.socket.close()
            hang_up(here, "c1")
            here.call("c2", BILLING)
            async with connected(here, after=client.seq, stream=hello["stream"]) as again:
                here.call("c3", BILLING)
                assert (await again.next())["resumed"]
                await again.until(last(here))
                await whole.until(last(here))
                joined = FeedClient(again.socket)
                joined.messages = client.messages + again.messages
                assert client.changes + again.changes == whole.changes
                assert joined.state() == truth(here) == whole.state()


async def test_from_any_number_the_journal_gives_what_was_told_live(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        async with connected(here) as whole:
            await whole.next()
            await whole.next()
            here.log_in("amira")
            here.talk("c1", BILLING)
            hang_up(here, "c1")
            await whole.until(last(here))
        for after in range(1, last(here) + 1):  # nobody listens: all is read from the journal
            async with connected(here, after=after) as again:
                await again.next()
                wanted = [one for one in whole.changes if one["seq"] > after]
                while again.seq < last(here) and wanted:
                    await again.next()
                assert [one for one in again.changes if one["seq"] > whole.messages[1]["seq"]] == (
                    wanted
                )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"after": 10**9}, "a number that the journal has not come to"),
        ({"after": 1, "stream": "other"}, "another journal"),
    ],
)
async def test_who_cannot_go_on_begins_anew(
    tmp_path: Path, said: dict[str, Any], reason: str
) -> None:
    async with house(tmp_path) as here, connected(here, **said) as client:
        hello, snapshot = await client.next(), await client.next()
        assert (hello["resumed"], hello["reason"]) == (False, reason)
        assert snapshot["type"] == "snapshot"


async def test_a_client_hears_nothing_of_another_client(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira", "olena")
        token = await here.token("nour-people", Role.CLIENT, clients=("nour",))
        here.talk("n0", BILLING)
        here.talk("d0", SUPPORT)
        begin = last(here)
        async with connected(here, token) as client:
            await client.next()
            here.call("n1", BILLING)
            here.call("d1", SUPPORT)
            hang_up(here, "d0")
            hang_up(here, "n0")
            await client.until(begin + 1)
            while "call_ended" not in {one.get("action") for one in client.changes}:
                await client.next()
            heard = json.dumps(client.messages)
            assert "n1" in heard
            assert "dnipro" not in heard
            assert '"d0"' not in heard
            assert '"d1"' not in heard
            assert "AgentState" not in heard  # which client's people may not list either
            assert client.messages[1]["agents"] == []
            seen = client.changes
        async with connected(here, token, after=begin) as again:
            await again.next()
            while len(again.changes) < len(seen):
                await again.next()
            assert again.changes == seen


async def test_an_agent_hears_of_own_calls_only(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        token = await here.token("amira-desk", Role.AGENT, agent="amira")
        async with connected(here, token) as client:
            await client.next()
            (shown,) = (await client.next())["agents"]
            assert shown["agent"] == "amira"
            call = here.call("c1", BILLING)
            here.call("c2", BILLING)  # waits for somebody else
            agent, offer = here.shift.offer_of(call)
            assert agent == "amira"
            here.shift.post(
                events.OfferDeclined(call=call, agent=agent, offer=offer, reason="busy")
            )
            begin = last(here)
            await client.until(begin - 2)
            await asyncio.sleep(0.1)
            kinds = [(one["type"], one.get("call_id")) for one in client.changes]
            assert ("OfferCall", "c1") in kinds
            assert kinds[-1][0] in ("AgentState", "CallGone", "OfferDeclined")
            assert ("CallGone", "c1") in kinds
            assert ("CallQueued", "c2") not in kinds


async def test_a_call_that_goes_to_another_team_is_gone(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        agents = here.tenant.settings.agents
        others = {one.team for one in agents.values()} - {agents[AgentId("amira")].team, None}
        token = await here.token("boss", Role.SUPERVISOR, teams=(str(min(map(str, others))),))
        async with connected(here, token) as client:
            await client.next()
            await client.next()
            here.call("c1", BILLING)
            await client.next()
            assert client.changes[-1]["type"] == "CallGone"
            assert "amira" not in json.dumps(client.changes)


@pytest.mark.parametrize("token", [None, "", "wrong", FILE_TOKEN + "x"])
async def test_nobody_hears_anything_without_a_token(tmp_path: Path, token: str | None) -> None:
    async with house(tmp_path) as here, connected(here, token) as client:
        assert (await client.closed())[0] == Close.TOKEN_WRONG
        assert client.messages == []


async def test_a_browser_offers_its_token_as_a_subprotocol(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.client(token=None) as session:
        protocols = (SUBPROTOCOL, f"bearer.{FILE_TOKEN}")
        async with session.ws_connect("/feed", protocols=protocols) as socket:
            assert socket.protocol == SUBPROTOCOL
            await socket.send_json({"type": "subscribe"})
            assert (await FeedClient(socket).next())["type"] == "hello"


async def test_a_token_in_the_address_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        status, body = await here.ask("GET", "/feed?token=" + FILE_TOKEN)
        assert (status, name_of(body)) == (400, "malformed")
        status, body = await here.ask("GET", "/feed")
        assert (status, name_of(body)) == (426, "websocket-only")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "[]",
        '{"type":"subscribe","after":-1}',
        '{"type":"subscribe","after":1e99}',
        '{"type":"subscribe","more":1}',
        '{"type":"😀"}',
    ],
)
async def test_what_cannot_be_understood_is_told_and_closed(tmp_path: Path, said: str) -> None:
    async with house(tmp_path) as here, here.client(token=None) as session:
        async with session.ws_connect("/feed") as socket:
            await socket.send_str(said)
            code, reason = await FeedClient(socket).closed()
            assert code == Close.MALFORMED
            assert reason.startswith("subscribe:")
        assert (await here.ask("GET", "/me"))[0] == 200


async def test_a_message_without_end_is_not_read(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.client(token=None) as session:
        async with session.ws_connect("/feed") as socket:
            await socket.send_str("x" * 5_000)
            code, _ = await FeedClient(socket).closed()
            assert code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        assert (await here.ask("GET", "/me"))[0] == 200


async def test_a_token_that_is_revoked_ends_the_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccengine.api.feed.session.TOKEN_AGAIN_SECONDS", 0.05)
    async with house(tmp_path) as here:
        token = await here.token("short", Role.QUALITY)
        async with connected(here, token) as client:
            await client.next()
            await here.keeper.database.tokens.revoke("short", here.shift.now)
            here.shift.wait(2)
            assert (await client.closed())[0] == Close.TOKEN_WRONG


async def test_a_restart_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.client(token=None) as session:
        socket = await session.ws_connect("/feed")
        await socket.send_json({"type": "subscribe", "token": FILE_TOKEN})
        client = FeedClient(socket)
        await client.next()
        async with asyncio.TaskGroup() as group:
            ending = group.create_task(client.closed())
            await here.server.stop()
        assert ending.result()[0] == Close.RESTART


async def test_all_that_is_told_is_in_the_document(tmp_path: Path) -> None:
    whole = document()
    refer = {"components": whole["components"]}
    valid = {
        name: jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", **refer})
        for name in ("Change", "snapshot", "hello", "changes")
    }
    for kind, what in examples():
        news = news_of(row_of(kind, what))
        if news is not None:
            body = orjson.loads(orjson.dumps(news.body))
            valid["Change"].validate(body)
    async with house(tmp_path) as here, connected(here) as client:
        here.log_in("amira")
        here.talk("c1", BILLING)
        here.shift.hang_up(here.shift.center.calls["c1"].id, Party.AGENT)  # type: ignore[index]
        await client.until(last(here))
        for message in client.messages:
            valid[message["type"]].validate(message)
        status, body = await here.ask("GET", "/asyncapi.json", None)
        assert (status, body["asyncapi"]) == (200, "3.0.0")
