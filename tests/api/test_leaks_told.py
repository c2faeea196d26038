"""What is told unasked, and what an agent of both clients shows: nothing of the other client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from ccengine.api.roles import MAY, Role
from ccengine.api.routes.every import ROUTES
from ccengine.config.webhooks import Webhook
from ccengine.mqtt.topics import message_of
from ccengine.storage.webhooks import HookKey
from ccengine.webhooks.courier import Courier
from ccengine.webhooks.mail import HookMail, HookOffice
from ccengine.webhooks.sender import Keys, Sender
from tests.api.feed_client import FeedClient, connected
from tests.api.house import House, house
from tests.api.requests import request_of
from tests.api.two_clients import OTHER, OTHERS_WORDS, OWN, ROLES, token_of, work
from tests.config.tenants import change
from tests.webhooks.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDS_IN_THE_WAY = ("setAgentReady", "endWrapUp")
"""What an outcome that is owed keeps the agent from: asked before other things change that."""
COUNTED = ("seq", "stream", "serial")
"""Rows and calls are numbered for the whole house: others are there, one learns, and no more."""


def tells_nothing(text: str) -> None:
    """Check that a text names nothing of the other client's; a team's name is the house's own."""
    for word in OTHERS_WORDS:
        assert word not in text.replace("nour-desk", ""), f"{word} in {text}"


def uncounted(told: Any) -> Any:
    """Return messages without numbers of the whole house."""
    if isinstance(told, list):
        return [uncounted(one) for one in told]
    if isinstance(told, dict):
        return {name: uncounted(one) for name, one in told.items() if name not in COUNTED}
    return told


async def heard(here: House, token: str, *clients: str) -> tuple[Any, Any, Any]:
    """Listen while some clients work; what is told from the first row on, and how it all is."""
    async with connected(here, token) as live:
        hello, snapshot = await live.next(), await live.next()
        first = here.shift.journal.last_number
        work(here, *clients)
        here.log_in("taras")  # whoever may be told of agents or calls hears of the last of these
        here.shift.hang_up(here.call("dnipro-last", "dnipro/billing"))
        await until_told_all(live)
    async with connected(here, token, after=first, stream=hello["stream"]) as again:
        await until_told_all(again)
    assert uncounted(again.changes) == uncounted(live.changes)
    async with connected(here, token) as late:
        await late.next()
        states = await late.next()
    return uncounted([snapshot]), uncounted(live.changes), uncounted([states])


async def until_told_all(client: FeedClient) -> None:
    """Take messages until the last thing of all has been told, or could have been."""
    try:
        while not any(one.get("call_id") == "dnipro-last" for one in client.changes):
            await client.next()
    except TimeoutError:
        return


@pytest.mark.parametrize("role", ROLES)
async def test_the_feed_tells_the_same_whatever_the_other_does(tmp_path: Path, role: Role) -> None:
    told = []
    for name, clients in (("quiet", (OWN,)), ("busy", (OTHER, OWN))):
        async with house(tmp_path / name) as here:
            told.append(await heard(here, await token_of(here, role), *clients))
    quiet, busy = told
    assert busy == quiet
    assert busy[1]
    tells_nothing(json.dumps(busy))


async def test_topics_of_a_client_carry_the_same_whatever_the_other_does(tmp_path: Path) -> None:
    told = []
    for name, clients in (("quiet", (OWN,)), ("busy", (OTHER, OWN))):
        async with house(tmp_path / name) as here:
            work(here, *clients)
            messages = [one for row in here.shift.rows() if (one := message_of(row)) is not None]
            if OTHER in clients:
                assert any(one.topic.startswith(f"ccengine/demo/{OTHER}/") for one in messages)
            own = [one for one in messages if one.topic.startswith(f"ccengine/demo/{OWN}/")]
            bodies = [orjson.loads(one.payload) if one.payload else {} for one in own]
            told.append((uncounted(bodies), [(one.topic, one.retain) for one in own]))
    assert told[0] == told[1]
    assert told[0][0]
    tells_nothing(json.dumps(told[1]))


