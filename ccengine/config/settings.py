"""The process's settings, from the environment, and where things are in the state folder.

The folder is mounted at the same place in every container. What a person or a program on the host
is told (`ccengine info`) are the host's paths, which only compose knows and passes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ccengine.config.names import NAME_PATTERN

ASTERISK_STATE = "/var/lib/ccengine"  #: where Asterisk's container has the state folder
ASTERISK_DIALPLAN = "/etc/ccengine/dialplan"  #: and the folder of dialplan and YAML
ASTERISK_CONF = "/etc/ccengine/asterisk-conf"

Port = Annotated[int, Field(ge=1, le=65535)]
Percent = Annotated[int, Field(ge=1, le=100)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
ANY_ADDRESS = "0.0.0.0"
HOST_PATTERN = r"^[0-9A-Za-z.:\[\]-]{1,253}$"


@dataclass(frozen=True, slots=True)
class StatePaths:
    """The state folder's layout."""

    root: Path

    @property
    def secrets(self) -> Path:
        """One file per secret and reader below it."""
        return self.root / "secrets"

    @property
    def engine_secrets(self) -> Path:
        """What the engine itself logs in with, or is logged in to."""
        return self.secrets / "engine"

    @property
    def ari_password(self) -> Path:
        """Password of the engine's ARI user."""
        return self.engine_secrets / "ari_password"

    @property
    def ami_password(self) -> Path:
        """Password of the engine's manager user."""
        return self.engine_secrets / "ami_password"

    @property
    def api_token(self) -> Path:
        """Bearer token of the engine's HTTP API."""
        return self.engine_secrets / "api_token"

    @property
    def sip_secrets(self) -> Path:
        """Passwords of phones and demo callers."""
        return self.secrets / "sip"

    @property
    def pins(self) -> Path:
        """Agents' PINs."""
        return self.secrets / "pins"

    @property
    def trunk_secrets(self) -> Path:
        """Providers' passwords, put there by the admin."""
        return self.secrets / "trunks"

    @property
    def webhook_secrets(self) -> Path:
        """What clients' webhooks are signed with, and log in with where they must."""
        return self.secrets / "webhooks"

    def webhook_secret(self, client: str, hook: str) -> Path:
        """Return the file with the secret that a webhook is signed with."""
        return self.webhook_secrets / f"{client}.{hook}"

    def webhook_authorization(self, client: str, hook: str) -> Path:
        """Return the file, put there by the admin, of what the receiver wants as Authorization."""
        return self.webhook_secrets / f"{client}.{hook}.authorization"

    @property
    def lookup_secrets(self) -> Path:
        """Tokens and addresses that lookups and submissions name, put there by the admin."""
        return self.secrets / "lookups"

    def lookup_secret(self, client: str, name: str) -> Path:
        """Return the file with a secret that a client's lookup names."""
        return self.lookup_secrets / f"{client}.{name}"

    @property
    def recording_keys(self) -> Path:
        """What recordings are signed and sealed with; for the engine alone."""
        return self.secrets / "recordings"

    def store_keys(self, client: str) -> Path:
        """Return the file, put there by the admin, with the two keys of a client's store."""
        return self.recording_keys / f"{client}.store"

    @property
    def databases(self) -> Path:
        """Files of SQLite, and calendars, that lookups ask: a folder per client."""
        return self.root / "databases"

    def database_of(self, client: str, file: str) -> Path:
        """Return one of them, or the file that an absolute path names."""
        return self.databases / client / file

    @property
    def asterisk(self) -> Path:
        """Asterisk's files written by `ccengine init`."""
        return self.root / "asterisk"

    @property
    def asterisk_database(self) -> Path:
        """Asterisk's own database: registrations, counters of outbound calls."""
        return self.asterisk / "database"

    @property
    def asterisk_local(self) -> Path:
        """The admin's additions to Asterisk's files, never written by us."""
        return self.asterisk / "local"

    @property
    def sounds(self) -> Path:
        """Rendered and recorded prompts, one folder per language."""
        return self.root / "sounds"

    @property
    def recordings(self) -> Path:
        """Recorded conversations, as Asterisk writes them."""
        return self.root / "recordings"

    @property
    def kept(self) -> Path:
        """Recordings after their calls: joined, signed and sealed."""
        return self.root / "kept"

    @property
    def journal(self) -> Path:
        """The file of the append-only journal."""
        return self.root / "journal" / "journal.sqlite"

    @property
    def database(self) -> Path:
        """The file of the call records."""
        return self.root / "database" / "ccengine.sqlite"

    @property
    def lead_files(self) -> Path:
        """Files of leads that were handed over to be imported, and what became of them."""
        return self.root / "lead-files"

    @property
    def exports(self) -> Path:
        """Where the engine may write what somebody has it export."""
        return self.root / "exports"

    @property
    def logs(self) -> Path:
        """Logs of the engine and, in a folder of its own, of Asterisk."""
        return self.root / "logs"

    @property
    def engine_log(self) -> Path:
        """One JSON line per thing that happened."""
        return self.logs / "engine.jsonl"

    @property
    def queue_log(self) -> Path:
        """What happened in queues, in the format of app_queue."""
        return self.logs / "queue_log"

    @property
    def asterisk_logs(self) -> Path:
        """Asterisk's logs."""
        return self.logs / "asterisk"

    def sip_password(self, sip_user: str) -> Path:
        """Return the file with a SIP account's password."""
        return self.sip_secrets / sip_user

    def pin(self, agent: str) -> Path:
        """Return the file with an agent's PIN."""
        return self.pins / agent

    def trunk_password(self, trunk: str) -> Path:
        """Return the file with a provider's password."""
        return self.trunk_secrets / trunk

    def recording(self, name: str) -> Path:
        """Return the file of a recording, by its ARI name."""
        return self.recordings / f"{name}.wav"


