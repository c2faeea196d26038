"""What agents say of a call decides what becomes of its lead, also when they mend it later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from ccengine.core.dialer.hopper import Wanted
from ccengine.core.dialer.leads import AttemptId, AttemptOutcome, LeadState, Promise
from ccengine.core.dialer.retries import Again, Finished, RetryRule, RetryRules, Sequel
from ccengine.core.ids import AgentId
from ccengine.storage.attempts import Ending
from ccengine.storage.do_not_call import DoNotCall
from ccengine.storage.law_check import by_law
from ccengine.storage.lead_tables import NUMBERS
from tests.core.dialer.cases import law
from tests.storage.leads import NOON, anybody, attempt, imported, new, number, opened, refill

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.core.dialer.leads import Lead
    from ccengine.storage.database import RecordDatabase

A1 = AttemptId("a1")
SARA = AgentId("sara")
RULES = RetryRules(rules={"later": RetryRule(after_minutes=(60,), times=2)})
WOMEN = ("sex", "f")
TAKEN_BACK: dict[str, Any] = {"at": NOON + 9_000, "by": "anna"}


def said(disposition: str, sequel: Sequel | None = None, **more: Any) -> Ending:
    return Ending(
        outcome=AttemptOutcome.ANSWERED,
        at=NOON + 60,
        disposition=disposition,
        agent=SARA,
        sequel=sequel,
        **more,
    )


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[RecordDatabase]:
    file = tmp_path / "ccengine.sqlite"
    async with opened(file):
        pass
    imported(file, [new(1, numbers=(number(1), number(101)), key="C-7"), new(2)])
    async with opened(file) as database:
        yield database


@pytest.fixture
async def lead(database: RecordDatabase) -> Lead:
    """One who is being dialed."""
    (lead,) = await database.leads.claim(refill(1), NOON)
    await database.attempts.place(replace(attempt(lead), person=lead.person), anybody)
    return lead


async def now_of(database: RecordDatabase, lead: Lead) -> Lead:
    found = await database.leads.get(lead.key)
    assert found is not None
    return found


async def test_who_wants_no_more_calls_gets_none(database: RecordDatabase, lead: Lead) -> None:
    promise = Promise(due_at=NOON + 900)
    ending = said("no_calls", Sequel.DO_NOT_CALL, promise=promise)
    then = await database.attempts.close(A1, ending, RULES)
    assert isinstance(then, Finished)
    assert (await now_of(database, lead)).state is LeadState.DONE
    for one in lead.numbers:  # by which they are known in lists without keys, too
        (wish,) = await database.do_not_call.of_number(one.number)
        assert (wish.client, wish.person, wish.by) == ("dnipro", "C-7", "sara")
        assert "no_calls" in wish.evidence
    other = await database.number_facts("+380509999999", person="C-7", client="dnipro")
    assert other.opt_outs  # all numbers of theirs are meant
    stranger = await database.number_facts("+380509999999", person="C-7", client="nour")
    assert not stranger.opt_outs  # whose key is the same


async def test_a_wrong_number_is_never_dialed_again(database: RecordDatabase, lead: Lead) -> None:
    then = await database.attempts.close(A1, said("wrong", Sequel.WRONG_NUMBER), RULES)
    assert isinstance(then, Again)
    assert then.number == lead.numbers[1].number
    assert [one.is_dead for one in (await now_of(database, lead)).numbers] == [True, False]
    (wish,) = await database.do_not_call.of_number(lead.numbers[0].number)
    assert wish.person == ""  # their other numbers are not


async def test_who_is_done_is_not_called_whatever_the_rules_say(
    database: RecordDatabase, lead: Lead
) -> None:
    rules = RetryRules(rules={"sold": RetryRule(after_minutes=(1,), times=9)})
    then = await database.attempts.close(A1, said("sold", Sequel.DONE), rules)
    assert isinstance(then, Finished)
    assert then.because == "sold"
    assert (await now_of(database, lead)).state is LeadState.DONE


async def test_a_callback_without_a_time_is_tried_next_day(
    database: RecordDatabase, lead: Lead
) -> None:
    then = await database.attempts.close(A1, said("back", Sequel.CALLBACK), RULES)
    assert isinstance(then, Again)
    assert then.due_at == NOON + 60 + 86_400
    del lead


async def test_what_was_filled_in_stands_with_the_attempt(
    database: RecordDatabase, lead: Lead
) -> None:
    ending = said("sold", form="dnipro/sale@1#0", answers={"users": "12"})
    await database.attempts.close(A1, ending, RULES)
    (stored,) = await database.attempts.of_lead(lead.key)
    assert (stored.form, stored.answers) == ("dnipro/sale@1#0", {"users": "12"})
    (of,) = await database.lead_lists.lists("dnipro", "renewals")
    first, second = [one async for one in database.lead_lists.leads(of)]
    assert (first.last_disposition, first.answers) == ("sold", {"users": "12"})
    assert (second.last_disposition, second.answers) == ("", {})


async def test_a_key_that_was_pressed_counts_for_all_their_numbers(
    database: RecordDatabase, lead: Lead
) -> None:
    """Given 9 was pressed on the mobile, then the number at home is not dialed either."""
    first, second = (one.number for one in lead.numbers)
    wish = DoNotCall(number=first, client="dnipro", at=NOON, evidence="pressed 9", by="a1")
    await database.attempts.opt_out(A1, wish)
    for one in (first, second):
        assert await database.do_not_call.of_number(one) == [
            replace(wish, number=one, person="C-7")
        ]


async def test_a_wish_that_was_noted_of_a_number_becomes_the_persons(
    database: RecordDatabase, lead: Lead
) -> None:
    """Given a number was noted on the command line, then what its owner says later still counts."""
    first = lead.numbers[0].number
    noted = DoNotCall(number=first, client="dnipro", at=NOON - 9, evidence="a letter", by="anna")
    assert await database.do_not_call.add(noted)
    await database.attempts.close(A1, said("no_calls", Sequel.DO_NOT_CALL), RULES)
    assert await database.do_not_call.of_number(first) == [replace(noted, person="C-7")]
    assert not await database.do_not_call.add(replace(noted, person="C-8"))
    elsewhere = await database.number_facts("+380509999999", person="C-7", client="dnipro")
    assert elsewhere.opt_outs


async def test_a_wish_of_no_attempt_is_of_its_number(database: RecordDatabase) -> None:
    wish = DoNotCall(number="+380509999999", client="dnipro", at=NOON, evidence="said", by="in-1")
    await database.attempts.opt_out(AttemptId("in-1"), wish)
    assert await database.do_not_call.of_number("+380509999999") == [wish]


# --- corrections --------------------------------------------------------------------------------


async def test_the_last_word_counts(database: RecordDatabase, lead: Lead) -> None:
    was = said("later", groups=(WOMEN,))
    await database.attempts.close(A1, was, RULES)
    waits = await now_of(database, lead)
    assert (waits.state, waits.tries.attempts) == (LeadState.WAITING, 1)
    ending = said("no_calls", Sequel.DO_NOT_CALL)
    await database.corrections.correct(A1, was, ending, RULES)
    done = await now_of(database, lead)
    assert (done.state, done.tries.attempts) == (LeadState.DONE, 1)
    assert done.tries.by_rule == {"answered": 1}
    assert await database.do_not_call.of_number(number(1))
    assert (await database.leads.answers("dnipro", "renewals"))[WOMEN] == 0


async def test_a_lead_taken_for_done_is_called_again(database: RecordDatabase, lead: Lead) -> None:
    was = said("sold")
    await database.attempts.close(A1, was, RULES)
    ending = said("later", promise=Promise(due_at=NOON + 900, agent=SARA), groups=(WOMEN,))
    await database.corrections.correct(A1, was, ending, RULES)
    again = await now_of(database, lead)
    assert (again.state, again.due_at, again.agent) == (LeadState.CALLBACK, NOON + 900, SARA)
    assert (await database.leads.answers("dnipro", "renewals"))[WOMEN] == 1


async def test_a_lead_that_is_being_dialed_again_keeps_its_call(
    database: RecordDatabase, lead: Lead
) -> None:
    was = said("later")
    then = await database.attempts.close(A1, was, RULES)
    assert isinstance(then, Again)
    asked = refill(9)
    again = next(
        one for one in await database.leads.claim(asked, then.due_at) if one.key == lead.key
    )
    await database.attempts.place(attempt(again, "a2"), anybody)
    ending = said("no_calls", Sequel.DO_NOT_CALL)
    assert await database.corrections.correct(A1, was, ending, RULES) is None
    assert (await now_of(database, lead)).state is LeadState.DIALING
    assert await database.do_not_call.of_number(number(1))  # but the wish is noted


async def test_an_attempt_that_is_open_is_not_corrected(
    database: RecordDatabase, lead: Lead
) -> None:
    del lead
    assert await database.corrections.correct(A1, said("a"), said("b"), RULES) is None


# --- promised calls -----------------------------------------------------------------------------

MAX = AgentId("max")


@pytest.fixture
async def promised(database: RecordDatabase, lead: Lead) -> Lead:
    """Sara has promised a call in a quarter of an hour."""
    ending = said("back", Sequel.CALLBACK, promise=Promise(due_at=NOON + 900, agent=SARA))
    await database.attempts.close(A1, ending, RULES)
    return lead


async def claimed(database: RecordDatabase, seconds: float, **asked: Any) -> list[int]:
    rules: dict[str, Any] = {"only_promised": True, "own_seconds": 600.0}
    wanted = Wanted(due=9, fresh={})
    leads = await database.leads.claim(refill(wanted=wanted, **rules, **asked), NOON + seconds)
    return [one.key for one in leads]


async def test_a_promised_call_is_claimed_for_who_promised_it(
    database: RecordDatabase, promised: Lead
) -> None:
    assert await claimed(database, 899, agents=(SARA,)) == []
    assert await claimed(database, 901, agents=(MAX,)) == []
    assert await claimed(database, 901, agents=(SARA, MAX)) == [promised.key]


async def test_an_overdue_one_is_claimed_for_anybody(
    database: RecordDatabase, promised: Lead
) -> None:
    assert await claimed(database, 1499, agents=(MAX,)) == []
    assert await claimed(database, 1500, agents=(MAX,)) == [promised.key]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (AttemptOutcome.CANCELLED, LeadState.CALLBACK),
        (AttemptOutcome.LOST, LeadState.CALLBACK),
        (AttemptOutcome.NO_ANSWER, LeadState.WAITING),
    ],
)
async def test_a_promise_stands_until_their_phone_has_rung(
    database: RecordDatabase, promised: Lead, outcome: AttemptOutcome, state: LeadState
) -> None:
    await claimed(database, 901, agents=(SARA,))
    again = await now_of(database, promised)
    await database.attempts.place(attempt(again, "a2", at=NOON + 902), anybody)
    await database.attempts.close(AttemptId("a2"), Ending(outcome=outcome, at=NOON + 930), RULES)
    left = await now_of(database, promised)
    assert left.state is state
    assert left.agent == (SARA if state is LeadState.CALLBACK else None)


# --- numbers that are nobody's ------------------------------------------------------------------


async def only_first(database: RecordDatabase, lead: Lead) -> str:
    """Have the lead's second number be dead, and return the first."""
    second = lead.numbers[1].number
    await database.leads.give_back([lead.key])
    async with database._engine.begin() as connection:
        dead = update(NUMBERS).where(NUMBERS.c.number == second)
        await connection.execute(dead.values(is_dead=True))
    return lead.numbers[0].number


