"""What becomes of a lead whose call is not placed: its number is held, or its group is full."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import delete, or_, select, update

from ccengine.core.dialer.judging import OWN_LIST
from ccengine.core.dialer.leads import HeldBack, LeadKey, LeadState
from ccengine.core.dialer.quotas import Quotas
from ccengine.core.dialer.retries import NO_NUMBER_LEFT
from ccengine.storage.lead_rows import numbers_of
from ccengine.storage.lead_tables import CLAIMS, LEADS, LISTS, NUMBERS
from ccengine.storage.leads import QUOTA_FULL, answers_of, put_off

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.campaigns import Quota
    from ccengine.core.dialer.clearance import Clearance
    from ccengine.core.ids import Instant
    from ccengine.storage.new_attempts import Check, NewAttempt

QUOTA_RULE: Final = "quotas"
"""Named as what holds a lead back of whose group there are answers enough."""


class Claimed(Protocol):
    """A lead that would be dialed now: what is known of the attempt before it is stored."""

    @property
    def lead(self) -> LeadKey:
        """The lead."""

    @property
    def client(self) -> str:
        """Whose."""

    @property
    def campaign(self) -> str:
        """Its campaign."""

    @property
    def number(self) -> str:
        """E.164, that would be dialed."""

    @property
    def node(self) -> str:
        """The engine that would."""

    @property
    def placed_at(self) -> Instant:
        """Now."""


Ask = Callable[[str], Awaitable[object]]
"""Asks what holds one of a lead's numbers: `HeldBack`, or anything else if nothing does."""


async def is_ours(connection: AsyncConnection, claimed: Claimed) -> bool:
    """Tell whether a lead is in the hopper of who would dial it, and the number is one it has."""
    query = (
        select(LEADS.c.state, LEADS.c.node, NUMBERS.c.is_dead)
        .join(NUMBERS, NUMBERS.c.lead == LEADS.c.id)
        .where(LEADS.c.id == claimed.lead, NUMBERS.c.number == claimed.number)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None or row.is_dead:
        return False
    return (row.state, row.node) == (LeadState.CLAIMED, claimed.node)


async def keep_out_full(
    connection: AsyncConnection, claimed: Claimed, quotas: Sequence[Quota]
) -> HeldBack | None:
    """Put a claimed lead aside if there are answers enough of its group by now; None: it is wanted.

    Args:
        connection: of the transaction in which it would be dialed.
        claimed: the lead.
        quotas: the campaign's.
    """
    if not quotas:
        return None
    counted = await answers_of(connection, claimed.client, claimed.campaign)
    of_it = LEADS.c.id == claimed.lead
    fields = await connection.scalar(select(LEADS.c.fields).where(of_it))
    if Quotas(wanted=quotas, counted=counted).full_for(fields or {}) is None:
        return None
    # What it was before it was claimed stays noted: should more answers be wanted some day.
    aside = {"state": LeadState.DONE, "because": QUOTA_FULL, "node": None}
    await connection.execute(update(LEADS).where(of_it).values(aside))
    await connection.execute(delete(CLAIMS).where(CLAIMS.c.lead == claimed.lead))
    return HeldBack(rule=QUOTA_RULE, reason=QUOTA_FULL)


async def hold_back(
    connection: AsyncConnection, claimed: Claimed, held: HeldBack, ask: Ask
) -> HeldBack:
    """Put a lead off until its number may be called; for ever held, another one of its is dialed.

    Args:
        connection: of the transaction in which it would be dialed.
        claimed: the lead.
        held: what holds its number.
        ask: asks the same of its other numbers.

    Returns:
        What holds it back, until one of its numbers may be called.
    """
    because = f"{held.rule}: {held.reason}"
    number = claimed.number
    if held.until is None:
        held, number = await _first_free(connection, claimed, held, ask)
    await put_off(connection, claimed.lead, _again_at(held), because, needs_agent=held.needs_agent)
    if number != claimed.number:
        of_it = update(LEADS).where(LEADS.c.id == claimed.lead)
        await connection.execute(of_it.values(number=number))
    return held


async def let_go(connection: AsyncConnection, number: str, client: str, since: Instant) -> None:
    """Have leads be dialed again that were done because a number of theirs was not to be called.

    Args:
        connection: of the transaction in which the wish is taken back.
        number: of which it was.
        client: whose leads; empty: anybody's.
        since: it was noted then.
    """
    lists = select(LISTS.c.id).where(LISTS.c.client == client) if client else select(LISTS.c.id)
    of_it = (NUMBERS.c.number == number, NUMBERS.c.list_id.in_(lists))
    theirs = select(NUMBERS.c.lead).where(*of_it)
    kept = or_(LEADS.c.because == NO_NUMBER_LEFT, LEADS.c.because.startswith(f"{OWN_LIST}: "))
    done = (LEADS.c.id.in_(theirs), LEADS.c.state == LeadState.DONE, kept)
    again = {"state": LeadState.WAITING, "due_at": since, "number": number, "because": ""}
    await connection.execute(update(LEADS).where(*done).values(again))
    await connection.execute(update(NUMBERS).where(*of_it).values(is_dead=False))


async def _first_free(
    connection: AsyncConnection, claimed: Claimed, held: HeldBack, ask: Ask
) -> tuple[HeldBack, str]:
    """Return which of a lead's numbers may be called first, and what holds it until then."""
    best, number = held, claimed.number
    for other in await _others(connection, claimed):
        said = await ask(other)
        if not isinstance(said, HeldBack):
            return replace(held, until=claimed.placed_at, look_again_at=None), other
        again_at, so_far = _again_at(said), _again_at(best)
        if again_at is not None and (so_far is None or again_at < so_far):
            best, number = said, other
    return (
        replace(
            held,
            until=best.until,
            look_again_at=best.look_again_at,
            needs_agent=best.needs_agent,
        ),
        number,
    )


async def _others(connection: AsyncConnection, claimed: Claimed) -> list[str]:
    """Return the lead's other numbers that are not dead, from the one that was meant on."""
    found = (await numbers_of(connection, [claimed.lead])).get(claimed.lead, [])
    alive = [one.number for one in found if not one.is_dead]
    meant = alive.index(claimed.number)
    return [*alive[meant + 1 :], *alive[:meant]]


def _again_at(held: HeldBack) -> Instant | None:
    return held.look_again_at if held.until is None else held.until


async def judged(
    connection: AsyncConnection, attempt: NewAttempt, check: Check, quotas: Sequence[Quota]
) -> HeldBack | Clearance | None:
    """Return what quotas and the law say of an attempt, after its lead was put off for it."""
    full = await keep_out_full(connection, attempt, quotas)
    if full is not None:
        return full
    said = await check(connection, attempt)
    if not isinstance(said, HeldBack):
        return said

    async def ask(number: str) -> object:
        return await check(connection, replace(attempt, number=number))

    return await hold_back(connection, attempt, said, ask)
