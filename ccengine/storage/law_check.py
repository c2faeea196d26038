"""The law, asked in the transaction that stores an attempt: what was noted a moment ago counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.clearance import Clearance, clearance
from ccengine.core.dialer.judging import judge
from ccengine.core.dialer.leads import HeldBack
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.verdicts import MENDABLE, HoldReason
from ccengine.storage.lead_rows import numbers_of
from ccengine.storage.number_facts import Called, facts_about

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.leads import LeadNumber
    from ccengine.core.dialer.rules import Law
    from ccengine.core.dialer.verdicts import Hold, Verdict
    from ccengine.core.ids import Instant
    from ccengine.storage.new_attempts import Check, NewAttempt
    from ccengine.storage.number_facts import Refusals

LOOK_AGAIN_SECONDS: Final = 3_600.0
"""A copy of a register that is too old must not use up a list: its leads come back."""


def by_law(law_of: Callable[[NewAttempt], Law], refusals: Refusals) -> Check:
    """Return a check for attempts: the hold that lasts longest, and until when something holds the
    number; or why nothing does.

    Args:
        law_of: the rules of all places where the lead may be, by its number and its address.
        refusals: clients with the dispositions by which somebody does not want such calls.
    """

    async def check(connection: AsyncConnection, attempt: NewAttempt) -> HeldBack | Clearance:
        known = (await numbers_of(connection, [attempt.lead])).get(attempt.lead, [])
        request, law = _request(attempt, known), law_of(attempt)
        called = Called(
            number=request.number,
            client=request.client,
            person=request.person,
            numbers=request.numbers,
            lead=attempt.lead,
        )
        facts = await connection.run_sync(facts_about, called, refusals)
        verdict = judge(request, law, facts, attempt.placed_at)
        if verdict.may_be_called:
            return clearance(request, law, facts, attempt.placed_at)
        if request.mode is not Mode.UNATTENDED and _lacks_agent(verdict):
            kept = replace(request, agent_guaranteed=True)
            otherwise = judge(kept, law, facts, attempt.placed_at)
            if otherwise.may_be_called:
                held = _held(verdict, attempt.placed_at)
                return replace(held, until=attempt.placed_at, needs_agent=True)
            verdict = otherwise  # what an agent would not help against
        return _held(verdict, attempt.placed_at)

    return check


def _lacks_agent(verdict: Verdict) -> bool:
    return any(one.reason is HoldReason.AGENT_NOT_GUARANTEED for one in verdict.holds)


def _held(verdict: Verdict, now: Instant) -> HeldBack:
    worst = max(verdict.holds, key=_how_long)
    look_again_at = None
    if worst.until is None and worst.reason in MENDABLE:
        ends = [one.until for one in verdict.holds if one.until is not None]
        look_again_at = max([now + LOOK_AGAIN_SECONDS, *ends])
    return HeldBack(
        rule=worst.rule, reason=worst.text, until=verdict.until, look_again_at=look_again_at
    )


def _how_long(hold: Hold) -> tuple[bool, bool, Instant]:
    """What nobody can end lasts longest, then what somebody has to."""
    for_ever = hold.until is None
    return for_ever, for_ever and hold.reason not in MENDABLE, hold.until or 0.0


def _request(attempt: NewAttempt, known: Sequence[LeadNumber]) -> DialRequest:
    return DialRequest(
        number=attempt.number,
        client=attempt.client,
        campaign=attempt.campaign,
        purpose=attempt.purpose,
        mode=attempt.mode,
        person=attempt.person,
        numbers=tuple(one.number for one in known),
        debt=attempt.debt,
        agent_guaranteed=attempt.agent_guaranteed,
    )
