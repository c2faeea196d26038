"""What may be wrong between queues' surveys and the flows that ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.names import suggestion
from ccengine.ivr.data import VERIFIED
from ccengine.ivr.flow_ways import come_to
from ccengine.ivr.secrecy import secrets_of
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.survey import SurveyStep
from ccengine.ivr.steps.transfer import TransferStep
from ccengine.ivr.steps.voicemail import VoicemailStep
from ccengine.ivr.value_checks import learned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem
    from ccengine.core.surveys import Survey
    from ccengine.ivr.flow_drafts import FlowDraft

LEADS_ON = EnqueueStep | CallbackStep | TransferStep | VoicemailStep
"""Kinds of step by which a call goes on: after a survey it does not."""


def check_surveys(
    client: Client, document: Document, drafts: Mapping[str, FlowDraft], first: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with a client's surveys.

    Args:
        client: whose queues have them.
        document: its client.yaml.
        drafts: its flows.
        first: the flows that numbers and queues lead to.
    """
    queues = client.settings.queues.items()
    surveys = {name: queue.survey for name, queue in queues if queue.survey is not None}
    for queue, survey in surveys.items():
        yield from _check_asking(queue, survey, document, drafts)
        yield from _check_opt_in(queue, survey, document, drafts, first)
    named = {survey.flow for survey in surveys.values()}
    asking = _called(named, drafts)
    written = [name for name in document.keys("queues") if _has_survey(document, name)]
    is_known = set(written) == surveys.keys() and named <= drafts.keys()
    for name, draft in drafts.items():
        for step_name, step in draft.steps.items():
            place = ("steps", step_name)
            if name in asking and isinstance(step, LEADS_ON):
                message = f"step '{step_name}' leads on, and after a survey a call is over"
                yield draft.document.problem(place, message, "end the survey by 'hang_up'")
            elif name not in asking and is_known and isinstance(step, SurveyStep):
                message = f"no queue's survey leads to step '{step_name}': nobody has talked yet"
                remedy = "name the flow in 'survey' of a queue, or ask by a 'menu'"
                yield draft.document.problem(place, message, remedy)


def _check_asking(
    queue: str, survey: Survey, document: Document, drafts: Mapping[str, FlowDraft]
) -> Iterator[Problem]:
    """Yield it if the survey asks for no score."""
    flows = [drafts[name] for name in _called([survey.flow], drafts)]
    steps = [step for draft in flows for step in draft.steps.values()]
    if flows and all(map(_is_read, flows)) and not any(isinstance(s, SurveyStep) for s in steps):
        message = f"queue '{queue}': flow '{survey.flow}' asks for no score"
        remedy = "give it a step 'survey'"
        yield document.problem(("queues", queue, "survey", "flow"), message, remedy)


def _check_opt_in(
    queue: str,
    survey: Survey,
    document: Document,
    drafts: Mapping[str, FlowDraft],
    first: Collection[str],
) -> Iterator[Problem]:
    """Yield it if nobody could ever be found to wish a survey."""
    wish = survey.opt_in
    if not wish or not all(map(_is_read, drafts.values())):
        return
    before = [draft for name, draft in drafts.items() if name in first and name != survey.flow]
    secrets = secrets_of(drafts)
    known = {VERIFIED, *(name for one in before for name in learned(one) - secrets[one.name])}
    if wish not in known:
        message = f"queue '{queue}': no flow that a number leads to keeps a value '{wish}'"
        place = ("queues", queue, "survey", "opt_in")
        yield document.problem(place, f"{message}: nobody is asked", suggestion(wish, known))


def _called(flows: Iterable[str], drafts: Mapping[str, FlowDraft]) -> list[str]:
    """Return these flows, and those that they call, of those there are."""
    return come_to(flows, {name: draft.steps for name, draft in drafts.items()})


def _has_survey(document: Document, queue: str) -> bool:
    return "survey" in document.keys("queues", queue)


def _is_read(draft: FlowDraft) -> bool:
    return draft.is_whole and set(draft.known) == draft.steps.keys()
