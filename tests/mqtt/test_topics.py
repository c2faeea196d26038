"""What a subscriber may rely on."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from ccengine.core.commands import ShowAgent, ShowCall, ShowClosure
from ccengine.core.events import CoachingEvent
from ccengine.core.ids import AgentId, CallId, ClientId, TenantId
from ccengine.core.states import CallState
from ccengine.mqtt.broker import BadBrokerUrl, BrokerAddress
from ccengine.mqtt.topics import GONE, agent_topic, call_topic, engine_topic, message_of
from tests.reporting.examples import examples, row_of

DEMO = TenantId("demo")


def test_topics_carry_tenant_and_client() -> None:
    call = call_topic(DEMO, ClientId("nova"), CallId("node1-1-2"))
    assert call == "ccengine/demo/nova/call/node1-1-2"
    assert agent_topic(DEMO, AgentId("anna")) == "ccengine/demo/agent/anna"
    assert engine_topic(DEMO, "node1") == "ccengine/demo/engine/node1"


def test_a_name_cannot_reach_into_another_topic() -> None:
    assert call_topic(DEMO, ClientId("#"), CallId("../+")) == "ccengine/demo/_/call/.._" + "_"


@pytest.mark.parametrize(("kind", "what"), examples())
def test_payloads_have_schema_time_and_node_and_no_number(kind: str, what: object) -> None:
    message = message_of(row_of(kind, what))  # type: ignore[arg-type]
    if message is None:
        return
    assert message.retain == isinstance(what, ShowAgent | ShowCall | ShowClosure)
    if isinstance(what, ShowCall) and what.state is CallState.ENDED:
        assert message.payload == GONE
        return
    payload = json.loads(message.payload)
    assert payload["schema"] == 1
    assert payload["at"] == "2023-11-14T22:13:20.250000Z"
    assert (payload["tenant"], payload["node"]) == ("demo", "node1")
    assert payload["type"]
    assert b"441234" not in message.payload
    assert payload["seq"] > 0


OF_COACHING = [
    (kind, what) for kind, what in examples() if isinstance(what, get_args(CoachingEvent))
]


@pytest.mark.parametrize(("kind", "what"), OF_COACHING)
def test_who_listens_is_not_told_to_a_broker(kind: str, what: object) -> None:
    assert message_of(row_of(kind, what)) is None  # type: ignore[arg-type]


def test_urls() -> None:
    plain = BrokerAddress.parse("mqtt://broker")
    assert (plain.host, plain.port, plain.secure, plain.user) == ("broker", 1883, False, None)
    full = BrokerAddress.parse("mqtts://me:p%40ss@[::1]:9000")
    assert (full.host, full.port, full.secure, full.password) == ("::1", 9000, True, "p@ss")
    assert "p@ss" not in repr(full)


@pytest.mark.parametrize("url", ["", "broker:1883", "http://x", "mqtt://", "mqtt://h:port"])
def test_a_bad_url_says_how_it_should_look(url: str) -> None:
    with pytest.raises(BadBrokerUrl, match="mqtt://user:password@host:1883"):
        BrokerAddress.parse(url)
