"""The publisher against a real broker."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from ccengine.core.agents import Agent
from ccengine.core.ids import AgentId, CallId, TenantId
from ccengine.mqtt.broker import BrokerAddress
from ccengine.mqtt.publisher import Publisher
from tests.mqtt.subscriber import Subscriber, running
from tests.reporting.shift import CALLER, Shift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.mqtt.mosquitto import Broker


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    yield made
    made.journal.close()


async def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    assert holds()


def publisher_for(url: str, *, limit: int = 1000) -> Publisher:
    return Publisher(
        BrokerAddress.parse(url),
        tenant=TenantId("demo"),
        node="node1",
        now=lambda: 1_700_000_000.0,
        limit=limit,
    )


CALL = "ccengine/demo/nova/call/c1"
AGENT = "ccengine/demo/agent/anna"
STATE = f"{CALL}/state"
ENGINE = "ccengine/demo/engine/node1"


async def test_calls_and_agents_reach_subscribers(broker: Broker, shift: Shift) -> None:
    publisher, subscriber = publisher_for(broker.url), Subscriber()
    shift.observers.append(publisher.observe)
    async with running(publisher.run(), subscriber.run(broker.port)):
        await eventually(lambda: subscriber.last(ENGINE).get("status") == "online")
        shift.open_doors("anna")
        call = shift.enter("c1")
        shift.answer(call)
        shift.hang_up(call)
        shift.hang_up(call)  # late: not published
        await eventually(lambda: "call_ended" in subscriber.actions(CALL))
        await eventually(lambda: subscriber.last(AGENT).get("state") == "wrap_up")
    assert subscriber.actions(CALL) == [
        "call_arrived",
        "flow_step_entered",
        "call_queued",
        "call_offered",
        "offer_ringing",
        "offer_accepted",
        "conversation_started",
        "call_ended",
    ]
    assert CALLER not in str(subscriber.messages)
    late = Subscriber()
    async with running(late.run(broker.port)):
        await eventually(lambda: len(late.messages) == 2)
    assert late.last(AGENT)["until"]
    assert late.last(ENGINE)["status"] == "offline"


async def test_an_engine_that_dies_is_offline_by_its_will(broker: Broker) -> None:
    publisher, subscriber = publisher_for(broker.url), Subscriber()
    async with running(subscriber.run(broker.port)):
        client = publisher._client()
        await client.__aenter__()
        await publisher._send(client, publisher._status("online"))
        await eventually(lambda: subscriber.last(ENGINE).get("status") == "online")
        client._client.socket().shutdown(2)  # as a killed process's socket
        await eventually(lambda: subscriber.last(ENGINE).get("status") == "offline")
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)


async def test_what_happened_while_the_broker_was_away_is_sent_later(
    broker: Broker, shift: Shift
) -> None:
    publisher, subscriber = publisher_for(broker.url), Subscriber()
    shift.observers.append(publisher.observe)
    async with running(publisher.run()):
        await eventually(lambda: publisher.connected)
        shift.open_doors("anna")
        await broker.stop()
        await eventually(lambda: not publisher.connected)
        shift.enter("c1")
        await broker.start()
        async with running(subscriber.run(broker.port)):
            await eventually(lambda: "call_offered" in subscriber.actions(CALL))
            await eventually(lambda: subscriber.last(AGENT).get("state") == "offered")
            assert subscriber.last(ENGINE)["status"] == "online"
    assert publisher.dropped == 0


async def test_a_full_outbox_drops_its_oldest_and_counts(shift: Shift) -> None:
    publisher = publisher_for("mqtt://127.0.0.1:1", limit=3)
    shift.observers.append(publisher.observe)
    shift.open_doors("anna")
    shift.enter("c1")
    assert len(publisher._outbox) == 3
    assert publisher.dropped > 0
    assert json.loads(publisher._outbox[-1].payload)["state"] == "offered"


async def test_without_a_broker_the_engine_goes_on(shift: Shift) -> None:
    publisher = publisher_for("mqtt://127.0.0.1:1")
    shift.observers.append(publisher.observe)
    async with running(publisher.run()):
        shift.open_doors("anna")
        await asyncio.sleep(0.1)
        assert not publisher.connected


async def test_states_known_at_start_are_published(broker: Broker) -> None:
    publisher, subscriber = publisher_for(broker.url), Subscriber()
    publisher.show_agents([Agent(id=AgentId("anna")).shown()], 1.0)
    async with running(publisher.run(), subscriber.run(broker.port)):
        await eventually(lambda: subscriber.last(AGENT).get("state") == "offline")


async def test_who_was_away_has_the_present_state_and_goes_on(broker: Broker, shift: Shift) -> None:
    publisher, early = publisher_for(broker.url), Subscriber()
    shift.observers.append(publisher.observe)
    async with running(publisher.run()):
        await eventually(lambda: publisher.connected)
        shift.open_doors("anna")
        async with running(early.run(broker.port)):
            shift.enter("c1")
            await eventually(lambda: early.last(STATE).get("state") == "offered")
        shift.answer(CallId("c1"))  # while it is away
        shift.enter("c2")
        last = shift.journal.last_number
        await eventually(lambda: not publisher._outbox)
        again = Subscriber()
        async with running(again.run(broker.port)):
            await eventually(lambda: len(again.messages) == 4)
            assert {topic for topic, _, retained in again.messages if retained} == {
                ENGINE,
                AGENT,
                STATE,
                "ccengine/demo/nova/call/c2/state",
            }
            assert (again.last(STATE)["state"], again.last(AGENT)["state"]) == (
                "talking",
                "on_call",
            )
            known = max(body.get("seq", 0) for _, body, _ in again.messages)
            assert known <= last
            shift.hang_up(CallId("c1"))
            await eventually(lambda: again.last(STATE) == {})
            later = [body["seq"] for _, body, kept in again.messages if not kept and body]
            assert min(later) > known


async def test_calls_that_ended_while_nobody_could_tell_are_gone(
    broker: Broker, shift: Shift
) -> None:
    publisher = publisher_for(broker.url)
    shift.observers.append(publisher.observe)
    async with running(publisher.run()):
        await eventually(lambda: publisher.connected)
        shift.open_doors("anna")
        shift.enter("c1")
        shift.enter("c2")
        seen = Subscriber()
        async with running(seen.run(broker.port)):
            await eventually(lambda: seen.last(STATE).get("state") == "offered")
    shift.observers.clear()
    shift.hang_up(CallId("c1"))  # an engine that was killed could not tell
    center, next_one = shift.center, publisher_for(broker.url)
    next_one.show_agents([center.agent(AgentId("anna")).shown()], 2.0, seq=9)
    next_one.show_calls([(call.client, call.shown()) for call in center.calls.values()], 2.0, seq=9)
    async with running(next_one.run()):
        await eventually(lambda: next_one.connected)
        await asyncio.sleep(0.2)
        late = Subscriber()
        async with running(late.run(broker.port)):
            await eventually(lambda: len(late.messages) == 3)
        assert {topic for topic, _, _ in late.messages} == {
            ENGINE,
            AGENT,
            "ccengine/demo/nova/call/c2/state",
        }
