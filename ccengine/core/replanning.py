"""What a new plan changes for those who are here already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import closures, diversion, gates, outcomes, shifts

if TYPE_CHECKING:
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant
    from ccengine.core.plan import Plan


def take_over(floor: Floor, plan: Plan, now: Instant) -> None:
    """Go by another plan from now on."""
    floor.swap_plan(plan, now)
    shifts.retire(floor, now)
    shifts.rest_anew(floor, now)
    outcomes.replan(floor, now)
    diversion.replan(floor, now)
    gates.withdraw_from_barred(floor, now)
    closures.replan(floor)
    floor.items.open.update(call.id for call in floor.calls.values() if call.item)
