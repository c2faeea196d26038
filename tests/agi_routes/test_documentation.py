"""dialplan/README.md names every route and every variable that it sets, and no other."""

from __future__ import annotations

import re

from ccengine.agi_routes.every import ROUTES
from tests.config.tenants import DIALPLAN


def test_routes_and_their_variables_are_documented() -> None:
    text = (DIALPLAN / "README.md").read_text()
    section = text.split("## Ask the engine from a dialplan\n")[1].split("\n## ")[0]
    told: list[list[str]] = []
    for line in section.splitlines():
        if found := re.match(r"\| \*\*`([^`]+)`\*\* \| (.*) \|$", line):
            told.append([found[1], *re.findall(r"`\?(\w+)=`", found[2])])
        elif found := re.match(r"\| `(CC_\w+)` \|", line):
            told[-1].append(found[1])
    assert told == [[route.address, *route.query, *route.sets] for route in ROUTES.values()]


def test_what_is_delivered_asks_for_what_there_is() -> None:
    text = (DIALPLAN / "agi.conf").read_text()
    asked = set(re.findall(r"ask-engine,s,1\(([a-z-]+)/", text))
    assert asked <= set(ROUTES)
    read = set(re.findall(r"\$\{(CC_\w+)\}", text)) - {"CC_STATUS", "CC_REASON", "CC_CLIENT"}
    assert read <= {name for route in ROUTES.values() for name in route.sets}
