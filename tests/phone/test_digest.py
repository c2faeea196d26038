import pytest

from ccengine.phone.digest import Challenge, Credentials, challenge_in
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Headers, Response

# The example of RFC 7616, 3.9.1.
REALM = 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
NONCE = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnz"'
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
MUFASA = Credentials("Mufasa", "Circle of Life")


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_the_rfc(algorithm: str, response: str) -> None:
    challenge = Challenge.parse(REALM.format(algorithm) + NONCE)
    value = MUFASA.answer(challenge, "GET", "/dir/index.html", CNONCE)
    assert f'response="{response}"' in value
    assert "nc=00000001" in value
    assert 'opaque="FQhe/' in value


def test_an_old_challenge_without_qop_is_answered_in_the_old_way() -> None:
    # RFC 2069, 2.4, with the corrected response of its erratum.
    challenge = Challenge.parse(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    )
    value = Credentials("Mufasa", "CircleOfLife").answer(challenge, "GET", "/dir/index.html")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in value
    assert "qop" not in value


def test_a_password_is_not_in_the_repr() -> None:
    assert "Circle" not in repr(MUFASA)


@pytest.mark.parametrize(
    "text", ["", "Basic realm=x", 'Digest realm="x"', 'Digest nonce="n", algorithm=AKAv1-MD5']
)
def test_what_cannot_be_answered_is_malformed(text: str) -> None:
    with pytest.raises(MalformedMessage):
        Challenge.parse(text)


def test_the_first_challenge_that_is_understood_is_taken() -> None:
    headers = Headers(
        [
            ("WWW-Authenticate", 'Digest realm="x", nonce="1", algorithm=SHA-512'),
            ("WWW-Authenticate", 'Digest realm="x", nonce="2", stale=TRUE'),
        ]
    )
    challenge = challenge_in(Response(401, "Unauthorized", headers))
    assert challenge is not None
    assert (challenge.nonce, challenge.header, challenge.stale) == ("2", "Authorization", True)


def test_a_proxy_is_answered_in_its_own_header() -> None:
    headers = Headers([("Proxy-Authenticate", 'Digest realm="x", nonce="1"')])
    challenge = challenge_in(Response(407, "", headers))
    assert challenge is not None
    assert challenge.header == "Proxy-Authorization"
