"""Lists of calls, newest first, read no more of the table than they show."""

from alembic import op

revision = "0008_lists"
down_revision = "0007_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Have indexes in the order of the lists: of all clients, of one, and of one's customer."""
    op.drop_index("call_records_by_arrival", "call_records")
    op.drop_index("call_records_by_caller", "call_records")
    op.create_index("call_records_newest", "call_records", ["arrived_at", "call"])
    op.create_index(
        "call_records_newest_of_client", "call_records", ["client", "arrived_at", "call"]
    )
    op.create_index(
        "call_records_newest_of_caller", "call_records", ["client", "caller", "arrived_at", "call"]
    )


def downgrade() -> None:
    """Have those that were."""
    op.drop_index("call_records_newest_of_caller", "call_records")
    op.drop_index("call_records_newest_of_client", "call_records")
    op.drop_index("call_records_newest", "call_records")
    op.create_index("call_records_by_caller", "call_records", ["client", "caller", "arrived_at"])
    op.create_index("call_records_by_arrival", "call_records", ["tenant", "client", "arrived_at"])
