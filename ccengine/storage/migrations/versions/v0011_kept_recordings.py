"""What became of recordings, and who was given their sound."""

import sqlalchemy as sa
from alembic import op

revision = "0011_kept_recordings"
down_revision = "0010_recordings"
branch_labels = None
depends_on = None

KEPT = "kept_recordings"
PLAYS = "recording_plays"


def upgrade() -> None:
    """Make the tables; which recordings there are is read from the journal."""
    op.create_table(
        KEPT,
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(32), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("queue", sa.String(65)),
        sa.Column("agents", sa.JSON, nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("spool", sa.JSON, nullable=False),
        sa.Column("cleared", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.Float, nullable=False, server_default="0"),
        sa.Column("detail", sa.String(255), nullable=False, server_default=""),
        sa.Column("file", sa.String(255)),
        sa.Column("seconds", sa.Float),
        sa.Column("missing_seconds", sa.Float),
        sa.Column("format", sa.String(8)),
        sa.Column("channels", sa.String(8)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("bytes", sa.Integer),
        sa.Column("sealed_sha256", sa.String(64)),
        sa.Column("sealed_bytes", sa.Integer),
        sa.Column("key", sa.String(80)),
        sa.Column("signed_by", sa.String(64)),
        sa.Column("kept_at", sa.Float),
        *_later(),
        sa.Column("picture", sa.LargeBinary),
    )
    op.create_index("kept_recordings_of_client", KEPT, ["client", "started_at", "call"])
    op.create_index("kept_recordings_by_state", KEPT, ["state", "next_at"])
    op.create_index("kept_recordings_expiring", KEPT, ["expires_at"])
    _make_plays()


def _later() -> list[sa.Column[object]]:
    """Return the columns of what happens to a kept one."""
    return [
        sa.Column("expires_at", sa.Float),
        sa.Column("hold_reason", sa.String(255)),
        sa.Column("hold_by", sa.String(32)),
        sa.Column("hold_at", sa.Float),
        sa.Column("stored", sa.String(1024)),
        sa.Column("erased_at", sa.Float),
        sa.Column("erased_because", sa.String(255)),
        sa.Column("silence_percent", sa.Float),
        sa.Column("talk_over_percent", sa.Float),
    ]


def _make_plays() -> None:
    op.create_table(
        PLAYS,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("from_seconds", sa.Float, nullable=False),
        sa.Column("to_seconds", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recording_plays_call", PLAYS, ["call"])


def downgrade() -> None:
    """Drop them. The files of kept recordings stay, with their manifests."""
    op.drop_table(PLAYS)
    op.drop_table(KEPT)
