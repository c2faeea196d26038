"""`ccengine call`: a scripted phone places a test call and says what it heard."""

from __future__ import annotations

import asyncio
import wave
from array import array
from io import BytesIO
from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli.narration import Narration
from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.running_engine import recording_of
from ccengine.cli.scripted_call import AGENT_HZ, CALLER_HZ, AgentPhone, Script, ScriptedCall
from ccengine.clock import Clock
from ccengine.config.secrets import pin, sip_password
from ccengine.config.tenant import sip_user_of
from ccengine.ivr.configuration import load_configuration
from ccengine.phone import Account
from ccengine.phone.frequencies import tone_windows

if TYPE_CHECKING:
    from ccengine.cli.scripted_call import Findings
    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant

DEMO_NUMBER = "600200"
DEMO_DIGITS = "1"
ENOUGH = 0.95
"""Share of the talk's 200-ms windows in which each party's tone must be found."""


def call(
    number: Annotated[str, typer.Argument(help="The number to dial.")] = "",
    *,
    digits: Annotated[str, typer.Option(help="Keys to press once a prompt is heard.")] = "",
    agents: Annotated[
        str, typer.Option(help="Agents to play, by id, comma-separated; `all` plays all.")
    ] = "",
    talk_seconds: Annotated[float, typer.Option(min=1.0, max=600.0)] = 6.0,
    demo: Annotated[bool, typer.Option("--demo", help="The demo's call, narrated.")] = False,
) -> None:
    """Place a test call and say what was heard; exit code 1 if it was not as it should be."""
    settings = read_settings()
    tenant = load_configuration(settings.tenant_folder).tenant
    if tenant is None:
        fail("the configuration has mistakes", "see `ccengine check`")
    if demo:
        number, digits, agents = number or DEMO_NUMBER, digits or DEMO_DIGITS, agents or "all"
    if tenant.route(number) is None:
        fail(f"no number '{number}'", "see `ccengine info` for the numbers")
    script = _script(settings, tenant, (number, digits, agents), talk_seconds)
    findings, narration = asyncio.run(_play(settings, script))
    failures = _report(settings, findings, narration, with_agents=bool(script.agents))
    for failure in failures:
        typer.secho(failure, fg="red", err=True)
    if failures:
        raise typer.Exit(1)


def _script(
    settings: Settings, tenant: Tenant, what: tuple[str, str, str], talk_seconds: float
) -> Script:
    number, digits, wanted = what
    if not tenant.settings.callers:
        fail("the tenant has no test callers", "add `callers:` to tenant.yaml")
    caller = tenant.settings.callers[0]
    players = []
    for agent, facts in tenant.settings.agents.items():
        if facts.phone is not None and (wanted == "all" or agent in wanted.split(",")):
            account = account_of(settings, sip_user_of(facts.phone))
            players.append(AgentPhone(agent=agent, account=account, pin=pin(settings.paths, agent)))
    codes = tenant.settings.feature_codes
    return Script(
        number=number,
        digits=digits,
        caller=account_of(settings, caller),
        agents=players,
        login_code=codes.login,
        logout_code=codes.logout,
        talk_seconds=talk_seconds,
    )


def account_of(settings: Settings, user: str) -> Account:
    """Return what a phone of that SIP user needs to log in with."""
    password = sip_password(settings.paths, user)
    return Account(user, password, host=settings.sip_address, port=settings.sip_port)


async def _play(settings: Settings, script: Script) -> tuple[Findings, Narration]:
    clock = Clock(asyncio.get_running_loop().time)
    narration = Narration(settings.paths.journal, clock, script.number)
    play = ScriptedCall(script, narration.say)
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(narration.follow())
        findings = await play.run()
        await asyncio.sleep(0.3)  # the end of the call is journaled after the phones are down
        following.cancel()
    return findings, narration


def _report(
    settings: Settings, found: Findings, narration: Narration, *, with_agents: bool
) -> list[str]:
    failures = [found.failure] if found.failure else []
    if found.prompt_after is None:
        failures.append("the caller heard nothing")
    else:
        console.print(f"INVITE to first prompt audio:      {found.prompt_after * 1000:8.1f} ms")
    if not with_agents or found.failure:
        return failures
    ringing = narration.ringing_after(found.agent_invited)
    if ringing is not None:
        console.print(f"queued (agent free) to ringing:    {ringing * 1000:8.1f} ms")
    if found.two_way_after is not None:
        console.print(f"agent's answer to two-way audio:   {found.two_way_after * 1000:8.1f} ms")
    console.print(f"largest gap in the sound:          {found.largest_gap * 1000:8.1f} ms")
    failures += _judge("caller heard the agent's tone", found.caller_heard_agent)
    failures += _judge("agent heard the caller's tone", found.agent_heard_caller)
    if narration.recording:
        failures += _judge_recording(settings, narration.call or "")
    else:
        failures.append("the conversation was not recorded")
    if narration.call:
        console.print(f"the call's story again: docker/ccengine story {narration.call}")
    return failures


def _judge_recording(settings: Settings, call: str) -> list[str]:
    sound = recording_of(settings, call)
    if sound is None:
        return [f"no recording of {call}"]
    console.print(f"recording: docker/ccengine recordings play {call} > {call}.wav")
    with wave.open(BytesIO(sound)) as file:
        samples, sides = array("h", file.readframes(file.getnframes())), file.getnchannels()
    failures = []
    # Of a stereo recording each has a side of their own; in a mix both are heard.
    for who, first, frequency in (("caller", 0, CALLER_HZ), ("agent", sides - 1, AGENT_HZ)):
        # The first and last windows hold the edges of the talk.
        windows = tone_windows(samples[first::sides], frequency)[2:-2]
        share = sum(windows) / len(windows) if windows else 0.0
        failures += _judge(f"{who}'s tone in the recording", share)
    return failures


def _judge(what: str, share: float) -> list[str]:
    console.print(f"{what + ':':<35}{share * 100:7.1f} % of 200-ms windows")
    return [] if share >= ENOUGH else [f"{what}: only {share * 100:.1f} % of the talk"]
