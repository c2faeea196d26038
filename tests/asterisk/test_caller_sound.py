"""A caller's sound, by requests as documented and a websocket; Asterisk's side is played here.

What a real Asterisk does with these requests is looked at by `tests/e2e`.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from ccengine.asterisk import caller_sound
from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.decode import decode_channel
from ccengine.asterisk.ari.transport import Request, Response
from ccengine.asterisk.caller_sound import CallerSound, CannotListen
from ccengine.asterisk.router import Router
from tests.local_server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Switch:
    """Answers requests, and has channels enter as Asterisk does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.connected = True
        self.refuses = ""  #: part of a request
        self.status = 404
        self.router = Router(Ari(self))
        self.said: list[str] = []
        self.gives = [b"one", b"two"]

    async def wait_connected(self) -> None:
        return

    async def request(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.path}")
        if self.refuses and self.refuses in self.asked[-1]:
            return Response(self.status, {"message": "Channel not found"})
        if request.path.endswith("/variable"):
            return Response(200, {"value": "abc"})
        if "/snoop/" in request.path:
            assert (request.query["spy"], request.query["whisper"]) == ("in", "none")
            self.enters(request.path.rpartition("/")[2])
        return Response(200, {})

    def enters(self, channel: str) -> None:
        """Have a channel be in Stasis."""
        told = {"id": channel, "name": "x", "state": "Up", "dialplan": {"app_data": ""}}
        told |= {"caller": {}, "connected": {}, "language": "en", "accountcode": ""}
        self.router.channel(channel).enter(decode_channel(told))

    async def media(self, request: web.Request) -> web.WebSocketResponse:
        """Play `chan_websocket`."""
        socket = web.WebSocketResponse(protocols=("media",))
        await socket.prepare(request)
        self.said.append(await socket.receive_str())
        assert request.match_info["id"] == "abc"
        self.enters(next(one for one in self.router._channels if one.endswith("-out")))
        await socket.send_str("MEDIA_START connection_id:abc")
        for sound in self.gives:
            await socket.send_bytes(sound)
        await socket.close()
        return socket


@asynccontextmanager
async def listening(switch: Switch) -> AsyncIterator[CallerSound]:
    app = web.Application()
    app.router.add_get("/media/{id}", switch.media)
    async with serving(app) as port:
        yield CallerSound(switch.router, f"http://127.0.0.1:{port}")


async def test_sound_comes_and_all_is_cleared_away() -> None:
    switch = Switch()
    async with listening(switch) as sound, sound.open(switch.router.channel("caller")) as heard:
        assert [one async for one in heard] == [b"one", b"two"]
    assert switch.said == ["ANSWER"]
    ended = [one for one in switch.asked if one.startswith("DELETE channels/")]
    assert len(ended) == 2
    assert any(one.startswith("DELETE bridges/") for one in switch.asked)
    assert not [one for one in switch.router._channels if ".ear-" in one]


@pytest.mark.parametrize("refuses", ["/snoop/", "externalMedia", "addChannel"])
async def test_what_asterisk_does_not_give_is_told_and_cleared_away(refuses: str) -> None:
    switch = Switch()
    switch.refuses = refuses
    async with listening(switch) as sound:
        with pytest.raises(CannotListen):
            async with sound.open(switch.router.channel("caller")):
                pytest.fail("nothing was opened")
    assert any(one.startswith("DELETE bridges/") for one in switch.asked)


async def test_asterisk_that_takes_too_long_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caller_sound, "OPEN_SECONDS", 0.1)
    switch = Switch()
    switch.enters = lambda _channel: None  # type: ignore[method-assign]
    async with listening(switch) as sound:
        with pytest.raises(CannotListen, match="TimeoutError"):
            async with sound.open(switch.router.channel("caller")):
                pytest.fail("nothing was opened")


async def test_so_many_are_listened_to_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller_sound, "MOST_AT_ONCE", 1)
    switch = Switch()
    channel = switch.router.channel("caller")
    async with listening(switch) as sound:
        async with sound.open(channel):
            asked = len(switch.asked)
            with pytest.raises(CannotListen, match="as many"):
                async with sound.open(channel):
                    pytest.fail("too many were opened")
            assert len(switch.asked) == asked
        async with sound.open(channel):
            pass


async def test_a_fault_of_asterisks_is_not_asked_for_again_at_once() -> None:
    switch = Switch()
    switch.refuses, switch.status = "externalMedia", 500
    channel = switch.router.channel("caller")
    async with listening(switch) as sound:
        with pytest.raises(CannotListen, match="AriRefused"):
            async with sound.open(channel):
                pytest.fail("nothing was opened")
        asked = len(switch.asked)
        switch.refuses = ""
        with pytest.raises(CannotListen, match="within the last minute"):
            async with sound.open(channel):
                pytest.fail("it was asked again")
        assert len(switch.asked) == asked


async def test_what_cannot_be_ended_keeps_nothing_else_from_its_end() -> None:
    switch = Switch()
    async with listening(switch) as sound, sound.open(switch.router.channel("caller")):
        switch.refuses, switch.status = "-in", 500
    ended = [one for one in switch.asked if one.startswith("DELETE ")]
    assert [one.partition("/")[0] for one in ended] == [
        "DELETE channels",
        "DELETE channels",
        "DELETE bridges",
    ]
    assert not switch.router._bridges
    assert not [one for one in switch.router._channels if ".ear-" in one]
