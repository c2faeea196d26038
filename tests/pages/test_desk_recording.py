"""An agent pauses and begins recordings, and has a caller type a card: by click and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.events import (
    CardField,
    CardOutcome,
    ConsentAnswer,
    ConsentKind,
    HoldBy,
    PauseReason,
)
from ccengine.core.ids import AgentId, CallId
from tests.pages.contrasts import readable
from tests.pages.desk import desk

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Locator

    from ccengine.core.events import Event
    from tests.pages.desk import Desk

NOUR = "clients/nour/client.yaml"
ON_DEMAND = (NOUR, "    extension: 11\n", "    extension: 11\n    recorded: on demand\n")
PAYS = (NOUR, "\nqueues:\n", "\npayment: {url: 'http://127.0.0.1:1/charges'}\nqueues:\n")
CALL = CallId("c1")
RECORDED = events.RecordingStarted(call=CALL, recording="r.raw", channel="c1-caller")
BUTTONS = ("Record", "Pause recording", "Resume recording", "Stop recording")


def button(opened: Desk, name: str) -> Locator:
    return opened.page.get_by_role("button", name=name, exact=True)


async def recorded(opened: Desk, text: str) -> None:
    """Wait until the desk says this of the recording."""
    await expect(opened.page.locator("#recording")).to_contain_text(text)


async def buttons(opened: Desk, *names: str) -> None:
    """Wait until there are these buttons about the recording, and no others."""
    for name in BUTTONS:
        await expect(button(opened, name)).to_have_count(int(name in names))


def unseen(opened: Desk, event: Event) -> None:
    """Have something happen of which the feed tells a little late."""
    here = opened.here
    here.shift.observers.remove(here.hub.observe)
    here.shift.post(event)


async def test_a_recording_is_paused_and_goes_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        await recorded(opened, "not recorded")
        await buttons(opened)
        opened.here.shift.post(RECORDED)
        await recorded(opened, "● recorded")
        await button(opened, "Pause recording").focus()
        await opened.page.keyboard.press("Enter")
        await recorded(opened, "recording paused since")
        await recorded(opened, "(by amira), goes on by itself at")
        (paused,) = opened.said(events.RecordingPaused)
        assert (paused.by, paused.reason) == ("amira", PauseReason.AGENT)
        pause = opened.here.shift.center.calls[CALL].recording_pause
        assert pause is not None
        written = "at => new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(at)"
        since = await opened.page.evaluate(written, pause.since * 1000)
        await recorded(opened, f"since {since} ")
        await buttons(opened, "Resume recording")
        await readable(opened.page)
        focused = "document.activeElement.closest('.acts') !== null"
        assert await opened.page.evaluate(focused), "the keyboard stays among the buttons"
        await button(opened, "Resume recording").click()
        await recorded(opened, "● recorded")
        await buttons(opened, "Pause recording")


async def test_a_supervisors_pause_and_a_lost_recording_are_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        opened.here.shift.post(RECORDED)
        await recorded(opened, "● recorded")
        path = f"/calls/{CALL}/recording"
        assert (await opened.here.ask("POST", path, json={"act": "pause"}))[0] == 200
        await recorded(opened, "(by token-file)")
        await button(opened, "Resume recording").click()
        await recorded(opened, "● recorded")
        failed = events.RecordingFailed(call=CALL, recording="r.raw", reason="the disk is full")
        opened.here.shift.post(failed)
        await recorded(opened, "NOT recorded, though it should be")
        await buttons(opened)


async def test_a_call_is_recorded_on_demand(tmp_path: Path) -> None:
    async with desk(tmp_path, ON_DEMAND) as opened:
        await opened.talk()
        await recorded(opened, "○ not recorded")
        await buttons(opened, "Record")
        await button(opened, "Record").click()
        await recorded(opened, "● recorded")
        await buttons(opened, "Pause recording", "Stop recording")
        await button(opened, "Stop recording").click()
        await recorded(opened, "○ not recorded")
        await buttons(opened, "Record")
        assert [one.by for one in opened.said(events.RecordingStopped)] == ["amira"]


async def test_who_wants_no_recording_gets_none(tmp_path: Path) -> None:
    async with desk(tmp_path, ON_DEMAND) as opened:
        await opened.talk()
        refused = events.ConsentRefused(
            call=CALL,
            rule=ConsentKind.CONSENT,
            answer=ConsentAnswer.DENIED,
            caller_place="AE",
            agent_place="AE",
        )
        opened.here.shift.post(refused)
        await recorded(opened, "the caller does not want a recording")
        await buttons(opened)


async def test_a_refused_pause_is_told_in_the_engines_words(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        opened.here.shift.post(RECORDED)
        await buttons(opened, "Pause recording")
        over = events.RecordingStopped(call=CALL, recording="r.raw", reason="another channel")
        unseen(opened, over)
        await button(opened, "Pause recording").click()
        alert = opened.page.get_by_role("alert").filter(has_text="the call is not recorded")
        await expect(alert).to_be_visible()
        opened.here.shift.observers.append(opened.here.hub.observe)


async def test_a_card_is_taken_and_stopped(tmp_path: Path) -> None:
    async with desk(tmp_path, PAYS) as opened:
        page = opened.page
        await opened.talk()
        opened.here.shift.post(RECORDED)
        await button(opened, "Take a card").click()
        await page.get_by_label("Amount").fill("12.x")
        await page.keyboard.press("Enter")
        await expect(page.locator("#card-failure")).to_contain_text("such as 12.50")
        await page.get_by_label("Amount").fill("12,50")
        await page.get_by_label("For", exact=True).fill("INV-7")
        await page.keyboard.press("Enter")
        await expect(button(opened, "Stop the card")).to_be_visible()
        await expect(page.locator("#card")).to_be_hidden()
        assert opened.here.cards.orders == [("12.50", "INV-7")]
        await opened.shows("#call .marks", "the caller types a card")
        await buttons(opened)  # the recording is the card's now
        pause = events.RecordingPaused(
            call=CALL, recording="r.raw", by="", reason=PauseReason.CARD, limit_seconds=300
        )
        opened.here.shift.post(pause)
        await recorded(opened, "(a card is taken)")
        entry = opened.here.shift.center.calls[CALL].card
        assert entry is not None
        typed = events.CardFieldTyped(call=CALL, entry=entry.id, typed=CardField.NUMBER)
        opened.here.shift.post(typed)
        await opened.shows("#call .marks", "number: done")
        await readable(page)
        await button(opened, "Stop the card").click()
        await opened.shows("#call .marks", "card: nothing was charged")
        await expect(button(opened, "Take a card")).to_be_visible()
        assert [one.outcome for one in opened.said(events.CardEntryEnded)] == [CardOutcome.STOPPED]


async def test_escape_puts_the_card_off_and_a_refusal_keeps_what_is_typed(tmp_path: Path) -> None:
    async with desk(tmp_path, PAYS) as opened:
        page = opened.page
        await opened.talk()
        await button(opened, "Take a card").click()
        await page.keyboard.press("Escape")
        await expect(page.locator("#card")).to_be_hidden()
        assert await page.evaluate("document.activeElement.id") == "take-card"
        await page.keyboard.press("Enter")
        await page.get_by_label("Amount").fill("7")
        held = events.HoldStarted(call=CALL, agent=AgentId("amira"), how=HoldBy.CODE)
        unseen(opened, held)
        await page.keyboard.press("Enter")
        alert = page.get_by_role("alert").filter(has_text="no card can be taken now")
        await expect(alert).to_be_visible()
        assert opened.here.cards.orders == []
        opened.here.shift.observers.append(opened.here.hub.observe)


async def test_where_no_card_can_be_paid_there_is_no_button(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        await opened.talk()
        await expect(button(opened, "Hold")).to_be_visible()
        await expect(button(opened, "Take a card")).to_have_count(0)
