"""Telephone numbers of strangers: whether they may be called back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.dialable import Unfit, judge_number

if TYPE_CHECKING:
    from ccengine.agi_routes.route import Asked
    from ccengine.core.work_items import CallbackRules


def judged(asked: Asked, number: str, rules: CallbackRules) -> str | Unfit:
    """Return a number in international form, or why it is not called, by the client's rules."""
    tenant = asked.ports.floor.tenant()
    return judge_number(number, asked.client(), tenant, rules.countries)


def may_be_called_back(asked: Asked, number: str, rules: CallbackRules) -> bool:
    """Tell whether a number may be called back."""
    return not isinstance(judged(asked, number, rules), Unfit)
