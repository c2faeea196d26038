"""Numbers that are not called, and when they were compared with public registers."""

import sqlalchemy as sa
from alembic import op

revision = "0017_do_not_call"
down_revision = "0016_put_to"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("register", sa.String(32), primary_key=True),
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False, server_default=""),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("evidence", sa.String(1024), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("do_not_call_of_person", "do_not_call", ["person"])
    op.create_table(
        "do_not_call_registers",
        sa.Column("register", sa.String(32), primary_key=True),
        sa.Column("scrubbed_at", sa.Float, nullable=False),
        sa.Column("numbers", sa.Integer),
        sa.Column("source", sa.String(255), nullable=False),
    )


def downgrade() -> None:
    """Drop them: nobody knows any more who asked not to be called."""
    op.drop_table("do_not_call_registers")
    op.drop_table("do_not_call")
