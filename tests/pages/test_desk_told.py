"""What the desk says, and when it asks again for what the feed does not tell an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.ids import AgentId
from ccengine.core.states import Kind
from tests.api.house import CALLERS
from tests.pages.browser import shown_additions
from tests.pages.desk import BILLING, desk
from tests.reporting.shift import NODE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Request, Route

AMIRA, OMAR = AgentId("amira"), AgentId("omar")
LOUD = "#said-at-once"
OFFER = "Call for you: Nour Telecom, billing"
HIDES = (
    "clients/nour/client.yaml",
    "languages: [ar, en, fa, uk, es, fr]\n",
    "languages: [ar, en, fa, uk, es, fr]\nmask_numbers: yes\n",
)


async def test_each_offer_is_said_also_the_same_once_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page, shift = opened.page, opened.here.shift
        said = await shown_additions(page, LOUD)
        call = opened.ring()
        await opened.shows(LOUD, OFFER)
        agent, offer = shift.offer_of(call)
        shift.post(events.OfferDeclined(call=call, agent=agent, offer=offer, reason="busy"))
        await opened.state("not_ready")
        await expect(page.locator(LOUD)).to_have_text("")
        shift.post(events.AgentWentReady(agent=AMIRA))
        await opened.shows(LOUD, OFFER)
        shift.answer(call)
        await opened.state("on_call")
        shift.hang_up(call)
        await opened.state("wrap_up")
        shift.wait(60)
        opened.ring("c2")
        await opened.shows(LOUD, OFFER)
        assert await said() == [OFFER] * 3


async def test_who_hides_the_number_is_named_in_the_readers_words(tmp_path: Path) -> None:
    async with desk(tmp_path, HIDES, locale="de") as opened:
        here = opened.here
        call = here.call("c1", BILLING, caller="")
        await opened.shows("[data-fact=caller]", "unterdrückt")
        here.shift.answer(call)
        here.shift.hang_up(call)
        await here.keep_records()
        await opened.page.reload()
        await opened.shows("#recent tbody", "unterdrückt")


async def test_of_a_call_that_was_dialled_the_number_is_shown(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        opened.here.dial("d1", CALLERS["nour"][1], Kind.OUTBOUND)
        await opened.shows("[data-fact=caller]", CALLERS["nour"][1])


async def test_after_a_reload_it_knows_that_asterisk_is_away(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        opened.here.shift.post(events.SwitchLost(node=NODE))
        await opened.shows(".banner[role=status]", "Asterisk is out")
        opened.here.shift.now += 1.1  # no snapshot is older than a second
        await opened.page.reload()
        await opened.shows(".banner[role=status]", "Asterisk is out")
        opened.here.shift.post(events.SwitchResynced(node=NODE))
        await expect(opened.page.locator(".banner[role=status]")).to_have_text("")


async def test_how_many_wait_is_asked_for_now_and_then(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        page = opened.page
        await page.clock.install()
        await page.reload()
        opened.here.shift.post(events.AgentWentNotReady(agent=AMIRA, reason="lunch"))
        await opened.state("not_ready")
        await opened.shows("#queues", "0 waiting")
        opened.ring()
        await page.clock.fast_forward(20_000)
        await opened.shows("#queues", "1 waiting")


async def test_a_refused_pause_leaves_the_box_as_it_was(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:

        async def refuse(route: Route) -> None:
            await route.fulfill(status=409, json={"title": "not possible now"})

        await opened.page.route("**/pause", refuse)
        box = opened.page.get_by_role("checkbox", name="Nour Telecom: billing")
        await box.click()
        await opened.page.get_by_role("alert").filter(has_text="not possible now").wait_for()
        await expect(box).to_be_checked()


async def test_a_talk_asks_for_nothing_until_somebody_is_consulted(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        here, page = opened.here, opened.page
        here.log_in("omar")
        await page.clock.install()
        await page.reload()
        call = await opened.talk()
        await page.wait_for_load_state("networkidle")
        asked: list[str] = []

        def note(request: Request) -> None:
            if request.url.endswith("/desk"):
                asked.append(request.url)

        page.on("request", note)
        for _ in range(3):
            await page.clock.fast_forward(4_000)
        await page.wait_for_load_state("networkidle")
        assert asked == []
        consult = here.consult(call, "302")
        await opened.shows("#call .marks", "consulting 302")
        here.shift.post(events.CallDirected(call=consult, agent=OMAR))
        await page.clock.fast_forward(4_000)
        await opened.shows("#call .marks", "consulting Omar Said")
