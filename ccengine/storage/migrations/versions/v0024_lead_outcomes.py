"""What agents fill in of calls to leads stands with the attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0024_lead_outcomes"
down_revision = "0021_proof"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what was dialed before."""
    form = sa.Column("form", sa.String(255), nullable=False, server_default="")
    op.add_column("attempts", form)
    op.add_column("attempts", sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop them: records of calls still have what was filled in."""
    op.drop_column("attempts", "answers")
    op.drop_column("attempts", "form")