async def test_a_promise_on_a_wrong_number_is_kept_on_the_next(
    database: RecordDatabase, lead: Lead
) -> None:
    """Given a call was promised on the number dialed, which is not theirs, then the other one."""
    promise = Promise(due_at=NOON + 900)
    ending = said("wrong", Sequel.WRONG_NUMBER, promise=promise)
    await database.attempts.close(A1, ending, RULES)
    found = await now_of(database, lead)
    assert (found.state, found.number) == (LeadState.CALLBACK, lead.numbers[1].number)


async def test_without_a_number_a_promise_ends(database: RecordDatabase, lead: Lead) -> None:
    await only_first(database, lead)
    promise = Promise(due_at=NOON + 900)
    ending = said("wrong", Sequel.WRONG_NUMBER, promise=promise)
    await database.attempts.close(A1, ending, RULES)
    found = await now_of(database, lead)
    assert (found.state, found.due_at) == (LeadState.DONE, None)


async def test_an_older_attempt_may_take_the_last_number(
    database: RecordDatabase, lead: Lead
) -> None:
    """Given two attempts, then the first one's correction leaves no lead that nobody can dial."""
    await only_first(database, lead)
    was = said("later")
    await database.attempts.close(A1, was, RULES)
    await claim_again(database, lead, NOON + 4_000)
    busy = Ending(outcome=AttemptOutcome.BUSY, at=NOON + 4_030)
    await database.attempts.close(AttemptId("a2"), busy, RULES)
    ending = said("wrong", Sequel.WRONG_NUMBER)
    assert await database.corrections.correct(A1, was, ending, RULES) is None
    found = await now_of(database, lead)
    assert (found.state, found.due_at) == (LeadState.DONE, None)


