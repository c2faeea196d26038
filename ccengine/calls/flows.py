"""A caller in a flow: what a step sees of the call, and what of the flow outlives the engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from structlog.contextvars import bound_contextvars

from ccengine.asterisk.ari.errors import AriDisconnected
from ccengine.calls.callback_offer import CallbackOffer
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.flow_card import FlowCard
from ccengine.calls.flow_recording import comment_of, record_caller, stop_recording
from ccengine.calls.languages import language_of
from ccengine.calls.opt_outs import opt_out
from ccengine.calls.ring_backs import ring_back
from ccengine.calls.spoken_choice import SpokenChoice
from ccengine.calls.survey import CallSurvey
from ccengine.config.clients import digits_of
from ccengine.core.commands import DivertCall
from ccengine.core.events import (
    FlowDataSet,
    FlowStepEntered,
    LanguageChosen,
    SubmissionMade,
)
from ccengine.core.ids import queue_id
from ccengine.ivr.context import FlowContext, TimeUp
from ccengine.ivr.data import CallData, written
from ccengine.ivr.lookups import FAILED
from ccengine.ivr.outcomes import HangUp, LeaveMessage, Transfer
from ccengine.ivr.phrases import Phrase
from ccengine.ivr.runner import GRACE_SECONDS, Place, run_flow
from ccengine.ivr.speaking import CallSpeaker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.consult import Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.config.clients import Client
    from ccengine.config.tenant import Route, Tenant
    from ccengine.core.calls import Call
    from ccengine.core.ids import ClientId, Instant, QueueId, SkillId
    from ccengine.ivr.context import Chooser, Take, Taken
    from ccengine.ivr.data import Value
    from ccengine.ivr.lookups import Answer, Question
    from ccengine.ivr.outcomes import Outcome
    from ccengine.ivr.speaker import Speaker

log = structlog.get_logger()

IN_A_FLOW = "the flow says so"


class CallFlows:
    """One call's flows: its number's, and those that queues send it on to."""

    def __init__(self, wiring: Wiring, channel: Channel, call: Call, talks: Talks) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._channel = channel
        self._call = call
        self._recording = ""
        self._takes: Counter[int] = Counter()  # by the pass of a step
        self.survey = CallSurvey(wiring, call)
        self._card = FlowCard(wiring, talks, channel, call)

    async def run(self, name: str, start: Place | None, of: ClientId | None = None) -> Outcome:
        """Take the caller through a flow; the number's own where none is named.

        Args:
            name: the flow's, or empty.
            start: where an earlier engine has left the caller.
            of: whose flow it is; None: the number's client's.
        """
        if start is not None:
            await stop_recording(self._wiring, comment_of(self._call, take=1))
        configuration = self._wiring.configuration
        tenant = configuration.tenant
        route = None if tenant is None else tenant.route(self._call.number)
        if tenant is None or route is None:
            log.error("number_without_flow", call_id=self._call.id, number=self._call.number)
            return HangUp()
        client = of or route.client
        first = name or await self._first_flow(tenant, route)
        flow = configuration.flows.get((client, first))
        if flow is None:
            # A reload has taken it away: the number's own flow is still there.
            client, start = route.client, None
            own = configuration.flows.get((client, await self._first_flow(tenant, route)))
            flow = own or configuration.flow(client, route.flow)
        ear = CallerEar(self._channel, language_of(self._wiring, self._call, self._call.queue))
        context = self._context(ear, tenant.clients[client], self._began(start, of))
        others = configuration.flows_of(client)
        return await run_flow(
            flow, context, start=start, entered=partial(self._enter, ear), others=others
        )

    async def apologise(self) -> None:
        """Say sorry to a caller whom nobody can serve."""
        call, prompts = self._call, self._wiring.configuration.prompts
        language = language_of(self._wiring, call, call.queue)
        sorry = prompts.phrase(call.client, Phrase.SORRY, language)
        with suppress(TimeUp):
            async with self._within(GRACE_SECONDS):
                await CallerEar(self._channel, language).play([sorry], until_digit=False)

    async def keep_last_words(self) -> None:
        """Keep what a caller was saying of the talk when they hung up."""
        await self.survey.keep_last_words(self._recording)

    def place(self) -> tuple[str, Place | None]:
        """Return the flow that the call began with, and where it is; None: at its beginning."""
        call = self._call
        if not call.step:
            return call.flow, None
        first = call.flow_returns[0].partition("/")[0] if call.flow_returns else call.flow
        return first, Place(call.flow, call.step, call.flow_returns, call.flow_began)

    async def _first_flow(self, tenant: Tenant, route: Route) -> str:
        """Return the number's flow, a campaign's whose number it is, or that of a closure."""
        closure = tenant.closed_by(route, self._engine.center.closed(self._engine.clock.now()))
        if closure is None:
            client = tenant.clients[route.client]
            return await ring_back(self._wiring, self._call, client, route) or route.flow
        log.info("number_closed", call_id=self._call.id, closure=closure, client=route.client)
        return tenant.settings.closures[closure].flow

    def _began(self, start: Place | None, of: ClientId | None) -> Instant:
        """Return when the caller came to the flow, also where an earlier engine saw that."""
        if start is not None and start.began:
            return start.began
        return self._call.arrived_at if of is None else self._engine.clock.now()

    def _context(self, ear: CallerEar, client: Client, began: Instant) -> FlowContext:
        configuration = self._wiring.configuration
        data = CallData(self._built_in(ear, client), self._call.data, self._tell)
        return FlowContext(
            client=client.id,
            caller=ear,
            prompts=configuration.prompts,
            hours=client.hours_of(self._call.number),
            now=self._utc_now,
            began=began,
            offer_callback=partial(self._offer_callback, ear),
            data=data,
            staff={code: digits_of(one.number) for code, one in client.settings.staff.items()},
            choose_language=partial(self._choose_language, ear),
            record=self._record,
            lookup=partial(self._look_up, client.id),
            submit=partial(self._submit, client),
            opt_out=lambda: opt_out(self._wiring.opt_outs, self._call, client),
            take_card=self._card.take,
            answer_survey=self.survey.answer,
            within=self._within,
            speaker=self._speaker(client.id),
            choose=self._chooser(ear),
            passes=(AriDisconnected,),
        )

    def _chooser(self, ear: CallerEar) -> Chooser | None:
        hearing = self._wiring.hearing
        return None if hearing is None else SpokenChoice(self._channel, ear, hearing).choose

    def _speaker(self, client: ClientId) -> Speaker | None:
        configuration, engine = self._wiring.configuration, self._wiring.voices
        if engine is None or configuration.tenant is None:
            return None
        voices = configuration.tenant.settings.languages
        return CallSpeaker(configuration.prompts, client, voices, engine)

    def _built_in(self, ear: CallerEar, client: Client) -> Mapping[str, Callable[[], Value]]:
        zone = ZoneInfo(client.zone)
        return {
            "caller": lambda: self._call.caller,
            "called": lambda: self._call.number,
            "language": lambda: ear.language,
            "client": lambda: client.id,
            "day": lambda: self._utc_now().astimezone(zone).date(),
            "now": lambda: self._utc_now().astimezone(zone),
            "queue_wait": self._waited,
        }

    def _waited(self) -> Decimal:
        if self._call.queue is not None:  # the talk is over
            return Decimal(int(self._call.waited_seconds))
        since = self._call.lined_at
        return Decimal(0 if since is None else int(self._engine.clock.now() - since))

    async def _offer_callback(self, ear: CallerEar, queue: QueueId) -> bool:
        return await CallbackOffer(self._wiring, self._call, ear, queue).run()

    async def _record(self, take: Take) -> Taken | None:
        self._takes[self._call.flow_pass] += 1
        self._recording = name = comment_of(self._call, self._takes[self._call.flow_pass])
        taken = await record_caller(self._wiring, self._channel, self._call, name, take)
        self._recording = ""
        return taken

    async def _look_up(self, client_id: ClientId, question: Question) -> Answer:
        """Ask as the configuration in force says, so that each lookup is one for all calls."""
        lookups, tenant = self._wiring.lookups, self._wiring.configuration.tenant
        client = None if tenant is None else tenant.clients.get(client_id)
        if lookups is None or client is None:
            return FAILED
        with bound_contextvars(call_id=self._call.id):
            return await lookups.ask(client, question)

    def _submit(self, client: Client, question: Question) -> bool:
        """Have the journal hold it, once for each pass of a step: the outbox reads it there."""
        known = question.name in client.settings.submissions
        if not known or question.secret:
            log.warning("submission_refused", call_id=self._call.id, submission=question.name)
            return False
        call = self._call
        key = f"{call.id}.{call.flow}.{call.step}.{call.flow_pass}"
        if key == call.submitted:
            return True
        values = {name: written(value) for name, value in question.values.items()}
        event = SubmissionMade(call=call.id, submission=question.name, key=key, values=values)
        return not self._engine.post(event)

    def _choose_language(
        self, ear: CallerEar, language: str, skills: Mapping[SkillId, int]
    ) -> None:
        ear.speak(language)
        self._engine.post(LanguageChosen(call=self._call.id, language=language, skills=skills))

    def _tell(self, changed: Mapping[str, str | None], shown: Mapping[str, str]) -> None:
        self._engine.post(FlowDataSet(call=self._call.id, values=changed, shown=shown))

    def _enter(self, ear: CallerEar, place: Place) -> None:
        self._engine.post(
            FlowStepEntered(
                call=self._call.id,
                flow=place.flow,
                step=place.step,
                began=place.began,
                returns=place.returns,
                keys=ear.keys_taken(),
            )
        )

    @asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            await self._channel.silence()
            if self._recording:
                await stop_recording(self._wiring, self._recording)
                self._recording = ""
            raise TimeUp from None

    def _utc_now(self) -> datetime:
        return datetime.fromtimestamp(self._engine.clock.now(), UTC)


def way_out(call: Call, client: ClientId, outcome: Transfer | LeaveMessage) -> DivertCall:
    """Return where in the dialplan a flow sends the caller."""
    if isinstance(outcome, LeaveMessage):
        queue, number = outcome.queue, None
    else:
        queue, number = queue_id(client, ""), outcome.number  # whose rules hold: the client's
    return DivertCall(
        call=call.id, queue=queue, reason=IN_A_FLOW, number=number, voicemail=number is None
    )
