"""The running system as the tests see it: settings, secrets, Asterisk, journal, records, engine."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from base64 import b64encode
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from ccengine.config.secrets import api_token, ari_password, pin, sip_password
from ccengine.config.settings import ASTERISK_STATE, Settings
from ccengine.ivr.configuration import load_configuration
from ccengine.phone import Account
from tests.e2e.engine_container import EngineContainer, docker, sound_of_image
from tests.e2e.ledger import Ledger
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import CallId, ClientId
    from ccengine.ivr.configuration import Configuration
    from ccengine.ivr.outcome_words import Word
    from ccengine.ivr.phrases import Phrase

NEEDED = ("CCENGINE_STATE", "CCENGINE_DIALPLAN", "CCENGINE_PROJECT", "CCENGINE_API_PORT")
TO_BE_CLEAN_SECONDS = 8.0
ENGINE_BACK_SECONDS = 40.0


def missing_settings() -> list[str]:
    """Return which settings nobody has given: without them there is no system to test."""
    return [name for name in NEEDED if not os.environ.get(name)]


class System:
    """One for the whole session; nothing in it belongs to an event loop."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.paths = self.settings.paths
        self.size = os.environ.get("CCENGINE_TEST_SIZE", "small")
        self.engine = EngineContainer(f"{self.settings.project}-engine")
        self.ledger = Ledger(self.paths.journal)
        self._own_folder = tempfile.TemporaryDirectory(prefix="ccengine-e2e-")

    def close(self) -> None:
        """Remove what was made for the tests only."""
        self._own_folder.cleanup()

    # ---- configuration, secrets, prompts ---------------------------------------------------

    @cached_property
    def configuration(self) -> Configuration:
        """The tenant that the engine serves."""
        return load_configuration(self.settings.tenant_folder)

    @property
    def tenant(self) -> Tenant:
        """The tenant without flows and prompts."""
        tenant = self.configuration.tenant
        assert tenant is not None, self.configuration.problems
        return tenant

    def account(self, sip_user: str) -> Account:
        """Return what a phone needs to log in with."""
        password = sip_password(self.paths, sip_user)
        return Account(sip_user, password, self.settings.sip_host, self.settings.sip_port)

    def pin(self, agent: str) -> str:
        """Return an agent's PIN."""
        return pin(self.paths, agent)

    def prompt(self, client: ClientId, name: str, language: str) -> Path:
        """Return the file of a client's prompt."""
        return self.file_of(self.configuration.prompts.media(client, name, language))

    def confirmation(self, what: Word) -> Path:
        """Return the file of what is said to agents."""
        language = self.tenant.language
        return self.file_of(self.configuration.prompts.confirmation(what, language))

    def phrase(self, client: ClientId, what: Phrase, language: str) -> Path:
        """Return the file of what the engine says to callers."""
        return self.file_of(self.configuration.prompts.phrase(client, what, language))

    def name(self, key: str) -> Path:
        """Return the file of a name that agents hear."""
        media = self.configuration.prompts.name(key)
        assert media is not None, key
        return self.file_of(media)

    def spoken_text(self, text: str) -> Path:
        """Return the file of a text made of a client's words."""
        return self.file_of(self.configuration.prompts.text(text))

    async def prompt_of_image(self, name: str, language: str) -> Path:
        """Return a prompt of Asterisk's image."""
        container = f"{self.settings.project}-asterisk"
        return await sound_of_image(container, name, language, Path(self._own_folder.name))

    def file_of(self, media: str) -> Path:
        """Return the file of what Asterisk is told to play."""
        file = Path(media.removeprefix("sound:")).relative_to(ASTERISK_STATE)
        return self.paths.root / f"{file}.wav"

    # ---- Asterisk --------------------------------------------------------------------------

    async def ari(self, method: str, path: str, body: object = None) -> Any:
        """Make a request of ARI's, and return its JSON, None for what is not there."""
        user = f"ccengine:{ari_password(self.paths)}".encode()
        headers = {"Authorization": f"Basic {b64encode(user).decode()}"}
        url = f"{self.settings.ari_url}/ari/{path}"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, url, json=body) as response,
        ):
            return await response.json() if response.status == HTTPStatus.OK else None

    async def left_in_asterisk(self) -> list[str]:
        """Name the channels and bridges there are."""
        channels = await self.ari("GET", "channels")
        bridges = await self.ari("GET", "bridges")
        return [
            *(f"channel {channel['name']} ({channel['id']})" for channel in channels),
            *(f"bridge {bridge['name'] or bridge['id']}" for bridge in bridges),
        ]

    async def tell_asterisk(self, command: str) -> str:
        """Give a command to Asterisk's own command line; its words."""
        container = f"{self.settings.project}-asterisk"
        return (await docker("exec", container, "asterisk", "-rx", command)).decode()

    async def write_asterisk_files(self) -> None:
        """Have `ccengine init` write anew what Asterisk needs of the YAML."""
        await docker("start", "--attach", f"{self.settings.project}-init")

    async def clear_asterisk(self) -> None:
        """End all channels and bridges, after a test that failed."""
        for channel in await self.ari("GET", "channels"):
            await self.ari("DELETE", f"channels/{channel['id']}")
        for bridge in await self.ari("GET", "bridges"):
            await self.ari("DELETE", f"bridges/{bridge['id']}")

    async def expect_quiet(self) -> None:
        """Fail unless every channel and bridge is gone soon."""
        left: list[str] = []

        async def is_quiet() -> bool:
            left[:] = await self.left_in_asterisk()
            return not left

        try:
            await until_seen("quiet", is_quiet, seconds=TO_BE_CLEAN_SECONDS)
        except AssertionError:
            message = f"still in Asterisk after {TO_BE_CLEAN_SECONDS:g} s: {', '.join(left)}"
            raise AssertionError(message) from None

    # ---- the engine ------------------------------------------------------------------------

    async def is_healthy(self) -> bool:
        """Ask /healthz: connected to Asterisk and resynced."""
        url = f"{self.settings.api_url}/healthz"
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                return response.status == HTTPStatus.OK
        except aiohttp.ClientError:
            return False

    async def engine_is_back(self) -> None:
        """Wait until the engine serves calls again."""
        await until_seen("the engine serves calls", self.is_healthy, seconds=ENGINE_BACK_SECONDS)

    async def kill_engine(self) -> None:
        """Kill -9 the engine and wait until the next one serves calls, and the dialplan knows."""
        await self.engine.kill()
        await self.engine_is_back()
        await until_seen("the watchdog has seen it", self._is_trusted, seconds=ENGINE_BACK_SECONDS)

    async def _is_trusted(self) -> bool:
        """Tell whether the dialplan hands calls to the engine: it does not for a moment longer."""
        return "ENGINE_ABSENT=1" not in await self.tell_asterisk("dialplan show globals")

    async def ask_api(
        self, method: str, path: str, body: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Ask the engine's API for something; HTTP status and JSON."""
        headers = {"Authorization": f"Bearer {api_token(self.paths)}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{self.settings.api_url}/{path}", json=body) as response,
        ):
            return response.status, await response.json()

    async def call_by_api(self, call: CallId) -> tuple[int, Any]:
        """Ask the engine's API for a call; HTTP status and JSON."""
        return await self.ask_api("GET", f"calls/{call}")

    def records(self, calls: list[CallId]) -> list[dict[str, Any]]:
        """Return the call records of these calls, as they lie in the database."""
        connection = sqlite3.connect(f"{self.paths.database.as_uri()}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            marks = ",".join("?" * len(calls))
            query = f"SELECT * FROM call_records WHERE call IN ({marks}) ORDER BY arrived_at"
            return [dict(row) for row in connection.execute(query, calls)]
        finally:
            connection.close()
