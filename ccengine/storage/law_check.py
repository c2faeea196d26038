"""The law, asked in the transaction that stores an attempt: what was noted a moment ago counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.clearance import Clearance, clearance
from ccengine.core.dialer.judging import judge
from ccengine.core.dialer.leads import HeldBack
from ccengine.core.dialer.purposes import Mode
from ccengine.storage.number_facts import facts_about

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.rules import Law
    from ccengine.storage.attempts import Check, NewAttempt
    from ccengine.storage.number_facts import Refusals


def by_law(law_of: Callable[[NewAttempt], Law], refusals: Refusals) -> Check:
    """Return a check for attempts: the first hold that it finds, until nothing holds the number; or
    why nothing does.

    Args:
        law_of: the rules of all places where the lead may be, by its number and its address.
        refusals: clients with the dispositions by which somebody does not want such calls.
    """

    async def check(connection: AsyncConnection, attempt: NewAttempt) -> HeldBack | Clearance:
        facts = await connection.run_sync(facts_about, attempt.number, attempt.person, refusals)
        request, law = _request(attempt), law_of(attempt)
        verdict = judge(request, law, facts, attempt.placed_at)
        if verdict.may_be_called:
            return clearance(request, law, facts, attempt.placed_at)
        worst = max(verdict.holds, key=lambda one: (one.until is None, one.until or 0.0))
        return HeldBack(rule=worst.rule, reason=worst.text, until=verdict.until)

    return check


def _request(attempt: NewAttempt) -> DialRequest:
    return DialRequest(
        number=attempt.number,
        client=attempt.client,
        campaign=attempt.campaign,
        purpose=attempt.purpose,
        mode=attempt.mode,
        person=attempt.person,
        debt=attempt.debt,
        # An agent saw the lead first, and stays until the call is over.
        agent_guaranteed=attempt.mode is Mode.PREVIEW,
    )
