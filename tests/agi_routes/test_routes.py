"""What a dialplan is answered, by a house with all but Asterisk; over the real server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.agi_routes.asking import Asking
from ccengine.agi_routes.every import ROUTES
from ccengine.agi_routes.route import AgiPorts, Regard
from ccengine.api.ports import Health
from ccengine.assembly.drift import CHANNEL_VARIABLES
from ccengine.asterisk.agi.server import AgiServer
from ccengine.config.clients import ClientOutbound
from ccengine.config.hours import Hours, Span
from ccengine.config.openings import standing
from ccengine.config.timetable import Ground, Timetable
from ccengine.core import events
from ccengine.core.ids import ClientId, ClosureId, QueueId
from ccengine.core.queues import Limits, Overflow
from ccengine.core.states import CallState, Kind
from ccengine.core.work_items import CallbackRules
from tests.agi_routes.asterisk_side import UNIQUE, ask
from tests.api.house import NODE, House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

UKRAINIAN = "+380441234567"
QUEUE = QueueId("dnipro/vip")


class Tables:
    async def regard(self, client: ClientId, caller: str) -> Regard:
        return Regard(vip=(client, caller) == ("dnipro", UKRAINIAN), blocked=caller == "666666")


class Dialplan:
    """A house, and a dialplan that asks it."""

    def __init__(self, here: House, server: AgiServer) -> None:
        self.here = here
        self._server = server

    async def asks(self, route: str, caller: str = UKRAINIAN, **headers: str) -> dict[str, str]:
        return await ask(self._server.port, route, caller=caller, **headers)

    async def well(self, route: str, caller: str = UKRAINIAN) -> dict[str, str]:
        """Return the answer without how it went, which is well."""
        found = await self.asks(route, caller)
        assert (found.pop("CC_STATUS"), found.pop("CC_REASON")) == ("ok", "")
        assert set(found) == set(ROUTES[route.partition("/")[0]].sets)
        return found

    def calls_back(self) -> None:
        """Let the client's customers be called back."""
        clients = dict(self.here.tenant.clients)
        dnipro = clients[ClientId("dnipro")]
        outbound = ClientOutbound(
            prefixes={"380": ("provider",)},
            caller_id="380440000200",
            calls_per_agent_day=5,
            calls_per_day=5,
        )
        settings = replace(dnipro.settings, outbound=outbound)
        clients[dnipro.id] = replace(dnipro, settings=settings)
        self.here.tenant = replace(self.here.tenant, clients=clients)
        self.replan(QUEUE, callback=CallbackRules())

    def replan(self, queue: QueueId, **changes: Any) -> None:
        """Change a queue's rules."""
        plan = self.here.shift.center.plan
        queues = {**plan.queues, queue: replace(plan.queues[queue], **changes)}
        self.here.shift.post(events.PlanLoaded(plan=replace(plan, queues=queues)))


@pytest.fixture
async def dialplan(tmp_path: Path) -> AsyncIterator[Dialplan]:
    async with house(tmp_path) as here:
        ports = AgiPorts(
            floor=here.ports.floor, health=here.ports.health, node=NODE, tables=Tables()
        )
        async with AgiServer(Asking(ports), 0) as server:
            yield Dialplan(here, server)


async def test_a_queue_tells_how_it_stands(dialplan: Dialplan) -> None:
    empty = await dialplan.well("queue-state/nour/billing")
    assert (empty["CC_WAITING"], empty["CC_OLDEST_SECONDS"]) == ("0", "0")
    assert empty["CC_AGENTS_FREE"] == "0"
    dialplan.here.call("first", "nour/billing")
    dialplan.here.shift.wait(41)
    found = await dialplan.well("queue-state/nour/billing")
    assert (found["CC_WAITING"], found["CC_OLDEST_SECONDS"]) == ("1", "42")


async def test_free_agents_are_those_who_could_be_rung_for_it(dialplan: Dialplan) -> None:
    shift = dialplan.here.shift
    able = [
        agent.id
        for agent in shift.center.agents()
        if QueueId("nour/billing") in shift.center.queues_of(agent.id, shift.now)
    ]
    dialplan.here.log_in(*able)
    for agent in able:
        shift.post(events.AgentWentReady(agent=agent))
    found = await dialplan.well("queue-state/nour/billing")
    assert found["CC_AGENTS_FREE"] == str(len(able))
    assert found["CC_ESTIMATE_SECONDS"] != ""
    shift.post(events.AgentPaused(agent=able[0], queue=QueueId("nour/billing")))
    left = await dialplan.well("queue-state/nour/billing")
    assert left["CC_AGENTS_FREE"] == str(len(able) - 1)


