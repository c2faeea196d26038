"""`ccengine top` against a real feed: what it knows is what the engine knows, in 80 columns."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from ccengine.cli.top import Refused, Viewer
from ccengine.cli.top_board import Board
from ccengine.cli.top_screen import COLUMNS, screen
from ccengine.core.events import Party
from tests.api.house import FILE_TOKEN, House, house

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BILLING = "nour/billing"


def painted(board: Board, now: float, lines: int = 24, trouble: str = "") -> list[str]:
    out = io.StringIO()
    Console(file=out, width=COLUMNS, height=lines).print(
        screen(board, now, lines=lines, trouble=trouble)
    )
    return out.getvalue().rstrip("\n").split("\n")


def viewer_of(here: House, token: str = FILE_TOKEN) -> Viewer:
    return Viewer(f"http://127.0.0.1:{here.port}", token)


async def follow(viewer: Viewer, until: Callable[[], bool]) -> None:
    there = asyncio.Event()

    def look() -> None:
        if until():
            there.set()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(viewer.run(look))
        await there.wait()
        task.cancel()


async def test_the_board_is_what_the_engine_knows(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        here.talk("c1", BILLING)
        viewer = viewer_of(here)
        await follow(viewer, lambda: viewer.board.seq is not None)
        here.call("c2", BILLING)  # while it is away
        last = here.shift.journal.last_number
        await follow(viewer, lambda: viewer.board.seq == last)
        center, board = here.shift.center, viewer.board
        assert {one.call: one.state for one in board.calls.values()} == {
            call.id: call.state for call in center.calls.values()
        }
        assert {one.agent: one.state for one in board.agents.values()} == {
            agent.id: agent.state for agent in center.agents()
        }
        (billing,) = (one for one in board.queues() if one.queue == BILLING)
        assert (billing.waiting, billing.talking) == (1, 1)
        lines = painted(board, here.shift.now)
        assert all(len(line) <= COLUMNS for line in lines)
        assert len(lines) <= 24
        text = "\n".join(lines)
        for shown in ("Amira Haddad", "on call", "c2", "waiting", "+971*******67"):
            assert shown in text
        here.shift.hang_up(center.calls["c1"].id, Party.AGENT)  # type: ignore[index]
        last = here.shift.journal.last_number
        await follow(viewer, lambda: viewer.board.seq == last)
        assert list(board.calls) == ["c2"]


async def test_a_wrong_token_is_no_reason_to_try_again(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        viewer = viewer_of(here, "wrong")
        async with asyncio.timeout(5):
            with pytest.raises(Refused):
                await viewer.run(lambda: None)


def big_board(agents: int, *, switch_lost: bool = False) -> Board:
    board = Board()
    facts = {"barred": "", "call_id": None, "phone": "201", "overdue": False, "team": None}
    board.take(
        {
            "type": "snapshot",
            "seq": 1,
            "tenant": "demo",
            "node": "node1",
            "switch_lost": switch_lost,
            "queues": [{"queue": f"client-with-a-long-name/queue-{n}"} for n in range(50)],
            "agents": [
                {
                    "agent": f"a{n}",
                    "name": "\x1b[31mGrünwald\x07 \u202eמשה" * 3,
                    "state": "available",
                    "cause": "",
                    "since": None,
                    **facts,
                }
                for n in range(agents)
            ],
            "calls": [],
        }
    )
    return board


@pytest.mark.parametrize("lines", [10, 24, 60])
def test_it_fits_whatever_there_is(lines: int) -> None:
    shown = painted(big_board(500), 0.0, lines)
    assert len(shown) <= max(lines, 12)
    assert any("more" in line for line in shown)


def test_names_do_nothing_to_a_terminal() -> None:
    text = "\n".join(painted(big_board(1), 0.0))
    assert "\x1b[31m" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_it_begins_with_whether_asterisk_is_there() -> None:
    assert big_board(1).is_switch_there
    assert not big_board(1, switch_lost=True).is_switch_there


def test_trouble_is_told() -> None:
    assert "no connection" in painted(Board(), 0.0, trouble="no connection")[0]
