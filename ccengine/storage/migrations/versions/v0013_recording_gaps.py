"""What was found missing in a call's recording."""

import sqlalchemy as sa
from alembic import op

revision = "0013_recording_gaps"
down_revision = "0012_cards"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the column; nothing was looked for before."""
    op.add_column(TABLE, sa.Column("recording_gaps", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop it; the journal can fill it again."""
    op.drop_column(TABLE, "recording_gaps")
