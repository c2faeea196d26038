"""Where a script says what is known of a lead: the name of a campaign's field in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccengine.config.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.campaigns import CampaignFile
    from ccengine.config.documents import Document
    from ccengine.config.papers import Script
    from ccengine.config.problems import Problem

PLACE_IN_SCRIPT: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def check_script(
    script: Script | None, campaign: CampaignFile, document: Document
) -> Iterator[Problem]:
    """Yield what a campaign's script says of leads that its agents are not shown."""
    if script is None:
        return
    shown = [name for name, known in campaign.fields.items() if known.shown]
    texts = [text for step in script.file.steps for text in (step.say, step.note) if text]
    named = (name for text in texts for name in PLACE_IN_SCRIPT.findall(text))
    for name in dict.fromkeys(named):
        if name not in shown:
            message = f"script '{script.name}' says '{{{name}}}', no field that agents are shown"
            yield document.problem(("script",), message, suggestion(name, shown))
