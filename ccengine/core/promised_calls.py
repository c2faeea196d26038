"""Calls that agents have promised leads: each is dialed with an agent who is kept for it.

They come before all others of the campaign, when they are due. One that its agent has promised to
make waits until that agent is free; overdue for too long, it is anybody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.commands import RefillHopper
from ccengine.core.dialer.hopper import Wanted
from ccengine.core.placing import members_of, place
from ccengine.core.states import AT_WORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.agents import Agent
    from ccengine.core.dialer.runs import Run
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant

ASK_SECONDS: Final = 20.0
"""A hopper that is full enough is asked for who is due this often: their time is not ours."""

AT_ONCE: Final = 10


def who_may_keep(floor: Floor, run: Run) -> tuple[AgentId, ...]:
    """Return whose promises may be fetched: agents at work who have none in the hopper yet."""
    members, kept = members_of(floor, run.plan), run.hopper.keepers
    at_work = (one for one in members if floor.roster.get(one).state in AT_WORK)
    return tuple(one for one in at_work if one not in kept)


def ask(floor: Floor, run: Run, now: Instant) -> None:
    """Ask for leads whose promised calls have become due, now and then."""
    room = run.hopper.room
    if room <= 0 or now < run.promised_at:
        return
    run.promised_at = now + ASK_SECONDS
    floor.ask(
        RefillHopper(
            campaign=run.campaign,
            wanted=Wanted(due=min(room, AT_ONCE), fresh={}),
            agents=who_may_keep(floor, run),
            only_promised=True,
        )
    )


def place_due(floor: Floor, run: Run, idle: Sequence[Agent], now: Instant) -> list[Agent]:
    """Dial promised calls that are due, and return who is idle still.

    What an agent has promised comes first: nobody else can make that call yet.
    """
    left = list(idle)
    if not left or not run.hopper.has_promised(now):
        return left
    room = run.plan.calls_at_most - len(floor.runs.calls_of(run.campaign))
    for own in (True, False):
        for agent in tuple(left):
            lead = run.hopper.take_promised(now, agent.id, own=own) if room > 0 else None
            if lead is not None:
                room -= 1
                agent.dials = place(floor, run, lead, now, agent=agent.id)
                floor.place_agent(agent)
                floor.show_agent(agent)
                left.remove(agent)
    return left
