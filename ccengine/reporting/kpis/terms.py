"""What a client is billed: the terms of a contract.

These dataclasses are also the schema of contract.yaml: `ccengine.config` validates straight into
them, so a fact has one definition. Money is decimal, in the contract's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ccengine.core.states import Kind
from ccengine.reporting.kpis.facts import Doing

HANDLING = (
    Doing.RINGING,
    Doing.CONNECTING,
    Doing.TALKING,
    Doing.HOLDING,
    Doing.CONSULTING,
    Doing.WRAP_UP,
)
"""What agents do with a client's calls."""


class Per(StrEnum):
    """What a rate is for."""

    HANDLED = "handled"  #: contact
    RESOLVED = "resolved"  #: contact that the agent said was resolved
    PRODUCTIVE_HOUR = "productive_hour"


class Rule(StrEnum):
    """By what agents' time that is nobody's alone is shared out to clients."""

    EQUAL = "equal"  #: the same to each client the agent may serve
    HANDLED = "handled"  #: by the time the agent had their calls in these days
    CONTRACT = "contract"  #: by the weights of the contracts


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A rate from some quantity on."""

    above: int  #: so many contacts or hours
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill."""

    label: str
    per: Per
    rate: Decimal | None = None
    bands: tuple[Band, ...] = ()  #: instead of one rate
    languages: tuple[str, ...] = ()  #: of the number dialed; empty: any
    queues: tuple[str, ...] = ()  #: empty: any


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledTerms:
    """What counts as a handled contact: an agent's part in a call that is over."""

    least_talk_seconds: float = 0.0
    kinds: tuple[Kind, ...] = (Kind.CALL, Kind.CALLBACK, Kind.VOICEMAIL, Kind.TASK)
    without: tuple[str, ...] = ()  #: dispositions that do not count, such as wrong numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductiveTerms:
    """What counts as a productive hour."""

    states: tuple[Doing, ...] = (*HANDLING, Doing.AVAILABLE)
    reasons: tuple[str, ...] = ()  #: for being not ready, such as a training the client asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleTerms:
    """How agents' shared time is shared out."""

    rule: Rule = Rule.EQUAL
    weight: int = 1  #: this client's, for the rule `contract`


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """Added to the sum where the service level is at least this; the highest one counts."""

    at_least: Decimal  #: percent
    percent: Decimal  #: of the sum of all lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """Taken off where the service level is below this; the lowest one counts."""

    below: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The keys of contract.yaml. A contact is billed by the first line of its kind that fits."""

    lines: Mapping[str, BillLine] = field(default_factory=dict)
    handled: HandledTerms = HandledTerms()
    productive: ProductiveTerms = ProductiveTerms()
    idle: IdleTerms = IdleTerms()
    bonuses: tuple[Bonus, ...] = ()
    penalties: tuple[Penalty, ...] = ()
