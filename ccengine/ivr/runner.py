"""Runs a flow for a caller: take a step, go where it says, until it says how the flow ends.

Whatever the flow's author wrote, a caller is never left in it: its time is limited, and a step that
fails costs the call nothing but that step. Then the flow's `otherwise` is taken, or the caller
hears that we are sorry.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.ivr.context import TimeUp
from ccengine.ivr.outcomes import Enter, GiveBack, HangUp, HangUpCause, Outcome
from ccengine.ivr.phrases import Phrase
from ccengine.ivr.step_names import read_by, set_by
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.lookup import LookupStep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.flow import Flow
    from ccengine.ivr.outcomes import Onward
    from ccengine.ivr.step import Step

log = structlog.get_logger()

STEPS_AT_MOST: Final = 1000
"""A line that sends digits for ever must not keep a call alive for ever."""

RESCUE_STEPS: Final = 50
"""The same for a flow's `otherwise`."""

DEEPEST: Final = 8
"""Flows that wait for one another: the checker refuses more."""

GRACE_SECONDS: Final = 60.0
"""What a flow's `otherwise` may take when its time is up."""

MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is in its flows: all that it takes to go on from there."""

    flow: str
    step: str
    returns: tuple[str, ...] = ()  #: `flow/step` of those that wait, outermost first
    began: float = 0.0  #: seconds since the epoch


async def run_flow(
    flow: Flow,
    context: FlowContext,
    *,
    start: Place | None = None,
    entered: Callable[[Place], None],
    others: Mapping[str, Flow] | None = None,
) -> Outcome:
    """Take the caller through the flow.

    `entered` is called before each step. With `start` a call is taken up again there, or at the
    flow's beginning where its flows have no such steps any more. `others` may be called.
    """
    flows = {**(others or {}), flow.name: flow}
    return await _Run(flows, flow.name, context, start, entered).to_its_end()


class _Run:
    """One call on its way."""

    def __init__(
        self,
        flows: Mapping[str, Flow],
        name: str,
        context: FlowContext,
        start: Place | None,
        entered: Callable[[Place], None],
    ) -> None:
        self._flows = flows
        self._first = flow = flows[name]
        self._context = context
        self._entered = entered
        now = context.now().timestamp()
        self._began = now if start is None or not start.began else start.began
        self._returns: tuple[str, ...] = ()
        self._until = self._began + flow.total_minutes * MINUTE
        self._is_rescued = False
        self._to_ask_again: set[str] = set()  #: steps that asked for what only a lost engine knew
        self._flow, self._step = flow, flow.start
        if start is not None:
            self._take_up(start)

    async def to_its_end(self) -> Outcome:
        """Go from step to step."""
        for steps in (STEPS_AT_MOST, RESCUE_STEPS):
            for _ in range(steps):
                outcome = await self._go_on()
                if outcome is not None:
                    return outcome
            log.warning("flow_without_end", flow=self._first.name)
            outcome = await self._rescue()
            if outcome is not None:
                return outcome
        return HangUp(HangUpCause.NORMAL)

    async def _go_on(self) -> Outcome | None:
        """Take one step; None: there is another one."""
        place = Place(self._flow.name, self._step, self._returns, self._began)
        self._entered(place)
        try:
            return self._follow(await self._step_taken())
        except TimeUp:
            log.info("flow_time_up", flow=place.flow, step=place.step)
        except self._context.passes:
            raise
        except Exception:
            # Whatever a step meets outside, or whoever wrote it: the caller is not to suffer.
            log.exception("flow_step_failed", flow=place.flow, step=place.step)
        return await self._rescue()

    async def _step_taken(self) -> Onward:
        """Take the step where the call is, when all is known again that it needs."""
        step = self._flow.steps[self._step]
        led = await self._asked_again(step)
        return await self._taken(step) if led is None else led

    async def _asked_again(self, step: Step) -> Onward | None:
        """Have asked for, once each, what a step needs and a lost engine knew; None: it is known.

        The call stays at the step that needs it: what lies between is not done a second time, not
        even if this engine is lost, too. Else what is returned is the way out of the question.
        """
        for name in sorted(self._to_ask_again & self._flow.steps.keys()):
            asks = self._flow.steps[name]
            lost = set_by(asks) & read_by(step) - self._context.data.keys()
            if not lost or name not in self._to_ask_again:
                continue
            self._to_ask_again.discard(name)
            log.info("flow_asks_again", flow=self._flow.name, step=name)
            led = await self._asked_again(asks)
            led = await self._taken(asks) if led is None else led
            if led != _way_of(asks):
                return led
        return None

    async def _taken(self, step: Step) -> Onward:
        left = self._left()
        if isinstance(step, CallbackStep):
            # Bounded by itself; cut in the middle, the callback might be asked for or not.
            return await step.run(self._context)
        async with self._context.within(left):
            return await step.run(self._context)

    def _follow(self, led: Onward) -> Outcome | None:
        """Go where a step leads; an outcome leads out.

        Raises:
            LookupError: there is no such step or flow any more.
        """
        match led:
            case str():
                self._go_to(self._flow, led)
            case Enter():
                self._enter(led)
            case GiveBack():
                self._go_back(led)
            case _:
                return led
        return None

    def _enter(self, led: Enter) -> None:
        flow = self._flows[led.flow]
        if len(self._returns) >= DEEPEST:
            message = f"more than {DEEPEST} flows wait for one another"
            raise RecursionError(message)
        given = {name: led.given[name] for name in flow.parameters if name in led.given}
        self._context.data.enter(flow.name, given)
        self._returns = (*self._returns, f"{self._flow.name}/{self._step}")
        self._go_to(flow, flow.start)

    def _go_back(self, led: GiveBack) -> None:
        *outer, place = self._returns
        name, _, at = place.partition("/")
        flow = self._flows[name]
        step = flow.steps[at]
        if isinstance(step, CallStep):  # else a reload has put another one in its place
            self._context.data.leave(name if outer else "", led.values, step.into)
            self._returns = tuple(outer)
            self._go_to(flow, step.next)
            return
        message = f"step '{at}' calls no flow any more"
        raise LookupError(message)

    def _go_to(self, flow: Flow, step: str) -> None:
        if step not in flow.steps:
            message = f"flow '{flow.name}' has no step '{step}'"
            raise LookupError(message)
        self._flow, self._step = flow, step

    def _take_up(self, start: Place) -> None:
        """Go on where an earlier engine was; from the beginning if that is no more."""
        with suppress(LookupError):
            for place in start.returns:
                name, _, step = place.partition("/")
                if step not in self._flows[name].steps:
                    return
            self._go_to(self._flows[start.flow], start.step)
            self._returns = start.returns
            self._context.data.inside = start.flow if start.returns else ""
            self._to_ask_again = {
                name
                for name, step in self._flow.steps.items()
                if isinstance(step, CollectStep | LookupStep) and step.secret
            }

    def _left(self) -> float:
        left = self._until - self._context.now().timestamp()
        if left <= 0:
            raise TimeUp
        return left

    async def _rescue(self) -> Outcome | None:
        """Go to the flow's own way for such cases, once; else end the call with an apology."""
        otherwise = self._first.otherwise
        if otherwise in self._first.steps and otherwise is not None and not self._is_rescued:
            self._is_rescued = True
            self._until = self._context.now().timestamp() + GRACE_SECONDS
            self._returns, self._context.data.inside = (), ""
            self._flow, self._step = self._first, otherwise
            return None
        try:
            await self._apologise()
        except self._context.passes:
            raise
        except Exception:
            log.exception("flow_apology_failed", flow=self._first.name)
        return HangUp(HangUpCause.NORMAL)

    async def _apologise(self) -> None:
        with suppress(TimeUp):
            async with self._context.within(GRACE_SECONDS):
                sorry = self._context.phrases((Phrase.SORRY,))
                await self._context.caller.play(sorry, until_digit=False)


def _way_of(step: Step) -> str | None:
    """Return where a step leads that has been told what it asks for."""
    match step:
        case CollectStep():
            return step.next
        case LookupStep():
            return step.found
        case _:
            return None
