"""A hundred queues and five hundred agents: rows are changed where they are."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.api.house import house
from tests.pages.browser import browser
from tests.pages.wall import cell, open_wall, row, show_cell

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import WebSocketRoute

QUEUES, AGENTS, CALLS = 100, 500, 600
AT = "2026-01-31T10:00:00Z"
WATCH = """() => {
    window.made = 0;
    new MutationObserver((all) => {
        const added = all.flatMap((one) => [...one.addedNodes]);
        const isRow = (node) => node.nodeName === "TR" && node.closest("#calls") === null;
        window.made += added.filter(isRow).length;
    }).observe(document.querySelector("main"), { childList: true, subtree: true });
}"""


def frame(kind: str, **facts: Any) -> dict[str, Any]:
    named = {"schema": 1, "seq": 1, "at": AT, "tenant": "demo", "node": "node1"}
    return {**named, "type": kind, **facts}


def agent_facts(number: int, state: str) -> dict[str, Any]:
    return {
        "agent": f"a{number}",
        "state": state,
        "cause": "",
        "barred": "",
        "call_id": None,
        "phone": str(number),
        "until": None,
        "overdue": False,
        "paused": [],
        "locked_until": None,
    }


def call_facts(number: int, state: str, agent: str | None = None) -> dict[str, Any]:
    return {
        "call_id": f"c{number}",
        "state": state,
        "queue": f"client/q{number % QUEUES}",
        "agent": agent,
        "became": None,
        "client": "client",
    }


def snapshot() -> dict[str, Any]:
    queues = [
        {
            "queue": f"client/q{one}",
            "client": "client",
            "waiting": 0,
            "oldest": None,
            "promise_seconds": 20.0,
            "priority": 0,
        }
        for one in range(QUEUES)
    ]
    agents = [
        {**agent_facts(one, "available"), "name": f"Agent {one}", "team": "team", "since": AT}
        for one in range(AGENTS)
    ]
    calls = [
        {
            **call_facts(one, "waiting"),
            "kind": "call",
            "number": "600100",
            "caller": "+971*******67",
            "priority": 0,
            "serial": one + 1,
            "arrived_at": AT,
            "queued_at": AT,
            "since": AT,
        }
        for one in range(CALLS)
    ]
    return frame(
        "snapshot",
        switch_lost=False,
        queues=queues,
        agents=agents,
        calls=calls,
        closures=[],
        coachings=[],
    )


def news(step: int) -> dict[str, Any]:
    """Return changes of twenty agents and the calls they answer."""
    told = []
    for one in range(20 * step, 20 * step + 20):
        number = one % AGENTS
        state = "on_call" if step % 2 else "available"
        told.append(frame("AgentState", **agent_facts(number, state)))
        told.append(frame("CallState", **call_facts(number, "talking", f"a{number}")))
    return {"type": "changes", "seq": step + 2, "changes": told}


async def test_rows_are_changed_in_place(tmp_path: Path) -> None:
    sockets: list[WebSocketRoute] = []

    def play_the_engine(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        hello = {"type": "hello", "schema": 1, "seq": 1, "stream": "x", "resumed": False}

        def greet(_message: str | bytes) -> None:
            socket.send(json.dumps({**hello, "reason": ""}))
            socket.send(json.dumps(snapshot()))

        socket.on_message(greet)

    async with house(tmp_path) as here, browser() as context:
        await context.route_web_socket("**/feed", play_the_engine)
        page = await open_wall(context, here)
        await expect(page.locator("#agents tbody tr")).to_have_count(AGENTS)
        await expect(page.locator("#queues tbody tr")).to_have_count(QUEUES)
        await expect(page.get_by_text("and 400 more")).to_be_visible()
        await show_cell(page, "queues", "client/q7", "waiting", "6")
        button = cell(page, "agents", "a7", "acts").get_by_role("button")
        await button.focus()
        await page.evaluate(WATCH)
        for step in range(1, 26):
            sockets[0].send(json.dumps(news(step)))
            await asyncio.sleep(0.05)
        last = news(25)["changes"][-2]["agent"]
        await show_cell(page, "agents", last, "state", "☎on a call")
        await show_cell(page, "queues", "client/q7", "waiting", "1")
        await expect(button).to_be_focused()
        made = await page.evaluate("window.made")
        assert made == 0  # no agent's and no queue's row was made, or moved
        await expect(row(page, "agents", "a7")).to_be_attached()
