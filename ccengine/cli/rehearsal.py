"""A campaign rehearsed: scripted agents and scripted far ends, the engine and Asterisk are real."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from ccengine.cli.output import fail
from ccengine.cli.scripted_call import AGENT_HZ, AgentPhone, log_in, log_out
from ccengine.phone import Account, CallFailed, Phone, PhoneError
from ccengine.phone.far_ends import Answered, Deed, FarEndBook, FarEnds, Manners

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Never

    from ccengine.phone import IncomingCall

DEEDS: Final = {
    "0": Deed.ANSWERS,
    "1": Deed.ANSWERS,
    "2": Deed.ANSWERS,
    "3": Deed.ANSWERS,
    "4": Deed.NEVER_ANSWERS,
    "5": Deed.NEVER_ANSWERS,
    "6": Deed.NEVER_ANSWERS,
    "7": Deed.IS_BUSY,
    "8": Deed.IS_MACHINE,
    "9": Deed.FAILS,
}
"""By the last digit but three of a number."""
DEED_PLACE: Final = -4
MANNERS: Final = Manners(talk_seconds=(6.0, 18.0), agent_hz=AGENT_HZ)
LIMIT_SECONDS: Final = 2.0
"""From the answer to an agent, or to who called: 16 CFR 310.4(b)(4)(iii)."""
SHIFT_SECONDS: Final = 86_400.0
TALK_AT_MOST_SECONDS: Final = 600.0


def deed_of(number: str) -> Deed:
    """Return what the owner of a number does."""
    return DEEDS.get(number[DEED_PLACE:][:1], Deed.ANSWERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays."""

    agents: Sequence[AgentPhone]
    far_ends: Account  #: of the trunk's other end: it has no password
    far_ends_at: tuple[str, int]
    login_code: str
    logout_code: str


class Rehearsed(FarEndBook):
    """What came of it, by what phones sent and heard."""

    @property
    def agent_after(self) -> list[float]:
        """Seconds from the answer until an agent was heard, of each who heard one."""
        return [one.agent_after for one in self.answered if one.agent_after is not None]

    @property
    def without_agent(self) -> list[Answered]:
        """Those who heard none."""
        return [one for one in self.answered if one.agent_after is None]

    @property
    def late(self) -> list[Answered]:
        """Those who stayed long enough, and heard nobody in time."""
        return [
            one
            for one in self.answered
            if one.lasted_seconds > LIMIT_SECONDS
            and (one.heard_after is None or one.heard_after > LIMIT_SECONDS)
        ]

    @property
    def faults(self) -> list[str]:
        """What should not have been, in words; a rehearsal that reached nobody shows nothing."""
        if not self.answered:
            return ["nobody answered: no far end was reached that would have"]
        late = [
            f"{one.number} ({one.deed}) heard nobody for {LIMIT_SECONDS:g} s" for one in self.late
        ]
        return late if self.agent_after else [*late, "nobody who answered heard an agent"]


class Rehearsal:
    """Phones that play.

    Args:
        cast: who plays.
        say: tells each step.
        manners: of the far ends.
    """

    def __init__(self, cast: Cast, say: Callable[[str], None], manners: Manners = MANNERS) -> None:
        self._cast = cast
        self._say = say
        self._manners = manners
        self.found = Rehearsed()

    async def run(self, meanwhile: Callable[[], Awaitable[None]]) -> Rehearsed:
        """Have everybody play while `meanwhile` has the campaign dial, and until calls are over."""
        cast = self._cast
        async with AsyncExitStack() as stack:
            try:
                provider = Phone(cast.far_ends, local=cast.far_ends_at)
                await stack.enter_async_context(provider)
            except OSError as error:
                at = "{}:{}".format(*cast.far_ends_at)
                fail(f"{at} cannot be used: {error.strerror}", "does another rehearsal go on?")
            phones = [
                (one, await stack.enter_async_context(Phone(one.account))) for one in cast.agents
            ]
            async with asyncio.TaskGroup() as logins:
                for player, phone in phones:
                    logins.create_task(self._log_in(player, phone))
            far_ends = FarEnds(provider, deed_of, Random(), self._manners, self.found)
            async with asyncio.TaskGroup() as playing:
                tasks: list[asyncio.Task[Never]] = [playing.create_task(far_ends.run())]
                tasks += [playing.create_task(_works(phone)) for _, phone in phones]
                await meanwhile()
                for task in tasks:
                    task.cancel()
            async with asyncio.TaskGroup() as logouts:
                for _, phone in phones:
                    logouts.create_task(log_out(phone, cast.logout_code, self._say))
        return self.found

    async def _log_in(self, player: AgentPhone, phone: Phone) -> None:
        try:
            await log_in(player, phone, self._cast.login_code)
        except (TimeoutError, PhoneError) as error:
            why = str(error) or "nothing happened in time"
            fail(f"{player.agent} could not log in on phone {player.account.user}: {why}")
        self._say(f"{player.agent} logged in on phone {player.account.user}")


async def _works(phone: Phone) -> Never:
    """Answer whoever is put through, until cancelled."""
    while True:
        incoming = await phone.incoming(timeout_seconds=SHIFT_SECONDS)
        with suppress(CallFailed):
            await _talks(incoming)


async def _talks(incoming: IncomingCall) -> None:
    incoming.ring()
    call = await incoming.answer(tone_hz=AGENT_HZ)
    with suppress(TimeoutError):
        await call.ended(timeout_seconds=TALK_AT_MOST_SECONDS)
    await call.hang_up()
