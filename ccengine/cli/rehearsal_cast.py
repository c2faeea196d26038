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
from ccengine.cli.output import count, fail
from ccengine.cli.rehearsal import DEED_PLACE, DEEDS, Cast
from ccengine.cli.scripted_call import AgentPhone
from ccengine.config.secrets import pin
from ccengine.config.tenant import sip_user_of
from ccengine.config.trunks import PLAIN_PORT
from ccengine.leads.files import Row
from ccengine.leads.importing import ImportOrder, import_leads
from ccengine.leads.reject_file import RejectFile
from ccengine.phone import Account
from ccengine.storage.lead_imports import LeadImport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.cli.campaign_named import Chosen
    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant

NUMBERS_OF: Final = {"AC": ("+2474", "+2476")}
"""How numbers of a country begin, before the digit for what their owner does and three more."""
FAR_ENDS: Final = "far-ends"
"""What the phone at the trunk's other end calls itself; it has no account with us."""


@dataclass(frozen=True, slots=True)
class TrunkHere:
    """The trunk that a campaign's calls take: its other end is on this machine."""

    name: str
    server: str
    port: int


def trunk_of(tenant: Tenant, chosen: Chosen) -> TrunkHere:
    """Return a campaign's trunk; ends if anything its client dials would leave this machine."""
    campaign = chosen.campaign
    beginnings = NUMBERS_OF.get(chosen.country)
    if beginnings is None:
        fail(
            f"campaign '{campaign.id}' calls people: {chosen.country} has no numbers to rehearse",
            f"rehearse a campaign whose country is {', '.join(NUMBERS_OF)}",
        )
    outbound = tenant.clients[campaign.client].settings.outbound
    prefixes = outbound.prefixes if outbound else {}
    own = campaign.settings.trunks or ()
    for name in (*own, *(name for names in prefixes.values() for name in names)):
        if not _is_here(tenant.settings.trunks[name].server):
            fail(
                f"client '{campaign.client}' may dial trunk '{name}', which is not on this machine",
                "rehearse with a client all of whose trunks are at 127.0.0.x",
            )
    ways = set(own) or {
        name
        for prefix, names in prefixes.items()
        for name in names
        if any(one[1:].startswith(prefix) or prefix.startswith(one[1:]) for one in beginnings)
    }
    if len(ways) != 1:
        fail(
            f"{count(len(ways), 'trunk')} for numbers that begin with {', '.join(beginnings)}",
            f"give outbound.prefixes of client '{campaign.client}' one, or the campaign's `trunks`",
        )
    (name,) = ways
    trunk = tenant.settings.trunks[name]
    return TrunkHere(name, trunk.server, trunk.port or PLAIN_PORT)


def cast_of(settings: Settings, tenant: Tenant, chosen: Chosen, trunk: TrunkHere) -> Cast:
    """Return who plays a campaign."""
    client = chosen.campaign.client
    agents = [
        AgentPhone(
            agent=agent,
            account=account_of(settings, sip_user_of(facts.phone)),
            pin=pin(settings.paths, agent),
        )
        for agent, facts in tenant.settings.agents.items()
        if facts.phone in tenant.accounts and client in facts.clients
    ]
    if not agents:
        fail(f"no agent of client '{client}' has a phone", "see `agents:` in tenant.yaml")
    codes = tenant.settings.feature_codes
    return Cast(
        agents=agents,
        far_ends=Account(FAR_ENDS, host=settings.sip_address, port=settings.sip_port),
        far_ends_at=(trunk.server, trunk.port),
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


def _is_here(server: str) -> bool:
    try:
        return ipaddress.ip_address(server).is_loopback
    except ValueError:
        return False
