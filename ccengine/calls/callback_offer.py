"""The caller is offered to be called back: on which number, read back and confirmed, or when.

Alone with one caller, it competes for nothing: what comes of it is posted as one event, and the
core may refuse it, as an agent has answered meanwhile. Whoever runs this cuts it the instant that
happens. What a stranger types passes `config/dialable.py` before it is said or kept.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from ccengine.config.dialable import Unfit, judge_number
from ccengine.core.events import CallbackAsked
from ccengine.core.ids import CallId, client_of
from ccengine.ivr.phrases import DIGITS, Phrase, digit_name
from ccengine.ivr.steps.callback import KEY_SECONDS

if TYPE_CHECKING:
    from ccengine.calls.caller_ear import CallerEar
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import Instant, QueueId

log = structlog.get_logger()

THIS_NUMBER, OTHER_NUMBER, SOME_TIME = "1", "2", "3"
TRIES = 3
KEYS_READ = 64
TYPING_SECONDS = 60.0
"""For all keys of a number: who types one now and then does not stay for ever."""


def item_of(call: CallId) -> CallId:
    """Return the name of the callback that a call leaves."""
    return CallId(f"{call}-cb")


class CallbackOffer:
    """One caller and one queue."""

    def __init__(self, wiring: Wiring, call: Call, ear: CallerEar, queue: QueueId) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._call = call
        self._ear = ear
        self._queue = queue
        self._client = client_of(queue)

    async def run(self) -> bool:
        """Ask; True when the caller is going to be called back, and has been told so."""
        rules = self._engine.center.plan.queues[self._queue].callback
        if rules is None:
            return False
        offer = [Phrase.OFFER, *([Phrase.OFFER_SLOTS] if rules.slots is not None else [])]
        slot: Instant | None = None
        for _ in range(TRIES):
            key = await self._key(*offer)
            if key == SOME_TIME and rules.slots is not None:
                slot = await self._slot()
                key = None if slot is None else await self._key(Phrase.OFFER)
            number = await self._number(key)
            if number is not None and await self._is_confirmed(number):
                if await self._ask(number, slot):
                    return True
                break
            if key is None:
                break
        await self._say(Phrase.NOT_ASKED)
        return False

    async def _number(self, key: str | None) -> str | None:
        """Return a number that may be called; None: none, which has been said."""
        if key == THIS_NUMBER:
            typed = self._call.caller
        elif key == OTHER_NUMBER:
            typed = await self._typed()
        else:
            return None
        judged = self._judged(typed)
        if isinstance(judged, Unfit):
            log.info("callback_number_refused", call_id=self._call.id, cause=judged.value)
            await self._say(judged.value)
            return None
        return judged

    def _judged(self, typed: str) -> str | Unfit:
        tenant = self._wiring.configuration.tenant
        rules = self._engine.center.plan.queues[self._queue].callback
        if tenant is None or rules is None:
            return Unfit.NO_NUMBER
        return judge_number(typed, tenant.clients[self._client], tenant, rules.countries)

    async def _typed(self) -> str:
        digit = await self._ear.play(self._media(Phrase.TYPE), until_digit=True)
        typed = ""
        digit = digit or await self._ear.digit(KEY_SECONDS)
        until = self._engine.clock.now() + TYPING_SECONDS
        for _ in range(KEYS_READ):  # what is too much for a number must not choose anything
            if digit is None or digit not in DIGITS:
                break
            typed += digit
            digit = await self._ear.digit(KEY_SECONDS)
            if self._engine.clock.now() > until:
                return ""  # half a number, whose other half would answer what is asked next
        return typed

    async def _is_confirmed(self, number: str) -> bool:
        digits = [digit_name(digit) for digit in number if digit in DIGITS]
        return await self._key(Phrase.READ_BACK, *digits, Phrase.CONFIRM) == THIS_NUMBER

    async def _slot(self) -> Instant | None:
        """Let the caller choose a time; None: there is none, or they did not."""
        now = self._engine.clock.now()
        slots = self._engine.center.free_slots(self._queue, now)
        if not slots:
            await self._say(Phrase.NO_SLOTS)
            return None
        said: list[str] = [Phrase.CHOOSE_SLOT]
        for number, slot in enumerate(slots, 1):
            said += [Phrase.PRESS, digit_name(str(number)), *self._when(slot, now)]
        key = await self._key(*said)
        chosen = int(key) if key is not None and key in DIGITS else 0
        return slots[chosen - 1] if 0 < chosen <= len(slots) else None

    def _when(self, slot: Instant, now: Instant) -> list[str]:
        tenant = self._wiring.configuration.tenant
        zone = ZoneInfo("UTC" if tenant is None else tenant.clients[self._client].zone)
        at, today = (datetime.fromtimestamp(one, UTC).astimezone(zone) for one in (slot, now))
        days = (at.date() - today.date()).days
        clock = [digit_name(digit) for digit in f"{at:%H%M}"]
        if days == 0:
            return [Phrase.FOR_TODAY, *clock]
        if days == 1:
            return [Phrase.FOR_TOMORROW, *clock]
        return [digit_name(digit) for digit in f"{at:%d%m}"] + clock

    async def _ask(self, number: str, slot: Instant | None) -> bool:
        call = self._call
        asked = CallbackAsked(
            call=item_of(call.id),
            origin=call.id,
            tenant=call.tenant,
            client=self._client,
            node=self._wiring.node,
            number=call.number,
            caller=call.caller,
            queue=self._queue,
            to=number,
            slot=slot,
        )
        rejection = self._engine.post(asked)
        if rejection or call.became is None:
            log.warning("callback_refused", call_id=call.id, cause=rejection)
            return False
        await self._say(Phrase.ASKED)
        return True

    async def _key(self, *names: str) -> str | None:
        """Say it, and return the key pressed over it or after it."""
        digit = await self._ear.play(self._media(*names), until_digit=True)
        return digit or await self._ear.digit(KEY_SECONDS)

    async def _say(self, *names: str) -> None:
        await self._ear.play(self._media(*names), until_digit=False)

    def _media(self, *names: str) -> list[str]:
        prompts = self._wiring.configuration.prompts
        return [prompts.phrase(self._client, name, self._ear.language) for name in names]
