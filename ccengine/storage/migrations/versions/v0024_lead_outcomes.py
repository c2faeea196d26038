"""What agents fill in of calls to leads stands with the attempt; appointments they have made."""

import sqlalchemy as sa
from alembic import op

revision = "0024_lead_outcomes"
down_revision = "0022_taken_leads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what was dialed before."""
    form = sa.Column("form", sa.String(255), nullable=False, server_default="")
    op.add_column("attempts", form)
    op.add_column("attempts", sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "lead_appointments",
        sa.Column("attempt", sa.String(64), primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("lead", sa.Integer, nullable=False),
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("uid", sa.String(128), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("starts_at", sa.Float, nullable=False),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("submission", sa.String(32), nullable=False),
        sa.Column("customer", sa.String(500), nullable=False),
        sa.Column("agent", sa.String(254), nullable=False),
        sa.Column("invitation", sa.Text, nullable=False),
        sa.Column("is_told", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them: records of calls still have what was filled in."""
    op.drop_table("lead_appointments")
    op.drop_column("attempts", "answers")
    op.drop_column("attempts", "form")
