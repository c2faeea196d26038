"""Deadline, retries, cache and breaker around a source, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from ccengine.config.lookup_sources import BreakerRules, HttpRequest, Lookup
from ccengine.ivr.data import Value
from ccengine.ivr.lookup_names import Asked
from ccengine.ivr.lookups import FAILED, NOTHING, Answer, Question, Result
from ccengine.lookup.breaker import BreakerState
from ccengine.lookup.slot import Slot
from ccengine.lookup.source import Document, QuestionRefused, SourceFailed

pytestmark = pytest.mark.virtual_time

FOUND: Document = {"state": "sent", "total": 12.5}
WANTED = frozenset({"number", "pin"})


@dataclass
class Scripted:
    """Answers as a script says: a document, None, an error, or after so many seconds."""

    answers: list[Document | Exception | float | None] = field(default_factory=list)
    asked: list[Mapping[str, Value]] = field(default_factory=list)

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        self.asked.append(values)
        answer = self.answers.pop(0) if self.answers else FOUND
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return FOUND
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None: ...


def slot(source: Scripted, written: frozenset[str] = frozenset(), **settings: Any) -> Slot:
    rules = {"deadline_seconds": 1.5, "breaker": BreakerRules(failures=3, seconds=30), **settings}
    lookup = Lookup(http=HttpRequest(url="https://crm.example/{number}"), **rules)
    asked = Asked(parameters=WANTED, read=frozenset(), written_down=written, results=None)
    now: Callable[[], float] = asyncio.get_running_loop().time
    return Slot("nour/order", (lookup, {}, None), asked, source, now)


def asks(number: str = "4711", **others: Any) -> Question:
    return Question("order", {"number": number, "other": "x", **others})


def soon() -> SourceFailed:
    return SourceFailed("status 503", hopeless=False)


async def test_what_is_found_is_typed() -> None:
    source = Scripted()
    answer = await slot(source).ask(asks())
    assert answer == Answer(Result.FOUND, {"state": "sent", "total": Decimal("12.5")})
    assert source.asked == [{"number": "4711"}]  # and nothing else of the call


async def test_nobody_waits_longer_than_the_deadline() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await slot(Scripted([5.0])).ask(asks()) == FAILED
    assert loop.time() - began == pytest.approx(1.5)


async def test_retries_are_within_the_deadline() -> None:
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    source = Scripted([soon(), 5.0])
    assert await slot(source, retries=3).ask(asks()) == FAILED
    assert len(source.asked) == 2
    assert loop.time() - began == pytest.approx(1.5)


async def test_a_fault_that_may_pass_is_tried_again() -> None:
    source = Scripted([soon(), soon()])
    assert (await slot(source, retries=2).ask(asks())).result is Result.FOUND
    source = Scripted([soon(), soon()])
    assert await slot(source, retries=1).ask(asks()) == FAILED


async def test_rubbish_is_not_asked_for_again() -> None:
    source = Scripted([SourceFailed("no JSON")])
    assert await slot(source, retries=5).ask(asks()) == FAILED
    assert len(source.asked) == 1


async def test_a_source_that_breaks_costs_the_caller_nothing_more() -> None:
    with capture_logs() as lines:
        assert await slot(Scripted([ZeroDivisionError()])).ask(asks()) == FAILED
    assert [line["event"] for line in lines] == ["lookup_broken", "lookup_done"]


async def test_one_line_is_logged_and_no_value_is_in_it() -> None:
    with capture_logs() as lines:
        await slot(Scripted([soon(), 0.25])).ask(asks(number="987654"))
    (line,) = lines
    assert line["event"] == "lookup_done"
    assert (line["lookup"], line["result"], line["tries"]) == ("nour/order", "found", 2)
    assert line["milliseconds"] == 350
    assert line["breaker"] == "closed"
    assert "987654" not in str(line)


async def test_the_breaker_opens_half_opens_and_closes_with_a_line_each() -> None:
    source = Scripted([SourceFailed("rubbish")] * 4)
    here = slot(source, retries=0)
    with capture_logs() as lines:
        for _ in range(5):
            assert await here.ask(asks()) == FAILED
        assert len(source.asked) == 3  # the others were not asked
        await asyncio.sleep(30)
        assert await here.ask(asks()) == FAILED
        assert here.breaker.state(here._now()) is BreakerState.OPEN
        await asyncio.sleep(30)
        assert (await here.ask(asks())).result is Result.FOUND
    changes = [line["event"] for line in lines if "breaker" in line["event"]]
    assert changes == [
        "lookup_breaker_open",
        "lookup_breaker_half_open",
        "lookup_breaker_open",
        "lookup_breaker_half_open",
        "lookup_breaker_closed",
    ]
    assert len([line for line in lines if line["event"] == "lookup_done"]) == 7


async def test_slow_ones_on_their_way_open_it_once() -> None:
    here = slot(Scripted([5.0] * 10))
    with capture_logs() as lines:
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(here.ask(asks()))
    assert [line["event"] for line in lines].count("lookup_breaker_open") == 1


async def test_who_hangs_up_while_it_is_half_open_leaves_the_try_to_the_next() -> None:
    source = Scripted([SourceFailed("rubbish")] * 3 + [5.0])
    here = slot(source)
    for _ in range(3):
        await here.ask(asks())
    await asyncio.sleep(30)
    async with asyncio.TaskGroup() as group:
        trying = group.create_task(here.ask(asks()))
        await asyncio.sleep(0.1)
        trying.cancel()
    assert (await here.ask(asks())).result is Result.FOUND


async def test_answers_are_kept_for_a_time_each_by_what_was_asked() -> None:
    source = Scripted([FOUND, None])
    here = slot(source, cache_seconds=60)
    assert (await here.ask(asks("1"))).result is Result.FOUND
    assert await here.ask(asks("2")) == NOTHING
    await asyncio.sleep(59)
    assert (await here.ask(asks("1"))).result is Result.FOUND
    assert await here.ask(asks("2")) == NOTHING
    assert len(source.asked) == 2
    await asyncio.sleep(2)
    await here.ask(asks("1"))
    assert len(source.asked) == 3


async def test_who_asks_for_what_cannot_be_asked_opens_nothing() -> None:
    source = Scripted([QuestionRefused("the address needs caller")] * 9)
    here = slot(source)
    for _ in range(9):
        assert await here.ask(asks()) == FAILED
    assert (await here.ask(asks())).result is Result.FOUND


async def test_a_failure_is_not_kept() -> None:
    source = Scripted([SourceFailed("rubbish")])
    here = slot(source, cache_seconds=60)
    assert await here.ask(asks()) == FAILED
    assert (await here.ask(asks())).result is Result.FOUND


async def test_what_a_secret_was_asked_with_is_not_kept() -> None:
    source = Scripted()
    here = slot(source, cache_seconds=60)
    question = Question("order", {"number": "1", "pin": "1234"}, frozenset({"pin"}))
    for _ in range(2):
        await here.ask(question)
    assert len(source.asked) == 2


async def test_a_secret_is_not_written_down_even_where_no_checker_saw_it() -> None:
    source = Scripted()
    with capture_logs() as lines:
        here = slot(source, written=frozenset({"pin"}))
        question = Question("order", {"number": "1", "pin": "1234"}, frozenset({"pin"}))
        assert await here.ask(question) == FAILED
    assert source.asked == []
    assert "1234" not in str(lines)


async def at_once(here: Slot, questions: list[Question]) -> list[Answer]:
    async with asyncio.TaskGroup() as callers:
        asking = [callers.create_task(here.ask(one)) for one in questions]
    return [one.result() for one in asking]


async def test_who_asks_the_same_at_once_waits_for_one_answer() -> None:
    source = Scripted([0.5, 0.5])
    here = slot(source, cache_seconds=60)
    answers = await at_once(here, [asks()] * 20 + [asks("5"), asks("5")])
    assert {answer.result for answer in answers} == {Result.FOUND}
    assert [one["number"] for one in source.asked] == ["4711", "5"]


async def test_what_may_not_be_kept_is_asked_each_time() -> None:
    source = Scripted([0.5] * 9)
    await at_once(slot(source), [asks()] * 3)
    assert len(source.asked) == 3
    secret = Question("order", {"number": "1", "pin": "2468"}, frozenset({"pin"}))
    await at_once(slot(source, cache_seconds=60), [secret] * 3)
    assert len(source.asked) == 6


async def test_a_failure_is_shared_and_the_next_one_asks_anew() -> None:
    source = Scripted([5.0])
    here = slot(source, cache_seconds=60)
    assert await at_once(here, [asks()] * 5) == [FAILED] * 5
    assert len(source.asked) == 1
    assert (await here.ask(asks())).result is Result.FOUND


async def test_who_asked_first_may_hang_up_and_nobody_waits_longer_for_it() -> None:
    loop = asyncio.get_running_loop()
    source = Scripted([5.0, 5.0])
    here = slot(source, cache_seconds=60)
    first = loop.create_task(here.ask(asks()))
    await asyncio.sleep(0.1)
    began = loop.time()
    others = [loop.create_task(here.ask(asks())) for _ in range(3)]
    await asyncio.sleep(1.0)
    first.cancel()
    assert [await one for one in others] == [FAILED] * 3
    assert len(source.asked) == 2  # one of them asked again, for what was left of the time
    assert loop.time() - began == pytest.approx(1.5)
    assert here._on_the_way == {}