async def test_hours_tell_why_and_until_when(dialplan: Dialplan) -> None:
    client = dialplan.here.tenant.clients[ClientId("nour")]
    timetable = client.hours["office"]
    found = await dialplan.well("hours/nour/office")
    told = standing(timetable, dialplan.here.shift.now)
    assert found["CC_OPEN"] == ("1" if told.is_open else "0")
    assert found["CC_OPEN_ZONE"] == timetable.zone
    assert found["CC_OPEN_WHY"] == told.day.ground
    assert told.until is not None
    assert found["CC_OPEN_UNTIL"] == str(int(told.until))
    before, after = standing(timetable, told.until - 1), standing(timetable, told.until)
    assert (before.is_open, after.is_open) == (told.is_open, not told.is_open)


def test_a_night_span_is_open_by_the_day_before() -> None:

    week = {"fri": (Span(22 * 60, 30 * 60),)}
    night = Timetable(hours=Hours(week=week), zone="Europe/Kyiv")
    saturday = datetime(2026, 3, 7, 1, 0, tzinfo=UTC).timestamp()  # 03:00 there
    found = standing(night, saturday)
    assert found.is_open
    assert found.day.day.isoformat() == "2026-03-06"
    assert found.day.ground is Ground.WEEK
    assert found.until == datetime(2026, 3, 7, 4, 0, tzinfo=UTC).timestamp()
    never = Timetable(hours=Hours(), zone="UTC")
    assert standing(never, saturday).until is None
    always = Timetable(hours=Hours(week={"mon-sun": (Span(0, 24 * 60),)}), zone="UTC")
    assert standing(always, saturday).is_open
    assert standing(always, saturday).until is None
    weekly = Timetable(hours=Hours(week={"mon": (Span(9 * 60, 17 * 60),)}), zone="Europe/Kyiv")
    tuesday = datetime(2026, 3, 3, 12, 0, tzinfo=UTC).timestamp()
    monday = datetime(2026, 3, 9, 7, 0, tzinfo=UTC).timestamp()
    assert standing(weekly, tuesday).until == monday
    assert not standing(never, saturday).is_open


async def test_a_closed_number_tells_by_what(dialplan: Dialplan) -> None:
    tenant = dialplan.here.tenant
    name, closure = next(iter(tenant.settings.closures.items()))
    number = tenant.numbers_of(closure)[0].removeprefix("+")
    assert (await dialplan.well(f"closed/{number}"))["CC_CLOSED"] == "0"
    until = dialplan.here.shift.now + 3_600
    dialplan.here.shift.post(
        events.NumbersClosed(closure=ClosureId(name), by="x", reason='fire") & (', until=until)
    )
    assert await dialplan.well(f"closed/{number}") == {
        "CC_CLOSED": "1",
        "CC_CLOSED_BY": name,
        "CC_CLOSED_REASON": "fire",
        "CC_CLOSED_UNTIL": str(int(until)),
    }


async def test_a_caller_is_known_by_tables_and_rules(dialplan: Dialplan) -> None:
    dialplan.calls_back()
    assert await dialplan.well("caller/dnipro") == {
        "CC_VIP": "1",
        "CC_BLOCKED": "0",
        "CC_CALLER": UKRAINIAN,
        "CC_CALLER_DIALABLE": "1",
        "CC_CALLER_WAITS": "0",
    }
    blocked = await dialplan.well("caller/dnipro?number=666666")
    assert (blocked["CC_VIP"], blocked["CC_BLOCKED"], blocked["CC_CALLER"]) == ("0", "1", "")
    hidden = await dialplan.well("caller/dnipro", caller="unknown")
    assert (hidden["CC_CALLER"], hidden["CC_CALLER_DIALABLE"]) == ("", "0")


async def test_a_callback_is_made_and_its_call_is_over(dialplan: Dialplan) -> None:
    dialplan.calls_back()
    center = dialplan.here.shift.center
    assert await dialplan.well("callback/dnipro/vip") == {"CC_CALLBACK_TO": UKRAINIAN}
    [item] = center.calls.values()
    assert item.kind is Kind.CALLBACK
    assert (item.queue, item.caller, item.client) == (QUEUE, UKRAINIAN, "dnipro")
    assert item.id.startswith(UNIQUE.replace(".", "-"))
    assert (await dialplan.well("caller/dnipro"))["CC_CALLER_WAITS"] == "1"
    dialplan.here.shift.wait(1)
    await dialplan.well("callback/dnipro/vip")
    assert list(center.calls.values()) == [item], "the same number waits once"
    center.check_invariants()


async def test_a_call_that_the_engine_has_keeps_its_name(dialplan: Dialplan) -> None:
    dialplan.calls_back()
    own = dialplan.here.call(UNIQUE.replace(".", "-"), "dnipro/vip")
    await dialplan.well("callback/dnipro/vip")
    center = dialplan.here.shift.center
    assert center.calls[own].became == f"{own}-cb"
    assert center.calls[own].state is CallState.IN_FLOW


