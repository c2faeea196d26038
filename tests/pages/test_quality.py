"""Reviewers see what they hear, and score it; agents dispute that, and learn from good calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.api.roles import Role
from tests.api.house import house
from tests.pages.browser import browser, open_page
from tests.pages.contrasts import readable

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import BrowserContext, Page, Request

    from tests.api.house import House

ANSWERS = {
    "greeting": "yes",
    "identity": "does not apply",
    "listening": "5",
    "knowledge": "4",
    "hold": "does not apply",
    "summary": "yes",
    "outcome": "no",
}


async def worked(here: House) -> None:
    """Have a call of each client that is over, recorded and drawn for `own`."""
    here.log_in("amira", "olena")
    here.work_through("nour")
    here.work_through("dnipro")
    here.shift.wait(30)
    await here.keep_records()


async def open_quality(context: BrowserContext, here: House, **sets: tuple[str, ...]) -> Page:
    token = await here.token("own", Role.QUALITY, **sets)
    return await open_page(context, here, "/quality", token)


async def answer(page: Page, **changed: str) -> None:
    for name, said in {**ANSWERS, **changed}.items():
        question = page.locator(f"[data-question={name}]")
        await question.get_by_label(said, exact=True).check()


async def test_a_drawn_call_is_heard_seen_and_scored_by_keyboard(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await worked(here)
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        context.on("request", note)
        page = await open_quality(context, here)
        drawn = page.get_by_role("list", name="To score").locator("[data-call=nour-ended]")
        await drawn.click()
        wave = page.get_by_role("slider", name="Place in the recording")
        await expect(wave).to_have_attribute("aria-valuemax", "10")
        assert await page.locator(".wave rect[data-span]").count() >= 1
        assert all([await one.get_attribute("d") for one in await page.locator("path.side").all()])
        play = page.get_by_role("button", name="Play", exact=True)
        await expect(play).to_be_enabled()
        await wave.press("ArrowRight")
        await expect(wave).to_have_attribute("aria-valuenow", "5")
        await expect(wave).to_have_attribute("aria-valuetext", "0:05 / 0:10, Both talk")
        await wave.press("End")
        await expect(wave).to_have_attribute("aria-valuenow", "10")
        await wave.press("Home")
        await expect(wave).to_have_attribute("aria-valuenow", "0")
        await page.locator("#publish").click()
        await expect(page.get_by_role("alert").first).to_contain_text("not answered yet")
        await answer(page)
        await page.get_by_label("About the whole call").fill("Friendly, clear")
        await page.locator("#save").click()
        await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        await readable(page)
        await page.reload()  # a draft is taken up where it was left
        await expect(page.locator("[data-question=listening] input:checked")).to_have_value("5")
        await page.locator("#publish").click()
        await expect(page.locator("#review .total")).to_have_text("82.5%")
        await expect(drawn).to_have_count(0)
        await expect(page.locator("#publish")).to_have_count(0)
        assert not [url for url in asked if url.endswith("/recording")]  # read, and not heard
        assert await here.keeper.database.plays.of("nour-ended") == []
        await play.click()
        await expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
        (heard,) = await here.keeper.database.plays.of("nour-ended")
        assert (heard.actor, heard.to_seconds) == ("own", 10.0)
        assert any(url.endswith("/recording") for url in asked)
        assert not [url for url in asked if "cct_" in url or "token=" in url]


async def published(here: House, token: str) -> str:
    """Have amira's part scored with 82.5 percent; return the review."""
    said = {**ANSWERS, "identity": "na", "hold": "na"}
    begin = {"agent": "amira"}
    _, begun = await here.ask("POST", "/calls/nour-ended/reviews", token, json=begin)
    path = f"/reviews/{begun['review']}"
    await here.ask("PUT", path, token, json={"answers": said, "comment": ""})
    assert await here.status("POST", f"{path}/publish", token) == 200
    return str(begun["review"])


async def test_a_score_is_disputed_and_answered_and_a_good_call_is_learned_from(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here, browser() as context:
        await worked(here)
        token = await here.token("own", Role.QUALITY)
        review = await published(here, token)
        desk = await open_page(
            context, here, "/desk", await here.token("amira-desk", Role.AGENT, agent="amira")
        )
        mine = desk.locator("#scores .list button").filter(has_text="82.5%")
        await mine.click()
        await expect(desk.locator("#scores .card")).to_contain_text("Greets with the brand")
        await expect(desk.locator("#scores .card input:enabled")).to_have_count(0)
        await desk.get_by_label("Why the score is not right").fill("The outcome was right")
        await desk.locator("#dispute").click()
        await expect(desk.locator("#scores .dispute")).to_contain_text("waits for an answer")
        await expect(desk.locator("#dispute")).to_have_count(0)
        await readable(desk)

        page = await open_page(context, here, f"/quality#review={review}", token)
        disputes = page.get_by_role("list", name="Disputes").get_by_role("button")
        await expect(disputes).to_have_count(1)
        await expect(page.locator(".dispute")).to_contain_text("The outcome was right")
        await answer(page, outcome="yes")
        await page.get_by_label("Answer to the dispute").fill("So it was")
        await page.locator("#accept").click()
        await expect(page.locator("#review .total")).to_have_text("92.5%")
        await expect(page.locator(".dispute")).to_contain_text("The reviewer agrees")
        await page.get_by_label("A good example: what for?").fill("Won back +971501234567")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_role("status").filter(has_text="Added")).to_be_visible()

        await desk.reload()
        example = desk.locator("#training .list button").filter(has_text="Won back …")
        await example.click()
        await expect(desk.locator("#training").get_by_role("button", name="Play")).to_be_enabled()


