"""Copies of registers have a table of their own, and each wish of a person an id."""

import sqlalchemy as sa
from alembic import op

revision = "0025_register_copies"
down_revision = "0024_lead_outcomes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move what there is: the copies in use stay in use."""
    op.create_table(
        "register_numbers",
        sa.Column("copy", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(20), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.add_column("do_not_call_registers", sa.Column("copy", sa.Integer))
    op.execute("UPDATE do_not_call_registers SET copy = rowid")
    op.execute(
        "INSERT OR IGNORE INTO register_numbers (copy, number)"
        " SELECT r.copy, d.number FROM do_not_call d"
        " JOIN do_not_call_registers r ON r.register = d.register ORDER BY r.copy, d.number"
    )
    op.rename_table("do_not_call", "do_not_call_before")
    op.drop_index("do_not_call_of_person", "do_not_call_before")
    op.create_table(
        "do_not_call",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False, server_default=""),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("evidence", sa.String(1024), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("one_wish_of_a_number", "do_not_call", ["number", "client"], unique=True)
    op.create_index("do_not_call_of_person", "do_not_call", ["person"])
    op.create_index("do_not_call_of_client", "do_not_call", ["client", "id"])
    op.execute(
        'INSERT INTO do_not_call (number, client, person, at, evidence, "by")'
        ' SELECT number, client, person, at, evidence, "by" FROM do_not_call_before'
        " WHERE register = '' ORDER BY at, number"
    )
    op.drop_table("do_not_call_before")


def downgrade() -> None:
    """Put them together again."""
    op.rename_table("do_not_call", "do_not_call_after")
    for name in ("one_wish_of_a_number", "do_not_call_of_person", "do_not_call_of_client"):
        op.drop_index(name, "do_not_call_after")
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("register", sa.String(32), primary_key=True),
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False, server_default=""),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("evidence", sa.String(1024), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("do_not_call_of_person", "do_not_call", ["person"])
    op.execute(
        'INSERT INTO do_not_call (number, register, client, person, at, evidence, "by")'
        " SELECT number, '', client, person, at, evidence, \"by\" FROM do_not_call_after"
    )
    op.execute(
        'INSERT INTO do_not_call (number, register, client, at, evidence, "by")'
        " SELECT n.number, r.register, '', r.scrubbed_at, r.source, ''"
        " FROM register_numbers n JOIN do_not_call_registers r ON r.copy = n.copy"
    )
    op.drop_table("do_not_call_after")
    op.drop_column("do_not_call_registers", "copy")
    op.drop_table("register_numbers")
