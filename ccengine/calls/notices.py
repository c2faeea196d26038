"""Short calls of ours to agents' phones that are no offers: something is said, then they end.

While one rings and speaks, it is to the core a call of the agent's own: no caller is offered to a
phone that tells its agent something. The hold is taken in the same instant in which the agent is
seen to be free, so no offer can slip in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.results import HangUpReason, Unreachable
from ccengine.asterisk.channels import Gone
from ccengine.calls.codes.desk import media_of
from ccengine.calls.phones import NOTICE_PREFIX, endpoint_of
from ccengine.calls.race import first_of
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    import asyncio

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.phones import Phones
    from ccengine.calls.wiring import Wiring
    from ccengine.core.ids import AgentId, PhoneId

RING_SECONDS = 20
MAY_BE_TOLD = frozenset({AgentState.AVAILABLE, AgentState.NOT_READY, AgentState.WRAP_UP})


class Notice:
    """One such call."""

    def __init__(self, wiring: Wiring, phones: Phones, agent: AgentId) -> None:
        self._wiring = wiring
        self._phones = phones
        self._agent = agent
        self._phone: PhoneId | None = None
        self._leg: Channel = wiring.router.channel(f"{NOTICE_PREFIX}{uuid4().hex}")

    async def ring(self, given_up: asyncio.Event | None = None) -> bool:
        """Ring the agent until they answer; False: they do not, or `given_up` is set first."""
        agent = self._wiring.engine.center.agent(self._agent)
        is_free = agent.state in MAY_BE_TOLD and not (agent.phone_lost or agent.is_elsewhere)
        if not is_free or not agent.phone:
            self._leg.end(Gone(0, "not free"))
            return False
        phone = agent.phone
        self._phone = phone
        self._phones.hold(phone, self._leg.id)
        try:
            if await self._is_answered(phone, given_up):
                return True
            await self._leg.hang_up(HangUpReason.ANSWERED_ELSEWHERE)
        except AriError:
            self._release()
            raise
        self._release()
        return False

    async def _is_answered(self, phone: PhoneId, given_up: asyncio.Event | None) -> bool:
        result = await self._leg.originate(
            endpoint=endpoint_of(phone),
            app_args=("notice",),
            variables={"CC_ROLE": "feature", "CC_AGENT": self._agent, "CC_PHONE": phone},
            timeout_seconds=RING_SECONDS,
        )
        if isinstance(result, Unreachable):
            return False
        await self._answer_or(given_up)
        return self._leg.is_up

    async def _answer_or(self, given_up: asyncio.Event | None) -> None:
        if given_up is None:
            await self._leg.entered()
        else:
            await first_of(self._leg.entered(), given_up.wait())

    async def say(self, *words: str) -> None:
        """Say it to who has answered, and hang up."""
        configuration = self._wiring.configuration
        tenant = configuration.tenant
        if tenant is not None:
            media = media_of(configuration.prompts, words, tenant.language)
            await (await self._leg.play(*media)).wait()
        await self._leg.hang_up()
        await self._leg.wait_gone()
        self._release()

    def _release(self) -> None:
        if self._phone is not None:
            self._phones.release(self._phone, self._leg.id)


async def tell(wiring: Wiring, phones: Phones, agent: AgentId, *words: str) -> bool:
    """Ring the agent and say it; False: they were not free, or did not answer."""
    notice = Notice(wiring, phones, agent)
    if not await notice.ring():
        return False
    await notice.say(*words)
    return True
