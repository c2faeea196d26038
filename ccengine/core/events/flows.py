"""What happens in a flow, as far as it must outlive the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccengine.core.ids import AgentId, CallId, Instant, QueueId, SkillId


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStepEntered:
    """A flow went on to a step: where the call is taken up again after a restart."""

    call: CallId
    flow: str
    step: str
    began: Instant = 0.0  #: when the first flow did, which limits all of them; 0: nobody knows
    returns: tuple[str, ...] = ()  #: `flow/step` of those that wait for this one, outermost first
    keys: int = 0  #: how many the caller pressed in the step before; which ones, nobody keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDataSet:
    """A flow learned something about the call. Secrets are never among it."""

    call: CallId
    values: Mapping[str, str | None]  #: as `ccengine.ivr.data` writes them; None: forgotten
    shown: Mapping[str, str] = field(default_factory=dict)  #: to the agent: label and text


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen:
    """The caller chose a language: it holds wherever the call goes."""

    call: CallId
    language: str
    skills: Mapping[SkillId, int] = field(default_factory=dict)  #: required in every queue then


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAsked:
    """A flow asks the caller for a message, which becomes work in a queue."""

    call: CallId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionMade:
    """A flow has something done: from here on it is owed, whatever becomes of call and engine."""

    call: CallId
    submission: str  #: of client.yaml
    key: str  #: the same for the same step of the same pass, also after a restart
    values: Mapping[str, str] = field(default_factory=dict)  #: as `ccengine.ivr.data` writes them


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAsked:
    """A caller whom the agent has left is taken to the queue's survey."""

    call: CallId
    queue: QueueId  #: they waited in, and whose survey it is
    agent: AgentId  #: they talked with last


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered:
    """A caller has said how it was. A later one of the same call replaces it: with a comment."""

    call: CallId
    queue: QueueId  #: they waited in, and whose survey it is
    agent: AgentId  #: they talked with last
    score: int  #: from 1 to 5, the best
    comment: str = ""  #: a recording, below the recordings folder


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLow:
    """A caller's score is so low that somebody at the client is to be told."""

    call: CallId
    queue: QueueId
    agent: AgentId  #: they talked with last
    score: int
    owner: str  #: who is told, by name
