"""Attempts: each is stored before its call is placed, and has an outcome in the end.

Storing one looks again, in the same transaction, whether the number may be called: what was
forbidden a moment ago is not dialed. An attempt without an outcome is a call that goes on, or went
on when the engine died: its lead is with nobody until it is settled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from ccengine.core.dialer.leads import (
    AttemptId,
    AttemptOutcome,
    HeldBack,
    LeadKey,
    LeadState,
    MachineVerdict,
    Promise,
)
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.quotas import Group
from ccengine.core.dialer.retries import Again, Ended, Finished, RetryRules, Sequel
from ccengine.core.ids import AgentId, Instant
from ccengine.storage.attempt_courses import AWAY, AttemptCourse, course_in, query_of
from ccengine.storage.attempt_endings import (
    Circumstances,
    abandon_after_all,
    count_answer,
    heed,
    leave,
    note_persons_wish,
)
from ccengine.storage.attempt_tallies import began_query, tally_in, tally_query
from ccengine.storage.attempts_held import is_ours, judged
from ccengine.storage.do_not_call import DoNotCall, note_wish
from ccengine.storage.errors import StorageError
from ccengine.storage.law_versions import keep_clearance
from ccengine.storage.lead_rows import tries_of
from ccengine.storage.lead_tables import ATTEMPTS, LEADS
from ccengine.storage.new_attempts import Check, NewAttempt
from ccengine.storage.writing import writing

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from ccengine.core.dialer.campaigns import Quota
    from ccengine.core.dialer.windows import Tally
    from ccengine.core.periods import Period

log = structlog.get_logger()


class NotClaimed(StorageError):
    """The lead is not in the hopper of who wants to dial it, or the number is not one of its."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is known by now of a call that was placed. None: nothing new."""

    rang_at: Instant | None = None
    answered_at: Instant | None = None
    taken_at: Instant | None = None  #: out of the dialplan, for an agent who is there
    bridged_at: Instant | None = None  #: with an agent
    message_at: Instant | None = None  #: nobody came: the message began
    machine: MachineVerdict | None = None
    machine_at: Instant | None = None  #: the detector said so
    agent: AgentId | None = None
    trunk: str | None = None


NOTHING_NEW: Final = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt(NewAttempt):
    """One that was stored."""

    law: str = ""  #: version of all rules that were in force
    zones: Sequence[str] = ()
    scrubs: Mapping[str, Instant] = field(default_factory=dict)
    consents: Sequence[int] = ()
    trunk: str = ""
    rang_at: Instant | None = None
    taken_at: Instant | None = None
    bridged_at: Instant | None = None
    message_at: Instant | None = None
    machine: str = ""
    machine_at: Instant | None = None

    outcome: AttemptOutcome | None = None
    disposition: str = ""
    cause: str = ""
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    agent: AgentId | None = None
    form: str = ""  #: the version that was filled in
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ended."""

    outcome: AttemptOutcome
    at: Instant
    disposition: str = ""
    cause: str = ""
    agent: AgentId | None = None
    promise: Promise | None = None
    groups: Sequence[Group] = ()  #: in which it counts as an answer
    progress: Progress = NOTHING_NEW  #: what was not noted before
    sequel: Sequel | None = None  #: what the disposition means for the lead
    form: str = ""  #: the version that was filled in
    answers: Mapping[str, str] = field(default_factory=dict)
    is_late: bool = False  #: abandoned by the law: they have talked all the same

    def of(self, number: str) -> Ended:
        """Return the end of an attempt on a number, as rules go by it."""
        return Ended(
            number=number,
            outcome=AttemptOutcome.ANSWERED if self.is_late else self.outcome,
            at=self.at,
            disposition=self.disposition,
            sequel=self.sequel,
        )


RulesOf = Callable[[str, str], RetryRules]
"""Returns the rules of retries of a client's campaign."""

EndingOf = Callable[[StoredAttempt], Awaitable[Ending | None]]


