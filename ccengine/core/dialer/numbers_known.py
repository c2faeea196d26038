"""What is known of a number, as it was read in one go: wishes, registers, consent, attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.attempts import Attempt
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import How
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from ccengine.core.dialer.attempts import DialRequest

REACH: Final = (How.ANY, How.AUTOMATIC, How.UNATTENDED)
"""Whoever agreed to a later one agreed to those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Somebody asked not to be called."""

    at: Instant
    client: str = ""  #: whose calls they do not want; empty: anybody's
    evidence: str = ""  #: a call, a letter …


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConsent:
    """Somebody agreed to be called."""

    client: str
    purposes: tuple[Purpose, ...]
    to: How  #: how far it goes
    written: bool
    given_at: Instant
    ends_at: Instant | None = None  #: it was for a time, or was taken back; None: it holds
    evidence: str = ""  #: without any it is none
    id: int | None = field(default=None, compare=False)  #: where it is kept

    def covers(self, request: DialRequest, now: Instant, *, to: How, written: bool) -> bool:
        """Tell whether it is enough for a call.

        Args:
            request: the call.
            now: when it is placed.
            to: what the person must have agreed to, at least.
            written: whether in writing.
        """
        holds = self.given_at <= now and (self.ends_at is None or now < self.ends_at)
        reaches = REACH.index(self.to) >= REACH.index(to)
        is_theirs = self.client == request.client and request.purpose in self.purposes
        return holds and is_theirs and reaches and bool(self.evidence) and self.written >= written


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """All of it."""

    opt_outs: tuple[OptOut, ...] = ()
    registered: frozenset[str] = frozenset()  #: registers that have the number
    scrubbed_at: Mapping[str, Instant] = field(default_factory=dict)  #: by register
    consents: tuple[CallConsent, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    def has_consent(
        self, request: DialRequest, now: Instant, *, to: How, written: bool = False
    ) -> bool:
        """Tell whether the person agreed to a call."""
        return any(one.covers(request, now, to=to, written=written) for one in self.consents)


def reach_of(mode: Mode) -> How:
    """Return what a person agrees to who agrees to calls of a mode."""
    match mode:
        case Mode.PREVIEW:
            return How.ANY
        case Mode.UNATTENDED:
            return How.UNATTENDED
        case Mode.PROGRESSIVE | Mode.POWER | Mode.PREDICTIVE:
            return How.AUTOMATIC
