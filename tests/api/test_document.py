"""The OpenAPI document is made of the routes, and the table of roles knows each of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from ccengine.api.openapi import document
from ccengine.api.records import CallShown
from ccengine.api.roles import MAY, Role
from ccengine.api.route import PARTS
from ccengine.api.routes.every import ROUTES
from ccengine.reporting.call_record import CallRecord
from tests.api.house import house

if TYPE_CHECKING:
    from pathlib import Path


def test_the_table_of_roles_names_each_operation_once() -> None:
    operations = Counter(route.operation for route in ROUTES if not route.is_open)
    assert operations.keys() == MAY.keys()
    assert set(operations.values()) == {1}
    assert all(Role.ADMIN in roles or roles == {Role.AGENT} for roles in MAY.values())


def test_parts_of_addresses_are_known() -> None:
    assert {part for route in ROUTES for part in route.parts} <= PARTS.keys()


def test_the_document_says_who_may_and_what_can_go_wrong() -> None:
    paths = document(ROUTES)["paths"]
    operation = paths["/agents/{agent}/not-ready"]["post"]
    assert operation["x-roles"] == ["admin", "agent", "supervisor"]
    assert operation["requestBody"]["required"]
    assert {"200", "400", "401", "403", "404", "409", "413", "415", "422"} <= set(
        operation["responses"]
    )
    assert {one["name"] for one in operation["parameters"]} == {"agent", "Idempotency-Key"}
    assert "security" not in paths["/healthz"]["get"]


def test_a_record_is_shown_with_everything() -> None:
    kept = {field.name for field in fields(CallRecord)}
    assert kept == {field.alias or name for name, field in CallShown.model_fields.items()}


async def test_document_and_page_are_served_to_anybody(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.client(token=None) as client:
        async with client.get("/openapi.json") as response:
            assert (await response.json())["openapi"] == "3.1.0"
        async with client.get("/docs") as response:
            page = await response.text()
            assert response.content_type == "text/html"
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert all(route.operation in page for route in ROUTES)
    assert "<script" not in page
