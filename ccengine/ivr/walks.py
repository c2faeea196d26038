"""Walks through flows without sound or waiting: time is only counted.

A walk takes the very steps that callers take, by the very runner. Who walks says what is answered
to each question: a script, chance, or somebody at a terminal. `explore` goes all ways: it also
decides, one way after the other, what hours and values would decide.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from ccengine.config.clients import digits_of
from ccengine.ivr.context import FlowContext, TimeUp
from ccengine.ivr.data import CallData
from ccengine.ivr.outcomes import CalledBack, Outcome
from ccengine.ivr.runner import Place, run_flow
from ccengine.ivr.step import Step
from ccengine.ivr.step_names import GOES_TO, references, set_by
from ccengine.ivr.step_times import longest_wait
from ccengine.ivr.steps import BUILT_IN_KINDS
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.count import CountStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.language import LanguageStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.play import PlayStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.steps.transfer import TransferStep
from ccengine.ivr.steps.voicemail import VoicemailStep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
    from datetime import datetime

    from ccengine.config.clients import Client
    from ccengine.core.ids import SkillId
    from ccengine.ivr.configuration import Configuration
    from ccengine.ivr.data import Value
    from ccengine.ivr.flow import Flow
    from ccengine.ivr.outcomes import Onward

T = TypeVar("T")

KEYS: Final = "0123456789*#"
PROMPT_SECONDS: Final = 4.0
WALKS_AT_MOST: Final = 3000
"""Of one flow: enough for a few hundred ways, and bounded whatever somebody writes."""

END_OF_CALL: Final = "(end of the call)"

ACTED_OUT: Final = (
    PlayStep,
    MenuStep,
    LanguageStep,
    SetStep,
    CountStep,
    CallStep,
    GiveBackStep,
    EnqueueStep,
    TransferStep,
    VoicemailStep,
    HangUpStep,
)
"""Kinds that go where one key, or nothing, leads: of all others each way is taken in its turn."""


def done_at_once(running: Coroutine[Any, Any, T], what: str) -> T:
    """Return what a coroutine returns that never waits for anything.

    Raises:
        RuntimeError: it waits, for what does not exist where time is only counted.
    """
    try:
        running.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    running.close()
    message = f"{what} waits for something that does not exist here"
    raise RuntimeError(message)


@dataclass(slots=True, kw_only=True)
class WalkingCaller:
    """Somebody who is asked for keys, and whose time is counted."""

    language: str
    answer: Callable[[], str | None]  #: the next key, None: nothing is pressed in time
    prompt_seconds: float = PROMPT_SECONDS  #: how long each prompt is
    types_over_prompts: bool = False
    elapsed: float = 0.0
    until: float = float("inf")  #: when the step is cut

    async def play(self, media: Sequence[str], *, until_digit: bool) -> str | None:
        """Listen to all of it, or press a key at once."""
        if until_digit and self.types_over_prompts:
            return self.answer()
        self.pass_time(self.prompt_seconds * len(media))
        return None

    async def digit(self, within_seconds: float) -> str | None:
        """Press a key, or nothing in time."""
        key = self.answer()
        self.pass_time(within_seconds if key is None else 0.0)
        return key

    def pass_over(self, digit: str) -> None:
        """Press no such key."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            TimeUp: the step is cut before.
        """
        self.elapsed = min(self.elapsed + seconds, self.until)
        if self.elapsed >= self.until:
            raise TimeUp

    def choose(self, language: str, _skills: Mapping[SkillId, int]) -> None:
        """Be spoken to in another language."""
        self.language = language

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """Cut what runs inside when so much has passed."""
        self.until = self.elapsed + seconds
        try:
            yield
        finally:
            self.until = float("inf")


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through a flow."""

    places: tuple[Place, ...]
    outcome: Outcome
    seconds: float


def context_of(
    configuration: Configuration,
    client: Client,
    caller: WalkingCaller,
    began: datetime,
    passes: tuple[type[Exception], ...] = (),
) -> FlowContext:
    """Return what a flow of the client has at hand on a walk that begins at an instant.

    What a step raises of `passes` ends the walk; else it is met as in a call.
    """

    def now() -> datetime:
        return began + timedelta(seconds=caller.elapsed)

    zone = ZoneInfo(client.zone)
    built_in: dict[str, Callable[[], Value]] = {
        "caller": lambda: "",
        "called": lambda: next(iter(client.settings.numbers), ""),
        "language": lambda: caller.language,
        "client": lambda: client.id,
        "day": lambda: now().astimezone(zone).date(),
        "now": lambda: now().astimezone(zone),
        "queue_wait": lambda: Decimal(0),
    }
    return FlowContext(
        client=client.id,
        caller=caller,
        prompts=configuration.prompts,
        hours=client.hours_of(next(iter(client.settings.numbers), "")),
        now=now,
        began=began.timestamp(),
        data=CallData(built_in),
        staff={code: digits_of(one.number) for code, one in client.settings.staff.items()},
        choose_language=caller.choose,
        submit=lambda _: True,
        opt_out=_opt_out,
        within=caller.within,
        passes=passes,
    )


