"""The agents' desk: signing in, being ready, an offer, the talk, other people's words as text."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.ids import AgentId, CallId
from ccengine.core.states import AgentState
from tests.api.house import house
from tests.api.house_ports import PIN
from tests.e2e.waits import until
from tests.pages.browser import browser, hold_back, open_page
from tests.pages.contrasts import readable
from tests.pages.desk import BILLING, desk

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

AMIRA = AgentId("amira")
OFFER_SECONDS = 0.3
NOUR = "clients/nour/client.yaml"
MARKUP = "<img src=x onerror=alert(1)>"


async def test_an_agent_signs_in_by_pin_and_out_again(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_page(context, here, "/desk", token=None)
        await page.get_by_label("Your name or number").fill("301")
        await page.get_by_label("PIN").fill("000000")
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").filter(has_text="do not fit").wait_for()
        assert await page.get_by_label("PIN").input_value() == ""
        await page.keyboard.type(PIN)  # the keyboard is there again
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Amira Haddad").wait_for()
        assert page.url.endswith("/desk")
        token = await page.evaluate("sessionStorage.getItem('ccengine.token')")
        assert await here.status("GET", "/me", token) == 200
        await page.reload()
        await page.get_by_role("heading", name="Amira Haddad").wait_for()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("PIN").wait_for()
        assert await page.evaluate("sessionStorage.length") == 0
        here.shift.wait(2)
        assert await here.status("GET", "/me", token) == 401


async def test_a_switch_stays_as_it_was_clicked_until_that_is_done(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        held = await hold_back(opened.page, "**/agents/amira/pause")
        await opened.state("available")
        box = opened.page.get_by_role("checkbox", name="Nour Telecom: billing")
        await box.uncheck()
        await held.asked.wait()
        opened.here.shift.post(events.AgentWentNotReady(agent=AgentId("amira"), reason="lunch"))
        await opened.state("not_ready")  # everything is drawn anew
        assert not await box.is_checked()
        held.answer.set()
        agent = opened.here.shift.center.agent(AgentId("amira"))
        await until("the queue left out", lambda: agent.paused == (BILLING,))
        assert not await box.is_checked()


async def test_a_token_will_do_and_one_of_another_role_will_not(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_page(context, here, "/desk", token=None)
        boss = await here.token("boss", "supervisor")
        own = await here.token("amira", "agent", agent="amira")
        for token, shown in ((boss, "may not see this page"), (own, "Amira Haddad")):
            await page.get_by_role("button", name="Use a token instead").click()
            await page.get_by_label("Access token").fill(token)
            await page.keyboard.press("Enter")
            await page.get_by_text(shown).first.wait_for()


async def test_what_menus_have_learned_is_there_while_the_phone_rings(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        shown = {"Verified": "no: three wrong PINs", "Comment": MARKUP, "Order": ""}
        opened.here.call("c1", BILLING, learned=shown)
        await opened.state("offered")
        await opened.shows('#call [data-fact="learned Verified"]', "no: three wrong PINs")
        assert await opened.text('#call [data-fact="learned Verified"] dt') == "Verified"
        assert await opened.text('#call [data-fact="learned Comment"] dd') == MARKUP
        assert await opened.page.locator('#call [data-fact="learned Order"]').count() == 0


async def test_logging_in_and_out_ready_and_not(tmp_path: Path) -> None:
    async with desk(tmp_path, log_in=False) as opened:
        page, agent = opened.page, opened.here.shift.center.agent(AMIRA)
        assert await page.get_by_label("Phone").input_value() == "201"
        await page.get_by_label("Phone").fill("206")
        await page.keyboard.press("Enter")
        await opened.state("available")
        assert agent.phone == "206"
        await page.get_by_role("button", name="Not ready").click()
        assert await page.evaluate("document.activeElement.id") == "reason", "one is asked for"
        await page.get_by_label("Reason").select_option("lunch")
        await page.get_by_role("button", name="Not ready").click()
        await opened.state("not_ready")
        await opened.shows("#state-detail", "lunch")
        await page.get_by_role("button", name="Ready", exact=True).click()
        await opened.state("available")
        await page.get_by_label("Reason").select_option("lunch")
        for state in ("not_ready", "available"):
            await page.keyboard.press("F2")
            await opened.state(state)
        box = page.get_by_role("checkbox", name="Nour Telecom: billing")
        await box.uncheck()
        await until("the queue left out", lambda: agent.paused == (BILLING,))
        await box.check()
        await page.get_by_role("button", name="Log out").click()
        await opened.state("offline")
        assert agent.state is AgentState.OFFLINE


async def test_an_offer_is_there_at_once_with_all_that_is_known(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        here, page = opened.here, opened.page
        here.work_through("nour")
        here.shift.wait(30)
        await here.keep_records()
        await opened.state("available")
        began = perf_counter()
        opened.ring()
        await page.locator("#call[data-state=offered] [data-fact=queue]").wait_for()
        took = perf_counter() - began
        assert took < OFFER_SECONDS, f"{took * 1000:.0f} ms"
        for fact, text in (
            ("client", "Nour Telecom"),
            ("speak", "Arabic"),
            ("caller", "+971501234567"),
            ("line", "Nour: 1 billing"),
        ):
            await opened.shows(f"[data-fact={fact}]", text)
        assert await page.title() == "☎ Nour Telecom"
        await opened.shows("#said-at-once", "Call for you: Nour Telecom, billing")
        await opened.shows("#script", "May I ask for the reason?")
        await opened.shows("#history tbody", "answered")
        here.shift.answer(CallId("c1"))
        await opened.state("on_call")
        assert "on a call" in await page.title()


async def test_who_hides_numbers_from_agents_hides_them_here(tmp_path: Path) -> None:
    hides = (
        NOUR,
        "languages: [ar, en, fa, uk, es, fr]\n",
        "languages: [ar, en, fa, uk, es, fr]\nmask_numbers: yes\n",
    )
    async with desk(tmp_path, hides) as opened:
        opened.ring()
        await opened.shows("[data-fact=caller]", "+971*******67")
        assert "1501234567" not in await opened.page.content()


async def test_the_talk_is_led_from_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        here, page = opened.here, opened.page
        call = await opened.talk()
        await page.get_by_role("button", name="Hold").click()
        here.shift.post(events.HoldStarted(call=call, agent=AMIRA, how=events.HoldBy.CODE))
        await page.get_by_role("button", name="Retrieve").wait_for()
        await opened.shows("#call .marks", "on hold")
        await page.keyboard.press("F4")
        here.shift.post(events.HoldEnded(call=call, agent=AMIRA))
        await page.get_by_role("button", name="Hold").wait_for()
        await page.get_by_role("button", name="Consult").click()
        await page.get_by_label("Consult", exact=True).fill("302")
        await page.keyboard.press("Enter")
        await page.locator("#target").wait_for(state="hidden")
        here.consult(call, "302")
        for name in ("Conference", "Swap", "Back to the caller", "Hand over and leave"):
            await page.get_by_role("button", name=name).click()
        await until("seven acts", lambda: len(here.acts) == 7)
        assert [(act, to) for _, act, to in here.acts] == [
            ("hold", ""),
            ("retrieve", ""),
            ("consult", "302"),
            ("conference", ""),
            ("swap", ""),
            ("back", ""),
            ("hang_up", ""),
        ]


async def test_where_nobody_can_be_transferred_to(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        for typed, said in (
            ("12a", "1 to 20 digits"),
            ("", "1 to 20 digits"),
            ("📞", "1 to 20 digits"),
            ("1" * 21, "1 to 20 digits"),
            ("666", "nobody has the number 666"),
        ):
            await opened.page.get_by_role("button", name="Transfer").click()  # says nothing yet
            await expect(opened.page.locator("#to-failure")).to_have_text("")
            await opened.page.get_by_label("Transfer to").fill(typed)
            await opened.page.keyboard.press("Enter")
            await opened.page.get_by_role("alert").filter(has_text=said).wait_for()
            assert [act for _, act, to in opened.here.acts if to != "666"] == []
        await opened.page.get_by_label("Transfer to").fill("12")
        await opened.page.keyboard.press("Enter")
        await opened.page.locator("#target").wait_for(state="hidden")
        assert opened.here.acts[-1] == ("c1", "transfer", "12")


async def test_callbacks_own_numbers_and_recent_calls(tmp_path: Path) -> None:
    changes = (
        (
            NOUR,
            "languages: [ar, en, fa, uk, es, fr]\n",
            "languages: [ar, en, fa, uk, es, fr]\ncountry: AE\n",
        ),
        (NOUR, "    agent_hears: names\n", "    callback: {attempts: 3}\n"),
    )
    async with desk(tmp_path, *changes, log_in=False) as opened:
        here = opened.here
        here.ask_back("c1", BILLING, "+971501234567")
        await opened.page.reload()
        await opened.shows("#callbacks tbody", "+971501234567")
        await opened.shows("#day", "Calls")
        await opened.shows("#recent", "No calls yet.")


async def test_words_of_others_are_never_markup(tmp_path: Path) -> None:
    changes = (
        (NOUR, "name: Nour Telecom", f'name: "Nour {MARKUP}"'),
        (NOUR, "label: cancelled,", f'label: "cancelled {MARKUP} 🎉",'),
        ("tenant.yaml", "name: Amira Haddad", f'name: "Amira {MARKUP}"'),
        ("tenant.yaml", "  3: training", f'  3: "training {MARKUP}"'),
        ("clients/nour/forms/cancellation.yaml", "title: Cancellation", f'title: "C {MARKUP}"'),
        ("clients/nour/scripts/cancellation.yaml", "sorry to hear that.", f"sorry {MARKUP}."),
    )
    async with desk(tmp_path, *changes) as opened:
        opened.ring()
        await opened.shows("[data-fact=client]", MARKUP)
        await opened.shows("#script", MARKUP)
        opened.here.shift.answer(CallId("c1"))
        await opened.page.locator("#field-disposition").wait_for()
        await opened.shows("#form legend", MARKUP)
        await opened.shows(".bar .name", MARKUP)
        assert await opened.page.locator("img").count() == 0
        options = await opened.page.locator("#field-disposition").inner_text()
        assert f"cancelled {MARKUP} 🎉" in options


async def test_keys_are_listed_can_be_put_off_and_leave_typing_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        await opened.talk()
        await page.locator("#field-values-customer").focus()
        await page.keyboard.type("1?")
        await page.keyboard.press("F4")
        assert await page.locator("#shortcuts").get_attribute("open") is None
        assert opened.here.acts == []
        await page.locator("#content").focus()
        await page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
        await dialog.get_by_text("Ctrl + Enter").wait_for()
        await dialog.get_by_role("checkbox").uncheck()
        await page.keyboard.press("Escape")
        await page.locator("#content").focus()
        for key in ("?", "F4", "F2"):
            await page.keyboard.press(key)
        await asyncio.sleep(0.2)
        assert opened.here.acts == []
        assert not await dialog.is_visible()


async def test_it_fits_every_screen_and_reads_from_either_side(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        token = await opened.page.evaluate("sessionStorage.getItem('ccengine.token')")
        for locale, widths in (
            ("en-GB", [390]),
            ("ar", [390, 1920]),
            ("de", [390]),
            ("fa", [1024]),
            ("uk", [1024]),
        ):
            async with browser(locale=locale) as context:
                page = await open_page(context, opened.here, "/desk", token)
                await page.locator("#transfer").click()
                await page.locator("#field-disposition").wait_for()
                for width in widths:
                    await page.set_viewport_size({"width": width, "height": 900})
                    await fits(page, width, right_to_left=locale in ("ar", "fa"))


async def fits(page: Page, width: int, *, right_to_left: bool) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert (await page.evaluate("document.documentElement.dir") == "rtl") == right_to_left
    assert await page.evaluate(UNNAMED) == []
    call = await page.locator("#call").bounding_box()
    script = await page.locator("#script").bounding_box()
    assert call is not None
    assert script is not None
    if width > 1000:
        assert (call["x"] > script["x"]) == right_to_left
    else:
        assert call["y"] < script["y"]


UNNAMED = """() => {
  const controls = [...document.querySelectorAll("input, select, button")];
  const named = (one) => one.labels?.length || one.ariaLabel || one.textContent.trim() !== "";
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const named_by = (one) => ["aria-labelledby", "aria-describedby"]
    .flatMap((name) => one.getAttribute(name)?.split(/ +/) ?? []);
  const lost = [...document.querySelectorAll("[aria-labelledby], [aria-describedby]")]
    .filter((one) => named_by(one).some((id) => document.getElementById(id) === null));
  return [...controls.filter((one) => !named(one)).map((one) => one.outerHTML), ...twice,
    ...lost.map((one) => one.outerHTML)];
}"""


async def test_every_text_can_be_read(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        texts = await readable(page)
        opened.ring()
        await opened.shows("[data-fact=client]", "Nour Telecom")
        texts += await readable(page)
        opened.here.shift.answer(CallId("c1"))
        await page.get_by_role("button", name="Save").click()
        await opened.shows("#field-disposition-failure", "Say how it went.")
        await page.get_by_role("button", name="Transfer").click()
        await page.keyboard.press("Enter")
        texts += await readable(page)
        await opened.wrap_up()
        await page.get_by_role("button", name="Ask for help").click()
        await page.get_by_role("alert").filter(has_text="not possible now").wait_for()
        texts += await readable(page)
        assert texts > 100
