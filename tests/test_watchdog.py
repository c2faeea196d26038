"""Whom the watchdog beside Asterisk rescues while there is no engine: its own code, on a list."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

WATCHDOG = Path(__file__).parents[1] / "docker" / "asterisk" / "watchdog"
LEAD = "Local/380440000001@lead-leg-00000007;1"
OTHER_HALF = "Local/380440000001@lead-leg-00000007;2"
AGENT, TRUNK = "PJSIP/phone-204-00000009", "PJSIP/trunk-0000000a"


def functions() -> str:
    """The functions that decide, without those that talk to Asterisk and to the log."""
    text = WATCHDOG.read_text("utf-8")
    names = ("variable", "is_person", "rescue")
    found = [re.search(rf"^{name}\(\) {{.*?(?:^}}| }})$", text, re.M | re.S) for name in names]
    assert all(found)
    return "\n".join(match.group() for match in found if match)


def line(channel: str, application: str = "Stasis", bridge: str = "") -> str:
    """As `core show channels concise` has it."""
    data = "ccengine,lead,taken" if application == "Stasis" else ""
    fields = (channel, "c", "s", "1", "Up", application, data, "", "", "", "3", "10", bridge, "1.1")
    return "!".join(fields)


def rescued(channels: list[str], role: str = "lead", technology: str = "simple_bridge") -> str:
    script = f"""
set -euo pipefail
{functions()}
say() {{ echo "$1 $3"; }}
cli() {{
    case $1 in
        "core show channels concise") cat <<'EOF'
{chr(10).join(channels)}
EOF
        ;;
        "bridge show all") echo "talk 2 stasis {technology} 00:00:10" ;;
        "core show channel "*) echo "CC_ROLE={role}" ;;
        *) echo "DID $1" >&2 ;;
    esac
}}
rescue
"""
    done = subprocess.run(
        ["/bin/bash", "-c", script], capture_output=True, text=True, check=True, timeout=20
    )
    return done.stdout


def test_a_lead_and_an_agent_who_talk_are_left_alone() -> None:
    assert rescued([
        line(LEAD, bridge="talk"),
        line(AGENT, bridge="talk"),
        line(OTHER_HALF, "Dial", "dialed"),
        line(TRUNK, "AppDial", "dialed"),
    ]) == ""  # fmt: skip


@pytest.mark.parametrize("channel", [LEAD, AGENT])
def test_who_is_alone_is_hung_up(channel: str) -> None:
    others = [line("Recorder/ARI-00000001;2", bridge="talk"), line(TRUNK, "AppDial", "dialed")]
    assert rescued([line(channel, bridge="talk"), *others]) == f"lone_leg_hung_up {channel}\n"


def test_callers_go_to_the_fallback() -> None:
    assert rescued([line(TRUNK)], "inbound") == f"caller_to_fallback {TRUNK}\n"
    many = [line(TRUNK, bridge="talk"), line(AGENT, bridge="talk")]
    assert rescued(many, "inbound", "holding_bridge").count("caller_to_fallback") == 2


def test_what_the_dialplan_has_is_its_own() -> None:
    assert rescued([line(LEAD, "Read"), line(OTHER_HALF, "Dial")]) == ""
