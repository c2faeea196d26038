"""Lists of leads, and the files that they came with."""

import sqlalchemy as sa
from alembic import op

revision = "0019_leads"
down_revision = "0018_call_consents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    _make_lists()
    _make_leads()
    _make_numbers()


def downgrade() -> None:
    """Drop them: what was imported is lost."""
    for table in ("lead_rejects", "lead_claims", "lead_numbers", "leads"):
        op.drop_table(table)
    op.drop_table("lead_imports")
    op.drop_table("lead_lists")


def _make_lists() -> None:
    op.create_table(
        "lead_lists",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.UniqueConstraint("client", "campaign", "name", name="one_list_of_a_name"),
    )
    op.create_table(
        "lead_imports",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("list_id", sa.Integer, nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("finished_at", sa.Float),
        sa.Column("header", sa.JSON, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
        sa.Column("leads", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rejects", sa.Integer, nullable=False, server_default="0"),
        sqlite_autoincrement=True,
    )
    op.create_index("lead_imports_of_list", "lead_imports", ["list_id", "state"])


def _make_leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("list_id", sa.Integer, nullable=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("shuffle", sa.Integer),
        sa.Column("due_at", sa.Float),
        sa.Column("agent", sa.String(32)),
        sa.Column("number", sa.String(32)),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("place", sa.String(8), nullable=False),
        sa.Column("zone", sa.String(48), nullable=False),
        sa.Column("tries", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("because", sa.String(255), nullable=False, server_default=""),
        sa.Column("before", sa.String(16)),
        sa.Column("node", sa.String(32)),
    )
    op.create_index("leads_by_age", "leads", ["import_id", "state", "id"])
    highest = sa.text("priority DESC")
    op.create_index("leads_by_priority", "leads", ["import_id", "state", highest, "id"])
    by_lot = ["import_id", "state", "shuffle", "id"]
    drawn = sa.text("shuffle IS NOT NULL")
    op.create_index("leads_by_lot", "leads", by_lot, sqlite_where=drawn)
    op.create_index("leads_due", "leads", ["list_id", "state", "due_at"])
    claimed = sa.text("node IS NOT NULL")
    op.create_index("leads_of_node", "leads", ["node"], sqlite_where=claimed)


def _make_numbers() -> None:
    op.create_table(
        "lead_numbers",
        sa.Column("lead", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("list_id", sa.Integer, nullable=False),
        sa.Column("is_dead", sa.Boolean, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_index("one_lead_of_a_number", "lead_numbers", ["number", "list_id"], unique=True)
    op.create_table(
        "lead_claims",
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("lead", sa.Integer, nullable=False),
        sa.Column("node", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lead_claims_lead", "lead_claims", ["lead"])
    op.create_table(
        "lead_rejects",
        sa.Column("import_id", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("cells", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
