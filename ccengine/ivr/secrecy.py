"""Which values of flows are secret: what steps say, and whatever is made of those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.ivr.step_names import set_by
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.lookup import LookupStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.templates import holes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.ivr.flow_drafts import FlowDraft
    from ccengine.ivr.step import Step

Secrets = dict[str, set[str]]
"""Names of values, by flow."""


def secrets_of(drafts: Mapping[str, FlowDraft]) -> Mapping[str, frozenset[str]]:
    """Return which values of flows stay in memory: also in those that one calls, and back."""
    known: Secrets = {name: set() for name in drafts}
    while True:
        new = {
            (flow, name)
            for draft in drafts.values()
            for step in draft.steps.values()
            for flow, name in _made_by(draft, step, drafts, known)
            if name not in known[flow]
        }
        if not new:
            return {flow: frozenset(names) for flow, names in known.items()}
        for flow, name in new:
            known[flow].add(name)


def _made_by(
    draft: FlowDraft, step: Step, drafts: Mapping[str, FlowDraft], known: Secrets
) -> Iterator[tuple[str, str]]:
    """Yield the secrets that a step learns, or gives to another flow, with the flow's name."""
    here = known[draft.name]
    if isinstance(step, CollectStep | LookupStep | SetStep) and step.secret:
        yield from ((draft.name, name) for name in set_by(step))
    if isinstance(step, SetStep):
        yield from ((draft.name, name) for name in _holding(step.set, here))
    called = drafts.get(step.call) if isinstance(step, CallStep) else None
    if called is not None and isinstance(step, CallStep):
        given = _holding(step.give, here) & {*called.file.parameters}
        yield from ((called.name, name) for name in given)
        there = known[called.name]
        returned = {
            name
            for one in called.steps.values()
            if isinstance(one, GiveBackStep)
            for name in _holding(one.give_back, there)
        }
        yield from ((draft.name, own) for own, name in step.into.items() if name in returned)


def _holding(templates: Mapping[str, str], secret: set[str]) -> set[str]:
    """Return the names of what is made with secrets in it."""
    return {name for name, template in templates.items() if secret & set(holes(template))}
