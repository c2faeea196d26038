"""Which of a client's calls are listened to: the key `quality` of client.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from ccengine.config.names import Name

CALLS_AT_MOST: Final = 50


class Period(StrEnum):
    """How often is drawn, by the days of the client's zone."""

    DAY = "day"
    WEEK = "week"  #: from Monday to Sunday


Percent = Annotated[float, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRule:
    """Calls of each agent that are drawn by chance, of those that all its limits let through."""

    calls: Annotated[int, Field(ge=1, le=CALLS_AT_MOST)]
    per: Period = Period.WEEK
    scorecard: Name | None = None  #: None: the client's usual
    reviewers: tuple[Name, ...] = ()  #: names of tokens; dealt in turn. Empty: whoever may review
    queues: tuple[Name, ...] = ()  #: only theirs; empty: all
    dispositions: tuple[Name, ...] = ()  #: only calls that ended so; empty: all
    survey_at_most: Annotated[int, Field(ge=1, le=5)] | None = None  #: the caller gave no more
    silence_from: Percent | None = None  #: percent of the conversation, or more
    talk_over_from: Percent | None = None  #: likewise
    shortest_seconds: Annotated[float, Field(ge=0, le=86_400)] = 20.0  #: of the agent's talk


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRules:
    """What is listened to and scored, and by which scorecard."""

    scorecard: Name | None = None  #: the usual one; None: the first by name
    samples: Mapping[Name, SampleRule] = field(default_factory=dict)
    agents_listen: bool = True  #: to calls of theirs that were scored
    dispute_days: Annotated[int, Field(ge=0, le=365)] = 14  #: after publication; 0: none
