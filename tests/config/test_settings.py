from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ccengine.config.settings import Settings


def test_defaults_are_those_of_the_containers() -> None:
    settings = Settings.model_construct()
    assert settings.tenant_folder == Path("/etc/ccengine/dialplan/tenants/demo")
    assert settings.paths.recording("demo/nour/2026/01/02/1-2") == Path(
        "/var/lib/ccengine/recordings/demo/nour/2026/01/02/1-2.wav"
    )


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCENGINE_ARI_PORT", "18088")
    monkeypatch.setenv("CCENGINE_HOST_STATE", "/srv/cc")
    settings = Settings()
    assert settings.ari_url == "http://127.0.0.1:18088"
    assert settings.host_paths.api_token == Path("/srv/cc/secrets/engine/api_token")


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCENGINE_SIP_PORT", "")
    assert Settings().sip_port == Settings.model_fields["sip_port"].default


@pytest.mark.parametrize(
    ("name", "value"), [("SIP_PORT", "0"), ("NODE", "a;b"), ("SIP_HOST", "a b")]
)
def test_a_wrong_value_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CCENGINE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_every_setting_of_the_settings_file_that_is_ours_has_the_same_default() -> None:
    lines = (Path(__file__).parents[2] / "docker/settings.env").read_text().splitlines()
    for line in lines:
        name, is_setting, value = line.partition("=")
        field = Settings.model_fields.get(name.removeprefix("CCENGINE_").lower())
        if is_setting and field is not None and not name.startswith("#"):
            assert str(field.default) == value, name
