"""Asks the running engine by its HTTP API, with the administrator's token."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp

from ccengine.cli.output import fail
from ccengine.config.secret_files import SecretMissing, read_secret

if TYPE_CHECKING:
    from ccengine.config.settings import Settings

SECONDS = 10.0
REFUSED = 400
WHOLE_SECONDS = 20.0
"""From a call's end until its recording is whole."""


def ask_engine(
    settings: Settings, method: str, path: str, body: dict[str, object] | None = None
) -> dict[str, Any]:
    """Return the engine's answer, or say why there is none and end."""
    try:
        token = read_secret(settings.paths.api_token)
        status, answer = asyncio.run(_ask(settings.api_url, token, method, path, body))
    except SecretMissing as error:
        fail(str(error))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        fail(f"no answer from {settings.api_url}: {error}", "is the engine running?")
    if status >= REFUSED:
        fail(_told(answer), str(answer.get("remedy", "")))
    return answer


def breakers_now(settings: Settings) -> dict[str, str] | None:
    """Return the state of each lookup that fails, by `client/lookup`; None: nobody says it."""
    try:
        token = read_secret(settings.paths.api_token)
        _, answer = asyncio.run(_ask(settings.api_url, token, "GET", "/lookups/failing", None))
    except (SecretMissing, aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None
    found = answer.get("lookups")
    if found is None:
        return None
    return {f"{one['client']}/{one['lookup']}": str(one["breaker"]) for one in found}


def dead_submissions_now(settings: Settings) -> int | None:
    """Return how many submissions could not be carried out; None: the engine does not answer."""
    try:
        _, answer = asyncio.run(_ask(settings.api_url, "", "GET", "/healthz", None))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None
    found = answer.get("dead_submissions")
    return found if isinstance(found, int) else None


def recording_of(settings: Settings, call: str) -> bytes | None:
    """Return the recording of a call that has just ended; None: there is none."""
    try:
        token = read_secret(settings.paths.api_token)
        return asyncio.run(_fetched(settings.api_url, token, f"/calls/{call}/recording"))
    except (SecretMissing, aiohttp.ClientError, TimeoutError, OSError):
        return None


async def _fetched(url: str, token: str, path: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}"}
    async with asyncio.timeout(WHOLE_SECONDS), aiohttp.ClientSession(url, headers=headers) as http:
        while True:
            async with http.get(path) as response:
                if response.status == HTTPStatus.OK:
                    return await response.read()
            await asyncio.sleep(1)


def _told(problem: dict[str, Any]) -> str:
    """Return what the engine says is wrong, and in which fields."""
    said = str(problem.get("detail") or problem.get("title"))
    wrong = [f"{one.get('field')}: {one.get('problem')}" for one in problem.get("errors") or ()]
    return "; ".join([said, *wrong])


async def _ask(
    url: str, token: str, method: str, path: str, body: dict[str, object] | None
) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession(
            url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as session,
        session.request(method, path, json=body) as response,
    ):
        return response.status, await response.json(content_type=None)
