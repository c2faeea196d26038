"""The OpenAPI 3.1 document: made of the routes as they are declared, and of nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ccengine import __version__
from ccengine.api.idempotency import HEADER, KEY_PATTERN
from ccengine.api.problems import (
    BODY_TOO_LARGE,
    CONTENT_TYPE,
    FAILED,
    FIELDS_WRONG,
    FILE_TOO_LARGE,
    FILE_TYPE_WRONG,
    KEY_IN_USE,
    KEY_REUSED,
    MALFORMED,
    NOT_FOUND,
    NOT_JSON,
    ROLE_MAY_NOT,
    TOKEN_WRONG,
    TYPE_PREFIX,
    Problem,
)
from ccengine.api.requests import JSON_TYPE
from ccengine.api.roles import MAY
from ccengine.api.route import PARTS, Media, Nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccengine.api.problems import Fault
    from ccengine.api.route import AnyRoute, Upload

Json = dict[str, Any]

SCHEMAS: Final = "#/components/schemas/"
DESCRIPTION: Final = """\
Everything that a person or program may see and do.

Send `Authorization: Bearer <token>`. A token has a role, which says what it may do, and sets of
clients, teams and sites, which say what it sees: whatever it does not see is answered by 404.
`ccengine token create` makes one. Instants are UTC. Errors are RFC 9457 problems, each with a
stable `type`, a `remedy`, and the fields that are wrong. A request that changes something may carry
an `Idempotency-Key`: sent again within a day, it is answered again and not done again. Every change
is in the audit.
"""


def document(routes: Sequence[AnyRoute]) -> Json:
    """Return the document."""
    models, definitions = _schemas(routes)
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = _operation(route, models, definitions)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ccengine",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(tag_of, routes))],
        "paths": dict(paths),
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def tag_of(route: AnyRoute) -> str:
    """Return under which heading the route is shown: the first part of its address."""
    return route.path.split("/")[1]


def faults_of(route: AnyRoute) -> list[Fault]:
    """Return all faults that the route may answer with."""
    found = [MALFORMED, FIELDS_WRONG, FAILED, *route.faults]
    if not route.is_open:
        found += [TOKEN_WRONG, ROLE_MAY_NOT]
    if route.parts:
        found.append(NOT_FOUND)
    if route.upload is not None:
        found += [FILE_TOO_LARGE, FILE_TYPE_WRONG]
    elif route.changes:
        found += [BODY_TOO_LARGE, NOT_JSON]
    if route.takes_key:
        found += [KEY_REUSED, KEY_IN_USE]
    by_name = {fault.name: fault for fault in found}
    return sorted(by_name.values(), key=lambda fault: (fault.status, fault.name))


Models = Mapping[tuple[type[Any], JsonSchemaMode], Json]


def _schemas(routes: Sequence[AnyRoute]) -> tuple[Models, Json]:
    wanted: dict[tuple[type[Any], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for route in routes:
        for model in (route.query, route.body):
            if model is not Nothing:
                wanted[model, "validation"] = None
        if not isinstance(route.answer, Media):
            wanted[route.answer, "serialization"] = None
    models, whole = models_json_schema(list(wanted), ref_template=SCHEMAS + "{model}")
    definitions: Json = whole.get("$defs", {})
    return models, definitions


def _operation(route: AnyRoute, models: Models, definitions: Json) -> Json:
    parameters = [_part(name) for name in route.parts]
    if route.query is not Nothing:
        parameters += _query(models[route.query, "validation"], definitions)
    operation: Json = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [tag_of(route)],
        "parameters": parameters,
        "responses": _responses(route, models),
    }
    if route.description:
        operation["description"] = route.description
    if not route.is_open:
        operation["security"] = [{"token": []}]
        operation["x-roles"] = sorted(MAY[route.operation])
    if route.takes_key:
        parameters.append(_key())
    if route.upload is not None:
        operation["requestBody"] = _file(route.upload)
    if route.body is not Nothing:
        schema = models[route.body, "validation"]
        operation["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": schema}}}
    return operation


def _file(upload: Upload) -> Json:
    content: Json = {"schema": {"type": "string", "format": "binary"}}
    return {
        "required": True,
        "description": upload.description,
        "content": dict.fromkeys(upload.content_types, content),
    }


def _part(name: str) -> Json:
    part = PARTS[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": part.description,
        "schema": {"type": "string", "pattern": f"^{part.pattern}$"},
    }


def _query(reference: Json, definitions: Json) -> Iterable[Json]:
    model = definitions[reference["$ref"].removeprefix(SCHEMAS)]
    for name, schema in model["properties"].items():
        given = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
        kept = {key: value for key, value in schema.items() if key not in ("anyOf", "title")}
        description = kept.pop("description", "")
        if kept.get("default", "") is None:
            del kept["default"]
        yield {
            "name": name,
            "in": "query",
            "required": name in model.get("required", ()),
            "description": description,
            "schema": {**kept, **(given[0] if given else {})},
        }


def _key() -> Json:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "The same request with the same key is done once.",
        "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
    }


def _responses(route: AnyRoute, models: Models) -> Json:
    answer = route.answer
    good: Json = {"description": "Done."}
    if isinstance(answer, Media):
        good = {
            "description": answer.description,
            "content": {answer.content_type: {"schema": {}}},
        }
    else:
        schema = models[answer, "serialization"]
        good["content"] = {JSON_TYPE: {"schema": schema}}
    responses: Json = {"200": good}
    for status, description in route.statuses.items():
        responses[str(status)] = {**good, "description": description}
    responses |= _faults(faults_of(route))
    return responses


def _faults(faults: Iterable[Fault]) -> Mapping[str, Json]:
    by_status: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_status[fault.status].append(fault)
    content = {CONTENT_TYPE: {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
    return {
        str(status): {
            "description": " ".join(
                f"`{TYPE_PREFIX}{one.name}`: {one.title}. {one.remedy}" for one in several
            ),
            "content": content,
        }
        for status, several in sorted(by_status.items())
    }
