"""The parts of a call's recording with their pauses, and when the caller was on hold."""

import sqlalchemy as sa
from alembic import op

revision = "0010_recordings"
down_revision = "0009_surveys"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns; recordings were of one part before, and that stays named where it was."""
    op.add_column(TABLE, sa.Column("recordings", sa.JSON, nullable=False, server_default="[]"))
    op.add_column(TABLE, sa.Column("holds", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them; the journal can fill them again."""
    for name in ("recordings", "holds"):
        op.drop_column(TABLE, name)
