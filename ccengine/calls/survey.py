"""A call's survey: whether the caller is asked how it was, what they answer, and who is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.calls.sound_files import seconds_of
from ccengine.core.events import SurveyAnswered, SurveyAsked, SurveyLow
from ccengine.core.ids import client_of
from ccengine.core.states import Kind
from ccengine.core.surveys import is_drawn
from ccengine.ivr.data import YES, read, text_of

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId, QueueId
    from ccengine.core.surveys import Survey

LEAST_SECONDS: Final = 1.0
"""Less than that is nobody's comment."""
LOOKS: Final = 10
LOOK_SECONDS: Final = 0.1
"""So often, and so far apart, for the file of a comment that ended with its channel."""


class CallSurvey:
    """One call's. The engine draws who is asked: nothing that an agent does leads here or away."""

    def __init__(self, wiring: Wiring, call: Call) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._call = call
        self._agent: AgentId | None = None
        self._score: int | None = None

    def flow(self) -> tuple[QueueId, str] | None:
        """Return whose flow asks the caller how the talk was, and which; None: they are not asked.

        To be called while the core still knows whom they have talked with.
        """
        call, survey = self._call, self._rules
        if survey is None or call.queue is None or call.agent is None:
            return None
        known = (client_of(call.queue), survey.flow) in self._wiring.configuration.flows
        if not known or call.kind is not Kind.CALL or not self._is_wished(survey.opt_in):
            return None
        self._agent = call.agent
        return (call.queue, survey.flow) if is_drawn(call.id, survey.percent) else None

    def begin(self) -> None:
        """Have it known that the caller is asked."""
        if self._call.queue is not None and self._agent is not None:
            event = SurveyAsked(call=self._call.id, queue=self._call.queue, agent=self._agent)
            self._engine.post(event)

    def answer(self, score: int, comment: str) -> None:
        """Keep a score, and the file of a comment if there is one; a low score is told once."""
        call, survey, agent = self._call, self._rules, self._agent
        if call.queue is None or agent is None:
            return  # a flow asks that is no survey's: nobody has talked with them
        is_first, self._score = self._score is None, score
        answered = SurveyAnswered(
            call=call.id, queue=call.queue, agent=agent, score=score, comment=comment
        )
        self._engine.post(answered)
        if is_first and survey is not None and score <= survey.low:
            low = SurveyLow(
                call=call.id, queue=call.queue, agent=agent, score=score, owner=survey.owner
            )
            self._engine.post(low)

    async def keep_last_words(self, recording: str) -> None:
        """Keep the comment of a caller who ended it by hanging up, as most do.

        Args:
            recording: that was under way, without its ending; empty: none was.
        """
        if not recording or self._score is None:
            return
        file = f"{recording}.wav"
        for _ in range(LOOKS):
            seconds = seconds_of(self._wiring.paths.recordings / file)
            if seconds is not None and seconds >= LEAST_SECONDS:
                self.answer(self._score, file)
                return
            await asyncio.sleep(LOOK_SECONDS)

    @property
    def _rules(self) -> Survey | None:
        queue = self._call.queue
        rules = None if queue is None else self._engine.center.plan.queues.get(queue)
        return None if rules is None else rules.survey

    def _is_wished(self, opt_in: str) -> bool:
        kept = self._call.data.get(opt_in)
        return not opt_in or (kept is not None and text_of(read(kept)) == YES)
