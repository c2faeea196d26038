"""How far webhooks are in the journal, and what their receivers have not taken."""

import sqlalchemy as sa
from alembic import op

revision = "0007_webhooks"
down_revision = "0006_api"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, empty: webhooks begin with what happens from now on."""
    op.create_table(
        "webhook_places",
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("hook", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "webhook_letters",
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("hook", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("detail", sa.String(255), nullable=False),
    )


def downgrade() -> None:
    """Drop them: what was not delivered is not delivered."""
    op.drop_table("webhook_letters")
    op.drop_table("webhook_places")
