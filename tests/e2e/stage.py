"""What a test holds in its hand: it brings callers and agents on, and looks around afterwards.

After each test: nothing left in Asterisk, every agent logged out, and of each call exactly one end
in the journal and exactly one call record, with an outcome that the test named. When a test fails,
the stories of its calls and its phones' SIP messages are added to the failure.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial
from itertools import count, cycle
from typing import TYPE_CHECKING, Any, Self

from ccengine.config.tenant import sip_user_of
from ccengine.core.ids import AgentId, PhoneId, QueueId
from ccengine.core.states import AgentState, CallState
from ccengine.phone import Phone, PhoneError
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import AGENT_TONES, Agent, Caller, CallInJournal, Identity
from tests.e2e.queue_exits import is_item
from tests.e2e.waits import until

if TYPE_CHECKING:
    from types import TracebackType

    from ccengine.core.ids import CallId
    from ccengine.core.queues import QueueSettings
    from tests.e2e.system import System

RECORD_SECONDS = 5.0
CALLER_TONES = (400, 450, 500, 550)

_numbers = count(1)


def _next_caller_id() -> str:
    return f"4930{next(_numbers):07}"


class Stage:
    """One test's people, for `async with`."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.callers: list[Caller] = []
        self.others: list[CallInJournal] = []  #: callers who are played elsewhere
        self.agents: list[Agent] = []
        self._exits = AsyncExitStack()
        self._phones: list[Phone] = []
        self._accounts = cycle(system.tenant.settings.callers)
        self._tones = cycle(CALLER_TONES)
        self.since = 0  #: the journal's last row before the test

    async def __aenter__(self) -> Self:
        await self.system.engine_is_back()
        await self.system.expect_quiet()
        self.system.ledger.read()
        self.since = self.system.ledger.last_number
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self._leave()
                await self._look_around()
        except BaseException as failure:
            await self._fail(failure)
            raise
        finally:
            if error is not None:
                await self._fail(error)
            await self._exits.aclose()

    # ---- who comes on ------------------------------------------------------------------------

    async def caller(
        self,
        number: str,
        *outcomes: CallOutcome,
        shown: str | None = None,
        in_sound: bool = False,
        **dialling: Any,
    ) -> Caller:
        """Ring a number from outside; a tone is said from the answer on.

        Args:
            number: what is dialled.
            outcomes: what may become of the call; answered when none is named.
            shown: the caller id that the journal shall have; one of its own when left out.
            in_sound: their phone knows keys as tones in the sound only.
            dialling: for `Phone.call`.
        """
        tone = next(self._tones)
        phone = await self._phone(next(self._accounts))
        if in_sound:
            phone.press_in_sound()
        if shown is None:
            shown = _next_caller_id()
            dialling["caller_id"] = shown
        self.system.ledger.read()
        identity = Identity(shown, tone, self.system.ledger.last_number)
        call = await phone.call(number, tone_hz=tone, timeout_seconds=10, **dialling)
        caller = Caller(self.system, call, identity, outcomes or (CallOutcome.ANSWERED,))
        self.callers.append(caller)
        return caller

    def expect_call(self, *outcomes: CallOutcome) -> CallInJournal:
        """Expect a call that is not made by a phone of ours, under a caller id of its own."""
        self.system.ledger.read()
        since = self.system.ledger.last_number
        call = CallInJournal(self.system, _next_caller_id(), since, outcomes)
        self.others.append(call)
        return call

    async def agent(
        self,
        name: str,
        *,
        at: str | None = None,
        logged_in: bool = True,
        code: str = "",
        tone_hz: int | None = None,
    ) -> Agent:
        """Register an agent's phone and log in; their usual phone and tone where none is named."""
        phone_id = at or self.system.tenant.settings.agents[AgentId(name)].phone or ""
        phone = await self._phone(sip_user_of(PhoneId(phone_id)))
        await phone.register(expires_seconds=120)
        agent = Agent(self.system, name, phone, tone_hz or AGENT_TONES[name])
        self.agents.append(agent)
        if logged_in:
            await agent.logs_in(code)
        return agent

    async def phone(self, sip_user: str) -> Phone:
        """Give a phone that is nobody's."""
        return await self._phone(sip_user)

    def rules(self, queue: str) -> QueueSettings:
        """Return the queue's ring and wrap-up times."""
        return self.system.tenant.plan().queues[QueueId(queue)]

    def items(self, *, alive: bool = False) -> list[CallId]:
        """Return the callbacks and messages that came to be in this test."""
        self.system.ledger.read()
        return [
            call
            for call, rows in self.system.ledger.rows.items()
            if is_item(rows)
            and rows[0].number > self.since
            and not (alive and self.system.ledger.call_states(call)[-1:] == [CallState.ENDED])
        ]

    async def nothing_waits(self, *, seconds: float) -> None:
        """Wait until no callback and no message of this test is left to be done."""
        left = partial(self.items, alive=True)
        await until(f"no item is left of {left()}", lambda: not left(), seconds=seconds)

    async def _phone(self, sip_user: str) -> Phone:
        phone = await self._exits.enter_async_context(Phone(self.system.account(sip_user)))
        self._phones.append(phone)
        return phone

    # ---- afterwards ----------------------------------------------------------------------------

    async def _leave(self) -> None:
        for caller in self.callers:
            await caller.hangs_up()
        for agent in self.agents:
            if agent.state is not AgentState.OFFLINE:
                await agent.logs_out()

    async def _look_around(self) -> None:
        await self.system.expect_quiet()
        self.system.ledger.read()
        stuck = [
            f"{agent} is {shown.state}"
            for agent, shown in self.system.ledger.agents.items()
            if shown.state is not AgentState.OFFLINE
        ]
        assert not stuck, stuck
        await self._expect_records()

    async def _expect_records(self) -> None:
        calls = self._calls()
        expected = [*self.callers, *self.others]
        assert len(calls) == len(expected), "calls in the journal, calls that were made"
        if not calls:
            return
        await until(
            "a record of each call",
            lambda: len(self.system.records(calls)) == len(calls),
            seconds=RECORD_SECONDS,
        )
        outcomes = {record["call"]: record["outcome"] for record in self.system.records(calls)}
        for caller in expected:
            call = caller.call_id
            assert call is not None, f"the engine never knew the call of {caller.shown}"
            assert outcomes[call] in caller.outcomes, (outcomes[call], caller.outcomes)
            assert caller.states.count(CallState.ENDED) == 1, caller.states

    def _calls(self) -> list[CallId]:
        return [arrival.call for arrival in self.system.ledger.arrived_since(self.since)]

    async def _fail(self, failure: BaseException) -> None:
        """Say what happened, then leave the system as the next test needs it."""
        self.system.ledger.read()
        for call in self._calls():
            failure.add_note(f"the story of {call}:\n{self.system.ledger.story(call)}")
        for phone in self._phones:
            failure.add_note(f"the phone {phone.account.user}:\n{phone.story()}")
        with suppress(AssertionError, PhoneError, TimeoutError, OSError):
            await self.system.engine_is_back()
            await self.system.clear_asterisk()
            await asyncio.sleep(0.5)
            await self._leave()
