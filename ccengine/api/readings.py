"""What is read in the reader's process: functions of a journal or a configuration, no more.

They run where the engine does not, so they take and return plain values only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ccengine.api.ledgers import contract_shown
from ccengine.clock import Clock
from ccengine.core.ids import AgentId
from ccengine.ivr.configuration import load_configuration
from ccengine.reporting.agent_day import EARLIER_SECONDS, fold_day
from ccengine.reporting.plan_changes import changes_of
from ccengine.storage.figures import read_both, read_ledger, read_tables
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.replay import center_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccengine.api.kpis import TooLong, Writing
    from ccengine.api.ledgers import ContractQuery, LedgerView
    from ccengine.api.spans import Span
    from ccengine.config.problems import Problem
    from ccengine.core.ids import Instant
    from ccengine.reporting.agent_day import AgentDay
    from ccengine.reporting.kpis.billing import Billed
    from ccengine.reporting.kpis.table import InForce, Question
    from ccengine.reporting.plan_changes import PlanChanges


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in the configuration, by file and line."""

    file: str  #: below the tenant's folder
    line: int
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a configuration has, other than what it says."""

    problems: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]


def read_day(journal: Path, agent: str, since: Instant, until: Instant) -> AgentDay:
    """Return an agent's day."""
    with JournalReader.open(journal) as reader:
        rows = reader.rows_of_agent(AgentId(agent), since - EARLIER_SECONDS)
    return fold_day(rows, agent=AgentId(agent), since=since, until=until)


def read_kpis(
    journal: Path, question: Question, in_force: InForce, tell: Writing, now: Instant
) -> bytes | TooLong:
    """Return figures as they are answered."""
    with JournalReader.open(journal) as reader:
        (table,) = read_tables(reader, [question], in_force, now)
    return tell(table)


def read_accounts(journal: Path, view: LedgerView, now: Instant) -> bytes:
    """Return the ledger as it is answered."""
    with JournalReader.open(journal) as reader:
        kept = read_ledger(reader, view.span.begins, view.span.ends, now)
    return view.shown(kept).model_dump_json().encode()


def read_contract(
    journal: Path, billed: Billed, span: Span, query: ContractQuery, now: Instant
) -> bytes | None:
    """Return a contract's report as it is answered; None: the ledger has faults."""
    question = billed.question(span.begins, span.ends, span.zone)
    with JournalReader.open(journal) as reader:
        table, kept = read_both(reader, question, billed.in_force, now)
    if kept.faults:
        return None
    return contract_shown(billed, kept, table, query, span.zone).model_dump_json().encode()


def read_check(folder: Path) -> Checked:
    """Check the configuration as it lies in the folder."""
    found = load_configuration(folder)
    return Checked(_told(found.problems, folder), _told(found.warnings, folder))


def read_plan(folder: Path, journal: Path) -> PlanChanges | Checked:
    """Return what a reload would change; what is wrong, if it would be refused."""
    found = load_configuration(folder)
    if found.tenant is None:
        return Checked(_told(found.problems, folder), ())
    with JournalReader.open(journal) as reader:
        restored = reader.restore()
    now = Clock(lambda: 0.0, not_before=restored.last_at).now()
    return changes_of(center_of(restored), found.tenant.plan(now), now)


def changes_as_json(changes: PlanChanges) -> dict[str, Any]:
    """Return what would change as plain values."""
    return asdict(changes)


def _told(problems: Sequence[Problem], folder: Path) -> tuple[Mistake, ...]:
    return tuple(mistake_of(one, folder) for one in problems)


def mistake_of(problem: Problem, folder: Path) -> Mistake:
    """Return a problem by its file's place in the tenant's folder."""
    inside = problem.file.is_relative_to(folder)
    file = problem.file.relative_to(folder) if inside else problem.file.name
    return Mistake(str(file), problem.line, problem.message, problem.remedy)