async def _opt_out() -> bool:
    return True


def walk(
    flow: Flow,
    flows: Mapping[str, Flow],
    caller: WalkingCaller,
    context: FlowContext,
    entered: Callable[[Place], None] = lambda _: None,
) -> Walk:
    """Take a caller through a flow, from its start to its end; `entered` is told each step."""
    places: list[Place] = []

    def enter(place: Place) -> None:
        places.append(place)
        entered(place)

    running = run_flow(flow, context, entered=enter, others=flows)
    outcome = done_at_once(running, f"flow '{flow.name}'")
    return Walk(tuple(places), outcome, caller.elapsed)


def explore(
    flow: Flow, flows: Mapping[str, Flow], start: Callable[[WalkingCaller], FlowContext]
) -> Iterator[Walk]:
    """Yield walks that together go every way of every step which anybody can come to.

    What is asked for by more than one key, or decided by something outside, is not acted out: each
    way out of it is taken in its turn.

    Args:
        flow: where the walks begin.
        flows: those of the same client.
        start: makes each walk's context for its caller.
    """
    ways = _Ways()
    known = {name: _to_be_chosen(one, ways) for name, one in flows.items()}
    first = _to_be_chosen(flow, ways)
    for _ in range(WALKS_AT_MOST):
        if not ways.begin():
            return
        caller = WalkingCaller(language="", answer=ways.key)
        yield walk(first, known, caller, start(caller), ways.enter)
        ways.end()


class _Ways:
    """Which choice is made at each question: those of a script, then the first one there is."""

    def __init__(self) -> None:
        self.place = Place("", "")
        self._scripts: deque[list[str | None]] = deque([[]])
        self._tried: set[tuple[str, str, str | None]] = set()
        self._script: list[str | None] = []
        self._asked: list[tuple[Place, Sequence[str | None], str | None]] = []

    def begin(self) -> bool:
        """Begin another walk; False: all ways were gone."""
        if not self._scripts:
            return False
        self._script, self._asked = self._scripts.popleft(), []
        return True

    def end(self) -> None:
        """Note the ways that were passed by."""
        chosen = [choice for _, _, choice in self._asked]
        for position, (place, choices, choice) in enumerate(self._asked):
            self._tried.add((place.flow, place.step, choice))
            if position < len(self._script):
                continue
            for other in choices:
                way = (place.flow, place.step, other)
                if way not in self._tried:
                    self._tried.add(way)
                    self._scripts.append([*chosen[:position], other])

    def enter(self, place: Place) -> None:
        """Note where the next questions are asked."""
        self.place = place

    def key(self) -> str | None:
        """Return a key, or None."""
        return self.of((None, *KEYS))

    def of(self, choices: Sequence[str | None]) -> str | None:
        """Return one of the choices."""
        position = len(self._asked)
        choice = self._script[position] if position < len(self._script) else choices[0]
        self._asked.append((self.place, choices, choice))
        return choice


@dataclass(frozen=True, slots=True)
class _ToBeChosen:
    """Stands for a step whose way out is not the walker's keys' to decide."""

    step: Step
    ways: _Ways

    async def run(self, context: FlowContext) -> Onward:
        """Take the time that it may take, learn something, go one of its ways."""
        caller = context.caller
        if isinstance(caller, WalkingCaller):
            caller.pass_time(longest_wait(self.step))
        context.data.put(dict.fromkeys(set_by(self.step), "1"))
        exits = dict.fromkeys(one.name for one in references(self.step) if one.what in GOES_TO)
        may_end = isinstance(self.step, CallbackStep) or not exits
        ends: list[str | None] = [END_OF_CALL] if may_end else []
        chosen = self.ways.of([*exits, *ends])
        return CalledBack() if chosen is None or chosen == END_OF_CALL else chosen


def without_own_kinds(flow: Flow) -> Flow:
    """Return it with other packages' steps only acted out: they go the first of their ways.

    What they do outside is for callers; and there is nothing here that they could wait for.
    """
    return _to_be_chosen(flow, _Ways(), BUILT_IN_KINDS)


def _to_be_chosen(flow: Flow, ways: _Ways, acted_out: tuple[type[Step], ...] = ACTED_OUT) -> Flow:
    steps = {
        name: step if isinstance(step, acted_out) else _ToBeChosen(step, ways)
        for name, step in flow.steps.items()
    }
    return replace(flow, steps=steps)
