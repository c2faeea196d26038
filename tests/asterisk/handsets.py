"""Who is at the other end in the contract suite: people and phones, of the fake and real ones."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from ccengine.asterisk.channels import Channel
from ccengine.phone import Call, OutgoingCall, Phone
from ccengine.phone.sounds import Silence, Tone
from tests.fakes.asterisk import FakeAsterisk

ANSWERING = ("call-info", "alert-info")
HANDSET = "PJSIP/phone-206"  # of the demo's tenant, where it is nobody's


class Person(Protocol):
    """Who called."""

    async def press(self, digits: str) -> None:
        """Press keys."""
        ...

    async def hang_up(self) -> None:
        """End the call."""
        ...


class Handset(Protocol):
    """Somebody at a phone, without an agent's session."""

    async def register(self) -> None:
        """Tell Asterisk where it is."""
        ...

    async def unregister(self) -> None:
        """Take that back."""
        ...

    async def lose_power(self) -> None:
        """Answer nothing any more."""
        ...

    async def dial(self, number: str) -> None:
        """Begin a call."""
        ...

    async def rung(self) -> Mapping[str, str]:
        """Wait to be rung; the headers that say something of answering, in small letters."""
        ...

    async def hang_up(self) -> None:
        """End it."""
        ...

    async def answer(self, channel_id: str) -> None:
        """Answer the next call, which is this channel's."""
        ...

    async def hold(self, *, holds: bool = True) -> None:
        """Put the first call on hold by the phone's own button, or take it back."""
        ...

    def say(self, *, aloud: bool | None) -> None:
        """Say a tone into the first call, or silence, or send nothing at all."""
        ...

    async def refer(self, to: str) -> int:
        """Ask for the first call to be sent on; what was answered: 200, or that it cannot be."""
        ...

    async def join(self) -> int:
        """Ask for the phone's two calls to be brought together."""
        ...

    async def press(self, keys: str) -> None:
        """Press keys in the first call."""
        ...


class FakePerson:
    def __init__(self, fake: FakeAsterisk, channel_id: str) -> None:
        self._fake = fake
        self._channel_id = channel_id

    async def press(self, digits: str) -> None:
        self._fake.dial_digits(self._channel_id, digits)

    async def hang_up(self) -> None:
        self._fake.hang_up(self._channel_id)


class RealPerson:
    """The other half of a Local channel."""

    def __init__(self, far: Channel) -> None:
        self._far = far

    async def press(self, digits: str) -> None:
        await self._far.send_digits(digits)

    async def hang_up(self) -> None:
        await self._far.hang_up()


class FakeHandset:
    def __init__(self, fake: FakeAsterisk) -> None:
        self._fake = fake
        self._call = ""
        self._answered: list[str] = []

    async def register(self) -> None:
        self._fake.phone_registers(HANDSET)

    async def unregister(self) -> None:
        self._fake.phone_unregisters(HANDSET)

    async def lose_power(self) -> None:
        self._fake.phone_misses_a_qualify(HANDSET)

    async def dial(self, number: str) -> None:
        self._call = self._fake.phone_dials(HANDSET.rpartition("-")[2], number)

    async def rung(self) -> Mapping[str, str]:
        async with asyncio.timeout(5):
            while self._fake.ringing(HANDSET) is None:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.01)
        told = self._fake.channel(self._fake.ringing(HANDSET) or "").variables
        return {name: told[f"PJSIP_HEADER(add,{name.title()})"] for name in ANSWERING}

    async def hang_up(self) -> None:
        self._fake.hang_up(self._call)

    async def answer(self, channel_id: str) -> None:
        self._fake.pick_up(channel_id)
        self._answered.append(channel_id)

    async def hold(self, *, holds: bool = True) -> None:
        self._fake.phone_holds(self._answered[0], holds=holds)

    def say(self, *, aloud: bool | None) -> None:
        channel = self._fake.channel(self._answered[0])
        channel.packets = None if aloud is None else 100
        self._fake.world.speech.speak(channel, on=aloud is True)

    async def refer(self, to: str) -> int:
        self._fake.phone_refers(self._answered[0], to)
        return await self._reported()

    async def press(self, keys: str) -> None:
        self._fake.dial_digits(self._answered[0], keys)

    async def join(self) -> int:
        self._fake.phone_joins(*self._answered)
        return await self._reported()

    async def _reported(self) -> int:
        channel = self._fake.channel(self._answered[0])
        async with asyncio.timeout(3):
            while not channel.reported:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.01)
        return 200 if channel.reported[-1] == "channel_answered" else 603


class RealHandset:
    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._call: OutgoingCall | None = None
        self._answered: list[Call] = []

    async def answer(self, channel_id: str) -> None:  # noqa: ARG002 - the next to ring
        incoming = await self._phone.incoming(timeout_seconds=3)
        self._answered.append(await incoming.answer(tone_hz=500))

    async def hold(self, *, holds: bool = True) -> None:
        await (self._answered[0].hold() if holds else self._answered[0].resume())

    def say(self, *, aloud: bool | None) -> None:
        sound = None if aloud is None else Tone(500) if aloud else Silence()
        self._answered[0].play(sound)

    async def refer(self, to: str) -> int:
        return await self._answered[0].transfer(to, timeout_seconds=5)

    async def press(self, keys: str) -> None:
        await self._answered[0].send_digits(keys)

    async def join(self) -> int:
        first, second = self._answered
        return await first.transfer("0", consulted=second, timeout_seconds=5)

    async def register(self) -> None:
        await self._phone.register(expires_seconds=120)

    async def unregister(self) -> None:
        await self._phone.unregister()

    async def lose_power(self) -> None:
        self._phone.lose_power()

    async def dial(self, number: str) -> None:
        self._call = await self._phone.dial(number)

    async def rung(self) -> Mapping[str, str]:
        incoming = await self._phone.incoming(timeout_seconds=5)
        incoming.ring()
        return {name: incoming.headers.get(name) or "" for name in ANSWERING}

    async def hang_up(self) -> None:
        assert self._call is not None
        await self._call.leave()
