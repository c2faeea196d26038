"""Tables of quality: which calls were drawn, how they were scored, what is taught from."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ccengine.storage.tables import METADATA

DRAWS = Table(
    "quality_draws",
    METADATA,
    Column("client", String(32), primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("begins", Float, primary_key=True),
    Column("ends", Float, nullable=False),
    Column("seed", String(64), nullable=False),  # with it, and the calls, it can be drawn again
    Column("population", Integer, nullable=False),  # calls that could have been drawn
    Column("drawn_at", Float, nullable=False),
)
"""Each drawing, made once."""

SAMPLES = Table(
    "quality_samples",
    METADATA,
    Column("client", String(32), primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("begins", Float, primary_key=True),
    Column("call", String(64), primary_key=True),
    Column("agent", String(32), primary_key=True),
    Column("reviewer", String(32)),  # null: whoever may review
    Column("scorecard", String(32), nullable=False),
    Column("talk_started_at", Float, nullable=False),
    Index("quality_samples_newest", "begins", "client"),
    Index("quality_samples_of_call", "call"),
)
"""What was drawn."""

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("client", String(32), nullable=False),
    Column("call", String(64), nullable=False),
    Column("agent", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("queue", String(65)),
    Column("number", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("talk_started_at", Float, nullable=False),
    Column("scorecard", String(128), nullable=False),  # the version
    Column("reviewer", String(32), nullable=False),  # a token's name
    Column("calibration", String(32), nullable=False, server_default=""),
    Column("state", String(16), nullable=False),  # draft, published
    Column("answers", JSON, nullable=False),
    Column("remarks", JSON, nullable=False),  # by question
    Column("comment", Text, nullable=False),
    Column("score_percent", Float),
    Column("failed_by", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("saved_at", Float, nullable=False),
    Column("published_at", Float),
    Column("disputed_at", Float),
    Column("dispute_reason", Text, nullable=False, server_default=""),
    Column("dispute_answer", Text, nullable=False, server_default=""),
    Column("dispute_accepted", Boolean),
    Column("dispute_answered_at", Float),
    Column("dispute_answered_by", String(32), nullable=False, server_default=""),
    Column("before_percent", Float),  # the score that was disputed
    Column("before_answers", JSON),
    Column("told", Integer, nullable=False, server_default="0"),  # events that the journal has
    UniqueConstraint("call", "agent", "reviewer", "calibration", name="one_review_each"),
    Index("reviews_of_agent", "agent", "published_at"),
    Index("reviews_newest", "client", "created_at"),
    Index("reviews_of_calibration", "calibration"),
)
"""Each reviewer's judgement of an agent's part in a call."""

CALIBRATIONS = Table(
    "calibrations",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("client", String(32), nullable=False),
    Column("call", String(64), nullable=False),
    Column("agent", String(32), nullable=False),
    Column("scorecard", String(128), nullable=False),
    Column("reviewers", JSON, nullable=False),  # names of tokens
    Column("opened_by", String(32), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("closed_at", Float),
    Index("calibrations_newest", "client", "opened_at"),
)
"""Calls that several reviewers score without seeing each other's answers."""

TRAINING = Table(
    "training_calls",
    METADATA,
    Column("call", String(64), primary_key=True),
    Column("client", String(32), nullable=False),
    Column("agent", String(32), nullable=False),
    Column("queue", String(65)),
    Column("title", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("added_by", String(32), nullable=False),
    Column("added_at", Float, nullable=False),
    Index("training_calls_newest", "client", "added_at"),
)
"""Good examples: the library that a client's agents learn from."""
