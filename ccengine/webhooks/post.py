"""All receivers of a tenant, as the configuration in force has them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.secret_files import SecretMissing, read_secret
from ccengine.storage.webhooks import HookKey
from ccengine.webhooks.courier import Courier
from ccengine.webhooks.mail import HookMail
from ccengine.webhooks.sender import Keys
from ccengine.webhooks.signing import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccengine.config.settings import StatePaths
    from ccengine.config.tenant import Tenant
    from ccengine.reporting.rows import JournalRow
    from ccengine.webhooks.mail import HookOffice

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
LEAVE_SECONDS: Final = 15.0
"""What is on its way when the configuration is swapped has so long to be noted."""


class Post:
    """Runs a courier for each receiver of the configuration in force.

    Args:
        couriers: makes those of a tenant.
        tenant: the configuration in force.
    """

    def __init__(
        self, couriers: Callable[[Tenant], list[Courier]], tenant: Callable[[], Tenant]
    ) -> None:
        self._make = couriers
        self._tenant = tenant
        self._couriers: list[Courier] = []

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Have those look at the journal whom a step concerns."""
        for courier in self._couriers:
            if courier.concerns(rows):
                courier.wake()

    def dead(self) -> int:
        """Count what is not tried any more, of all receivers; some seconds old."""
        return sum(courier.dead for courier in self._couriers)

    async def run(self) -> None:
        """Deliver, for ever; a new configuration is taken up within seconds."""
        while True:
            tenant = self._tenant()
            self._couriers = self._make(tenant)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(courier.run()) for courier in self._couriers]
                await self._other_than(tenant)
                await _ended(self._couriers, tasks)

    async def _other_than(self, tenant: Tenant) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._tenant() is not tenant:
                return


async def _ended(couriers: Sequence[Courier], tasks: Sequence[asyncio.Task[None]]) -> None:
    """Have couriers leave: what they have sent is noted, and is not sent again by the next ones."""
    for courier in couriers:
        courier.leave()
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=LEAVE_SECONDS)
        for task in late:
            task.cancel()


def hook_couriers(tenant: Tenant, office: HookOffice, paths: StatePaths) -> list[Courier]:
    """Return a courier for each webhook whose secrets can be read."""
    found = []
    for client in tenant.clients.values():
        for name, hook in client.settings.webhooks.items():
            key = HookKey(client.id, name)
            try:
                keys = _keys(key, paths)
            except (SecretMissing, ValueError) as error:
                log.warning(
                    "webhook_without_secret", client=key.client, hook=name, cause=str(error)
                )
            else:
                found.append(Courier(key, HookMail(hook, keys, office), office))
    return found


def _keys(key: HookKey, paths: StatePaths) -> Keys:
    secret = read_secret(paths.webhook_secret(*key))
    key_of(secret)
    authorization = None
    with suppress(SecretMissing):
        authorization = read_secret(paths.webhook_authorization(*key))
    return Keys(secret=secret, authorization=authorization)
