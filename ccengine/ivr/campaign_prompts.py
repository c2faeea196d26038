"""What campaigns say must be there to be played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.ivr.prompts import Prompts, Spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.loading import Loaded
    from ccengine.config.problems import Problem


def check_campaign_prompts(prompts: Prompts, loaded: Loaded) -> Iterator[Problem]:
    """Yield a problem for each prompt that a campaign names and cannot play to who is called."""
    for name, client in loaded.draft.clients.items():
        spoken = Spoken(prompts, name, client.folder / "prompts", (client.language,))
        for campaign in client.campaigns.values():
            message = campaign.settings.voicemail
            document = loaded.documents.campaigns.get(name, {}).get(campaign.name)
            if message is not None and message.prompt and document is not None:
                yield from spoken.missing(document, ("voicemail", "prompt"), message.prompt)
