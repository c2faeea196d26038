"""What follows from how an attempt has ended: for its number, its lead, and the quotas."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from ccengine.core.dialer.leads import AttemptOutcome, LeadState
from ccengine.core.dialer.retries import FINAL, Again, Sequel, after, kills_number
from ccengine.storage.do_not_call import DoNotCall, note_wish
from ccengine.storage.lead_rows import numbers_of
from ccengine.storage.lead_tables import CLAIMS, LEADS, NUMBERS, QUOTA_COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.leads import Tries
    from ccengine.core.dialer.quotas import Group
    from ccengine.core.dialer.retries import Finished, RetryRules
    from ccengine.storage.attempts import Ending

NOT_REACHED: Final = frozenset(
    {AttemptOutcome.CANCELLED, AttemptOutcome.FAILED, AttemptOutcome.LOST}
)
"""It was us, or the network, and not whoever was promised the call."""


async def heed(connection: AsyncConnection, found: Row[Any], ending: Ending) -> None:
    """Have a number never be dialed again that is nobody's, not theirs, or of who wants no calls.

    Args:
        connection: of a transaction.
        found: the attempt.
        ending: how it ended.
    """
    if kills_number(ending.outcome, ending.sequel):
        dead = update(NUMBERS).where(NUMBERS.c.lead == found.lead, NUMBERS.c.number == found.number)
        await connection.execute(dead.values(is_dead=True))
    if ending.sequel in (Sequel.DO_NOT_CALL, Sequel.WRONG_NUMBER):
        wish = DoNotCall(
            number=found.number,
            client=found.client,
            person=found.person if ending.sequel is Sequel.DO_NOT_CALL else "",
            at=ending.at,
            evidence=f"{ending.disposition}, said in call {found.call or found.id}",
            by=ending.agent or "",
        )
        await note_wish(connection, wish)


async def leave(
    connection: AsyncConnection,
    found: Row[Any],
    ending: Ending,
    tries: Tries,
    rules: RetryRules,
) -> Again | Finished:
    """Say what becomes of the lead, and let go of its numbers.

    Args:
        connection: of a transaction.
        found: the attempt.
        ending: how it ended.
        tries: what was tried before it.
        rules: the campaign's.
    """
    numbers = (await numbers_of(connection, [found.lead])).get(found.lead, [])
    then = after(ending.of(found.number), numbers, tries, rules)
    values: dict[str, Any] = {"tries": asdict(then.tries), "node": None, "before": None}
    if ending.promise is not None and ending.sequel not in FINAL:
        promise = ending.promise
        number = promise.number or found.number
        values |= {"state": LeadState.CALLBACK, "due_at": promise.due_at, "number": number}
        values |= {"agent": promise.agent, "because": ""}
    elif isinstance(then, Again) and await _is_promised_still(connection, found, ending):
        values |= {"state": LeadState.CALLBACK, "due_at": then.due_at, "because": ending.outcome}
    elif isinstance(then, Again):
        values |= {"state": LeadState.WAITING, "due_at": then.due_at, "number": then.number}
        values |= {"agent": None, "because": ending.outcome}
    else:
        values |= {"state": LeadState.DONE, "due_at": None, "agent": None}
        values |= {"because": then.because}
    await connection.execute(update(LEADS).where(LEADS.c.id == found.lead).values(values))
    await connection.execute(delete(CLAIMS).where(CLAIMS.c.lead == found.lead))
    return then


async def _is_promised_still(connection: AsyncConnection, found: Row[Any], ending: Ending) -> bool:
    """Tell whether a promised call has still to be made: the last one did not reach their phone."""
    was = await connection.scalar(select(LEADS.c.before).where(LEADS.c.id == found.lead))
    return was == LeadState.CALLBACK and ending.outcome in NOT_REACHED


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
