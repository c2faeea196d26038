"""Which calls were drawn to be listened to, how they were scored, what is taught from."""

import sqlalchemy as sa
from alembic import op

revision = "0015_quality"
down_revision = "0014_coachings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_index("kept_recordings_kept", "kept_recordings", ["kept_at", "call"])
    _make_quality_draws()
    _make_quality_samples()
    _make_reviews()
    _make_calibrations()
    _make_training_calls()


def downgrade() -> None:
    """Drop them: what was scored is lost, and stays in the journal as figures."""
    op.drop_table("training_calls")
    op.drop_table("calibrations")
    op.drop_table("reviews")
    op.drop_table("quality_samples")
    op.drop_table("quality_draws")
    op.drop_index("kept_recordings_kept")


def _make_quality_draws() -> None:
    op.create_table(
        "quality_draws",
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("rule", sa.String(32), primary_key=True),
        sa.Column("begins", sa.Float, primary_key=True),
        sa.Column("ends", sa.Float, nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("drawn_at", sa.Float, nullable=False),
    )


def _make_quality_samples() -> None:
    op.create_table(
        "quality_samples",
        sa.Column("client", sa.String(32), primary_key=True),
        sa.Column("rule", sa.String(32), primary_key=True),
        sa.Column("begins", sa.Float, primary_key=True),
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("agent", sa.String(32), primary_key=True),
        sa.Column("reviewer", sa.String(32)),
        sa.Column("scorecard", sa.String(32), nullable=False),
        sa.Column("talk_started_at", sa.Float, nullable=False),
    )
    op.create_index("quality_samples_newest", "quality_samples", ["begins", "client"])
    op.create_index("quality_samples_of_call", "quality_samples", ["call"])


def _make_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(32), nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("queue", sa.String(65)),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("talk_started_at", sa.Float, nullable=False),
        sa.Column("scorecard", sa.String(128), nullable=False),
        sa.Column("reviewer", sa.String(32), nullable=False),
        sa.Column("calibration", sa.String(32), nullable=False, server_default=""),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("score_percent", sa.Float),
        sa.Column("failed_by", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("saved_at", sa.Float, nullable=False),
        sa.Column("published_at", sa.Float),
        sa.Column("disputed_at", sa.Float),
        sa.Column("dispute_reason", sa.Text, nullable=False, server_default=""),
        sa.Column("dispute_answer", sa.Text, nullable=False, server_default=""),
        sa.Column("dispute_accepted", sa.Boolean),
        sa.Column("dispute_answered_at", sa.Float),
        sa.Column("dispute_answered_by", sa.String(32), nullable=False, server_default=""),
        sa.Column("before_percent", sa.Float),
        sa.Column("before_answers", sa.JSON),
        sa.Column("told", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("call", "agent", "reviewer", "calibration", name="one_review_each"),
    )
    op.create_index("reviews_of_agent", "reviews", ["agent", "published_at"])
    op.create_index("reviews_newest", "reviews", ["client", "created_at"])
    op.create_index("reviews_of_calibration", "reviews", ["calibration"])


def _make_calibrations() -> None:
    op.create_table(
        "calibrations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(32), nullable=False),
        sa.Column("scorecard", sa.String(128), nullable=False),
        sa.Column("reviewers", sa.JSON, nullable=False),
        sa.Column("opened_by", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.Float, nullable=False),
        sa.Column("closed_at", sa.Float),
    )
    op.create_index("calibrations_newest", "calibrations", ["client", "opened_at"])


def _make_training_calls() -> None:
    op.create_table(
        "training_calls",
        sa.Column("call", sa.String(64), primary_key=True),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("agent", sa.String(32), nullable=False),
        sa.Column("queue", sa.String(65)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("added_at", sa.Float, nullable=False),
    )
    op.create_index("training_calls_newest", "training_calls", ["client", "added_at"])
