"""Who calls, and having them called back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.agi_routes.numbers import judged
from ccengine.agi_routes.route import NO, YES, AgiRoute, Unanswered
from ccengine.asterisk.agi.answers import Status
from ccengine.calls.callback_offer import item_of
from ccengine.calls.inbound import CALLED_BACK
from ccengine.config.dialable import TYPED, Unfit, identity_of, judge_number
from ccengine.core.events import CallArrived, CallbackAsked, CallEnded, Party
from ccengine.core.ids import CallId
from ccengine.core.states import Kind

if TYPE_CHECKING:
    from ccengine.agi_routes.route import Asked, Variables
    from ccengine.config.clients import Client
    from ccengine.core.ids import QueueId


async def caller(asked: Asked) -> Variables:
    """Tell what is known of who calls."""
    client = asked.client()
    number = _number(asked)
    regard = await asked.ports.tables.regard(client.id, number)
    tenant = asked.ports.floor.tenant()
    fit = judge_number(number, client, tenant)
    identity = identity_of(number, client)
    return {
        "CC_VIP": YES if regard.vip else NO,
        "CC_BLOCKED": YES if regard.blocked else NO,
        "CC_CALLER": identity,
        "CC_CALLER_DIALABLE": NO if isinstance(fit, Unfit) else YES,
        "CC_CALLER_WAITS": YES if _is_to_be_called(asked, client, identity) else NO,
    }


async def callback(asked: Asked) -> Variables:
    """Have the caller called back, in their turn."""
    queue, settings = asked.queue()
    if settings.callback is None:
        raise Unanswered(Status.REFUSED, "no callbacks")
    number = _number(asked)
    to = judged(asked, number, settings.callback)
    if isinstance(to, Unfit):
        raise Unanswered(Status.REFUSED, to.value)
    origin = _origin(asked)
    is_here = origin in asked.ports.floor.center.calls
    if not is_here:
        _arrive(asked, origin, number)
    rejection = _ask(asked, origin, queue, to)
    if not is_here:
        ended = CallEnded(call=origin, by=Party.ENGINE, cause=CALLED_BACK)
        asked.ports.floor.post(ended)
    if rejection:
        raise Unanswered(Status.REFUSED, rejection)
    return {"CC_CALLBACK_TO": to}


def _number(asked: Asked) -> str:
    """Return whom it is about, if it looks like a number at all; else nobody.

    Raises:
        Unanswered: the dialplan names one that does not.
    """
    given = asked.query.get("number")
    if given is not None and TYPED.fullmatch(given) is None:
        raise Unanswered(Status.REFUSED, "number")
    number = asked.caller if given is None else given
    return number if TYPED.fullmatch(number) else ""


def _is_to_be_called(asked: Asked, client: Client, identity: str) -> bool:
    return bool(identity) and any(
        call.kind is Kind.CALLBACK
        and call.client == client.id
        and call.item is not None
        and call.item.to == identity
        for call in asked.ports.floor.center.calls.values()
    )


def _origin(asked: Asked) -> CallId:
    """Return the call that asks: the engine's own if it has it, else one of this asking.

    A dialplan may ask before the engine has the call, hand it over afterwards, or ask twice: a
    call that ends with its callback must not bear the name of one that goes on.
    """
    own = CallId(asked.call_id)
    if own in asked.ports.floor.center.calls:
        return own
    return CallId(f"{asked.call_id or 'agi'}-asks-{int(asked.ports.floor.now() * 1000)}")


def _arrive(asked: Asked, origin: CallId, number: str) -> None:
    floor, client = asked.ports.floor, asked.client()
    dialled = asked.dialled if asked.dialled in client.settings.numbers else ""
    rejection = floor.post(
        CallArrived(
            call=origin,
            tenant=floor.tenant().id,
            client=client.id,
            number=dialled,
            caller=number,
            channel="",
            node=asked.ports.node,
            arrived_at=floor.now(),
        )
    )
    if rejection:
        raise Unanswered(Status.REFUSED, rejection)


def _ask(asked: Asked, origin: CallId, queue: QueueId, to: str) -> str:
    floor = asked.ports.floor
    call = floor.center.calls[origin]
    return floor.post(
        CallbackAsked(
            call=item_of(origin),
            origin=origin,
            tenant=call.tenant,
            client=call.client,
            node=asked.ports.node,
            number=call.number,
            caller=call.caller,
            queue=queue,
            to=to,
        )
    )


NUMBER = {"number": "another than the channel's caller id"}

ROUTES = (
    AgiRoute(
        address="caller/CLIENT",
        summary="What is known of who calls",
        query=NUMBER,
        sets={
            "CC_VIP": "1: important, as the client's `known_callers` says; else 0",
            "CC_BLOCKED": "1: not served, as it says; else 0",
            "CC_CALLER": "the number in international form; empty: withheld, shared or nobody's",
            "CC_CALLER_DIALABLE": "1: the client's rules let it be called; else 0",
            "CC_CALLER_WAITS": "1: a callback to it waits already; else 0",
        },
        handler=caller,
    ),
    AgiRoute(
        address="callback/CLIENT/QUEUE",
        summary="Has the caller called back, in the turn they would have now; hang up afterwards",
        query=NUMBER,
        sets={"CC_CALLBACK_TO": "the number that will be called, in international form"},
        handler=callback,
    ),
)
