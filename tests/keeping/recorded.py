"""A recorded call that is over, and where its files are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import (
    CardField,
    CardOutcome,
    ConsentAnswer,
    ConsentKind,
    PauseReason,
)
from ccengine.core.ids import AgentId, CallId, ClientId, QueueId, TenantId
from ccengine.keeping.keys import KeyRing
from ccengine.keeping.order import Folders, Material, Order
from ccengine.reporting.call_record import ConversationRecord, HoldRecord
from ccengine.reporting.card_records import CardEntryRecord, ConsentRecord
from ccengine.reporting.recording_records import PauseRecord, RecordingPart
from tests.keeping.sounds import write_raw

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.sound_formats import Channels, SoundFormat

BEGIN = 1_700_000_000.0
NOW = BEGIN + 60
CALL = "1700000000.1-abc"
CARD_TOKEN, LAST_FOUR = "tok_77ab", "4242"
SPOOL = "demo/nour/2023/11/14"


def folders_in(folder: Path) -> Folders:
    return Folders(folder / "recordings", folder / "kept", KeyRing(folder / "keys"))


def material(call: str = CALL, *, client: str = "nour") -> Material:
    """Return what is known of a call with two parts, a hold and a pause."""
    spool = f"demo/{client}/2023/11/14/{call}"
    pause = PauseRecord(
        started_at=BEGIN + 2, ended_at=BEGIN + 3, by="amira", reason=PauseReason.CARD, guard=True
    )
    first = RecordingPart(
        path=f"{spool}.raw",
        channel=f"{call}-caller",
        started_at=BEGIN,
        ended_at=BEGIN + 4,
        ended_because="lost",
        pauses=(pause,),
    )
    second = RecordingPart(
        path=f"{spool}-2.raw", channel=f"{call}-caller", started_at=BEGIN + 5, ended_at=BEGIN + 7
    )
    amira = AgentId("amira")
    return Material(
        call=CallId(call),
        tenant=TenantId("demo"),
        client=ClientId(client),
        queue=QueueId(f"{client}/billing"),
        ended_at=BEGIN + 7,
        parts=(first, second),
        conversations=(ConversationRecord(agent=amira, started_at=BEGIN, ended_at=BEGIN + 7),),
        holds=(HoldRecord(agent=amira, started_at=BEGIN + 5, ended_at=BEGIN + 6),),
        consents=(
            ConsentRecord(
                rule=ConsentKind.CONSENT,
                caller_place="US-CA",
                agent_place="AE",
                agent=amira,
                asked_at=BEGIN - 6,
                prompt="record-consent",
                version="v1",
                language="en",
                answered_at=BEGIN - 1,
                answer=ConsentAnswer.PRESSED,
                given=True,
            ),
        ),
        card_entries=(
            CardEntryRecord(
                entry="e1",
                by="amira",
                agent=amira,
                started_at=BEGIN + 2,
                typed=(CardField.NUMBER,),
                ended_at=BEGIN + 3,
                outcome=CardOutcome.APPROVED,
                token=CARD_TOKEN,
                last4=LAST_FOUR,
                result="captured",
            ),
        ),
    )


def recorded(folders: Folders, of: Material) -> None:
    """Write Asterisk's files of a call."""
    for number, part in enumerate(of.parts):
        seconds = (part.ended_at or of.ended_at) - part.started_at
        write_raw(folders.spool / part.path, 440, 1000 + 200 * number, seconds)


def order_of(
    folders: Folders,
    of: Material | None = None,
    *,
    sound_format: SoundFormat | None = None,
    channels: Channels | None = None,
) -> Order:
    """Return an order to keep a call's recording, with Asterisk's files there."""
    of = of or material()
    recorded(folders, of)
    given = {"sound_format": sound_format, "channels": channels}
    usual = {name: value for name, value in given.items() if value is not None}
    return Order(material=of, folders=folders, now=NOW, **usual)
