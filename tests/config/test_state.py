"""What `ccengine init` leaves: secrets, their modes, Asterisk's files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from ccengine.config.asterisk_files import UnsafeValue, write_asterisk_files
from ccengine.config.loading import load_tenant
from ccengine.config.secret_files import SecretMissing, read_secret
from ccengine.config.secrets import generate, pin, pin_matches, sip_password
from ccengine.config.settings import Settings
from ccengine.config.state_folder import lay_out
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.tenant import Tenant


@pytest.fixture
def tenant_folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, tenant_folder: Path) -> Settings:
    return Settings(
        state=tmp_path / "state",
        dialplan=tenant_folder.parents[1],
        host_state=None,
        node="node1",
        sip_host="127.0.0.1",
        sip_port=5060,
        sip_tls_port=5061,
        rtp_start=10000,
        rtp_end=11999,
        ari_port=8088,
        ami_port=5038,
    )


def initialised(folder: Path, settings: Settings) -> Tenant:
    loaded = load_tenant(folder)
    assert loaded.tenant is not None, [str(problem) for problem in loaded.problems]
    lay_out(settings.paths)
    generate(settings.paths, loaded.tenant)
    return loaded.tenant


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def written(settings: Settings, name: str) -> str:
    return (settings.paths.asterisk / name).read_text()


def test_secrets_are_for_their_one_reader(tenant_folder: Path, settings: Settings) -> None:
    initialised(tenant_folder, settings)
    paths = settings.paths
    files = [file for file in paths.secrets.rglob("*") if file.is_file()]
    assert len(files) == 3 + 6 + 4 + 4
    assert {mode(file) for file in files} == {0o600}
    assert mode(paths.secrets) == mode(paths.pins) == 0o711
    assert mode(paths.recordings) == mode(paths.asterisk) == 0o2770
    if os.geteuid() == 0:
        assert {(file.stat().st_uid, file.stat().st_gid) for file in files} == {(2402, 2400)}
        assert (paths.asterisk.stat().st_uid, paths.asterisk.stat().st_gid) == (2401, 2400)


def test_a_second_init_keeps_secrets_and_mends_modes(
    tenant_folder: Path, settings: Settings
) -> None:
    initialised(tenant_folder, settings)
    file = settings.paths.sip_password("phone-201")
    before = file.read_text()
    file.chmod(0o644)
    initialised(tenant_folder, settings)
    assert file.read_text() == before
    assert mode(file) == 0o600


def test_secrets_differ_and_pins_are_digits(tenant_folder: Path, settings: Settings) -> None:
    tenant = initialised(tenant_folder, settings)
    phones = {sip_password(settings.paths, f"phone-{phone}") for phone in tenant.settings.phones}
    assert len(phones) == 6
    own = pin(settings.paths, "amira")
    assert len(own) == 6
    assert own.isdecimal()
    assert pin_matches(settings.paths, "amira", own)
    assert not pin_matches(settings.paths, "amira", own[:-1])
    assert not pin_matches(settings.paths, "amira", "٣٤٥٦٧٨")


def test_a_missing_secret_says_how_to_make_it(settings: Settings) -> None:
    with pytest.raises(SecretMissing, match="ccengine init"):
        read_secret(settings.paths.ari_password)


def test_asterisks_files(tenant_folder: Path, settings: Settings) -> None:
    tenant = initialised(tenant_folder, settings)
    assert write_asterisk_files(tenant, settings) == []
    assert written(settings, "asterisk_local.conf") == "systemname=node1\n"
    assert written(settings, "http_local.conf") == "bindport=8088\n"
    assert written(settings, "manager_local.conf") == "port=5038\n"
    assert written(settings, "rtp_local.conf") == "rtpstart=10000\nrtpend=11999\n"
    assert written(settings, "pjsip_transport.conf") == (
        "[transport-udp](udp)\nbind=127.0.0.1:5060\n"
    )
    assert "exten => 600100,1,Gosub(inbound,s,1(demo,nour,600100,ar))\n" in written(
        settings, "numbers.conf"
    )
    assert written(settings, "outbound_rules.conf") == (
        "[outbound-rules]\n[outbound-clients]\n[outbound-campaigns]\n[outbound-trunks]\n"
        "[outbound-phones]\n[external-phones]\n"
    )
    assert written(settings, "emergency.conf").splitlines()[3:] == [
        "exten => nour,1,Set(EMERGENCY_PHONES=PJSIP/phone-201&PJSIP/phone-202)",
        " same => n,Return()",
    ]
    assert written(settings, "feature_codes.conf").splitlines()[1:3] == [
        "exten => *71,1,Gosub(feature,s,1(login))",
        "exten => _*71X!,1,Gosub(feature,s,1(login,${FILTER(0-9,${EXTEN:3})}))",
    ]
    password = sip_password(settings.paths, "phone-201")
    assert written(settings, "pjsip_accounts.conf").startswith(
        "[phone-201](phone)\nauth=phone-201\naors=phone-201\n"
        'callerid="201" <201>\nset_var=CC_TENANT=demo\nset_var=CC_PHONE=201\n\n'
        f"[phone-201](phone-auth)\nusername=phone-201\npassword={password}\n\n"
        "[phone-201](phone-aor)\n\n"
    )


def test_files_with_secrets_are_asterisks_alone(tenant_folder: Path, settings: Settings) -> None:
    tenant = initialised(tenant_folder, settings)
    write_asterisk_files(tenant, settings)
    secret = {"pjsip_accounts.conf", "pjsip_trunks.conf", "ari_user.conf", "manager_user.conf"}
    for file in settings.paths.asterisk.glob("*.conf"):
        assert mode(file) == (0o600 if file.name in secret else 0o640), file


def test_what_is_not_ours_stays(tenant_folder: Path, settings: Settings) -> None:
    tenant = initialised(tenant_folder, settings)
    banned = settings.paths.asterisk / "banned.conf"
    own = settings.paths.asterisk_local / "pjsip.conf"
    for file in (banned, own):
        file.write_text("deny=192.0.2.1\n")
    initialised(tenant_folder, settings)
    write_asterisk_files(tenant, settings)
    assert banned.read_text() == own.read_text() == "deny=192.0.2.1\n"


TRUNKS = """
trunks:
  by-address: {server: sip.a.example, addresses: [192.0.2.10, 192.0.2.16/28]}
  by-password: {server: sip.b.example, addresses: [192.0.2.20], user: 38000, tls: yes}
