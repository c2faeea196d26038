"""Why attempts could be placed, as their rows say; and the rules of each version, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from ccengine.storage.dialing_tables import LAWS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccengine.core.dialer.clearance import Clearance
    from ccengine.core.dialer.rules import LawText
    from ccengine.core.ids import Instant


async def keep_clearance(
    connection: AsyncConnection, cleared: Clearance, at: Instant
) -> dict[str, Any]:
    """Keep the rules that a call was cleared by, and return the values of its attempt's row.

    Args:
        connection: in the transaction that stores the attempt: it never names rules that are not
            kept.
        cleared: why it may be placed.
        at: when.
    """
    if cleared.law is not None:
        await _keep(connection, cleared.law, at)
    return {
        "law": "" if cleared.law is None else cleared.law.version,
        "rules": dict(cleared.rules),
        "zones": list(cleared.zones),
        "scrubs": dict(cleared.scrubs),
        "consents": list(cleared.consents),
    }


async def _keep(connection: AsyncConnection, law: LawText, at: Instant) -> None:
    known = select(LAWS.c.version).where(LAWS.c.version == law.version)
    if (await connection.execute(known)).first() is None:
        values = {"version": law.version, "kept_at": at, "text": law.text}
        await connection.execute(insert(LAWS), values)
