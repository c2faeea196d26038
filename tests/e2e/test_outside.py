"""What is told outside of a real call: to a broker and to a client's program, which come and go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from ccengine.core.states import AgentState, CallState
from ccengine.reporting.call_record import CallOutcome
from ccengine.reporting.news import Topic, news_of
from ccengine.webhooks.courier import BACKOFF_SECONDS
from tests.e2e.outside import CLIENT, HOOK, has_state, listening, outside
from tests.e2e.people import hear_each_other
from tests.e2e.waits import until, until_seen
from tests.webhooks.receiver import is_genuine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.outside import Program
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage
    from tests.mqtt.mosquitto import Broker
    from tests.mqtt.subscriber import Subscriber

AGENT = "ccengine/demo/agent/olena"
ENGINE = "ccengine/demo/engine/node1"


def topic_of(call: str) -> str:
    return f"ccengine/demo/{CLIENT}/call/{call}"


def told(stage: Stage, call: str) -> list[dict[str, Any]]:
    """Return all that is to be told of a call, as its journal has it."""
    stage.system.ledger.read()
    rows = [row for rows in stage.system.ledger.rows.values() for row in rows if row.call == call]
    news = [one for row in rows if (one := news_of(row)) is not None]
    return [orjson.loads(orjson.dumps(one.body)) for one in news if one.topic is Topic.CALL]


async def talk(stage: Stage, olena: Agent) -> Caller:
    caller = await stage.caller("600201")
    await hear_each_other(caller, olena, await olena.answers())
    return caller


async def id_of(caller: Caller, state: CallState) -> str:
    return str(await caller.becomes(state))


@pytest.mark.timeout(240)
async def test_a_broker_and_a_program_are_told_and_have_later_what_they_missed(
    stage: Stage, tmp_path: Path
) -> None:
    async with outside(stage.system, tmp_path) as (broker, program), stage:
        olena = await stage.agent("olena")
        caller = await talk(stage, olena)
        await who_was_away_has_the_present_and_goes_on(stage, broker, caller)
        await olena.goes_ready()
        caller = await talk(stage, olena)
        await broker.stop(kill=True)
        await program.receiver.end()
        await caller.hangs_up()
        await olena.becomes(AgentState.WRAP_UP)
        await olena.goes_not_ready()
        left = await stage.caller("600201", CallOutcome.ABANDONED)
        waits = await id_of(left, CallState.WAITING)
        assert await stage.system.is_healthy()
        await broker.start()
        await the_broker_is_told_again(broker, ended=str(caller.call_id), waits=waits)
        await program.receiver.begin()
        await the_program_has_all(stage, program, 30)
        await what_is_never_taken_dies_and_is_sent_again(stage, program, left)


async def who_was_away_has_the_present_and_goes_on(
    stage: Stage, broker: Broker, caller: Caller
) -> None:
    """What is retained is how all is; what comes then is newer."""
    call = await id_of(caller, CallState.TALKING)
    state = f"{topic_of(call)}/state"
    async with listening(broker) as early:
        await has_state(early, state, "talking")
        await has_state(early, AGENT, "on_call")
        assert early.last(ENGINE)["status"] == "online"
    other = await stage.caller("600201", CallOutcome.ABANDONED)  # while nobody listens
    waits = await id_of(other, CallState.WAITING)
    async with listening(broker) as again:
        await has_state(again, f"{topic_of(waits)}/state", "waiting")
        await has_state(again, state, "talking")
        await has_state(again, AGENT, "on_call")
        present = [(topic, body) for topic, body, kept in again.messages if kept]
        assert {f"{topic_of(waits)}/state", state, AGENT} <= {topic for topic, _ in present}
        first = {topic: kept for topic, _, kept in reversed(again.messages)}
        assert all(first[topic] for topic, _ in present), "how it is comes before what is new"
        known = {topic: body.get("seq", 0) for topic, body in present}
        stage.system.ledger.read()
        assert max(known.values()) <= stage.system.ledger.last_number
        await other.hangs_up()
        await caller.hangs_up()
        for one in (call, waits):
            await until_told(again, topic_of(one), "call_ended")
            await until("it is gone", lambda one=one: again.last(f"{topic_of(one)}/state") == {})
        later = [(topic, body) for topic, body, kept in again.messages if not kept and body]
        assert all(body["seq"] > known.get(topic, 0) for topic, body in later)
        assert caller.shown not in str(again.messages)


async def until_told(subscriber: Subscriber, topic: str, action: str) -> None:
    await until(
        f"{topic} tells {action}", lambda: action in subscriber.actions(topic), seconds=20.0
    )


async def the_broker_is_told_again(broker: Broker, *, ended: str, waits: str) -> None:
    """A broker that was killed knows nothing any more: it has it all from the engine."""
    async with listening(broker) as anew:
        await until_told(anew, topic_of(ended), "call_ended")
        await until_told(anew, topic_of(waits), "call_queued")
    async with listening(broker) as late:
        await has_state(late, f"{topic_of(waits)}/state", "waiting")
        await has_state(late, AGENT, "not_ready")
        await until("it is online", lambda: late.last(ENGINE).get("status") == "online")
        assert f"{topic_of(ended)}/state" not in {topic for topic, _, _ in late.messages}


async def the_program_has_all(stage: Stage, program: Program, seconds: float) -> None:
    """Check every call of the test: whole, in order, signed, each message under its own name."""
    for caller in stage.callers:
        call = str(caller.call_id)
        wanted = told(stage, call)
        await until(
            f"the program has all of {call}",
            lambda call=call, wanted=wanted: len(program.actions(call)) >= len(wanted),
            seconds=seconds,
        )
        assert program.actions(call) == [one["action"] for one in wanted]
        taken = program.of(call)
        names = {one.headers["webhook-id"]: one.body["seq"] for one in taken}
        assert list(names.values()) == [one["seq"] for one in wanted]
        assert {name.rpartition("-")[2] for name in names} == {str(one["seq"]) for one in wanted}
        assert [one.body for one in taken[: len(wanted)]] == wanted
        now = int(taken[-1].headers["webhook-timestamp"])
        assert all(is_genuine(one, program.secret, now) for one in taken)


async def what_is_never_taken_dies_and_is_sent_again(
    stage: Stage, program: Program, caller: Caller
) -> None:
    call = str(caller.call_id)
    first = program.of(call)[0].body["seq"]
    program.receiver.answer = lambda one: 503 if one.body["action"] == "call_ended" else 200
    await caller.hangs_up()
    await caller.becomes(CallState.ENDED)
    (number,) = [one["seq"] for one in told(stage, call) if one["action"] == "call_ended"]
    last = len(BACKOFF_SECONDS)
    await until("it waits", lambda: program.letters() == [(number, 1, "waiting")])
    program.let_time_pass(attempts=last - 1)
    await until("it waits", lambda: program.letters() == [(number, last, "waiting")])
    program.let_time_pass(attempts=last)
    await until("it is dead", lambda: [one[2] for one in program.letters()] == ["dead"])
    (dead,) = await program.dead()
    assert (dead["call"], dead["number"], dead["detail"]) == (call, number, "status 503")
    program.receiver.answer = lambda _: 200
    await program.ccengine("webhook", "replay", CLIENT, HOOK, "--after", str(first - 1))

    async def is_taken() -> bool:
        return "call_ended" in program.actions(call) and not await program.dead()

    await until_seen("it is taken", is_taken, seconds=20.0)
    await asyncio.sleep(0.5)
    times = [one.headers["webhook-id"] for one in program.of(call)]
    assert {times.count(name) for name in times[:-1]} == {2}  # again, under the same names
    assert times.count(times[-1]) == 1
    assert program.letters() == []