async def claim_again(database: RecordDatabase, lead: Lead, at: float) -> None:
    asked = await database.leads.claim(refill(9), at)
    again = next(one for one in asked if one.key == lead.key)
    await database.attempts.place(attempt(again, "a2", at), anybody)


async def test_a_lead_without_a_number_is_not_claimed_for_ever(
    database: RecordDatabase, promised: Lead
) -> None:
    """Given all numbers of who was promised a call died meanwhile, then the lead is done."""
    async with database._engine.begin() as connection:
        dead = update(NUMBERS).where(NUMBERS.c.lead == promised.key)
        await connection.execute(dead.values(is_dead=True))
    assert await claimed(database, 901, agents=(SARA,)) == []
    assert (await now_of(database, promised)).state is LeadState.DONE


async def test_a_number_said_to_be_wrong_by_slip_is_dialed_again(
    database: RecordDatabase, lead: Lead
) -> None:
    """Given the agent mends it, then the number lives, and the wish is taken back by hand."""
    first = await only_first(database, lead)
    was = said("wrong", Sequel.WRONG_NUMBER)
    await database.attempts.close(A1, was, RULES)
    assert (await now_of(database, lead)).state is LeadState.DONE
    await database.corrections.correct(A1, was, said("later"), RULES)
    found = await now_of(database, lead)
    assert (found.state, found.to_dial) == (LeadState.WAITING, first)
    assert await database.do_not_call.of_number(first)


