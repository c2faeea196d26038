"""The outbox on the command line: apart from webhooks' letters, and tried again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ccengine.outbox.couriers import key_of
from ccengine.storage.webhooks import LetterState, StoredLetter
from tests.cli.test_webhook import ccengine, in_database, printed

if TYPE_CHECKING:
    from ccengine.core.ids import ClientId
    from ccengine.storage.database import RecordDatabase

KEY = key_of("nour")  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def letters(tenant: ClientId) -> None:
    del tenant
    dead = StoredLetter(
        client="nour", hook=KEY.hook, number=7, call="c1", state=LetterState.DEAD, attempts=9,
        at=1.0, detail="cancel-order: status 400",
    )  # fmt: skip
    waiting = StoredLetter(client="nour", hook=KEY.hook, number=8, call="c1", at=2.0)
    hook = StoredLetter(client="nour", hook="crm", number=9, call="c1", at=3.0)

    async def fill(database: RecordDatabase) -> None:
        await database.webhooks.set_place(KEY, 5)
        await database.webhooks.advance(KEY, 5, 9, [dead, waiting, hook])

    in_database(fill)


def test_it_lists_what_is_owed_and_what_is_dead() -> None:
    assert [one["number"] for one in printed("outbox", "list", "--json")] == [7, 8]
    (dead,) = printed("outbox", "list", "--dead", "--json")
    assert (dead["call"], dead["detail"]) == ("c1", "cancel-order: status 400")
    assert "status 400" in ccengine("outbox", "list").stdout
    assert [one["number"] for one in printed("webhook", "letters", "--json")] == [9]


def test_dead_ones_are_tried_again_and_the_audit_says_so() -> None:
    assert ccengine("outbox", "retry", "nour").stdout == "1 to be tried again\n"
    assert printed("outbox", "list", "--dead", "--json") == []

    async def audited(database: RecordDatabase) -> list[str]:
        entries = await database.audit.entries()
        return [json.dumps(entry.after) for entry in entries if entry.operation == "retryOutbox"]

    assert in_database(audited) == ['{"number": null, "revived": 1}']
    assert "did you mean 'nour'?" in ccengine("outbox", "retry", "nuor").stderr
