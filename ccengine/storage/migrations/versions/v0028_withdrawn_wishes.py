"""Who did not want to be called stays known after they asked to be called again."""

import sqlalchemy as sa
from alembic import op

revision = "0028_withdrawn_wishes"
down_revision = "0027_used_up_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table: what was taken back before is in the audit only."""
    op.create_table(
        "withdrawn_wishes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False, server_default=""),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("evidence", sa.String(1024), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("withdrawn_at", sa.Float, nullable=False),
        sa.Column("withdrawn_by", sa.String(64), nullable=False),
    )
    op.create_index("withdrawn_wishes_of_client", "withdrawn_wishes", ["client", "number"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("withdrawn_wishes")
