"""A stage with campaigns: a database that gives leads, and a far end in a test's hands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from ccengine.core import events
from ccengine.core.commands import (
    CampaignChange,
    CloseLead,
    Command,
    FollowSchedule,
    OfferCall,
    PlaceCall,
    RefillHopper,
    ReturnLeads,
    WithdrawCalls,
)
from ccengine.core.dialer.campaigns import CampaignPlan, ListShare
from ccengine.core.dialer.leads import (
    AttemptId,
    AttemptOutcome,
    Lead,
    LeadKey,
    LeadNumber,
    LeadState,
    MachineVerdict,
)
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialing import NOTHING_HEARD
from ccengine.core.ids import AgentId, CallId, CampaignId, QueueId
from ccengine.core.schedules import SCHEDULE
from tests.core.builders import CLIENT, TENANT
from tests.core.stage import NODE, Stage

if TYPE_CHECKING:
    from ccengine.core.events import Event

RENEWALS = CampaignId("nova/renewals")
SURVEY = CampaignId("nova/survey")


def campaign(mode: Mode = Mode.PROGRESSIVE, queue: str = "sales", **rules: Any) -> CampaignPlan:
    """Return a campaign of one list."""
    lists = {"main": ListShare()}
    if mode is Mode.UNATTENDED:
        rules = {"flow": "news", "agreed": True, **rules}
    return CampaignPlan(queue=QueueId(f"{CLIENT}/{queue}"), mode=mode, lists=lists, **rules)


def lead(key: int, **known: Any) -> Lead:
    """Return a lead with one number."""
    numbers = (LeadNumber(number=f"+49300{key:04}"),)
    return Lead(key=LeadKey(key), list="main", numbers=numbers, **known)


def dialing_events(call: str) -> list[Event]:
    """Return one of each event of campaigns."""
    to: dict[str, Any] = {"campaign": RENEWALS}
    lead_of: dict[str, Any] = {"call": CallId(call), "lead": LeadKey(1), **to}
    return [
        events.CampaignStarted(**to, by="olga"),
        events.CampaignPaused(**to, by="olga"),
        events.CampaignFinished(**to, by="olga"),
        events.AbandonWindowOpened(**to, limit=0, live=100, abandoned=2),
        events.LeadsClaimed(**to, leads=(lead(1),)),
        events.LeadDialed(
            **lead_of,
            tenant=TENANT,
            client=CLIENT,
            node=NODE,
            number="+493000001",
            attempt=AttemptId("a1"),
        ),
        events.LeadHeldBack(**lead_of, rule="US.hours"),
        events.LeadAnswered(call=CallId(call), leg=f"{call}.leg"),
        events.LeadUnanswered(call=CallId(call), outcome=AttemptOutcome.BUSY),
        events.LeadAbandoned(call=CallId(call), reason="2 s are over"),
        events.LeadAbandoned(call=CallId(call), reason="after the message", is_late=True),
        events.LeadMachineHeard(
            call=CallId(call), by=events.HeardBy.DETECTOR, verdict=MachineVerdict.MACHINE
        ),
        events.LeadAccepted(**to, lead=LeadKey(1), agent=AgentId("anna"), number="+493000001"),
        events.LeadSkipped(**to, lead=LeadKey(1), agent=AgentId("anna"), reason="wrong time"),
        events.PreviewHeldBack(**to, lead=LeadKey(1), agent=AgentId("anna"), rule="US.hours"),
    ]


class DialingStage(Stage):
    """Sessions that do at once what the core asks for, but for what a test does itself."""

    def __init__(self, leads: int = 1000) -> None:
        super().__init__()
        self.fresh = [lead(key) for key in range(1, leads + 1)]
        self.claimed: set[LeadKey] = set()
        self.given: dict[LeadKey, Lead] = {}
        self.placed: dict[CallId, PlaceCall] = {}  #: and neither answered nor over
        self.ringing_agents: list[OfferCall] = []
        self.withdrawn: set[CallId] = set()
        self.closed: list[CloseLead] = []
        self.refills = True
        self.asked: list[RefillHopper] = []
        self.follows = True

    def with_campaigns(self, **campaigns: CampaignPlan) -> None:
        """Plan these campaigns of the usual client."""
        known = {CampaignId(f"{CLIENT}/{name}"): one for name, one in campaigns.items()}
        self.house["campaigns"] = known
        self.plan()

    def start(self, name: CampaignId = RENEWALS) -> list[Command]:
        return self.post(events.CampaignStarted(campaign=name, by="olga"))

    def pause(self, name: CampaignId = RENEWALS) -> list[Command]:
        return self.post(events.CampaignPaused(campaign=name, by="olga"))

    @override
    def post(self, event: Event) -> list[Command]:
        return self._heed(super().post(event))

    @override
    def advance(self, now: float) -> list[Command]:
        return self._heed(super().advance(now))

    def _heed(self, commands: list[Command]) -> list[Command]:
        """Do what sessions would do."""
        heeded = list(commands)
        for command in commands:
            match command:
                case RefillHopper() if self.refills:
                    heeded += self.bring(command)
                case FollowSchedule() if self.follows:
                    heeded += self.follow(command)
                case _:
                    self._obey(command)
        return heeded

    def _obey(self, command: Command) -> None:
        match command:
            case ReturnLeads():
                self.claimed.difference_update(command.leads)
                self.fresh += [self.given[key] for key in command.leads if key in self.given]
            case PlaceCall():
                assert command.call not in self.placed
                self.placed[command.call] = command
            case WithdrawCalls():
                self.withdrawn.update(command.calls)
                if command.reason == NOTHING_HEARD:  # the core knows of them no more
                    for call in command.calls:
                        self.placed.pop(call, None)
            case OfferCall():
                self.ringing_agents.append(command)
            case CloseLead():
                self.closed.append(command)
            case _:
                pass

    def follow(self, command: FollowSchedule) -> list[Command]:
        """Say what the schedule says."""
        said: type[events.CampaignStarted | events.CampaignPaused | events.CampaignFinished]
        match command.change:
            case CampaignChange.START:
                said = events.CampaignStarted
            case CampaignChange.PAUSE:
                said = events.CampaignPaused
            case CampaignChange.FINISH:
                said = events.CampaignFinished
        told = said(campaign=command.campaign, by=SCHEDULE, reason=command.reason)
        return self.post(told)

    def bring(self, wanted: RefillHopper) -> list[Command]:
        """Claim leads, and tell which."""
        self.asked.append(wanted)
        found = [one for one in self.fresh if one.key not in self.claimed]
        if wanted.only_promised:
            promised = [one for one in found if one.state is LeadState.CALLBACK]
            found = [one for one in promised if (one.due_at or 0.0) <= self.now]
        leads = tuple(found[: wanted.wanted.due])
        self.fresh = [one for one in self.fresh if one not in leads]
        self.claimed.update(one.key for one in leads)
        self.given |= {one.key: one for one in leads}
        return self.post(events.LeadsClaimed(campaign=wanted.campaign, leads=leads))

    # --- the far end ---------------------------------------------------------------------------

    def ringing(self) -> list[CallId]:
        """Return the calls in the air, the first one first."""
        return list(self.placed)

    def dialed(self, call: CallId) -> list[Command]:
        placed = self.placed[call]
        return self.post(
            events.LeadDialed(
                call=call,
                tenant=TENANT,
                client=CLIENT,
                node=NODE,
                campaign=placed.campaign,
                lead=placed.lead.key,
                number=placed.number,
                attempt=AttemptId(f"a-{call}"),
            )
        )

    def all_dialed(self) -> list[CallId]:
        """Have all that was asked for be dialed, and return it."""
        for call in self.ringing():
            if not self.center.in_air[call].attempt:
                self.dialed(call)
        return self.ringing()

    def lead_answers(self, call: CallId) -> list[Command]:
        del self.placed[call]
        return self.post(events.LeadAnswered(call=call, leg=f"{call}.leg"))

    def lead_fails(
        self, call: CallId, outcome: AttemptOutcome = AttemptOutcome.NO_ANSWER
    ) -> list[Command]:
        del self.placed[call]
        return self.post(events.LeadUnanswered(call=call, outcome=outcome))

    def held_back(self, call: CallId) -> list[Command]:
        placed = self.placed.pop(call)
        return self.post(
            events.LeadHeldBack(
                call=call, campaign=placed.campaign, lead=placed.lead.key, rule="US.hours"
            )
        )

    def abandoned(self, call: CallId) -> list[Command]:
        return self.post(events.LeadAbandoned(call=call, reason="2 s are over"))

    def agent_came_late(self, call: CallId) -> list[Command]:
        return self.post(events.LeadAbandoned(call=call, reason="after 2 s", is_late=True))

    def machine_heard(
        self,
        call: CallId,
        by: events.HeardBy = events.HeardBy.DETECTOR,
        verdict: MachineVerdict = MachineVerdict.MACHINE,
    ) -> list[Command]:
        return self.post(events.LeadMachineHeard(call=call, by=by, verdict=verdict))

    def agent_takes(self, call: CallId) -> None:
        """Have the agent's phone answer by itself, and both hear each other."""
        self.accept(call)
        self.bridge(call)

    def with_scores(self, *scores: float) -> None:
        self.fresh = [
            replace(one, score=score) for one, score in zip(self.fresh, scores, strict=False)
        ]
