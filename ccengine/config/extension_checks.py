"""What agents dial and press must mean one thing only, and lead somewhere."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document
    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant


def check_call_codes(tenant: Tenant, document: Document) -> Iterator[Problem]:
    """Yield a problem for each code pressed during a call that begins like another."""
    codes = tenant.settings.call_codes
    named = [(one.name, str(getattr(codes, one.name))) for one in fields(codes)]
    for position, (name, code) in enumerate(named):
        for other, earlier in named[:position]:
            if code.startswith(earlier) or earlier.startswith(code):
                message = f"call code {code} ({name}) begins like {earlier} ({other})"
                yield document.problem(("call_codes", name), message, "choose another")


def check_extensions(tenant: Tenant, documents: Documents) -> Iterator[Problem]:
    """Yield a problem for each extension that is no row of digits or is another's, too."""
    owners = {str(phone): "a phone" for phone in tenant.settings.phones}
    owners |= {one.number: "an agent's number" for one in tenant.settings.agents.values()}
    for name, client in tenant.clients.items():
        document = documents.clients[name]
        if document is not None:
            yield from _extensions_of(client, document, owners)
            yield from _staff_of(client, document, owners)


def _extensions_of(client: Client, document: Document, owners: dict[str, str]) -> Iterator[Problem]:
    for queue, settings in client.settings.queues.items():
        extension, place = settings.extension, ("queues", queue, "extension")
        if extension is None:
            continue
        if not (extension.isascii() and extension.isdecimal()):
            message = f"extension '{extension}' of queue '{queue}' is not a row of digits"
            yield document.problem(place, message, "it is dialled and pressed: use digits")
        elif extension in owners:
            message = f"extension {extension} of queue '{queue}' is {owners[extension]} already"
            yield document.problem(place, message, "choose another")
        owners.setdefault(extension, f"the queue '{client.id}/{queue}'")


def _staff_of(client: Client, document: Document, owners: dict[str, str]) -> Iterator[Problem]:
    outbound = client.settings.outbound
    for code, staff in client.settings.staff.items():
        if code in owners:
            message = f"code {code} of the client's staff is {owners[code]} already"
            yield document.problem(("staff", code), message, "choose another")
        number = digits_of(staff.number)
        allowed = () if outbound is None else outbound.prefixes
        if not any(number.startswith(prefix) for prefix in allowed):
            message = f"{staff.name} ({staff.number}) cannot be called: no prefix of 'outbound' is"
            remedy = "add a prefix that the number begins with, and its trunk"
            place = ("staff", code, "number")
            yield document.problem(place, f"{message} the number's", remedy)
