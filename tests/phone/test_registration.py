"""Registration with a registrar of our own that asks for a password, as Asterisk does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ccengine.phone import Account, CallFailed, Phone, RegistrationFailed
from ccengine.phone.digest import Challenge, Credentials
from ccengine.phone.messages import Request, answer_to
from ccengine.phone.signalling import Signalling
from ccengine.phone.transactions import ServerTransaction

CHALLENGE = 'Digest realm="asterisk", nonce="n1", algorithm=MD5, qop="auth"'


class Registrar:
    """Knows one account; refuses INVITEs with 404 once their password is right."""

    def __init__(self) -> None:
        self.signalling = Signalling(("127.0.0.1", 0), self._on_request)
        self.credentials = Credentials("anna", "right")
        self.asked: list[tuple[str, str | None]] = []
        self.minimum = 0
        self.granted: str | None = None

    def account(self, password: str = "right") -> Account:
        return Account("anna", password, port=self.signalling.local[1])

    def _on_request(self, request: Request, transaction: ServerTransaction | None) -> None:
        if transaction is None:
            return
        self.asked.append((request.method, request.headers.get("expires")))
        expires = int(request.headers.get("expires") or "0")
        response = answer_to(request, 200 if request.method == "REGISTER" else 404, to_tag="t")
        if not self._is_right(request):
            response = answer_to(request, 401, to_tag="t")
            response.headers.add("WWW-Authenticate", CHALLENGE)
        elif 0 < expires < self.minimum:
            response = answer_to(request, 423, to_tag="t")
            response.headers.add("Min-Expires", str(self.minimum))
        elif expires:
            contact = request.headers.get("contact")
            granted = self.granted or expires
            response.headers.add("Contact", f"<sip:x@h>;expires=9, {contact};expires={granted}")
        self.signalling.respond(transaction, response)

    def _is_right(self, request: Request) -> bool:
        value = request.headers.get("authorization") or ""
        cnonce = value.partition('cnonce="')[2].partition('"')[0]
        right = self.credentials.answer(
            Challenge.parse(CHALLENGE), request.method, request.uri, cnonce
        )
        return value == right


@pytest.fixture
async def registrar() -> AsyncIterator[Registrar]:
    registrar = Registrar()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(registrar.signalling.run())
        yield registrar
        serving.cancel()
    registrar.signalling.close()


async def test_a_phone_registers_and_unregisters_at_the_end(registrar: Registrar) -> None:
    async with Phone(registrar.account()) as phone:
        await phone.register(expires_seconds=60)
        assert phone.is_registered
    assert registrar.asked == [("REGISTER", "60")] * 2 + [("REGISTER", "0")] * 2


async def test_a_wrong_password_is_tried_once(registrar: Registrar) -> None:
    async with Phone(registrar.account("wrong")) as phone:
        with pytest.raises(RegistrationFailed) as failed:
            await phone.register()
        assert failed.value.code == 401
        assert not phone.is_registered
    assert len(registrar.asked) == 2


async def test_a_registration_is_renewed_at_half_time(registrar: Registrar) -> None:
    registrar.granted = "1"
    async with Phone(registrar.account()) as phone:
        await phone.register(expires_seconds=60)
        await asyncio.sleep(0.7)
        assert len(registrar.asked) == 4
        await phone.unregister()
        await asyncio.sleep(0.7)
    assert len(registrar.asked) == 6


async def test_a_registrar_may_want_longer_registrations(registrar: Registrar) -> None:
    registrar.minimum = 120
    async with Phone(registrar.account()) as phone:
        await phone.register(expires_seconds=60)
        assert phone.is_registered
    assert ("REGISTER", "120") in registrar.asked


async def test_a_registrar_that_is_not_there() -> None:
    async with Phone(Account("anna", "x", port=9)) as phone:
        with pytest.raises(RegistrationFailed, match="no answer"):
            await phone.register(timeout_seconds=0.1)


async def test_a_call_answers_the_challenge_too(registrar: Registrar) -> None:
    async with Phone(registrar.account()) as phone:
        with pytest.raises(CallFailed, match="404"):
            await phone.call("100")
    async with Phone(registrar.account("")) as phone:
        with pytest.raises(CallFailed, match="401"):
            await phone.call("100")
    assert len(registrar.asked) == 3
