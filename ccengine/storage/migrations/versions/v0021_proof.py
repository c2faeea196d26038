"""What proves that an attempt was lawful: rules by version, evidence of that moment, its timing."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021_proof"
down_revision = "0020_attempts"
branch_labels = None
depends_on = None

TEXTS = {"seller": 255, "debt": 64, "script": 255, "law": 64}
EVIDENCE = {"zones": "[]", "scrubs": "{}", "consents": "[]"}
CALL_TEXTS = {"call": 64, "trunk": 64}
MOMENTS = ("rang_at", "bridged_at", "message_at")


def upgrade() -> None:
    """Add the columns, empty for what was dialed before; and the table of versions."""
    for name, length in TEXTS.items():
        _add(name, sa.String(length), "")
    for name, empty in EVIDENCE.items():
        _add(name, sa.JSON(), empty)
    for name, length in CALL_TEXTS.items():
        _add(name, sa.String(length), "")
    for name in MOMENTS:
        op.add_column("attempts", sa.Column(name, sa.Float))
    _add("machine", sa.String(16), "")
    op.add_column("attempts", sa.Column("machine_at", sa.Float))
    op.create_table(
        "dialing_laws",
        sa.Column("version", sa.String(64), primary_key=True),
        sa.Column("kept_at", sa.Float, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them: what was dialed stays, its proof is lost."""
    op.drop_table("dialing_laws")
    for name in (*TEXTS, *EVIDENCE, *CALL_TEXTS, *MOMENTS, "machine", "machine_at"):
        op.drop_column("attempts", name)


def _add(name: str, kind: sa.types.TypeEngine[Any], empty: str) -> None:
    op.add_column("attempts", sa.Column(name, kind, nullable=False, server_default=empty))
