"""Real callers who help themselves at the demo's 600102, by keys of both kinds."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import pytest

from ccengine.config.lookup_sources import Finding
from ccengine.core.events import FlowDataSet, FlowStepEntered
from ccengine.core.ids import ClientId
from ccengine.core.states import CallState
from ccengine.ivr.prompts import SpokenPrompt
from ccengine.ivr.speaker import text_of
from ccengine.lookup.calendar import CalendarBook
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured
from tests.e2e.waits import until
from tests.sizes import FULL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from ccengine.ivr.data import Value
    from tests.e2e.configuration import Change
    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

pytestmark = pytest.mark.timeout(180)

NOUR = ClientId("nour")
DUBAI = ZoneInfo("Asia/Dubai")
LAYLA = "971501000001"
By = Literal["rtp", "info"]

NOTHING_ELSE = ("clients/nour/client.yaml", "name: Nour Telecom\n", "name: Nour Telecom \n")
ONE_ATTEMPT = (
    (
        "clients/nour/flows/self-service.yaml",
        "    next: greet\n",
        "    next: greet\n    attempts: 1\n",
    ),
    ("clients/nour/flows/verify.yaml", "into: typed,", "into: typed, attempts: 1,"),
)
IN = {"self-service/choose": "2", "verify/ask": "2468#"}
CANCELS = {**IN, "self-service/menu": "1", "order/ask": "50011#", "order/offer": "1"}
MOVES = {**IN, "self-service/menu": "2", "appointment/what": "2"}
CANCELS_VISIT = {**MOVES, "appointment/what": "3"}
OPENS = {**IN, "self-service/menu": "3", "ticket/offer": "1"}
HANG_UPS = [
    (CANCELS, ["self-service/choose", "self-service/greet", "verify/ask", "self-service/menu"]),
    (CANCELS, ["order/which", "order/offer", "order/sure"]),
]
if FULL:
    HANG_UPS += [
        (CANCELS, ["order/ask", "order/new"]),
        (MOVES, ["appointment/tell", "appointment/what", "appointment/offer", "appointment/take"]),
        (CANCELS_VISIT, ["appointment/sure"]),
        (OPENS, ["ticket/offer", "ticket/comment"]),
    ]


def by(*ways: By) -> pytest.MarkDecorator:
    """Type by this way; by both in full size."""
    return pytest.mark.parametrize("by", ["rtp", "info"] if FULL else ways)


@asynccontextmanager
async def new_examples(stage: Stage, *changes: Change) -> AsyncIterator[Path]:
    """Have database and calendar made anew, as at the first start; the folder they are in."""
    folder = stage.system.paths.databases / NOUR
    for file in ("shop.sqlite", "visits.ics"):
        (folder / file).unlink(missing_ok=True)
    async with configured(stage.system, NOTHING_ELSE, *changes), stage:
        await until("the examples are there", lambda: (folder / "visits.ics").exists())
        yield folder


class Visitor:
    """Somebody who hears the beginning of each prompt, then types."""

    def __init__(self, stage: Stage, caller: Caller, by: By) -> None:
        self._system = stage.system
        self.caller = caller
        self._by = by
        self._since = caller.call.timeline.answered or 0.0

    async def hears(self, name: str, language: str = "en") -> None:
        await self._hears(self._system.prompt(NOUR, name, language), beginning=0.8)

    async def hears_said(self, name: str, **values: Value) -> None:
        """Hear a whole sentence with values in it, whose sound is made during the call."""
        prompts = self._system.configuration.prompts
        text = text_of(prompts, NOUR, name, "en", values)
        voice = self._system.tenant.settings.languages["en"]
        sound = SpokenPrompt(text, "en", voice).sound
        file = self._system.paths.sounds / "said" / f"{sound}.wav"
        await until(f"'{text}' has a sound", file.exists, seconds=20)
        await self._hears(file)

    async def _hears(self, file: Path, **how: float) -> None:
        self._since = await self.caller.hears(file, since=self._since, within=30, **how)

    async def types(self, keys: str) -> None:
        self._since = asyncio.get_running_loop().time()  # what comes next may begin at the key
        await self.caller.presses(keys, by=self._by)

    async def is_verified(self, pin: str = "2468#") -> None:
        await self.hears("choose", "ar")
        await self.types("2")
        await self.hears("greeting")
        await self.hears("enter-pin")
        await self.types(pin)
        await self.hears("self-menu")

    async def comes_to(self, step: str) -> None:
        def is_there() -> bool:
            return any(one.step == step for one in self.events(FlowStepEntered)[-1:])

        await until(f"they are at {step}", is_there)

    async def types_until(self, wanted: str, typed: Mapping[str, str]) -> None:
        """Type over the prompts on the way, by `flow/step`, as far as this one."""
        seen = 0
        while True:
            steps = self.events(FlowStepEntered)
            new, seen = steps[seen:], len(steps)
            places = [f"{one.flow}/{one.step}" for one in new]
            if wanted in places:
                return
            for place in places:
                keys = typed.get(place)
                if keys is not None:
                    await self.types(keys)
            await asyncio.sleep(0.1)

    def events(self, kind: type) -> list[Any]:
        self._system.ledger.read()
        rows = self._system.ledger.rows[self.caller.call_id or ""]
        return [row.what for row in rows if isinstance(row.what, kind)]

    async def leaves(self, **shown: str) -> None:
        """Wait in a line, where the agent would be shown this, and hang up."""
        await self.caller.becomes(CallState.WAITING, seconds=30)
        told: dict[str, str] = {}
        for event in self.events(FlowDataSet):
            told |= event.shown
        wanted = {label.replace("_", " "): text for label, text in shown.items()}
        assert {label: told.get(label) for label in wanted} == wanted
        await self.caller.hangs_up()


async def visitor(stage: Stage, by: By, of: CallOutcome = CallOutcome.ABANDONED) -> Visitor:
    caller = await stage.caller("600102", of, shown=LAYLA, caller_id=LAYLA)
    return Visitor(stage, caller, by)


def row(folder: Path, statement: str) -> Any:
    shop = sqlite3.connect(f"{(folder / 'shop.sqlite').as_uri()}?mode=ro", uri=True)
    try:
        return shop.execute(statement).fetchone()
    finally:
        shop.close()


def visit(folder: Path, find: Finding, **values: Value) -> dict[str, Any]:
    book = CalendarBook(folder / "visits.ics", DUBAI)
    now = datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - what a clock on the wall says
    found = book.find(find, {"now": now, **values})
    assert isinstance(found, dict)
    return found


TICKETS = "SELECT count(*) FROM tickets WHERE customer = '1001'"
ATTENDEE = "mailto:1001@customers.nour.example"


@by("rtp")
async def test_an_order_is_told_and_cancelled(stage: Stage, by: By) -> None:
    async with new_examples(stage) as folder:
        caller = await visitor(stage, by)
        await caller.is_verified()
        await caller.types("1")
        await caller.hears("enter-order")
        await caller.types("50011#")
        (due,) = row(folder, "SELECT due FROM orders WHERE number = '50011'")
        told = {"number": "50011", "amount": Decimal("249.5"), "due": date.fromisoformat(due)}
        await caller.hears_said("order-new", **told)
        await caller.hears("order-menu")
        await caller.types("1")
        await caller.hears("are-you-sure")
        await caller.types("1")
        await caller.hears("request-taken")
        await until(
            "the order is cancelled",
            lambda: (
                row(folder, "SELECT state FROM orders WHERE number = '50011'")[0] == "cancelled"
            ),
        )
        await caller.types("0")
        await caller.leaves(Verified="yes", order="50011", cancellation_taken="50011")


@by("info")
async def test_an_appointment_is_confirmed_and_moved(stage: Stage, by: By) -> None:
    async with new_examples(stage) as folder:
        begins = visit(folder, Finding.NEXT, attendee=ATTENDEE)["begins"]
        free = visit(folder, Finding.FREE, after=begins)["begins"]
        caller = await visitor(stage, by)
        await caller.is_verified()
        await caller.types("2")
        await caller.hears_said("visit-told", begins=begins)
        await caller.hears("visit-menu")
        await caller.types("1")
        await caller.hears("request-taken")
        await until(
            "it is confirmed",
            lambda: visit(folder, Finding.NEXT, attendee=ATTENDEE)["state"] == "confirmed",
        )
        await caller.types("2")
        await caller.hears("visit-menu")
        await caller.types("2")
        await caller.hears_said("visit-free", free=free)
        await caller.hears("take-menu")
        await caller.types("1")
        await caller.hears("request-taken")
        await until(
            "it is moved",
            lambda: visit(folder, Finding.NEXT, attendee=ATTENDEE)["begins"] == free,
        )
        await caller.types("0")
        await caller.leaves(Verified="yes")


@by("rtp")
async def test_a_ticket_is_opened_and_its_state_told(stage: Stage, by: By) -> None:
    async with new_examples(stage) as folder:
        caller = await visitor(stage, by)
        await caller.is_verified("14051986")
        await caller.types("3")
        await caller.hears("ticket-menu")
        await caller.types("1")
        await caller.hears("ticket-comment")
        await asyncio.sleep(8)  # the prompt, the tone, the caller's own
        await caller.types("#")
        await caller.hears("request-taken")
        wanted = "SELECT comment, date(opened) FROM tickets WHERE customer = '1001'"
        comment, opened = await until("the ticket is there", lambda: row(folder, wanted))
        assert (stage.system.paths.recordings / comment).exists()
        await caller.types("3")
        await caller.hears_said("ticket-open", opened=date.fromisoformat(opened))
        await caller.types("9")
        await caller.hears("self-menu")
        await caller.types("0")
        await caller.leaves(Verified="yes", ticket_opened="internet")


async def test_three_wrong_pins_end_in_an_agent_with_a_mark(stage: Stage) -> None:
    async with new_examples(stage):
        caller = await visitor(stage, "rtp")
        await caller.hears("choose", "ar")
        await caller.types("2")
        for tried in range(3):
            await caller.hears("enter-pin")
            await caller.types(f"111{tried}#")
            if tried < 2:
                await caller.hears("pin-wrong")
        await caller.hears("not-verified")
        await caller.caller.becomes(CallState.WAITING, seconds=30)
        steps = [one.flow for one in caller.events(FlowStepEntered)]
        assert set(steps) == {"self-service", "verify"}
        # Times and ids hold digits of their own, "1110" among them now and then.
        journal = re.sub(r"\d+\.\d+|node1-\d+-\d+", "", str(caller.events(object)))
        assert "1110" not in journal
        assert "Layla" not in journal
        await caller.leaves(Verified="no: three wrong PINs")


async def test_who_types_over_every_prompt_gets_there(stage: Stage) -> None:
    async with new_examples(stage):
        caller = await visitor(stage, "info")
        for step, keys in (("choose", "2"), ("ask", "2468#"), ("menu", "1"), ("ask", "50012#")):
            await caller.comes_to(step)
            await caller.types(keys)
        await caller.comes_to("menu")
        await caller.types("0")
        await caller.leaves(Verified="yes", order="50012")


async def test_who_types_nothing_comes_to_an_agent(stage: Stage) -> None:
    async with new_examples(stage, *ONE_ATTEMPT):
        caller = await visitor(stage, "rtp")
        await caller.caller.becomes(CallState.WAITING, seconds=60)
        await caller.leaves(Verified="no: no PIN was typed")


@pytest.mark.parametrize(("typed", "steps"), HANG_UPS)
async def test_who_hangs_up_at_a_step_leaves_nothing_behind(
    stage: Stage, typed: Mapping[str, str], steps: list[str]
) -> None:
    async with new_examples(stage) as folder:
        before = visit(folder, Finding.NEXT, attendee=ATTENDEE)
        for step in steps:
            caller = await visitor(stage, "rtp", of=CallOutcome.ENDED_IN_FLOW)
            await caller.types_until(step, typed)
            await caller.caller.hangs_up()
            await caller.caller.becomes(CallState.ENDED)
            assert row(folder, "SELECT state FROM orders WHERE number = '50011'") == ("new",)
            assert row(folder, TICKETS) == (0,)
        assert visit(folder, Finding.NEXT, attendee=ATTENDEE) == before


@by("rtp")
async def test_an_appointment_is_cancelled(stage: Stage, by: By) -> None:
    async with new_examples(stage) as folder:
        caller = await visitor(stage, by)
        await caller.types_until("appointment/sure", CANCELS_VISIT)
        await caller.hears("are-you-sure")
        await caller.types("1")
        await caller.hears("request-taken")
        await until("it is", lambda: not has_visit(folder))
        await caller.comes_to("menu")
        await caller.types("0")
        await caller.leaves(Verified="yes")


def has_visit(folder: Path) -> bool:
    book = CalendarBook(folder / "visits.ics", DUBAI)
    now = datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - what a clock on the wall says
    return book.find(Finding.NEXT, {"now": now, "attendee": ATTENDEE}) is not None
