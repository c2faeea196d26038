"""The dialplan contexts written from a tenant: which number is whose, what may be dialled.

Every value in them was checked when the YAML was read: names of small letters and digits, numbers
of digits. Nothing else gets into a dialplan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.clients import digits_of
from ccengine.config.tenant import sip_user_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ccengine.config.clients import ClientOutbound
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId

    SentOn = Mapping[ClientId, Collection[str]]

TRUNKS_SEPARATOR: Final = "&"
DIGITS_AFTER: Final = {
    "login": "X!",
    "logout": "X!",
    "not_ready": "X",
    "outcome": "X!",
    "pause": "X!",
    "resume": "X!",
    "closure": "X",
    "coach": "X!",
}
"""What may follow a feature code: digits, one or any number of them."""


def numbers(tenant: Tenant) -> str:
    """Return which number is whose, by its digits: providers send it with + and without."""
    lines = ["[numbers]"]
    for client in tenant.clients.values():
        for number, settings in client.settings.numbers.items():
            digits = digits_of(number)
            language = settings.language or client.language
            called = f"{tenant.id},{client.id},{digits},{language}"
            lines.append(f"exten => {digits},1,Gosub(inbound,s,1({called}))")
    return _text(lines)


def feature_codes(tenant: Tenant) -> str:
    """Return what agents dial about themselves."""
    codes = tenant.settings.feature_codes
    lines = ["[feature-codes]"]
    for what, code in codes.all().items():
        lines.append(_code(code, what))
        if what in DIGITS_AFTER:
            lines.append(_code_with_digits(code, what, DIGITS_AFTER[what]))
    lines += _codes_to_dial_for(tenant)
    return _text(lines)


def _codes_to_dial_for(tenant: Tenant) -> Iterator[str]:
    """Hand numbers that are dialled for a client by its code to the engine, with the code."""
    for client in tenant.clients.values():
        code = None if client.settings.outbound is None else client.settings.outbound.code
        if code is not None:
            digits = f"{code}${{FILTER(0-9,${{EXTEN:{len(code)}}})}}"
            yield f"exten => _{code}X!,1,Gosub(dial,s,1({digits}))"


def _code(code: str, what: str) -> str:
    return f"exten => {code},1,Gosub(feature,s,1({what}))"


def _code_with_digits(code: str, what: str, pattern: str) -> str:
    digits = f"${{FILTER(0-9,${{EXTEN:{len(code)}}})}}"
    return f"exten => _{code}{pattern},1,Gosub(feature,s,1({what},{digits}))"


def hints(tenant: Tenant) -> str:
    """Return which device's state shows whether an extension is busy."""
    phones = tenant.accounts
    lines = [f"exten => {number},hint,PJSIP/{sip_user_of(number)}" for number in phones]
    return _text(["[hints]", *lines])


def emergency(tenant: Tenant) -> str:
    """Return each client's phones that ring when the engine stays away."""
    lines = ["[emergency]"]
    for client in tenant.clients.values():
        if client.settings.emergency:
            phones = "&".join(f"PJSIP/{sip_user_of(phone)}" for phone in client.settings.emergency)
            lines.append(f"exten => {client.id},1,Set(EMERGENCY_PHONES={phones})")
            lines.append(" same => n,Return()")
    return _text(lines)


