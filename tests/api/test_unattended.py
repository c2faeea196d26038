"""A campaign without agents by the API: started as any other, refused where nobody agreed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.ids import CampaignId
from tests.api.campaign_files import RENEWALS, with_campaigns
from tests.api.house import house

if TYPE_CHECKING:
    from pathlib import Path

START = "/campaigns/nour/renewals/start"
WITHOUT_AGENTS = "mode: unattended\nconsent: yes\nflow: main\n"


def unattended(tenant: Path) -> Path:
    """Add the campaign, in which who answers hears a flow."""
    with_campaigns(tenant)
    text = RENEWALS.replace("mode: progressive\n", WITHOUT_AGENTS).replace("queue: billing\n", "")
    (tenant / "clients" / "nour" / "campaigns" / "renewals.yaml").write_text(text)
    return tenant


async def test_it_is_started_and_has_no_queue(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=unattended) as here:
        status, shown = await here.ask("POST", START, json={"reason": ""})
        assert (status, shown["state"]) == (200, "running")
        assert (shown["mode"], shown["queue"]) == ("unattended", None)
        assert shown["agents"] == {"idle": 0, "busy": 0, "wrap_up": 0}


async def test_nobody_agreed_and_it_is_not_started(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=unattended) as here:
        plan, name = here.shift.center.plan, CampaignId("nour/renewals")
        refused = {**plan.campaigns, name: replace(plan.campaigns[name], agreed=False)}
        here.shift.post(events.PlanLoaded(plan=replace(plan, campaigns=refused)))
        status, answer = await here.ask("POST", START, json={"reason": ""})
        assert status == 409
        assert "nobody has agreed" in answer["detail"]
