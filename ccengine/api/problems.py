"""Errors as RFC 9457 problem details, each with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import structlog
from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:ccengine:problem:"

REMEDIES = {
    404: "See GET /healthz and GET /calls/{call id}.",
    405: "This address takes only the methods in the Allow header.",
}


def problem(
    status: int, name: str, title: str, *, remedy: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Return an error.

    Args:
        status: HTTP status.
        name: stable name for programs, such as `call-unknown`.
        title: what is wrong.
        remedy: what to do about it.
        headers: further headers.
    """
    body = {
        "type": TYPE_PREFIX + name,
        "title": title,
        "status": status,
        "remedy": remedy,
    }
    return web.Response(
        status=status, body=orjson.dumps(body), content_type=CONTENT_TYPE, headers=headers
    )


@web.middleware
async def speak_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into problem details; a bug says nothing of the engine's inside."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        remedy = REMEDIES.get(error.status, "Mend the request.")
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        name = error.reason.lower().replace(" ", "-")
        return problem(error.status, name, error.reason, remedy=remedy, headers=allow)
    except Exception:
        log.exception("api_request_failed", path=request.path, method=request.method)
        return problem(
            500,
            "engine-error",
            "The engine could not answer",
            remedy="Look for api_request_failed in the engine's log.",
        )
