"""Cards that were taken, and what callers have agreed to about being recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0012_cards"
down_revision = "0011_kept_recordings"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns; there was neither before."""
    op.add_column(TABLE, sa.Column("card_entries", sa.JSON, nullable=False, server_default="[]"))
    op.add_column(TABLE, sa.Column("consents", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them; the journal can fill them again."""
    op.drop_column(TABLE, "card_entries")
    op.drop_column(TABLE, "consents")
