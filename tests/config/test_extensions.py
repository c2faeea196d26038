"""What agents dial means one thing only, and leads somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.asterisk_dialplan import feature_codes, outbound_rules
from ccengine.config.loading import load_tenant
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

DNIPRO = "clients/dnipro/client.yaml"
OUTBOUND = (
    "outbound: {prefixes: {380: provider}, caller_id: 380440000000, code: '*81',"
    " calls_per_agent_day: 1, calls_per_day: 1}\n"
)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (DNIPRO, "extension: 23", "extension: '203'", "extension 203 of queue 'vip' is a"),
        (DNIPRO, "extension: 23", "extension: '303'", "is an agent's number already"),
        (DNIPRO, "extension: 23", "extension: sales", "is not a row of digits"),
        (
            DNIPRO,
            "\nqueues:",
            "\nstaff: {91: {name: Shop, number: 380441}}\nqueues:",
            "cannot be called",
        ),
        ("tenant.yaml", "reasons:", "call_codes: {hold: '*2'}\nreasons:", "begins like *2 (hold)"),
    ],
)
def test_a_code_that_means_two_things_is_a_mistake(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / file, old, new)
    (problem,) = load_tenant(folder).problems
    assert told in problem.message


def test_staff_and_codes_are_in_the_dialplan(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    staff = "staff: {91: {name: Shop, number: '+380441234567'}}\n"
    change(folder / DNIPRO, "\nqueues:", f"\n{OUTBOUND}{staff}queues:")
    trunk = "trunks: {provider: {server: 192.0.2.1, addresses: [192.0.2.1]}}\n"
    change(folder / "tenant.yaml", "reasons:", f"{trunk}outbound: {{calls_per_day: 5}}\nreasons:")
    tenant = load_tenant(folder).tenant
    assert tenant is not None, load_tenant(folder).problems
    assert "[outbound-partners-dnipro]\nexten => 380441234567,1,Return()" in outbound_rules(tenant)
    assert "exten => _*81X!,1,Gosub(dial,s,1(*81${FILTER(0-9,${EXTEN:3})}))" in feature_codes(
        tenant
    )
