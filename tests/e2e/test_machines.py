"""Machines and people with speech, on real Asterisk: what AMD() takes them for, and how fast.

espeak-ng speaks each greeting, through the provider's phone; a machine's tone follows its own.
"""

from __future__ import annotations

import asyncio
import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest

from ccengine.calls.dialing.machine_ear import heard_in
from ccengine.config.detection import Detector
from ccengine.config.tenant import SPEECH_COMMAND
from ccengine.core.dialer.leads import MachineVerdict
from ccengine.ivr.speech_engine import Rendering, render
from ccengine.phone import sounds
from tests.e2e.asking_dialplan import dialplan, extension
from tests.e2e.configuration import provider
from tests.e2e.people import hear_prompt
from tests.e2e.test_lead_guard import LIMIT_SECONDS, NUMBER

if TYPE_CHECKING:
    from ccengine.phone import Call, Phone
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

RATE: Final = 8000
FAMILY: Final = "cc-e2e-machines"
CONTEXT: Final = "e2e-machines"
LISTENS: Final = f"[{CONTEXT}]\n" + extension(
    "s",
    "Set(BEGAN=${STRFTIME(,,%s.%3q)})",
    "AMD(${CC_AMD})",
    f"Set(DB({FAMILY}/${{CC_CALL_ID}})=${{AMDSTATUS}} ${{AMDCAUSE}} ${{BEGAN}} "
    "${STRFTIME(,,%s.%3q)})",
    "Wait(1)",
    "Hangup()",
)


@dataclass(frozen=True)
class Greeting:
    """What is heard of who answers."""

    text: str
    is_machine: bool
    wait_s: float = 0.4  #: before it

    def sound(self) -> sounds.Sound:
        said = render(Rendering(SPEECH_COMMAND, "en-gb", 150, self.text)) if self.text else b""
        samples = array("h", bytes(2 * int(self.wait_s * RATE)) + said)
        if self.is_machine:
            samples += array("h", bytes(RATE)) + _tone(1000, 0.4)
        return sounds.Samples.linear(samples)


GREETINGS: Final = (
    Greeting("Hello?", is_machine=False),
    Greeting("Yes?", is_machine=False),
    Greeting("Hello, this is John.", is_machine=False),
    Greeting("Good morning, John speaking.", is_machine=False),
    Greeting("Smith.", is_machine=False, wait_s=1.0),
    Greeting("", is_machine=False),
    Greeting("Hello. You have reached the voicemail of John Smith. Please leave a message after "
             "the tone.", is_machine=True),
    Greeting("We are sorry, nobody can take your call at the moment. Please call again later, or "
             "leave your name and number.", is_machine=True),
    Greeting("Hi, it's Jane. Leave a message.", is_machine=True),
)  # fmt: skip


def _tone(hz: int, seconds: float) -> array[int]:
    count = int(seconds * RATE)
    return array("h", (int(8000 * math.sin(2 * math.pi * hz * n / RATE)) for n in range(count)))


async def called(
    system: System, outside: Phone, greeting: Greeting, context: str, **variables: str
) -> tuple[str, Call]:
    """Somebody who sounds so answers a lead's call, which goes on in a context."""
    call = f"lead-{uuid4().hex[:8]}"
    known = {
        "CC_ROLE": "lead",
        "CC_CALL_ID": call,
        "CC_TENANT": "demo",
        "CC_CLIENT": "dnipro",
        "CC_CALLER_ID": "380440000000",
        "CC_RING_SECONDS": "20",
        "CC_MESSAGE": "ccengine/please-wait",
        "CC_OPT_OUT_KEY": "9",
        "CC_OPTED_OUT": "ccengine/goodbye",
        **variables,
    }
    where = f"endpoint=Local/{NUMBER}@lead-leg/n&context={context}&extension=s&priority=1"
    await system.ari("POST", f"channels?{where}", {"variables": known})
    incoming = await outside.incoming(timeout_seconds=5)
    return call, await incoming.answer(sound=greeting.sound())


async def said_of(system: System, call: str) -> tuple[str, str, float]:
    """What AMD() says of a call, why, and how many seconds it took."""
    async with asyncio.timeout(15):
        while True:
            told = await system.tell_asterisk(f"database get {FAMILY} {call}")
            words = told.partition("Value: ")[2].split()
            if len(words) == 4:
                await system.tell_asterisk(f"database del {FAMILY} {call}")
                return words[0], words[1], float(words[3]) - float(words[2])
            await asyncio.sleep(0.2)


async def test_no_person_without_a_word_and_no_plain_machine_is_taken_wrongly(
    stage: Stage,
) -> None:
    """Every verdict is printed: how often AMD() errs on longer greetings is to be read there."""
    wrong = []
    async with provider(stage.system) as outside, stage, dialplan(stage.system, LISTENS):
        for greeting in GREETINGS:
            arguments = Detector().arguments()
            call, far = await called(stage.system, outside, greeting, CONTEXT, CC_AMD=arguments)
            status, cause, seconds = await said_of(stage.system, call)
            heard = heard_in(status, cause)
            print(f"{heard.verdict:8} {cause:24} {seconds:.2f} s  {greeting.text!r}")  # noqa: T201
            if greeting.is_machine and heard.verdict is MachineVerdict.PERSON:
                wrong.append(greeting.text)
            if greeting.text in ("", "Hello?") and heard.verdict is MachineVerdict.MACHINE:
                wrong.append(greeting.text)
            await far.ended(timeout_seconds=15)
    assert wrong == []


@pytest.mark.parametrize("text", ["Hello?", ""])
async def test_before_an_agent_they_hear_who_called_within_two_seconds_of_their_greeting(
    stage: Stage, text: str
) -> None:
    greeting = Greeting(text, is_machine=False)
    spoken_s = (
        len(render(Rendering(SPEECH_COMMAND, "en-gb", 150, text))) / 2 / RATE if text else 0.0
    )
    detector = Detector()
    variables = {
        "CC_AMD": detector.arguments(before=True),
        "CC_AMD_SILENCE_MS": str(detector.after_greeting_silence_ms),
    }
    async with provider(stage.system) as outside, stage:
        _, far = await called(stage.system, outside, greeting, "lead-answered", **variables)
        answered = far.timeline.answered
        assert answered is not None
        message = await stage.system.prompt_of_image("please-wait", "en")
        heard = await hear_prompt(far, message, since=answered)
        # Who says nothing has ended their greeting with the answer.
        ended = answered + (greeting.wait_s + spoken_s if text else 0.0)
        print(f"the message began {heard - ended:.3f} s after the greeting")  # noqa: T201
        assert heard - ended < LIMIT_SECONDS
        await far.hang_up()
