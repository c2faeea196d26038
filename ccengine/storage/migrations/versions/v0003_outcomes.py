"""What agents said of calls, and the versions of forms and scripts that records name."""

import sqlalchemy as sa
from alembic import op

revision = "0003_outcomes"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "call_records"


def upgrade() -> None:
    """Add the columns, empty for older records, and the table of versions."""
    op.add_column(TABLE, sa.Column("disposition", sa.String(32)))
    op.add_column(TABLE, sa.Column("contact_reason", sa.String(32)))
    op.add_column(TABLE, sa.Column("resolved", sa.Boolean))
    op.add_column(TABLE, sa.Column("dispositions", sa.JSON, nullable=False, server_default="[]"))
    op.create_table(
        "papers",
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_index("ix_papers_hash", "papers", ["hash"])


def downgrade() -> None:
    """Drop them; the journal can fill the columns again, not the table."""
    op.drop_table("papers")
    for name in ("disposition", "contact_reason", "resolved", "dispositions"):
        op.drop_column(TABLE, name)
