"""What is wrong with closures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of
from ccengine.config.lookups import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.closures import Closure
    from ccengine.config.documents import Document
    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant


def check_closures(tenant: Tenant, document: Document, documents: Documents) -> Iterator[Problem]:
    """Yield what is wrong with closures."""
    digits: dict[str, str] = {}
    for name, closure in tenant.settings.closures.items():
        place = ("closures", name)
        known = documents.clients
        yield from unknown(document, (*place, "clients"), "client", closure.clients, known)
        agents = documents.names("agents")
        yield from unknown(document, (*place, "agents"), "agent", closure.agents, agents)
        yield from _numbers(name, closure, document, documents)
        yield from _flows(name, closure, tenant, document)
        if closure.digit is not None and digits.setdefault(closure.digit, name) != name:
            message = f"digit {closure.digit} is of closures '{digits[closure.digit]}' and '{name}'"
            yield document.problem((*place, "digit"), message, "choose another")
        if closure.digit is not None and not closure.agents:
            message = f"closure '{name}' has a digit, but nobody may dial it"
            yield document.warning((*place, "digit"), message, "name who may in 'agents'")


def _numbers(
    name: str, closure: Closure, document: Document, documents: Documents
) -> Iterator[Problem]:
    place = ("closures", name)
    if not document.at((*place, "clients")) and not document.at((*place, "numbers")):
        message = f"closure '{name}' closes nothing"
        yield document.problem(place, message, "name its 'clients' or 'numbers'")
    sources = documents.clients.values()
    known = {digits_of(one) for source in sources if source for one in source.keys("numbers")}
    for position, number in enumerate(closure.numbers):
        if digits_of(number) not in known and None not in sources:
            message = f"number {number} of closure '{name}' is no client's"
            remedy = "see `ccengine info` for the numbers"
            yield document.problem((*place, "numbers", position), message, remedy)


def _flows(name: str, closure: Closure, tenant: Tenant, document: Document) -> Iterator[Problem]:
    for client in tenant.clients_of(closure):
        if closure.flow not in tenant.clients[client].flow_names:
            message = f"client '{client}' has no flow '{closure.flow}', which closure '{name}'"
            remedy = f"write clients/{client}/flows/{closure.flow}.yaml"
            place = ("closures", name, "flow")
            yield document.problem(place, f"{message} leads its callers to", remedy)
