"""Runs a flow for a caller: take a step, go where it says, until it says how the flow ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.ivr.outcomes import HangUp, HangUpCause, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.flow import Flow

STEPS_AT_MOST: Final = 1000
"""A line that sends digits for ever must not keep a call alive for ever."""


async def run_flow(
    flow: Flow,
    context: FlowContext,
    *,
    start: str | None = None,
    entered: Callable[[str, str], None],
) -> Outcome:
    """Take the caller through the flow.

    `entered` is called with the flow's and the step's name before each step. With `start` a call
    is taken up again at that step, or at the beginning when the flow has no such step any more.
    """
    name = start if start is not None and start in flow.steps else flow.start
    for _ in range(STEPS_AT_MOST):
        entered(flow.name, name)
        result = await flow.steps[name].run(context)
        if not isinstance(result, str):
            return result
        name = result
    return HangUp(HangUpCause.NORMAL)
