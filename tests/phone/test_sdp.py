import pytest

from ccengine.phone import sdp
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.sdp import Direction, Media

OFFER = """v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=video 4000 RTP/AVP 31
m=audio 5000 RTP/AVP 8 0 96
c=IN IP4 192.0.2.9
a=rtpmap:96 telephone-event/8000
a=sendonly
""".replace("\n", "\r\n").encode()


def test_what_we_offer_is_read_back() -> None:
    media = Media("127.0.0.1", 4000)
    assert sdp.parse(media.to_bytes()) == media


def test_the_audio_stream_is_found_among_others() -> None:
    offer = sdp.parse(OFFER)
    assert offer.address == ("192.0.2.9", 5000)
    assert offer.digits == 96
    assert not offer.takes_sound


def test_an_answer_refuses_the_other_streams_in_their_place() -> None:
    body = sdp.answer(sdp.parse(OFFER), "127.0.0.1", 6000).to_bytes().decode()
    streams = [line for line in body.splitlines() if line.startswith("m=")]
    assert streams == ["m=video 0 RTP/AVP 31", "m=audio 6000 RTP/AVP 0 96"]
    assert "a=recvonly" in body


@pytest.mark.parametrize(
    "media",
    [
        Media("127.0.0.1", 0),
        Media("0.0.0.0", 4000),
        Media("127.0.0.1", 4000, direction=Direction.NONE),
    ],
)
def test_on_hold_nobody_wants_our_sound(media: Media) -> None:
    assert not media.takes_sound


def test_digits_are_only_sent_to_who_takes_them() -> None:
    media = sdp.parse(b"v=0\nc=IN IP4 h\nm=audio 1 RTP/AVP 0\na=rtpmap:101 telephone-event/8000\n")
    assert media.digits is None


@pytest.mark.parametrize(
    "body",
    [b"", b"v=0", b"m=audio x RTP/AVP 0", b"m=audio 1 RTP/AVP 8", b"m=audio 70000 RTP/AVP 0"],
)
def test_without_ulaw_there_is_no_call(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        sdp.parse(body)
