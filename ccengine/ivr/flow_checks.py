"""What a flow may not do: lead nowhere, hide a step, ask for what is not there, never end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from ccengine.config.documents import Document, Place
from ccengine.config.names import suggestion
from ccengine.config.schema import value_kind
from ccengine.core.ids import ClientId, SkillId
from ccengine.ivr.prompts import Spoken
from ccengine.ivr.references import Names
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.enqueue import EnqueueStep

if TYPE_CHECKING:
    from ccengine.config.problems import Problem
    from ccengine.ivr.steps import Step

GOES_TO = frozenset({Names.STEP, Names.CHOICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNames:
    """What a client's flow may refer to. None: unknown, so check nothing."""

    client: ClientId
    spoken: Spoken  #: the client's prompts, in the languages of the flow
    queues: Collection[str] | None
    calls_back: Collection[str] | None  #: those queues with rules for it
    hours: Collection[str] | None
    skills: Collection[str] | None
    agents: Collection[str] | None
    strangers: Collection[str]  #: agents who are not approved for the client
    can_be_answered: Callable[[str, Mapping[SkillId, int]], bool]  #: in a queue, with these needs


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a step's field."""

    what: Names
    name: str
    place: Place  #: below the step


def references(step: Step) -> Iterator[Reference]:
    """Yield what a step refers to."""
    for name, hint in get_type_hints(type(step), include_extras=True).items():
        yield from _references(hint, getattr(step, name), (name,))


def _references(hint: Any, value: object, place: Place) -> Iterator[Reference]:
    if NoneType in get_args(hint):
        hint = next(kind for kind in get_args(hint) if kind is not NoneType)
    extras = getattr(hint, "__metadata__", ())
    what = next((extra for extra in extras if isinstance(extra, Names)), None)
    if what is not None and isinstance(value, str):
        yield Reference(what, value, place)
    inner = value_kind(hint)
    for key, kind, item in _items(inner, value):
        if isinstance(value, Mapping):
            yield from _references(get_args(inner)[0], key, (*place, key))
        yield from _references(kind, item, (*place, key))


def _items(kind: Any, value: object) -> Iterator[tuple[str | int, Any, object]]:
    """Yield the keys or positions of a collection, the type of each item, and the item."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key), get_args(kind)[-1], item
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield position, get_args(kind)[0], item


def check_flow(
    document: Document, start: str, steps: Mapping[str, Step], names: FlowNames
) -> list[Problem]:
    """Return all mistakes of a flow. Steps that could not be read are missing in `steps`."""
    problems: list[Problem] = []
    known = document.keys("steps")
    if start and start not in known:
        problems.append(
            document.problem(("start",), f"there is no step '{start}'", suggestion(start, known))
        )
    for name, step in steps.items():
        for reference in references(step):
            problems += _check_reference(document, name, reference, names)
    problems += _unanswered(document, steps, names)
    problems += _not_called_back(document, steps, names)
    if start in known:
        problems += _unreachable(document, start, steps)
    return problems + list(_endless(document, steps))


def _check_reference(
    document: Document, step: str, reference: Reference, names: FlowNames
) -> Iterator[Problem]:
    place = ("steps", step, *reference.place)
    name = reference.name
    match reference.what:
        case Names.PROMPT:
            yield from names.spoken.missing(document, place, name)
        case Names.STEP | Names.CHOICE:
            steps = document.keys("steps")
            yield from _unknown(document, place, f"step '{step}' leads to no step", name, steps)
        case Names.QUEUE:
            yield from _unknown(document, place, "there is no queue", name, names.queues)
        case Names.HOURS:
            yield from _unknown(document, place, "there are no opening hours", name, names.hours)
        case Names.SKILL:
            yield from _unknown(document, place, "there is no skill", name, names.skills)
        case Names.AGENT:
            yield from _unknown(document, place, "there is no agent", name, names.agents)
            if name in names.strangers:
                message = f"agent '{name}' is not approved for client '{names.client}'"
                yield document.problem(place, message, "name another, or approve them")


def _unknown(
    document: Document, place: Place, message: str, name: str, known: Collection[str] | None
) -> Iterator[Problem]:
    if known is not None and name not in known:
        yield document.problem(place, f"{message} '{name}'", suggestion(name, known))


def _unanswered(
    document: Document, steps: Mapping[str, Step], names: FlowNames
) -> Iterator[Problem]:
    for name, step in steps.items():
        if isinstance(step, EnqueueStep) and step.skills:
            known = names.skills is None or step.skills.keys() <= set(names.skills)
            if known and not names.can_be_answered(step.enqueue, step.skills):
                needs = ", ".join(f"{skill}: {least}" for skill, least in step.skills.items())
                message = f"nobody can answer queue '{step.enqueue}' with {needs} beside its skills"
                place = ("steps", name, "skills")
                yield document.problem(place, message, "ask for less, or train an agent")


def _not_called_back(
    document: Document, steps: Mapping[str, Step], names: FlowNames
) -> Iterator[Problem]:
    for name, step in steps.items():
        is_known = isinstance(step, CallbackStep) and step.callback in (names.queues or ())
        if not is_known or not isinstance(step, CallbackStep) or names.calls_back is None:
            continue
        if step.callback not in names.calls_back:
            message = f"queue '{step.callback}' calls nobody back"
            remedy = "add 'callback: {mode: agent-first}' to the queue"
            yield document.problem(("steps", name, "callback"), message, remedy)


def offers_in_vain(document: Document, steps: Mapping[str, Step]) -> Iterator[Problem]:
    """Yield a warning for each step that offers a callback, where no call outside is possible."""
    for name, step in steps.items():
        if isinstance(step, CallbackStep):
            message = f"step '{name}' offers a callback, and no call outside is possible"
            remedy = "give the client 'outbound' with prefixes and a trunk, or take the step away"
            yield document.warning(("steps", name, "callback"), message, remedy)


def _exits(document: Document, name: str, steps: Mapping[str, Step]) -> set[str]:
    step = steps.get(name)
    if step is not None:
        return {found.name for found in references(step) if found.what in GOES_TO}
    # It could not be read: whatever in it looks like a step's name may be a way out.
    return set(_texts(document.at(("steps", name))))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else ():
        yield from _texts(item)


def _unreachable(document: Document, start: str, steps: Mapping[str, Step]) -> Iterator[Problem]:
    known = document.keys("steps")
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in known and name not in reached:
            reached.add(name)
            ahead += _exits(document, name, steps)
    for name in known:
        if name not in reached:
            message = f"no way leads to step '{name}'"
            yield document.problem(("steps", name), message, "lead to it from a step or remove it")


def _endless(document: Document, steps: Mapping[str, Step]) -> Iterator[Problem]:
    """Yield each round that a caller would be in for ever by doing nothing."""
    by_itself = {
        name: [found.name for found in references(step) if found.what is Names.STEP]
        for name, step in steps.items()
    }
    told: set[str] = set()
    for name in steps:
        way = _way_back(name, by_itself)
        if way and told.isdisjoint(way):
            told.update(way)
            message = f"a caller who does nothing goes round for ever: {' → '.join((*way, name))}"
            yield document.problem(("steps", name), message, "let one of the steps lead to an end")


def _way_back(name: str, exits: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the steps from `name` until before it comes again, empty when it never does."""
    ahead: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ahead:
        way = ahead.pop()
        for target in exits.get(way[-1], []):
            if target == name:
                return way
            if target not in seen:
                seen.add(target)
                ahead.append((*way, target))
    return ()