def outbound_rules(tenant: Tenant, sent_on_to: SentOn | None = None) -> str:
    """Return what may be dialled to the outside. Empty contexts: nothing.

    Args:
        tenant: the tenant.
        sent_on_to: the numbers that each client's flows send callers on to.
    """
    rules = ["[outbound-rules]"]
    clients = ["[outbound-clients]"]
    calls_per_day = tenant.settings.outbound.calls_per_day if tenant.settings.outbound else 0
    trunks: dict[str, Sequence[str]] = {}
    for client in tenant.clients.values():
        outbound = client.settings.outbound
        if outbound is not None:
            trunks |= outbound.prefixes
            clients += _outbound_client(client.id, outbound, calls_per_day)
    for prefix, named in trunks.items():
        rules += [f"exten => _{prefix}X.,1,{_trunks(named)}", " same => n,Return()"]
    phones = ["[outbound-phones]"]
    for extension, phone in tenant.settings.phones.items():
        if phone.dials_for is not None:
            phones.append(f"exten => {extension},1,Set(CC_CLIENT={phone.dials_for})")
            phones.append(" same => n,Return()")
    own = (*_campaigns_trunks(tenant), *_full_trunks(tenant))
    others = (*_external_phones(tenant), *_partners(tenant, sent_on_to or {}))
    return _text([*rules, *clients, *own, *phones, *others])


def _trunks(named: Sequence[str]) -> str:
    return f"Set(OUT_TRUNKS={TRUNKS_SEPARATOR.join(named)})"


def _campaigns_trunks(tenant: Tenant) -> Iterator[str]:
    """Name the trunks of campaigns that have some of their own: CC_CAMPAIGN, with a full stop."""
    yield "[outbound-campaigns]"
    for client in tenant.clients.values():
        for campaign in client.campaigns.values():
            if campaign.settings.trunks is not None:
                yield f"exten => {client.id}.{campaign.name},1,{_trunks(campaign.settings.trunks)}"
                yield " same => n,Return()"


def _full_trunks(tenant: Tenant) -> Iterator[str]:
    """Tell of each trunk how many calls it carries at a time, where that is limited."""
    yield "[outbound-trunks]"
    for name, trunk in tenant.settings.trunks.items():
        if trunk.calls is not None:
            yield f"exten => {name},1,Set(OUT_TRUNK_CALLS={trunk.calls})"
            yield " same => n,Return()"


def _external_phones(tenant: Tenant) -> Iterator[str]:
    """Name the agents' telephones outside, and on whose account each is rung."""
    yield "[external-phones]"
    for extension, phone in tenant.settings.phones.items():
        if phone.external is not None and phone.dials_for is not None:
            yield f"exten => {extension},1,Set(OUT_NUMBER={digits_of(phone.external)})"
            yield f" same => n,Set(CC_CLIENT={phone.dials_for})"
            yield " same => n,Return()"


def _partners(tenant: Tenant, sent_on_to: SentOn) -> Iterator[str]:
    """Name each client's outside partners: no other number can a caller be sent on to."""
    for client in tenant.clients.values():
        rules = [queue.limits for queue in client.settings.queues.values()]
        called = [one.partner for one in rules] + [
            one.overflow.number for one in rules if one.overflow is not None
        ]
        called += [staff.number for staff in client.settings.staff.values()]
        called += sent_on_to.get(client.id, ())
        numbers = {digits_of(number) for number in called if number}
        if numbers:
            yield f"[outbound-partners-{client.id}]"
            yield from (f"exten => {number},1,Return()" for number in sorted(numbers))


def _outbound_client(client: str, outbound: ClientOutbound, calls_per_day: int) -> Iterator[str]:
    # What one client may dial is not what another may: the rules above only say what anybody may.
    yield f"exten => {client},1,Set(OUT_TRUNKS=)"
    for prefix, trunks in sorted(outbound.prefixes.items(), key=lambda item: len(item[0])):
        starts_so = f'$["${{OUT_NUMBER:0:{len(prefix)}}}" = "{prefix}"]'
        yield f" same => n,ExecIf({starts_so}?{_trunks(trunks)})"
    yield f" same => n,Set(OUT_CALLER_ID={outbound.caller_id})"
    yield f" same => n,Set(OUT_CAP_AGENT={outbound.calls_per_agent_day})"
    yield f" same => n,Set(OUT_CAP_CLIENT={outbound.calls_per_day})"
    yield f" same => n,Set(OUT_CAP_DAY={calls_per_day})"
    yield " same => n,Return()"


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
