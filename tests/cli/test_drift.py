"""Asterisk's files against what the engine relies on: each drift is told at its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ccengine.assembly.drift import CONTEXTS, drift
from ccengine.config.asterisk_files import write_asterisk_files
from ccengine.config.secrets import generate
from ccengine.config.settings import Settings
from ccengine.config.state_folder import lay_out
from ccengine.ivr.configuration import Configuration, load_configuration
from tests.config.tenants import DIALPLAN, change

CONF = Path(__file__).parents[2] / "asterisk-conf"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(DIALPLAN, tmp_path / "dialplan")
    shutil.copytree(CONF, tmp_path / "conf")
    made = Settings(
        state=tmp_path / "state", dialplan=tmp_path / "dialplan", asterisk_conf=tmp_path / "conf"
    )
    tenant = configuration_of(made).tenant
    assert tenant is not None
    lay_out(made.paths)
    generate(made.paths, tenant)
    write_asterisk_files(tenant, made)
    return made


def configuration_of(settings: Settings) -> Configuration:
    return load_configuration(settings.tenant_folder)


def told(settings: Settings) -> list[tuple[str, int, str]]:
    found = drift(configuration_of(settings), settings)
    assert all(problem.remedy for problem in found)
    return [(problem.file.name, problem.line, problem.message) for problem in found]


def test_what_is_delivered_fits_together(settings: Settings) -> None:
    assert told(settings) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    [
        ("inbound.conf", "Stasis(ccengine,inbound)", "Stasis(ccengin,inbound)", 43,
         "handed to 'ccengin'"),
        ("phones.conf", "Stasis(ccengine,agent)", "Stasis(ccengine,agnet)", 49, "role 'agnet'"),
        ("inbound.conf", "include => from-trunk", "include => from-trunks", 12,
         "leads to 'from-trunks'"),
        ("inbound.conf", "Gosub(caller-id,s,1)", "Gosub(callerid,s,1)", 5, "leads to 'callerid'"),
        ("../conf/pjsip.conf", "context = from-trunk", "context = from-trunc", 111,
         "come to context 'from-trunc'"),
        ("../conf/pjsip.conf", "[caller-aor](!)", "[caller-aors](!)", 1, "template 'caller-aor'"),
        ("agi.conf", "(caller/", "(caler/", 21, "asked for 'caler'"),
        ("agi.conf", "/billing?wait", "?wait", 23, "'advice' is asked for wrongly"),
        ("agi.conf", "(hours/${CC_CLIENT}/office", "(hours/nuor/office", 19, "client 'nuor'"),
        ("agi.conf", "(hours/${CC_CLIENT}/office", "(hours/nour/offise", 19, "hours 'offise'"),
        ("agi.conf", "/${ARG1})", "/hour/nour/office)", 13, "asked for 'hour'"),
        ("../conf/ari.conf", ",CC_OFFER", "", 6, "not told 'CC_OFFER'"),
    ],
)  # fmt: skip
def test_a_name_that_changed_on_one_side(
    settings: Settings, file: str, old: str, new: str, line: int, message: str
) -> None:
    change(settings.dialplan / file, old, new)
    ((name, at, words),) = [one for one in told(settings) if "no caller is ever" not in one[2]]
    assert (name, at) == (Path(file).name, line)
    assert message in words


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_context_the_engine_sends_calls_to_is_missed(settings: Settings, context: str) -> None:
    for file in settings.dialplan.glob("*.conf"):
        file.write_text(file.read_text().replace(f"[{context}]", f"[{context}-old]"))
    messages = [message for _, _, message in told(settings)]
    assert f"the engine sends calls to context '{context}', and no file has it" in messages


def test_an_admins_own_dialplan_may_include_as_asterisk_does(settings: Settings) -> None:
    local = settings.paths.asterisk_local
    local.mkdir(parents=True, exist_ok=True)
    (local / "extensions.conf").write_text(
        '#include "night.conf"\n[mine]\ninclude => daytime,09:00-17:00,mon-fri,*,*\n'
        "include => parkedcalls\nexten => s,1,Goto(night,s,1)\n[daytime]\n"
        "exten => s,1,Stasis(anothers)\n"
    )
    (local / "night.conf").write_text("[night]\n")
    assert told(settings) == []


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("[mine](trunk)\nallow = opus\n", 2),
        ("[mine](trunk)\n\n[mine](trunk-aor)\n[mine](+)\nallow=ulaw,g722\n", 5),
        ("[mine](endpoint-basics)\ncontext = from-trunk\n", 1),
    ],
)
def test_a_trunk_that_may_speak_wideband_is_told_where_it_is_let(
    settings: Settings, written: str, line: int
) -> None:
    local = settings.paths.asterisk_local / "pjsip.conf"
    local.parent.mkdir(parents=True, exist_ok=True)
    local.write_text(written)
    (problem,) = drift(configuration_of(settings), settings)
    assert (problem.file, problem.line, problem.is_warning) == (local, line, True)
    assert "'mine' may speak" in problem.message
    local.write_text(
        "[mine](trunk)\nallow = opus,g729\nallow = !opus\n[desk](phone)\nallow = opus\n"
    )
    assert told(settings) == []


def test_what_was_written_for_older_yaml_is_a_warning_at_its_line(settings: Settings) -> None:
    client = settings.tenant_folder / "clients/nour/client.yaml"
    change(client, "  600300:", "  600301:")
    (problem,) = drift(configuration_of(settings), settings)
    assert problem.is_warning
    assert (problem.file.name, problem.line) == ("numbers.conf", 8)
    assert "is not what the configuration says" in problem.message


def test_a_file_that_was_never_written(settings: Settings) -> None:
    (settings.paths.asterisk / "hints.conf").unlink()
    assert told(settings) == [("hints.conf", 1, "'hints.conf' was never written")]