class Settings(BaseSettings):
    """What one process needs to know; each field is `CCENGINE_<FIELD>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="CCENGINE_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    state: Path = Path(ASTERISK_STATE)
    host_state: Path | None = None
    node: Annotated[str, Field(pattern=NAME_PATTERN)] = "node1"
    tenant: Annotated[str, Field(pattern=NAME_PATTERN)] = "demo"
    sip_host: Annotated[str, Field(pattern=HOST_PATTERN)] = "127.0.0.1"
    sip_port: Port = 5060
    sip_tls_port: Port = 5061  #: used when a trunk speaks TLS
    rtp_start: Port = 10000
    rtp_end: Port = 11999
    ari_port: Port = 8088
    ami_port: Port = 5038
    api_port: Port = 8080
    agi_port: Port = 4573  #: FastAGI, where dialplans ask the engine
    dialplan: Path = Path(ASTERISK_DIALPLAN)
    asterisk_conf: Path = Path(ASTERISK_CONF)  #: looked at by `check`, where it can be seen
    host_dialplan: Path | None = None
    host_asterisk_conf: Path | None = None
    disk_alarm_percent: Percent = 85  #: of the recordings' disk are used: it is told
    disk_full_percent: Percent = 95  #: recordings end here, before the disk ends them
    disk_least_mb: Annotated[int, Field(ge=0)] = 200  #: or where less than this is left
    mqtt_url: str = ""  #: empty: no broker
    gap_look_seconds: Seconds = 10.0  #: between two looks at the recordings that go on
    unheard_seconds: Seconds = 20.0  #: nothing has come from a phone for so long: it is told
    project: str = "ccengine"  #: compose's project name

    @property
    def paths(self) -> StatePaths:
        """The state folder as this process sees it."""
        return StatePaths(self.state)

    @property
    def host_paths(self) -> StatePaths:
        """The state folder as the host sees it."""
        return StatePaths(self.host_state or self.state)

    @property
    def tenant_folder(self) -> Path:
        """The tenant's YAML."""
        return self.dialplan / "tenants" / self.tenant

    @property
    def sip_address(self) -> str:
        """Where a phone on this machine finds Asterisk."""
        return "127.0.0.1" if self.sip_host == ANY_ADDRESS else self.sip_host

    @property
    def ari_url(self) -> str:
        """Asterisk's HTTP server."""
        return f"http://127.0.0.1:{self.ari_port}"

    @property
    def api_url(self) -> str:
        """The engine's own HTTP server."""
        return f"http://127.0.0.1:{self.api_port}"
