"""Tables of wishes: who is not to be called, which registers were compared, who has agreed."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text

from ccengine.storage.tables import METADATA

DO_NOT_CALL = Table(
    "do_not_call",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False),  # E.164
    Column("client", String(32), nullable=False),  # whose calls; empty: anybody's
    Column("person", String(64), nullable=False, server_default=""),  # of all numbers of theirs
    Column("at", Float, nullable=False),
    Column("evidence", String(1024), nullable=False),
    Column("by", String(64), nullable=False),  # a token's name, or a call
    Index("one_wish_of_a_number", "number", "client", unique=True),
    Index("do_not_call_of_person", "person"),
    Index("do_not_call_of_client", "client", "id"),
    sqlite_autoincrement=True,
)
"""Numbers that are not called, because somebody asked."""

WITHDRAWN_WISHES = Table(
    "withdrawn_wishes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False),  # as in do_not_call, and all else of it
    Column("client", String(32), nullable=False),
    Column("person", String(64), nullable=False, server_default=""),
    Column("at", Float, nullable=False),
    Column("evidence", String(1024), nullable=False),
    Column("by", String(64), nullable=False),
    Column("withdrawn_at", Float, nullable=False),
    Column("withdrawn_by", String(64), nullable=False),
    Index("withdrawn_wishes_of_client", "client", "number"),
)
"""Wishes not to be called that were taken back: they held until then."""

REGISTERS = Table(
    "do_not_call_registers",
    METADATA,
    Column("register", String(32), primary_key=True),
    Column("scrubbed_at", Float, nullable=False),
    Column("numbers", Integer),  # null: somebody else compares, and told us
    Column("source", String(255), nullable=False),
    Column("copy", Integer),  # that is in use; null: there was never one
)
"""When numbers were last compared with a public register."""

REGISTER_NUMBERS = Table(
    "register_numbers",
    METADATA,
    Column("copy", Integer, primary_key=True),
    Column("number", String(20), primary_key=True),  # E.164
    sqlite_with_rowid=False,
)
"""Copies of public registers. One that no register has in use is being written, or removed."""

CALL_CONSENTS = Table(
    "call_consents",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False),  # E.164
    Column("person", String(64), nullable=False),
    Column("client", String(32), nullable=False),
    Column("purposes", JSON, nullable=False),
    Column("reach", String(16), nullable=False),  # any, automatic, unattended
    Column("written", Boolean, nullable=False),
    Column("given_at", Float, nullable=False),
    Column("ends_at", Float),
    Column("evidence", String(1024), nullable=False),
    Column("by", String(64), nullable=False),
    Index("call_consents_of_number", "number", "client"),
    Index("call_consents_of_person", "person"),
    sqlite_autoincrement=True,  # an id names one consent for ever
)
"""Who agreed to be called. Rows stay when consent was taken back: they were true once."""

LAWS = Table(
    "dialing_laws",
    METADATA,
    Column("version", String(64), primary_key=True),  # SHA-256 of the text
    Column("kept_at", Float, nullable=False),
    Column("text", Text, nullable=False),  # JSON
)
"""The rules that attempts were judged by, each version once and for ever."""
