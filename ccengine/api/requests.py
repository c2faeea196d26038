"""Reads what was sent: bounded in size and depth, of the declared shape, or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import orjson
from pydantic import ValidationError

from ccengine.api.problems import (
    BODY_TOO_LARGE,
    FILE_TOO_LARGE,
    FILE_TYPE_WRONG,
    MALFORMED,
    NOT_FOUND,
    NOT_JSON,
    FieldProblem,
    fields_wrong,
)
from ccengine.api.route import PARTS, Nothing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from ccengine.api.problems import Refused
    from ccengine.api.route import AnyRoute, Strict, Upload

LARGEST_BODY: Final = 65_536
DEEPEST: Final = 16
JSON_TYPE: Final = "application/json"


def read_path(request: web.Request) -> Mapping[str, str]:
    """Return the parts of the address.

    Raises:
        Refused: one of them cannot be the name of anything.
    """
    parts = dict(request.match_info)
    for name, text in parts.items():
        if re.fullmatch(PARTS[name].pattern, text) is None:
            raise NOT_FOUND.because(detail=f"'{name}' in the address can be no such name")
    return parts


def read_query(route: AnyRoute, request: web.Request) -> Strict:
    """Return the query.

    Raises:
        Refused: it is not as declared.
    """
    query = request.query
    twice = sorted({name for name in query if len(query.getall(name)) > 1})
    if twice:
        errors = [
            FieldProblem(field=name, problem="is given more than once", remedy="Give it once.")
            for name in twice
        ]
        raise MALFORMED.because(errors=errors)
    try:
        found: Strict = route.query.model_validate(dict(query))
    except ValidationError as error:
        raise _wrong(error) from error
    return found


async def read_body(route: AnyRoute, request: web.Request) -> tuple[Strict, bytes]:
    """Return the body, read and as it was.

    Raises:
        Refused: it is too large, no JSON, too deep, or not as declared.
    """
    if not route.changes:
        return Nothing(), b""
    if route.upload is not None:
        _check_upload(route.upload, request)
        return Nothing(), b""
    if (request.content_length or 0) > LARGEST_BODY:
        raise BODY_TOO_LARGE.because()
    raw = await request.read()  # no more than the application's limit
    if not raw and route.body is Nothing:
        return Nothing(), raw
    if request.content_type != JSON_TYPE:
        raise NOT_JSON.because()
    _check_json(raw)
    try:
        body: Strict = route.body.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise _wrong(error) from error
    return body, raw


def _check_upload(upload: Upload, request: web.Request) -> None:
    if (request.content_length or 0) > upload.largest:
        raise FILE_TOO_LARGE.because(detail=f"It may have {upload.largest:,} bytes.")
    if request.content_type not in upload.content_types:
        raise FILE_TYPE_WRONG.because(detail=f"It is one of: {', '.join(upload.content_types)}.")


def _check_json(raw: bytes) -> None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MALFORMED.because(detail=str(error)) from error
    if _is_deeper_than(value, DEEPEST):
        raise MALFORMED.because(detail=f"JSON may be nested {DEEPEST} deep.")


def _wrong(error: ValidationError) -> Refused:
    return fields_wrong(error.errors(include_url=False, include_input=False, include_context=True))


def _is_deeper_than(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit + 1):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
