"""What may be wrong with a campaign in which no agent speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.campaigns import Detection
from ccengine.core.dialer.purposes import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.campaigns import Campaign
    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem

BESIDE = (Detection.PARALLEL, Detection.SHADOW)


def check_unattended(campaign: Campaign, document: Document) -> Iterator[Problem]:
    """Yield what is wrong with the flow, the consent and the agents of a campaign."""
    settings, owner = campaign.settings, f"campaign '{campaign.name}'"
    if settings.mode is not Mode.UNATTENDED:
        if settings.flow is not None:
            message = f"{owner} is {settings.mode}: who answers talks with an agent"
            yield document.problem(("flow",), message, "write 'mode: unattended', or remove it")
        return
    if not settings.consent:
        message = f"{owner} calls without agents, and nobody has agreed to that"
        remedy = "write 'consent: yes' if all of its leads have, or choose another mode"
        yield document.problem(("mode",), message, remedy)
    if settings.flow is None:
        message = f"{owner} calls without agents, and nothing is heard"
        yield document.problem(("mode",), message, "add 'flow: …'")
    for key, named in (("queue", settings.queue), ("skills", settings.skills)):
        if named:
            message = f"{owner} calls without agents, and '{key}' names some"
            remedy = "remove it: a step 'enqueue' of the flow leads to a queue"
            yield document.problem((key,), message, remedy)
    if settings.machines in BESIDE:
        message = f"{owner} calls without agents: nobody is there whom a machine would keep busy"
        yield document.problem(("machines",), message, "write 'machines: off'")
