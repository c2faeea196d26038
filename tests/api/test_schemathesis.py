"""Requests by the hundred that the document allows and forbids: no 5xx, nothing undocumented.

They go over real HTTP to a house at work, with the administrator's token.
"""

from __future__ import annotations

import asyncio
import re
import threading
from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from ccengine.api.openapi import document
from ccengine.api.route import PARTS
from ccengine.api.routes.every import ROUTES
from ccengine.api.routes.lead_imports import XLSX
from tests.api.house import FILE_TOKEN, house
from tests.api.requests import PARTS as THERE
from tests.sizes import by_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLES = by_size(small=8, full=200)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
"""That what the document allows is always accepted cannot be asked: most names name nothing."""

schemathesis.serializer.alias(XLSX, "application/octet-stream")
schema = schemathesis.openapi.from_dict(document(ROUTES))
MORE = {
    "agent": ["olena"],
    "client": ["dnipro"],
    "queue": ["technical"],
    "call": ["nour-ended", "nour-waits"],
}
WANTED = {name: [known, *MORE.get(name, [])] for name, known in THERE.items()}


@schemathesis.hook
def map_path_parameters(context: object, path_parameters: object) -> object:
    """Have half of the addresses name something that is there: else all answers were 404."""
    del context
    if isinstance(path_parameters, dict):
        for name, value in path_parameters.items():
            allowed = isinstance(value, str) and re.fullmatch(PARTS[name].pattern, value)
            known = WANTED[name]
            if allowed and len(value) % 2:
                path_parameters[name] = known[len(value) % len(known)]
    return path_parameters


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A house on a thread of its own, with a call in each state."""
    opened, shut = threading.Event(), threading.Event()
    found: list[str] = []

    async def open_house(folder: Path) -> None:
        async with house(folder) as here:
            here.log_in("amira", "olena")
            here.work_through("nour")
            here.shift.wait(30)
            await here.keep_records()
            here.talk("nour-talks", "nour/billing")
            here.call("nour-waits", "nour/billing")
            found.append(f"http://127.0.0.1:{here.port}")
            opened.set()
            await asyncio.to_thread(shut.wait)

    thread = threading.Thread(
        target=lambda: asyncio.run(open_house(tmp_path_factory.mktemp("house")))
    )
    thread.start()
    assert opened.wait(30)
    yield found[0]
    shut.set()
    thread.join()


@pytest.mark.timeout(900)
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_documented(case: schemathesis.Case, url: str) -> None:
    headers = {"Authorization": f"Bearer {FILE_TOKEN}"}
    # In the case itself, too: else one without it would count as a request that is to be refused.
    case.headers.update(headers)
    case.call_and_validate(base_url=url, headers=headers, checks=CHECKS)
