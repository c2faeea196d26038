"""What may be wrong with phones, teams and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of
from ccengine.config.lookups import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.documents import Document, Place
    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Phone, Tenant
    from ccengine.core.ids import PhoneId


def check_desks(tenant: Tenant, document: Document, documents: Documents) -> Iterator[Problem]:
    """Yield what is wrong with phones, supervisors and reasons."""
    for extension, phone in tenant.settings.phones.items():
        yield from _phone(tenant, extension, phone, document, documents)
    agents = documents.names("agents")
    for name, team in tenant.settings.teams.items():
        place = ("teams", name, "supervisors")
        yield from unknown(document, place, "agent", team.supervisors, agents)
    yield from _reasons(tenant, document)


def _phone(
    tenant: Tenant, extension: PhoneId, phone: Phone, document: Document, documents: Documents
) -> Iterator[Problem]:
    place: Place = ("phones", extension)
    sites = documents.names("sites")
    if phone.site is not None:
        yield from unknown(document, (*place, "site"), "site", [phone.site], sites)
    if phone.dials_for is not None:
        clients, named = documents.clients, [phone.dials_for]
        yield from unknown(document, (*place, "dials_for"), "client", named, clients)
    if phone.external is not None:
        yield from _outside(tenant, extension, phone, document)


def _outside(
    tenant: Tenant, extension: PhoneId, phone: Phone, document: Document
) -> Iterator[Problem]:
    place: Place = ("phones", extension)
    where = (*place, "external")
    if phone.auto_answer:
        message = f"phone {extension} is outside: nothing there can be told to answer"
        yield document.problem((*place, "auto_answer"), message, "remove 'auto_answer'")
    if phone.dials_for is None:
        message = f"nobody pays for the calls to phone {extension} outside"
        yield document.problem(where, message, "add 'dials_for': the client whose rules hold")
        return
    client = tenant.clients.get(phone.dials_for)
    if client is None or phone.external is None:
        return
    outbound = client.settings.outbound
    prefixes = () if outbound is None else outbound.prefixes
    if not any(digits_of(phone.external).startswith(prefix) for prefix in prefixes):
        message = f"client '{client.id}' may not call {phone.external}"
        remedy = "add what it begins with to 'outbound.prefixes' of that client"
        yield document.problem(where, message, remedy)
    for name, other in tenant.clients.items():
        if extension in other.settings.emergency:
            message = f"phone {extension} is outside, and client '{name}' has it for emergencies"
            yield document.problem(where, message, "name a phone that registers")


def _reasons(tenant: Tenant, document: Document) -> Iterator[Problem]:
    digits: dict[str, str] = {}
    for digit, reason in tenant.settings.reasons.items():
        other = digits.setdefault(reason.name, digit)
        if other != digit:
            message = f"reason '{reason.name}' has two digits, {other} and {digit}"
            yield document.problem(("reasons", digit), message, "remove one of them")
    if tenant.settings.reason_required and not tenant.settings.reasons:
        message = "a reason is required, and there is none"
        yield document.problem(("reason_required",), message, "add 'reasons', or remove it")
