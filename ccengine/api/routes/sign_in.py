"""Agents sign in by name and PIN, as on a phone, and get a token of their own for some hours."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

import structlog
from pydantic import Field

from ccengine.api.faults import REFUSED
from ccengine.api.identity import Identity
from ccengine.api.models import Shown, Utc
from ccengine.api.problems import Fault
from ccengine.api.roles import Role
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.config.secret_files import SecretMissing
from ccengine.core.errors import UnknownAgent
from ccengine.core.events import WrongPinGiven
from ccengine.core.ids import AgentId
from ccengine.storage.tokens import SIGNED_IN, StoredToken

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

log = structlog.get_logger()

HOLDS_SECONDS: Final = 12 * 3600.0
REFUSAL_SECONDS: Final = 0.3
"""A refusal takes so long whatever it is for, so that nobody learns from it which agents exist."""
NAME_KEPT: Final = 20
MARK_BYTES: Final = 5

SIGN_IN_REFUSED = Fault(
    401,
    "sign-in-refused",
    "Name and PIN do not fit, or too many wrong PINs were given",
    "Check both: they are those of the log-in on a phone. After five wrong PINs nobody can sign in "
    "as this agent for five minutes; `ccengine info` says where PINs are kept.",
    {"WWW-Authenticate": 'Bearer realm="ccengine"'},
)


class SignIn(Strict):
    """Who says to be whom."""

    agent: str = Field(
        pattern=f"^({NAME}|[0-9]{{1,12}})$", description="An agent's name or number."
    )
    pin: str = Field(pattern="^[0-9]{1,16}$", description="The same as on a phone.")


class SignedIn(Shown):
    """A token that does what the agent may, and nothing else."""

    token: str = Field(description="Shown once. Keep it in no address.")
    agent: str
    name: str
    expires_at: Utc


class SignedOut(Shown):
    """The token holds no longer, within a second."""

    agent: str


async def sign_in(asked: Asked[Nothing, SignIn]) -> Change:
    """Give an agent a token.

    Raises:
        Refused: there is no such agent, or the PIN is another, or too many wrong ones were given.
    """
    clock = asyncio.get_running_loop()
    answered_at = clock.time() + REFUSAL_SECONDS
    agent = _known(asked)
    if agent is None or not _is_right(asked, agent):
        await asyncio.sleep(answered_at - clock.time())
        raise SIGN_IN_REFUSED.because()
    now, tokens = asked.ports.floor.now(), asked.ports.library.keeper.database.tokens
    stored = StoredToken(
        name=f"{agent[:NAME_KEPT]}{SIGNED_IN}{secrets.token_hex(MARK_BYTES)}",
        role=Role.AGENT,
        agent=agent,
        created_at=now,
        expires_at=now + HOLDS_SECONDS,
    )
    await tokens.sweep(now)
    token = await tokens.create(stored)
    known = asked.ports.floor.tenant().settings.agents.get(agent)
    return Change(
        target=f"agent {agent}",
        before=None,
        after={"token": stored.name},
        answer=SignedIn(
            token=token,
            agent=agent,
            name=agent if known is None else known.name,
            expires_at=stored.expires_at,
        ),
        by=Identity.of(stored),
    )


async def sign_out(asked: Asked[Nothing, Nothing]) -> Change:
    """Let the token hold no longer that the request came with.

    Raises:
        Refused: it was made by an administrator.
    """
    identity = asked.identity
    if SIGNED_IN not in identity.name:
        raise REFUSED.because(detail="Nobody signed in for this token: an administrator made it.")
    agent, now = identity.scope.agent or "", asked.ports.floor.now()
    await asked.ports.library.keeper.database.tokens.revoke(identity.name, now)
    return Change(
        target=f"agent {agent}",
        before={"token": identity.name},
        after=None,
        answer=SignedOut(agent=agent),
    )


def _known(asked: Asked[Nothing, SignIn]) -> AgentId | None:
    given, floor = asked.body.agent, asked.ports.floor
    numbered = floor.tenant().agent_with_number(given) if given.isdecimal() else None
    try:
        return floor.center.agent(numbered or AgentId(given)).id
    except UnknownAgent:
        return None


def _is_right(asked: Asked[Nothing, SignIn], agent: AgentId) -> bool:
    """Tell whether it is the agent's PIN. Nothing is waited for here: each wrong one counts."""
    floor = asked.ports.floor
    if floor.center.agent(agent).locked_until is not None:
        log.warning("pin_locked", agent=agent)
        return False
    try:
        is_right = asked.ports.is_pin(agent, asked.body.pin)
    except SecretMissing as missing:
        log.exception("pin_missing", agent=agent, cause=str(missing))
        return False
    if not is_right:
        log.warning("pin_wrong", agent=agent)
        floor.post(WrongPinGiven(agent=agent))
    return is_right


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="signIn",
        method=Method.POST,
        path="/sign-in",
        summary="An agent's name and PIN for a token of role agent, for twelve hours",
        description="Wrong PINs count as those on a phone do. It logs nobody in: see logAgentIn.",
        query=Nothing,
        body=SignIn,
        answer=SignedIn,
        handler=sign_in,
        faults=(SIGN_IN_REFUSED,),
        is_open=True,
    ),
    Route(
        operation="signOut",
        method=Method.POST,
        path="/sign-out",
        summary="The token that an agent signed in for holds no longer",
        query=Nothing,
        body=Nothing,
        answer=SignedOut,
        handler=sign_out,
        faults=(REFUSED,),
    ),
)
