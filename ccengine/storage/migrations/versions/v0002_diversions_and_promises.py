"""Where queues sent calls, and what callers were told of their wait."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns; records written before have nothing in them."""
    op.add_column(TABLE, sa.Column("diverted_to", sa.String(64)))
    because = sa.Column("diverted_because", sa.String(255), nullable=False, server_default="")
    op.add_column(TABLE, because)
    op.add_column(TABLE, sa.Column("promises", sa.JSON, nullable=False, server_default="[]"))
    op.add_column(TABLE, sa.Column("promise_error_seconds", sa.Float))


def downgrade() -> None:
    """Drop them; the journal can fill them again."""
    for name in ("diverted_to", "diverted_because", "promises", "promise_error_seconds"):
        op.drop_column(TABLE, name)