class AttemptStore:
    """Attempts in a database of call records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def place(
        self, attempt: NewAttempt, check: Check, quotas: Sequence[Quota] = ()
    ) -> HeldBack | None:
        """Store an attempt, after which its call may be placed; or say what holds it back.

        A lead that is held back is put off until the rule lets go, or somebody may have seen to it.
        If neither will be, its next number is dialed; without one that may be, the lead is done. So
        is one of whose group there are answers enough by now.

        Raises:
            NotClaimed: it is not in this engine's hopper, or somebody is dialing the number.
        """
        async with writing(self._engine) as connection:
            if not await is_ours(connection, attempt):
                of = f"with this number by {attempt.node}"
                message = f"lead {attempt.lead} is not claimed {of}"
                raise NotClaimed(message)
            said = await judged(connection, attempt, check, quotas)
            if isinstance(said, HeldBack):
                return said
            values = asdict(attempt)
            if said is not None:
                values |= await keep_clearance(connection, said, attempt.placed_at)
            try:
                await connection.execute(insert(ATTEMPTS), values)
            except IntegrityError as error:
                message = f"{attempt.id}: the number is being dialed, or the id is used"
                raise NotClaimed(message) from error
            dialing = update(LEADS).where(LEADS.c.id == attempt.lead)
            await connection.execute(dialing.values(state=LeadState.DIALING))
        return None

    async def judge(
        self, attempt: NewAttempt, check: Check, quotas: Sequence[Quota] = ()
    ) -> HeldBack | None:
        """Say what would hold an attempt back, as placing it would; nothing is stored.

        A lead that is held back is put off as it is there. One that is not in this engine's hopper
        any more is not judged.
        """
        async with writing(self._engine) as connection:
            if not await is_ours(connection, attempt):
                return None
            said = await judged(connection, attempt, check, quotas)
            return said if isinstance(said, HeldBack) else None

    async def note(self, attempt: AttemptId, progress: Progress) -> None:
        """Note how far a call is; one that has its outcome stays as it is."""
        values = _known(progress)
        statement = update(ATTEMPTS).where(ATTEMPTS.c.id == attempt, ATTEMPTS.c.outcome.is_(None))
        if values:
            async with self._engine.begin() as connection:
                await connection.execute(statement.values(values))

    async def note_told(
        self, attempt: AttemptId, answered_at: Instant, message_at: Instant, rules_of: RulesOf
    ) -> StoredAttempt | None:
        """Note that somebody answered and was told who called, as nobody had come.

        Whoever was thought lost, or to have hung up early, was abandoned: their lead goes by that.

        Args:
            attempt: to reach them.
            answered_at: they did.
            message_at: it began.
            rules_of: of a client's campaign.

        Returns:
            The attempt as it is now; None: there is none.
        """
        async with writing(self._engine) as connection:
            of_it = ATTEMPTS.c.id == attempt
            found = (await connection.execute(select(ATTEMPTS).where(of_it))).one_or_none()
            if found is None:
                return None
            values = {
                "answered_at": func.coalesce(ATTEMPTS.c.answered_at, answered_at),
                "message_at": func.coalesce(ATTEMPTS.c.message_at, message_at),
            }
            await connection.execute(update(ATTEMPTS).where(of_it).values(values))
            await abandon_after_all(connection, found, rules_of(found.client, found.campaign))
        (stored,) = await self._read(select(ATTEMPTS).where(of_it))
        return stored

    async def opt_out(self, attempt: AttemptId, wish: DoNotCall) -> None:
        """Note that whoever was called wants no more calls, on any of their numbers.

        Args:
            attempt: to reach them; where there is none, the wish is of its number alone.
            wish: as it was said.
        """
        async with writing(self._engine) as connection:
            query = select(ATTEMPTS).where(ATTEMPTS.c.id == attempt)
            found = (await connection.execute(query)).one_or_none()
            if found is None:
                await note_wish(connection, wish)
            else:
                await note_persons_wish(connection, found, wish)

    async def close(
        self, attempt: AttemptId, ending: Ending, rules: RetryRules
    ) -> Again | Finished | None:
        """Give an attempt its outcome, and its lead what follows; None: it has one already."""
        async with writing(self._engine) as connection:
            return await _close(connection, attempt, ending, rules)

    async def settle(
        self,
        node: str,
        at: Instant,
        rules_of: RulesOf,
        alive: Collection[AttemptId] = (),
        ending_of: EndingOf | None = None,
    ) -> list[StoredAttempt]:
        """Close what an engine that died has left open; return those attempts as they were.

        One that cannot be closed stays open, and keeps its number from being dialed: the others do
        not wait for it.

        Args:
            node: the engine's.
            at: now.
            rules_of: of a client's campaign.
            alive: those whose calls go on: they stay open.
            ending_of: tells how one ended, where that was decided and not written any more.

        Raises:
            OperationalError: the database is locked, or away: all of it is to be tried again.
        """
        settled = []
        for one in await self.open_of(node):
            if one.id in alive:
                continue
            try:
                decided = None if ending_of is None else await ending_of(one)
                ending = decided or _supposed(one, at)
                await self.close(one.id, ending, rules_of(one.client, one.campaign))
            except OperationalError:
                raise
            except Exception:
                # Else nothing would be dialed for any campaign, ever again.
                log.exception("attempt_not_settled", attempt=one.id)
            else:
                settled.append(one)
        return settled

    async def open_of(self, node: str) -> list[StoredAttempt]:
        """Return the attempts of an engine that have no outcome, the first one first."""
        query = select(ATTEMPTS).where(ATTEMPTS.c.outcome.is_(None), ATTEMPTS.c.node == node)
        return await self._read(query.order_by(ATTEMPTS.c.placed_at, ATTEMPTS.c.id))

    async def of_lead(self, lead: LeadKey) -> list[StoredAttempt]:
        """Return all attempts to reach a lead, the first one first."""
        query = select(ATTEMPTS).where(ATTEMPTS.c.lead == lead)
        return await self._read(query.order_by(ATTEMPTS.c.placed_at))

    async def of_number(self, number: str, since: Instant) -> list[StoredAttempt]:
        """Return all attempts on a number since then, of all campaigns, the first one first."""
        query = select(ATTEMPTS).where(ATTEMPTS.c.number == number, ATTEMPTS.c.placed_at >= since)
        return await self._read(query.order_by(ATTEMPTS.c.placed_at))

    async def courses(self, client: str, campaign: str, since: Instant) -> list[AttemptCourse]:
        """Return how a campaign's attempts went that were placed since then, by outcome."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query_of(client, campaign, since))).all()
        return [course_in(row) for row in rows]

    async def tally(
        self, client: str, campaign: str, window: Period, seller: str | None = None
    ) -> Tally:
        """Count a campaign's calls of a window, of one seller if it is named."""
        query = tally_query(client, campaign, window, seller)
        async with self._engine.connect() as connection:
            return tally_in((await connection.execute(query)).all())

    async def began(self, client: str, campaign: str) -> Instant | None:
        """Return when a campaign's first call was placed; None: there was none."""
        async with self._engine.connect() as connection:
            began: Instant | None = await connection.scalar(began_query(client, campaign))
        return began

    async def _read(self, query: Any) -> list[StoredAttempt]:
        async with self._engine.connect() as connection:
            return [_stored(row) for row in (await connection.execute(query)).all()]


