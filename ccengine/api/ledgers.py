"""Agents' ledger and contract reports as the API takes questions about them, and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.api.route import NAME
from ccengine.api.spans import Span, SpanQuery, SpanShown
from ccengine.core.ids import CallId, ClientId
from ccengine.reporting.kpis.facts import Doing
from ccengine.reporting.kpis.ledger import accounts, by_agent
from ccengine.reporting.kpis.splitting import Splitter, percentages
from ccengine.reporting.kpis.terms import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccengine.reporting.kpis.billing import Billed
    from ccengine.reporting.kpis.facts import Stretch
    from ccengine.reporting.kpis.invoice import DraftLine, Entry
    from ccengine.reporting.kpis.ledger import Account, Kept
    from ccengine.reporting.kpis.table import Table

IN_NO_LINE: Final = "in_no_line"


class Whose(StrEnum):
    """Whose time a line of the ledger is."""

    CLIENT = "client"
    AGENT = "agent"


class LedgerQuery(SpanQuery):
    """Which days, whose, and how shared time is shared out."""

    by: Whose = Whose.CLIENT
    rule: Rule = Field(Rule.EQUAL, description="For time that is no client's alone.")


class AccountShown(Shown):
    """One client's time, or one agent's, in milliseconds."""

    name: str = Field(description="Empty: nobody's, as the agent may serve no client.")
    own: dict[Doing, int] = Field(description="With this client's calls; of an agent: all.")
    shared: dict[Doing, int] = Field(description="Given by the rule.")
    total: int
    percent: Decimal | None = Field(
        description="All of them come to 100 exactly. null: the token does not see all."
    )


class LedgerShown(SpanShown):
    """The ledger of some days: each millisecond of each log-in once."""

    rule: Rule
    accounts: list[AccountShown]
    total: int = Field(description="Of the accounts.")
    check: str = Field(description="Whether the agents' states tile their log-ins.")
    faults: list[str] = Field(description="Each gap and each overlap; there should be none.")


class ContractQuery(SpanQuery):
    """Which days, and what is to be shown behind the lines."""

    line: str | None = Field(
        None, pattern=f"^{NAME}$", description=f"Its events are shown; or those `{IN_NO_LINE}`."
    )
    first: int = Field(1, ge=1, le=10_000_000, description="Events from this one on.")
    limit: int = Field(100, ge=1, le=1_000)


class EntryShown(Shown):
    """An event behind a line: an agent's part in a call, or some of an agent's time."""

    row: int = Field(description="Of the journal, where it began.")
    at: Utc
    agent: str
    call: CallId | None
    what: str
    milliseconds: int = Field(description="Of these, what is the client's.")
    of_milliseconds: int


class BillLineShown(Shown):
    """One line of a draft."""

    name: str
    label: str
    unit: str
    quantity: str = Field(description="In decimals; of a service level, percent.")
    numerator: int
    denominator: int
    rate: str = Field(description="As the contract has it.")
    amount: Decimal
    events: int = Field(description="How many are behind it; `line` shows them.")


class ContractShown(SpanShown):
    """A draft: nobody is charged by it."""

    client: str
    currency: str
    lines: list[BillLineShown]
    adjustments: list[BillLineShown] = Field(description="Bonus or penalty.")
    subtotal: Decimal
    total: Decimal
    in_no_line: int = Field(description="Contacts of the client that no line takes.")
    notes: list[str]
    events: list[EntryShown] = Field(description="Behind the line that was asked for.")


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What of a ledger is shown, to whom. Makes it where the journal is read."""

    query: LedgerQuery
    span: Span
    clients: frozenset[str] | None  #: None: all
    agents: frozenset[str] | None  #: whose time
    teams: frozenset[str] | None  #: while they were in these
    checked: frozenset[str] | None  #: of which agents it is told whether it tiles
    weights: Mapping[ClientId, int]

    def shown(self, kept: Kept) -> LedgerShown:
        """Return what is answered."""
        splitter = Splitter(self.query.rule, kept.ledger.stretches, self.weights)
        whole = kept.ledger
        told = whole if self.agents is None else whole.only(self.agents, self.teams)
        found = self._accounts(told.stretches, splitter)
        checked = kept if self.checked is None else kept.only(self.checked)
        shares = percentages({name: one.total for name, one in found.items()})
        sees_all = self.clients is None
        return LedgerShown(
            begins=self.span.begins / 1000,
            ends=self.span.ends / 1000,
            until=kept.until / 1000,
            zone=self.span.zone,
            rule=self.query.rule,
            accounts=[
                AccountShown(
                    name=name,
                    own=dict(one.own),
                    shared=dict(one.shared),
                    total=one.total,
                    percent=shares.get(name) if sees_all else None,
                )
                for name, one in found.items()
            ],
            total=sum(one.total for one in found.values()),
            check=checked.told,
            faults=checked.faults,
        )

    def _accounts(self, stretches: Sequence[Stretch], splitter: Splitter) -> dict[str, Account]:
        if self.query.by is Whose.CLIENT:
            found = accounts(stretches, splitter)
            return {name: one for name, one in found.items() if self._sees(name)}
        seen = [one for one in stretches if self.clients is None or one.client in self.clients]
        return {str(name): one for name, one in by_agent(seen).items()}

    def _sees(self, client: str) -> bool:
        return self.clients is None or client in self.clients


def contract_shown(
    billed: Billed, kept: Kept, table: Table, query: ContractQuery, zone: str
) -> ContractShown:
    """Return what is answered."""
    report, question = billed.report(kept, table), table.question
    bill = report.bill
    lists = {line.name: line.entries for line in bill.lines} | {IN_NO_LINE: bill.not_billed}
    entries = lists.get(query.line or "", ())
    return ContractShown(
        client=billed.client,
        begins=question.begins / 1000,
        ends=question.ends / 1000,
        until=kept.until / 1000,
        zone=zone,
        currency=bill.currency,
        lines=list(_lines(bill.lines)),
        adjustments=list(_lines(bill.adjustments)),
        subtotal=bill.subtotal,
        total=bill.total,
        in_no_line=len(bill.not_billed),
        notes=report.notes,
        events=[_entry(one) for one in entries[query.first - 1 :][: query.limit]],
    )


def _lines(lines: Iterable[DraftLine]) -> Iterable[BillLineShown]:
    for line in lines:
        yield BillLineShown(
            name=line.name,
            label=line.label,
            unit=line.unit,
            quantity=line.value_text,
            numerator=line.quantity.numerator,
            denominator=line.quantity.denominator,
            rate=line.rate,
            amount=line.amount,
            events=len(line.entries),
        )


def _entry(entry: Entry) -> EntryShown:
    return EntryShown(
        row=entry.row,
        at=entry.at / 1000,
        agent=entry.agent,
        call=entry.call,
        what=entry.what,
        milliseconds=entry.length,
        of_milliseconds=entry.whole,
    )
