"""The live feed of a real engine, by the eyes of `ccengine top`, while the engine is killed too."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.cli.top import Viewer
from ccengine.cli.top_screen import COLUMNS
from ccengine.config.secrets import api_token
from ccengine.core.states import AgentState, CallState
from tests.e2e.engine_container import docker
from tests.e2e.people import hear_each_other
from tests.e2e.waits import until

if TYPE_CHECKING:
    from tests.e2e.stage import Stage


@pytest.mark.timeout(90)  # the engine is killed, and two commands run in its container
async def test_a_wallboard_follows_a_call_and_outlives_the_engine(stage: Stage) -> None:
    viewer = Viewer(stage.system.settings.api_url, api_token(stage.system.paths))
    board = viewer.board

    def is_at(call: str, state: str) -> bool:
        return call in board.calls and board.calls[call].state == state

    def is_gone(call: str) -> bool:
        # Wrap-up may be over before the board is back with an engine that began anew.
        return call not in board.calls and board.agents["olena"].state == olena.state

    async with stage, asyncio.TaskGroup() as group:
        watching = group.create_task(viewer.run(lambda: None))
        caller = await stage.caller("600201")
        call = str(await caller.becomes(CallState.WAITING))
        await until("the board has who waits", lambda: is_at(call, "waiting"))
        assert board.calls[call].queue == "dnipro/vip"
        olena = await stage.agent("olena")
        await hear_each_other(caller, olena, await olena.answers())
        await until("the board has the talk", lambda: is_at(call, "talking"))
        stream, seq = board.stream, board.seq
        await stage.system.kill_engine()
        await caller.hangs_up()
        await olena.becomes(AgentState.WRAP_UP)
        await until("the board goes on", lambda: is_gone(call), seconds=40.0)
        assert board.stream == stream
        assert (board.seq or 0) > (seq or 0)
        printed = await docker("exec", stage.system.engine.name, "ccengine", "top", "--once")
        lines = printed.decode().splitlines()
        assert any("Olena Koval" in line for line in lines)
        assert all(len(line) <= COLUMNS for line in lines)
        watching.cancel()
