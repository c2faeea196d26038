"""Reviews: what was once left open, miscounted, cut off or lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import ClientId, Instant
from ccengine.quality.measurer import Measurer
from ccengine.quality.reviewing import Reviewing
from ccengine.storage.quality import ReviewFilter
from tests.api.requests import sample_id
from tests.api.test_quality import CALL, FINE, TOKENS, ask, done, here, kpis, published

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.events import Event
    from tests.api.house import House

__all__ = ["here"]


async def test_a_closed_calibration_takes_no_more_answers(here: House) -> None:
    body = {"agent": "amira", "reviewers": ["quin", "rita"]}
    opened = await done(here, "boss", "POST", f"{CALL}/calibrations", body)
    path = f"/calibrations/{opened['calibration']}"
    begin = {"agent": "amira", "calibration": opened["calibration"]}
    drafts = {}
    for who in ("quin", "rita"):
        begun = await done(here, who, "POST", f"{CALL}/reviews", begin)
        drafts[who] = f"/reviews/{begun['review']}"
        await done(here, who, "PUT", drafts[who], {"answers": FINE})
    await done(here, "rita", "POST", f"{drafts['rita']}/publish")
    closed = await done(here, "boss", "POST", f"{path}/close")
    for method, draft, sent in (
        ("PUT", drafts["quin"], {"answers": {**FINE, "listening": "3"}}),
        ("POST", f"{drafts['quin']}/publish", None),
    ):
        status, refused = await ask(here, "quin", method, draft, sent)
        assert (status, "closed" in refused["detail"]) == (409, True), method
    after = await done(here, "boss", "GET", path)
    assert (after["scores"], after["done"]) == (closed["scores"], ["rita"])


@pytest.mark.parametrize(
    ("first", "then", "failed"),
    [
        ({"identity": "no"}, {"identity": "yes"}, ("1", "0")),
        ({"identity": "yes"}, {"identity": "no"}, ("0", "1")),
        ({"identity": "no"}, {"greeting": "yes"}, ("1", "1")),
        ({"identity": "no"}, None, ("1", "1")),
    ],
)
async def test_a_dispute_that_is_answered_changes_what_has_failed(
    here: House, first: dict[str, str], then: dict[str, str] | None, failed: tuple[str, str]
) -> None:
    path = await published(here, **first)
    before = (await kpis(here))["reviews_failed"]
    await done(here, "amira", "POST", f"{path}/dispute", {"reason": "No"})
    reply = {"text": "Yes"} if then is None else {"text": "Yes", "answers": then}
    shown = await done(here, "quin", "POST", f"{path}/answer", reply)
    assert (before, (await kpis(here))["reviews_failed"]) == failed
    assert bool(shown["failed_by"]) == (failed[1] == "1")


async def test_told_late_a_score_of_zero_is_no_failed_call(here: House) -> None:
    lowest = dict.fromkeys(("greeting", "summary", "outcome"), "no")
    lowest |= {"listening": "1", "knowledge": "1"}
    path = await published(here, **lowest)
    await done(here, "amira", "POST", f"{path}/dispute", {"reason": "No"})
    reply = {"text": "Yes", "answers": {"greeting": "yes"}}
    assert (await done(here, "quin", "POST", f"{path}/answer", reply))["score_percent"] > 0
    told: list[Event] = []
    store = here.keeper.database.quality
    review = await store.get(path.removeprefix("/reviews/"))
    assert review is not None
    reviewing = Reviewing(here.keeper.database, _into(told), _now(here), written=_yes)
    await reviewing._tell(replace(review, told=0))
    assert [type(one).__name__ for one in told] == [
        *("ReviewPublished", "ReviewDisputed", "DisputeAnswered")
    ]
    assert isinstance(told[0], events.ReviewPublished)
    assert (told[0].score_percent, told[0].failed) == (0.0, False)


async def test_what_others_agents_have_crowds_nothing_out(here: House) -> None:
    """Lists are cut after it is known what is seen, not before."""
    store = here.keeper.database.quality
    review = await store.get(sample_id("review", "nour"))
    calibration = await store.calibration(sample_id("calibration", "nour"))
    (sample,) = await store.samples(clients={"nour"})
    last_draw = await store.last_draw("nour", "weekly")
    assert review is not None
    assert calibration is not None
    assert last_draw is not None
    for number in range(205):
        name, later = f"{number:024d}", {"created_at": review.created_at + number + 1}
        await store.add(replace(review, id=name, reviewer=f"r{number}", agent="olena", **later))
        opened = {"opened_at": calibration.opened_at + number + 1}
        await store.add_calibration(replace(calibration, id=name, agent="olena", **opened))
    others = [
        replace(sample, call=f"c{number}", agent="olena", begins=sample.begins + 1)
        for number in range(505)
    ]
    await store.keep_draw(replace(last_draw, begins=sample.begins + 1), others)
    token = await here.token("lead-nour", Role.SUPERVISOR, teams=("nour-desk",))
    for path, key in (
        ("/reviews", "reviews"),
        ("/calibrations", "calibrations"),
        ("/quality/samples?all=true", "samples"),
    ):
        status, body = await here.ask("GET", path, token)
        assert (status, {one["agent"] for one in body[key]}) == (200, {"amira"}), path


async def test_one_recording_that_cannot_be_looked_at_does_not_keep_others_waiting(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = here.ports.library.keeping
    whole = keeping.analysis_of
    asked: list[str] = []

    async def spoilt(call: str) -> object:
        asked.append(call)
        if len(asked) == 1:
            message = "the picture is no picture"
            raise ValueError(message)
        return await whole(call)

    monkeypatch.setattr(keeping, "analysis_of", spoilt)
    measurer = Measurer(here.keeper, keeping, here.post, _now(here))
    found = await measurer.look()
    assert (found, sorted(asked)) == (2, ["dnipro-ended", "nour-ended"])
    assert await measurer.look() == 0


@pytest.mark.parametrize("fault", ["refused", "unwritten"])
async def test_what_the_journal_does_not_have_is_not_noted_as_told(here: House, fault: str) -> None:
    begun = await done(here, "quin", "POST", f"{CALL}/reviews", {"agent": "amira"})
    path = f"/reviews/{begun['review']}"
    review = await done(here, "quin", "PUT", path, {"answers": FINE})
    store, database = here.keeper.database.quality, here.keeper.database
    draft = await store.get(review["review"])
    assert draft is not None
    refuses = Reviewing(database, lambda _: "the engine is leaving", _now(here), written=_yes)
    loses = Reviewing(database, lambda _: "", _now(here), written=lambda: False)
    published_one = await (refuses if fault == "refused" else loses).publish(draft)
    assert published_one.id in {one.id for one in await store.untold()}
    assert await Reviewing(database, here.post, _now(here), written=_yes).tell_untold() >= 1
    assert published_one.id not in {one.id for one in await store.untold()}
    rows = [row.what for row in here.shift.rows() if isinstance(row.what, events.ReviewPublished)]
    assert [row.review for row in rows].count(published_one.id) == 1


async def test_the_journal_has_it_before_it_is_noted(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the two tells it twice, and never not at all."""
    order: list[str] = []
    happened: list[Event] = []
    store = here.keeper.database.quality
    await published(here)
    (review,) = await store.reviews(ReviewFilter(reviewer="quin"))

    def written() -> bool:
        order.append(f"{len(happened)} written")
        return True

    async def note(_: object, __: object) -> None:
        order.append("told")

    reviewing = Reviewing(
        here.keeper.database,
        _into(happened),
        _now(here),
        written=written,
    )
    monkeypatch.setattr(type(store), "told", note)
    await reviewing._tell(replace(review, told=0))
    assert order == ["1 written", "told"]


