"""Registration: tell the registrar where we are, and again before it forgets."""

import asyncio
from itertools import count

from ccengine.phone.addresses import NameAddress, Uri
from ccengine.phone.dialogs import new_tag
from ccengine.phone.errors import MalformedMessage, RegistrationFailed
from ccengine.phone.messages import Request, Response
from ccengine.phone.user_agent import UserAgent

_TOO_BRIEF = 423
_RETRY_SECONDS = 5.0


class Registration:
    """One phone's place at its registrar."""

    def __init__(self, agent: UserAgent) -> None:
        self.is_registered = False
        self._agent = agent
        self._call_id = f"{new_tag()}@{agent.origin.host}"
        self._tag = new_tag()
        self._numbers = count(1)
        self._wanted = 0
        self._granted = 0

    async def register(self, expires_seconds: int, timeout_seconds: float) -> None:
        """Register, or renew; raises RegistrationFailed."""
        self._wanted = expires_seconds
        response = await self._ask(expires_seconds, timeout_seconds)
        least = response.headers.get("min-expires") or ""
        if response.status == _TOO_BRIEF and least.isdigit():
            self._wanted = int(least)
            response = await self._ask(self._wanted, timeout_seconds)
        self.is_registered = response.is_success
        if not response.is_success:
            raise RegistrationFailed(response.status, response.reason)
        self._granted = self._granted_by(response)

    async def unregister(self, timeout_seconds: float) -> None:
        """Tell the registrar to forget us; raises RegistrationFailed."""
        self.is_registered = False
        self._wanted = 0
        response = await self._ask(0, timeout_seconds)
        if not response.is_success:
            raise RegistrationFailed(response.status, response.reason)

    async def keep(self) -> None:
        """Renew at half time, and every few seconds while that fails, until unregistered."""
        while self._wanted:
            await asyncio.sleep(self._granted / 2 if self.is_registered else _RETRY_SECONDS)
            if self._wanted:
                await self._renew()

    async def _renew(self) -> None:
        try:
            await self.register(self._wanted, _RETRY_SECONDS)
        except RegistrationFailed:
            self.is_registered = False

    async def _ask(self, expires_seconds: int, timeout_seconds: float) -> Response:
        account = self._agent.account
        request = self._request(Uri("", account.host, account.port), expires_seconds)
        try:
            async with asyncio.timeout(timeout_seconds):
                response = await self._agent.ask(request, account.address, self._numbers)
        except TimeoutError:
            response = None
        if response is None:
            raise RegistrationFailed(0, "no answer")
        return response

    def _request(self, registrar: Uri, expires_seconds: int) -> Request:
        request = self._agent.origin.request("REGISTER", registrar.text, number=next(self._numbers))
        identity = self._agent.account.identity
        request.headers.add("From", identity.tagged(self._tag).text)
        request.headers.add("To", identity.text)
        request.headers.add("Call-ID", self._call_id)
        request.headers.add("Expires", str(expires_seconds))
        return request

    def _granted_by(self, response: Response) -> int:
        ours = Uri.parse(self._agent.origin.contact.strip("<>")).address
        for contact in response.headers.values("contact"):
            try:
                address = NameAddress.parse(contact)
            except MalformedMessage:
                continue
            seconds = address.parameters.get("expires", "")
            if address.uri.address == ours and seconds.isdigit():
                return int(seconds)
        seconds = response.headers.get("expires") or ""
        return int(seconds) if seconds.isdigit() else self._wanted
