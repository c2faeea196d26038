"""Drafts a bill: what was done for a client under the terms of the contract.

A draft: nobody is charged by it. Each line names the calls, or the stretches of agents' time,
that it is made of, with the rows of the journal where they began.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from ccengine.core.ids import AgentId, CallId, ClientId
from ccengine.reporting.kpis.counts import BETWEEN_COLLEAGUES, in_ms
from ccengine.reporting.kpis.facts import Doing, Ms
from ccengine.reporting.kpis.formulas import decimal_of, rounded
from ccengine.reporting.kpis.terms import Band, BillLine, Per

if TYPE_CHECKING:
    from ccengine.reporting.kpis.facts import Part, Stretch
    from ccengine.reporting.kpis.ledger import Ledger
    from ccengine.reporting.kpis.splitting import Splitter
    from ccengine.reporting.kpis.terms import Terms

HOUR: Ms = 3_600_000
CONTACTS = "contacts"
HOURS = "hours"
LEVEL = "service level"
PLACES = 6
SHOWN = {CONTACTS: (0, CONTACTS), HOURS: (PLACES, HOURS), LEVEL: (2, "%")}
"""Decimals of quantities and their units, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is behind a line: an agent's part in a call, or some of an agent's time."""

    row: int  #: of the journal, by which it began
    at: Ms
    agent: AgentId
    call: CallId | None
    what: str
    length: Ms  #: of the talk, or what the client's part of the time is
    whole: Ms  #: of the talk, or of the stretch before it was shared out


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line."""

    name: str
    label: str
    quantity: Fraction
    unit: str
    rate: str  #: as the contract has it
    amount: Decimal
    entries: Sequence[Entry] = ()

    @property
    def value(self) -> Fraction:
        """The quantity as it is told: a service level, which is a share of one, in percent."""
        return self.quantity * 100 if self.unit == LEVEL else self.quantity

    @property
    def value_text(self) -> str:
        """The same for programs, in decimals."""
        return rounded(self.value, PLACES)

    @property
    def quantity_text(self) -> str:
        """The same for people, with its unit."""
        places, unit = SHOWN[self.unit]
        return f"{rounded(self.value, places)} {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The whole bill."""

    currency: str
    lines: Sequence[DraftLine]
    adjustments: Sequence[DraftLine]  #: bonus or penalty
    not_billed: Sequence[Entry]  #: contacts that no line, or not the terms, take

    @property
    def subtotal(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """With bonus and penalty."""
        return self.subtotal + sum((line.amount for line in self.adjustments), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a draft goes by beside the terms."""

    client: ClientId
    currency: str
    places: int  #: decimals of the currency
    language_of: Callable[[str, str], str]
    level: Fraction | None  #: the service level of these days, by the contract's form
    level_name: str = ""


def draft(terms: Terms, agreed: Agreed, ledger: Ledger, splitter: Splitter) -> Draft:
    """Return the bill for the days of a ledger."""
    taken = _Contacts(terms, agreed, ledger)
    lines = []
    for name, line in terms.lines.items():
        if line.per is Per.PRODUCTIVE_HOUR:
            entries = productive(terms, agreed.client, ledger, splitter)
            quantity = Fraction(sum(one.length for one in entries), HOUR)
            lines.append(_line(name, line, quantity, entries, agreed))
        else:
            entries = taken.by_line.get(name, [])
            lines.append(_line(name, line, Fraction(len(entries)), entries, agreed))
    bill = Draft(currency=agreed.currency, lines=lines, adjustments=(), not_billed=taken.left_out)
    adjustments = [*_bonus(terms, agreed, bill.subtotal), *_penalty(terms, agreed, bill.subtotal)]
    return replace(bill, adjustments=adjustments)


class _Contacts:
    """Sorts agents' parts in calls to the lines that take them."""

    def __init__(self, terms: Terms, agreed: Agreed, ledger: Ledger) -> None:
        self.by_line: dict[str, list[Entry]] = {}
        self.left_out: list[Entry] = []
        self._terms, self._agreed = terms, agreed
        for part in sorted(ledger.parts, key=lambda one: (one.started, one.row)):
            kind = part.call.kind
            if part.call.client != agreed.client:
                continue
            if kind in BETWEEN_COLLEAGUES and kind not in terms.handled.kinds:
                continue  # about the client's call, and no contact
            counts = kind in terms.handled.kinds and self._counts(part)
            handled = counts and self._give(part, Per.HANDLED)
            resolved = counts and part.resolved is True and self._give(part, Per.RESOLVED)
            if not handled and not resolved:
                self.left_out.append(_entry(part))

    def _counts(self, part: Part) -> bool:
        rules = self._terms.handled
        short = part.talk + part.held < in_ms(rules.least_talk_seconds)
        return not short and part.disposition not in rules.without

    def _give(self, part: Part, per: Per) -> bool:
        for name, line in self._terms.lines.items():
            if line.per is per and self._fits(part, line):
                self.by_line.setdefault(name, []).append(_entry(part))
                return True
        return False

    def _fits(self, part: Part, line: BillLine) -> bool:
        language = self._agreed.language_of(part.call.client, part.call.number)
        queue = (part.queue or "").rpartition("/")[2]
        in_language = not line.languages or language in line.languages
        return in_language and (not line.queues or queue in line.queues)


def productive(terms: Terms, client: ClientId, ledger: Ledger, splitter: Splitter) -> list[Entry]:
    """Return the client's part of each stretch of time that the contract counts."""
    found = []
    for stretch in ledger.stretches:
        part = splitter.share(stretch).get(client, 0)
        if part and _is_productive(terms, stretch):
            found.append(
                Entry(
                    row=stretch.row,
                    at=stretch.begins,
                    agent=stretch.agent,
                    call=stretch.call,
                    what=f"{stretch.doing} {stretch.reason or stretch.queue or ''}".strip(),
                    length=part,
                    whole=stretch.length,
                )
            )
    return sorted(found, key=lambda one: (one.at, one.row, one.agent))


def _is_productive(terms: Terms, stretch: Stretch) -> bool:
    rules = terms.productive
    if stretch.doing is Doing.NOT_READY:
        return stretch.reason in rules.reasons
    return stretch.doing in rules.states


def _entry(part: Part) -> Entry:
    whole = part.talk + part.held
    return Entry(
        row=part.row,
        at=part.started,
        agent=part.agent,
        call=part.call.call,
        what=f"{part.call.kind} {part.disposition}".strip(),
        length=whole,
        whole=whole,
    )


# --- money -------------------------------------------------------------------------------------


def _line(
    name: str, line: BillLine, quantity: Fraction, entries: Sequence[Entry], agreed: Agreed
) -> DraftLine:
    bands = line.bands or (Band(above=0, rate=line.rate or Decimal(0)),)
    return DraftLine(
        name=name,
        label=line.label,
        quantity=quantity,
        unit=HOURS if line.per is Per.PRODUCTIVE_HOUR else CONTACTS,
        rate=_rate_text(bands),
        amount=money(_price(quantity, bands), agreed.places),
        entries=entries,
    )


def _price(quantity: Fraction, bands: Sequence[Band]) -> Fraction:
    """Price a quantity: of each band, what lies in it at its rate. Rounded once, afterwards."""
    ordered = sorted(bands, key=lambda band: band.above)
    price = Fraction(0)
    for band, after in zip(ordered, [*ordered[1:], None], strict=True):
        top = quantity if after is None else min(quantity, Fraction(after.above))
        price += max(Fraction(0), top - band.above) * Fraction(band.rate)
    return price


def _rate_text(bands: Sequence[Band]) -> str:
    if len(bands) == 1:
        return f"{bands[0].rate}"
    return ", ".join(f"{band.rate} above {band.above}" for band in bands)


def money(exact: Fraction, places: int) -> Decimal:
    """Return an amount in a currency, halves up; of negative ones, down."""
    scaled = exact * 10**places
    whole = floor(abs(scaled) + Fraction(1, 2))
    return decimal_of(whole if scaled >= 0 else -whole, places)


def _bonus(terms: Terms, agreed: Agreed, subtotal: Decimal) -> list[DraftLine]:
    if agreed.level is None:
        return []
    earned = [one for one in terms.bonuses if agreed.level * 100 >= Fraction(one.at_least)]
    if not earned:
        return []
    best = max(earned, key=lambda one: one.at_least)
    label = f"bonus: {agreed.level_name} of at least {best.at_least} %"
    return [_adjustment("bonus", label, best.percent, subtotal, agreed)]


def _penalty(terms: Terms, agreed: Agreed, subtotal: Decimal) -> list[DraftLine]:
    if agreed.level is None:
        return []
    due = [one for one in terms.penalties if agreed.level * 100 < Fraction(one.below)]
    if not due:
        return []
    worst = min(due, key=lambda one: one.below)
    label = f"penalty: {agreed.level_name} below {worst.below} %"
    return [_adjustment("penalty", label, -worst.percent, subtotal, agreed)]


def _adjustment(
    name: str, label: str, percent: Decimal, subtotal: Decimal, agreed: Agreed
) -> DraftLine:
    exact = Fraction(subtotal) * Fraction(percent) / 100
    return DraftLine(
        name=name,
        label=label,
        quantity=agreed.level or Fraction(0),
        unit=LEVEL,
        rate=f"{percent} %",
        amount=money(exact, agreed.places),
    )
