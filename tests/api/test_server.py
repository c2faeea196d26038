"""The API over real HTTP."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from ccengine.api.server import ApiServer, ApiSettings, Health
from ccengine.api.tokens import ApiToken, TokenUnusable
from ccengine.reporting.call_records import fold_call
from tests.reporting.shift import CALLER, Shift

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.core.ids import CallId
    from ccengine.reporting.call_record import CallRecord

TOKEN = "a-token-long-enough-to-be-one"


class Engine:
    """What the API is given."""

    def __init__(self, shift: Shift) -> None:
        self.now = Health(connected=True)
        self._shift = shift

    def health(self) -> Health:
        return self.now

    async def call(self, call: CallId) -> CallRecord | None:
        if call == "broken":
            message = "a secret of the inside"
            raise RuntimeError(message)
        return fold_call(self._shift.journal.rows(call=call))


@asynccontextmanager
async def api(tmp_path: Path) -> AsyncIterator[tuple[Engine, Shift, aiohttp.ClientSession]]:
    token_file = tmp_path / "api_token"
    token_file.write_text(TOKEN + "\n")
    shift = Shift(tmp_path / "journal.sqlite")
    engine = Engine(shift)
    settings = ApiSettings(token_file=token_file, port=0)
    async with (
        ApiServer(settings, engine.health, engine.call) as server,
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session,
    ):
        yield engine, shift, session
    shift.journal.close()


async def get(session: aiohttp.ClientSession, path: str, token: str | None = TOKEN) -> Any:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with session.get(path, headers=headers) as response:
        return response.status, response.content_type, await response.json(content_type=None)


async def test_health_says_why_not(tmp_path: Path) -> None:
    async with api(tmp_path) as (engine, _, session):
        assert await get(session, "/healthz", None) == (
            200,
            "application/json",
            {"status": "ok", "reasons": []},
        )
        engine.now = Health(connected=False, reasons=("Asterisk out of reach",))
        status, _, body = await get(session, "/healthz", None)
        assert (status, body["reasons"]) == (503, ["Asterisk out of reach"])


async def test_a_call_with_everything(tmp_path: Path) -> None:
    async with api(tmp_path) as (_, shift, session):
        shift.open_doors("anna")
        call = shift.enter("c1")
        status, _, body = await get(session, "/calls/c1")
        assert (status, body["outcome"], body["queue"]) == (200, None, "nova/billing")
        shift.answer(call)
        shift.hang_up(call)
        status, kind, body = await get(session, "/calls/c1")
        assert (status, kind) == (200, "application/json")
        assert (body["outcome"], body["agent"], body["caller"]) == ("answered", "anna", CALLER)
        assert body["queued_at"] == "1970-01-01T00:16:43.000000Z"
        assert body["offers"][0]["outcome"] == "accepted"
        assert body["offers"][0]["at"].endswith("Z")
        assert body["steps"] == [
            {"flow": "main", "step": "menu", "at": "1970-01-01T00:16:42.000000Z"}
        ]


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN.upper()])
async def test_no_call_without_the_token(tmp_path: Path, token: str | None) -> None:
    async with api(tmp_path) as (_, shift, session):
        shift.open_doors()
        shift.enter("c1")
        status, kind, body = await get(session, "/calls/c1", token)
        assert (status, kind) == (401, "application/problem+json")
        assert body["type"] == "urn:ccengine:problem:token-wrong"
        assert "ccengine info" in body["remedy"]


@pytest.mark.parametrize("path", ["/calls/nobody", "/calls/%00", "/calls/" + "x" * 200])
async def test_an_unknown_call_is_a_problem_with_a_remedy(tmp_path: Path, path: str) -> None:
    async with api(tmp_path) as (_, _, session):
        status, kind, body = await get(session, path)
        assert (status, kind) == (404, "application/problem+json")
        assert body["type"] == "urn:ccengine:problem:call-unknown"


async def test_other_addresses_and_methods_are_problems(tmp_path: Path) -> None:
    async with api(tmp_path) as (_, _, session):
        status, kind, body = await get(session, "/nowhere")
        assert (status, kind) == (404, "application/problem+json")
        assert "/healthz" in body["remedy"]
        async with session.delete("/healthz") as response:
            assert response.status == 405
            assert "GET" in response.headers["Allow"]
            assert response.content_type == "application/problem+json"


async def test_a_bug_shows_nothing_of_the_inside(tmp_path: Path) -> None:
    async with api(tmp_path) as (_, _, session):
        status, kind, body = await get(session, "/calls/broken")
        assert (status, kind) == (500, "application/problem+json")
        assert "secret" not in str(body)


def test_a_missing_or_short_token_file_has_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(TokenUnusable, match="ccengine init"):
        ApiToken.read(tmp_path / "none")
    (tmp_path / "short").write_text("x")
    with pytest.raises(TokenUnusable, match="ccengine init"):
        ApiToken.read(tmp_path / "short")
