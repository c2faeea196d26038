"""Shows every row to all who listen: gathered for a moment, written once for all who see the same.

The engine never waits for it: `observe` puts by what is told, and a few hundredths of a second
later one frame is made for each view.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from ccengine.api.feed.channel import MOST_BYTES, Channel, Frame
from ccengine.api.feed.snapshot import Moment, snapshot_of
from ccengine.api.feed.view import Holder, Holders, View, ViewKey
from ccengine.api.identity import Identity
from ccengine.core.commands import ShowAgent, ShowCall
from ccengine.core.states import CallState
from ccengine.reporting.news import Topic, news_of
from ccengine.reporting.rows import is_void

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ccengine.api.feed.channel import Listener
    from ccengine.api.ports import Floor
    from ccengine.reporting.news import News
    from ccengine.reporting.rows import JournalRow

GATHER_SECONDS: Final = 0.05
SNAPSHOT_HOLDS_SECONDS: Final = 1.0
QUIET_ROWS: Final = 500
"""After so many rows of which a view sees nothing, it is told how far it is."""


@dataclass(slots=True)
class Group:
    """All who see the same."""

    identity: Identity
    view: View
    channel: Channel
    snapshot: Frame | None = None
    snapshot_at: float = 0.0


class Hub:
    """All listeners of an engine.

    Args:
        floor: the contact center.
        node: its Asterisk.
        number: the journal's last row so far; the center is as it was after it.
        settle: has the engine show every row there is, at once.
    """

    def __init__(
        self, floor: Floor, *, node: str, number: int, settle: Callable[[], object]
    ) -> None:
        self.floor = floor
        self._node = node
        self.number = number  #: of the last row that was shown
        self._places = _places_of(floor)  # where calls and agents are
        self._since: dict[str, float] = {}  # when they came there
        self.most_bytes = MOST_BYTES  #: of frames that are kept for each view
        self._settle = settle
        self._groups: dict[ViewKey, Group] = {}
        self._pending: list[tuple[News, Holder]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._holders = Holders({call.id: call.agent for call in floor.center.calls.values()})

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Have a step of the core told; a void step is not."""
        if not rows:
            return
        self.number = rows[-1].number
        if is_void(rows):
            return
        listened_to = bool(self._groups)
        for row in rows:
            if not listened_to and not isinstance(row.what, ShowAgent | ShowCall):
                continue  # what is needed to go on from is kept, and nothing is written
            news = news_of(row)
            if news is not None:
                self._note(news, row.at)
                holder = self._holders.take(news)
                if listened_to:
                    self._pending.append((news, holder))
        if self._pending and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)

    def flush(self) -> int:
        """Have all that was shown read by those who listen; return the last row's number."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, []
        if pending and self._groups:
            written: dict[int, bytes] = {}
            for key, group in list(self._groups.items()):
                if not group.channel.listeners:
                    del self._groups[key]
                else:
                    self._put(group, pending, written)
        return self.number

    def upto(self) -> int:
        """Return the number of the last row; all up to it is in the journal, and was told."""
        self._settle()
        return self.flush()

    def join(self, identity: Identity, after: int) -> Listener | None:
        """Listen to what comes after a row; None: too much has come since, read the journal."""
        self.upto()
        return self._group(identity).channel.join(after)

    def snapshot(self, identity: Identity) -> Frame:
        """Return how all is that the token sees, and after which row that was."""
        number = self.upto()
        group, now = self._group(identity), self.floor.now()
        view = self.view(identity)
        if group.snapshot is None or now - group.snapshot_at >= SNAPSHOT_HOLDS_SECONDS:
            data = orjson.dumps(snapshot_of(self._moment(), view))
            group.snapshot = Frame(number, number, data)
            group.snapshot_at = now
        return group.snapshot

    def view(self, identity: Identity) -> View:
        """Return what a token sees by the configuration in force."""
        group = self._group(identity)
        tenant = self.floor.tenant()
        if group.view.tenant is not tenant:
            group.view = View(identity, tenant)
            group.snapshot = None  # it names agents and queues as they were
        return group.view

    def _moment(self) -> Moment:
        return Moment(floor=self.floor, node=self._node, number=self.number, since=self._since)

    def _group(self, identity: Identity) -> Group:
        key = ViewKey.of(identity)
        group = self._groups.get(key)
        if group is None:
            view = View(identity, self.floor.tenant())
            group = self._groups[key] = Group(
                identity, view, Channel(self.number, most_bytes=self.most_bytes)
            )
        return group

    def _put(
        self, group: Group, pending: Sequence[tuple[News, Holder]], written: dict[int, bytes]
    ) -> None:
        view, seen = self.view(group.identity), []
        for news, holder in pending:
            body = view.body(news, holder)
            if body is not None:
                seen.append((news.seq, _written(news, body, written)))
        if seen:
            data = changes(self.number, [part for _, part in seen])
            group.channel.put(Frame(seen[0][0] - 1, self.number, data))
        elif self.number - group.channel.upto > QUIET_ROWS:
            group.channel.put(Frame(self.number, self.number, changes(self.number, [])))

    def _note(self, news: News, at: float) -> None:
        """Keep since when an agent or a call is where it is now."""
        if news.topic is Topic.AGENT_STATE:
            self._came(f"agent {news.agent}", (news.body["state"], news.body["cause"]), at)
        elif news.topic is Topic.CALL_STATE:
            name, state = f"call {news.call}", news.body["state"]
            if state == CallState.ENDED:
                self._places.pop(name, None)
                self._since.pop(name, None)
            else:
                self._came(name, state, at)

    def _came(self, name: str, place: object, at: float) -> None:
        if self._places.get(name) != place:  # else something beside its place is told
            self._places[name] = place
            self._since[name] = at


def _places_of(floor: Floor) -> dict[str, object]:
    agents = {f"agent {one.id}": (one.state, one.reason) for one in floor.center.agents()}
    return {**agents, **{f"call {one.id}": one.state for one in floor.center.calls.values()}}


def changes(upto: int, parts: Sequence[bytes]) -> bytes:
    """Return a frame's text: changes, and the row up to which there are no others."""
    return b'{"type":"changes","seq":%d,"changes":[%b]}' % (upto, b",".join(parts))


def _written(news: News, body: Mapping[str, object], written: dict[int, bytes]) -> bytes:
    if body is not news.body:
        return orjson.dumps(body)
    known = written.get(news.seq)
    if known is None:
        known = written[news.seq] = orjson.dumps(body)
    return known
