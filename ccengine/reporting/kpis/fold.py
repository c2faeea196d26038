"""The fold of the journal that key figures, ledgers and contract reports are made of.

The engine's observer runs it live, a report runs it over the journal: the same class, shown the
same rows, so both come to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ccengine.core.commands import (
    Connect,
    DivertCall,
    MoveCall,
    OfferCall,
    ShowAgent,
    ShowCall,
    ShowOutcome,
    WithdrawOffer,
)
from ccengine.core.events import (
    AgentDialled,
    CallArrived,
    CallbackAsked,
    CallMissed,
    CallQueued,
    DisputeAnswered,
    HoldEnded,
    HoldStarted,
    LeadAbandoned,
    LeadAnswered,
    LeadDialed,
    MessageLeft,
    OfferDeclined,
    PlanLoaded,
    ReviewDisputed,
    ReviewPublished,
    SurveyAnswered,
    SurveyAsked,
    TalkMeasured,
)
from ccengine.core.snapshots import CenterSnapshot
from ccengine.reporting.agent_day import MISSED
from ccengine.reporting.kpis.clocks import Clocks
from ccengine.reporting.kpis.contacts import Contacts
from ccengine.reporting.kpis.facts import Grain, LeadStep, Ring
from ccengine.reporting.offer_outcomes import outcome_of_refusal, outcome_of_withdrawal
from ccengine.reporting.rows import is_void

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.events import Event
    from ccengine.core.ids import ClientId, Instant, OfferId
    from ccengine.reporting.kpis.facts import Book, Ms
    from ccengine.reporting.rows import JournalRow


class Fold:
    """Takes the journal's steps, and tells a book what they come to.

    Args:
        book: is told.
        grain: of times.
    """

    def __init__(self, book: Book, grain: Grain = Grain.MILLISECOND) -> None:
        self.book = book
        self._grain = grain
        self._contacts = Contacts(book, grain)
        self._clocks = Clocks(self._contacts)
        self._rings: dict[OfferId, Ring] = {}
        self._reviews: set[tuple[type, str]] = set()  # few, each told in one word

    def take(self, step: Sequence[JournalRow]) -> None:
        """Take one step of the core: an event or an advance and what it led to, or a snapshot."""
        if not step or is_void(step):
            return
        event: Event | None = None
        for row in step:
            at = self._grain.of(row.at)
            if row.kind == "event":
                event = cast("Event", row.what)
                self._take_event(row, at)
            elif row.kind == "command":
                self._take_command(row, event, at)
            elif isinstance(row.what, CenterSnapshot):
                self._take_snapshot(row.what, at, row.number)

    def cut(self, at: Instant) -> None:
        """Tell of agents' time until now, as it goes on."""
        self._clocks.cut(self._grain.of(at))

    def tell_open(self, at: Instant, book: Book) -> None:
        """Tell another book of agents' time that goes on, until now: for a look in between."""
        self._clocks.tell_open(self._grain.of(at), book)

    def _take_event(self, row: JournalRow, at: Ms) -> None:
        what, contacts = row.what, self._contacts
        match what:
            case CallArrived() | AgentDialled() | CallbackAsked() | MessageLeft():
                contacts.begin(what, at)
            case LeadDialed() | LeadAnswered() | LeadAbandoned():
                self._take_lead(what, at)
            case CallMissed():
                contacts.miss(what)
            case CallQueued():
                contacts.identify(what)
            case HoldStarted() | HoldEnded():
                contacts.hold(what, at)
                self._clocks.look_again(what.agent, what.call, at, row.number)
            case OfferDeclined():
                self._refuse(what)
            case PlanLoaded():
                contacts.plan = what.plan
            case _:
                self._take_quality(row, at)

    def _take_lead(self, what: LeadDialed | LeadAnswered | LeadAbandoned, at: Ms) -> None:
        match what:
            case LeadDialed():
                self._contacts.begin(what, at)
                self._contacts.follow(what.call, LeadStep.DIALED, at)
            case LeadAnswered():
                self._contacts.follow(what.call, LeadStep.ANSWERED, at)
            case LeadAbandoned():
                self._contacts.follow(what.call, LeadStep.ABANDONED, at)

    def _take_quality(self, row: JournalRow, at: Ms) -> None:
        """Take note of what is thought and found of talks."""
        match what := row.what:
            case SurveyAsked() | SurveyAnswered():
                self._contacts.survey(what)
            case TalkMeasured():
                self._contacts.measure(what)
            case ReviewPublished() | ReviewDisputed() | DisputeAnswered():
                self._review(what, row.client, at)
            case _:
                pass

    def _review(
        self, what: ReviewPublished | ReviewDisputed | DisputeAnswered, client: ClientId, at: Ms
    ) -> None:
        """Take note of a review; one that is told again says nothing new."""
        told = (type(what), what.review)
        if told in self._reviews:
            return
        self._reviews.add(told)
        match what:
            case ReviewPublished():
                self.book.review(what, client, at)
            case ReviewDisputed():
                self.book.dispute(what, client, at)
            case DisputeAnswered():
                self.book.settle(what, client, at)

    def _take_command(self, row: JournalRow, event: Event | None, at: Ms) -> None:
        what = row.what
        match what:
            case ShowCall():
                self._contacts.show(what, event, at, row.number)
                self._clocks.look_again(what.agent, what.call, at, row.number)
            case ShowAgent():
                self._clocks.show(what, at, row.number)
            case MoveCall() | DivertCall():
                self._contacts.send_on(what, event, at)
            case ShowOutcome():
                self._contacts.say(what, at)
            case OfferCall():
                self._ring(what, at)
            case WithdrawOffer():
                self._withdraw(what)
            case Connect():
                self._rings.pop(what.offer, None)
            case _:
                pass

    def _take_snapshot(self, snapshot: CenterSnapshot, at: Ms, row: int) -> None:
        """Begin with it, if the rows before it were not seen; else it says nothing new."""
        if self._contacts.plan is not None:
            return
        self._contacts.plan = snapshot.plan
        for call in snapshot.calls:
            self._contacts.seed(call)
        self._clocks.seed(snapshot.agents, at, row)

    def _ring(self, offer: OfferCall, at: Ms) -> None:
        facts = self._contacts.get(offer.call)
        if facts is not None:
            team = self._contacts.team_of(offer.agent)
            ring = Ring(call=facts, agent=offer.agent, team=team, queue=offer.queue or None, at=at)
            self._rings[offer.offer] = ring
            self.book.ring(ring)

    def _refuse(self, declined: OfferDeclined) -> None:
        ring = self._rings.pop(declined.offer, None)
        if ring is not None and outcome_of_refusal(declined) in MISSED:
            self.book.miss(ring)

    def _withdraw(self, offer: WithdrawOffer) -> None:
        ring = self._rings.pop(offer.offer, None)
        if ring is not None and outcome_of_withdrawal(offer.reason) in MISSED:
            self.book.miss(ring)
