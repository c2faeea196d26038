"""Whose talk it was when, and calls that agents made."""

import sqlalchemy as sa
from alembic import op

revision = "0004_conversations"
down_revision = "0003_outcomes"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns; records written before have nothing in them."""
    op.add_column(TABLE, sa.Column("conversations", sa.JSON, nullable=False, server_default="[]"))
    kind = sa.Column("kind", sa.String(16), nullable=False, server_default="call")
    op.add_column(TABLE, kind)
    op.add_column(TABLE, sa.Column("origin", sa.String(80)))


def downgrade() -> None:
    """Drop them; the journal can fill them again."""
    for name in ("conversations", "kind", "origin"):
        op.drop_column(TABLE, name)
