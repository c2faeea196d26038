"""Reads a client's contract.yaml: what is billed. Rules of service are in client.yaml."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ccengine.config.documents import Document, Place, read_document
from ccengine.config.lookups import unknown
from ccengine.config.names import is_name
from ccengine.config.schema import fit
from ccengine.reporting.kpis.terms import BillLine, Per, Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ccengine.config.clients import Client
    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem

CONTRACT_FILE: Final = "contract.yaml"
RATE_AT_MOST: Final = Decimal(1_000_000)
WEIGHT_AT_MOST: Final = 1_000_000
PERCENT_AT_MOST: Final = Decimal(100)
DECIMALS_AT_MOST: Final = 6


def load_terms(folder: Path) -> tuple[Terms | None, Document | None, list[Problem]]:
    """Read the terms of a client's contract; None: nothing is billed. Never raises."""
    path = folder / CONTRACT_FILE
    if not path.exists():
        return None, None, []
    document, problems = read_document(path)
    if document is None:
        return None, None, problems
    fitted = fit(Terms, document)
    return fitted.value, document, problems + fitted.problems


def check_terms(client: Client, documents: Documents) -> Iterator[Problem]:
    """Yield what is wrong with the terms of a client's contract."""
    terms, document = client.terms, documents.contracts.get(client.id)
    if terms is None or document is None:
        return
    if not terms.lines and not document.keys("lines"):
        yield document.problem(("lines",), "the contract bills nothing", "add 'lines: …'")
    for name, line in terms.lines.items():
        yield from _check_line(document, name, line)
    yield from _hours_twice(document, terms)
    yield from _check_names(document, terms, documents.clients[client.id], documents)
    if not 0 <= terms.idle.weight <= WEIGHT_AT_MOST:
        message = f"'weight' cannot be {terms.idle.weight}"
        remedy = f"use 0 to {WEIGHT_AT_MOST}"
        yield document.problem(("idle", "weight"), message, remedy)
    yield from _check_levels(document, terms)


def _check_names(
    document: Document, terms: Terms, client: Document | None, documents: Documents
) -> Iterator[Problem]:
    """Yield names that nothing has; nothing of a file that could not be read."""
    if client is not None:
        queues, languages = client.keys("queues"), _languages(client)
        for name, line in terms.lines.items():
            place: Place = ("lines", name)
            yield from unknown(document, (*place, "queues"), "queue", line.queues, queues)
            there = (*place, "languages")
            yield from unknown(document, there, "language", line.languages, languages)
        there, known = ("handled", "without"), client.keys("dispositions")
        yield from unknown(document, there, "disposition", terms.handled.without, known)
    there, reasons = ("productive", "reasons"), _reasons(documents)
    yield from unknown(document, there, "reason", terms.productive.reasons, reasons)


def _languages(client: Document) -> Collection[str] | None:
    """Return the languages of a client's numbers; None: unknown, so check nothing."""
    spoken = client.at(("languages",))
    if not isinstance(spoken, list):
        return None
    own = [client.at(("numbers", number, "language")) for number in client.keys("numbers")]
    return {str(language) for language in [*own, *spoken[:1]] if language is not None}


def _reasons(documents: Documents) -> Collection[str] | None:
    """Return the names of reasons for being not ready; None: unknown, so check nothing."""
    tenant = documents.tenant
    if tenant is None:
        return None
    values = [tenant.at(("reasons", digits)) for digits in tenant.keys("reasons")]
    named = [one.get("name") if isinstance(one, dict) else one for one in values]
    names = [name for name in named if isinstance(name, str)]
    return names if len(names) == len(named) else None


def _hours_twice(document: Document, terms: Terms) -> Iterator[Problem]:
    # A stretch of time has no queue and no language by which only one of two lines would take it.
    hourly = [name for name, line in terms.lines.items() if line.per is Per.PRODUCTIVE_HOUR]
    for name in hourly[1:]:
        message = f"lines '{hourly[0]}' and '{name}' bill the same hours"
        yield document.problem(("lines", name, "per"), message, "remove one of the two")


def _check_line(document: Document, name: str, line: BillLine) -> Iterator[Problem]:
    place: Place = ("lines", name)
    if not is_name(name):
        message = f"'{name}' cannot be a line's name"
        yield document.problem(place, message, "use small letters, digits, '-' or '_'")
    if (line.rate is None) == (not line.bands):
        message = f"line '{name}' has {'no rate' if line.rate is None else 'a rate and bands'}"
        yield document.problem(place, message, "write either 'rate' or 'bands'")
    if line.per is Per.PRODUCTIVE_HOUR and (line.languages or line.queues):
        message = f"line '{name}' is per hour: agents' free time has no queue and no language"
        yield document.problem(place, message, "remove 'queues' and 'languages'")
    if line.rate is not None:
        yield from _amount(document, (*place, "rate"), line.rate, RATE_AT_MOST)
    for number, band in enumerate(line.bands):
        yield from _amount(document, (*place, "bands", number, "rate"), band.rate, RATE_AT_MOST)
    froms = [band.above for band in line.bands]
    if froms and (froms[0] != 0 or sorted(set(froms)) != froms):
        message = f"bands of line '{name}' do not go up from 0"
        remedy = "let the first be 'above: 0', and each next one be higher"
        yield document.problem((*place, "bands"), message, remedy)


def _check_levels(document: Document, terms: Terms) -> Iterator[Problem]:
    for number, bonus in enumerate(terms.bonuses):
        place: Place = ("bonuses", number)
        yield from _amount(document, (*place, "at_least"), bonus.at_least, PERCENT_AT_MOST)
        yield from _amount(document, (*place, "percent"), bonus.percent, PERCENT_AT_MOST)
    for number, penalty in enumerate(terms.penalties):
        place = ("penalties", number)
        yield from _amount(document, (*place, "below"), penalty.below, PERCENT_AT_MOST)
        yield from _amount(document, (*place, "percent"), penalty.percent, PERCENT_AT_MOST)


def _amount(document: Document, place: Place, amount: Decimal, most: Decimal) -> Iterator[Problem]:
    exponent = amount.as_tuple().exponent
    fine = isinstance(exponent, int) and exponent >= -DECIMALS_AT_MOST
    if not 0 <= amount <= most or not fine:
        remedy = f"use 0 to {most}, with up to {DECIMALS_AT_MOST} decimals"
        yield document.problem(place, f"'{place[-1]}' cannot be {amount}", remedy)
