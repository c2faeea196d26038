"""All commands under their names."""

from __future__ import annotations

import typer

from ccengine.cli import (
    agent,
    audit,
    call,
    call_consent,
    campaign,
    check,
    closure,
    dnc,
    explain,
    flow,
    hours,
    import_queues,
    info,
    init,
    leads,
    machines,
    outbox,
    outcome,
    plan,
    promises,
    prompts,
    proof,
    recordings,
    rehearse,
    replay,
    report,
    run,
    simulate,
    story,
    token,
    top,
    webhook,
    why_not,
)

app = typer.Typer(
    help="A contact-center engine for Asterisk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("import")(import_queues.import_queues_conf)
app.command("info")(info.info)
app.command("plan")(plan.plan)
app.command("story")(story.story)
app.command("outcome")(outcome.outcome)
app.command("simulate")(simulate.simulate)
app.command("replay")(replay.replay_day)
app.command("hours")(hours.hours)
app.command("explain")(explain.explain)
app.command("agent")(agent.agent)
app.command("promises")(promises.promises)
app.command("call")(call.call)
app.command("rehearse")(rehearse.rehearse)
app.command("audit")(audit.audit)
app.command("top")(top.top)
app.command("why-not")(why_not.why_not)
app.add_typer(flow.app, name="flow")
app.add_typer(prompts.app, name="prompts")
app.add_typer(closure.app, name="closure")
app.add_typer(campaign.app, name="campaign")
app.add_typer(token.app, name="token")
app.add_typer(webhook.app, name="webhook")
app.add_typer(outbox.app, name="outbox")
app.add_typer(recordings.app, name="recordings")
app.add_typer(leads.app, name="leads")
app.add_typer(report.app, name="report")
app.add_typer(dnc.app, name="dnc")
app.add_typer(call_consent.app, name="consent")
app.add_typer(proof.app, name="proof")
app.add_typer(machines.app, name="machines")


def main() -> None:
    """Run the command that the arguments name."""
    app(prog_name="ccengine")