async def test_a_webhook_carries_the_same_whatever_the_other_does(tmp_path: Path) -> None:
    template = {"all": "{call} {client} {agent} {queue} {caller} {disposition} {outcome}"}
    for body in (None, template):
        told = []
        for name, clients in (("quiet", (OWN,)), ("busy", (OTHER, OWN))):
            folder = tmp_path / f"{name}-{body is None}"
            async with house(folder) as here:
                told.append(await _delivered(here, body, *clients))
        assert told[0] == told[1]
        assert told[0]
        tells_nothing(json.dumps(told[1]))


async def _delivered(here: House, body: dict[str, Any] | None, *clients: str) -> list[Any]:
    async with (
        receiving(here.folder) as receiver,
        Sender(lambda: here.shift.now, tls=receiver.tls) as sender,
    ):
        office = HookOffice(
            journal=here.shift.journal.path,
            stream="s1",
            store=here.keeper.database.webhooks,
            sender=sender,
            record=here.keeper.get,
            now=lambda: here.shift.now,
        )
        hook = Webhook(url=f"https://127.0.0.1:{receiver.port}/", private=True, body=body)
        mail = HookMail(hook, Keys(secret=SECRET), office)
        courier = Courier(HookKey(OWN, "crm"), mail, office)
        await courier.turn()
        work(here, *clients)
        while await courier.turn():
            pass
        taken = sorted(receiver.taken, key=lambda one: int(one.headers["webhook-id"][3:]))
        found: list[Any] = uncounted([one.body for one in taken])
        return found


@pytest.mark.parametrize("state", ["offered", "on_call", "wrap_up", "owing"])
async def test_an_agent_of_both_shows_nothing_of_the_others_call(
    tmp_path: Path, state: str
) -> None:
    """Also where the core says why something is not possible now."""
    async with house(tmp_path) as here:
        change(
            here.tenant.folder / "clients/nour/client.yaml",
            "outcome: {form: order, script: order}",
            "outcome: {form: order, script: order, required: yes}",
        )
        await here.reload()
        here.log_in("omar")
        call = here.call("nour-omars", "nour/technical")
        if state != "offered":
            here.shift.answer(call)
        if state in ("wrap_up", "owing"):
            here.shift.hang_up(call)
        if state == "owing":
            here.shift.wait(60)
        token = await token_of(here, Role.SUPERVISOR)
        own = await here.token("omars", Role.AGENT, agent="omar")
        _, shown = await here.ask("GET", "/agents/omar", own)
        assert shown["call"] == call or state == "owing"
        for route in sorted(ROUTES, key=lambda one: one.operation not in STANDS_IN_THE_WAY):
            if "agent" in route.parts and Role.SUPERVISOR in MAY[route.operation]:
                method, path, sent = request_of(route, OWN, agent="omar", call=call)
                _, body = await here.ask(method, path, token, **sent)
                tells_nothing(json.dumps(body))


async def test_the_agent_is_told_which_call_of_theirs_is_in_the_way(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        change(
            here.tenant.folder / "clients/nour/client.yaml",
            "outcome: {form: cancellation, script: cancellation}",
            "outcome: {form: cancellation, script: cancellation, required: yes}",
        )
        await here.reload()
        here.log_in("amira")
        here.shift.hang_up(here.talk("nour-owes", "nour/billing"))
        here.shift.wait(60)
        token = await here.token("amiras", Role.AGENT, agent="amira")
        status, told = await here.ask("POST", "/agents/amira/ready", token)
        assert (status, "nour-owes" in told["detail"]) == (409, True)


async def test_nobody_is_sent_away_from_a_phone_by_whom_they_are_not_seen(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        token = await token_of(here, Role.SUPERVISOR)
        for _ in ("available", "on a call"):
            sent = {"json": {"phone": "201"}}
            status, told = await here.ask("POST", "/agents/taras/log-in", token, **sent)
            assert (status, told["detail"]) == (409, "phone '201' is in use")
            assert (await here.ask("GET", "/agents/amira"))[1]["phone"] == "201"
            here.talk("nour-talks", "nour/billing")
        own = await here.token("taras", Role.AGENT, agent="taras")
        status, told = await here.ask("POST", "/agents/taras/log-in", own, json={"phone": "201"})
        assert status == 409
        tells_nothing(json.dumps(told))