outbound: {calls_per_day: 1000}
"""
OUTBOUND = """
outbound:
  prefixes: {380: by-address, 38044: by-password}
  caller_id: 380440000000
  calls_per_agent_day: 50
  calls_per_day: 500
"""


@pytest.fixture
def with_trunks(tenant_folder: Path) -> Path:
    tenant_file = tenant_folder / "tenant.yaml"
    client_file = tenant_folder / "clients/dnipro/client.yaml"
    tenant_file.write_text(tenant_file.read_text() + TRUNKS)
    client_file.write_text(client_file.read_text() + OUTBOUND)
    change(tenant_file, "203: {site: kyiv}", "203: {site: kyiv, dials_for: dnipro}")
    return tenant_folder


def test_a_trunk_without_its_password_is_left_out_and_told(
    with_trunks: Path, settings: Settings
) -> None:
    tenant = initialised(with_trunks, settings)
    (warning,) = write_asterisk_files(tenant, settings)
    assert str(settings.paths.trunk_password("by-password")) in warning
    trunks = written(settings, "pjsip_trunks.conf")
    assert "by-password" not in trunks
    assert trunks == (
        "[by-address](trunk)\naors=by-address\nfrom_domain=sip.a.example\n\n"
        "[by-address](trunk-aor)\ncontact=sip:sip.a.example:5060\n\n"
        "[by-address](trunk-identify)\nendpoint=by-address\n"
        "match=192.0.2.10\nmatch=192.0.2.16/28\n"
    )


def test_a_trunk_with_password_and_tls(with_trunks: Path, settings: Settings) -> None:
    tenant = initialised(with_trunks, settings)
    settings.paths.trunk_password("by-password").write_text("pass;word\n")
    assert write_asterisk_files(tenant, settings) == []
    trunks = written(settings, "pjsip_trunks.conf")
    assert "[by-password](trunk-srtp)\naors=by-password\noutbound_auth=by-password\n" in trunks
    assert "password=pass\\;word\n" in trunks  # else the rest would be a comment
    assert "server_uri=sip:sip.b.example:5061\\;transport=tls\n" in trunks
    assert "[transport-tls](tls)\nbind=127.0.0.1:5061\n" in written(
        settings, "pjsip_transport.conf"
    )


@pytest.mark.parametrize("password", ["two\nlines", "back\\slash", "bell\x07"])
def test_a_password_that_would_break_a_file_is_refused(
    with_trunks: Path, settings: Settings, password: str
) -> None:
    tenant = initialised(with_trunks, settings)
    settings.paths.trunk_password("by-password").write_text(password)
    with pytest.raises(UnsafeValue, match="by-password") as error:
        write_asterisk_files(tenant, settings)
    assert password not in str(error.value)


def test_outbound_rules_name_prefix_client_and_caps(with_trunks: Path, settings: Settings) -> None:
    tenant = initialised(with_trunks, settings)
    write_asterisk_files(tenant, settings)
    assert written(settings, "outbound_rules.conf") == (
        "[outbound-rules]\n"
        "exten => _380X.,1,Set(OUT_TRUNKS=by-address)\n same => n,Return()\n"
        "exten => _38044X.,1,Set(OUT_TRUNKS=by-password)\n same => n,Return()\n"
        "[outbound-clients]\n"
        "exten => dnipro,1,Set(OUT_TRUNKS=)\n"
        ' same => n,ExecIf($["${OUT_NUMBER:0:3}" = "380"]?Set(OUT_TRUNKS=by-address))\n'
        ' same => n,ExecIf($["${OUT_NUMBER:0:5}" = "38044"]?Set(OUT_TRUNKS=by-password))\n'
        " same => n,Set(OUT_CALLER_ID=380440000000)\n"
        " same => n,Set(OUT_CAP_AGENT=50)\n"
        " same => n,Set(OUT_CAP_CLIENT=500)\n"
        " same => n,Set(OUT_CAP_DAY=1000)\n"
        " same => n,Return()\n"
        "[outbound-campaigns]\n"
        "[outbound-trunks]\n"
        "[outbound-phones]\n"
        "exten => 203,1,Set(CC_CLIENT=dnipro)\n same => n,Return()\n"
        "[external-phones]\n"
    )


def test_trunks_are_tried_in_their_order_and_hold_so_many_calls(
    with_trunks: Path, settings: Settings
) -> None:
    campaign = with_trunks / "clients/dnipro/campaigns/renewals.yaml"
    change(campaign, "queue: vip ", "trunks: [by-password, by-address]\nqueue: vip ")
    change(
        with_trunks / "clients/dnipro/client.yaml",
        "380: by-a",
        "380: [by-address, by-password], 48: by-a",
    )
    change(with_trunks / "tenant.yaml", "user: 38000", "user: 38000, calls: 30")
    tenant = initialised(with_trunks, settings)
    write_asterisk_files(tenant, settings)
    rules = written(settings, "outbound_rules.conf")
    assert "exten => _380X.,1,Set(OUT_TRUNKS=by-address&by-password)\n" in rules
    assert "exten => _48X.,1,Set(OUT_TRUNKS=by-address)\n" in rules
    assert '"380"]?Set(OUT_TRUNKS=by-address&by-password))\n' in rules
    assert (
        "[outbound-campaigns]\n"
        "exten => dnipro.renewals,1,Set(OUT_TRUNKS=by-password&by-address)\n"
        " same => n,Return()\n"
        "[outbound-trunks]\n"
        "exten => by-password,1,Set(OUT_TRUNK_CALLS=30)\n"
        " same => n,Return()\n"
    ) in rules


def test_a_telephone_outside_has_a_number_and_a_client_but_no_account(
    with_trunks: Path, settings: Settings
) -> None:
    outside = "205: {external: '+380445556677', dials_for: dnipro}"
    change(with_trunks / "tenant.yaml", "205: {site: kyiv}", outside)
    tenant = initialised(with_trunks, settings)
    write_asterisk_files(tenant, settings)
    assert written(settings, "outbound_rules.conf").endswith(
        "[external-phones]\nexten => 205,1,Set(OUT_NUMBER=380445556677)\n"
        " same => n,Set(CC_CLIENT=dnipro)\n same => n,Return()\n"
    )
    assert "phone-205" not in written(settings, "pjsip_accounts.conf")
    assert "phone-205" not in written(settings, "hints.conf")
    assert not settings.paths.sip_password("phone-205").exists()


@pytest.mark.parametrize(
    "limits",
    [
        "overflow: {number: '+380445556677'}",
        "partner: '+380445556677'",
        "partner: '+380445556677', waiting: 9, overflow: {voicemail: yes}",
    ],
)
def test_only_partners_of_a_clients_own_queues_can_be_reached(
    with_trunks: Path, settings: Settings, limits: str
) -> None:
    to = f"limits: {{partner_percent: 10, {limits}}}"
    change(with_trunks / "clients/dnipro/client.yaml", "  vip:\n", f"  vip:\n    {to}\n")
    tenant = initialised(with_trunks, settings)
    write_asterisk_files(tenant, settings)
    assert written(settings, "outbound_rules.conf").endswith(
        "[outbound-partners-dnipro]\nexten => 380445556677,1,Return()\n"
    )


def test_a_clients_own_music_is_a_class_of_its_name(
    tenant_folder: Path, settings: Settings
) -> None:
    music = tenant_folder / "clients/nour/music"
    music.mkdir()
    (music / "calm").mkdir()
    for song in ("song.wav", "calm/song.wav"):
        (music / song).write_bytes(b"")
    tenant = initialised(tenant_folder, settings)
    write_asterisk_files(tenant, settings)
    assert written(settings, "musiconhold_classes.conf") == (
        "[nour]\nmode=files\n"
        "directory=/etc/ccengine/dialplan/tenants/demo/clients/nour/music\nsort=randstart\n"
        "\n[nour/calm]\nmode=files\n"
        "directory=/etc/ccengine/dialplan/tenants/demo/clients/nour/music/calm\nsort=randstart\n"
    )
