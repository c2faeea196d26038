"""The pages' fold of the feed: whatever happens, it is what a new snapshot would say."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, TenantId
from ccengine.core.states import Kind
from tests.api.feed_client import connected
from tests.api.house import house
from tests.core.builders import queue_named
from tests.pages.browser import browser, open_page
from tests.reporting.shift import AGENTS, NODE, UNUSUAL, USUAL, queue_client

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from tests.api.house import House

WORDS = [word.replace("_", " ") for word in f"{USUAL} {USUAL} {UNUSUAL}".split() if word != "plan"]
FOLD = """async (messages) => {
    const { emptyBoard, fold, stands } = await import("/site/fold.js");
    const board = emptyBoard();
    for (const message of messages) fold(board, message);
    const calls = [...board.calls.values()].map((call) => ({ ...call, stands: stands(call) }));
    return { agents: [...board.agents.values()], calls, seq: board.seq, lost: board.switchLost };
}"""
TOLD_OF_A_CALL = ("state", "since", "agent", "client", "became", "caller", "number", "kind")
TOLD_OF_A_LINE = ("queue", "priority", "queued_at")
TOLD_OF_AN_AGENT = (
    "state",
    "cause",
    "barred",
    "call_id",
    "phone",
    "until",
    "overdue",
    "paused",
    "since",
)


def play(here: House, dice: random.Random, count: int) -> None:
    """Have random things happen, many of them late, doubled or impossible, to calls that came."""
    for number in range(6):
        here.shift.play([("arrive", number, 0, 0.0)])
    for _ in range(count):
        what = dice.choice([*WORDS, "move", "urge", "calm", "dial", "hang up", "switch lost"])
        call = CallId(f"c{dice.randint(0, 5)}")
        by_hand = CallId(f"by-{dice.choice(AGENTS)}")
        if what == "move":
            queue = queue_named(dice.choice(["billing", "sales"]))
            here.shift.post(events.CallMovedByHand(call=call, queue=queue, by="boss"))
        elif what == "urge":
            priority = dice.randint(-1, 2)
            here.shift.post(events.CallReprioritised(call=call, priority=priority, by="boss"))
        elif what == "calm":
            here.shift.post(events.CallQueued(call=call, queue=queue_named("sales"), priority=0))
        elif what == "dial":
            here.shift.post(dialled(by_hand, dice.choice([Kind.OUTBOUND, Kind.INTERNAL])))
        elif what == "hang up" and by_hand in here.shift.center.calls:
            here.shift.hang_up(by_hand)
        seconds = dice.choice([0.0, 0.0, 0.5, 1.0, 7.25, 21.0])
        here.shift.play([(what, dice.randint(0, 5), dice.randrange(len(AGENTS)), seconds)])
    ends = events.SwitchLost(node=NODE), events.SwitchResynced(node=NODE)
    here.shift.post(ends[dice.randrange(2)])  # is told, whatever was before


def dialled(call: CallId, kind: Kind) -> events.AgentDialled:
    return events.AgentDialled(
        call=call,
        agent=AgentId(call.removeprefix("by-")),
        tenant=TenantId("demo"),
        client=queue_client(),
        number="+971501234522" if kind is Kind.OUTBOUND else "302",
        channel=f"{call}-side",
        leg=f"{call}-leg",
        node=NODE,
        kind=kind,
    )


async def folded(page: Page, messages: list[dict[str, Any]]) -> dict[str, Any]:
    found = await page.evaluate(FOLD, messages)
    return {
        **found,
        "agents": {one["agent"]: one for one in found["agents"]},
        "calls": {one["call_id"]: one for one in found["calls"]},
    }


def picked(found: dict[str, Any], names: list[str] | tuple[str, ...]) -> dict[str, Any]:
    return {name: found.get(name) for name in names}


def order(calls: dict[str, Any]) -> list[str]:
    """Return who stands in a line in the order of places given."""
    standing = [one for one in calls.values() if one["stands"]]
    return [one["call_id"] for one in sorted(standing, key=lambda one: one["serial"])]


@pytest.mark.parametrize("seed", range(4))
async def test_changes_lead_to_what_a_snapshot_says(tmp_path: Path, seed: int) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_page(context, here, "/site/fold.js", token=None)
        here.shift.open_doors(*AGENTS)
        dice = random.Random(seed)
        play(here, dice, 40)
        async with connected(here) as client:
            for _ in range(4):
                play(here, dice, 60)
                await client.until(here.shift.journal.last_number)
                by_changes = await folded(page, client.messages)
                here.hub.observe([])
                here.shift.now += 1.1  # no snapshot is older than a second
                async with connected(here) as fresh:
                    await fresh.next()
                    await fresh.next()
                    by_snapshot = await folded(page, fresh.messages)
                compare(by_changes, by_snapshot)
                assert places(by_changes) == client.state()  # as folded by another program
            assert client.changes


def places(found: dict[str, Any]) -> dict[str, Any]:
    calls = found["calls"].items()
    return {
        "agents": {agent: known["state"] for agent, known in found["agents"].items()},
        "calls": {name: (one["state"], one["queue"], one["agent"]) for name, one in calls},
    }


def compare(by_changes: dict[str, Any], by_snapshot: dict[str, Any]) -> None:
    for agent, known in by_snapshot["agents"].items():
        assert picked(by_changes["agents"][agent], TOLD_OF_AN_AGENT) == picked(
            known, TOLD_OF_AN_AGENT
        ), agent
    assert by_changes["calls"].keys() == by_snapshot["calls"].keys()
    for call, known in by_snapshot["calls"].items():
        names = TOLD_OF_A_CALL + (TOLD_OF_A_LINE if known["stands"] else ())
        assert picked(by_changes["calls"][call], names) == picked(known, names), call
    assert order(by_changes["calls"]) == order(by_snapshot["calls"])
    for name in ("seq", "lost"):
        assert by_changes[name] == by_snapshot[name], name
