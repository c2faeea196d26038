"""What is found and said of talks that are over. No decision is by it."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import AgentId, CallId, Instant
from ccengine.core.reviewed import Reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkMeasured:
    """An agent's talk was found in its recording. A later one of the same talk replaces it."""

    call: CallId
    agent: AgentId
    began: Instant  #: when the conversation did
    seconds: float  #: of it that were recorded, hold left out
    silence_seconds: float  #: nobody talked
    talk_over_seconds: float  #: both talked


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(Reviewed):
    """Somebody has scored an agent's part, and the agent may see it. Told at least once."""

    by: str  #: the reviewer's token
    score_percent: float  #: to the hundredth
    failed: bool = False  #: by a question that fails a call whatever else it has


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDisputed(Reviewed):
    """The agent does not agree with a review. Told at least once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswered(Reviewed):
    """The reviewer has answered, and that is the end of it. Told at least once."""

    by: str
    accepted: bool  #: the score is another
    published_at: Instant  #: the review
    before_percent: float  #: its score until now
    score_percent: float  #: from now on
    failed_before: bool = False  #: by a question that fails a call
    failed: bool = False  #: from now on
