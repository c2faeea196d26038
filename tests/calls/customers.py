"""Customers who are called back, on the fake Asterisk; what they and the agents hear and press."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ccengine.config.clients import ClientOutbound
from ccengine.core.ids import CallId
from ccengine.core.queues import KeyExit, Limits, Overflow
from ccengine.core.work_items import CallbackRules, RetrySeconds

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from tests.calls.center_on_fake import CenterOnFake

CALL, CALLER = "node1-1-1", "node1-1.1"
NUMBER = "380441234567"
TYPED = "0441112233"
OUTBOUND = ClientOutbound(
    prefixes={"380": ("provider",)},
    caller_id="+380440000000",
    calls_per_agent_day=10,
    calls_per_day=100,
)
RULES: dict[str, Any] = {"retry_seconds": RetrySeconds(busy=20.0, no_answer=60.0)}


def calls_back(center: CenterOnFake, **rules: Any) -> None:
    """Let the queue vip of dnipro call back, in Ukraine."""
    center.set_client(country="UA", outbound=OUTBOUND)
    callback = CallbackRules(**{**RULES, **rules})
    center.set_queue(callback=callback, keys={"1": KeyExit(callback=True)})


def takes_messages(center: CenterOnFake) -> None:
    """Let callers of vip wait for three seconds; messages are work then."""
    center.set_client(country="UA", outbound=OUTBOUND)
    limits = Limits(wait_seconds=3.0, overflow=Overflow(voicemail=True))
    center.set_queue(limits=limits, messages_are_work=True)


def endpoint(number: str = NUMBER) -> str:
    """Return how a customer is dialed."""
    return f"Local/{number}@callback-leg/n"


def customer_answers(center: CenterOnFake, number: str = NUMBER, after: float = 2.0) -> None:
    center.asterisk.phone_answers(endpoint(number), after)


def customer_fails(center: CenterOnFake, cause: int, number: str = NUMBER) -> None:
    center.asterisk.phone_declines(endpoint(number), 1.0, cause)


async def press(center: CenterOnFake, channel: str, digits: str) -> None:
    """Press keys, each some time after the last."""
    for digit in digits:
        await asyncio.sleep(0.3)
        center.asterisk.dial_digit(channel, digit)
    await asyncio.sleep(0.05)


async def asks(center: CenterOnFake, keys: str = "111", call: str = CALL) -> CallId:
    """Call, wait, press the key, and the keys that follow; the item's name."""
    channel = center.caller(call)
    await asyncio.sleep(1.0)
    await press(center, channel, keys)
    return CallId(f"{call}-cb")


def item(center: CenterOnFake, name: str = f"{CALL}-cb") -> Call:
    """Return the item as the core has it."""
    return center.engine.center.calls[CallId(name)]


def leg(center: CenterOnFake, number: str = NUMBER) -> str | None:
    """Return the channel that dials the customer, or is the customer's."""
    found = (
        c.id for c in center.asterisk.world.channels.values() if c.endpoint == endpoint(number)
    )
    return next(found, None)


def said(center: CenterOnFake, channel: str) -> list[str]:
    """Return the texts of the prompts that were played to a channel."""
    prompts = {f"sound:{prompt.sound}": prompt for prompt in center.configuration.prompts}
    texts = {name.rpartition("/")[2]: getattr(one, "text", "") for name, one in prompts.items()}
    played = [media for to, media in center.asterisk.played if to == channel]
    return [texts.get(media.rpartition("/")[2], media) for media in played]
