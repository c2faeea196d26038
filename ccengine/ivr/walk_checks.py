"""What only shows when somebody walks through a flow: a step that fails, a time that runs out."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from ccengine.config.documents import read_document
from ccengine.config.problems import Problem, in_order
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.walks import WalkingCaller, context_of, explore, walk, without_own_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.ivr.configuration import Configuration
    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.flow import Flow

MINUTE: Final = 60
NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When the walks begin: any working day will do, as each way of opening hours is gone."""


def walked(configuration: Configuration) -> tuple[Problem, ...]:
    """Return what walks through all flows of a checked configuration have met."""
    tenant = configuration.tenant
    found: list[Problem] = []
    for (name, _), flow in configuration.flows.items():
        client = None if tenant is None else tenant.clients.get(name)
        is_called = any(isinstance(step, GiveBackStep) for step in flow.steps.values())
        if client is not None and not is_called:  # else the flows that call it go through it
            for language in _languages(client):
                found += _in_language(configuration, client, flow, language)
    return in_order(list(dict.fromkeys(found)))


def _languages(client: Client) -> set[str]:
    numbers = client.settings.numbers.values()
    return {client.language, *(one.language for one in numbers if one.language is not None)}


def _in_language(
    configuration: Configuration, client: Client, flow: Flow, language: str
) -> Iterator[Problem]:
    flows = configuration.flows_of(client.id)

    def start(caller: WalkingCaller) -> FlowContext:
        caller.language = language
        return context_of(configuration, client, caller, NOON, passes=(Exception,))

    problem = partial(_problem, client, flow)
    try:
        for _ in explore(flow, flows, start):
            pass
        silent = WalkingCaller(language=language, answer=lambda: None)
        acted = {name: without_own_kinds(one) for name, one in flows.items()}
        taken = walk(without_own_kinds(flow), acted, silent, start(silent))
    except Exception as error:
        yield problem(f"a caller cannot go through flow '{flow.name}': {error}", "mend the step")
        return
    if taken.seconds >= flow.total_minutes * MINUTE:
        message = f"who does nothing is still in flow '{flow.name}' when its time is up"
        yield problem(message, "give it fewer steps or attempts, or more 'total_minutes'")


def _problem(client: Client, flow: Flow, message: str, remedy: str) -> Problem:
    file = client.folder / "flows" / f"{flow.name}.yaml"
    document, _ = read_document(file)
    return Problem(file, 1 if document is None else document.line(("start",)), message, remedy)
