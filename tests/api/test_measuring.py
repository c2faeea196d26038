"""What was found in kept recordings reaches records and figures; weeks are drawn from that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.quality import QualityRules, SampleRule
from ccengine.core import events
from ccengine.core.ids import CallId, ClientId
from ccengine.quality.measurer import Measurer
from ccengine.quality.measuring import talks_measured
from ccengine.quality.sampler import SETTLED_SECONDS, Sampler
from ccengine.sound import Analysis, Span, SpanKind
from tests.api.house import house
from tests.api.house_ports import AtOnce

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.house import House


def measured(here: House) -> list[events.TalkMeasured]:
    return [row.what for row in here.shift.rows() if isinstance(row.what, events.TalkMeasured)]


async def test_what_was_kept_is_measured_once_also_over_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira", "olena")
        here.work_through("nour")
        await here.keep_records()
        keeping = here.ports.library.keeping
        for _ in range(2):  # the second is a new engine's
            measurer = Measurer(here.keeper, keeping, here.post, lambda: here.shift.now)
            while await measurer.look():
                pass
            await here.keep_records()
        found = measured(here)
        assert [(one.call, one.agent) for one in found] == [("nour-ended", "amira")]
        record = await here.keeper.get(CallId("nour-ended"))
        assert record is not None
        assert record.conversations[0].measured_seconds == found[0].seconds > 0


async def test_each_agents_talk_is_measured_by_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira", "olena")
        here.work_through("nour")
        await here.keep_records()
        record = await here.keeper.get(CallId("nour-ended"))
        assert record is not None
        began = record.conversations[0].started_at
        spans = (
            Span(SpanKind.SILENCE, 0.0, 5.0),  # before the talk
            Span(SpanKind.AGENT, 5.0, 8.0),
            Span(SpanKind.SILENCE, 8.0, 11.0),
            Span(SpanKind.CROSS_TALK, 11.0, 12.0),
            Span(SpanKind.HOLD, 12.0, 15.0),
        )
        analysis = Analysis(seconds=15.0, peaks=(b"", b""), spans=spans)
        told = list(talks_measured(record, analysis, began - 5.0))
        assert [(one.seconds, one.silence_seconds, one.talk_over_seconds) for one in told] == [
            (7.0, 3.0, 1.0)
        ]


async def test_a_week_is_drawn_when_it_is_over_once_and_not_again_after_a_restart(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here:
        rules = QualityRules(samples={"every": SampleRule(calls=2, shortest_seconds=0)})
        object.__setattr__(here.tenant.clients[ClientId("nour")].settings, "quality", rules)
        here.log_in("amira", "olena")
        here.work_through("nour")
        here.shift.wait(60)
        await here.keep_records()
        store = here.keeper.database.quality

        async def draw() -> int:
            sampler = Sampler(here.keeper, AtOnce(), lambda: here.tenant, lambda: here.shift.now)
            return await sampler.draw_due()

        await draw()  # of the week before: nothing was there to be drawn
        mondays = [one.begins for one in await store.draws("nour") if one.rule == "every"]
        here.shift.wait(4 * 86_400 + SETTLED_SECONDS)  # the epoch was a Thursday
        assert await draw() == 1
        assert await draw() == 0
        found = await store.draws("nour")
        latest = max((one for one in found if one.rule == "every"), key=lambda one: one.begins)
        assert (latest.population, latest.begins > max(mondays)) == (1, True)
        drawn = await store.samples(clients={"nour"})
        assert [one.call for one in drawn if one.begins == latest.begins] == ["nour-ended"]
