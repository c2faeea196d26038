"""What a flow may not do: lead nowhere, hide a step, ask for what is not there, never end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.names import suggestion
from ccengine.ivr.flow_ways import come_to
from ccengine.ivr.lookup_checks import check_asking
from ccengine.ivr.references import Names
from ccengine.ivr.spoken_checks import check_spoken
from ccengine.ivr.step_names import references
from ccengine.ivr.step_times import longest_wait
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.language import LanguageStep
from ccengine.ivr.steps.voicemail import VoicemailStep
from ccengine.ivr.value_checks import check_values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ccengine.config.documents import Document, Place
    from ccengine.config.problems import Problem
    from ccengine.core.ids import SkillId
    from ccengine.ivr.flow_drafts import FlowDraft
    from ccengine.ivr.flow_names import FlowNames
    from ccengine.ivr.flow_ways import Ways
    from ccengine.ivr.step_names import Reference

MINUTE: Final = 60


def check_flow(draft: FlowDraft, names: FlowNames, ways: Ways) -> list[Problem]:
    """Return all mistakes of a flow."""
    problems: list[Problem] = []
    for key in ("start", "otherwise"):
        named = getattr(draft.file, key)
        if named and named not in draft.known:
            message = f"there is no step '{named}'"
            remedy = suggestion(named, draft.known)
            problems.append(draft.document.problem((key,), message, remedy))
    for name, step in draft.steps.items():
        for reference in references(step):
            problems += _check_reference(draft.document, name, reference, names)
    problems += _unanswered(draft, names)
    problems += _not_called_back(draft, names)
    problems += _messages_of_nobody(draft, names)
    problems += _longer_than_allowed(draft)
    problems += check_spoken(draft)
    problems += check_values(draft, names, ways)
    problems += check_asking(draft, names, ways.secrets(draft.name))
    return problems + list(ways.problems(draft))


def _check_reference(
    document: Document, step: str, reference: Reference, names: FlowNames
) -> Iterator[Problem]:
    place = ("steps", step, *reference.place)
    name = reference.name
    known: Mapping[Names, tuple[str, Collection[str] | None]] = {
        Names.STEP: (f"step '{step}' leads to no step", document.keys("steps")),
        Names.CHOICE: (f"step '{step}' leads to no step", document.keys("steps")),
        Names.QUEUE: ("there is no queue", names.queues),
        Names.HOURS: ("there are no opening hours", names.hours),
        Names.SKILL: ("there is no skill", names.skills),
        Names.AGENT: ("there is no agent", names.agents),
        Names.FLOW: ("the client has no flow", names.flows),
        Names.LOOKUP: ("the client has no lookup", names.lookups),
        Names.SUBMISSION: ("the client has no submission", names.submissions),
        Names.LANGUAGE: ("the client does not speak", names.languages),
    }
    match reference.what:
        case Names.PROMPT:
            yield from names.spoken.missing(document, place, name)
        case Names.STAFF if (fault := names.fault_of_number(name)) is not None:
            yield document.problem(place, *fault)
        case what if what in known:
            yield from _unknown(document, place, known[what][0], name, known[what][1])
        case _:
            pass
    if reference.what is Names.AGENT and name in names.strangers:
        message = f"agent '{name}' is not approved for client '{names.client}'"
        yield document.problem(place, message, "name another, or approve them")


def _unknown(
    document: Document, place: Place, message: str, name: str, known: Collection[str] | None
) -> Iterator[Problem]:
    if known is not None and name not in known:
        yield document.problem(place, f"{message} '{name}'", suggestion(name, known))


def _messages_of_nobody(draft: FlowDraft, names: FlowNames) -> Iterator[Problem]:
    for name, step in draft.steps.items():
        is_known = isinstance(step, VoicemailStep) and step.voicemail in (names.queues or ())
        if not is_known or not isinstance(step, VoicemailStep) or names.takes_messages is None:
            continue
        if step.voicemail not in names.takes_messages:
            message = f"messages for queue '{step.voicemail}' become nobody's work"
            remedy = "give the queue 'messages_are_work: yes', or name one that has it"
            yield draft.document.problem(("steps", name, "voicemail"), message, remedy)


def _longer_than_allowed(draft: FlowDraft) -> Iterator[Problem]:
    allowed = draft.file.total_minutes * MINUTE
    for name, step in draft.steps.items():
        longest = longest_wait(step)
        if longest > allowed:
            message = f"step '{name}' may wait {longest:g} s, and the whole flow has {allowed:g} s"
            remedy = "give it fewer attempts or seconds, or the flow more 'total_minutes'"
            yield draft.document.problem(("steps", name), message, remedy)


def _unanswered(draft: FlowDraft, names: FlowNames) -> Iterator[Problem]:
    for name, step in draft.steps.items():
        if not isinstance(step, EnqueueStep):
            continue
        if step.skills and not _answerable(names, step.enqueue, step.skills):
            message = f"nobody can answer queue '{step.enqueue}' with {_told(step.skills)}"
            place = ("steps", name, "skills")
            remedy = "ask for less, or train an agent"
            yield draft.document.problem(place, f"{message} beside its skills", remedy)
            continue
        for language, skills in _chosen(draft):
            if not _answerable(names, step.enqueue, {**skills, **step.skills}):
                message = f"nobody can answer queue '{step.enqueue}' in '{language}'"
                place = ("steps", name, "enqueue")
                remedy = f"train an agent in {_told(skills)}, or do not offer the language"
                yield draft.document.problem(place, message, remedy)


def _answerable(names: FlowNames, queue: str, skills: Mapping[SkillId, int]) -> bool:
    known = names.skills is None or skills.keys() <= set(names.skills)
    return not known or names.can_be_answered(queue, skills)


def _chosen(draft: FlowDraft) -> Iterator[tuple[str, Mapping[SkillId, int]]]:
    """Yield each language that callers may choose in the flow, with what it asks for."""
    for step in draft.steps.values():
        if isinstance(step, LanguageStep):
            yield from step.skills.items()


def _told(skills: Mapping[SkillId, int]) -> str:
    return ", ".join(f"{skill}: {least}" for skill, least in skills.items())


def _not_called_back(draft: FlowDraft, names: FlowNames) -> Iterator[Problem]:
    document = draft.document
    for name, step in draft.steps.items():
        is_known = isinstance(step, CallbackStep) and step.callback in (names.queues or ())
        if not is_known or not isinstance(step, CallbackStep) or names.calls_back is None:
            continue
        if step.callback not in names.calls_back:
            message = f"queue '{step.callback}' calls nobody back"
            remedy = "add 'callback: {mode: agent-first}' to the queue"
            yield document.problem(("steps", name, "callback"), message, remedy)


def come_to_by_nobody(drafts: Mapping[str, FlowDraft], first: Collection[str]) -> Iterator[Problem]:
    """Yield a warning for each of a client's flows that no caller ever comes to.

    Args:
        drafts: all of them, each of which could be read.
        first: those that numbers, closures and queues lead to.
    """
    reached = come_to(first, {name: draft.steps for name, draft in drafts.items()})
    for name in drafts.keys() - set(reached):
        message = f"nothing leads to flow '{name}': no number, queue, closure or step"
        yield drafts[name].document.warning(("start",), message, "lead to it, or remove the file")


def offers_in_vain(draft: FlowDraft) -> Iterator[Problem]:
    """Yield a warning for each step that offers a callback, where no call outside is possible."""
    for name, step in draft.steps.items():
        if isinstance(step, CallbackStep):
            message = f"step '{name}' offers a callback, and no call outside is possible"
            remedy = "give the client 'outbound' with prefixes and a trunk, or take the step away"
            yield draft.document.warning(("steps", name, "callback"), message, remedy)
