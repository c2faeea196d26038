"""An INVITE of ours, repeated with credentials when challenged, up to its final answer."""

import asyncio
from collections.abc import Iterator

from ccengine.phone.addresses import Address
from ccengine.phone.messages import Request, Response
from ccengine.phone.signalling import OnResponse
from ccengine.phone.user_agent import UserAgent


class Invitation:
    """Sends the INVITE at once; challenges are dealt with and not reported."""

    def __init__(
        self,
        agent: UserAgent,
        invite: Request,
        peer: Address,
        numbers: Iterator[int],
        on_response: OnResponse,
    ) -> None:
        self._agent = agent
        self._peer = peer
        self._numbers = numbers
        self._on_response = on_response
        self._send(invite)

    @property
    def request(self) -> Request:
        """The INVITE in its latest form."""
        return self.transaction.request

    def _send(self, invite: Request) -> None:
        self.transaction = self._agent.signalling.start(invite, self._peer, self._receive)

    def _receive(self, response: Response | None) -> None:
        again = self._agent.with_credentials(self.request, response, self._numbers)
        if again:
            self._send(again)
        else:
            self._on_response(response)


async def invite_and_wait(
    agent: UserAgent, invite: Request, peer: Address, numbers: Iterator[int]
) -> tuple[Invitation, Response | None]:
    """Send a re-INVITE and wait for its final answer; None when nobody answers in 32 s."""
    answered: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()

    def on_response(response: Response | None) -> None:
        if (response is None or response.is_final) and not answered.done():
            answered.set_result(response)

    invitation = Invitation(agent, invite, peer, numbers, on_response)
    return invitation, await answered
