"""At every step of a transfer somebody may hang up or be busy: nobody is alone, no caller lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import HoldEnded, HoldStarted
from tests.e2e.configuration import configured, vip
from tests.e2e.storms import BUSY, CALLER, CASES, DECLINED, OLENA, TARAS, Case, Scene
from tests.e2e.talks import now

if TYPE_CHECKING:
    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

ALONE_SECONDS = 2.0
LOOK_SECONDS = 0.1
BRIEFLY = [
    Case("blind", "ringing", TARAS, BUSY),
    Case("queue", "ringing", TARAS, DECLINED),
    Case("attended", "ringing", CALLER),
    Case("attended", "consulting", TARAS),
    Case("attended by keys", "swapped", CALLER),
    Case("conference", "together", OLENA),
]
SIZES = {"small": BRIEFLY, "full": CASES}
HEARD = 0.5
"""Of the last second: more than that was sound, a person's or music."""


class Watch:
    """Looks at the bridges, and notes for how long each has had one person in it.

    An agent who has put the caller aside is alone by their own doing, and does not count.
    """

    def __init__(self, system: System, caller: Caller) -> None:
        self._system = system
        self._caller = caller
        self._since: dict[str, float] = {}
        self.longest = 0.0
        self.whose = ""

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        bridges = await self._system.ari("GET", "bridges")
        alone = {one["id"]: one["channels"][0] for one in bridges if len(one["channels"]) == 1}
        if self._is_held():
            alone = {one: who for one, who in alone.items() if not self._is_leg(who)}
        self._since = {one: self._since.get(one, now()) for one in alone}
        for bridge, since in self._since.items():
            if now() - since > self.longest:
                self.longest, self.whose = now() - since, f"{alone[bridge]} in {bridge}"

    def _is_held(self) -> bool:
        call = self._caller.call_id
        rows = [] if call is None else self._system.ledger.rows[call]
        held = [row.what for row in rows if isinstance(row.what, HoldStarted | HoldEnded)]
        return bool(held) and isinstance(held[-1], HoldStarted)

    def _is_leg(self, channel: str) -> bool:
        return channel.startswith(f"{self._caller.call_id}.")


async def goes_wrong(scene: Scene, case: Case, system: System) -> None:
    caller = await scene.reach()
    watch = Watch(system, caller)
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch.run())
        await scene.spoil()
        await asyncio.sleep(ALONE_SECONDS + 0.5)
        watching.cancel()
    assert watch.longest <= ALONE_SECONDS, f"{case}: {watch.whose} is alone"
    if case.may_end:
        return
    assert caller.call.ending is None, f"{case}: the caller was lost"
    silent = caller.call.heard.silence(now() - 1.0, now())
    assert silent < HEARD, f"{case}: the caller hears nothing"


@pytest.mark.timeout(900)
async def test_whoever_leaves_at_whatever_step_nobody_is_alone_and_no_caller_lost(
    stage: Stage,
) -> None:
    only_olena = vip("members: [{agent: olena}]")
    async with configured(stage.system, only_olena), stage:
        olena, taras = await stage.agent("olena"), await stage.agent("taras")
        for case in SIZES[stage.system.size]:
            scene = Scene(stage, olena, taras, case)
            await goes_wrong(scene, case, stage.system)
            await scene.clear()
