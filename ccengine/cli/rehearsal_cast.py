"""Who plays in a rehearsal, and whom the campaign dials: never anybody beyond this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from ccengine.cli import records
from ccengine.cli.call import account_of
from ccengine.cli.campaign_named import list_named
from ccengine.cli.output import fail
from ccengine.cli.rehearsal import DEED_PLACE, DEEDS, Cast
from ccengine.cli.scripted_call import AgentPhone
from ccengine.config.secrets import pin
from ccengine.config.tenant import sip_user_of
from ccengine.leads.files import Row
from ccengine.leads.importing import ImportOrder, import_leads
from ccengine.leads.reject_file import RejectFile
from ccengine.storage.lead_imports import LeadImport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.cli.campaign_named import Chosen
    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant
    from ccengine.config.trunks import Trunk

NUMBERS_OF: Final = {"AC": ("+2474", "+2476")}
"""How numbers of a country begin, before the digit for what their owner does and three more."""


def cast_of(settings: Settings, tenant: Tenant, chosen: Chosen) -> Cast:
    """Return who plays a campaign; ends if its calls would leave this machine."""
    trunk = _trunk(tenant, chosen)
    client = chosen.campaign.client
    agents = [
        AgentPhone(
            agent=agent,
            account=account_of(settings, sip_user_of(facts.phone)),
            pin=pin(settings.paths, agent),
        )
        for agent, facts in tenant.settings.agents.items()
        if facts.phone is not None and client in facts.clients
    ]
    if not tenant.settings.callers:
        fail("the tenant has no test callers", "add `callers:` to tenant.yaml")
    codes = tenant.settings.feature_codes
    return Cast(
        agents=agents,
        provider=account_of(settings, tenant.settings.callers[0]),
        provider_address=(trunk.server, trunk.port or 0),
        login_code=codes.login,
        logout_code=codes.logout,
    )


def import_numbers(settings: Settings, chosen: Chosen, wanted: int) -> int:
    """Import numbers by lot; return how many. Those that are in the list already are left out."""
    order = ImportOrder(
        campaign=chosen.campaign,
        country=chosen.country,
        list=list_named(chosen.campaign, None),
        lot=Random(records.now()),
    )
    importing = LeadImport.open(settings.paths.database)
    try:
        with (
            TemporaryDirectory() as folder,
            RejectFile(Path(folder, "rejects.csv")) as rejected,
        ):
            file = ByLot(NUMBERS_OF[chosen.country], wanted, Random())
            return import_leads(file, order, importing, rejected, records.now).leads
    finally:
        importing.close()


@dataclass
class ByLot:
    """A file of leads that is nowhere but here."""

    beginnings: Sequence[str]
    size: int
    chance: Random
    name: str = "rehearsal"

    def rows(self) -> Iterator[Row]:
        """Yield the header and the leads, each number once."""
        yield Row(1, ["number"])
        drawn = dict.fromkeys(self._number() for _ in range(self.size))
        for place, number in enumerate(drawn, 2):
            yield Row(place, [number])

    def done(self) -> int:
        """Return how much was read."""
        return self.size

    def _number(self) -> str:
        deed = self.chance.choice(list(DEEDS))
        digits = -DEED_PLACE - 1
        return (
            f"{self.chance.choice(self.beginnings)}{deed}"
            f"{self.chance.randrange(10**digits):0{digits}}"
        )


def _trunk(tenant: Tenant, chosen: Chosen) -> Trunk:
    campaign = chosen.campaign
    beginnings = NUMBERS_OF.get(chosen.country)
    if beginnings is None:
        fail(
            f"campaign '{campaign.id}' calls people: {chosen.country} has no numbers to rehearse",
            f"rehearse a campaign whose country is {', '.join(NUMBERS_OF)}",
        )
    outbound = tenant.clients[campaign.client].settings.outbound
    ways = [
        tenant.settings.trunks[name]
        for prefix, name in (outbound.prefixes if outbound else {}).items()
        if all(one[1:].startswith(prefix) for one in beginnings)
    ]
    here = [trunk for trunk in ways if _is_here(trunk.server)]
    if not here or len(here) < len(ways):
        fail(
            f"calls of campaign '{campaign.id}' would leave this machine, or go nowhere",
            "give the client's outbound.prefixes a trunk for them whose server is 127.0.0.x",
        )
    return here[0]


def _is_here(server: str) -> bool:
    try:
        return ipaddress.ip_address(server).is_loopback
    except ValueError:
        return False
