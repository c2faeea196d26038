"""A call as phones made it: what its picture shows, what is measured of it, and a score of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.e2e.recorded import parts, recorded
from tests.e2e.talks import talking
from tests.e2e.test_api import api
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.e2e.stage import Stage

NEAR = 0.6
"""Seconds. The journal's time is the engine's, the sound's is Asterisk's; words have weak ends."""
MEASURED_SECONDS = 25.0
"""Until a kept recording is looked for: every ten seconds, on a machine that is busy."""


async def silent(caller: Any, agent: Any, seconds: float) -> None:
    """Have one talk alone, then nobody."""
    caller.call.play(None)
    await asyncio.sleep(seconds)
    agent.play(None)
    await asyncio.sleep(seconds)


def length(spans: Iterable[tuple[str, int, int]], kind: str) -> float:
    return sum(end - start for one, start, end in spans if one == kind) / 100


async def test_a_talk_is_drawn_measured_and_scored(stage: Stage) -> None:
    async with stage:
        rita = await api(stage, "rita", "--role", "quality", "--client", "dnipro")
        other = await api(stage, "other", "--role", "client", "--client", "nour")
        olena = await api(stage, "olena", "--role", "agent", "--agent", "olena")
        talk = await talking(stage)
        await asyncio.sleep(1.0)
        await talk.call.hold()
        await talk.caller.hears_music()
        await asyncio.sleep(2.0)
        await talk.call.resume()
        await asyncio.sleep(1.0)
        await silent(talk.caller, talk.call, 2.5)
        await talk.caller.hangs_up()
        record = await talk.caller.record()
        sound = await recorded(stage, record)
        call = record["call"]

        picture = await drawn(rita, call)
        assert abs(picture["seconds"] - sound.seconds) < 0.1
        spans = picture["spans"]
        assert [one[0] for one in spans][-2:] == ["agent", "silence"], (spans, sound.told())
        assert abs(length(spans, "agent") - 2.5) < NEAR, spans
        assert abs(length(spans, "silence") - 2.5) < NEAR, spans
        assert length(spans, "hold") > 2.0
        assert length(spans, "cross_talk") > 2.0
        assert (await other.ask("GET", f"/calls/{call}/picture"))[0] == 404

        shown = await measured(rita, call)
        assert abs(shown["silence_seconds"] - length(spans, "silence")) < NEAR
        begun = parts(record)[0]["started_at"]
        assert begun <= record["talk_started_at"]

        _, review = await rita.ask("POST", f"/calls/{call}/reviews", json={"agent": "olena"})
        path = f"/reviews/{review['review']}"
        said = {"greeting": "yes", "needs": "3", "price": "yes"}
        assert (await rita.ask("PUT", path, json={"answers": said}))[0] == 200
        assert (await olena.ask("GET", path))[0] == 404
        _, published = await rita.ask("POST", f"{path}/publish")
        assert published["score_percent"] == 80.0
        assert (await olena.ask("GET", path))[1]["score_percent"] == 80.0
        assert (await other.ask("GET", path))[0] == 404
        status, heard = await olena.ask("GET", f"{path}/recording")
        assert (status, heard[:4]) == (200, b"RIFF")


async def drawn(rita: Any, call: str) -> Mapping[str, Any]:
    """Wait until the recording is kept, and with it its picture."""
    found: list[Mapping[str, Any]] = []

    async def is_there() -> bool:
        status, picture = await rita.ask("GET", f"/calls/{call}/picture")
        found[:] = [picture] if status == 200 else []
        return bool(found)

    await until_seen("the recording is drawn", is_there, seconds=MEASURED_SECONDS)
    return found[-1]


async def measured(rita: Any, call: str) -> Mapping[str, Any]:
    """Wait until the call's record tells what was found in its recording."""
    found: list[Mapping[str, Any]] = []

    async def is_there() -> bool:
        _, shown = await rita.ask("GET", f"/calls/{call}")
        found[:] = [one for one in shown["conversations"] if one["measured_seconds"] is not None]
        return bool(found)

    await until_seen("the talk is measured", is_there, seconds=MEASURED_SECONDS)
    return found[-1]