@pytest.mark.parametrize("by_rule", [True, False])
async def test_a_wish_taken_back_has_its_leads_dialed_again(
    database: RecordDatabase, lead: Lead, *, by_rule: bool
) -> None:
    first = await only_first(database, lead)
    if by_rule:  # the lead was held back by the wish
        lost = Ending(outcome=AttemptOutcome.CANCELLED, at=NOON + 60)
        await database.attempts.close(A1, lost, RULES)
        asked = await database.leads.claim(refill(9), NOON + 4_000)
        wish = DoNotCall(number=first, client="dnipro", at=NOON, evidence="a letter", by="anna")
        await database.do_not_call.add(wish)
        again = next(one for one in asked if one.key == lead.key)
        await database.attempts.place(attempt(again, "a2"), by_law(lambda _: law(), ()))
    else:
        await database.attempts.close(A1, said("wrong", Sequel.WRONG_NUMBER), RULES)
    assert (await now_of(database, lead)).state is LeadState.DONE
    assert await database.do_not_call.remove(first, "nour", **TAKEN_BACK) is None
    assert (await now_of(database, lead)).state is LeadState.DONE
    assert await database.do_not_call.remove(first, "dnipro", **TAKEN_BACK) is not None
    found = await now_of(database, lead)
    assert (found.state, found.to_dial) == (LeadState.WAITING, first)


async def test_who_asked_for_no_more_calls_is_done_also_when_the_wish_is_taken_back(
    database: RecordDatabase, lead: Lead
) -> None:
    await database.attempts.close(A1, said("no_calls", Sequel.DO_NOT_CALL), RULES)
    assert await database.do_not_call.remove(number(1), "dnipro", **TAKEN_BACK) is not None
    assert (await now_of(database, lead)).state is LeadState.DONE
