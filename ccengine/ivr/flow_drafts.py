"""Flows as far as they could be read: what is checked before one may run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from ccengine.config.documents import Document
from ccengine.config.names import Line
from ccengine.config.schema import REQUIRED
from ccengine.ivr.flow import USUAL_MINUTES, Flow
from ccengine.ivr.references import SetName
from ccengine.ivr.step import Step
from ccengine.ivr.steps.language import LanguageStep


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """The keys of flows/<flow>.yaml."""

    description: Line | None = None  #: for people
    start: str = field(default="", metadata=REQUIRED)  #: the first step
    steps: Mapping[str, Any] = field(default_factory=dict, metadata=REQUIRED)
    total_minutes: Annotated[float, Field(ge=0.5, le=120)] = USUAL_MINUTES
    otherwise: str | None = None  #: the step for who is in it for longer, or whose step failed
    parameters: tuple[SetName, ...] = ()  #: values it is given by the flow that calls it


@dataclass(frozen=True, slots=True)
class FlowDraft:
    """A flow with or without mistakes. Steps that could not be read are missing in `steps`."""

    name: str
    document: Document
    file: FlowFile
    steps: Mapping[str, Step]
    is_whole: bool = True  #: all of it could be read

    @property
    def known(self) -> tuple[str, ...]:
        """The names of all steps, also of those that could not be read."""
        return self.document.keys("steps")

    @property
    def starts(self) -> tuple[str, ...]:
        """Where a call can come in: the start, and the way out of all steps."""
        named = (self.file.start, self.file.otherwise)
        return tuple(name for name in named if name is not None and name in self.known)

    @property
    def offered(self) -> frozenset[str]:
        """The languages that callers may choose in it."""
        asking = (step for step in self.steps.values() if isinstance(step, LanguageStep))
        return frozenset(language for step in asking for language in step.digits.values())

    def made(self) -> Flow:
        """Return the flow, which must have been found without a mistake."""
        return Flow(
            name=self.name,
            start=self.file.start,
            steps=self.steps,
            total_minutes=self.file.total_minutes,
            otherwise=self.file.otherwise,
            parameters=self.file.parameters,
        )
