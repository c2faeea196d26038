"""Errors as RFC 9457 problem details, each with what to do about it, and about which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp.typedefs import Handler
    from pydantic_core import ErrorDetails

log = structlog.get_logger()

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:ccengine:problem:"


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="Its place in the body or query, such as `skills.arabic`.")
    problem: str
    remedy: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(description="A stable name for programs.")
    title: str
    status: int
    detail: str = Field(default="", description="What is wrong this time.")
    remedy: str = Field(description="What to do about it.")
    errors: list[FieldProblem] = Field(default_factory=list, description="Field by field.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a request comes to nothing, declared once."""

    status: int
    name: str  #: for programs; never changed
    title: str
    remedy: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def because(self, *, detail: str = "", errors: Sequence[FieldProblem] = ()) -> Refused:
        """Return the error to raise."""
        return Refused(self, detail, errors)


class Refused(Exception):
    """The request comes to nothing."""

    def __init__(
        self,
        fault: Fault,
        detail: str = "",
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or fault.title)
        self.fault = fault
        self.detail = detail
        self.errors = list(errors)
        self.headers = {**fault.headers, **(headers or {})}

    def response(self) -> web.Response:
        """Return what is answered."""
        problem = Problem(
            type=TYPE_PREFIX + self.fault.name,
            title=self.fault.title,
            status=self.fault.status,
            detail=self.detail,
            remedy=self.fault.remedy,
            errors=self.errors,
        )
        return web.Response(
            status=self.fault.status,
            body=problem.model_dump_json(exclude_defaults=True).encode(),
            content_type=CONTENT_TYPE,
            headers=self.headers,
        )


TOKEN_WRONG = Fault(
    401,
    "token-wrong",
    "No token, or one that does not hold",
    "Send `Authorization: Bearer <token>`; `ccengine token create` makes one, and `ccengine info` "
    "names the file of the administrator's.",
    {"WWW-Authenticate": 'Bearer realm="ccengine"'},
)
ROLE_MAY_NOT = Fault(
    403, "role-may-not", "Tokens of this role may not do this", "Use a token of a role that may."
)
NOT_FOUND = Fault(
    404, "not-found", "There is nothing here", "GET /openapi.json names all addresses."
)
METHOD_NOT_ALLOWED = Fault(
    405,
    "method-not-allowed",
    "This address takes other methods",
    "Use one of those in the Allow header.",
)
BODY_TOO_LARGE = Fault(413, "body-too-large", "The body is too large", "Send 65,536 bytes at most.")
NOT_JSON = Fault(
    415, "not-json", "The body is not declared as JSON", "Send `Content-Type: application/json`."
)
FILE_TOO_LARGE = Fault(413, "file-too-large", "The file is too large", "Send it in parts.")
FILE_TYPE_WRONG = Fault(
    415,
    "file-type-wrong",
    "The file is not declared as one that is taken",
    "Send the right `Content-Type`.",
)
MALFORMED = Fault(400, "malformed", "The request cannot be read", "Send well-formed JSON in UTF-8.")
RANGE_WRONG = Fault(
    416,
    "range-wrong",
    "There is no such part",
    "Send `Range: bytes=<first>-<last>` within the length, or no Range at all.",
)
FIELDS_WRONG = Fault(
    422, "fields-wrong", "Something in the request cannot be", "Mend the fields named in `errors`."
)
KEY_REUSED = Fault(
    422,
    "idempotency-key-reused",
    "This idempotency key belongs to another request",
    "Use a new key for each request; the same one only to send the same again.",
)
KEY_IN_USE = Fault(
    409,
    "idempotency-key-in-use",
    "A request with this idempotency key is being served",
    "Send it again in a moment.",
)
BUSY = Fault(
    503, "busy", "The engine has no time for this now", "Send it again later.", {"Retry-After": "5"}
)
FAILED = Fault(
    500,
    "engine-error",
    "The engine could not answer",
    "Look for api_request_failed in the engine's log.",
)

OF_AIOHTTP: Mapping[int, Fault] = {
    fault.status: fault for fault in (NOT_FOUND, METHOD_NOT_ALLOWED, BODY_TOO_LARGE)
}


def fields_wrong(details: Sequence[ErrorDetails]) -> Refused:
    """Return what to raise for what pydantic says of a request."""
    errors = [
        FieldProblem(
            field=".".join(str(part) for part in one["loc"]),
            problem=one["msg"],
            remedy=str(one.get("ctx", {}).get("remedy", "See its schema in GET /openapi.json.")),
        )
        for one in details
    ]
    return FIELDS_WRONG.because(errors=errors)


def field_wrong(*, field: str, problem: str, remedy: str) -> Refused:
    """Return what to raise for one field."""
    return FIELDS_WRONG.because(errors=[FieldProblem(field=field, problem=problem, remedy=remedy)])


@web.middleware
async def speak_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into problem details; a bug says nothing of the engine's inside."""
    try:
        return await handler(request)
    except Refused as refused:
        return refused.response()
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        fault = OF_AIOHTTP.get(error.status, MALFORMED)
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return Refused(fault, headers=allow).response()
    except Exception:
        log.exception("api_request_failed", path=request.path, method=request.method)
        return FAILED.because().response()
