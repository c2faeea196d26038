"""Whether an agent was kept for an attempt stands with it."""

import sqlalchemy as sa
from alembic import op

revision = "0026_guaranteed_agents"
down_revision = "0025_register_copies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: of what was dialed before, only previews are known to have had one."""
    kept = sa.Column("agent_guaranteed", sa.Boolean, nullable=False, server_default="0")
    op.add_column("attempts", kept)
    op.execute("UPDATE attempts SET agent_guaranteed = 1 WHERE mode = 'preview'")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("attempts", "agent_guaranteed")
