"""Having Asterisk look whether a trunk's other end is there."""

from __future__ import annotations

import asyncio

import pytest

from ccengine.asterisk.ami import reachability
from ccengine.asterisk.ami.link import AmiAnswer, AmiDisconnected, AmiUntold
from ccengine.asterisk.ami.reachability import look_anew
from ccengine.asterisk.ami.recorder import UnsafeName


class LinkThat:
    """A link to the manager that says one thing."""

    def __init__(self, says: AmiAnswer | Exception, *, connected: bool = True) -> None:
        self._says = says
        self.connected = connected
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def wait_connected(self) -> None:
        """Return as soon as there is a connection."""
        if not self.connected:
            await asyncio.Event().wait()

    async def ask(self, action: str, **values: str) -> AmiAnswer:
        """Answer."""
        self.asked.append((action, values))
        if isinstance(self._says, Exception):
            raise self._says
        return self._says


async def test_it_is_asked_for_the_trunk_alone() -> None:
    link = LinkThat(AmiAnswer(success=True, message="Endpoint found, will qualify"))
    assert await look_anew(link, "far-ends")
    assert link.asked == [("PJSIPQualify", {"Endpoint": "far-ends"})]


@pytest.mark.parametrize(
    "says",
    [
        AmiAnswer(success=False, message="Unable to retrieve endpoint"),
        AmiDisconnected("PJSIPQualify"),
        AmiUntold("PJSIPQualify"),
    ],
)
async def test_where_it_cannot_be_told_that_is_said(says: AmiAnswer | Exception) -> None:
    assert not await look_anew(LinkThat(says), "far-ends")


async def test_a_manager_who_is_away_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reachability, "CONNECTED_SECONDS", 0.02)
    link = LinkThat(AmiAnswer(success=True, message=""), connected=False)
    assert not await look_anew(link, "far-ends")
    assert link.asked == []


async def test_a_name_that_is_more_than_a_name_is_refused() -> None:
    link = LinkThat(AmiAnswer(success=True, message=""))
    with pytest.raises(UnsafeName):
        await look_anew(link, "far-ends\r\nAction: Originate")
    assert link.asked == []
