"""Tables of the database of call records. Migrations bring a database to this shape."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData()

CALL_RECORDS = Table(
    "call_records",
    METADATA,
    Column("tenant", String(32), primary_key=True),
    Column("client", String(32), primary_key=True),
    Column("call", String(64), primary_key=True),
    Column("number", String(32), nullable=False),
    Column("caller", String(64), nullable=False),
    Column("node", String(32), nullable=False),
    Column("arrived_at", Float, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("queue", String(65)),
    Column("queued_at", Float),
    Column("offers", JSON, nullable=False),
    Column("agent", String(32)),
    Column("answered_at", Float),
    Column("talk_started_at", Float),
    Column("talk_ended_at", Float),
    Column("talk_ended_by", String(16)),
    Column("wait_seconds", Float, nullable=False),
    Column("ring_seconds", Float, nullable=False),
    Column("talk_seconds", Float, nullable=False),
    Column("wrap_up_started_at", Float),
    Column("wrap_up_seconds", Float),
    Column("recording", String(255)),
    Column("recording_started_at", Float),
    Column("ended_at", Float),
    Column("ended_by", String(16)),
    Column("cause", String(255), nullable=False),
    Column("outcome", String(16)),
    Column("schema", Integer, nullable=False),
    Column("diverted_to", String(64)),
    Column("diverted_because", String(255), nullable=False, server_default=""),
    Column("promises", JSON, nullable=False, server_default="[]"),
    Column("promise_error_seconds", Float),
    Column("disposition", String(32)),
    Column("contact_reason", String(32)),
    Column("resolved", Boolean),
    Column("dispositions", JSON, nullable=False, server_default="[]"),
    Column("conversations", JSON, nullable=False, server_default="[]"),
    Column("kind", String(16), nullable=False, server_default="call"),
    Column("origin", String(80)),
    Column("item", String(64)),
    Column("to", String(32), nullable=False, server_default=""),
    Column("attempts", JSON, nullable=False, server_default="[]"),
    Column("survey_asked_at", Float),
    Column("survey_score", Integer),
    Column("survey_comment", String(255)),
    Column("learned", JSON, nullable=False, server_default="{}"),
    Column("recordings", JSON, nullable=False, server_default="[]"),
    Column("holds", JSON, nullable=False, server_default="[]"),
    Column("card_entries", JSON, nullable=False, server_default="[]"),
    Column("consents", JSON, nullable=False, server_default="[]"),
    Column("recording_gaps", JSON, nullable=False, server_default="[]"),
    Column("coachings", JSON, nullable=False, server_default="[]"),
    UniqueConstraint("call", name="one_record_per_call"),
    Index("call_records_newest", "arrived_at", "call"),
    Index("call_records_newest_of_client", "client", "arrived_at", "call"),
    Index("call_records_newest_of_caller", "client", "caller", "arrived_at", "call"),
)

PAPERS = Table(
    "papers",
    METADATA,
    Column("client", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),  # form, script
    Column("name", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, index=True),  # of the content
    Column("content", JSON, nullable=False),
)
"""Each version of a form or script that was ever in force: records name them."""

PROGRESS = Table(
    "fold_progress",
    METADATA,
    Column("fold", String(32), primary_key=True),
    Column("number", Integer, nullable=False),  # of the last journal row taken into account
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("name", String(32), primary_key=True),  # never given twice: the audit names it
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the token
    Column("role", String(16), nullable=False),
    Column("clients", JSON),  # null: all
    Column("teams", JSON),
    Column("sites", JSON),
    Column("agent", String(32)),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("revoked_at", Float),
)
"""Who may use the HTTP API. The tokens themselves are kept nowhere."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("actor", String(32), nullable=False),  # a token's name
    Column("role", String(16), nullable=False),
    Column("operation", String(64), nullable=False),
    Column("target", String(128), nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    sqlite_autoincrement=True,  # a number names one entry for ever
)
"""Each change that was made by the HTTP API or by its command line."""

REPLIES = Table(
    "replies",
    METADATA,
    Column("actor", String(32), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of what was asked for
    Column("status", Integer, nullable=False),
    Column("content_type", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Float, nullable=False, index=True),
)
"""What was answered to requests with an idempotency key, for as long as it may be asked again."""

WEBHOOK_PLACES = Table(
    "webhook_places",
    METADATA,
    Column("client", String(32), primary_key=True),
    Column("hook", String(32), primary_key=True),
    Column("number", Integer, nullable=False),  # of the last journal row that was seen to
)
"""How far each webhook is in the journal."""

WEBHOOK_LETTERS = Table(
    "webhook_letters",
    METADATA,
    Column("client", String(32), primary_key=True),
    Column("hook", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),  # the journal's row: what it says is read there
    Column("call", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("detail", String(255), nullable=False),
)
"""What webhooks' receivers have not taken."""

KEPT_RECORDINGS = Table(
    "kept_recordings",
    METADATA,
    Column("call", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("client", String(32), nullable=False),
    Column("queue", String(65)),
    Column("agents", JSON, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("state", String(16), nullable=False),
    Column("spool", JSON, nullable=False),  # Asterisk's files
    Column("cleared", Boolean, nullable=False, server_default="0"),  # they are gone
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Float, nullable=False, server_default="0"),
    Column("detail", String(255), nullable=False, server_default=""),
    Column("file", String(255)),  # below the folder of kept recordings
    Column("seconds", Float),
    Column("missing_seconds", Float),
    Column("format", String(8)),
    Column("channels", String(8)),
    Column("sha256", String(64)),  # of the plain sound
    Column("bytes", Integer),  # of the plain sound
    Column("sealed_sha256", String(64)),
    Column("sealed_bytes", Integer),
    Column("key", String(80)),  # public, of the client: who has the other half can open it
    Column("signed_by", String(64)),
    Column("kept_at", Float),
    Column("expires_at", Float),
    Column("hold_reason", String(255)),
    Column("hold_by", String(32)),
    Column("hold_at", Float),
    Column("stored", String(1024)),  # the object, where the store has it
    Column("erased_at", Float),
    Column("erased_because", String(255)),
    Column("silence_percent", Float),
    Column("talk_over_percent", Float),
    Column("picture", LargeBinary),
    Column("put_to", JSON, nullable=False, server_default="[]"),  # objects, whole or not
    Index("kept_recordings_of_client", "client", "started_at", "call"),
    Index("kept_recordings_by_state", "state", "next_at"),
    Index("kept_recordings_expiring", "expires_at"),
    Index("kept_recordings_kept", "kept_at", "call"),
)
"""What became of each call's recording. Rows stay when the sound is erased."""

RECORDING_PLAYS = Table(
    "recording_plays",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("call", String(64), nullable=False, index=True),
    Column("client", String(32), nullable=False),
    Column("actor", String(32), nullable=False),  # a token's name
    Column("role", String(16), nullable=False),
    Column("from_seconds", Float, nullable=False),
    Column("to_seconds", Float, nullable=False),
    sqlite_autoincrement=True,  # a number names one entry for ever
)
"""Who was given a recording's sound, when, and which part of it."""
