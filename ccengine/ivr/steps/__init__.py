"""The kinds of steps, one file each.

A kind's first field is also its key in YAML: `{play: greeting, next: menu}` is a `PlayStep`. `run`
returns the next step's name, or how the flow ends. A new kind is a new file and a line in
`STEP_KINDS`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.hours import HoursStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.play import PlayStep

if TYPE_CHECKING:
    from collections.abc import Mapping

Step = PlayStep | MenuStep | HoursStep | EnqueueStep | CallbackStep | HangUpStep

STEP_KINDS: Final[Mapping[str, type[Step]]] = {
    fields(kind)[0].name: kind
    for kind in (PlayStep, MenuStep, HoursStep, EnqueueStep, CallbackStep, HangUpStep)
}
"""By the key that says which kind a step is."""
