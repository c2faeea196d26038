"""What the HTTP API is given of the running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.ports import Floor, Health, Ports

if TYPE_CHECKING:
    from ccengine.calls.sessions import Sessions
    from ccengine.calls.switchboard import Switchboard
    from ccengine.calls.wiring import Wiring
    from ccengine.config.tenant import Tenant
    from ccengine.storage.records import RecordKeeper


def api_ports(
    wiring: Wiring, sessions: Sessions, switchboard: Switchboard, keeper: RecordKeeper
) -> Ports:
    """Return the ports."""
    engine = wiring.engine

    def tenant() -> Tenant:
        found = wiring.configuration.tenant
        if found is None:
            message = "an engine runs with a checked configuration only"
            raise RuntimeError(message)
        return found

    floor = Floor(
        center=engine.center,
        now=engine.clock.now,
        post=engine.post,
        ensure_agent=sessions.ensure_agent,
        tenant=tenant,
    )
    return Ports(
        health=lambda: _health(switchboard),
        floor=floor,
        keeper=keeper,
        token_file=wiring.paths.api_token,
    )


def _health(switchboard: Switchboard) -> Health:
    if switchboard.connected:
        return Health(connected=True)
    return Health(connected=False, reasons=("not connected to Asterisk, or still resyncing",))
