import pytest

from ccengine.phone.addresses import NameAddress, Uri, Via
from ccengine.phone.errors import MalformedMessage


@pytest.mark.parametrize(
    ("text", "user", "address"),
    [
        ("sip:a@192.0.2.1", "a", ("192.0.2.1", 5060)),
        ("sip:+49%2030@pbx.example:5080;transport=udp?X=1", "+49%2030", ("pbx.example", 5080)),
        ("SIP:192.0.2.1:1", "", ("192.0.2.1", 1)),
        ("sip:u:password@[2001:db8::1]:5070;lr", "u:password", ("2001:db8::1", 5070)),
        ("sips:*72@h", "*72", ("h", 5060)),
    ],
)
def test_uris_are_read_and_written(text: str, user: str, address: tuple[str, int]) -> None:
    uri = Uri.parse(text)
    assert (uri.user, uri.address) == (user, address)
    assert Uri.parse(uri.text) == uri


@pytest.mark.parametrize(
    "text", ["", "tel:+49", "sip:", "sip:a@", "sip:a@h:70000", "sip:a@h:x", "a@b"]
)
def test_what_is_no_uri_is_malformed(text: str) -> None:
    with pytest.raises(MalformedMessage):
        Uri.parse(text)


@pytest.mark.parametrize(
    ("text", "name", "user", "tag"),
    [
        ('"A \\"B\\" <c>" <sip:a@b;x=1>;tag=t', 'A "B" <c>', "a", "t"),
        ("Anna Smith <sip:a@b>", "Anna Smith", "a", ""),
        ("<sip:a@b>;tag=t;other", "", "a", "t"),
        ("sip:a@b;tag=t", "", "a", "t"),
        (" sip:a@b ;  tag  =  t", "", "a", "t"),
    ],
)
def test_addresses_are_read(text: str, name: str, user: str, tag: str) -> None:
    address = NameAddress.parse(text)
    assert (address.name, address.uri.user, address.tag) == (name, user, tag)
    assert NameAddress.parse(address.text) == address


def test_only_a_loose_router_has_lr() -> None:
    assert Uri.parse("sip:h;lr").is_loose_router
    assert Uri.parse("sip:h;lr=on;x").is_loose_router
    assert not Uri.parse("sip:lr@h?lr").is_loose_router


def test_a_response_goes_where_via_says() -> None:
    source = ("192.0.2.7", 4000)
    assert Via.parse("SIP/2.0/UDP h:5061;rport;branch=b").answer_address(source) == source
    assert Via.parse("SIP/2.0/UDP h:5061;branch=b").answer_address(source) == ("192.0.2.7", 5061)
    assert Via.parse("SIP / 2.0 / UDP h ; branch = b").answer_address(source)[1] == 5060
    assert Via.parse("SIP / 2.0 / UDP h ; branch = b").branch == "b"


@pytest.mark.parametrize("text", ["", "SIP/2.0/UDP", "HTTP/1.1 h", "SIP/2.0/UDP h:99999"])
def test_what_is_no_via_is_malformed(text: str) -> None:
    with pytest.raises(MalformedMessage):
        Via.parse(text)
