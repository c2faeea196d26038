"""A campaign's call is asked for, and on its way until it is answered or over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.commands import PlaceCall, RefillHopper
from ccengine.core.dialer.runs import LeadCall
from ccengine.core.ids import CallId, owner_of

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.runs import Run
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant

REFILL_SECONDS: Final = 30.0
"""Leads that were asked for and have not come for so long are asked for again."""

AIR_PREFIX: Final = "air:"
TRUNKS_IN_TURN: Final = 2
"""A phone rings for its whole time by another trunk, too, if the first could not carry the call."""

SLACK_SECONDS: Final = 30.0
"""A call of which nobody has told anything for so long after its ring time is given up."""


def refill(floor: Floor, run: Run, now: Instant, agents: tuple[AgentId, ...] = ()) -> bool:
    """Ask for leads when the hopper is nearly empty, again only after a while; tell whether.

    Args:
        floor: where.
        run: of the campaign.
        now: this instant.
        agents: at work: what they have promised may be dialed.
    """
    if not run.hopper.is_low or now < run.refill_at:
        return False
    wanted = run.hopper.wanted()
    run.asked, run.refill_at = wanted.due, now + REFILL_SECONDS
    floor.ask(RefillHopper(campaign=run.campaign, wanted=wanted, agents=agents))
    return True


def place(
    floor: Floor,
    run: Run,
    lead: Lead,
    now: Instant,
    *,
    number: str | None = None,
    agent: AgentId | None = None,
    score: float | None = None,
) -> CallId:
    """Ask for a call to a lead that is out of the hopper, and return which.

    Args:
        floor: where.
        run: of its campaign.
        lead: whom.
        now: this instant.
        number: which of the lead's; None: its next.
        agent: who has seen the lead and talks with them; None: whoever is free.
        score: by which the law has chosen them; None: it did not.
    """
    # The instant makes it another one than any of a journal that is gone.
    call = CallId(f"lead-{int(now * 1000):x}-{floor.next_serial()}")
    dialed = number or lead.to_dial or ""
    run.scores.renew(now)
    floor.runs.turn = run.campaign
    floor.runs.air[call] = LeadCall(
        campaign=run.campaign,
        lead=lead.key,
        number=dialed,
        placed_at=now,
        agent=agent or lead.agent,
        score=score,
        signs=run.scores.signs(lead),
        flow=run.plan.flow if run.plan.is_unattended else "",
    )
    lease(floor, call, run.plan, now)
    floor.ask(
        PlaceCall(
            call=call,
            campaign=run.campaign,
            client=owner_of(run.campaign),
            lead=lead,
            number=dialed,
            ring_seconds=run.plan.ring_seconds,
            agent=agent,
        )
    )
    return call


def members_of(floor: Floor, plan: CampaignPlan) -> tuple[AgentId, ...]:
    """Return the agents who may get a campaign's leads: of an unattended one, nobody."""
    if plan.is_unattended:
        return ()
    return floor.matching.pool(floor.requirements.usual(plan.queue)).members


def keeper_of(floor: Floor, call: CallId) -> Agent | None:
    """Return the agent who is kept for a call in the air; None: whoever is free gets it."""
    name = floor.runs.air[call].agent
    agent = floor.roster.get(name) if name is not None and floor.roster.has(name) else None
    return agent if agent is not None and agent.dials == call else None


def lease(floor: Floor, call: CallId, plan: CampaignPlan | None, now: Instant) -> None:
    """Have a call be given up of which nobody tells anything."""
    ring_seconds = 0.0 if plan is None else TRUNKS_IN_TURN * plan.ring_seconds
    floor.set_deadline(AIR_PREFIX + call, now + ring_seconds + SLACK_SECONDS)


def land(floor: Floor, call: CallId) -> LeadCall:
    """Take a call out of the air, and let off who was kept for it."""
    keeper = keeper_of(floor, call)
    if keeper is not None:
        keeper.dials = None
        floor.place_agent(keeper)
        floor.show_agent(keeper)
    floor.deadlines.discard(AIR_PREFIX + call)
    floor.runs.stirred = True
    return floor.runs.air.pop(call)
