"""Who coached in a call, whom, when and how."""

import sqlalchemy as sa
from alembic import op

revision = "0014_coachings"
down_revision = "0013_recording_gaps"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the column; nobody could coach before."""
    op.add_column(TABLE, sa.Column("coachings", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop it; the journal can fill it again."""
    op.drop_column(TABLE, "coachings")
