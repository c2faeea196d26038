"""What the law asks of campaigns and no program can judge: told to people by `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.campaign_limits import places_of
from ccengine.config.consents import UNCHECKED
from ccengine.config.dialing_rules import FILE, built_in
from ccengine.config.documents import read_document
from ccengine.config.lawbook import Lawbook
from ccengine.config.names import suggestion
from ccengine.core.dialer.rules import Ban, Duty, MessageDuty, abandon_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.campaigns import Campaign
    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant
    from ccengine.core.dialer.rules import Law
    from ccengine.core.ids import Instant

MESSAGE_SECONDS: Final = MessageDuty().within_seconds
"""After the answer, when no agent has come: then it is said who called."""


def unjudged(tenant: Tenant, at: Instant) -> Iterator[Problem]:
    """Yield a warning for each campaign whose law is not known, not compared, or asks people.

    Likewise where it forbids such calls, or allows less than the campaign's file does.

    Of the countries that the campaign names: numbers may be of others, which are judged one by one.

    Args:
        tenant: whose campaigns.
        at: rules begin and end on days.
    """
    lawbook = Lawbook(tenant.dialing.over(built_in()))
    for client in tenant.clients.values():
        for campaign in client.campaigns.values():
            country = campaign.settings.country or client.settings.country
            document, _ = read_document(campaign.path)
            if country is None or document is None:
                continue
            law = lawbook.law_for(places_of(campaign.settings, country), at)
            yield from _unknown(document, law)
            yield from _not_compared(document, campaign, law)
            yield from _forbidden(document, campaign, law)
            yield from _laxer(document, campaign, law)
            yield from _late(document, campaign, law)
            yield from _duties(document, campaign, law)


def _unknown(document: Document, law: Law) -> Iterator[Problem]:
    for country in law.unruled:
        message = f"no law of dialing is known for {country}: its numbers are all held back"
        yield document.warning(("purpose",), message, f"write it into the tenant's {FILE}")


def _not_compared(document: Document, campaign: Campaign, law: Law) -> Iterator[Problem]:
    settings = campaign.settings
    rules = law.rules_for(settings.purpose, settings.mode)
    # The last resort is our own caution, and there is nothing to compare it with.
    of_law = [rule for rule in rules if not rule.is_last_resort]
    named = sorted({rule.id for rule in of_law if rule.checked == UNCHECKED})
    if named:
        message = f"nobody has compared with the law: {', '.join(named)}"
        remedy = f"have a lawyer look, and write them into the tenant's {FILE} with the day"
        yield document.warning(("purpose",), message, remedy)


def _forbidden(document: Document, campaign: Campaign, law: Law) -> Iterator[Problem]:
    settings = campaign.settings
    for rule in law.rules_for(settings.purpose, settings.mode):
        if isinstance(rule.fact, Ban) and not rule.unless_consent:
            message = f"the law forbids such calls ({rule.id}): {rule.fact.why}"
            yield document.warning(("purpose",), message, "numbers of this country are held back")


def _laxer(document: Document, campaign: Campaign, law: Law) -> Iterator[Problem]:
    settings = campaign.settings
    limits = abandon_limits(law.rules_for(settings.purpose, settings.mode))
    own = settings.abandon_percent
    if own is not None and limits and own > limits[0][1].percent:
        rule, limit = limits[0]
        message = f"{own:g} % may not be abandoned: the law allows {limit.percent:g} % ({rule})"
        remedy = f"the law's limit holds: write {limit.percent:g} or less, or leave it out"
        yield document.warning(("abandon_percent",), message, remedy)


def _late(document: Document, campaign: Campaign, law: Law) -> Iterator[Problem]:
    """Yield where the message to whom no agent takes would have to begin sooner than it does."""
    settings = campaign.settings
    for rule in law.rules_for(settings.purpose, settings.mode):
        if isinstance(rule.fact, MessageDuty) and rule.fact.within_seconds < MESSAGE_SECONDS:
            message = (
                f"who called is said {MESSAGE_SECONDS:g} s after the answer, and has to be "
                f"within {rule.fact.within_seconds:g} s ({rule.id})"
            )
            remedy = "call with mode progressive or preview: then an agent is there"
            yield document.warning(("mode",), message, remedy)


def _duties(document: Document, campaign: Campaign, law: Law) -> Iterator[Problem]:
    settings = campaign.settings
    rules = law.rules_for(settings.purpose, settings.mode)
    duties = {rule.id: rule.fact.text for rule in rules if isinstance(rule.fact, Duty)}
    for name, text in duties.items():
        if name not in settings.seen_to:
            message = f"people must see to it ({name}): {text}"
            remedy = f"see to it, and write 'seen_to: {{{name}: <the day>}}'"
            yield document.warning(("purpose",), message, remedy)
    for name in settings.seen_to:
        if name not in duties:
            message = f"the law of this campaign has no duty '{name}'"
            yield document.warning(("seen_to", name), message, suggestion(name, duties))
