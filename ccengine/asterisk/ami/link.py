"""One connection to Asterisk's manager after the other, and what became of each request.

panoramisk 1.4 speaks the protocol. What it does wrong is kept from everybody here:

- A value with CR or LF in it would be another header, or a second action: such values are refused.
- After a reconnect it would send once more whatever had no answer: here each connection has a
  manager of its own, which never comes back, and what had no answer is `UNTOLD`.
- It stays "authenticated" without a connection, and then its futures never end: whether there is a
  connection is known here, and each request ends with it, or after its time limit.
- Characters cut by a TCP read are lost: it is told that each byte is one, and texts are put
  together here.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog
from panoramisk.manager import Manager

from ccengine.asterisk.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Mapping

    Message = Mapping[str, str]

log = structlog.get_logger()

CONNECT_SECONDS: Final = 3.0
REQUEST_SECONDS: Final = 0.5
"""Asterisk takes 1 to 2 ms; a caller may be waiting for the answer."""
ANSWERED_BY_EVENTS: Final = frozenset({"DBGet"})
"""Actions whose answer comes after the response, in an event; all others have one message."""

PING_SECONDS: Final = 10
STEADY_SECONDS: Final = 5.0


class AmiDisconnected(Exception):
    """There is no connection: nothing was sent."""


class AmiUntold(Exception):
    """It was sent, and there is no answer: nobody knows what became of it."""


class UnsafeValue(ValueError):
    """A value would mean something else in the protocol. The message does not repeat it."""


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Where Asterisk's manager is and who we are; the secret is never printed."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AmiAnswer:
    """What Asterisk said to an action."""

    success: bool
    message: str
    value: str = ""  #: of what was asked for


class AmiLink:
    """The connection, held for ever: drop, wait, reconnect. It never sends anything twice."""

    def __init__(
        self,
        address: AmiAddress,
        *,
        backoff: Backoff | None = None,
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._address = address
        self._backoff = backoff or Backoff()
        self._request_seconds = request_seconds
        self._up = asyncio.Event()
        self._manager: Any = None  # panoramisk has no types
        self._lost: asyncio.Future[None] | None = None

    @property
    def connected(self) -> bool:
        """A request sent now has somewhere to go."""
        return self._up.is_set()

    async def wait_connected(self) -> None:
        """Return as soon as there is a connection."""
        await self._up.wait()

    async def run(self) -> None:
        """Hold the connection until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self._connect_once()
            if loop.time() - began > STEADY_SECONDS:
                self._backoff.reset()
            await asyncio.sleep(self._backoff.next_delay())

    async def ask(self, action: str, **values: str) -> AmiAnswer:
        """Send one action, once.

        Raises:
            UnsafeValue: a value holds what is no plain character; nothing was sent.
            AmiDisconnected: there is no connection; nothing was sent.
            AmiUntold: there is no answer.
        """
        for name, value in values.items():
            if not (value.isascii() and value.isprintable()):
                message = f"{action} {name}"
                raise UnsafeValue(message)
        if self._manager is None or self._lost is None or not self.connected:
            raise AmiDisconnected(action)
        return _answer(await self._send({"Action": action, **values}, self._manager, self._lost))

    async def _send(
        self, values: Mapping[str, str], manager: Any, lost: asyncio.Future[None]
    ) -> list[Message]:
        # Left to panoramisk, a response alone is waited for if it is an error.
        as_list = None if values["Action"] in ANSWERED_BY_EVENTS else False
        answered = manager.send_action(dict(values), as_list=as_list)
        await asyncio.wait(
            (answered, lost),
            timeout=self._request_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not answered.done():
            answered.cancel()
            raise AmiUntold(values["Action"])
        found: Message | list[Message] = answered.result()
        return found if isinstance(found, list) else [found]

    async def _connect_once(self) -> None:
        """Connect, log in, and return when that connection is lost, or came to nothing."""
        lost = self._lost = asyncio.get_running_loop().create_future()
        manager = self._manager_of(lost)
        try:
            await self._log_in(manager, lost)
            if not lost.done():
                self._manager = manager
                self._up.set()
                log.info("ami_connected")
                await lost
                log.warning("ami_lost")
        except (OSError, TimeoutError, AmiUntold) as error:
            log.debug("ami_away", cause=str(error) or type(error).__name__)
        finally:
            self._up.clear()
            self._manager = None
            if not lost.done():
                lost.set_result(None)
            _bury(manager)

    def _manager_of(self, lost: asyncio.Future[None]) -> Any:
        def on_disconnect(*_: object) -> None:
            if not lost.done():
                lost.set_result(None)

        return Manager(
            host=self._address.host,
            port=self._address.port,
            loop=asyncio.get_running_loop(),
            encoding="latin-1",
            ping_delay=PING_SECONDS,
            ping_interval=PING_SECONDS,
            on_disconnect=on_disconnect,
            log=_SILENT,
        )

    async def _log_in(self, manager: Any, lost: asyncio.Future[None]) -> None:
        connecting = manager.connect()
        manager.connect = _stay_away  # it would come back by itself, and send again
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.shield(connecting)
        login = {
            "Action": "Login",
            "Username": self._address.user,
            "Secret": self._address.secret,
            "Events": "off",
        }
        answer = _answer(await self._send(login, manager, lost))
        if not answer.success:
            log.error("ami_refused", cause=answer.message)
            raise PermissionError(answer.message)


_SILENT: Final = logging.getLogger("ccengine.ami.panoramisk")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False  # it would write secrets into logs: whole actions
_SILENT.setLevel(logging.CRITICAL)


def _stay_away(*_: object) -> None:
    """Stand in for panoramisk's own reconnect."""


def _bury(manager: Any) -> None:
    """Close a manager for good; what it would send again is forgotten."""
    manager.connect = _stay_away
    manager.close()
    manager.awaiting_actions.clear()


def _answer(messages: list[Message]) -> AmiAnswer:
    response = messages[0]
    values = [_text(one, name) for one in messages for name in ("Value", "Val")]
    return AmiAnswer(
        success=response.get("Response", "") == "Success",
        message=_text(response, "Message"),
        value=next(filter(None, values), ""),
    )


def _text(message: Message, name: str) -> str:
    return message.get(name, "").encode("latin-1").decode(errors="replace")
