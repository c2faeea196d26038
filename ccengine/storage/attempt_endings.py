"""What follows from how an attempt has ended: for its number, its lead, and the quotas."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from ccengine.core.dialer.leads import AttemptOutcome, LeadState, Promise, Tries
from ccengine.core.dialer.retries import (
    FINAL,
    NO_NUMBER_LEFT,
    Again,
    Ended,
    RetryRules,
    Sequel,
    after,
    kills_number,
    undone,
)
from ccengine.storage.do_not_call import DoNotCall, note_wish
from ccengine.storage.lead_rows import numbers_of, tries_of
from ccengine.storage.lead_tables import ATTEMPTS, CLAIMS, LEADS, NUMBERS, QUOTA_COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.quotas import Group
    from ccengine.core.dialer.retries import Finished

NOT_REACHED: Final = frozenset(
    {AttemptOutcome.CANCELLED, AttemptOutcome.FAILED, AttemptOutcome.LOST}
)
"""It was us, or the network, and not whoever was promised the call."""


AT_REST: Final = frozenset({LeadState.WAITING, LeadState.CALLBACK, LeadState.DONE})
"""A lead that is claimed or being dialed again keeps what was decided of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What decides on a lead's next call, beside how the last one ended."""

    tries: Tries  #: before it
    rules: RetryRules  #: the campaign's
    promise: Promise | None = None


async def heed(connection: AsyncConnection, found: Row[Any], ended: Ended, by: str) -> None:
    """Have a number never be dialed again that is nobody's, not theirs, or of who wants no calls.

    Args:
        connection: of a transaction.
        found: the attempt.
        ended: how it ended.
        by: who says so.
    """
    if kills_number(ended.outcome, ended.sequel):
        dead = update(NUMBERS).where(NUMBERS.c.lead == found.lead, NUMBERS.c.number == found.number)
        await connection.execute(dead.values(is_dead=True))
    wish = DoNotCall(
        number=found.number,
        client=found.client,
        at=ended.at,
        evidence=f"{ended.disposition}, said in call {found.call or found.id}",
        by=by,
    )
    if ended.sequel is Sequel.WRONG_NUMBER:  # the person whose lead it is did not ask for it
        await note_wish(connection, wish)
    elif ended.sequel is Sequel.DO_NOT_CALL:
        await note_persons_wish(connection, found, wish)


async def note_persons_wish(connection: AsyncConnection, found: Row[Any], wish: DoNotCall) -> None:
    """Note that whoever was called wants no more calls: on none of the numbers that are theirs.

    Args:
        connection: of a transaction.
        found: the attempt.
        wish: of one of them.
    """
    known = (await numbers_of(connection, [found.lead])).get(found.lead, [])
    theirs = [one.number for one in known if not one.is_dead]
    for number in dict.fromkeys((found.number, *theirs)):
        await note_wish(connection, replace(wish, number=number, person=found.person))


async def leave(
    connection: AsyncConnection,
    found: Row[Any],
    ended: Ended,
    circumstances: Circumstances,
) -> Again | Finished:
    """Say what becomes of the lead, and let go of its numbers.

    Args:
        connection: of a transaction.
        found: the attempt.
        ended: how it ended.
        circumstances: what decides on it beside that.
    """
    numbers = (await numbers_of(connection, [found.lead])).get(found.lead, [])
    then = after(ended, numbers, circumstances.tries, circumstances.rules)
    values: dict[str, Any] = {"tries": asdict(then.tries), "node": None, "before": None}
    alive = [one.number for one in numbers if not one.is_dead]
    if circumstances.promise is not None and ended.sequel not in FINAL and alive:
        promise = circumstances.promise
        number = promise.number or found.number
        if number not in alive:  # they were promised a call, and this number is not theirs
            number = alive[0]
        values |= {"state": LeadState.CALLBACK, "due_at": promise.due_at, "number": number}
        values |= {"agent": promise.agent, "because": ""}
    elif isinstance(then, Again) and await _is_promised_still(connection, found, ended):
        values |= {"state": LeadState.CALLBACK, "due_at": then.due_at, "because": ended.outcome}
    elif isinstance(then, Again):
        values |= {"state": LeadState.WAITING, "due_at": then.due_at, "number": then.number}
        values |= {"agent": None, "because": ended.outcome}
    else:
        values |= {"state": LeadState.DONE, "due_at": None, "agent": None}
        values |= {"because": then.because}
    await connection.execute(update(LEADS).where(LEADS.c.id == found.lead).values(values))
    await connection.execute(delete(CLAIMS).where(CLAIMS.c.lead == found.lead))
    return then


