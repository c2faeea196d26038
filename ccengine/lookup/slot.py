"""One lookup: deadline, retries, cache and circuit breaker around whom it asks.

Where answers may be kept, equal questions that come at once are asked once: the others wait for
that answer, no longer than their own deadline.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from cachetools import TTLCache

from ccengine.ivr.lookups import FAILED, NOTHING, Answer, Result
from ccengine.lookup.breaker import Breaker, BreakerState
from ccengine.lookup.picking import picked
from ccengine.lookup.source import QuestionRefused, SourceFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.config.lookup_sources import Lookup
    from ccengine.ivr.data import Value
    from ccengine.ivr.lookup_names import Asked
    from ccengine.ivr.lookups import Question
    from ccengine.lookup.source import Source

log = structlog.get_logger()

MOST_KEPT: Final = 1000  #: answers of one lookup
PAUSE_SECONDS: Final = 0.1  #: before the first retry; each later one is twice as long

Key = frozenset[tuple[str, "Value"]]
"""What is asked with."""

Basis = tuple["Lookup", *tuple[object, ...]]
"""All that a lookup is made of, first what client.yaml says: equal ones are the same lookup."""


@dataclass(slots=True)
class _Asking:
    """One question on its way, for the line that is logged."""

    until: float  #: the deadline, by the loop's clock
    tries: int = 0
    cached: bool = False
    cause: str = ""


class Slot:
    """A lookup's present state.

    Args:
        name: `client/lookup`.
        basis: what it is made of.
        asked: what it wants.
        source: whom it asks.
        now: seconds of the loop's clock.
    """

    def __init__(
        self,
        name: str,
        basis: Basis,
        asked: Asked,
        source: Source,
        now: Callable[[], float],
    ) -> None:
        self.basis = basis
        self.source = source
        self.breaker = Breaker(self.settings.breaker)
        self._name = name
        self._asked = asked
        self._now = now
        self._kept: TTLCache[Key, Answer] | None = None
        self._on_the_way: dict[Key, asyncio.Future[Answer | None]] = {}
        if self.settings.cache_seconds > 0:
            self._kept = TTLCache(MOST_KEPT, self.settings.cache_seconds, timer=now)

    @property
    def settings(self) -> Lookup:
        """What client.yaml says of it."""
        return self.basis[0]

    async def ask(self, question: Question) -> Answer:
        """Return the answer, within the deadline; one line is logged of it. Never raises."""
        began = self._now()
        until = asyncio.get_running_loop().time() + self.settings.deadline_seconds
        asking = _Asking(until)
        answer = await self._kept_or_asked(question, asking)
        write = log.warning if answer.result is Result.FAILED else log.info
        cause = {"cause": asking.cause} if asking.cause else {}
        write(
            "lookup_done",
            lookup=self._name,
            result=str(answer.result),
            milliseconds=round((self._now() - began) * 1000),
            tries=asking.tries,
            cached=asking.cached,
            breaker=str(self.breaker.state(self._now())),
            **cause,
        )
        return answer

    async def _kept_or_asked(self, question: Question, asking: _Asking) -> Answer:
        if question.secret & self._asked.written_down:  # also where no checker could know
            asking.cause = "it was given a secret, and would write it down"
            return FAILED
        wanted = self._asked.parameters | self._asked.read
        values = {name: question.values[name] for name in wanted if name in question.values}
        key = frozenset(values.items())
        # What secrets were asked with is kept nowhere, so that a PIN is checked each time.
        kept = None if question.secret else self._kept
        if kept is None:
            return await self._guarded(values, asking)
        answer = kept.get(key) or await self._of_another(key, asking)
        if answer is not None:
            asking.cached = True
            return answer
        return await self._asked_for_all(key, values, asking, kept)

    async def _of_another(self, key: Key, asking: _Asking) -> Answer | None:
        """Return what somebody is told who asks the same now; None: nobody does."""
        try:
            async with asyncio.timeout_at(asking.until):
                while (other := self._on_the_way.get(key)) is not None:
                    answer = await asyncio.shield(other)
                    if answer is not None:  # else they have hung up
                        asking.cause = "as for who asked before" if answer == FAILED else ""
                        return answer
        except TimeoutError:
            asking.cause = self._late
            return FAILED
        return None

    async def _asked_for_all(
        self, key: Key, values: Mapping[str, Value], asking: _Asking, kept: TTLCache[Key, Answer]
    ) -> Answer:
        """Ask, and let others know who ask the same meanwhile."""
        mine = self._on_the_way[key] = asyncio.get_running_loop().create_future()
        answer = None
        try:
            answer = await self._guarded(values, asking)
            if answer.result is not Result.FAILED:
                kept[key] = answer
            return answer
        finally:
            del self._on_the_way[key]
            mine.set_result(answer)

    async def _guarded(self, values: Mapping[str, Value], asking: _Asking) -> Answer:
        """Ask if the breaker lets us, and tell it how it went."""
        before = self.breaker.state(self._now())
        if not self.breaker.allows(self._now()):
            asking.cause = "it has failed again and again: the breaker is open"
            return FAILED
        if before is BreakerState.HALF_OPEN:
            log.info("lookup_breaker_half_open", lookup=self._name)
        try:
            answer = await self._in_time(values, asking)
        except QuestionRefused as error:
            asking.cause = str(error)
            self.breaker.give_up()
            return FAILED
        except SourceFailed as error:
            asking.cause = str(error)
            if self.breaker.fail(self._now()):
                log.warning("lookup_breaker_open", lookup=self._name)
            return FAILED
        except asyncio.CancelledError:  # the caller is gone
            self.breaker.give_up()
            raise
        if self.breaker.succeed():
            log.info("lookup_breaker_closed", lookup=self._name)
        return answer

    async def _in_time(self, values: Mapping[str, Value], asking: _Asking) -> Answer:
        """Return the answer, or say why there is none.

        Raises:
            SourceFailed: there is none, whatever is the reason.
        """
        try:
            async with asyncio.timeout_at(asking.until):
                return await self._tried(values, asking)
        except TimeoutError:
            raise SourceFailed(self._late) from None
        except SourceFailed:
            raise
        except Exception as error:  # a source's own mistake is not to cost the caller more
            log.exception("lookup_broken", lookup=self._name)
            raise SourceFailed(type(error).__name__) from None

    @property
    def _late(self) -> str:
        return f"no answer within {self.settings.deadline_seconds:g} s"

    async def _tried(self, values: Mapping[str, Value], asking: _Asking) -> Answer:
        pause = PAUSE_SECONDS
        while True:
            asking.tries += 1
            try:
                found = picked(await self.source.ask(values), self.settings.answer)
            except SourceFailed as error:
                if error.hopeless or asking.tries > self.settings.retries:
                    raise
            else:
                return NOTHING if found is None else Answer(Result.FOUND, found)
            await asyncio.sleep(pause)
            pause *= 2
