"""A route: one operation, declared once. Its handler, its documentation and its tests follow."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from ccengine.api.identity import Identity
from ccengine.api.ports import Ports
from ccengine.api.problems import Fault
from ccengine.api.sight import Sight


class Strict(BaseModel):
    """What is sent to us: nothing may be in it that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Strict):
    """No query, or no body."""


Query = TypeVar("Query", bound=Strict)
Body = TypeVar("Body", bound=Strict)


class Method(StrEnum):
    """What is done to a resource."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[Query, Body]):
    """One request, read and allowed."""

    ports: Ports
    identity: Identity
    sight: Sight
    path: Mapping[str, str]  #: the address's parts in braces, each of its pattern
    query: Query
    body: Body
    request: web.Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a request has changed: it is kept in the audit before it is answered."""

    target: str  #: what, such as `agent amira`
    before: object  #: as JSON has it
    after: object
    answer: BaseModel
    by: Identity | None = None  #: who did it, where no token says so


@dataclass(frozen=True, slots=True)
class Media:
    """What is answered that is no JSON."""

    content_type: str
    description: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What is sent to us that is no JSON: the handler reads it as it comes."""

    content_types: tuple[str, ...]
    description: str
    largest: int  #: bytes


Answer = BaseModel | Change | web.StreamResponse
Handler = Callable[[Asked[Any, Any]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[Query, Body]):
    """One operation."""

    operation: str  #: unique; `roles.MAY` says who may
    method: Method
    path: str  #: parts in braces are named in `PARTS`
    summary: str
    description: str = ""
    query: type[Query]
    body: type[Body]
    answer: type[BaseModel] | Media
    handler: Callable[[Asked[Query, Body]], Awaitable[Answer]]
    upload: Upload | None = None  #: in place of a JSON body
    faults: tuple[Fault, ...] = field(default=())  #: beside those that any request may meet
    statuses: Mapping[int, str] = field(default_factory=dict)  #: other answers that are no faults
    is_open: bool = False  #: needs no token

    @property
    def parts(self) -> list[str]:
        """The names in the path's braces."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def changes(self) -> bool:
        """Whether it changes something."""
        return self.method is not Method.GET

    @property
    def takes_key(self) -> bool:
        """Whether it is answered again when it is sent again with the same key.

        Never what anybody may ask: they all have one name, and secrets are not kept.
        """
        return self.changes and not self.is_open


AnyRoute = Route[Any, Any]

NAME: Final = r"[a-z][a-z0-9_-]{0,31}"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an address."""

    pattern: str
    description: str


PARTS: Final[Mapping[str, Part]] = {
    "agent": Part(NAME, "An agent, as named in tenant.yaml."),
    "client": Part(NAME, "A client, as its folder is named."),
    "queue": Part(NAME, "One of the client's queues, as named in client.yaml."),
    "campaign": Part(NAME, "One of the client's campaigns, as its file is named."),
    "closure": Part(NAME, "A closure, as named in tenant.yaml."),
    "form": Part(NAME, "One of the client's forms, as its file is named."),
    "scorecard": Part(NAME, "One of the client's scorecards, as its file is named."),
    "review": Part(r"[0-9a-f]{24}", "A review's id."),
    "calibration": Part(r"[0-9a-f]{24}", "A calibration's id."),
    "import": Part(r"[0-9a-f]{24}", "An import of leads."),
    "call": Part(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}", "A call's id, as in the log."),
}
"""What may stand in the braces of a path."""
