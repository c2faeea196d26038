"""Who is not called: wishes of people, registers, and which rules hold a number back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field
from pydantic_core import PydanticCustomError

from ccengine.api.faults import CAMPAIGN_UNKNOWN, CLIENT_UNKNOWN, REFUSED
from ccengine.api.models import Moment, Shown, Utc
from ccengine.api.problems import field_wrong
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.why_not import Address, WhyNotShown, judged
from ccengine.config.consents import place_named
from ccengine.config.whereabouts import NotANumber, number_of
from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.ids import ClientId
from ccengine.reporting.masking import mask_number
from ccengine.storage.do_not_call import DoNotCall

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.config.clients import Client

ANYBODY: Final = ""
"""In place of a client: nobody of the house calls the number."""

LINE: Final = r"^[^\x00-\x1f\x7f]*$"
NUMBER: Final = r"^[+0-9 ()./-]{3,40}$"
NUMBER_REMEDY: Final = "Write it with + and the country, as in +380441234567."


class DoNotCallShown(Shown):
    """Somebody does not want to be called."""

    number: str = Field(description="Masked where the client's numbers are.")
    client: str = Field(description="Whose calls; empty: anybody's.")
    at: Utc = Field(description="Since when.")
    evidence: str = Field(description="What shows that they asked.")
    by: str = Field(description="Who noted it: a token, or a call.")


class DoNotCallList(Shown):
    """In the order in which it was noted."""

    entries: list[DoNotCallShown]
    next: int | None = Field(description="`after` of what follows; null: that is all.")


class NotedShown(DoNotCallShown):
    """The wish as it is noted."""

    is_new: bool = Field(description="false: it was noted before, and that evidence stays.")


class ListQuery(Strict):
    """Which part of the list."""

    after: int = Field(0, ge=0, lt=2**63, description="`next` of the part before.")
    limit: int = Field(100, ge=1, le=1_000)


class Wish(Strict):
    """A number, and what shows that somebody asked."""

    number: str = Field(
        pattern=NUMBER, description="As people write it, with + and the country if it is abroad."
    )
    evidence: str = Field(min_length=1, max_length=500, pattern=LINE)


class RegisterShown(Shown):
    """When numbers were compared with a public register."""

    register_: str = Field(alias="register")
    scrubbed_at: Utc
    numbers: int | None = Field(description="That it has; null: somebody else compares.")
    source: str


class RegisterList(Shown):
    """All that were ever compared."""

    registers: list[RegisterShown]


class WhyNotQuery(Strict):
    """A call that somebody would like to place."""

    number: str = Field(pattern=NUMBER)
    campaign: str | None = Field(None, pattern=f"^{NAME}$", description="One of the client's.")
    at: Moment | None = Field(None, description="Left out: now.")
    purpose: Purpose | None = Field(None, description="Left out: the campaign's, or marketing.")
    mode: Mode | None = Field(None, description="Left out: the campaign's, or predictive.")
    place: str = Field("", max_length=6, description="Of the address: FR, or US-FL.")
    zone: str = Field("", max_length=64, description="Of the address.")
    person: str = Field("", max_length=64, pattern=LINE, description="Whose number it is.")
    debt: str = Field("", max_length=64, pattern=LINE, description="What is collected.")
    agent_guaranteed: bool = Field(default=False, description="An agent is kept free for it.")


async def list_wishes(asked: Asked[ListQuery, Nothing]) -> DoNotCallList:
    """List a client's."""
    client = _client_of(asked)
    store = asked.ports.library.keeper.database.do_not_call
    found = await store.of_client(client.id, asked.query.after, asked.query.limit)
    return DoNotCallList(entries=[_shown(one, asked) for one in found.entries], next=found.next)


async def add(asked: Asked[Nothing, Wish]) -> Change:
    """Note that a client does not call a number any more."""
    client = _client_of(asked)
    return await _note(asked, client.id, client.settings.country)


async def add_for_house(asked: Asked[Nothing, Wish]) -> Change:
    """Note that nobody calls a number any more."""
    if asked.sight.client_names() is not None:
        detail = "the token sees some clients only: note it for one of them"
        raise REFUSED.because(detail=detail)
    return await _note(asked, ANYBODY, None)


async def list_registers(asked: Asked[Nothing, Nothing]) -> RegisterList:
    """List the registers that numbers were compared with."""
    found = await asked.ports.library.keeper.database.do_not_call.registers()
    return RegisterList(
        registers=[
            RegisterShown(
                register=one.register,
                scrubbed_at=one.scrubbed_at,
                numbers=one.numbers,
                source=one.source,
            )
            for one in found
        ]
    )


