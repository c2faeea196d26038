"""A call placed by scripted phones: the demo's, and the canary of an ops team.

A caller dials, presses digits, says a tone and listens; agents' phones, if asked for, register,
log in by PIN, answer and say another tone. What each heard is judged by frequency.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from ccengine.phone import Account, Call, CallFailed, IncomingCall, Phone

CALLER_NUMBER = "+12025550142"  # from the range kept for fiction
# Multiples of 50 Hz: a lost 20-ms frame then leaves the phase as it was.
CALLER_HZ = 450
AGENT_HZ = 650
PROMPT_SECONDS = 10.0  # until the caller must hear something
LOGIN_SECONDS = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhone:
    """An agent to be played: their phone's account and their PIN."""

    agent: str
    account: Account
    pin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What the phones shall do."""

    number: str
    digits: str  #: pressed one after the other once a prompt is heard
    caller: Account
    agents: Sequence[AgentPhone] = ()
    login_code: str = "*71"
    logout_code: str = "*72"
    answer_seconds: float = 30.0  #: how long to wait for an agent
    talk_seconds: float = 6.0


@dataclass(slots=True)
class Findings:
    """What came of it. Seconds; None where it did not happen."""

    prompt_after: float | None = None  #: caller's INVITE to first sound
    agent: str = ""  #: whose phone rang
    agent_invited: float | None = None  #: loop's time
    two_way_after: float | None = None  #: agent's answer to sound in both directions
    caller_heard_agent: float = 0.0  #: share of 200-ms windows of the talk
    agent_heard_caller: float = 0.0
    largest_gap: float = 0.0
    failure: str = ""
    talk: tuple[float, float] | None = None  #: loop's times between which both spoke


async def log_in(player: AgentPhone, phone: Phone, code: str) -> None:
    """Register a phone, dial the code and type the PIN; returns when that call is over."""
    await phone.register()
    call = await phone.call(code)
    await call.heard.wait_for_audio(timeout_seconds=PROMPT_SECONDS)
    await call.send_digits(player.pin)
    await call.ended(timeout_seconds=LOGIN_SECONDS)


async def log_out(phone: Phone, code: str, say: Callable[[str], None]) -> None:
    """Dial the code; say so if nothing came of it."""
    try:
        call = await phone.call(code, timeout_seconds=5.0)
        await call.ended(timeout_seconds=LOGIN_SECONDS)
    except (TimeoutError, CallFailed):
        say("an agent's phone could not log out")


@dataclass(slots=True)
class ScriptedCall:
    """Plays the script and tells each step as it happens."""

    script: Script
    say: Callable[[str], None]
    findings: Findings = field(default_factory=Findings)

    async def run(self) -> Findings:
        """Place the call; every wait is bounded."""
        async with AsyncExitStack() as stack:
            phones = {
                player.agent: await stack.enter_async_context(Phone(player.account))
                for player in self.script.agents
            }
            async with asyncio.TaskGroup() as logins:
                for player in self.script.agents:
                    logins.create_task(self._log_in(player, phones[player.agent]))
            caller = await stack.enter_async_context(Phone(self.script.caller))
            try:
                await self._place(caller, phones)
            except (TimeoutError, CallFailed) as error:
                self.findings.failure = str(error) or "nothing happened in time"
            async with asyncio.TaskGroup() as logouts:
                for player in self.script.agents:
                    logouts.create_task(
                        log_out(phones[player.agent], self.script.logout_code, self.say)
                    )
        return self.findings

    async def _log_in(self, player: AgentPhone, phone: Phone) -> None:
        await log_in(player, phone, self.script.login_code)
        self.say(f"{player.agent} logged in on phone {player.account.user} with a PIN")

    async def _place(self, caller: Phone, phones: dict[str, Phone]) -> None:
        call = await caller.call(self.script.number, tone_hz=CALLER_HZ, caller_id=CALLER_NUMBER)
        invited = call.timeline.invited or 0.0
        heard_at = await call.heard.wait_for_audio(since=invited, timeout_seconds=PROMPT_SECONDS)
        self.findings.prompt_after = heard_at - invited
        self.say(f"caller hears a prompt {heard_at - invited:.3f} s after their INVITE")
        for digit in self.script.digits:
            await asyncio.sleep(0.6)
            await call.send_digits(digit)
            self.say(f"caller presses {digit}")
        if phones:
            await self._converse(call, phones)
        else:
            await asyncio.sleep(self.script.talk_seconds)
        await call.hang_up()
        self.say("caller hangs up")

    async def _converse(self, caller: Call, phones: dict[str, Phone]) -> None:
        self.findings.agent, ringing = await self._first_ringing(phones)
        self.findings.agent_invited = ringing.timeline.invited
        ringing.ring()
        await asyncio.sleep(1.0)
        agent = await ringing.answer(tone_hz=AGENT_HZ)
        answered = agent.timeline.answered or 0.0
        caller_hears = await caller.heard.wait_for_tone(AGENT_HZ, since=answered)
        agent_hears = await agent.heard.wait_for_tone(CALLER_HZ, since=answered)
        both = max(caller_hears, agent_hears)
        self.findings.two_way_after = both - answered
        self.say(f"both hear each other {both - answered:.3f} s after the agent's answer")
        await asyncio.sleep(self.script.talk_seconds)
        self._judge(caller, agent, both)

    async def _first_ringing(self, phones: dict[str, Phone]) -> tuple[str, IncomingCall]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.script.answer_seconds
        while loop.time() < deadline:
            for agent, phone in phones.items():
                for incoming in phone.incoming_calls:
                    if incoming.ending is None:
                        return agent, incoming
            await asyncio.sleep(0.005)
        message = f"no agent's phone rang within {self.script.answer_seconds:g} s"
        raise TimeoutError(message)

    def _judge(self, caller: Call, agent: Call, since: float) -> None:
        until = asyncio.get_running_loop().time()
        found = self.findings
        found.talk = (since, until)
        found.caller_heard_agent = caller.heard.tone(AGENT_HZ, since=since, until=until)
        found.agent_heard_caller = agent.heard.tone(CALLER_HZ, since=since, until=until)
        found.largest_gap = max(
            caller.heard.largest_gap(since, until), agent.heard.largest_gap(since, until)
        )
