"""Bills by worked examples: money is exact, and each line names what it is made of."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ccengine.core.ids import AgentId, CallId, ClientId, QueueId
from ccengine.core.states import Kind
from ccengine.reporting.kpis.facts import CallFacts, Doing, Part, Stretch
from ccengine.reporting.kpis.invoice import Agreed, Draft, draft, money
from ccengine.reporting.kpis.ledger import Ledger
from ccengine.reporting.kpis.splitting import Splitter
from ccengine.reporting.kpis.terms import (
    Band,
    BillLine,
    Bonus,
    HandledTerms,
    Penalty,
    Per,
    ProductiveTerms,
    Rule,
    Terms,
)

NOVA, ORBIT = ClientId("nova"), ClientId("orbit")
ANNA = AgentId("anna")
HOUR = 3_600_000


def part(
    number: int,
    *,
    talk: int = 60,
    client: ClientId = NOVA,
    dialled: str = "600100",
    resolved: bool | None = None,
    disposition: str = "",
    kind: Kind = Kind.CALL,
) -> Part:
    call = CallFacts(call=CallId(f"c{number}"), client=client, number=dialled, kind=kind, arrived=0)
    return Part(
        call=call,
        agent=ANNA,
        team="",
        queue=QueueId(f"{client}/billing"),
        started=number * 1000,
        row=number,
        ended=number * 1000 + talk * 1000,
        resolved=resolved,
        disposition=disposition,
    )


def time(hours: Fraction, doing: Doing, client: str = "", reason: str = "") -> Stretch:
    return Stretch(
        agent=ANNA,
        team="",
        doing=doing,
        begins=0,
        ends=round(hours * HOUR),
        row=7,
        client=ClientId(client),
        reason=reason,
        approved=(NOVA, ORBIT),
    )


def bill(
    terms: Terms,
    *parts: Part,
    stretches: tuple[Stretch, ...] = (),
    level: Fraction | None = None,
    places: int = 2,
) -> Draft:
    made = Ledger(0, 24 * HOUR)
    made.parts += parts
    made.stretches += stretches
    agreed = Agreed(
        client=NOVA,
        currency="AED",
        places=places,
        language_of=lambda _, number: {"600100": "ar", "600101": "en"}.get(number, ""),
        level=level,
        level_name="SL v3",
    )
    return draft(terms, agreed, made, Splitter(Rule.EQUAL, made.stretches, {}))


def contacts(rate: str | None = "2.40", **more: object) -> BillLine:
    value = None if rate is None else Decimal(rate)
    return BillLine(label="Contacts", per=Per.HANDLED, rate=value, **more)  # type: ignore[arg-type]


def test_a_contact_that_counts_is_in_the_contract() -> None:
    terms = Terms(
        lines={"contacts": contacts()},
        handled=HandledTerms(least_talk_seconds=10, kinds=(Kind.CALL,), without=("wrong-number",)),
    )
    made = bill(
        terms,
        part(3),
        part(1),
        part(2, talk=9),
        part(4, disposition="wrong-number"),
        part(5, kind=Kind.CALLBACK),
        part(6, client=ORBIT),
    )
    (line,) = made.lines
    assert (line.quantity, line.amount) == (2, Decimal("4.80"))
    assert [entry.call for entry in line.entries] == ["c1", "c3"]  # in the order of time
    assert [entry.row for entry in line.entries] == [1, 3]
    assert {entry.call for entry in made.not_billed} == {"c2", "c4", "c5"}


def test_a_consult_is_no_contact_unless_the_contract_says_so() -> None:
    asked = (part(1), part(2, kind=Kind.CONSULT), part(3, kind=Kind.OUTBOUND))
    made = bill(Terms(lines={"contacts": contacts()}), *asked)
    assert [entry.call for entry in made.not_billed] == ["c3"]
    paid = HandledTerms(kinds=(Kind.CALL, Kind.CONSULT))
    made = bill(Terms(lines={"contacts": contacts()}, handled=paid), *asked)
    assert made.lines[0].quantity == 2


def test_the_first_line_that_fits_takes_a_contact() -> None:
    terms = Terms(
        lines={
            "arabic": contacts("2.90", languages=("ar",)),
            "others": contacts("2.40"),
            "resolved": BillLine(label="Resolved", per=Per.RESOLVED, rate=Decimal("0.80")),
        }
    )
    made = bill(
        terms,
        part(1, resolved=True),
        part(2, dialled="600101", resolved=False),
        part(3, dialled="600101", resolved=True),
    )
    told = {line.name: [entry.call for entry in line.entries] for line in made.lines}
    assert told == {"arabic": ["c1"], "others": ["c2", "c3"], "resolved": ["c1", "c3"]}
    assert made.total == Decimal("2.90") + Decimal("4.80") + Decimal("1.60")


def test_bands_price_what_lies_in_them() -> None:
    bands = (
        Band(above=0, rate=Decimal("3.00")),
        Band(above=2, rate=Decimal("2.50")),
        Band(above=4, rate=Decimal("1.99")),
    )
    terms = Terms(lines={"contacts": contacts(None, bands=bands)})
    sums = [bill(terms, *[part(one) for one in range(count)]).total for count in (0, 2, 3, 7)]
    assert sums == [Decimal("0.00"), Decimal("6.00"), Decimal("8.50"), Decimal("16.97")]


def test_productive_hours_with_and_without_waiting_time() -> None:
    day = (
        time(Fraction(1), Doing.TALKING, "nova"),
        time(Fraction(1), Doing.TALKING, "orbit"),
        time(Fraction(1, 2), Doing.AVAILABLE),  # half of it is Nova's
        time(Fraction(1, 3), Doing.NOT_READY, reason="training"),
        time(Fraction(1, 3), Doing.NOT_READY, reason="lunch"),
    )
    hours = {"hours": BillLine(label="Hours", per=Per.PRODUCTIVE_HOUR, rate=Decimal("61.00"))}
    usual = bill(Terms(lines=hours), stretches=day)
    assert (usual.lines[0].quantity, usual.total) == (Fraction(5, 4), Decimal("76.25"))
    strict = Terms(lines=hours, productive=ProductiveTerms(states=(Doing.TALKING,)))
    assert bill(strict, stretches=day).lines[0].quantity == 1
    trained = Terms(lines=hours, productive=ProductiveTerms(reasons=("training",)))
    assert bill(trained, stretches=day).lines[0].quantity == Fraction(5, 4) + Fraction(1, 6)
    entries = usual.lines[0].entries
    assert sum(entry.length for entry in entries) == 5 * HOUR // 4
    assert {entry.what for entry in entries} == {"talking", "available"}
    assert {(entry.length, entry.whole) for entry in entries if entry.what == "available"} == {
        (HOUR // 4, HOUR // 2)
    }


@pytest.mark.parametrize(
    ("level", "adjusted"),
    [
        (Fraction(95, 100), "2.00"),  # of 100.00
        (Fraction(90, 100), "2.00"),
        (Fraction(8999, 10000), None),
        (Fraction(80, 100), None),
        (Fraction(7999, 10000), "-3.00"),
        (Fraction(1, 2), "-8.00"),
        (None, None),
    ],
)
def test_bonus_and_penalty(level: Fraction | None, adjusted: str | None) -> None:
    terms = Terms(
        lines={"contacts": contacts("50.00")},
        bonuses=(
            Bonus(at_least=Decimal(90), percent=Decimal(2)),
            Bonus(at_least=Decimal("85.5"), percent=Decimal(0)),
        ),
        penalties=(
            Penalty(below=Decimal(80), percent=Decimal(3)),
            Penalty(below=Decimal(60), percent=Decimal(8)),
        ),
    )
    made = bill(terms, part(1), part(2), level=level)
    for line in made.adjustments:
        assert level is not None
        assert (line.quantity, line.value) == (level, level * 100)
        assert line.quantity_text == f"{float(level * 100):.2f} %"
    amounts = [line.amount for line in made.adjustments if line.amount]
    assert amounts == ([] if adjusted is None else [Decimal(adjusted)])
    assert made.total == Decimal("100.00") + sum(amounts)


@pytest.mark.parametrize(
    ("exact", "places", "told"),
    [
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(4999, 1_000_000), 2, "0.00"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(1, 3), 3, "0.333"),
        (Fraction(10**30 + 1, 2), 2, "500000000000000000000000000000.50"),
    ],
)
def test_money_is_rounded_once_halves_up(exact: Fraction, places: int, told: str) -> None:
    assert str(money(exact, places)) == told


def test_a_line_is_rounded_and_not_its_events() -> None:
    """3 contacts at 0.335: 1.005, which is 1.01; not three times 0.34."""
    made = bill(Terms(lines={"contacts": contacts("0.335")}), part(1), part(2), part(3))
    assert made.total == Decimal("1.01")
    assert bill(Terms(lines={"contacts": contacts("0.335")}), part(1), places=3).total == Decimal(
        "0.335"
    )
