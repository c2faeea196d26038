import pytest

from ccengine.phone import messages
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Request, Response, parse

TORTUOUS = (
    b"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
    b"TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
    b'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
    b"MaX-fOrWaRdS: 0068\r\n"
    b"Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
    b"cseq: 0009\r\n  INVITE\r\n"
    b"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"
    b"s :\r\n"
    b"NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
    b"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
    b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
    b"  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n"
    b" z9hG4bK30239\r\n"
    b'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n'
    b"  secondparam ; q = 0.33\r\n"
    b"l: 4\r\n"
    b"\r\n"
    b"v=0\n"
)


def minimal(start: str = "OPTIONS sip:a@b SIP/2.0", cseq: str = "1 OPTIONS", **more: str) -> bytes:
    headers = {"Via": "SIP/2.0/UDP h;branch=z9hG4bK1", "From": "<sip:a@b>;tag=1", "To": "<sip:a@b>"}
    headers |= {"Call-ID": "x", "CSeq": cseq} | {key.replace("_", "-"): more[key] for key in more}
    lines = [start, *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_tortuous_invite_is_read() -> None:
    request = parse(TORTUOUS)
    assert isinstance(request, Request)
    assert request.method == "INVITE"
    assert request.body == b"v=0\n"
    assert messages.cseq(request.headers) == (9, "INVITE")
    assert len(request.headers.values("via")) == 3
    assert request.headers.get("newfangledheader") == "newfangled value continued newfangled value"
    assert request.headers.get("subject") == ""
    assert len(request.headers.values("Contact")) == 1


def test_what_is_written_is_read_again() -> None:
    data = minimal("SIP/2.0 200 OK", X_One="1")
    response = parse(data)
    assert isinstance(response, Response)
    response.body = b"\x00\xff body"
    again = parse(response.to_bytes())
    assert isinstance(again, Response)
    assert (again.status, again.reason, again.body) == (200, "OK", b"\x00\xff body")
    assert list(again.headers)[:-1] == list(response.headers)


def test_bare_line_feeds_and_leading_blank_lines_are_tolerated() -> None:
    data = b"\r\n\r\n" + minimal().replace(b"\r\n", b"\n")
    assert isinstance(parse(data), Request)


def test_a_body_is_cut_to_its_length() -> None:
    assert parse(minimal(Content_Length="3") + b"abcdef").body == b"abc"


def test_a_status_line_without_a_reason_is_read() -> None:
    response = parse(minimal("SIP/2.0 180 "))
    assert isinstance(response, Response)
    assert (response.status, response.reason, response.is_final) == (180, "", False)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"hello",
        b"\x80\x00" * 80,
        b"INVITE",
        b"INVITE sip:a@b SIP/3.0\r\n\r\n",
        minimal("SIP/2.0 999 Odd"),
        minimal("OPTIONS sip:a@b"),
        minimal(cseq="x OPTIONS"),
        minimal(cseq="99999999999 OPTIONS"),
        minimal(cseq="1 INVITE"),
        minimal(Content_Length="5000"),
        minimal(Content_Length="-1"),
        minimal(Content_Length="²"),
        minimal().replace(b"Via", b"Viam"),
        minimal().replace(b"Call-ID", b"Caller"),
    ],
)
def test_what_cannot_be_answered_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse(data)


def test_lists_are_split_outside_of_quotes_and_brackets() -> None:
    line = '"a, \\"b" <sip:x@y;m=1,2>;q=1 , <sip:c@d>,, sip:e@f'
    assert messages.split_list(line) == ['"a, \\"b" <sip:x@y;m=1,2>;q=1', "<sip:c@d>", "sip:e@f"]


def test_an_answer_copies_what_identifies_its_request() -> None:
    request = parse(TORTUOUS)
    assert isinstance(request, Request)
    response = messages.answer_to(request, 404, to_tag="ours")
    assert len(response.headers.lines("via")) == 3
    assert response.headers.get("from") == request.headers.get("from")
    assert response.headers.get("to") == request.headers.get("to")
    assert response.headers.get("cseq") == request.headers.get("cseq")


def test_an_answer_gets_our_tag_once() -> None:
    request = parse(minimal())
    assert isinstance(request, Request)
    assert messages.answer_to(request, 180, to_tag="t").headers.get("to") == "<sip:a@b>;tag=t"
    assert messages.answer_to(request, 100).headers.get("to") == "<sip:a@b>"


def test_putting_a_header_keeps_its_place() -> None:
    headers = messages.Headers([("A", "1"), ("v", "2"), ("B", "3"), ("Via", "4")])
    headers.put("Via", "5")
    headers.put("C", "6")
    assert list(headers) == [("A", "1"), ("Via", "5"), ("B", "3"), ("C", "6")]
