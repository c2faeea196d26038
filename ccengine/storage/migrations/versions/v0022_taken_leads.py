"""When somebody who had answered was taken out of the dialplan for an agent: the risky moment."""

import sqlalchemy as sa
from alembic import op

revision = "0022_taken_leads"
down_revision = "0021_proof"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what was dialed before nobody knows."""
    op.add_column("attempts", sa.Column("taken_at", sa.Float))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("attempts", "taken_at")
