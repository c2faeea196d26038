"""What is typed at the desk: checked, saved, and kept while the engine is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccengine.core.events import FormFilled, OutcomeEntryEnded, OutcomeEntryStarted, OutcomeSet
from ccengine.core.ids import CallId
from tests.pages.browser import hold_back
from tests.pages.desk import desk

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Route

    from tests.pages.desk import Desk

GOOD = {"customer": "1234567", "why": "price", "ends": "2026-12-31", "kept": "no"}
NOUR = "clients/nour/client.yaml"
WITH_TEXT = (
    "clients/nour/forms/cancellation.yaml",
    "  kept: {kind: yes_no, label: Stays after an offer}",
    "  kept: {kind: yes_no, label: Stays after an offer}\n"
    "  name: {kind: text, label: Customer, required: no}",
)
HOSTILE = "<script>alert('1')</script> 🎉 O'Neil & sons"


async def test_problems_stand_at_their_fields_and_the_keyboard_saves(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        await opened.talk()
        await page.get_by_role("button", name="Save").click()
        await opened.shows("#field-disposition-failure", "Say how it went.")
        await page.get_by_label("How it went").select_option("cancelled")
        await opened.fill(customer="12", why="price")
        await page.locator("#field-values-customer").press("Control+Enter")
        await opened.shows(
            "#field-values-customer-failure", "Digits only, this many: 6\N{EN DASH}10"
        )
        await opened.shows("#field-values-ends-failure", "This is required.")
        assert await opened.text("#field-values-why-failure") == ""
        assert await page.evaluate("document.activeElement.id") == "field-values-customer"
        invalid = page.locator("#field-values-customer")
        assert await invalid.get_attribute("aria-invalid") == "true"
        assert opened.said(FormFilled) == opened.said(OutcomeSet) == []
        await opened.fill(**GOOD)
        await page.locator("#field-values-kept").press("Control+Enter")
        await opened.shows("#outcome .note", "Saved.")
        (filled,), (said,) = opened.said(FormFilled), opened.said(OutcomeSet)
        assert filled.values == GOOD
        assert (said.disposition, said.resolved, said.by) == ("cancelled", None, "")
        await page.get_by_label("Resolved").select_option("yes")
        await page.get_by_label("Resolved").press("Control+Enter")
        await opened.shows("#outcome .note", "Saved.")
        assert opened.said(OutcomeSet)[-1].resolved is True


async def test_markup_and_emoji_that_are_filled_in_stay_text(tmp_path: Path) -> None:
    async with desk(tmp_path, WITH_TEXT) as opened:
        await opened.talk()
        await opened.page.get_by_label("How it went").select_option("cancelled")
        await opened.fill(**GOOD, name=HOSTILE)
        await opened.page.get_by_role("button", name="Save").click()
        await opened.shows("#outcome .note", "Saved.")
        assert opened.said(FormFilled)[0].values["name"] == HOSTILE
        assert await opened.page.locator("#field-values-name").input_value() == HOSTILE


async def test_a_disposition_that_asks_for_no_form_needs_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        await opened.page.get_by_label("How it went").select_option("answered")
        await opened.page.get_by_role("button", name="Save").click()
        await opened.shows("#outcome .note", "Saved.")
        assert opened.said(FormFilled) == []


async def test_typing_keeps_the_wrap_up_open_and_saving_lets_it_end(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page, shift = opened.page, opened.here.shift
        await opened.talk()
        await opened.fill(customer="12")
        await opened.told(OutcomeEntryStarted, 1)
        await opened.wrap_up()
        await opened.told(OutcomeEntryStarted, 2)
        shift.wait(60)  # the queue gives five seconds
        await opened.state("wrap_up")
        await opened.fill(**GOOD)
        await page.get_by_label("How it went").select_option("cancelled")
        assert len(opened.said(OutcomeEntryStarted)) == 2, "it is not told key by key"
        await page.get_by_label("How it went").press("Control+Enter")
        await opened.told(OutcomeEntryEnded, 1)
        await opened.state("available")


async def test_the_wrap_up_is_made_longer_and_ended_by_the_page(tmp_path: Path) -> None:
    longer = (NOUR, "    agent_hears: names\n", "    wrap_up_extension_seconds: 30\n")
    async with desk(tmp_path, longer) as opened:
        await opened.talk()
        await opened.wrap_up()
        await opened.shows(".wrap-up", "Wrap-up ends in 0:0")
        await opened.page.get_by_role("button", name="Longer").click()
        await opened.shows(".wrap-up", "Wrap-up ends in 0:3")
        await opened.page.locator("#content").focus()
        await opened.page.keyboard.press("F9")
        await opened.state("available")


async def test_what_is_typed_outlives_the_engine_and_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page, server = opened.page, opened.here.server
        await opened.talk()
        await page.get_by_label("How it went").select_option("cancelled")
        await opened.fill(**GOOD)
        await server.stop()
        await opened.shows(".banner", "Not connected since")
        await page.get_by_role("button", name="Save").click()
        await opened.shows("#outcome-failure", "What you typed is kept here")
        await opened.fill(customer="7654321")
        opened.here.shift.hang_up(CallId("c1"))
        await server.start()
        await opened.shows(".live", "Live", seconds=10)
        await opened.state("wrap_up")
        await expect_typed(opened, {**GOOD, "customer": "7654321"})
        await page.reload()
        await opened.state("wrap_up")
        await expect_typed(opened, {**GOOD, "customer": "7654321"})
        await page.get_by_role("button", name="Save").click()
        await opened.shows("#outcome .note", "Saved.")
        assert [one.values["customer"] for one in opened.said(FormFilled)] == ["7654321"]
        assert await page.evaluate("sessionStorage.getItem('ccengine.drafts')") is None


async def expect_typed(opened: Desk, values: dict[str, str]) -> None:
    for name, value in values.items():
        field = opened.page.locator(f"#field-values-{name}")
        await field.wait_for()
        assert await field.input_value() == value, name
    assert await opened.page.get_by_label("How it went").input_value() == "cancelled"


async def test_the_next_call_takes_nothing_from_under_the_fingers(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page, here = opened.page, opened.here
        await opened.talk()
        await page.get_by_label("How it went").select_option("cancelled")
        await opened.wrap_up()
        await page.locator("#field-values-customer").focus()
        await page.keyboard.type("12345")
        here.shift.wait(200)  # the wrap-up is over, however much is typed
        await opened.state("available")
        await opened.talk("c2")
        await page.keyboard.type("67")
        field = page.locator("#field-values-customer")
        assert await field.input_value() == "1234567"
        await page.locator("#content").focus()
        await expect(field).to_have_value("")
        await opened.shows("#outcome .unsaved", "nour billing")
        await page.locator("#outcome .unsaved button").click()
        await expect(field).to_have_value("1234567")
        await opened.fill(why="price", ends="2026-12-31", kept="no")
        await page.get_by_role("button", name="Save").click()
        await opened.told(OutcomeSet, 1)
        assert [one.call for one in opened.said(FormFilled)] == ["c1"]
        assert [one.call for one in opened.said(OutcomeSet)] == ["c1"]


async def test_what_is_typed_while_it_is_saved_is_saved_next(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        await opened.talk()
        await page.get_by_label("How it went").select_option("answered")

        async def late(route: Route) -> None:
            await page.get_by_label("Resolved").select_option("no")
            await page.get_by_label("Resolved").press("Control+Enter")
            await route.continue_()

        await page.route("**/outcome", late, times=1)
        await page.get_by_label("How it went").press("Control+Enter")
        await opened.told(OutcomeSet, 2)
        assert [one.resolved for one in opened.said(OutcomeSet)] == [None, False]
        await opened.shows("#outcome .note", "Saved.")
        assert await page.evaluate("sessionStorage.getItem('ccengine.drafts')") is None


async def test_a_late_refusal_of_one_call_leaves_another_calls_draft_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        await two_drafts(opened)
        late = {"title": "it is too late"}
        held = await hold_back(page, "**/calls/c1/form", status=404, json=late)
        await page.locator("#outcome .unsaved button").click()
        await expect(page.locator("#field-values-customer")).to_have_value("1111111")
        await page.get_by_role("button", name="Save").click()
        await held.asked.wait()
        await page.locator("#outcome .unsaved button").click()
        field = page.locator("#field-values-customer")
        await expect(field).to_have_value("2222222")
        async with page.expect_response("**/calls/c1/form"):
            held.answer.set()
        await field.press_sequentially("2")
        await expect(field).to_have_value("22222222")
        assert await opened.text("#outcome-failure") == ""
        await page.locator("#outcome .unsaved button").click()
        await expect(field).to_have_value("1111111")
        await page.get_by_role("button", name="Save").click()
        await opened.shows("#outcome-failure", "it is too late")


async def test_a_late_answer_for_one_call_is_not_said_at_another(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        await two_drafts(opened)
        held = await hold_back(page, "**/calls/c1/form")
        await page.locator("#outcome .unsaved button").click()
        await page.get_by_role("button", name="Save").click()
        await held.asked.wait()
        await page.get_by_role("button", name="Save").click()  # to be saved once more, after that
        await page.locator("#outcome .unsaved button").click()
        await expect(page.locator("#field-values-customer")).to_have_value("2222222")
        held.answer.set()
        await opened.told(OutcomeSet, 2)
        await page.wait_for_load_state("networkidle")
        assert await opened.text("#outcome .note") == ""
        assert {one.call for one in opened.said(OutcomeSet)} == {"c1"}, "c2 is typed still"


async def two_drafts(opened: Desk) -> None:
    """Have an earlier call's form and that of the present talk filled in, and neither saved."""
    for call, digit in (("c1", "1"), ("c2", "2")):
        await opened.talk(call)
        await opened.page.get_by_label("How it went").select_option("cancelled")
        await opened.fill(**{**GOOD, "customer": digit * 7})
        await opened.page.locator("#content").focus()
        if call == "c1":
            await opened.wrap_up(call)
            opened.here.shift.wait(200)  # the wrap-up is over, however much is typed
            await opened.state("available")


