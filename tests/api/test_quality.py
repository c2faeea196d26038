"""Reviews from draft to answered dispute, blind calibration, the library, and who sees what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, Instant
from ccengine.quality.reviewing import Reviewing
from ccengine.storage.live_kpis import LiveKpis
from tests.api.feed_client import connected
from tests.api.house import house
from tests.api.house_ports import AtOnce
from tests.api.requests import sample_id
from tests.api.test_coaching import coached, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.house import House

CALL = "/calls/nour-ended"
FINE = {
    "greeting": "yes",
    "identity": "na",
    "listening": "5",
    "knowledge": "4",
    "hold": "na",
    "summary": "yes",
    "outcome": "no",
}
PERCENT = 82.5
"""Of 2 + 3 + 3 + 1 + 1: 2 + 3 + 2.25 + 1 + 0."""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        opened.log_in("amira", "omar", "olena")
        opened.work_through("nour")
        opened.work_through("dnipro")
        opened.shift.wait(30)
        await opened.keep_records()
        yield opened


async def ask(
    here: House, who: str, method: str, path: str, body: dict[str, Any] | None = None
) -> tuple[int, Any]:
    """Ask as somebody, who gets a token when they first do."""
    token = TOKENS.get((id(here), who))
    if token is None:
        role = ROLES.get(who, Role.QUALITY)
        sets = {"clients": (who.removesuffix("-people"),)} if role is Role.CLIENT else {}
        agent = who if role is Role.AGENT else None
        token = await here.token(who, role, agent=agent, **sets)
        TOKENS[id(here), who] = token
    return await here.ask(method, path, token, **({} if body is None else {"json": body}))


TOKENS: dict[tuple[int, str], str] = {}
ROLES = {
    **dict.fromkeys(("amira", "omar", "olena", "taras"), Role.AGENT),
    **dict.fromkeys(("nour-people", "dnipro-people"), Role.CLIENT),
    "boss": Role.SUPERVISOR,
}


async def done(here: House, who: str, method: str, path: str, body: Any = None) -> Any:
    status, answer = await ask(here, who, method, path, body)
    assert status == 200, (who, method, path, answer)
    return answer


async def published(here: House, who: str = "quin", **answers: str) -> str:
    begun = await done(here, who, "POST", f"{CALL}/reviews", {"agent": "amira"})
    path = f"/reviews/{begun['review']}"
    await done(here, who, "PUT", path, {"answers": {**FINE, **answers}, "comment": "Well done"})
    await done(here, who, "POST", f"{path}/publish")
    return path


async def kpis(here: House) -> dict[str, str]:
    path = "/kpis?by=agent&day=today&client=nour"
    found = await done(here, "boss", "GET", path)
    line = next(one for one in found["lines"] if one["labels"]["agent"] == "amira")
    return {one["name"]: one["value"] for one in line["figures"]}


async def test_a_review_from_draft_to_an_accepted_dispute(here: House) -> None:
    begun = await done(here, "quin", "POST", f"{CALL}/reviews", {"agent": "amira"})
    path = f"/reviews/{begun['review']}"
    assert begun["scorecard"].startswith("nour/service@1#")
    again = await done(here, "quin", "POST", f"{CALL}/reviews", {"agent": "amira"})
    assert again == begun
    body = {"answers": {"greeting": "yes"}, "remarks": {"greeting": "warm"}, "comment": "Fine"}
    saved = await done(here, "quin", "PUT", path, body)
    assert (saved["remarks"], saved["score_percent"]) == ({"greeting": "warm"}, None)
    for who in ("amira", "boss", "nour-people"):  # a draft is its writer's
        assert (await ask(here, who, "GET", path))[0] == 404, who
        listed = await done(here, who, "GET", "/reviews")
        assert {one["state"] for one in listed["reviews"]} == {"published"}, who
    status, refused = await ask(here, "quin", "POST", f"{path}/publish")
    assert (status, "listening" in refused["detail"]) == (409, True)
    status, refused = await ask(here, "quin", "PUT", path, {"answers": {"greeting": "6"}})
    assert (status, "greeting" in refused["detail"]) == (409, True)
    await done(here, "quin", "PUT", path, {"answers": FINE, "comment": "Fine"})
    shown = await done(here, "quin", "POST", f"{path}/publish")
    assert (shown["score_percent"], shown["state"]) == (PERCENT, "published")
    assert (await ask(here, "quin", "PUT", path, {"answers": FINE}))[0] == 409
    assert (await ask(here, "quin", "DELETE", path))[0] == 409
    mine = await done(here, "amira", "GET", "/reviews")
    assert [one["score_percent"] for one in mine["reviews"]] == [PERCENT, 100.0]
    assert (await ask(here, "omar", "GET", path))[0] == 404
    assert (await ask(here, "olena", "GET", path))[0] == 404
    reason = {"reason": "The outcome was right"}
    assert (await done(here, "amira", "POST", f"{path}/dispute", reason))["dispute"]["reason"]
    assert (await ask(here, "amira", "POST", f"{path}/dispute", reason))[0] == 409  # one round
    waits = await done(here, "quin", "GET", "/reviews?disputed=true")
    assert [one["review"] for one in waits["reviews"]] == [begun["review"]]
    reply = {"text": "So it was", "answers": {"outcome": "yes"}}
    assert (await ask(here, "rita", "POST", f"{path}/answer", reply))[0] == 409  # not hers
    answered = await done(here, "quin", "POST", f"{path}/answer", reply)
    dispute = answered["dispute"]
    assert (answered["score_percent"], dispute["before_percent"]) == (92.5, PERCENT)
    assert (dispute["accepted"], dispute["answered_by"]) == (True, "quin")
    assert (await ask(here, "quin", "POST", f"{path}/answer", reply))[0] == 409
    entries = await here.keeper.database.audit.entries(target=f"review {begun['review']}")
    assert [one.operation for one in entries] == [
        *("answerDispute", "disputeReview", "publishReview", "saveReview", "saveReview"),
        *("beginReview", "beginReview"),
    ]
    assert "Fine" not in str([one.after for one in entries])


async def test_reviews_and_disputes_are_figures_with_formulas(here: House) -> None:
    path = await published(here)
    figures = await kpis(here)
    assert (figures["reviews"], figures["review score mean v1"]) == ("1", "82.500000")
    await published(here, "boss", greeting="no", identity="no")
    figures = await kpis(here)
    assert (figures["reviews"], figures["reviews_failed"]) == ("2", "1")
    assert figures["review score mean v1"] == "41.250000"
    await done(here, "amira", "POST", f"{path}/dispute", {"reason": "No"})
    reply = {"text": "Yes", "answers": {"outcome": "yes"}}
    await done(here, "boss", "POST", f"{path}/answer", reply)
    figures = await kpis(here)
    assert figures["review score mean v1"] == "46.250000"
    assert (figures["disputes"], figures["dispute accepted rate v1"]) == ("1", "100.000000")


async def test_a_kill_between_row_and_journal_loses_and_doubles_nothing(here: House) -> None:
    reviewing = Reviewing(
        here.keeper.database, here.post, lambda: Instant(here.shift.now), written=lambda: True
    )
    path = await published(here)
    store = here.keeper.database.quality
    review = await store.get(path.removeprefix("/reviews/"))
    assert review is not None
    untold = Reviewing(
        here.keeper.database,
        lambda _event: "",
        lambda: Instant(here.shift.now),
        written=lambda: True,
    )
    assert await untold.tell_untold() == 0
    rows = [row.what for row in here.shift.rows() if isinstance(row.what, events.ReviewPublished)]
    assert len(rows) == 1
    await _forget_told(here)
    assert await reviewing.tell_untold() >= 1  # told once more than needed, and counted once
    assert (await kpis(here))["reviews"] == "2"  # with the house's own, which was never told
    assert await reviewing.tell_untold() == 0


@pytest.mark.parametrize(
    ("who", "sees"), [("olena", False), ("taras", True), ("boss", True), ("dnipro-people", True)]
)
async def test_scores_are_told_to_whom_they_are_of_and_not_to_colleagues(
    tmp_path: Path, who: str, *, sees: bool
) -> None:
    async with house(tmp_path) as here:
        call = await talking(here)
        coached(here, call)  # both have had a part
        here.shift.hang_up(call)
        begun = here.shift.journal.last_number
        about = {"call": call, "agent": AgentId("taras"), "review": "r1", "team": "dnipro-desk"}
        here.post(events.ReviewPublished(**about, by="quin", score_percent=82.5))
        here.post(events.ReviewDisputed(**about))
        score = {"published_at": Instant(1.0), "before_percent": 82.5, "score_percent": 90.0}
        here.post(events.DisputeAnswered(**about, by="quin", accepted=True, **score))
        last = here.shift.journal.last_number
        story = await done(here, who, "GET", f"/calls/{call}/story")
        told = [
            one["text"] for one in story["lines"] if "scored" in one["text"] or "r1" in one["text"]
        ]
        assert len(told) == (3 if sees else 0)
        async with connected(here, TOKENS[id(here), who], after=begun) as feed:
            await feed.until(last)
        assert ("r1" in str(feed.changes)) == sees


async def _forget_told(here: House) -> None:
    from sqlalchemy import update

    from ccengine.storage.quality_tables import REVIEWS

    async with here.keeper.database._engine.begin() as connection:
        await connection.execute(update(REVIEWS).values(told=0))


async def test_a_dispute_comes_too_late(here: House) -> None:
    path = await published(here)
    here.shift.wait(15 * 86_400)
    status, refused = await ask_anew(here, "amira", f"{path}/dispute", {"reason": "No"})
    assert (status, "14 days" in refused["detail"]) == (409, True)


async def ask_anew(here: House, agent: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    token = await here.token(f"{agent}-later", Role.AGENT, agent=agent)
    return await here.ask("POST", path, token, json=body)


async def test_calibration_is_blind_until_it_is_closed(here: House) -> None:
    body = {"agent": "amira", "reviewers": ["quin", "rita"]}
    opened = await done(here, "boss", "POST", f"{CALL}/calibrations", body)
    path = f"/calibrations/{opened['calibration']}"
    begin = {"agent": "amira", "calibration": opened["calibration"]}
    reviews = {}
    for who, said in (("quin", {}), ("rita", {"listening": "3", "greeting": "no"})):
        begun = await done(here, who, "POST", f"{CALL}/reviews", begin)
        reviews[who] = f"/reviews/{begun['review']}"
        await done(here, who, "PUT", reviews[who], {"answers": {**FINE, **said}})
        await done(here, who, "POST", f"{reviews[who]}/publish")
    assert (await ask(here, "olga", "POST", f"{CALL}/reviews", begin))[0] == 409  # not asked
    for who in ("quin", "rita", "boss"):
        shown = await done(here, who, "GET", path)
        assert (shown["reviews"], shown["scores"], shown["differences"]) == ([], {}, []), who
        assert shown["done"] == ["quin", "rita"]
    assert (await ask(here, "quin", "GET", reviews["rita"]))[0] == 404
    assert (await ask(here, "boss", "GET", reviews["rita"]))[0] == 404
    closed = await done(here, "boss", "POST", f"{path}/close")
    assert closed["scores"] == {"quin": PERCENT, "rita": 47.5}
    assert (closed["spread_percent"], closed["mean_percent"]) == (35.0, 65.0)
    assert closed["differences"] == [
        {"question": "greeting", "answers": {"quin": "yes", "rita": "no"}},
        {"question": "listening", "answers": {"quin": "5", "rita": "3"}},
    ]
    await done(here, "quin", "GET", reviews["rita"])
    assert (await ask(here, "amira", "GET", reviews["quin"]))[0] == 404  # never the agent's
    assert (await kpis(here))["reviews"] == "0"
    assert (await ask(here, "rita", "POST", f"{CALL}/reviews", begin))[0] == 409


async def test_a_clients_own_people_score_their_brands_calls_and_no_others(here: House) -> None:
    begun = await done(here, "nour-people", "POST", f"{CALL}/reviews", {"agent": "amira"})
    assert begun["reviewer"] == "nour-people"
    assert (await ask(here, "dnipro-people", "POST", f"{CALL}/reviews", {"agent": "amira"}))[
        0
    ] == 404
    for path in (
        *(f"{CALL}/recording", f"{CALL}/picture", f"/reviews/{begun['review']}"),
        *(f"/reviews/{sample_id('review', 'nour')}", "/clients/nour/training"),
        *("/clients/nour/scorecards", "/clients/nour/training/nour-ended/recording"),
    ):
        assert (await ask(here, "dnipro-people", "GET", path))[0] == 404, path
    both = {"agent": "olena"}
    assert (await ask(here, "nour-people", "POST", f"{CALL}/reviews", both))[0] in (404, 409)


async def test_each_reviewer_sees_what_is_theirs_until_it_is_done(here: House) -> None:
    there = await done(here, "own", "GET", "/quality/samples")
    assert {one["call"] for one in there["samples"]} == {"nour-ended", "dnipro-ended"}
    assert (await done(here, "quin", "GET", "/quality/samples"))["samples"] == []
    every = await done(here, "quin", "GET", "/quality/samples?all=true&client=nour")
    assert [one["reviewer"] for one in every["samples"]] == ["own"]
    await published(here, "own")
    left = await done(here, "own", "GET", "/quality/samples")
    assert [one["call"] for one in left["samples"]] == ["dnipro-ended"]


async def test_a_good_call_is_learned_from_without_its_callers_data(here: House) -> None:
    body = {"title": "Won back +971501234567", "note": "Called from 971 50 123 45 67"}
    shown = await done(here, "quin", "PUT", f"{CALL}/training", body)
    assert (shown["title"], shown["note"]) == ("Won back …", "Called from …")
    library = await done(here, "omar", "GET", "/clients/nour/training")  # had no part in it
    assert [one["title"] for one in library["examples"]] == ["Won back …"]
    assert "971" not in str(library)
    path = "/clients/nour/training/nour-ended/recording"
    token = TOKENS[id(here), "omar"]
    assert await here.status("GET", path, token) == 200
    assert (await ask(here, "olena", "GET", path))[0] == 404  # not of this client
    through_own = "/clients/dnipro/training/nour-ended/recording"
    assert (await ask(here, "olena", "GET", through_own))[0] == 404
    await done(here, "quin", "DELETE", f"{CALL}/training")
    assert (await ask(here, "omar", "GET", path))[0] == 404
    assert (await ask(here, "omar", "PUT", f"{CALL}/training", body))[0] == 403


async def test_only_what_was_recorded_and_is_over_is_scored(here: House) -> None:
    here.talk("nour-talks", "nour/billing")
    path = "/calls/nour-talks/reviews"
    status, refused = await ask(here, "quin", "POST", path, {"agent": "amira"})
    assert (status, refused["detail"]) == (409, "The call goes on.")
    status, refused = await ask(here, "quin", "POST", f"{CALL}/reviews", {"agent": "omar"})
    assert (status, refused["detail"]) == (409, "The agent had no part in this call.")
    wrong = {"agent": "amira", "scorecard": "sales"}
    assert (await ask(here, "quin", "POST", f"{CALL}/reviews", wrong))[0] == 404


async def test_measures_of_a_talk_reach_its_record_and_the_figures(here: House) -> None:
    record = await here.keeper.get(CallId("nour-ended"))
    assert record is not None
    talk = record.conversations[0]
    measured = events.TalkMeasured(
        call=record.call,
        agent=talk.agent,
        began=talk.started_at,
        seconds=10.0,
        silence_seconds=2.5,
        talk_over_seconds=0.5,
    )
    here.post(measured)
    here.post(measured)  # told twice, as after a kill
    await here.keep_records()
    shown = await done(here, "quin", "GET", CALL)
    assert shown["conversations"][0]["silence_seconds"] == 2.5
    figures = await kpis(here)
    assert figures["silence ratio v1"] == "25.000000"
    assert figures["talk-over ratio v1"] == "5.000000"


async def test_live_figures_agree_with_those_of_the_journal(here: House) -> None:
    await published(here)
    live = LiveKpis(here.shift.journal.path, AtOnce(), lambda: here.shift.now)
    await live.catch_up()
    assert live.has(0)
    assert (await kpis(here))["reviews"] == "1"
