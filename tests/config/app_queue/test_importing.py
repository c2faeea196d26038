"""A queues.conf becomes a tenant that `ccengine check` takes; what is lost is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccengine.config.app_queue.members import dynamic_members
from ccengine.config.app_queue.options import (
    CARRIED,
    ELSEWHERE,
    GENERAL,
    NOT_CARRIED,
    STRATEGIES,
)
from ccengine.core.ids import AgentId, QueueId
from ccengine.core.queues import (
    Announcements,
    Empty,
    Member,
    Messages,
    Overflow,
    PositionTold,
    QueueSettings,
    Strategy,
    WaitTold,
)
from ccengine.ivr.configuration import load_configuration
from tests.cli.every_command import invoke
from tests.config.tenants import DIALPLAN

if TYPE_CHECKING:
    from typer.testing import Result

    from ccengine.core.plan import Plan

SAMPLES = Path(__file__).parent / "samples"
OFFICE, GENERATED = SAMPLES / "office.conf", SAMPLES / "generated.conf"
JOINED = """\
/Queue/PersistentMembers/8001                     : PJSIP/1005;3;0;Dina;;;0
/Queue/PersistentMembers/8002 : PJSIP/1005;0;0;Dina;;;0|PJSIP/6;1;1;Emil;;lunch;5
/Queue/PersistentMembers/9999                     : PJSIP/1007;0;0;Fred;;;0
3 results found.
"""


def ccengine(*arguments: str) -> Result:
    return invoke(arguments)


def imported(file: Path, folder: Path, *options: str) -> tuple[Plan, list[str]]:
    """Import into a tenant, check it, and return its plan and what was told."""
    to = folder / "imported"
    result = ccengine("import", str(file), "--client", "acme", "--to", str(to), *options)
    assert result.exit_code in {0, 1}, result.output
    configuration = load_configuration(to)
    assert configuration.problems == ()
    assert configuration.tenant is not None
    return configuration.tenant.plan(), result.stderr.splitlines()


def queue(plan: Plan, name: str) -> QueueSettings:
    return plan.queues[QueueId(f"acme/{name}")]


def test_an_office_is_carried_over(tmp_path: Path) -> None:
    plan, _ = imported(OFFICE, tmp_path)
    sales = queue(plan, "sales")
    assert sales.strategy is Strategy.FEWEST_CALLS
    assert (sales.ring_seconds, sales.wrap_up_seconds, sales.weight) == (25, 10, 5)
    assert (sales.promise_seconds, sales.recorded, sales.misses) == (30, True, 1)
    assert sales.members == (
        Member(agent=AgentId("anna-smith")),
        Member(agent=AgentId("bob-brown"), penalty=1),
    )
    assert sales.limits.waiting == 20
    assert sales.limits.join_empty == (Empty.NOT_READY, Empty.ON_CALL, Empty.OFFLINE)
    assert sales.limits.leave_empty == (Empty.NOT_READY, Empty.OFFLINE)
    assert sales.limits.overflow == Overflow(voicemail=True)
    support = queue(plan, "support")
    assert (support.strategy, support.recorded) == (Strategy.ROUND_ROBIN, False)
    assert [member.agent for member in support.members] == [
        "bob-brown",
        "carla-gomez",
        "night-desk",
    ]
    assert plan.agents[AgentId("carla-gomez")].phone == "203"
    night = plan.agents[AgentId("night-desk")]
    assert (night.phone, night.number, night.name) == (None, "9001", "Night desk")


def test_what_an_office_loses_is_named_with_file_and_line(tmp_path: Path) -> None:
    _, told = imported(OFFICE, tmp_path)
    lost = {
        (file, int(line)): message
        for file, line, message in (
            re.fullmatch(r".*/([a-z-]+\.conf):(\d+): (.*) — .*", row).groups()  # type: ignore[union-attr]
            for row in told[:-1]
        )
    }
    assert lost == {
        ("office.conf", 11): "'retry = 3' is not carried over",
        ("office.conf", 14): "where callers go after 'joinempty' is said by the dialplan, not here",
        ("office.conf", 15): "where callers go after 'leavewhenempty' is said by the dialplan, "
        "not here",
        ("office.conf", 22): "where callers go after 'maxlen' is said by the dialplan, not here",
        ("office.conf", 28): "'announce = queue-support' is not carried over",
        ("office.conf", 30): "'periodic-announce = please-wait,and-wait' is not carried over",
        ("support-members.conf", 1): "DAHDI/1 is no phone that could be named here",
    }
    assert told[-1] == "2 queues carried over, 7 notes"


def test_a_generated_file_is_carried_over(tmp_path: Path) -> None:
    plan, told = imported(GENERATED, tmp_path)
    settings = queue(plan, "queue-8001")
    assert settings.strategy is Strategy.RING_ALL
    assert (settings.ring_seconds, settings.wrap_up_seconds, settings.misses) == (300, 0, 1000)
    assert (settings.promise_seconds, settings.limits.overflow) == (60, None)
    names = [member.agent for member in settings.members]
    assert names == ["agent-1001", "agent-1002", "mobile"]
    assert plan.agents[AgentId("agent-1001")].name == "Ольга Коваль"
    assert plan.agents[AgentId("mobile")].phone is None
    assert set(plan.queues) == {"acme/queue-8001"}
    words = [
        "'autofill = no'",
        "'log_membername_as_agent = yes'",
        "[8001] is called 'queue-8001'",
        "'autopausebusy = no'",
        "'eventmemberstatus = no' is not carried over — Asterisk 22 knows no such option",
        "'eventwhencalled = no'",
        "'queue-callswaiting = silence/1'",
        "'retry = 5'",
        "'timeout = 0'",
        "Local/00380501234567@from-queue/n is no phone",
        "'member = Local/1003@from-queue/n,-1,Away' is not carried over",
        "[8002] is left out: it has no members",
        "'music = jazz'",
        "'joinempty'",
    ]
    for word in words:
        assert sum(word in row for row in told) == 1, (word, told)
    assert told[-1] == f"1 queue carried over, {len(words)} notes"


def test_members_who_joined_while_it_ran(tmp_path: Path) -> None:
    file = tmp_path / "joined.txt"
    file.write_text(JOINED)
    plan, told = imported(GENERATED, tmp_path, "--members", str(file))
    assert queue(plan, "queue-8001").members[-1] == Member(agent=AgentId("dina"), penalty=3)
    linear = queue(plan, "queue-8002")
    assert linear.strategy is Strategy.LINEAR
    assert [member.agent for member in linear.members] == ["dina", "emil"]
    assert linear.limits.join_empty == (Empty.NOT_READY, Empty.OFFLINE)
    for word in ("no queue '9999'", "'yes' of a member", "'5' of a member"):
        assert any(word in row for row in told), (word, told)
    assert plan.agents[AgentId("dina")].phone == "1005"


def test_other_lines_of_the_database_are_no_members() -> None:
    text = "/Queue/PersistentMembers/q : \n/registrar/x : y\n"
    assert list(dynamic_members(Path("x"), text)) == []


def test_a_file_that_loses_nothing_is_quiet(tmp_path: Path) -> None:
    file = tmp_path / "queues.conf"
    file.write_text("[sales]\nstrategy=linear\ntimeout=10\nmember => PJSIP/201,0,Anna\n")
    result = ccengine("import", str(file), "--to", str(tmp_path / "imported"))
    assert (result.exit_code, result.stderr) == (0, "")


def test_without_a_folder_both_files_are_printed() -> None:
    result = ccengine("import", str(OFFICE), "--client", "acme")
    tenant, client = result.stdout.split("# --- clients/acme/client.yaml ---")
    assert "anna-smith:" in tenant
    assert "strategy: fewest-calls" in client


def test_a_file_may_come_by_standard_input() -> None:
    text = "[sales]\nretry=5\nmember => PJSIP/201,0,Anna\n"
    result = invoke(["import", "-"], input=text)
    assert "agent: anna" in result.stdout
    assert result.stderr.startswith("queues.conf:2: 'retry = 5' is not carried over")


@pytest.mark.parametrize("word", STRATEGIES)
def test_each_strategy(tmp_path: Path, word: str) -> None:
    file = tmp_path / "queues.conf"
    file.write_text(f"[q]\nstrategy={word}\nmember => PJSIP/201,0,Anna\n")
    plan, told = imported(file, tmp_path)
    assert queue(plan, "q").strategy is STRATEGIES[word]
    assert told == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("joinempty=yes", ()),
        ("joinempty=no", (Empty.NOT_READY, Empty.OFFLINE)),
        ("joinempty=strict", (Empty.NOT_READY, Empty.OFFLINE)),
        ("joinempty=loose", (Empty.OFFLINE,)),
        ("joinempty=wrapup,ringing", (Empty.WRAP_UP, Empty.OFFERED)),
        ("joinempty=unavailable,unknown,invalid", (Empty.OFFLINE,)),
        ("joinempty=penalty", ()),
    ],
)
def test_the_words_of_joinempty(tmp_path: Path, line: str, expected: tuple[Empty, ...]) -> None:
    file = tmp_path / "queues.conf"
    file.write_text(f"[q]\n{line}\nmember => PJSIP/201,0,Anna\n")
    plan, _ = imported(file, tmp_path)
    assert queue(plan, "q").limits.join_empty == expected


def one_queue(folder: Path, *lines: str) -> tuple[QueueSettings, list[str]]:
    file = folder / "queues.conf"
    file.write_text("\n".join(["[q]", *lines, "member => PJSIP/201,0,Anna", ""]))
    plan, told = imported(file, folder)
    return queue(plan, "q"), told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], Announcements()),
        (["announce-frequency=0", "announce-position=yes"], Announcements()),
        (["announce-frequency=30"], Announcements(every_seconds=30, position_limit=100)),
        (
            ["announce-frequency=30", "announce-position=yes", "announce-position-limit=5"],
            Announcements(every_seconds=30, position_limit=100),
        ),
        (
            ["announce-position-limit=5", "announce-frequency=30", "announce-position=more"],
            Announcements(every_seconds=30, position_limit=5),
        ),
        (
            ["announce-frequency=90", "announce-position=limit", "announce-holdtime=once"],
            Announcements(every_seconds=90, position=PositionTold.LIMIT, wait=WaitTold.ONCE),
        ),
        (
            ["announce-frequency=90", "announce-position=no", "announce-round-seconds=10"],
            Announcements(every_seconds=90, position=PositionTold.NO, round_seconds=10),
        ),
        (
            [
                "announce-frequency=60",
                "announce-position=more",
                "announce-position-only-up=yes",
                "announce-holdtime=no",
                "min-announce-frequency=20",
                "announce-to-first-user=yes",
            ],
            Announcements(every_seconds=60, gap_seconds=20, only_improved=True, wait=WaitTold.NO),
        ),
    ],
)
def test_what_is_announced(tmp_path: Path, lines: list[str], told: Announcements) -> None:
    settings, notes = one_queue(tmp_path, *lines)
    assert settings.announcements == told
    assert notes == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["announce-frequency=2"], "5 to 3600 is possible: 5 is written"),
        (["announce-frequency=30", "announce-round-seconds=45"], "60 is written"),
        (["announce-frequency=30", "announce-position=perhaps"], "yes, no, limit and more"),
        (["announce-frequency=soon"], "it is no number"),
        (["context=leave-queue"], "write where each of its keys leads into 'keys'"),
        (["queue-thereare=mine"], "change them in prompts/<language>/speech.yaml"),
        (["periodic-announce=wait"], "it is never heard"),
    ],
)
def test_what_cannot_be_announced_is_noted(tmp_path: Path, lines: list[str], words: str) -> None:
    _, told = one_queue(tmp_path, *lines)
    assert words in told[0]
    assert told[-1] == "1 queue carried over, 1 note"


def test_periodic_sounds_become_prompts_to_be_written(tmp_path: Path) -> None:
    settings, told = one_queue(
        tmp_path,
        "periodic-announce = custom/Please Wait, 2nd,custom/Please Wait",
        "periodic-announce-frequency = 45",
        "periodic-announce-startdelay = 10",
        "random-periodic-announce = yes",
        "relative-periodic-announce = yes",
    )
    assert settings.messages == Messages(
        prompts=("please-wait", "message-2nd"), every_seconds=45, after_seconds=10, shuffled=True
    )
    written = tmp_path / "imported/clients/acme/prompts/en/prompts.yaml"
    assert "please-wait: Please stay on the line.  # put in: what custom/Please Wait says" in (
        written.read_text()
    )
    assert [row.split(": ", 1)[1].split(" — ")[0] for row in told[:-1]] == [
        "the sound '2nd' is not read: prompt 'message-2nd' is a placeholder",
        "the sound 'custom/Please Wait' is not read: prompt 'please-wait' is a placeholder",
    ]


def test_without_sounds_app_queue_has_one_of_its_own(tmp_path: Path) -> None:
    settings, _ = one_queue(tmp_path, "periodic-announce-frequency = 60")
    assert settings.messages == Messages(prompts=("queue-periodic-announce",))


def test_placeholders_are_printed_behind_the_other_files() -> None:
    text = "[q]\nperiodic-announce-frequency=60\nmember => PJSIP/201,0,Anna\n"
    result = invoke(["import", "-", "--client", "acme"], input=text)
    assert "# --- clients/acme/prompts/en/prompts.yaml ---" in result.stdout
    assert "queue-periodic-announce: Please stay on the line." in result.stdout


def test_leavewhenempty_has_yes_and_no_the_other_way(tmp_path: Path) -> None:
    file = tmp_path / "queues.conf"
    file.write_text("[q]\nleavewhenempty=yes\nmember => PJSIP/201,0,Anna\n")
    plan, _ = imported(file, tmp_path)
    assert queue(plan, "q").limits.leave_empty == (Empty.NOT_READY, Empty.OFFLINE)


def test_queue_options_in_general_are_read_by_nobody(tmp_path: Path) -> None:
    file = tmp_path / "queues.conf"
    file.write_text("[general]\nwrapuptime=9\n[q]\nmember => PJSIP/201,0,Anna\n")
    plan, told = imported(file, tmp_path)
    assert queue(plan, "q").wrap_up_seconds == 0
    assert "does not read it in [general]" in told[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.conf"], "cannot be read"),
        ([str(OFFICE), "--client", "8x"], "cannot be a client's name"),
        ([str(OFFICE), "--to", "/tmp"], "is there already"),
        ([str(OFFICE), "--to", "X Y"], "cannot be a tenant's name"),
        ([str(OFFICE), "--members", "nowhere.txt"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str) -> None:
    result = ccengine("import", *arguments)
    assert result.exit_code == 1
    assert words in result.stderr


def test_the_readme_says_what_becomes_of_each_option() -> None:
    section = (DIALPLAN / "README.md").read_text().split("## Coming from app_queue")[1]
    rows = re.findall(r"^\| ((?:`[^`]+` ?)+)\|", section.split("\n## ")[0], re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert sorted(named) == sorted({*CARRIED, *NOT_CARRIED, *ELSEWHERE})
    assert {*CARRIED, *NOT_CARRIED} >= GENERAL


def test_a_file_without_queues_is_no_success(tmp_path: Path) -> None:
    file = tmp_path / "queues.conf"
    file.write_text("[general]\nautofill=yes\n")
    result = ccengine("import", str(file))
    assert result.exit_code == 1
    assert "0 queues carried over" in result.stderr