def _into(told: list[Event]) -> Callable[[Event], str]:
    def post(event: Event) -> str:
        told.append(event)
        return ""

    return post


def _yes() -> bool:
    return True


def _now(here: House) -> Callable[[], Instant]:
    return lambda: Instant(here.shift.now)


@pytest.mark.parametrize("may", [True, False])
async def test_a_client_keeps_its_recordings_from_agents_examples_too(
    here: House, *, may: bool
) -> None:
    client = here.tenant.clients[ClientId("nour")]
    quality = replace(client.settings.quality, agents_listen=may)
    kept = replace(client, settings=replace(client.settings, quality=quality))
    here.tenant = replace(here.tenant, clients={**here.tenant.clients, client.id: kept})
    await done(here, "quin", "PUT", f"{CALL}/training", {"title": "Calm", "note": ""})
    review = await published(here)
    paths = ("/clients/nour/training/nour-ended/recording", f"{review}/recording")
    for path in paths:
        for who, heard in (("amira", may), ("quin", True)):
            await done(here, who, "GET", "/reviews")
            status = await here.status("GET", path, TOKENS[id(here), who])
            assert status == (200 if heard else 404), (who, path)


@pytest.mark.parametrize("name", ["x" * 65, "no such\n", "nul\0", ""])
async def test_reviewers_have_names_that_tokens_can_have(here: House, name: str) -> None:
    body = {"agent": "amira", "reviewers": ["quin", name]}
    assert (await ask(here, "boss", "POST", f"{CALL}/calibrations", body))[0] == 422
