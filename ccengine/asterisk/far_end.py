"""What is known of whoever is at a channel's far end: do they hold, when did they speak."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from ccengine.asterisk.ari.events import (
    ChannelHold,
    ChannelTalkingFinished,
    ChannelTalkingStarted,
    ChannelUnhold,
)

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import AriEvent

_KEPT: Final = 256
Span = tuple[float, float]


class FarEnd:
    """Whoever is there, as far as Asterisk told us."""

    def __init__(self) -> None:
        self.holds = False  #: has put us on hold by their phone's own button
        self._spoken: deque[Span] = deque(maxlen=_KEPT)
        self._speaks_since: float | None = None

    def take(self, event: AriEvent, at: float) -> bool:
        """Take note of an event, in the loop's time; tell whether that is all there is to it."""
        match event:
            case ChannelHold() | ChannelUnhold():
                self.holds = isinstance(event, ChannelHold)
                return False
            case ChannelTalkingStarted():
                if self._speaks_since is None:
                    self._speaks_since = at
                return True
            case ChannelTalkingFinished():
                if self._speaks_since is not None:
                    self._spoken.append((self._speaks_since, at))
                self._speaks_since = None
                return True
            case _:
                return False

    def spoken(self, since: float, now: float) -> list[Span]:
        """Return when they spoke from then on; what goes on has lasted until now.

        Only of time in which Asterisk was asked to listen: see `SoundOfChannels`.
        """
        spans = list(self._spoken)
        if self._speaks_since is not None:
            spans.append((self._speaks_since, now))
        return [(max(since, begin), end) for begin, end in spans if end > since]
