"""Where recordings were begun to be put: erased, they must be gone from there, too."""

import sqlalchemy as sa
from alembic import op

revision = "0016_put_to"
down_revision = "0015_quality"
branch_labels = None
depends_on = None

TABLE = "kept_recordings"


def upgrade() -> None:
    """Add the column; what was moved whole is in `stored`."""
    op.add_column(TABLE, sa.Column("put_to", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop it: what was put half is not found any more."""
    op.drop_column(TABLE, "put_to")
