"""Call records, and how far the journal has been folded into them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "call_records",
        sa.Column("tenant", sa.String(32), primary_key=True),
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("arrived_at", sa.Float, nullable=False),
        sa.Column("steps", sa.JSON, nullable=False),
        sa.Column("queue", sa.String(65)),
        sa.Column("queued_at", sa.Float),
        sa.Column("offers", sa.JSON, nullable=False),
        sa.Column("agent", sa.String(32)),
        sa.Column("answered_at", sa.Float),
        sa.Column("talk_started_at", sa.Float),
        sa.Column("talk_ended_at", sa.Float),
        sa.Column("talk_ended_by", sa.String(16)),
        sa.Column("wait_seconds", sa.Float, nullable=False),
        sa.Column("ring_seconds", sa.Float, nullable=False),
        sa.Column("talk_seconds", sa.Float, nullable=False),
        sa.Column("wrap_up_started_at", sa.Float),
        sa.Column("wrap_up_seconds", sa.Float),
        sa.Column("recording", sa.String(255)),
        sa.Column("recording_started_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("ended_by", sa.String(16)),
        sa.Column("cause", sa.String(255), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.UniqueConstraint("call", name="one_record_per_call"),
    )
    op.create_index("call_records_by_arrival", "call_records", ["tenant", "client", "arrived_at"])
    op.create_table(
        "fold_progress",
        sa.Column("fold", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop both tables; the journal can fill them again."""
    op.drop_table("fold_progress")
    op.drop_table("call_records")
