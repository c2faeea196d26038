"""What digits mean that agents dial, type or transfer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.config.clients import digits_of
from ccengine.core.ids import AgentId, ClientId, PhoneId, QueueId, queue_id

if TYPE_CHECKING:
    from ccengine.config.tenant import Tenant
    from ccengine.core.center import ContactCenter


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent, by the phone they sit at or by their own number."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class Line:
    """A queue, by its extension."""

    queue: QueueId


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the client's own, by their code or number."""

    client: ClientId
    number: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Any other number, which the dialplan allows or not."""

    client: ClientId
    number: str


Target = Colleague | Line | StaffMember | Outside


class Directory:
    """Looks digits up in the configuration in force, and in who is logged in where."""

    def __init__(self, tenant: Tenant, center: ContactCenter) -> None:
        self._tenant = tenant
        self._center = center

    def inside(self, digits: str, client: ClientId) -> Colleague | Line | StaffMember | None:
        """Return whom an agent can send a client's caller to; None: nobody."""
        colleague = self._colleague(digits)
        line = self._line(digits)
        if colleague is not None or line is not None:
            return colleague or line
        known = self._tenant.clients.get(client)
        for code, staff in () if known is None else known.settings.staff.items():
            number = digits_of(staff.number)
            if digits in (code, number):
                return StaffMember(client, number)
        return None

    def dialled(self, digits: str, agent: AgentId, phone: PhoneId) -> Target | None:
        """Return whom an agent who is on no call has dialled; None: nobody they may call."""
        colleague = self._colleague(digits)
        line = self._line(digits)
        if colleague is not None or line is not None:
            return colleague or line
        return self._outside(digits, agent, phone)

    def _outside(self, digits: str, agent: AgentId, phone: PhoneId) -> Outside | None:
        settings = self._tenant.settings.agents.get(agent)
        approved = () if settings is None else settings.clients
        for name, client in self._tenant.clients.items():
            code = None if client.settings.outbound is None else client.settings.outbound.code
            if code is not None and digits.startswith(code) and name in approved:
                return Outside(name, digits.removeprefix(code))
        own = self._tenant.settings.phones.get(phone)
        if own is None or own.dials_for is None or not digits.isdecimal():
            return None
        return Outside(own.dials_for, digits)

    def _colleague(self, digits: str) -> Colleague | None:
        seated = self._center.agent_on(PhoneId(digits))
        if seated is not None:
            return Colleague(seated.id)
        numbered = self._tenant.agent_with_number(digits)
        usual = self._tenant.agent_at(PhoneId(digits))
        found = numbered or usual
        return None if found is None else Colleague(found)

    def _line(self, digits: str) -> Line | None:
        for client in self._tenant.clients.values():
            for name, queue in client.settings.queues.items():
                if queue.extension is not None and queue.extension == digits:
                    return Line(queue_id(client.id, name))
        return None
