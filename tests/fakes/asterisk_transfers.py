"""What phones ask for by their own buttons: hold by re-INVITE, transfers by REFER."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.asterisk_model import Event, FakeChannel

NOTIFY_SECONDS = 0.05
"""Until the phone is told; it never is when its line ends before."""


class FakeButtons:
    """The buttons of all phones of a world."""

    def __init__(
        self,
        emit: Callable[..., None],
        later: Callable[[FakeChannel, float, Callable[[], None]], None],
    ) -> None:
        self._emit = emit
        self._later = later

    def hold(self, channel: FakeChannel, *, holds: bool) -> None:
        """The phone's own hold, by re-INVITE."""
        channel.holds = holds
        self._emit("ChannelHold" if holds else "ChannelUnhold", channel=channel.as_json())

    def refer(self, channel: FakeChannel, destination: str, consulted: FakeChannel | None) -> None:
        """A phone's REFER, attended where there is a call that was consulted in."""
        to: Event = {"requested_destination": {"protocol_id": "", "destination": destination}}
        if consulted is not None:
            to = {"destination_channel": consulted.as_json()}
        channel.referred = to
        self._tell_transfer(channel, "channel_progress")

    def report_transfer(self, channel: FakeChannel, state: str) -> None:
        """The phone is told by NOTIFY, and we are told once more."""
        channel.reported.append(state)
        self._later(channel, NOTIFY_SECONDS, lambda: channel.notified.append(state))
        self._tell_transfer(channel, state)

    def _tell_transfer(self, channel: FakeChannel, state: str) -> None:
        by = {"source_channel": channel.as_json()}
        self._emit("ChannelTransfer", refer_to=channel.referred, referred_by=by, state=state)
