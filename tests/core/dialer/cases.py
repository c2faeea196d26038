"""Rules, attempts and requests as these tests write them."""

from __future__ import annotations

from typing import Any

from ccengine.core.dialer.attempts import Attempt, DialRequest
from ccengine.core.dialer.numbers_known import CallConsent
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import CallingTimes, Fact, How, Law, Result, Rule
from ccengine.core.periods import Period

NUMBER, OTHER = "+13055550100", "+13055550101"
HOUR, DAY = 3_600.0, 86_400.0
NOON = 1_800_000_000.0
"""When the calls of these tests would be placed."""


def request(**changes: Any) -> DialRequest:
    usual: dict[str, Any] = {
        "number": NUMBER,
        "client": "nour",
        "campaign": "spring",
        "purpose": Purpose.MARKETING,
        "mode": Mode.PREDICTIVE,
    }
    return DialRequest(**(usual | changes))


def rule(fact: Fact, name: str = "US.rule", **changes: Any) -> Rule:
    usual: dict[str, Any] = {
        "id": name,
        "place": name.partition(".")[0],
        "source": "a law",
        "checked": "2026-11-23",
    }
    return Rule(**(usual | changes), fact=fact)


def law(*rules: Rule | Fact) -> Law:
    return Law(rules=tuple(one if isinstance(one, Rule) else rule(one) for one in rules))


def attempt(hours_ago: float, result: Result = Result.NO_ANSWER, **changes: Any) -> Attempt:
    usual: dict[str, Any] = {
        "at": NOON - hours_ago * HOUR,
        "number": NUMBER,
        "client": "nour",
        "campaign": "spring",
        "purpose": Purpose.MARKETING,
        "result": result,
    }
    return Attempt(**(usual | changes))


def open_at(*spans: tuple[float, float], zone: str = "America/New_York") -> CallingTimes:
    """Return calling hours by hours from noon."""
    periods = tuple(Period(NOON + begins * HOUR, NOON + ends * HOUR) for begins, ends in spans)
    return CallingTimes(zone=zone, periods=periods)


def consent(**changes: Any) -> CallConsent:
    usual: dict[str, Any] = {
        "client": "nour",
        "purposes": (Purpose.MARKETING,),
        "to": How.AUTOMATIC,
        "written": False,
        "given_at": NOON - DAY,
        "evidence": "form 12",
    }
    return CallConsent(**(usual | changes))
