"""Whatever flow somebody writes and whatever a caller does in it: they are out of it in its time.

Flows made at random of all step kinds, a caller who types at random or nothing and hangs up at any
moment, prompts that never end, an engine that is killed: on the fake Asterisk, in virtual time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ccengine.config.hours import Hours, Span
from ccengine.config.lookup_sources import HttpRequest, Lookup
from ccengine.core.events import CallEnded, CallQueued, FlowStepEntered
from ccengine.ivr.runner import GRACE_SECONDS
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.lookup.desk import LookupDesk
from tests.calls.center_on_fake import CenterOnFake
from tests.calls.customers import calls_back
from tests.calls.examples import Words
from tests.calls.test_submissions import CANCEL
from tests.fakes.virtual_time import run
from tests.ivr.random_flows import THREE_FLOWS
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.ivr.data import Value
    from ccengine.ivr.flow import Flow
    from ccengine.ivr.speaking import Voices

NUMBER, CALL = "600200", "node1-1-1"
"""The number whose flow is `main`."""
TYPED_AT_MOST: Final = 150
AWAY_SECONDS: Final = 2.0
CALLBACK_SECONDS: Final = 400.0
"""An offer of a callback is never cut: three tries of a minute's typing, questions and prompts."""
SETTLED_SECONDS: Final = 3.0
ALWAYS: Final = Hours(zone="UTC", week={"mon-sun": (Span(0, 24 * 60),)})
NEVER: Final = Hours(zone="UTC", week={})
ASKED: Final = Lookup(http=HttpRequest(url="https://crm.example/"), deadline_seconds=3.0)


@dataclass(frozen=True)
class Person:
    """What somebody does with a telephone."""

    keys: str  #: typed again and again; empty: nothing
    pause: float  #: before each key
    hangs_up_after: float  #: seconds, if they are still in a flow then


@dataclass(frozen=True)
class World:
    """What a flow meets beside its caller."""

    prompt_seconds: float
    answer_seconds: float  #: of whoever lookups ask
    speaks_seconds: float  #: the caller, into a recording
    killed_after: float  #: the engine
    request_seconds: float  #: that Asterisk takes for each


PEOPLE = st.builds(
    Person,
    keys=st.one_of(st.just(""), st.text("0123456789*#", min_size=1, max_size=12)),
    pause=st.sampled_from((0.05, 0.5, 2.9, 4.5, 20.0)),
    hangs_up_after=st.one_of(st.just(1e6), st.floats(0, 60), st.floats(0, 900)),
)
WORLDS = st.builds(
    World,
    prompt_seconds=st.sampled_from((0.0, 1.0, 1.0, 15.0, 1e6)),
    answer_seconds=st.sampled_from((0.0, 0.5, 60.0)),
    speaks_seconds=st.sampled_from((0.0, 4.0, 1000.0)),
    killed_after=st.one_of(st.just(1e6), st.floats(0, 100)),
    request_seconds=st.sampled_from((0.0, 0.0, 0.2)),
)


