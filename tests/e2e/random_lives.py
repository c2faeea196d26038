"""Random lives of calls, from a seed: which way each caller leaves the queue, and when.

A life is what the caller does; what becomes of the call is a race with agents who answer, decline
or don't hear, and with the queue's limits. So a life may come to any end, and the record must say
which it was (`queue_exits.py`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.core.states import CallState
from ccengine.phone import PhoneError
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.waits import until

if TYPE_CHECKING:
    from random import Random

    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

MENU_SECONDS = (0.0, 1.5)  #: until a key is pressed, or until they hang up
LINE_SECONDS = (0.1, 1.5)  #: in line, until a key is pressed
PATIENCE_SECONDS = (0.2, 6.0)
MESSAGE_SECONDS = (1.0, 15.0)  #: from the key on; the prompt takes most of it
TALK_SECONDS = (0.1, 2.5)
CALLS_AGAIN = 0.1  #: of the callers
CALLED_BEFORE = 10  #: lives ago: that one is over
FOREIGN = 0.15  #: of the callers: by the number they show, nobody is called back

ENDS = tuple(CallOutcome)

PARTNER = "380509999999"
BACK = (
    "attempts: 3, ring_seconds: 5, retry_seconds: {no_answer: 1, busy: 1, refused: 1, nobody: 1,"
    " hung_up: 1, failed: 1, lost: 1}"
)
QUEUES = f"""\
queues:
  billing:
    ring_seconds: 2
    misses: 100
    wrap_up_seconds: 2
    messages_are_work: yes
    skills: {{ukrainian: 5, billing: 5}}
    callback: {{mode: customer-first, lead_seconds: 3600, {BACK}}}
    keys: {{1: {{callback: yes}}, 2: {{queue: vip}}, 3: {{voicemail: yes}}}}
    limits:
      waiting: 2
      wait_seconds: 3
      join_empty: [offline, not_ready]
      leave_empty: [offline, not_ready]
      overflow: {{queue: technical}}
  technical:
    ring_seconds: 2
    misses: 100
    wrap_up_seconds: 2
    messages_are_work: yes
    skills: {{english: 5, technical: 5}}
    language: en
    callback: {{mode: customer-first, lead_seconds: 3600, {BACK}}}
    keys: {{1: {{callback: yes}}, 2: {{queue: vip}}, 3: {{voicemail: yes}}}}
    limits: {{wait_seconds: 4, overflow: {{flow: main}}}}
  vip:
    ring_seconds: 2
    misses: 100
    wrap_up_seconds: 2
    messages_are_work: yes
    skills: {{ukrainian: 5}}
    priority: 10
    callback: {{mode: agent-first, {BACK}}}
    keys: {{1: {{callback: yes}}, 2: {{queue: technical}}, 3: {{voicemail: yes}}}}
    limits:
      waiting: 3
      wait_seconds: 4
      partner_percent: 8
      partner: "{PARTNER}"
      overflow: {{voicemail: yes}}

"""
"""Small limits, so that lives end in each of the ways a queue may end them."""


class Wish(StrEnum):
    """What a caller in line wants, in the order of keys."""

    TO_WAIT = ""
    CALLBACK = "1"
    ANOTHER_QUEUE = "2"
    TO_LEAVE_A_MESSAGE = "3"


WISHES = (
    *(Wish.TO_WAIT,) * 5,
    *(Wish.CALLBACK,) * 4,
    Wish.ANOTHER_QUEUE,
    *(Wish.TO_LEAVE_A_MESSAGE,) * 2,
)


@dataclass(frozen=True, slots=True)
class Life:
    """What one caller does."""

    number: str
    key: str  #: pressed in the menu; empty: none
    shows: str  #: as caller id
    called_at: str  #: the number they type for a callback; empty: the one they show will do
    wish: Wish
    menu_seconds: float
    line_seconds: float  #: until they press the key for what they want
    patience_seconds: float  #: then they hang up
    talk_seconds: float  #: then they hang up, unless the agent has

    @property
    def keys(self) -> str:
        """What they press in line."""
        if self.wish is not Wish.CALLBACK:
            return self.wish.value
        return f"12{self.called_at}#1" if self.called_at else "111"


def drawn(random: Random, count: int) -> list[Life]:
    """Draw that many lives."""
    lives: list[Life] = []
    for number in range(count):
        shows = f"{'4930' if random.random() < FOREIGN else '38044'}{2000000 + number}"
        if number > CALLED_BEFORE and random.random() < CALLS_AGAIN:
            shows = random.choice(lives[:-CALLED_BEFORE]).shows
        lives.append(_drawn(random, shows))
    return lives


def _drawn(random: Random, shows: str) -> Life:
    number, key = random.choice((("600200", "1"), ("600200", "2"), ("600200", ""), ("600201", "")))
    wish = random.choice(WISHES)
    types = wish is Wish.CALLBACK and random.random() < 0.3
    patience = MESSAGE_SECONDS if wish is Wish.TO_LEAVE_A_MESSAGE else PATIENCE_SECONDS
    return Life(
        number=number,
        key=key,
        shows=shows,
        called_at=f"044{random.randrange(3000000, 4000000)}" if types else "",
        wish=wish,
        menu_seconds=random.uniform(*MENU_SECONDS),
        line_seconds=random.uniform(*LINE_SECONDS),
        patience_seconds=random.uniform(*patience),
        talk_seconds=random.uniform(*TALK_SECONDS),
    )


async def live(stage: Stage, life: Life) -> Caller:
    """Live it; return the caller, whose call is over."""
    dialling = {"shown": life.shows, "caller_id": life.shows}
    caller = await stage.caller(life.number, *ENDS, **dialling)
    await asyncio.sleep(life.menu_seconds)
    if life.key:
        await _press(caller, life.key)
    if life.keys:
        with suppress(AssertionError):
            await until("in line", lambda: _is_at(caller, CallState.WAITING), seconds=2)
        await asyncio.sleep(life.line_seconds)
        await _press(caller, life.keys)
    with suppress(AssertionError):  # not everybody is answered, or has so much patience
        await until("talks, or is over", lambda: _is_decided(caller), seconds=life.patience_seconds)
    if caller.call.ending is None and _is_at(caller, CallState.TALKING):
        with suppress(TimeoutError):
            await caller.call.ended(timeout_seconds=life.talk_seconds)
    await caller.hangs_up()
    await caller.becomes(CallState.ENDED)
    return caller


async def _press(caller: Caller, keys: str) -> None:
    with suppress(PhoneError, TimeoutError):  # the call may be over
        if caller.call.ending is None:
            await caller.presses(keys)


def _is_at(caller: Caller, state: CallState) -> bool:
    return caller.states[-1:] == [state]


def _is_decided(caller: Caller) -> bool:
    return caller.call.ending is not None or _is_at(caller, CallState.TALKING)