async def why_not(asked: Asked[WhyNotQuery, Nothing]) -> WhyNotShown:
    """Tell which rules hold a number back."""
    client, query, floor = _client_of(asked), asked.query, asked.ports.floor
    purpose, mode = _usual(client, query.campaign)
    request = DialRequest(
        number=_number(query.number, client.settings.country),
        client=client.id,
        campaign=query.campaign or "",
        purpose=query.purpose or purpose,
        mode=query.mode or mode,
        person=query.person,
        debt=query.debt,
        agent_guaranteed=query.agent_guaranteed,
    )
    address = Address(place=_place(query.place), zone=_zone(query.zone))
    database = asked.ports.library.keeper.database
    at = floor.now() if query.at is None else query.at.timestamp()
    return WhyNotShown.of(await judged(floor.tenant(), request, address, database, at))


async def _note(asked: Asked[Nothing, Wish], client: str, country: str | None) -> Change:
    database = asked.ports.library.keeper.database.do_not_call
    number = _number(asked.body.number, country)
    entry = DoNotCall(
        number=number,
        client=client,
        at=asked.ports.floor.now(),
        evidence=asked.body.evidence.strip(),
        by=asked.identity.name,
    )
    is_new = await database.add(entry)
    known = entry
    if not is_new:
        known = next(one for one in await database.of_number(number) if one.client == client)
    return Change(
        target=f"number {mask_number(number)}",
        before=None,
        after={"client": client, "evidence": entry.evidence, "is_new": is_new},
        answer=NotedShown(**dict(_shown(known, asked)), is_new=is_new),
    )


def _shown(one: DoNotCall, asked: Asked[Any, Any]) -> DoNotCallShown:
    is_whole = asked.sight.sees_numbers_of(one.client)
    return DoNotCallShown(
        number=one.number if is_whole else mask_number(one.number),
        client=one.client,
        at=one.at,
        evidence=one.evidence,
        by=one.by,
    )


def _client_of(asked: Asked[Any, Any]) -> Client:
    """Return the client in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    client = asked.ports.floor.tenant().clients.get(ClientId(asked.path["client"]))
    if client is None or not asked.sight.client(client.id):
        raise CLIENT_UNKNOWN.because()
    return client


def _usual(client: Client, campaign: str | None) -> tuple[Purpose, Mode]:
    """Return what a campaign calls for and how; without one, what the law is strictest with."""
    if campaign is None:
        return Purpose.MARKETING, Mode.PREDICTIVE
    known = client.campaigns.get(campaign)
    if known is None:
        raise CAMPAIGN_UNKNOWN.because()
    return known.settings.purpose, known.settings.mode


def _number(text: str, country: str | None) -> str:
    try:
        return number_of(text, country)
    except NotANumber as error:
        problem = str(error).partition(" — ")[0]
        raise field_wrong(field="number", problem=problem, remedy=NUMBER_REMEDY) from None


def _place(text: str) -> str:
    try:
        return place_named(text) if text else ""
    except PydanticCustomError as error:
        context = error.context or {}
        problem, remedy = str(context.get("message")), str(context.get("remedy"))
        raise field_wrong(field="place", problem=problem, remedy=remedy) from None


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key if text else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem, remedy = f"there is no time zone '{text}'", "Use a name such as Europe/Kyiv."
        raise field_wrong(field="zone", problem=problem, remedy=remedy) from None


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listDoNotCall",
        method=Method.GET,
        path="/clients/{client}/do-not-call",
        summary="Numbers that a client does not call, because somebody asked",
        query=ListQuery,
        body=Nothing,
        answer=DoNotCallList,
        handler=list_wishes,
        faults=(CLIENT_UNKNOWN,),
    ),
    Route(
        operation="addDoNotCall",
        method=Method.POST,
        path="/clients/{client}/do-not-call",
        summary="A client never calls a number again, from this moment on",
        query=Nothing,
        body=Wish,
        answer=NotedShown,
        handler=add,
        faults=(CLIENT_UNKNOWN,),
    ),
    Route(
        operation="addHouseDoNotCall",
        method=Method.POST,
        path="/do-not-call",
        summary="Nobody calls a number again, from this moment on",
        query=Nothing,
        body=Wish,
        answer=NotedShown,
        handler=add_for_house,
        faults=(REFUSED,),
    ),
    Route(
        operation="listRegisters",
        method=Method.GET,
        path="/do-not-call/registers",
        summary="Public registers that numbers were compared with, and when",
        query=Nothing,
        body=Nothing,
        answer=RegisterList,
        handler=list_registers,
    ),
    Route(
        operation="whyNot",
        method=Method.GET,
        path="/clients/{client}/why-not",
        summary="Which rules hold a number back from a client's calls, and until when",
        description="The same that is asked at the moment when a number is dialed.",
        query=WhyNotQuery,
        body=Nothing,
        answer=WhyNotShown,
        handler=why_not,
        faults=(CLIENT_UNKNOWN, CAMPAIGN_UNKNOWN),
    ),
)
