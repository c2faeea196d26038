"""The report on a contract: the draft of a bill, and by what it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.ids import ClientId
from ccengine.reporting.kpis.calendar import Calendar, Interval
from ccengine.reporting.kpis.formulas import rounded
from ccengine.reporting.kpis.invoice import Agreed, Draft, draft
from ccengine.reporting.kpis.ledger import accounts, share_check
from ccengine.reporting.kpis.splitting import Splitter
from ccengine.reporting.kpis.table import By, InForce, Question
from ccengine.reporting.kpis.terms import Terms

if TYPE_CHECKING:
    from ccengine.reporting.kpis.facts import Ms
    from ccengine.reporting.kpis.ledger import Kept
    from ccengine.reporting.kpis.table import Table


@dataclass(frozen=True, slots=True)
class Report:
    """A draft, and by what it was made, a line each."""

    bill: Draft
    notes: list[str]
    checks: list[str]  #: of all agents' time, whosever it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """Who is billed, and by what terms."""

    client: ClientId
    name: str
    terms: Terms
    currency: str
    places: int  #: decimals of the currency
    weights: Mapping[ClientId, int]  #: of all clients' contracts
    in_force: InForce

    def question(self, begins: Ms, ends: Ms, zone: str) -> Question:
        """Return what is asked of the days that are billed."""
        return Question(
            begins=begins,
            ends=ends,
            by=(By.QUEUE,),
            calendar=Calendar(zone, Interval.DAY),
            clients=frozenset({self.client}),
        )

    def report(self, kept: Kept, table: Table) -> Report:
        """Return the draft for the days of a ledger.

        Args:
            kept: the ledger.
            table: the answer to the question.
        """
        level, rule = table.total.level, self.terms.idle.rule
        agreed = Agreed(
            client=self.client,
            currency=self.currency,
            places=self.places,
            language_of=self.in_force.language_of,
            level=level,
            level_name=table.total.level_name or "SL",
        )
        stretches = kept.ledger.stretches
        splitter = Splitter(rule, stretches, self.weights)
        bill = draft(self.terms, agreed, kept.ledger, splitter)
        told = "" if level is None else f", {rounded(level * 100, 2)} %"
        notes = [
            *(f"{note}{told}" for note in table.notes()),
            f"agents' time of no client alone: by the rule '{rule}'",
            f"{len(bill.not_billed)} contacts of the client are in no line",
        ]
        shares = share_check(accounts(stretches, splitter).values(), stretches)
        return Report(bill, notes, [f"ledger: {kept.told}", shares])