async def test_typing_is_told_of_each_call_by_itself(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await two_drafts(opened)
        await opened.told(OutcomeEntryStarted, 3)
        begun = [one.call for one in opened.said(OutcomeEntryStarted)]
        assert begun == ["c1", "c1", "c2"], "in the talk, in the wrap-up, and of the next call"
        await opened.page.locator("#outcome .unsaved button").click()
        await opened.page.get_by_role("button", name="Save").click()
        await opened.told(OutcomeEntryEnded, 1)
        assert [one.call for one in opened.said(OutcomeEntryEnded)] == ["c1"]
        await opened.wrap_up("c2")
        await opened.told(OutcomeEntryStarted, 4)
        assert opened.said(OutcomeEntryStarted)[-1].call == "c2"


@pytest.mark.parametrize("required", [True, False])
async def test_what_is_owed_is_said(tmp_path: Path, *, required: bool) -> None:
    rule = "{required: yes, form: cancellation," if required else "{form: cancellation,"
    change = (NOUR, "    outcome: {form: cancellation,", f"    outcome: {rule}")
    async with desk(tmp_path, change) as opened:
        await opened.talk()
        await opened.wrap_up()
        await opened.page.get_by_role("button", name="End wrap-up").click()
        if not required:
            await opened.state("available")
            return
        await opened.shows("#outcome .owed", "required before the next call")
        await opened.page.get_by_role("alert").filter(has_text="not possible now").wait_for()
        await opened.page.get_by_label("How it went").select_option("answered")
        await opened.page.get_by_role("button", name="Save").click()
        await opened.page.get_by_role("button", name="End wrap-up").click()
        await opened.state("available")
