"""Transfers of every kind, brought as far as a step, where somebody hangs up or is busy."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ccengine.core.states import AgentState
from ccengine.phone import PhoneError
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.people import hear_each_other
from tests.e2e.talks import hears, now

if TYPE_CHECKING:
    from ccengine.phone import Call, IncomingCall, OutgoingCall
    from tests.e2e.people import Agent, Caller
    from tests.e2e.stage import Stage

CALLER, OLENA, SECOND, TARAS = "caller", "olena", "olena's second line", "taras"
BUSY, DECLINED = 486, 603
FREE = (AgentState.AVAILABLE, AgentState.WRAP_UP, AgentState.NOT_READY)
KEYS_SECONDS = 0.5
DONE = (200, 0)
"""How a phone learns that its transfer is done: by NOTIFY, or by the BYE that overtook it."""


class Case(NamedTuple):
    """Who spoils a transfer at which step of it."""

    way: str
    step: str
    who: str
    by: int = 0  #: the SIP status of a refusal; 0: a hang-up

    @property
    def may_end(self) -> bool:
        """Whether the caller's call is over by this: they, or whom they talk with, hung up."""
        talks_with_taras = self.step in ("answered", "handed over")
        own_line = self.who == OLENA and (self.way == "attended" or self.step == "held")
        return self.who == CALLER or own_line or (talks_with_taras and self.who == TARAS)

    def __str__(self) -> str:
        """Tell it."""
        what = {BUSY: "is busy", DECLINED: "declines"}.get(self.by, "hangs up")
        return f"{self.way}, {self.step}: {self.who} {what}"


REFUSALS = ((TARAS, BUSY), (TARAS, DECLINED))
HANG_UPS = {
    "blind": {"ringing": (CALLER,), "answered": (CALLER, TARAS)},
    "blind by keys": {"ringing": (CALLER,), "answered": (CALLER, TARAS)},
    "queue": {"ringing": (CALLER,), "answered": (CALLER, TARAS)},
    "attended": {
        "held": (CALLER, OLENA),
        "ringing": (CALLER, OLENA, SECOND),
        "consulting": (CALLER, OLENA, SECOND, TARAS),
        "handed over": (CALLER, TARAS),
    },
    "attended by keys": {
        "held": (CALLER, OLENA),
        "ringing": (CALLER, OLENA),
        "consulting": (CALLER, OLENA, TARAS),
        "swapped": (CALLER, OLENA, TARAS),
        "handed over": (CALLER, TARAS),
    },
    "conference": {"together": (CALLER, OLENA, TARAS)},
}
CASES = [
    Case(way, step, who, by)
    for way, steps in HANG_UPS.items()
    for step, hang_up in steps.items()
    for who, by in [*((who, 0) for who in hang_up), *(REFUSALS if step == "ringing" else ())]
]


class Scene:
    """One transfer."""

    def __init__(self, stage: Stage, olena: Agent, taras: Agent, case: Case) -> None:
        self._stage = stage
        self._olena = olena
        self._taras = taras
        self._case = case
        self._second: OutgoingCall | None = None
        self._rung: IncomingCall | None = None
        self._colleague: Call | None = None

    async def reach(self) -> Caller:
        """Go on until the case's step; return the caller."""
        self.caller = await self._stage.caller("600201", *CallOutcome)
        self._first = await self._olena.answers()
        await hear_each_other(self.caller, self._olena, self._first)
        match self._case.way:
            case "blind" | "queue":
                to = "22" if self._case.way == "queue" else "204"
                assert await self._first.transfer(to) in DONE
                await self._is_rung(until="answered")
            case "blind by keys":
                await self._press("*2204#")
                await self._is_rung(until="answered")
            case "attended":
                await self._ask_on_second_line()
            case _:
                await self._ask_by_keys()
        return self.caller

    async def _press(self, keys: str) -> None:
        await self._first.send_digits(keys)
        await asyncio.sleep(KEYS_SECONDS)

    async def _is_rung(self, *, until: str = "") -> None:
        """Have taras rung; he answers unless the case ends here."""
        self._rung = await self._taras.rings()
        if self._case.step == "ringing":
            return
        since = now()
        self._colleague = await self._rung.answer(tone_hz=self._taras.tone_hz)
        other = self.caller.tone_hz if until else self._olena.tone_hz
        await hears(self._colleague, other, since=since)

    async def _ask_on_second_line(self) -> None:
        await self._first.hold()
        if self._case.step == "held":
            await asyncio.sleep(KEYS_SECONDS)
            return
        self._second = await self._olena.phone.dial("204", tone_hz=self._olena.tone_hz)
        await self._is_rung()
        if self._case.step == "handed over":
            asked = await self._second.answered(timeout_seconds=5)
            assert await self._first.transfer("204", consulted=asked) in DONE
            await hears(self.caller.call, self._taras.tone_hz, since=now())

    async def _ask_by_keys(self) -> None:
        if self._case.step == "held":
            await self._press("*1")
            return
        await self._press("*3204#")
        await self._is_rung()
        match self._case.step:
            case "swapped":
                await self._press("*5")
            case "together":
                await self._press("*4")
            case "handed over":
                await self._first.hang_up()
                await hears(self.caller.call, self._taras.tone_hz, since=now())
            case _:
                pass

    async def spoil(self) -> None:
        """Let it happen."""
        match self._case.who:
            case "caller":
                await self.caller.hangs_up()
            case "olena":
                await self._first.hang_up()
            case "taras" if self._case.by and self._rung is not None:
                self._rung.decline(self._case.by)
            case "taras" if self._colleague is not None:
                await self._colleague.hang_up()
            case _:
                assert self._second is not None
                await self._second.cancel()

    async def clear(self) -> None:
        """Have all hang up, and both agents ready for the next one."""
        with suppress(PhoneError, TimeoutError):
            await self.caller.hangs_up()
            for call in (self._colleague, self._first):
                if call is not None:
                    await call.hang_up()
            if self._second is not None:
                await self._second.cancel()
        await self._stage.system.expect_quiet()
        for agent in (self._olena, self._taras):
            await agent.is_one_of(*FREE)
            if agent.state is not AgentState.AVAILABLE:
                await agent.goes_ready()
