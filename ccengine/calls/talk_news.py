"""What a talk's control is told: what its agent asks for, and what becomes of those in it."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.asterisk.ari.events import ChannelHold, ChannelTransfer, ChannelUnhold
from ccengine.asterisk.channels import Channel
from ccengine.calls.card_taking import CardOver
from ccengine.calls.consult import ConsultCall
from ccengine.calls.keys import CardWish, Keyed, RecordWish
from ccengine.calls.recording_refusals import NOT_NOW


@dataclass(frozen=True, slots=True)
class ConsultNews:
    """A consult was answered, or is over."""

    consult: ConsultCall
    is_over: bool


@dataclass(frozen=True, slots=True)
class LegGone:
    """The agent's leg ended."""

    leg: Channel


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A supervisor has the caller now."""

    leg: Channel


Wish = (
    Keyed
    | ConsultNews
    | ChannelHold
    | ChannelUnhold
    | ChannelTransfer
    | CardWish
    | CardOver
    | RecordWish
)
News = Wish | LegGone | TakenOver


def drop(news: News) -> None:
    """Let nobody wait for what is not done."""
    if isinstance(news, RecordWish):
        news.answer(NOT_NOW)
