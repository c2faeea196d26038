"""Each time a number was dialed, stored before it was; and answers by group."""

import sqlalchemy as sa
from alembic import op

revision = "0020_attempts"
down_revision = "0019_leads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("lead", sa.Integer, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("caller_id", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("placed_at", sa.Float, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("disposition", sa.String(32), nullable=False, server_default=""),
        sa.Column("cause", sa.String(255), nullable=False, server_default=""),
        sa.Column("answered_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("agent", sa.String(32)),
    )
    op.create_index("attempts_of_number", "attempts", ["number", "placed_at"])
    op.create_index("attempts_of_person", "attempts", ["person", "placed_at"])
    op.create_index("attempts_of_campaign", "attempts", ["client", "campaign", "placed_at"])
    op.create_index("attempts_of_lead", "attempts", ["lead", "placed_at"])
    is_open = sa.text("outcome IS NULL")
    op.create_index("attempts_open", "attempts", ["number"], unique=True, sqlite_where=is_open)
    op.create_table(
        "quota_counts",
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("campaign", sa.String(32), primary_key=True),
        sa.Column("field", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(500), primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them: what was dialed is lost, and caps count anew."""
    op.drop_table("quota_counts")
    op.drop_table("attempts")