def _supposed(left: StoredAttempt, at: Instant) -> Ending:
    talked = left.answered_at is not None and left.agent is not None
    outcome = AttemptOutcome.ANSWERED if talked else AttemptOutcome.LOST
    return Ending(outcome=outcome, at=at, cause=AWAY, agent=left.agent)


async def _close(
    connection: AsyncConnection, attempt: AttemptId, ending: Ending, rules: RetryRules
) -> Again | Finished | None:
    query = select(ATTEMPTS).where(ATTEMPTS.c.id == attempt, ATTEMPTS.c.outcome.is_(None))
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return None
    values = _known(ending.progress) | {
        "outcome": ending.outcome,
        "disposition": ending.disposition,
        "cause": ending.cause[:255],
        "ended_at": ending.at,
        "agent": ending.agent or ending.progress.agent or found.agent,
        "form": ending.form,
        "answers": dict(ending.answers),
    }
    await connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.id == attempt).values(values))
    ended = ending.of(found.number)
    await heed(connection, found, ended, ending.agent or "")
    await count_answer(connection, found, ending.groups)
    lead = (await connection.execute(select(LEADS).where(LEADS.c.id == found.lead))).one()
    circumstances = Circumstances(tries=tries_of(lead), rules=rules, promise=ending.promise)
    return await leave(connection, found, ended, circumstances)


def _known(progress: Progress) -> dict[str, Any]:
    return {name: value for name, value in asdict(progress).items() if value is not None}


def _stored(row: Row[Any]) -> StoredAttempt:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    outcome = values.pop("outcome")
    values |= {"mode": Mode(row.mode), "purpose": Purpose(row.purpose)}
    return StoredAttempt(**values, outcome=None if outcome is None else AttemptOutcome(outcome))
