"""What is said of a call to learn from tells nothing of its caller."""

from __future__ import annotations

import pytest

from ccengine.core.ids import CallId, ClientId, TenantId
from ccengine.quality.teaching import masked
from ccengine.reporting.call_record import CallRecord

RECORD = CallRecord(
    call=CallId("c1"),
    tenant=TenantId("demo"),
    client=ClientId("nour"),
    number="600100",
    caller="+971501234567",
    node="n1",
    arrived_at=0.0,
    learned={"name": "Layla Haddad", "plan": "go", "customer": "C-4711"},
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Calm with an angry caller", "Calm with an angry caller"),
        ("Rang +971501234567 back", "Rang … back"),
        ("Rang 971 50 123-4567 back", "Rang … back"),
        ("Card 4111 1111 1111 1111 was refused", "Card … was refused"),
        ("How layla haddad (C-4711) was won", "How … (…) was won"),
        ("Plan go, in 30 seconds, call 2 of 12", "Plan go, in 30 seconds, call 2 of 12"),
    ],
)
def test_numbers_and_what_is_known_are_masked(text: str, told: str) -> None:
    assert masked(text, RECORD) == told
