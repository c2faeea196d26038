"""All coaching at once: how it begins, by a code or from a screen, and whom a wish is for."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.results import Unreachable
from ccengine.calls.coaching.audibility import Direction, Snoop
from ccengine.calls.coaching.line import PREFIX
from ccengine.calls.coaching.routing import Listen, StopListening
from ccengine.calls.coaching.session import CoachingSession
from ccengine.calls.coaching.telling import ended
from ccengine.calls.coaching.wishes import Asked, Wish
from ccengine.calls.codes.desk import Desk
from ccengine.calls.directory import Colleague, Directory
from ccengine.calls.phones import endpoint_of
from ccengine.calls.scope import CallScope
from ccengine.core.events import CoachingStarted, CoachMode, CoachModeChanged
from ccengine.core.ids import ClientId, CoachingId
from ccengine.core.plan import supervisors_of
from ccengine.core.states import AgentState
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.agent import LastLegs
    from ccengine.calls.coaching.line import CoachLine
    from ccengine.calls.consult import Talks
    from ccengine.calls.phones import Phones
    from ccengine.calls.wiring import Wiring
    from ccengine.core.coachings import Coaching
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

CODE: Final = "coach"
"""Of the feature codes the one whose channel stays: what follows it is served here."""

RING_SECONDS: Final = 20
TONE: Final = "sound:beep"
LOST: Final = "lost while the engine was away"
NOT_COACHING: Final = "there is no coaching"


class Desks(NamedTuple):
    """What the rest of the engine lends."""

    talks: Talks
    phones: Phones
    last_legs: LastLegs
    start: Callable[[Coroutine[None, None, None], str], None]
    ensure_agent: Callable[[AgentId], None]


class CoachingHouse:
    """Starts coaching, and knows all that goes on."""

    def __init__(self, wiring: Wiring, desks: Desks) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._desks = desks
        self.talks = desks.talks
        self.snoops: dict[str, Snoop] = {}
        self.leaks = 0  #: coaches who were, or would have been, heard by others
        self._sessions: dict[CoachingId, CoachingSession] = {}

    # --- how it begins -------------------------------------------------------------------------

    async def serve_code(self, channel: Channel, digits: str) -> None:
        """Have who has dialed the code coach whom the digits mean; say why not."""
        desk = Desk(self._wiring, self._wiring.tenant(), channel, self._desks.ensure_agent)
        try:
            session, word = self._by_code(desk, channel, digits)
            if session is not None:
                await session.run()
                return
            async with CallScope(channel.gone):
                await desk.say(word)
            await channel.hang_up()
        except AriError:
            log.exception("feature_code_failed", code=CODE, phone=desk.phone)

    def _by_code(
        self, desk: Desk, channel: Channel, digits: str
    ) -> tuple[CoachingSession | None, Confirmation]:
        coach = desk.agent
        if coach is None:
            return None, Confirmation.NOT_LOGGED_IN
        found = Directory(desk.tenant, self._engine.center).inside(digits, ClientId(""))
        if not isinstance(found, Colleague):
            return None, Confirmation.UNKNOWN_EXTENSION
        coaching = _new_id()
        event = CoachingStarted(
            coaching=coaching,
            coach=coach.id,
            agent=found.agent,
            channel=channel.id,
            mode=CoachMode.MONITOR,
        )
        if self._engine.post(event):
            return None, self._word_of_refusal(coach.id, found.agent)
        self._desks.last_legs[desk.phone] = channel
        return self._session(coaching, channel), Confirmation.REFUSED

    def _word_of_refusal(self, coach: AgentId, agent: AgentId) -> Confirmation:
        if coach not in supervisors_of(self._engine.center.plan, agent):
            return Confirmation.COACH_NOT_TEAM
        is_away = self._engine.center.agent(agent).state is AgentState.OFFLINE
        return Confirmation.COACH_AGENT_AWAY if is_away else Confirmation.REFUSED

    def begin(self, coach: AgentId, agent: AgentId, mode: CoachMode, by: str) -> str:
        """Ring the coach's phone, and have them coach; why not."""
        known = self._engine.center.agent(coach)
        phone = known.phone
        if phone is None or known.phone_lost or self._desks.phones.is_outside(phone):
            return f"the phone of agent '{coach}' cannot be rung"
        coaching = _new_id()
        channel = self._wiring.router.channel(f"{coaching}.coach")
        event = CoachingStarted(
            coaching=coaching, coach=coach, agent=agent, channel=channel.id, mode=mode, by=by
        )
        rejection = self._engine.post(event)
        if rejection:
            self._wiring.router.forget(channel.id)
            return rejection
        self._desks.last_legs[phone] = channel
        variables = {"CC_ROLE": "feature", "CC_AGENT": coach, "CC_PHONE": phone}
        ring = partial(_ring, endpoint=endpoint_of(phone), variables=variables)
        session = self._session(coaching, channel)
        self._desks.start(session.run(ring), f"coaching {coaching}")
        return ""

    def take_up(self, coaching: Coaching, snapshot: ChannelSnapshot | None) -> None:
        """Go on with what an earlier engine has begun; without the coach's channel it is over."""
        router = self._wiring.router
        if snapshot is None or not snapshot.in_app(router.ari.app):
            self._engine.post(ended(coaching, LOST))
            return
        channel = router.channel(snapshot.id, snapshot)
        session = self._session(coaching.id, channel)
        self._desks.start(session.run(adopted=True), f"coaching {coaching.id}")

    def _session(self, coaching: CoachingId, channel: Channel) -> CoachingSession:
        known = self._engine.center.coachings[coaching]
        session = self._sessions[coaching] = CoachingSession(self._wiring, self, known, channel)
        return session

    def forget(self, coaching: CoachingId) -> None:
        """Let go of a session that is over."""
        self._sessions.pop(coaching, None)

    # --- wishes --------------------------------------------------------------------------------

    def of(self, coach: AgentId) -> Coaching | None:
        """Return what a coach does; None: they coach nobody."""
        known = self._engine.center.agent(coach).coaching
        return None if known is None else self._engine.center.coachings[known]

    def change(self, coaching: Coaching, mode: CoachMode, by: str) -> str:
        """Have the coach listen, whisper or join in; why not."""
        if coaching.mode is mode:
            return ""
        event = CoachModeChanged(
            coaching=coaching.id,
            coach=coaching.coach,
            agent=coaching.agent,
            mode=mode,
            call=coaching.seat.call,
            by=by,
        )
        return self._engine.post(event)

    def set_mode(self, coach: AgentId, mode: CoachMode, by: str) -> str:
        """Do the same for a coach, from a screen; why not."""
        coaching = self.of(coach)
        return NOT_COACHING if coaching is None else self.change(coaching, mode, by)

    def take_over(self, coach: AgentId, by: str) -> str:
        """Have the coach be the agent of the call a moment later; why not."""
        coaching = self.of(coach)
        if coaching is None or coaching.seat.call is None:
            return "the coach hears no call"
        if coaching.seat.call in self.talks.consults:
            return "a colleague is consulted"
        return self._ask(coaching, Asked(Wish.TAKE_OVER, by))

    def end(self, coach: AgentId, by: str) -> str:
        """End it a moment later; why not."""
        coaching = self.of(coach)
        return NOT_COACHING if coaching is None else self._ask(coaching, Asked(Wish.END, by))

    def _ask(self, coaching: Coaching, asked: Asked) -> str:
        session = self._sessions.get(coaching.id)
        if session is None:
            return NOT_COACHING
        session.ask(asked)
        return ""

    # --- a tone for the agent ------------------------------------------------------------------

    def has_tone(self, client: ClientId | None) -> bool:
        """Tell whether the client wants agents to hear that somebody listens."""
        known = None if client is None else self._wiring.tenant().clients.get(client)
        return known is not None and known.settings.coaching.tone

    async def sound_tone(self, leg: str, line: CoachLine) -> None:
        """Let the agent alone hear a tone: whispered, as the caller must not hear it either."""
        tone = Snoop(f"{PREFIX}tone.{uuid4().hex[:12]}", leg, Direction.NONE, Direction.OUT)
        if not await line.carry_out([Listen(tone)]):
            return
        try:
            with suppress(TimeoutError):
                await line.play_on(tone, TONE)
        finally:
            await line.carry_out([StopListening(tone)])


def _new_id() -> CoachingId:
    return CoachingId(f"{PREFIX}{uuid4().hex[:12]}")


async def _ring(channel: Channel, *, endpoint: str, variables: dict[str, str]) -> bool:
    """Ring the coach; False: they do not answer."""
    result = await channel.originate(
        endpoint=endpoint, app_args=(CODE,), variables=variables, timeout_seconds=RING_SECONDS
    )
    if isinstance(result, Unreachable):
        return False
    await channel.entered()
    return channel.is_up
