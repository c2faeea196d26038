"""Preview dialing: free agents are shown a lead each, and have it dialed or skip it.

Inbound comes first: who is shown a lead is as free for callers as before, and whoever gets a call
has the lead no more, which goes back as it came. Once the lead is dialed its agent is kept for it:
they are offered nothing else, and who answers is offered to them before anybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccengine.core.commands import OfferLead, ReturnLeads, SkipLead, WithdrawCalls, WithdrawLead
from ccengine.core.dialer.campaigns import AfterPreview
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.runs import Preview
from ccengine.core.errors import NotNow, UnknownNumber
from ccengine.core.events.causes import Miss
from ccengine.core.offers import NO_ANSWER
from ccengine.core.placing import keeper_of, place
from ccengine.core.states import AgentState, AgentStep, next_agent_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.agents import Agent
    from ccengine.core.dialer.runs import Run
    from ccengine.core.events import LeadAccepted, LeadSkipped, PreviewHeldBack
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant

PREVIEW_PREFIX: Final = "preview:"
NOT_FREE: Final = "the agent is not free any more"
STOPPED: Final = "the campaign shows no leads now"
AGENT_LEFT: Final = "the agent it was dialed for has left"


def show(floor: Floor, run: Run, agents: Sequence[AgentId], now: Instant) -> None:
    """Show free agents a lead each, as long as there are leads and room for their calls."""
    shown = sum(one.campaign == run.campaign for one in floor.runs.previews.values())
    room = run.plan.calls_at_most - len(floor.runs.calls_of(run.campaign)) - shown
    for agent in agents[: max(0, room)]:
        lead = run.hopper.take(now, agents=[agent])
        if lead is None:
            continue  # the next may have promised a call
        until = now + run.plan.preview_seconds
        floor.runs.turn = run.campaign
        floor.runs.previews[agent] = Preview(campaign=run.campaign, lead=lead, until=until)
        floor.set_deadline(PREVIEW_PREFIX + agent, until)
        floor.ask(OfferLead(campaign=run.campaign, lead=lead, agent=agent, until=until))


def accept(floor: Floor, event: LeadAccepted, now: Instant) -> None:
    """Have a lead dialed for the agent who was shown it.

    Raises:
        NotNow: Asterisk is out of reach.
        UnknownNumber: the lead has no such number, or nobody has it any more.
    """
    if not _is_shown(floor, event):
        floor.ignored += 1
        return
    if floor.held:
        message = "nothing can be dialed: Asterisk is out of reach"
        raise NotNow(message)
    lead = floor.runs.previews[event.agent].lead
    if event.number not in [one.number for one in lead.numbers if not one.is_dead]:
        message = f"lead {lead.key} has no such number that could be dialed"
        raise UnknownNumber(message)
    floor.roster.get(event.agent).misses = 0
    _dial(floor, event.agent, now, event.number)


def skip(floor: Floor, event: LeadSkipped) -> None:
    """Put a lead off that an agent does not want now; they are shown another."""
    if not _is_shown(floor, event):
        floor.ignored += 1
        return
    floor.roster.get(event.agent).misses = 0
    _put_off(floor, event.agent, event.reason)


def hold_back(floor: Floor, event: PreviewHeldBack) -> None:
    """Have the agent shown another lead: this one may not be called now."""
    if not _is_shown(floor, event):
        floor.ignored += 1
        return
    _forget(floor, event.agent)
    why = f"{event.rule}: {event.reason}"
    floor.ask(WithdrawLead(campaign=event.campaign, lead=event.lead, agent=event.agent, reason=why))


def expire(floor: Floor, agent: AgentId, now: Instant) -> None:
    """Do what the campaign asks for when an agent has looked at a lead for as long as they may."""
    preview = floor.runs.previews[agent]
    reason = _why_over(floor, agent, preview, now)
    if reason:
        _take_back(floor, agent, reason)
        return
    if floor.runs.known[preview.campaign].plan.preview_then is AfterPreview.DIAL:
        _dial(floor, agent, now, preview.lead.to_dial)
        return
    _put_off(floor, agent, NO_ANSWER)
    told = WithdrawLead(
        campaign=preview.campaign, lead=preview.lead.key, agent=agent, reason=NO_ANSWER
    )
    floor.ask(told)
    _count_miss(floor, preview, floor.roster.get(agent), now)


def review(floor: Floor, now: Instant) -> None:
    """Take leads back from agents who are not free any more, and hang up what is for nobody."""
    for name, preview in list(floor.runs.previews.items()):
        reason = _why_over(floor, name, preview, now)
        if reason:
            _take_back(floor, name, reason)
    for call, lead_call in list(floor.runs.air.items()):
        keeper = keeper_of(floor, call)
        if keeper is not None and not _is_there(keeper):
            keeper.dials = None
            floor.place_agent(keeper)
            floor.runs.air[call] = replace(lead_call, is_withdrawn=True)
            campaign = lead_call.campaign
            floor.ask(WithdrawCalls(campaign=campaign, calls=(call,), reason=AGENT_LEFT))


def _take_back(floor: Floor, name: AgentId, reason: str) -> None:
    preview = _forget(floor, name)
    campaign, lead = preview.campaign, preview.lead.key
    floor.ask(WithdrawLead(campaign=campaign, lead=lead, agent=name, reason=reason))
    floor.ask(ReturnLeads(campaign=campaign, leads=(lead,), reason=reason))


def _why_over(floor: Floor, name: AgentId, preview: Preview, now: Instant) -> str:
    run = floor.runs.known.get(preview.campaign)
    if run is None or not run.is_running:
        return STOPPED
    if run.plan.mode is not Mode.PREVIEW or not run.plan.is_open(now):
        return STOPPED
    members = floor.matching.pool(floor.requirements.usual(run.plan.queue)).members
    is_free = floor.matching.is_idle(name) and name in members
    return "" if is_free and run.plan.queue not in floor.roster.get(name).paused else NOT_FREE


def _is_there(agent: Agent) -> bool:
    return agent.state is AgentState.AVAILABLE and not (agent.phone_lost or agent.is_elsewhere)


def _is_shown(floor: Floor, event: LeadAccepted | LeadSkipped | PreviewHeldBack) -> bool:
    preview = floor.runs.previews.get(event.agent)
    return preview is not None and (preview.campaign, preview.lead.key) == (
        event.campaign,
        event.lead,
    )


def _dial(floor: Floor, name: AgentId, now: Instant, number: str | None) -> None:
    preview = _forget(floor, name)
    run, agent = floor.runs.known[preview.campaign], floor.roster.get(name)
    agent.dials = place(floor, run, preview.lead, now, number=number, agent=name)
    floor.place_agent(agent)
    floor.show_agent(agent)


def _put_off(floor: Floor, name: AgentId, reason: str) -> None:
    preview = _forget(floor, name)
    campaign, lead = preview.campaign, preview.lead.key
    run = floor.runs.known.get(campaign)
    if run is not None:
        run.note_skipped()
    floor.ask(SkipLead(campaign=campaign, lead=lead, agent=name, reason=reason))


def _forget(floor: Floor, name: AgentId) -> Preview:
    floor.deadlines.discard(PREVIEW_PREFIX + name)
    floor.runs.stirred = True
    return floor.runs.previews.pop(name)


def _count_miss(floor: Floor, preview: Preview, agent: Agent, now: Instant) -> None:
    """Spare an agent who is not there more leads, as after calls that nobody answers."""
    settings = floor.queue_settings(floor.runs.known[preview.campaign].plan.queue)
    agent.misses += 1
    if agent.misses >= settings.misses_by.at_most(Miss.NO_ANSWER, settings.misses):
        agent.misses = 0
        floor.move_agent(agent, next_agent_state(agent.state, AgentStep.NOT_READY), now)
        floor.give_reason(agent, NO_ANSWER, now)
        floor.show_agent(agent)