async def test_it_is_read_from_the_right_and_time_still_runs_from_the_left(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser(locale="ar-AE") as context:
        await worked(here)
        page = await open_quality(context, here, clients=("nour",))
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await page.locator("[data-call=nour-ended]").first.click()
        wave = page.get_by_role("slider")
        await expect(wave).to_have_attribute("aria-valuemax", "10")
        assert await wave.evaluate("element => getComputedStyle(element).direction") == "ltr"
        await wave.press("ArrowRight")
        await expect(wave).to_have_attribute("aria-valuenow", "5")
        await expect(page.locator("[data-call=dnipro-ended]")).to_have_count(0)


async def test_a_calibration_shows_answers_when_it_is_closed(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await worked(here)
        page = await open_quality(context, here, clients=("nour",))
        blind = page.get_by_role("list", name="Calibrations").get_by_role("button")
        await blind.click()
        await answer(page)
        await page.locator("#publish").click()
        await expect(page.locator("#publish")).to_have_count(0)
        await blind.click()
        shown = page.locator("#calibration")
        await expect(shown).to_contain_text("Answers are shown when it is closed.")
        await expect(shown).not_to_contain_text("82.5%")
        await page.locator("#close-calibration").click()
        await expect(shown.locator("table")).to_contain_text("82.5%")
        await readable(page)


async def score(here: House, token: str, calibration: str, **changed: str) -> None:
    """Score amira's part blind."""
    said = {**ANSWERS, "identity": "na", "hold": "na", **changed}
    begin = {"agent": "amira", "calibration": calibration}
    _, begun = await here.ask("POST", "/calls/nour-ended/reviews", token, json=begin)
    path = f"/reviews/{begun['review']}"
    await here.ask("PUT", path, token, json={"answers": said, "comment": ""})
    assert await here.status("POST", f"{path}/publish", token) == 200


async def test_a_calibration_is_opened_by_a_calls_number(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await worked(here)
        page = await open_quality(context, here)
        await page.get_by_label("Call", exact=True).fill("nour-ended")
        await page.get_by_role("button", name="Calibrate", exact=True).click()
        reviewers = page.get_by_label("Reviewers")
        await expect(reviewers).to_have_value("own, ")
        await expect(page.locator("#calibrate-hint")).to_contain_text("rita")
        await reviewers.fill("own, own")
        await page.get_by_role("button", name="Open calibration").click()
        refused = page.get_by_role("alert").filter(has_text="two reviewers or more")
        await expect(refused).to_be_visible()
        await reviewers.fill("own, olga")
        await page.keyboard.press("Enter")
        await expect(page.locator("#calibration")).to_contain_text("; of: own, olga")
        await expect(refused).to_have_count(0)
        await page.locator("#score-calibration").click()
        await expect(page.locator("#publish")).to_be_visible()


async def test_scores_of_a_calibration_stand_side_by_side(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await worked(here)
        own, olga = [await here.token(name, Role.QUALITY) for name in ("own", "olga")]
        wanted = {"agent": "amira", "reviewers": ["own", "olga"]}
        here.shift.wait(1)  # the newest is the first in the list
        path = "/calls/nour-ended/calibrations"
        _, opened = await here.ask("POST", path, own, json=wanted)
        await score(here, own, opened["calibration"])
        page = await open_page(context, here, "/quality", own)
        mine = page.get_by_role("list", name="Calibrations").get_by_role("button")
        await mine.first.click()
        shown = page.locator("#calibration")
        await expect(shown).to_contain_text("Done: own; of: own, olga")
        await score(here, olga, opened["calibration"], listening="3", outcome="yes")
        await page.get_by_role("button", name="Look again").click()
        await expect(shown).to_contain_text("Done: olga, own; of: own, olga")
        await expect(shown.locator("table")).to_have_count(0)
        await page.locator("#close-calibration").click()
        table = shown.get_by_role("table")
        await expect(table.locator("tr.total")).to_contain_text("82.5%")
        names = await table.get_by_role("columnheader").all_inner_texts()
        assert sorted(names) == ["olga", "own"]
        differing = table.locator("tr[data-differs]")
        await expect(differing).to_have_count(2)
        await expect(differing.first).to_contain_text("differs")
        await expect(table.locator("tr[data-question=greeting]")).to_contain_text("Greets with")
        said = ["5", "3"] if names[0] == "own" else ["3", "5"]
        await expect(table.locator("tr[data-question=listening] td")).to_have_text(said)
        await readable(page)


async def test_a_clients_own_people_open_no_calibration(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await worked(here)
        theirs = await here.token("people", Role.CLIENT, clients=("nour",))
        page = await open_page(context, here, "/quality", theirs)
        await page.get_by_label("Call", exact=True).fill("nour-ended")
        await page.get_by_role("button", name="Score", exact=True).click()
        await expect(page.locator("#review")).to_be_visible()
        await expect(page.get_by_role("button", name="Calibrate", exact=True)).to_have_count(0)
        await expect(page.locator("#calibrate")).to_have_count(0)
