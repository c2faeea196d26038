"""What callers think of a call, and what flows have learned for the agent."""

import sqlalchemy as sa
from alembic import op

revision = "0009_surveys"
down_revision = "0008_lists"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns; nobody was asked before."""
    op.add_column(TABLE, sa.Column("survey_asked_at", sa.Float))
    op.add_column(TABLE, sa.Column("survey_score", sa.Integer))
    op.add_column(TABLE, sa.Column("survey_comment", sa.String(255)))
    op.add_column(TABLE, sa.Column("learned", sa.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop them; the journal can fill them again."""
    for name in ("survey_asked_at", "survey_score", "survey_comment", "learned"):
        op.drop_column(TABLE, name)
