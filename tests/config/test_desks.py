"""What tenant.yaml and client.yaml say of agents' desks, right and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.loading import load_tenant
from ccengine.core.ids import AgentId, QueueId
from ccengine.core.plan import Reason
from ccengine.core.reasons import AfterLimit
from ccengine.ivr import names
from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import DIALPLAN, change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.problems import Problem

TENANT, DNIPRO = "tenant.yaml", "clients/dnipro/client.yaml"
BREAK = "  1: {name: short break, minutes: 15}"
PHONE = "205: {site: kyiv}"
VIP = "    extension: 23\n"
TRUNK = "callers: [caller-1"
OUTBOUND = (
    "outbound: {prefixes: {38044: provider}, caller_id: 380440000000,"
    " calls_per_agent_day: 50, calls_per_day: 500}\n"
)


def problems_of(folder: Path) -> list[Problem]:
    return list(load_configuration(folder).problems)


def test_a_reason_is_a_name_or_has_a_limit_too(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / TENANT, BREAK, "  1: {name: tea, minutes: 0.5, then: ready}")
    tenant = load_tenant(folder).tenant
    assert tenant is not None
    assert tenant.plan().reasons == {
        "tea": Reason(name="tea", minutes=0.5, then=AfterLimit.READY),
        "lunch": Reason(name="lunch", minutes=45),
        "training": Reason(name="training"),
        "meeting": Reason(name="meeting"),
    }
    assert tenant.reason("3") == "training"


def test_a_tenant_without_reasons_takes_any_digit(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    text = (folder / TENANT).read_text()
    (folder / TENANT).write_text(text.partition("reasons:")[0])
    tenant = load_tenant(folder).tenant
    assert tenant is not None
    assert [tenant.reason(digit) for digit in ("", "7")] == ["not ready", "reason 7"]


def test_queues_have_numbers_and_agents_zones() -> None:
    tenant = load_tenant(DIALPLAN / "tenants" / "demo").tenant
    assert tenant is not None
    assert tenant.queue_with_extension("23") == QueueId("dnipro/vip")
    assert tenant.queue_with_extension("99") is None
    assert tenant.zone_of(AgentId("olena")) == "Europe/Kyiv"
    assert tenant.zone_of(AgentId("nobody")) == "UTC"
    assert tenant.plan().supervisors["dnipro-desk"] == (AgentId("olena"),)


def test_what_is_spoken_to_agents_is_rendered_with_all_else() -> None:
    prompts = load_configuration(DIALPLAN / "tenants" / "demo").prompts
    spoken = {getattr(prompt, "text", "") for prompt in prompts}
    assert {"Olena Koval", "Nour Telecom, billing", "lunch: press 2.", "lunch", "59"} <= spoken
    assert prompts.name("queue/gone/away") is None
    assert names.of_number(59) == ["number/59"]
    assert names.of_number(207) == ["number/2", "number/0", "number/7"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (TENANT, BREAK, "  1: {name: tea, minutes: 0}", "'minutes' of reason 'tea' cannot be 0"),
        (TENANT, BREAK, "  1: {name: tea, minutes: x}", "'minutes' must be a number"),
        (TENANT, BREAK, "  1: {name: tea, then: sleep}", "'then' cannot be 'sleep'"),
        (TENANT, BREAK, "  1: {minutes: 3}", "'name' is missing"),
        (TENANT, BREAK, "  1: lunch", "reason 'lunch' has two digits, 1 and 2"),
        (TENANT, BREAK, "  12: tea", "'12' is no single digit"),
        (TENANT, "supervisors: [olena]", "supervisors: [olga]", "unknown agent 'olga'"),
        (TENANT, 'longer: "*75"', 'longer: "*7"', "begins like"),
        (TENANT, PHONE, "205: {external: '+380441'}", "nobody pays"),
        (TENANT, PHONE, "205: {external: x, dials_for: dnipro}", "'x' is no telephone number"),
        (
            TENANT,
            PHONE,
            "205: {external: '+380441112233', dials_for: dnipro}",
            "client 'dnipro' may not call +380441112233",
        ),
        (DNIPRO, VIP, "    extension: 2x\n", "extension '2x' of queue 'vip' is not a row"),
        (DNIPRO, VIP, "    extension: 21\n", "extension 21 of queue 'vip' is the queue"),
        (DNIPRO, VIP, f"{VIP}    wrap_up_extension_seconds: 0\n", "cannot be 0"),
        (DNIPRO, VIP, f"{VIP}    agent_hears: fanfare\n", "has no prompt 'fanfare' in 'en'"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / file, old, new)
    found = problems_of(folder)
    assert any(told in one.message for one in found), found
    assert all(one.file == folder / file and one.line > 1 and one.remedy for one in found)


def test_a_required_reason_needs_reasons(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    text = (folder / TENANT).read_text()
    (folder / TENANT).write_text(f"{text.partition('reasons:')[0]}reason_required: yes\n")
    assert [one.message for one in problems_of(folder)] == [
        "a reason is required, and there is none"
    ]


def test_a_phone_outside_that_its_client_may_call_is_right(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    trunks = "trunks: {provider: {server: sip.example, addresses: [192.0.2.1]}}\n"
    change(folder / TENANT, TRUNK, f"{trunks}outbound: {{calls_per_day: 100}}\n{TRUNK}")
    change(folder / DNIPRO, "emergency:", f"{OUTBOUND}emergency:")
    outside = "205: {external: '+380441112233', dials_for: dnipro}"
    change(folder / TENANT, PHONE, outside)
    assert problems_of(folder) == []
    change(folder / TENANT, outside, outside.replace("dnipro}", "dnipro, auto_answer: yes}"))
    (problem,) = problems_of(folder)
    assert "nothing there can be told to answer" in problem.message


def test_the_readme_says_what_each_code_does() -> None:
    tenant = load_tenant(DIALPLAN / "tenants" / "demo").tenant
    assert tenant is not None
    readme = (DIALPLAN / "README.md").read_text()
    table = readme.split("## What agents dial")[1].split("\n## ")[0]
    for what, code in tenant.settings.feature_codes.all().items():
        assert f"`{code}" in table, f"{what} is not in the table"
