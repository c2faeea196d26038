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
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.clients import ClientSettings
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import TenantSettings

CONTRACT_FILE: Final = "contract.yaml"
RATE_AT_MOST: Final = Decimal(1_000_000)
WEIGHT_AT_MOST: Final = 1_000_000
PERCENT_AT_MOST: Final = Decimal(100)
DECIMALS_AT_MOST: Final = 6


def load_terms(
    folder: Path, client: ClientSettings, tenant: TenantSettings
) -> tuple[Terms | None, list[Problem]]:
    """Read the terms of a client's contract; None: nothing is billed. Never raises."""
    path = folder / CONTRACT_FILE
    if not path.exists():
        return None, []
    document, problems = read_document(path)
    if document is None:
        return None, problems
    fitted = fit(Terms, document)
    problems += fitted.problems
    if fitted.value is not None:
        problems += _check(document, fitted.value, client, tenant)
    return fitted.value, problems


def _check(
    document: Document, terms: Terms, client: ClientSettings, tenant: TenantSettings
) -> Iterator[Problem]:
    if not terms.lines and not document.keys("lines"):
        yield document.problem(("lines",), "the contract bills nothing", "add 'lines: …'")
    languages = {one.language for one in client.numbers.values() if one.language is not None}
    for name, line in terms.lines.items():
        yield from _check_line(document, name, line)
        place: Place = ("lines", name)
        yield from unknown(document, (*place, "queues"), "queue", line.queues, client.queues)
        known = {*languages, *client.languages[:1]}
        yield from unknown(document, (*place, "languages"), "language", line.languages, known)
    without = terms.handled.without
    place = ("handled", "without")
    yield from unknown(document, place, "disposition", without, client.dispositions)
    reasons = {reason.name for reason in tenant.reasons.values()}
    place = ("productive", "reasons")
    yield from unknown(document, place, "reason", terms.productive.reasons, reasons)
    if not 0 <= terms.idle.weight <= WEIGHT_AT_MOST:
        message = f"'weight' cannot be {terms.idle.weight}"
        remedy = f"use 0 to {WEIGHT_AT_MOST}"
        yield document.problem(("idle", "weight"), message, remedy)
    yield from _check_levels(document, terms)


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