class SlowSource:
    """Whom lookups ask: it knows of everybody, after a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def ask(self, _values: dict[str, Value]) -> Any:
        await asyncio.sleep(self._seconds)
        return {"a": "4711", "b": True}

    def close(self) -> None:
        pass


class RandomCall:
    """One caller's way through flows, from the ring to where they lead."""

    def __init__(self, center: CenterOnFake, flows: dict[str, Flow], world: World) -> None:
        self._center = center
        self._flows = flows
        self._world = world
        self.channel = ""

    def prepare(self) -> None:
        """Have all that flows may name."""
        center, world = self._center, self._world
        calls_back(center)
        center.set_queue("billing", keys={}, callback=None)
        center.set_client(
            hours={"always": ALWAYS, "never": NEVER},
            lookups={"customer": ASKED, "order": ASKED},
            submissions={"cancel-order": CANCEL},
        )
        center.set_flows(*self._flows.values())
        center.asterisk.world.voices.speaks_seconds = world.speaks_seconds
        center.asterisk.delay_requests(world.request_seconds)
        for prompt, language in (("greeting", "uk"), ("main-menu", "uk"), ("main-menu", "en")):
            media = center.configuration.prompts.media("dnipro", prompt, language)
            center.asterisk.media_seconds[media] = world.prompt_seconds

    def equip(self) -> None:
        """Give the present engine a voice and somebody to ask."""
        wiring, source = self._center.wiring, SlowSource(self._world.answer_seconds)
        wiring.voices = cast("Voices", Words())
        wiring.lookups = LookupDesk(asyncio.get_running_loop().time, lambda *_: source)

    @property
    def is_there(self) -> bool:
        return self.channel in self._center.asterisk.channels_left()

    @property
    def is_out(self) -> bool:
        """They wait in a queue, are in the dialplan, or gone."""
        if self._center.journal.events(CallEnded, CallQueued) or not self.is_there:
            return True
        return not self._center.asterisk.channel(self.channel).in_stasis

    async def does(self, person: Person) -> None:
        """Type, whoever listens, and hang up."""
        for number in range(TYPED_AT_MOST if person.keys else 0):
            await asyncio.sleep(person.pause)
            if not self.is_there:
                return
            self._center.asterisk.dial_digit(self.channel, person.keys[number % len(person.keys)])

    async def hangs_up(self) -> None:
        """Hang up where they are; of a call that we have ended, that is our affair."""
        if self.is_there and not self._center.journal.events(CallEnded):
            self._center.asterisk.hang_up(self.channel)
        await self._center.until(lambda: self._center.journal.events(CallEnded))

    def longest(self) -> float:
        """Seconds that the call may be in flows: what README says, and what Asterisk takes."""
        steps = [step for flow in self._flows.values() for step in flow.steps.values()]
        callbacks = 2 if any(isinstance(step, CallbackStep) for step in steps) else 0
        graces = 2 if self._world.killed_after > 100 else 3
        limit = self._flows["main"].total_minutes * 60 + graces * GRACE_SECONDS
        return limit + callbacks * CALLBACK_SECONDS + 60 * self._world.request_seconds + 3


async def in_flows(call: RandomCall, center: CenterOnFake, person: Person, world: World) -> None:
    """Let the call go on until it is out of its flows, or the caller has enough."""
    began = asyncio.get_running_loop().time()
    killed = False
    async with asyncio.TaskGroup() as people:
        doing = people.create_task(call.does(person))
        while not call.is_out:
            passed = asyncio.get_running_loop().time() - began
            assert passed <= call.longest(), center.story()
            if passed >= person.hangs_up_after:
                break
            if passed >= world.killed_after and not killed:
                killed = True
                await center.restart(away_seconds=AWAY_SECONDS)
                call.equip()
            await asyncio.sleep(0.25)
        doing.cancel()


def left_behind(center: CenterOnFake) -> list[str]:
    """What is there that nobody needs any more; a callback that was asked for waits on."""
    recordings = center.asterisk.recordings.items()
    return [
        *center.asterisk.channels_left(),
        *center.asterisk.bridges_left(),
        *(name for name, one in recordings if one.state == "recording"),
        *(name for name in center.engine.center.calls if name != f"{CALL}-cb"),
    ]


async def one_call(state: Path, flows: dict[str, Flow], person: Person, world: World) -> None:
    async with CenterOnFake(state) as center:
        call = RandomCall(center, flows, world)
        call.prepare()
        call.equip()
        tasks = len(asyncio.all_tasks())
        call.channel = center.caller(number=NUMBER)
        await in_flows(call, center, person, world)
        await call.hangs_up()
        await asyncio.sleep(SETTLED_SECONDS)
        assert left_behind(center) == [], center.story()
        assert len(center.ended()) == 1, center.story()
        assert len(asyncio.all_tasks()) == tasks, asyncio.all_tasks()
        center.engine.center.check_invariants()
        steps = center.journal.events(FlowStepEntered)
        assert steps or person.hangs_up_after < 1, center.story()


@pytest.mark.long
@pytest.mark.timeout(3600 if FULL else 300)
@settings(
    max_examples=by_size(small=60, full=5000),
    derandomize=not FULL,  # the small run is the same for everybody; the full one explores
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(flows=THREE_FLOWS, person=PEOPLE, world=WORLDS)
def test_nobody_stays_in_any_flow_and_nothing_stays_of_them(
    tmp_path_factory: pytest.TempPathFactory, flows: dict[str, Flow], person: Person, world: World
) -> None:
    with capture_logs():  # of steps that fail, with all that is to be said of it
        run(one_call(tmp_path_factory.getbasetemp(), flows, person, world))
