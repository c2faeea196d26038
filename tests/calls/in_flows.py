"""Callers in flows of the fake Asterisk: steps to go through, and where they are."""

from __future__ import annotations

import wave
from array import array
from typing import TYPE_CHECKING, Any

from ccengine.core.events import (
    CallQueued,
    FlowStepEntered,
)
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import HangUpCause
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.menu import MenuStep

if TYPE_CHECKING:
    from ccengine.ivr.step import Step
    from tests.calls.center_on_fake import CenterOnFake

END = HangUpStep(hang_up=HangUpCause.NORMAL)
ASK = CollectStep(collect=("greeting",), into="order", next="menu", no_input="end", end="#")
MENU = MenuStep(menu=("main-menu",), digits={"1": "look"}, no_input="end")
LOOK = BranchStep(branch="order", equals={"4711": "known"}, otherwise="end")
KNOWN = EnqueueStep(enqueue="vip", priority=9)
STEPS: dict[str, Step] = {"ask": ASK, "menu": MENU, "look": LOOK, "known": KNOWN, "end": END}


def flow(steps: dict[str, Step], name: str = "vip", **settings: Any) -> Flow:
    return Flow(name=name, start=next(iter(steps)), steps=steps, **settings)


def entered(center: CenterOnFake) -> list[str]:
    found = center.journal.events(FlowStepEntered)
    return [f"{one.flow}/{one.step}" for one in found if isinstance(one, FlowStepEntered)]


async def is_at(center: CenterOnFake, step: str) -> None:
    await center.until(lambda: entered(center)[-1:] == [f"vip/{step}"] or step in entered(center))


async def ends(center: CenterOnFake) -> None:
    await center.until(center.ended, seconds=2000)
    await center.until(lambda: not center.asterisk.channels_left())
    assert len(center.ended()) == 1
    center.assert_nothing_left()


def write_wav(center: CenterOnFake, name: str, *, seconds: float, level: int = 3000) -> None:
    """Write what Asterisk would have recorded."""
    file = center.wiring.paths.recordings / f"{name}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(array("h", (level, -level) * round(4_000 * seconds)).tobytes())


async def queued(center: CenterOnFake) -> CallQueued:
    await center.until(lambda: center.journal.events(CallQueued))
    (event,) = center.journal.events(CallQueued)
    assert isinstance(event, CallQueued)
    return event
