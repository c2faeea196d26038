"""Who may use the HTTP API, what was changed by it, and what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006_api"
down_revision = "0005_items"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, empty, and an index to find a customer's calls by."""
    op.create_index("call_records_by_caller", "call_records", ["client", "caller", "arrived_at"])
    op.create_table(
        "tokens",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("clients", sa.JSON),
        sa.Column("teams", sa.JSON),
        sa.Column("sites", sa.JSON),
        sa.Column("agent", sa.String(32)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("revoked_at", sa.Float),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("target", sa.String(128), nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "replies",
        sa.Column("actor", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("content_type", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_replies_at", "replies", ["at"])


def downgrade() -> None:
    """Drop them; nothing can fill them again."""
    for name in ("replies", "audit", "tokens"):
        op.drop_table(name)
    op.drop_index("call_records_by_caller", "call_records")
