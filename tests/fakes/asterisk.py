"""Asterisk as a model in this process: a `Transport` for tests, and the people around it.

Sessions are tested on this in virtual time. The same model is served over a real websocket by
`asterisk_server`, where the contract suite proves it honest against a real Asterisk.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.decode import Malformed, decode
from ccengine.asterisk.ari.errors import AriDisconnected
from ccengine.asterisk.ari.events import Connected, Disconnected, Replaced, StreamItem
from ccengine.asterisk.ari.transport import Request, Response
from tests.fakes.asterisk_manager import FakeManager
from tests.fakes.asterisk_model import CONTACT, FakeChannel, FakePhone, FakeVerdict
from tests.fakes.asterisk_rest import FakeRest
from tests.fakes.asterisk_world import FakeWorld

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.fakes.asterisk_model import Event, FakeRecording


class FakeAsterisk:
    """A whole telephone world; a test's verbs are in the language of people."""

    def __init__(self, app: str = "ccengine", systemname: str = "node1") -> None:
        self.world = FakeWorld(app, systemname)
        self.requests: list[Request] = []
        self.reconnect_after = 0.1
        self.number = 0
        self._rest = FakeRest(self.world)
        self.manager = FakeManager(self.world)
        self._stream: asyncio.Queue[StreamItem] = asyncio.Queue()
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._may_connect = asyncio.Event()
        self._may_connect.set()
        self._reason = ""
        self._turn = asyncio.Lock()
        self._mark = 0
        self._features = itertools.count(1)
        self._delay = 0.0
        self._sent: set[asyncio.Task[Response]] = set()
        self._held: list[StreamItem] | None = None
        self._failures: list[tuple[str, str, Response]] = []

    # Transport

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    async def wait_connected(self) -> None:
        await self._up.wait()

    async def events(self) -> AsyncIterator[StreamItem]:
        while True:
            item = await self._stream.get()
            yield item
            if isinstance(item, Replaced):
                return

    async def run(self) -> None:
        """Be connected while this runs, as `Connection.run` does."""
        try:
            while self._reason != "replaced":
                await self._may_connect.wait()
                self._connect()
                await self._down.wait()
                if self._reason != "replaced":
                    self._stream.put_nowait(Disconnected(self.number, self._reason))
                    await asyncio.sleep(self.reconnect_after)
        except asyncio.CancelledError:
            self._stream = asyncio.Queue()  # what a dead engine has not read, nobody will
            raise
        finally:
            self._disconnect()
        self._stream.put_nowait(Replaced(self.number))

    async def request(self, request: Request) -> Response:
        """Answer one request; those on the socket one after the other, those aside at once.

        What was sent is done, even if whoever asked for it is cancelled.
        """
        if not self.connected:
            raise AriDisconnected(request.path)
        self.requests.append(request)
        answering = asyncio.get_running_loop().create_task(self._answer_in_turn(request))
        self._sent.add(answering)
        answering.add_done_callback(self._forget)
        async with asyncio.TaskGroup() as tasks:
            dropping = tasks.create_task(self._down.wait())
            try:
                await asyncio.wait((answering, dropping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                dropping.cancel()
        if not answering.done():
            answering.cancel()
            raise AriDisconnected(request.path)
        return answering.result()

    def _forget(self, answered: asyncio.Task[Response]) -> None:
        self._sent.discard(answered)
        if not answered.cancelled():
            answered.exception()  # told to who asked, if anybody still listens

    async def _answer_in_turn(self, request: Request) -> Response:
        if request.aside:
            return await self.answer(request)
        async with self._turn:
            return await self.answer(request)

    async def answer(self, request: Request) -> Response:
        """What Asterisk does with a request, whichever way it came."""
        await asyncio.sleep(self._delay)
        for failure in self._failures:
            if failure[0] == request.method and failure[1] in request.path:
                self._failures.remove(failure)
                return failure[2]
        return await self._rest.handle(request)

    def _connect(self) -> None:
        self.number += 1
        self._down.clear()
        self.world.sink = self._take
        self._stream.put_nowait(Connected(self.number))
        self._up.set()

    def _disconnect(self) -> None:
        self.world.sink = None
        self._up.clear()
        self._down.set()

    def _take(self, event: Event) -> None:
        decoded = decode(event)
        assert not isinstance(decoded, Malformed), decoded
        if self._held is not None:
            self._held.append(decoded)
        else:
            self._stream.put_nowait(decoded)

    # The connection's mishaps

    def hold_events(self) -> None:
        """Let events be on their way until `let_events_come`."""
        self._held = []

    def let_events_come(self) -> None:
        """Let those come that are on their way."""
        held, self._held = self._held or [], None
        for event in held:
            self._stream.put_nowait(event)

    def drop_connection(self, reason: str = "dropped", *, stay_down: bool = False) -> None:
        """Events from now on are lost; the client is back by itself unless it must stay down."""
        self._reason = reason
        if stay_down:
            self._may_connect.clear()
        self._disconnect()

    def restore(self) -> None:
        """Let the client connect again."""
        self._may_connect.set()

    def replace_engine(self) -> None:
        """Another engine takes the application over."""
        self._reason = "replaced"
        self._disconnect()

    def fail_next(self, method: str, path_part: str, status: int, message: str = "") -> None:
        """Answer the next such request with a failure."""
        self._failures.append((method, path_part, Response(status, {"message": message})))

    def delay_requests(self, seconds: float) -> None:
        """Let every answer take its time from now on."""
        self._delay = seconds

    def delay_hang_ups(self, seconds: float) -> None:
        """Let channels be there for a while after the answer that they are hung up."""
        self._rest.hang_up_seconds = seconds

    # People

    def caller_arrives(
        self,
        call_id: str,
        *,
        number: str = "600100",
        client: str = "acme",
        tenant: str = "demo",
        caller: str = "0301234567",
        variables: Mapping[str, str] | None = None,
        leaves_at_once: bool = False,
    ) -> str:
        """Somebody calls; the dialplan answers and hands over. Returns the channel's id.

        Who leaves at once does so between the answer and the handing over.
        """
        channel_id = ".".join(call_id.rsplit("-", 1))
        arrived = int(asyncio.get_running_loop().time() * 1000)
        minted = {
            "CC_CALL_ID": call_id,
            "CC_TENANT": tenant,
            "CC_CLIENT": client,
            "CC_NUMBER": number,
            "CC_ARRIVED_AT": str(arrived),
            "CC_ROLE": "inbound",
        }
        channel = self.world.arrive(
            channel_id, ("inbound",), caller, {**minted, **(variables or {})}
        )
        if leaves_at_once:
            self.world.end_channel(channel, 16)
        else:
            self.world.enter_stasis(channel)
        return channel_id

    def feature_code(self, phone: str, code: str, digits: str = "") -> str:
        """Somebody dials a feature code on a phone. Returns the channel's id."""
        channel_id = f"feature.{next(self._features)}"
        minted = {
            "CC_CALL_ID": channel_id.replace(".", "-"),
            "CC_ROLE": "feature",
            "CC_PHONE": phone,
        }
        channel = self.world.arrive(channel_id, ("feature", code, digits), phone, minted)
        self.world.enter_stasis(channel)
        return channel_id

    def dial_digit(self, channel_id: str, digit: str) -> None:
        """Somebody presses a key."""
        self.world.keys.press(self.channel(channel_id), digit)

    def dial_digits(self, channel_id: str, digits: str) -> None:
        """Somebody presses keys, one after the other."""
        for digit in digits:
            self.dial_digit(channel_id, digit)

    def hang_up(self, channel_id: str, cause: int = 16) -> None:
        """The person at this channel hangs up."""
        self.world.hang_up(self.channel(channel_id), cause, by_us=False)

    def phone_answers(self, endpoint: str, after: float = 1.0) -> None:
        """Whoever sits at this phone takes every call after so many seconds."""
        self.world.phones[endpoint] = FakePhone("answers", after)

    def phone_sounds(self, endpoint: str, status: str, cause: str, after: float = 2.0) -> None:
        """What AMD() says of whoever takes calls at this phone, and after how many seconds."""
        self.world.phones[endpoint].amd = FakeVerdict(status, cause, after)

    def phone_declines(self, endpoint: str, after: float = 1.0, cause: int = 21) -> None:
        """Whoever sits at this phone refuses every call (17: busy)."""
        self.world.phones[endpoint] = FakePhone("declines", after, cause)

    def phone_rings(self, endpoint: str) -> None:
        """Nobody sits at this phone; `pick_up` and `decline` change that for one call."""
        self.world.phones[endpoint] = FakePhone("rings")

    def phone_unreachable(self, endpoint: str) -> None:
        """This phone exists and is not registered."""
        self.world.phones[endpoint] = FakePhone("unreachable")

    def phone_registers(self, endpoint: str, uri: str = CONTACT) -> None:
        """This phone registers, or registers once more from elsewhere."""
        self.world.registrar.add_contact(endpoint, uri)

    def phone_unregisters(self, endpoint: str, uri: str = CONTACT) -> None:
        """This phone's registration ends."""
        self.world.registrar.lose_contact(endpoint, uri, "Removed")

    def phone_misses_a_qualify(self, endpoint: str, uri: str = CONTACT) -> None:
        """This phone does not answer Asterisk's OPTIONS, perhaps as it has no power."""
        self.world.registrar.lose_contact(endpoint, uri, "Unreachable")

    def phone_dials(self, phone: str, number: str) -> str:
        """Somebody makes a call of their own at a phone. Returns the channel's id."""
        own = next(self._features)
        channel = FakeChannel(
            f"own.{own}",
            f"PJSIP/phone-{phone}-{own:08x}",
            "Ring",
            self.world.now(),
            caller_number=phone,
            endpoint=f"PJSIP/phone-{phone}",
            dialplan=("from-phones", number),
            variables={"CC_PHONE": phone},
        )
        self.world.dial_out(channel)
        return channel.id

    def phone_calls(self, phone: str, digits: str) -> str:
        """Somebody dials at a phone, and the dialplan hands it over. Returns the channel's id."""
        channel_id = self.phone_dials(phone, digits)
        channel = self.channel(channel_id)
        channel.variables |= {"CC_ROLE": "dial", "CC_CALL_ID": channel_id.replace(".", "-")}
        channel.app, channel.app_args = self.world.app, ("dial", digits)
        self.world.enter_stasis(channel)
        return channel_id

    def phone_holds(self, channel_id: str, *, holds: bool = True) -> None:
        """Somebody presses their phone's own button for hold."""
        self.world.buttons.hold(self.channel(channel_id), holds=holds)

    def phone_refers(self, channel_id: str, to: str) -> None:
        """Somebody presses their phone's own button for a transfer: to a number."""
        self.world.buttons.refer(self.channel(channel_id), to, None)

    def phone_joins(self, channel_id: str, other: str) -> None:
        """The same for two calls that the phone has."""
        self.world.buttons.refer(self.channel(channel_id), "", self.channel(other))

    def pick_up(self, channel_id: str) -> None:
        """Somebody takes the call that rings here."""
        self.world.pick_up(self.channel(channel_id))

    def decline(self, channel_id: str, cause: int = 21) -> None:
        """Somebody refuses the call that rings here."""
        self.world.decline(self.channel(channel_id), cause)

    def stray(self, channel_id: str) -> None:
        """The watchdog beside Asterisk sends a caller to the dialplan's fallback."""
        self.world.stray(self.channel(channel_id))

    # What can be seen and heard

    def channel(self, channel_id: str) -> FakeChannel:
        """A channel that is there."""
        return self.world.channels[channel_id]

    def ringing(self, endpoint: str) -> str | None:
        """The id of the channel that rings at this phone."""
        for channel in self.world.channels.values():
            if channel.endpoint == endpoint and channel.state == "Ringing":
                return channel.id
        return None

    def hears(self, channel_id: str) -> str:
        """What the person at this channel hears now."""
        channel = self.channel(channel_id)
        if channel.playbacks:
            return self.playing(channel_id)[0]
        bridge = self.world.bridges.get(channel.bridge_id)
        others = sorted(set(bridge.channel_ids) - {channel_id}) if bridge is not None else []
        # A bridge that mixes does nothing about a phone's hold: the phone is just not heard.
        others = [other for other in others if not self.channel(other).holds]
        if others:
            return f"talk:{','.join(others)}"
        return f"music:{channel.music}" if channel.music else "silence"

    def playing(self, channel_id: str) -> list[str]:
        """Media that plays to this channel, and what waits behind it."""
        queued = self.channel(channel_id).playbacks
        return [media for playback in queued for media in playback.media[playback.at :]]

    def channels_left(self) -> list[str]:
        """Ids of all channels."""
        return sorted(self.world.channels)

    def bridges_left(self) -> list[str]:
        """Ids of all bridges."""
        return sorted(self.world.bridges)

    @property
    def recordings(self) -> dict[str, FakeRecording]:
        """All recordings by name, those under way and those that ended."""
        return self.world.recordings

    @property
    def played(self) -> list[tuple[str, str]]:
        """(channel id, media) for all that ever started to play."""
        return self.world.played

    @property
    def media_seconds(self) -> dict[str, float]:
        """How long media lasts; 1.0 if it is not in here."""
        return self.world.media_seconds

    @property
    def missing_media(self) -> set[str]:
        """Media that cannot be played."""
        return self.world.missing_media

    def notes(self) -> list[str]:
        """What the dialplan has noted of callers whom no engine took."""
        return list(self.world.database.get("cc-unmet", {}))

    def mark(self) -> None:
        """Count requests from here."""
        self._mark = len(self.requests)

    def requests_since_mark(self) -> list[Request]:
        """Requests since `mark`."""
        return self.requests[self._mark :]
