"""What a proof is about."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.config.campaign_limits import CampaignLimit
from ccengine.config.campaigns import CampaignFile
from ccengine.config.lawbook import Lawbook
from ccengine.core.ids import Instant
from ccengine.storage.number_facts import Refusals
from ccengine.storage.proof_rows import Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOrder:
    """To prove what a campaign did."""

    tenant: str
    stretch: Stretch
    days: tuple[str, str]  #: first and last one, as they were asked for
    zone: str  #: in which they are days; IANA
    client_zone: (
        str  #: whose days a limit counts by that is of no place, or of a place with several
    )
    now: Instant
    settings: CampaignFile | None  #: None: there is no such campaign any more
    lawbook: Lawbook  #: the present rules
    refusals: Refusals
    own_limits: tuple[CampaignLimit, ...] = ()  #: on abandoned calls, that no law sets
    error_share: float | None = None  #: of detected machines that were people; None: unknown

    @property
    def campaign(self) -> str:
        """What the campaign is called."""
        return f"{self.stretch.client}/{self.stretch.campaign}"
