"""Callers in a line of the fake Asterisk: what each heard and when, by the prompts' names."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from ccengine.core.queues import Announcements, WaitTold
from ccengine.ivr.prompts import Prompt, Prompts, RecordedPrompt

if TYPE_CHECKING:
    from ccengine.core.ids import CallId, ClientId
    from tests.calls.center_on_fake import CenterOnFake

PLACE = "sound:/var/lib/ccengine/sounds/"


def told(**rules: Any) -> Announcements:
    """Return rules of announcements: every half minute, without the wait."""
    return Announcements(**{"every_seconds": 30.0, "wait": WaitTold.NO, **rules})


async def over(center: CenterOnFake, *callers: str) -> None:
    """Have all hang up, and find nothing left."""
    for caller in callers:
        if caller in center.asterisk.channels_left():
            center.asterisk.hang_up(caller)
    await center.until(lambda: not center.engine.center.calls)
    await asyncio.sleep(1)
    center.assert_nothing_left()


class EveryPrompt(Prompts):
    """Has each prompt in each language but one, and files called as the prompts are."""

    @override
    def find(self, client: ClientId, name: str, language: str) -> Prompt | None:
        if language == "xx" or name == "lost":
            return None
        return RecordedPrompt(Path(name), language, name)


@dataclass(frozen=True)
class Heard:
    """One thing that began, in seconds after the caller came."""

    at: float
    what: str

    def __repr__(self) -> str:
        return f"{self.at:.1f} {self.what}"


class Line:
    """A queue with rules of a test's own, and its callers."""

    def __init__(self, center: CenterOnFake, **rules: Any) -> None:
        self.center = center
        self.rules(**rules)

    def rules(self, **rules: Any) -> None:
        """Give the queue dnipro/vip other rules, with any prompt it may name."""
        self.center.set_queue(**rules)
        prompts = EveryPrompt(self.center.configuration.prompts.clients)
        changed = replace(self.center.configuration, prompts=prompts)
        self.center.wiring.configuration = self.center.configuration = changed

    def lasts(self, seconds: float, *names: str) -> None:
        """Have prompts last for so long; others take a second."""
        for name in names:
            self.center.asterisk.media_seconds[f"{PLACE}uk/{name}"] = seconds

    def caller(self, number: int = 1) -> str:
        """Somebody comes into the queue; the channel's id."""
        return self.center.caller(f"node1-1-{number}")

    def expect_waits(self, seconds: float) -> None:
        """Let the line believe that each caller is answered after so long."""
        engine = self.center.engine

        def estimate(_call: CallId, _now: float) -> _Expected:
            return _Expected(seconds * 0.8, seconds, seconds * 1.5)

        engine.center.estimate = estimate  # type: ignore[method-assign,assignment]

    def heard(self, channel: str) -> list[Heard]:
        """Return what began to play to the caller."""
        sent = self.center.asterisk.world.events_sent
        began = next(_at(one) for one in sent if _is(one, "StasisStart", channel))
        said = [one for one in sent if one["type"] == "PlaybackStarted"]
        ours = [one for one in said if one["playback"]["target_uri"] == f"channel:{channel}"]
        return [
            Heard(round(_at(one) - began, 2), one["playback"]["media_uri"].removeprefix(PLACE))
            for one in ours
        ]

    def said(self, channel: str) -> list[str]:
        """Return only what, and in Ukrainian without saying so."""
        return [one.what.removeprefix("uk/") for one in self.heard(channel)]


@dataclass(frozen=True)
class _Expected:
    low_seconds: float
    likely_seconds: float
    high_seconds: float


def _is(event: dict[str, Any], kind: str, channel: str) -> bool:
    return event["type"] == kind and event["channel"]["id"] == channel


def _at(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["timestamp"]).timestamp()
