"""What may be wrong with the values that a flow learns, reads, gives on and shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.names import suggestion
from ccengine.ivr.data import ALWAYS_KNOWN, VALUES_AT_MOST
from ccengine.ivr.references import Names
from ccengine.ivr.step_names import references, set_by
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.templates import holes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.documents import Place
    from ccengine.config.problems import Problem
    from ccengine.ivr.flow_drafts import FlowDraft
    from ccengine.ivr.flow_names import FlowNames
    from ccengine.ivr.flow_ways import Ways


def check_values(draft: FlowDraft, names: FlowNames, ways: Ways) -> Iterator[Problem]:
    """Yield what is wrong with a flow's values."""
    yield from _unknown_values(draft)
    yield from _shown_secrets(draft, ways.secrets(draft.name))
    yield from _wrongly_said(draft, names, ways.secrets(draft.name))
    if names.is_first and draft.file.parameters:
        message = f"nobody gives the flow its value '{draft.file.parameters[0]}': a number or queue"
        remedy = "remove 'parameters', or lead to a flow that calls this one"
        yield draft.document.problem(("parameters",), f"{message} leads here", remedy)
    for name, step in draft.steps.items():
        if isinstance(step, CallStep):
            yield from _wrongly_called(draft, name, step, ways)
        elif isinstance(step, GiveBackStep) and names.is_first:
            message = f"nobody takes what step '{name}' gives back: a number or queue leads here"
            remedy = "end the flow by 'enqueue' or 'hang_up'"
            yield draft.document.problem(("steps", name), message, remedy)


def learned(draft: FlowDraft) -> frozenset[str]:
    """Return the names of the values that a flow may know, beside those that every call has."""
    found = {name for step in draft.steps.values() for name in set_by(step)}
    return frozenset({*found, *draft.file.parameters})


def _unknown_values(draft: FlowDraft) -> Iterator[Problem]:
    known = learned(draft) | ALWAYS_KNOWN
    if len(known - ALWAYS_KNOWN) > VALUES_AT_MOST:
        message = f"the flow learns more than {VALUES_AT_MOST} values"
        yield draft.document.problem(("steps",), message, "use a name again that is not needed")
    if set(draft.known) != draft.steps.keys():
        return  # what could not be read may be what learns them
    for place, name in _read(draft):
        if name not in known:
            message = f"no step learns a value '{name}'"
            yield draft.document.problem(place, message, suggestion(name, known))


def _read(draft: FlowDraft) -> Iterator[tuple[Place, str]]:
    for step_name, step in draft.steps.items():
        for reference in references(step):
            place = ("steps", step_name, *reference.place)
            if reference.what is Names.DATA:
                yield place, reference.name
            elif reference.what in (Names.TEMPLATE, Names.SHOWN):
                yield from ((place, name) for name in holes(reference.name))


def _shown_secrets(draft: FlowDraft, secret: frozenset[str]) -> Iterator[Problem]:
    for name, step in draft.steps.items():
        for reference in references(step):
            told = secret & set(holes(reference.name)) if reference.what is Names.SHOWN else ()
            for value in sorted(told):
                message = f"'{value}' is secret, and would be shown to the agent"
                place = ("steps", name, *reference.place)
                yield draft.document.problem(place, message, "show another value")
        if isinstance(step, SetStep) and step.shown and step.secret:
            message = f"step '{name}' would show the agent what is secret"
            yield draft.document.problem(("steps", name, "shown"), message, "remove one of the two")


def _wrongly_said(draft: FlowDraft, names: FlowNames, secret: frozenset[str]) -> Iterator[Problem]:
    known = None
    if set(draft.known) == draft.steps.keys():  # else what could not be read may learn them
        known = (learned(draft) | ALWAYS_KNOWN) - secret
    for name, step in draft.steps.items():
        for reference in references(step):
            if reference.what is Names.SAYING:
                place = ("steps", name, *reference.place)
                yield from names.spoken.unsayable(
                    draft.document, place, reference.name, known, secret
                )


def _wrongly_called(draft: FlowDraft, name: str, step: CallStep, ways: Ways) -> Iterator[Problem]:
    parameters, results = ways.parameters(step.call), ways.results(step.call)
    place: Place = ("steps", name)
    for given in step.give if parameters is not None else ():
        if given not in (parameters or ()):
            message = f"flow '{step.call}' wants no value '{given}'"
            remedy = suggestion(given, parameters or ())
            yield draft.document.problem((*place, "give", given), message, remedy)
    for wanted in parameters or ():
        if wanted not in step.give:
            message = f"flow '{step.call}' is not given its value '{wanted}'"
            yield draft.document.problem((*place, "call"), message, f"add it to 'give' of '{name}'")
    for own, result in step.into.items() if results is not None else ():
        if result not in (results or ()):
            message = f"flow '{step.call}' gives back no value '{result}'"
            remedy = suggestion(result, results or ())
            yield draft.document.problem((*place, "into", own), message, remedy)
