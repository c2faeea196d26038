"""The ways through a client's flows: what nobody reaches, and what nobody gets out of.

Ways are of two kinds: gone by itself, also for a caller who does nothing, and only by a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.ivr.references import Names
from ccengine.ivr.secrecy import secrets_of
from ccengine.ivr.step_names import GOES_TO, references
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.give_back import GiveBackStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ccengine.config.problems import Problem
    from ccengine.ivr.flow_drafts import FlowDraft
    from ccengine.ivr.step import Step

BY_ITSELF: Final = frozenset({Names.STEP})


class Ways:
    """All of a client's flows at once, as one may call another."""

    def __init__(self, drafts: Mapping[str, FlowDraft]) -> None:
        self._drafts = drafts
        self._secrets = secrets_of(drafts)
        self._found: dict[tuple[str, str, frozenset[Names]], set[str]] = {}
        self._calls = {
            name: {step.call for step in draft.steps.values() if isinstance(step, CallStep)}
            for name, draft in drafts.items()
        }

    def problems(self, draft: FlowDraft) -> Iterator[Problem]:
        """Yield what is wrong with the ways through one flow."""
        circle = way_back(draft.name, {name: sorted(calls) for name, calls in self._calls.items()})
        if circle:  # nothing behind such a call can be come to, which is the same mistake
            yield from self._recursion(draft, circle)
        else:
            yield from self._unreachable(draft)
        told: set[str] = set()
        yield from self._endless(draft, told)
        yield from self._without_way_out(draft, told)

    def results(self, flow: str) -> frozenset[str] | None:
        """Return what a flow may give back; None: it cannot be known, so check nothing."""
        draft = self._drafts.get(flow)
        if draft is None or set(draft.known) != draft.steps.keys():
            return None
        given = (step for step in draft.steps.values() if isinstance(step, GiveBackStep))
        return frozenset(name for step in given for name in step.give_back)

    def parameters(self, flow: str) -> tuple[str, ...] | None:
        """Return what a flow wants to be given; None: there is no such flow."""
        draft = self._drafts.get(flow)
        return None if draft is None else draft.file.parameters

    def secrets(self, flow: str) -> frozenset[str]:
        """Return which of a flow's values stay in memory."""
        return self._secrets.get(flow, frozenset())

    def gives_back(self, flow: str) -> bool:
        """Tell whether a flow may lead back to who has called it."""
        return self._can_give_back(flow, self._exits, ())

    # --- one step's ways -----------------------------------------------------------------------

    def _exits(self, draft: FlowDraft, name: str, inside: tuple[str, ...] = ()) -> set[str]:
        """Return where a step may lead at all."""
        step = draft.steps.get(name)
        if step is None:
            # It could not be read: whatever in it looks like a step's name may be a way out.
            return set(_texts(draft.document.at(("steps", name))))
        if isinstance(step, CallStep) and not self._can_give_back(step.call, self._exits, inside):
            return set()
        return self._targets(draft.name, name, step, GOES_TO)

    def _by_itself(self, draft: FlowDraft, name: str, inside: tuple[str, ...] = ()) -> set[str]:
        """Return where a step leads a caller who does nothing."""
        step = draft.steps.get(name)
        if step is None:
            return set()
        if isinstance(step, CallStep):
            goes = self._can_give_back(step.call, self._by_itself, inside)
            return {step.next} if goes else set()
        return self._targets(draft.name, name, step, BY_ITSELF)

    def _targets(self, flow: str, name: str, step: Step, kinds: frozenset[Names]) -> set[str]:
        """Return what a step names of these kinds: found once, as each step is passed often."""
        key = (flow, name, kinds)
        if key not in self._found:
            self._found[key] = {one.name for one in references(step) if one.what in kinds}
        return self._found[key]

    def _can_give_back(
        self,
        flow: str,
        ways: Callable[[FlowDraft, str, tuple[str, ...]], set[str]],
        inside: tuple[str, ...],
    ) -> bool:
        """Tell whether these ways lead from a flow's start to its giving back."""
        draft = self._drafts.get(flow)
        if draft is None:
            return True  # the flow is missing, which is told where it is called
        if flow in inside:
            return False
        reached = self._reached(draft, (draft.file.start,), ways, (*inside, flow))
        return any(isinstance(draft.steps.get(name), GiveBackStep) for name in reached) or any(
            name not in draft.steps for name in reached
        )

    def _reached(
        self,
        draft: FlowDraft,
        starts: tuple[str, ...],
        ways: Callable[[FlowDraft, str, tuple[str, ...]], set[str]],
        inside: tuple[str, ...],
    ) -> set[str]:
        reached: set[str] = set()
        ahead = list(starts)
        while ahead:
            name = ahead.pop()
            if name in draft.known and name not in reached:
                reached.add(name)
                ahead += ways(draft, name, inside)
        return reached

    # --- what is wrong -------------------------------------------------------------------------

    def _recursion(self, draft: FlowDraft, circle: tuple[str, ...]) -> Iterator[Problem]:
        if draft.name != min(circle):
            return  # it is told there
        following = [*circle, draft.name][1]
        for name, step in draft.steps.items():
            if isinstance(step, CallStep) and step.call == following:
                round_ = " → ".join((*circle, draft.name))
                message = f"flows call one another in a circle: {round_}"
                place = ("steps", name, "call")
                yield draft.document.problem(place, message, "let one of them give back instead")
                return

    def _unreachable(self, draft: FlowDraft) -> Iterator[Problem]:
        if draft.file.start not in draft.known:
            return
        reached = self._reached(draft, draft.starts, self._exits, (draft.name,))
        for name in draft.known:
            if name not in reached:
                message = f"no way leads to step '{name}'"
                remedy = "lead to it from a step or remove it"
                yield draft.document.problem(("steps", name), message, remedy)

    def _endless(self, draft: FlowDraft, told: set[str]) -> Iterator[Problem]:
        """Yield each round that a caller would be in for ever by doing nothing."""
        exits = {name: sorted(self._by_itself(draft, name, (draft.name,))) for name in draft.steps}
        for name in draft.steps:
            way = way_back(name, exits)
            if way and told.isdisjoint(way):
                told.update(way)
                round_ = " → ".join((*way, name))
                message = f"a caller who does nothing goes round for ever: {round_}"
                remedy = "let one of the steps lead to an end"
                yield draft.document.problem(("steps", name), message, remedy)

    def _without_way_out(self, draft: FlowDraft, told: set[str]) -> Iterator[Problem]:
        """Yield the first of the steps from which the call never ends, whatever is pressed."""
        exits = {name: self._exits(draft, name, (draft.name,)) for name in draft.known}
        for name in draft.known:
            reached = self._reached(draft, (name,), self._exits, (draft.name,))
            if not reached & told and not any(self._may_end(draft, at, exits) for at in reached):
                message = f"no way out of step '{name}': whatever is pressed, the call never ends"
                remedy = "let one of the steps behind it lead to an end"
                yield draft.document.problem(("steps", name), message, remedy)
                return

    def _may_end(self, draft: FlowDraft, name: str, exits: Mapping[str, set[str]]) -> bool:
        step = draft.steps.get(name)
        is_end = step is None or isinstance(step, CallbackStep | CallStep) or not exits[name]
        return is_end or not exits[name] <= set(draft.known)  # what leads nowhere is told there


def come_to(first: Iterable[str], steps_of: Mapping[str, Mapping[str, Step]]) -> list[str]:
    """Return the flows that somebody may be in who begins in the first ones, these included.

    Args:
        first: what is no flow is left out.
        steps_of: the steps of each flow of a client.
    """
    known = [*dict.fromkeys(name for name in first if name in steps_of)]
    for name in known:  # it grows meanwhile
        calls = [step.call for step in steps_of[name].values() if isinstance(step, CallStep)]
        known += [one for one in dict.fromkeys(calls) if one in steps_of and one not in known]
    return known


def way_back(name: str, exits: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the names from this one until before it comes again, empty when it never does."""
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


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else ():
        yield from _texts(item)
