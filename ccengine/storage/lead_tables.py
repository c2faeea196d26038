"""Tables of campaigns: lists, leads, their numbers, and each attempt to reach one."""

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
    text,
)

from ccengine.storage.tables import METADATA

LISTS = Table(
    "lead_lists",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("client", String(32), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("name", String(32), nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("client", "campaign", "name", name="one_list_of_a_name"),
)
"""Lists of leads, each of one campaign."""

IMPORTS = Table(
    "lead_imports",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("list_id", Integer, nullable=False),
    Column("file", String(255), nullable=False),
    Column("state", String(16), nullable=False),  # staging, done
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("header", JSON, nullable=False),  # of the file: rejects are shown below it
    Column("rows", Integer, nullable=False, server_default="0"),
    Column("leads", Integer, nullable=False, server_default="0"),
    Column("rejects", Integer, nullable=False, server_default="0"),
    Column("is_used_up", Boolean, nullable=False, server_default="0"),  # no lead of it is new
    Index("lead_imports_of_list", "list_id", "state", "is_used_up"),
    sqlite_autoincrement=True,  # leads' ids begin with it
)
"""Files that were taken in. What came with one that is not done yet is not there for anybody."""

LEADS = Table(
    "leads",
    METADATA,
    Column("id", Integer, primary_key=True),  # the import's number, and the row's
    Column("list_id", Integer, nullable=False),
    Column("import_id", Integer, nullable=False),
    Column("key", String(64), nullable=False),  # the customer's own; empty: none
    Column("state", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("shuffle", Integer),  # drawn by lot, if the list is gone through so
    Column("due_at", Float),
    Column("agent", String(32)),  # who promised a callback
    Column("number", String(32)),  # to be dialed next; null: the first
    Column("fields", JSON, nullable=False),
    Column("place", String(8), nullable=False),  # of the address
    Column("zone", String(48), nullable=False),
    Column("tries", JSON, nullable=False, server_default="{}"),
    Column("because", String(255), nullable=False, server_default=""),
    Column("before", String(16)),  # the state that a claim that is given back goes to
    Column("node", String(32)),  # whose hopper it is in
    # One index for each way through new leads, and one for those whose time comes again.
    Index("leads_by_age", "import_id", "state", "id"),
    Index("leads_by_priority", "import_id", "state", text("priority DESC"), "id"),
    Index(
        "leads_by_lot",
        "import_id",
        "state",
        "shuffle",
        "id",
        sqlite_where=text("shuffle IS NOT NULL"),
    ),
    Index("leads_due", "list_id", "state", "due_at"),
    Index("leads_of_node", "node", sqlite_where=text("node IS NOT NULL")),
)
"""Who is to be dialed, of all lists."""

NUMBERS = Table(
    "lead_numbers",
    METADATA,
    Column("lead", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", String(32), nullable=False),  # E.164
    Column("list_id", Integer, nullable=False),
    Column("is_dead", Boolean, nullable=False, server_default="0"),
    Index("one_lead_of_a_number", "number", "list_id", unique=True),
    sqlite_with_rowid=False,
)
"""Their numbers. A number is once in a list."""

CLAIMS = Table(
    "lead_claims",
    METADATA,
    Column("number", String(32), primary_key=True),
    Column("lead", Integer, nullable=False, index=True),
    Column("node", String(32), nullable=False),
    sqlite_with_rowid=False,
)
"""Numbers that are in some hopper, or being dialed: no other campaign or engine takes them."""

REJECTS = Table(
    "lead_rejects",
    METADATA,
    Column("import_id", Integer, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("reason", String(255), nullable=False),
    Column("cells", JSON, nullable=False),
    sqlite_with_rowid=False,
)
"""Rows of files that became no lead, and why."""

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("client", String(32), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("lead", Integer, nullable=False),
    Column("number", String(32), nullable=False),
    Column("person", String(64), nullable=False),  # the customer's key; empty: nobody knows
    Column("node", String(32), nullable=False),
    Column("caller_id", String(32), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("rules", JSON, nullable=False),  # that were asked, with their versions
    Column("placed_at", Float, nullable=False),
    Column("outcome", String(16)),  # null: it has none yet
    Column("disposition", String(32), nullable=False, server_default=""),
    Column("cause", String(255), nullable=False, server_default=""),
    Column("answered_at", Float),
    Column("ended_at", Float),
    Column("agent", String(32)),
    # What it was about, and by which rules and evidence it could be placed.
    Column("seller", String(255), nullable=False, server_default=""),
    Column("debt", String(64), nullable=False, server_default=""),
    Column("script", String(255), nullable=False, server_default=""),  # as records name papers
    Column("law", String(64), nullable=False, server_default=""),  # version of all rules
    Column("zones", JSON, nullable=False, server_default="[]"),
    Column("scrubs", JSON, nullable=False, server_default="{}"),
    Column("consents", JSON, nullable=False, server_default="[]"),
    # What became of its call.
    Column("call", String(64), nullable=False, server_default=""),  # its record's id
    Column("trunk", String(64), nullable=False, server_default=""),
    Column("rang_at", Float),
    Column("bridged_at", Float),
    Column("message_at", Float),
    Column("machine", String(16), nullable=False, server_default=""),  # what a detector said
    Column("machine_at", Float),
    Column("taken_at", Float),  # out of the dialplan, for an agent
    # What its agent filled in.
    Column("form", String(255), nullable=False, server_default=""),  # the version
    Column("answers", JSON, nullable=False, server_default="{}"),
    Column("agent_guaranteed", Boolean, nullable=False, server_default="0"),  # one was kept for it
    Index("attempts_of_number", "number", "placed_at"),
    Index("attempts_of_person", "person", "placed_at"),
    Index("attempts_of_campaign", "client", "campaign", "placed_at"),
    Index("attempts_of_lead", "lead", "placed_at"),
    Index("attempts_open", "number", unique=True, sqlite_where=text("outcome IS NULL")),
)
"""Each time a number was dialed, stored before it was. One number has one open attempt."""

QUOTA_COUNTS = Table(
    "quota_counts",
    METADATA,
    Column("client", String(32), primary_key=True),
    Column("campaign", String(32), primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("value", String(500), primary_key=True),
    Column("answers", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many answers there are of each group that a quota is for."""

APPOINTMENTS = Table(
    "lead_appointments",
    METADATA,
    Column("attempt", String(64), primary_key=True),  # of the call in which it was made
    Column("call", String(64), nullable=False),
    Column("client", String(32), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("lead", Integer, nullable=False),
    Column("node", String(32), nullable=False),
    Column("uid", String(128), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("starts_at", Float, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("submission", String(32), nullable=False),
    Column("customer", String(500), nullable=False),  # addresses
    Column("agent", String(254), nullable=False),
    Column("invitation", Text, nullable=False),  # iCalendar
    Column("is_told", Boolean, nullable=False),  # the outbox has it
    sqlite_with_rowid=False,
)
"""What agents have agreed with leads, as the last invitation has it."""
