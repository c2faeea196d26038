"""Every way through every flow of the demo, walked by a scripted caller."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.config.service import qualified
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import Configuration, load_configuration
from ccengine.ivr.context import FlowContext
from ccengine.ivr.data import CallData
from ccengine.ivr.outcomes import Enqueue, HangUp, Outcome
from ccengine.ivr.runner import Place, run_flow
from ccengine.ivr.step_names import GOES_TO, references
from tests.config.tenants import DEMO, change, copy_of_demo
from tests.ivr.scripted_caller import ScriptedCaller

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 12, 21, 12, tzinfo=UTC)
KEYS: tuple[str | None, ...] = (None, *"0123456789*#")


@pytest.fixture(scope="module")
def demo() -> Configuration:
    return load_configuration(DEMO)


async def dial(demo: Configuration, number: str, *keys: str | None) -> tuple[Outcome, list[str]]:
    assert demo.tenant is not None
    route = demo.tenant.route(number)
    assert route is not None
    caller = ScriptedCaller(list(keys), language=route.language)
    context = FlowContext(
        client=route.client,
        caller=caller,
        prompts=demo.prompts,
        hours=demo.tenant.clients[route.client].hours,
        now=lambda: NOON,
    )
    flow = demo.flow(route.client, route.flow)
    entered: list[str] = []
    result = await run_flow(flow, context, entered=lambda at: entered.append(at.step))
    return result, entered


@pytest.mark.parametrize(
    ("number", "keys", "queue", "agents"),
    [
        ("600100", ["1"], "nour/billing", ("amira",)),
        ("600100", ["2"], "nour/technical", ("omar",)),
        ("600100", [], "nour/billing", ("amira",)),
        ("600200", ["1"], "dnipro/billing", ("olena",)),
        ("600200", ["2"], "dnipro/technical", ("omar", "taras")),
        ("600200", ["7", "2"], "dnipro/technical", ("omar", "taras")),
        ("600201", [], "dnipro/vip", ("olena", "taras")),
    ],
)
async def test_who_gets_a_caller_is_as_the_demo_says(
    demo: Configuration, number: str, keys: list[str | None], queue: str, agents: tuple[str, ...]
) -> None:
    result, _ = await dial(demo, number, *keys)
    assert isinstance(result, Enqueue)
    assert result.queue == queue
    assert demo.tenant is not None
    settings = demo.tenant.plan().queues[result.queue]
    assert qualified(demo.tenant, result.queue, settings) == agents


async def test_a_closed_line_says_so_and_hangs_up(demo: Configuration) -> None:
    result, entered = await dial(demo, "600300")
    assert result == HangUp()
    assert entered == ["hours", "closed", "goodbye"]


async def test_every_key_and_silence_lead_to_an_end(demo: Configuration) -> None:
    assert demo.tenant is not None
    for client in demo.tenant.clients.values():
        for number in client.settings.numbers:
            for key in KEYS:
                result, _ = await dial(demo, number, key, key, key)
                assert isinstance(result, Enqueue | HangUp)


async def test_every_step_is_walked_from_its_own_beginning(demo: Configuration) -> None:
    assert demo.tenant is not None
    for (client, name), flow in demo.flows.items():
        for step in flow.steps:
            caller = ScriptedCaller([], language=demo.tenant.clients[ClientId(client)].language)
            context = FlowContext(
                client=client,
                caller=caller,
                prompts=demo.prompts,
                hours=demo.tenant.clients[client].hours,
                now=lambda: NOON,
            )
            walked: list[str] = []
            result = await run_flow(
                flow,
                context,
                start=Place(name, step),
                entered=lambda at, way=walked: way.append(at.step),
            )
            assert isinstance(result, Enqueue | HangUp), (client, name, step)
            is_asked_again = getattr(
                flow.steps[walked[0]], "secret", False
            )  # what it needs is lost
            assert walked[0] == step or is_asked_again, (client, name, step)


def test_every_way_of_every_step_leads_to_a_step(demo: Configuration) -> None:
    for flow in demo.flows.values():
        for step in flow.steps.values():
            ways = {found.name for found in references(step) if found.what in GOES_TO}
            assert ways <= flow.steps.keys()


@pytest.mark.parametrize(("level", "problems"), [(8, 0), (9, 1)])
def test_what_a_flow_asks_for_somebody_must_have(tmp_path: Path, level: int, problems: int) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / "clients/nour/flows/main.yaml"
    change(file, "{enqueue: technical}", f"{{enqueue: technical, skills: {{english: {level}}}}}")
    found = load_configuration(folder).problems
    assert len(found) == problems
    for problem in found:
        assert problem.line == 11
        words = "nobody can answer queue 'technical' with english: 9 beside its skills"
        assert problem.message == words


@pytest.mark.parametrize(
    ("key", "language", "today"),
    [
        ("1", "ar", "اَلْيَوْمُ الِاثْنَيْن، الْحَادِي وَالْعِشْرُونَ مِنْ دِيسَمْبَر"),
        ("2", "en", "Today is Monday, the twenty-first of December."),
        ("3", "fa", "امروز دوشنبه، سی‌ام آذر است."),
        ("4", "uk", "Сьогодні понеділок, двадцять перше грудня."),
        ("5", "es", "Hoy es lunes, veintiuno de diciembre."),
        ("6", "fr", "Nous sommes le lundi vingt-et-un décembre."),
        (None, "ar", "اَلْيَوْمُ الِاثْنَيْن"),
    ],
)
async def test_a_language_chosen_once_holds(
    demo: Configuration, key: str | None, language: str, today: str
) -> None:
    assert demo.tenant is not None
    keys = [key, "2", "1"] if key else [None, None, "2", "1"]
    caller = ScriptedCaller(keys, language="ar")
    nour = ClientId("nour")
    built_in = {"day": lambda: NOON.date(), "now": lambda: NOON}
    context = FlowContext(
        client=nour,
        caller=caller,
        prompts=demo.prompts,
        hours={},
        now=lambda: NOON,
        data=CallData(built_in),
        choose_language=lambda chosen, _: setattr(caller, "language", chosen),
    )
    result = await run_flow(demo.flow(nour, "languages"), context, entered=lambda _: None)
    assert isinstance(result, Enqueue)
    assert result.queue == "nour/technical"
    (told,) = (one for one in caller.heard if plain(today) in plain(one))
    after = caller.heard[caller.heard.index(told) + 1 :]
    prompts = ("main-menu", "survey-wish")
    assert after == [demo.prompts.media(nour, name, language) for name in prompts]
    assert context.data["survey_wish"] == "yes"


def plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def test_a_flow_behind_a_queue_needs_its_prompts_in_each_language(tmp_path: Path) -> None:
    nour = copy_of_demo(tmp_path) / "clients/nour"
    change(nour / "prompts/fr/prompts.yaml", "closed: ", "shut: ")
    assert load_configuration(nour.parents[1]).problems == ()  # its number's callers hear Arabic
    change(
        nour / "client.yaml",
        "    extension: 11\n",
        "    extension: 11\n    limits: {wait_seconds: 600, overflow: {flow: main}}\n",
    )
    (problem,) = load_configuration(nour.parents[1]).problems
    assert "prompt 'closed' is missing in 'fr'" in problem.message
    assert problem.file.name == "main.yaml"
