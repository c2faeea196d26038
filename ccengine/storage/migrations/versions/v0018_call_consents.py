"""Who agreed to be called, how far, and what proves it."""

import sqlalchemy as sa
from alembic import op

revision = "0018_call_consents"
down_revision = "0017_do_not_call"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "call_consents",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("purposes", sa.JSON, nullable=False),
        sa.Column("reach", sa.String(16), nullable=False),
        sa.Column("written", sa.Boolean, nullable=False),
        sa.Column("given_at", sa.Float, nullable=False),
        sa.Column("ends_at", sa.Float),
        sa.Column("evidence", sa.String(1024), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("call_consents_of_number", "call_consents", ["number", "client"])
    op.create_index("call_consents_of_person", "call_consents", ["person"])


def downgrade() -> None:
    """Drop it: calls that need consent can no longer be placed."""
    op.drop_table("call_consents")
