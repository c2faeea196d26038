from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccengine.config.loading import load_tenant
from ccengine.core.ids import AgentId, ClientId, PhoneId, QueueId
from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import DEMO, change, copy_of_demo
from tests.sizes import by_size

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.tenant import Tenant


def demo() -> Tenant:
    tenant = load_tenant(DEMO).tenant
    assert tenant is not None
    return tenant


def test_the_demo_has_no_mistakes() -> None:
    assert load_configuration(DEMO).problems == ()


def test_the_plan_is_what_routing_needs() -> None:
    plan = demo().plan()
    assert plan.tenant == "demo"
    assert plan.ready_at_login
    assert plan.agents[AgentId("omar")].clients == ("nour", "dnipro")
    assert plan.queues[QueueId("dnipro/vip")].priority == 10
    assert plan.queues[QueueId("nour/billing")].skills == {"arabic": 5, "billing": 5}


def test_numbers_lead_to_flows_with_and_without_plus() -> None:
    tenant = demo()
    route = tenant.route("+600200")
    assert route is not None
    assert (route.client, route.flow, route.language) == ("dnipro", "main", "uk")
    assert tenant.route("600999") is None


def test_agents_are_found_by_number_and_by_phone() -> None:
    tenant = demo()
    assert tenant.agent_with_number("303") == "olena"
    assert tenant.agent_at(PhoneId("202")) == "omar"
    assert tenant.agent_at(PhoneId("205")) is None


def test_reasons_of_being_not_ready() -> None:
    assert [demo().reason(digit) for digit in ("", "2", "9")] == ["not ready", "lunch", None]


def test_hours_without_a_zone_are_in_the_contracts() -> None:
    assert demo().clients[ClientId("nour")].hours["always"].zone == "Asia/Dubai"


def test_the_version_changes_with_any_file_and_with_nothing_else(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    first = load_tenant(folder).draft.version
    assert first == load_tenant(DEMO).draft.version
    change(folder / "clients/nour/flows/main.yaml", "start: hours", "start:  hours")
    assert load_tenant(folder).draft.version != first


def test_a_queue_that_nobody_can_answer_is_a_mistake(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / "clients/nour/client.yaml"
    change(file, "{arabic: 5, technical: 5}", "{arabic: 9, technical: 5}")
    (problem,) = load_tenant(folder).problems
    assert problem.file == file
    assert "nobody can answer queue 'technical'" in problem.message
    assert "arabic: 9, technical: 5" in problem.remedy


def test_a_client_may_call_outside_only_within_the_tenants_limit(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(
        folder / "tenant.yaml",
        "callers:",
        "trunks: {p: {server: a.example, addresses: []}}\ncallers:",
    )
    limits = "calls_per_agent_day: 1, calls_per_day: 2"
    outbound = f"outbound: {{prefixes: {{971: p}}, caller_id: 600100, {limits}}}"
    client = folder / "clients/nour/client.yaml"
    client.write_text(f"{client.read_text()}\n{outbound}\n")
    (problem,) = load_tenant(folder).problems
    assert "the tenant has no limit" in problem.message


def test_a_tenant_that_is_not_there(tmp_path: Path) -> None:
    copy_of_demo(tmp_path)
    (problem,) = load_configuration(tmp_path / "dialplan/tenants/dmeo").problems
    assert "no tenant 'dmeo'" in problem.message
    assert problem.remedy == "did you mean 'demo'?"


def test_a_client_without_a_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    (folder / "clients/empty").mkdir()
    loaded = load_tenant(folder)
    (problem,) = loaded.problems
    assert problem.file == folder / "clients/empty/client.yaml"
    assert set(loaded.draft.clients) == {"dnipro", "empty", "nour"}


def test_a_file_that_would_silently_not_be_read_is_told(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / "clients/nour/flows/night.yml"
    file.write_text("start: x\n")
    (problem,) = load_tenant(folder).problems
    assert problem.file == file
    assert ".yaml" in problem.remedy


KEYS = (
    *("name", "languages", "skills", "agents", "phones", "callers", "feature_codes", "trunks"),
    *(
        "contract",
        "numbers",
        "flow",
        "hours",
        "week",
        "queues",
        "outbound",
        "prefixes",
        "emergency",
    ),
    *(
        "relax",
        "after_seconds",
        "lower",
        "limits",
        "overflow",
        "queue",
        "members",
        "agent",
        "gates",
    ),
    *("shares", "nour", "floor", "rest", "precedence", "groups", "licences", "until", "approvals"),
    *("version", "title", "fields", "kind", "label", "choices", "least", "dispositions", "say"),
    *("start", "steps", "menu", "digits", "play", "next", "enqueue", "hang_up", "en", "1", "mon"),
)
YAML_TEXT = st.one_of(
    st.text(max_size=200),
    st.text("ab:-[]{}\"'&*!|>%@#,? \n\t0", max_size=80),
    st.recursive(
        st.sampled_from(["1", "x", "''", "~", "no", "2026-01-01", "9e99", "nan", "*71"]),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=4,
            ).map(lambda items: "{" + ", ".join(f"{k}: {v}" for k, v in items.items()) + "}")
        ),
        max_leaves=12,
    ),
)
FILES = [
    "tenant.yaml",
    "clients/nour/client.yaml",
    "clients/nour/flows/main.yaml",
    "clients/nour/prompts/ar/prompts.yaml",
    "clients/nour/forms/order.yaml",
    "clients/nour/scripts/order.yaml",
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_demo(tmp_path_factory.mktemp("scratch"))


@settings(
    max_examples=by_size(small=50, full=400),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(FILES), text=YAML_TEXT)
def test_no_text_makes_the_loader_raise(scratch: Path, name: str, text: str) -> None:
    file = scratch / name
    before = file.read_bytes()
    try:
        file.write_bytes(text.encode(errors="surrogatepass"))
        for problem in load_configuration(scratch).problems:
            assert str(problem)
            assert problem.line >= 1
    finally:
        file.write_bytes(before)
