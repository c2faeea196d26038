"""Callbacks and messages: what became of a call, and what came of the item."""

import sqlalchemy as sa
from alembic import op

revision = "0005_items"
down_revision = "0004_conversations"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns; records written before have left nothing."""
    op.add_column(TABLE, sa.Column("item", sa.String(64)))
    op.add_column(TABLE, sa.Column("to", sa.String(32), nullable=False, server_default=""))
    op.add_column(TABLE, sa.Column("attempts", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them; the journal can fill them again."""
    for name in ("item", "to", "attempts"):
        op.drop_column(TABLE, name)