@pytest.mark.parametrize(
    ("route", "caller", "status", "reason"),
    [
        ("nothing/at/all", UKRAINIAN, "unknown", "route"),
        ("queue-state/nobody/vip", UKRAINIAN, "unknown", "client"),
        ("queue-state/dnipro/nothing", UKRAINIAN, "unknown", "queue"),
        ("queue-state/dnipro", UKRAINIAN, "refused", "write queue-state/CLIENT/QUEUE"),
        ("queue-state/dnipro/vip/more", UKRAINIAN, "refused", "write queue-state/CLIENT/QUEUE"),
        ("queue-state/dnipro/vip?x=1", UKRAINIAN, "refused", "unknown key"),
        ("queue-state/..%2Fdnipro/vip", UKRAINIAN, "unknown", "client"),
        ("queue-state/dnipro/vip%0ASET", UKRAINIAN, "refused", "route: control characters"),
        ("hours/dnipro/nothing", UKRAINIAN, "unknown", "hours"),
        ("hours/dnipro/office?number=1", UKRAINIAN, "unknown", "number"),
        ("closed/999999", UKRAINIAN, "unknown", "number"),
        ("advice/dnipro/vip?wait=-1", UKRAINIAN, "refused", "wait"),
        ("advice/dnipro/vip?wait=9999999999", UKRAINIAN, "refused", "wait"),
        ("callback/dnipro/vip", "unknown", "refused", "callback-no-number"),
        ("callback/dnipro/vip", "112", "refused", "callback-emergency"),
        ("callback/dnipro/vip?number=%2B1900", UKRAINIAN, "refused", "callback-no-number"),
        ("callback/dnipro/vip?number=$(id)", UKRAINIAN, "refused", "number"),
        ("caller/dnipro?number=1)&SHELL(x", UKRAINIAN, "refused", "unknown key"),
    ],
)
async def test_what_cannot_be_answered_is_told(
    dialplan: Dialplan, route: str, caller: str, status: str, reason: str
) -> None:
    dialplan.calls_back()
    assert await dialplan.asks(route, caller) == {
        "CC_STATUS": status,
        "CC_REASON": reason.replace("(", " ").strip(),
    }
    assert dialplan.here.shift.center.calls == {}


async def test_a_queue_that_calls_nobody_back_says_so(dialplan: Dialplan) -> None:
    found = await dialplan.asks("callback/dnipro/vip")
    assert found == {"CC_STATUS": "refused", "CC_REASON": "no callbacks"}


async def test_an_engine_that_is_not_ready_says_so(dialplan: Dialplan) -> None:
    dialplan.here.health = Health(connected=False)
    found = await dialplan.asks("queue-state/nour/billing")
    assert found == {"CC_STATUS": "busy", "CC_REASON": "not ready"}


async def test_advice_is_what_the_queue_would_do(dialplan: Dialplan) -> None:
    elsewhere = Overflow(queue=QueueId("dnipro/support"))
    dialplan.replan(QUEUE, limits=Limits(waiting=1, overflow=elsewhere))
    assert (await dialplan.well("advice/dnipro/vip"))["CC_ADVICE"] == "enter"
    dialplan.here.call("first", "dnipro/vip")
    assert await dialplan.well("advice/dnipro/vip") == {
        "CC_ADVICE": "elsewhere",
        "CC_ADVICE_WHY": "full",
        "CC_ELSEWHERE": "queue",
        "CC_ELSEWHERE_NAME": "dnipro/support",
    }


async def test_who_would_wait_too_long_is_rather_called_back(dialplan: Dialplan) -> None:
    dialplan.calls_back()
    dialplan.here.log_in("olena")
    shift = dialplan.here.shift
    for number in range(5):
        done = dialplan.here.talk(f"c{number}", "dnipro/vip")
        shift.wait(100)
        shift.hang_up(done)
        shift.wait(30)
    for number in range(3):
        dialplan.here.call(f"w{number}", "dnipro/vip")
    state = await dialplan.well("queue-state/dnipro/vip")
    wait = int(state["CC_ESTIMATE_SECONDS"] or 0)
    assert wait > 0
    longer = await dialplan.well(f"advice/dnipro/vip?wait={wait + 1}")
    assert (longer["CC_ADVICE"], longer["CC_ADVICE_WHY"]) == ("enter", "")
    found = await dialplan.well("advice/dnipro/vip?wait=0")
    assert (found["CC_ADVICE"], found["CC_ADVICE_WHY"]) == ("callback", "long wait")
    hidden = await dialplan.well("advice/dnipro/vip?wait=0", caller="unknown")
    assert hidden["CC_ADVICE"] in ("enter", "elsewhere")


def test_no_answer_overwrites_what_the_engine_reads() -> None:
    ours = {name for route in ROUTES.values() for name in route.sets} | {"CC_STATUS", "CC_REASON"}
    assert not ours & {*CHANNEL_VARIABLES, "CC_FALLBACK_SINCE", "CC_GREETING", "CC_RING_SECONDS"}
    assert all(name.startswith("CC_") for name in ours)
