"""Imports without a new lead are known: nobody looks for one in them."""

import sqlalchemy as sa
from alembic import op

revision = "0027_used_up_imports"
down_revision = "0026_guaranteed_agents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: whether they are is found out when new leads are looked for."""
    used_up = sa.Column("is_used_up", sa.Boolean, nullable=False, server_default="0")
    op.add_column("lead_imports", used_up)
    op.drop_index("lead_imports_of_list", "lead_imports")
    op.create_index("lead_imports_of_list", "lead_imports", ["list_id", "state", "is_used_up"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("lead_imports_of_list", "lead_imports")
    op.create_index("lead_imports_of_list", "lead_imports", ["list_id", "state"])
    op.drop_column("lead_imports", "is_used_up")