async def leave_again(
    connection: AsyncConnection,
    found: Row[Any],
    was: Ended,
    ended: Ended,
    rules: RetryRules,
    promise: Promise | None = None,
) -> Again | Finished | None:
    """Have a lead get what follows from another end of its last attempt, if it is at rest.

    Args:
        connection: of a transaction.
        found: the attempt.
        was: how it has ended until now.
        ended: how it ends.
        rules: the campaign's.
        promise: a call that they were promised in it.

    Returns:
        What follows; None: it was not the last one, or the lead is with somebody already.
    """
    lead = (await connection.execute(select(LEADS).where(LEADS.c.id == found.lead))).one()
    if lead.state not in AT_REST:
        return None
    latest = select(func.max(ATTEMPTS.c.placed_at)).where(ATTEMPTS.c.lead == found.lead)
    if await connection.scalar(latest) != found.placed_at:
        await _end_without_number(connection, found.lead)
        return None
    before = undone(was, tries_of(lead), rules)
    circumstances = Circumstances(tries=before, rules=rules, promise=promise)
    return await leave(connection, found, ended, circumstances)


async def abandon_after_all(
    connection: AsyncConnection, found: Row[Any], rules: RetryRules
) -> None:
    """Have an attempt end as abandoned that was thought lost, or cut off: they heard who called.

    Args:
        connection: of a transaction.
        found: the attempt.
        rules: the campaign's.
    """
    if found.outcome not in (AttemptOutcome.LOST, AttemptOutcome.CUT_OFF):
        return
    of_it = update(ATTEMPTS).where(ATTEMPTS.c.id == found.id)
    await connection.execute(of_it.values(outcome=AttemptOutcome.ABANDONED))
    was = Ended(
        number=found.number,
        outcome=AttemptOutcome(found.outcome),
        at=found.ended_at,
        disposition=found.disposition,
    )
    told = replace(was, outcome=AttemptOutcome.ABANDONED)
    await leave_again(connection, found, was, told, rules)


async def _end_without_number(connection: AsyncConnection, lead: int) -> None:
    """Have a lead at rest be done if none of its numbers may be dialed any more."""
    alive = select(NUMBERS.c.lead).where(NUMBERS.c.lead == lead, NUMBERS.c.is_dead.is_(False))
    done = {"state": LeadState.DONE, "because": NO_NUMBER_LEFT, "due_at": None, "agent": None}
    await connection.execute(update(LEADS).where(LEADS.c.id == lead, ~alive.exists()).values(done))


async def _is_promised_still(connection: AsyncConnection, found: Row[Any], ended: Ended) -> bool:
    """Tell whether a promised call has still to be made: the last one did not reach their phone."""
    was = await connection.scalar(select(LEADS.c.before).where(LEADS.c.id == found.lead))
    return was == LeadState.CALLBACK and ended.outcome in NOT_REACHED


async def count_answer(
    connection: AsyncConnection, found: Row[Any], groups: Sequence[Group], answers: int = 1
) -> None:
    """Count an attempt as an answer of groups; -1: it was none after all."""
    for name, value in groups:
        key = {"client": found.client, "campaign": found.campaign, "field": name, "value": value}
        statement = insert(QUOTA_COUNTS).values(**key, answers=max(0, answers))
        more = {"answers": func.max(0, QUOTA_COUNTS.c.answers + answers)}
        await connection.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=more)
        )
