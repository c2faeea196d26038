"""Each telephone number leads to one flow, in whichever way it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of
from ccengine.config.dialable import international_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId


def check_numbers(tenant: Tenant, documents: Documents) -> Iterator[Problem]:
    """Yield a problem for each number that is another one already, and for codes that overlap."""
    yield from _claimed_twice(documents)
    yield from _alike(tenant, documents)
    yield from _codes_overlap(tenant, documents)


def _claimed_twice(documents: Documents) -> Iterator[Problem]:
    owners: dict[str, tuple[ClientId, str]] = {}
    for client, document in documents.clients.items():
        if document is None:
            continue
        for number in document.keys("numbers"):
            owner, first = owners.setdefault(digits_of(number), (client, number))
            if (owner, first) != (client, number):
                there = documents.clients[owner]
                line = there.line(("numbers", first)) if there is not None else 1
                message = (
                    f"number {number} is claimed twice: first by client '{owner}', line {line}"
                )
                yield document.problem(("numbers", number), message, "remove one of the two")


def _alike(tenant: Tenant, documents: Documents) -> Iterator[Problem]:
    """Yield numbers that are one when written in full, as a provider may send them."""
    owners: dict[str, str] = {}
    for name, client in tenant.clients.items():
        document = documents.clients[name]
        for number in client.settings.numbers:
            whole = international_form(number, client)
            first = owners.setdefault(whole or number, number)
            if digits_of(first) != digits_of(number) and document is not None:
                message = f"number {number} is the same as {first}"
                remedy = "leave the one that the provider sends"
                yield document.problem(("numbers", number), message, remedy)


def _codes_overlap(tenant: Tenant, documents: Documents) -> Iterator[Problem]:
    """Yield codes dialled before a number that begin like another code: digits follow both."""
    codes = {
        code: f"the feature code '{name}'"
        for name, code in tenant.settings.feature_codes.all().items()
    }
    for name, client in tenant.clients.items():
        outbound, document = client.settings.outbound, documents.clients[name]
        code = None if outbound is None else outbound.code
        if code is None or document is None:
            continue
        for other, whose in codes.items():
            if code.startswith(other) or other.startswith(code):
                message = f"code {code} begins like {other}, {whose}"
                place = ("outbound", "code")
                yield document.problem(place, message, "digits follow it: choose another")
                break
        codes[code] = f"the code of client '{name}'"
