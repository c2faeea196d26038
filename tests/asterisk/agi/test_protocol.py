"""FastAGI's lines: what is written is read back the same, what is none of them is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.asterisk.agi.protocol import (
    HEADER_LINES,
    LINE_BYTES,
    AgiError,
    HeaderReader,
    HungUp,
    Request,
    Response,
    ResponseReader,
    Route,
    Unsayable,
    answer,
    command,
    get_variable,
    header_block,
    noop,
    parse_command,
    parse_route,
    set_variable,
    verbose,
)
from ccengine.asterisk.agi.script import VARIABLES, ScriptReplies

# As Asterisk 22 sends it, in its order.
BLOCK = b"""\
agi_network: yes
agi_network_script: queue-state/acme/billing?short=1
agi_request: agi://engine/queue-state/acme/billing?short=1
agi_channel: PJSIP/trunk-0000002a
agi_language: en
agi_type: PJSIP
agi_uniqueid: 1763816460.42
agi_version: 22.10.1
agi_callerid: 35312345678
agi_calleridname: Caller: One
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: 600100
agi_rdnis: unknown
agi_context: from-trunk
agi_extension: 600100
agi_priority: 3
agi_enhanced: 0.0
agi_accountcode:\x20
agi_threadid: 140112
agi_arg_1: first
agi_arg_2: second, too

"""
SAYABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300)


def read_block(block: bytes) -> Request:
    reader = HeaderReader()
    for line in block.splitlines(keepends=True):
        request = reader.feed(line)
        if request is not None:
            return request
    pytest.fail("the block did not end")


def test_the_block_that_asterisk_sends_is_read() -> None:
    request = read_block(BLOCK)
    assert request.get("callerid") == "35312345678"
    assert request.get("calleridname") == "Caller: One"
    assert request.get("accountcode") == ""
    assert request.get("nothing") == ""
    assert request.arguments == ("first", "second, too")
    assert request.route() == Route(("queue-state", "acme", "billing"), {"short": "1"})


@pytest.mark.parametrize(
    "block",
    [
        b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"agi_network\n\n",
        b"agi_network:yes\n\n",
        b"AGI_NETWORK: yes\n\n",
        b"agi_callerid: 1\nagi_callerid: 2\n\n",
        b" agi_callerid: 1\n\n",
        b"agi_cut: off",
        b"agi_long: " + b"x" * 20_000 + b"\n",
        b"".join(b"agi_arg_%d: x\n" % number for number in range(HEADER_LINES + 1)),
        bytes(range(256)) + b"\n",
    ],
)
def test_what_is_no_block_is_refused(block: bytes) -> None:
    with pytest.raises(AgiError):
        read_block(block)


def test_a_callers_name_smuggles_no_route_in() -> None:
    smuggled = BLOCK.replace(b"Caller: One", b"x\nagi_network_script: callback/acme/billing")
    with pytest.raises(AgiError, match="said twice"):
        read_block(smuggled)


def test_a_name_that_cannot_be_read_fails_no_call() -> None:
    request = read_block(BLOCK.replace(b"Caller: One", b"Ren\xe9\x1b[2J\x00"))
    assert request.get("calleridname") == "Ren\ufffd\ufffd[2J\ufffd"


def test_a_route_is_decoded_after_it_is_taken_apart() -> None:
    assert parse_route("/hours/a%2Fb/%D9%86?x=1%262&y") == Route(
        ("hours", "a/b", "ن"), {"x": "1&2", "y": ""}
    )
    assert parse_route("closed/+44%20") == Route(("closed", "+44 "), {})


@pytest.mark.parametrize(
    "script",
    ["", "/", "a//b", "a/%0A", "a/%00", "a/%ff", "a?x=%0d", "a?x=1&x=2", "a/" * 9, "a?%7f=1"],
)
def test_a_route_that_means_nothing_is_refused(script: str) -> None:
    with pytest.raises(AgiError):
        parse_route(script)


@given(st.lists(SAYABLE, min_size=1, max_size=8))
def test_a_command_is_read_as_the_words_it_was_written_of(words: list[str]) -> None:
    try:
        line = command(*words)
    except Unsayable:
        assert sum(len(word.encode()) for word in words) * 2 + 3 * len(words) >= LINE_BYTES
        return
    assert line.count(b"\n") == 1
    assert len(line) <= LINE_BYTES
    assert parse_command(line) == tuple(words)


@given(st.text(max_size=40), st.text(max_size=40))
def test_one_variable_is_set_or_nothing_is_said(name: str, value: str) -> None:
    try:
        line = set_variable(name, value)
    except Unsayable:
        return
    replies = ScriptReplies({})
    assert line.count(b"\n") == 1
    assert replies.reply(line) == b"200 result=1\n"
    assert replies.variables == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CC_X", "ok\nEXEC System rm"),
        ("CC_X", "ok\rHANGUP"),
        ("CC_X", "\0"),
        ("CC_X", "\x85"),
        ("CC_X", "\ud800"),
        ("CC_X", "x" * LINE_BYTES),
        ("CC_X", '"' * (LINE_BYTES // 2)),
        ("CC X", "1"),
        ("SHELL(id)", "1"),
        ("CC_X\n", "1"),
        ("", "1"),
    ],
)
def test_what_would_be_another_command_is_refused(name: str, value: str) -> None:
    with pytest.raises(Unsayable):
        set_variable(name, value)


def test_commands_look_as_asterisk_documents_them() -> None:
    assert set_variable("CC_X", 'a "b" \\ $c') == b'SET VARIABLE CC_X "a \\"b\\" \\\\ $c"\n'
    assert set_variable("CC_X", "") == b'SET VARIABLE CC_X ""\n'
    assert get_variable("CC_CALL_ID") == b"GET VARIABLE CC_CALL_ID\n"
    assert verbose("two words") == b'VERBOSE "two words" 1\n'
    assert noop() == b"NOOP\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"SET VARIABLE A b\n", ("SET", "VARIABLE", "A", "b")),
        (b"  SET\tVARIABLE  A\n", ("SET", "VARIABLE", "A")),
        (b'VERBOSE "a b"c\n', ("VERBOSE", "a bc")),
        (b"VERBOSE a\\ b\n", ("VERBOSE", "a b")),
        (b'VERBOSE "" x\n', ("VERBOSE", "", "x")),
        (b'VERBOSE "open\n', ("VERBOSE", "open")),
        (b"\n", ()),
    ],
)
def test_commands_are_taken_apart_as_asterisk_does(line: bytes, words: tuple[str, ...]) -> None:
    assert parse_command(line) == words


@pytest.mark.parametrize(
    ("line", "response"),
    [
        (b"200 result=1\n", Response(200, "1")),
        (b"200 result=0\n", Response(200, "0")),
        (b"200 result=1 (a) b (c))\n", Response(200, "1", "a) b (c)")),
        (b"200 result=1 ()\n", Response(200, "1", "")),
        (b"200 result=49 endpos=800\n", Response(200, "49")),
        (b"200 result=1 (speech) endpos=0\n", Response(200, "1", "speech")),
        (b"510 Invalid or unknown command\n", Response(510, text="Invalid or unknown command")),
        (b"510\n", Response(510)),
        (b"HANGUP\n", HungUp()),
        (b"100 result=0 Trying...\n", None),
    ],
)
def test_answers_are_read(line: bytes, response: Response | HungUp | None) -> None:
    assert ResponseReader().feed(line) == response


def test_a_usage_of_many_lines_is_one_answer() -> None:
    reader = ResponseReader()
    assert reader.feed(b"520-Invalid command syntax.  Proper usage follows:\n") is None
    assert reader.feed(b" Usage: SET VARIABLE <name> <value>\n") is None
    assert reader.feed(b"HANGUP\n") is None
    response = reader.feed(b"520 End of proper usage.\n")
    assert isinstance(response, Response)
    assert not response.ok
    assert "SET VARIABLE" in response.text
    assert reader.feed(b"200 result=1\n") == Response(200, "1")


@pytest.mark.parametrize(
    "lines",
    [
        [b"\n"],
        [b"200\n"],
        [b"200 done\n"],
        [b"result=1\n"],
        [b"200 result=1"],
        [b"2000 result=1\n"],
        [b"\xff\n"],
        [b"520-begins\n"] + [b"and goes on\n"] * 100,
    ],
)
def test_what_is_no_answer_is_refused(lines: list[bytes]) -> None:
    reader = ResponseReader()
    *before, last = lines
    for line in before:
        assert reader.feed(line) is None
    with pytest.raises(AgiError):
        reader.feed(last)


def test_failure_is_no_success() -> None:
    assert Response(200, "1").ok
    assert Response(200, "0").ok
    assert not Response(200, "-1").ok
    assert not Response(511).ok


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_nothing_that_anybody_sends_raises_more_than_it_says(lines: list[bytes]) -> None:
    for feed in (HeaderReader().feed, ResponseReader().feed, parse_command):
        try:
            for line in lines:
                feed(line + b"\n")
        except AgiError:
            pass


@given(st.text(max_size=300))
def test_no_route_raises_more_than_it_says(script: str) -> None:
    try:
        route = parse_route(script)
    except AgiError:
        return
    assert all(route.segments)
    assert "\n" not in "".join([*route.segments, *route.query, *route.query.values()])


@given(
    st.dictionaries(st.from_regex(r"agi_[a-z]{1,8}", fullmatch=True), SAYABLE, min_size=1),
    st.lists(SAYABLE, max_size=3),
)
def test_a_block_that_we_write_is_read_back(headers: dict[str, str], arguments: list[str]) -> None:
    request = read_block(header_block(headers, arguments))
    assert {name: request.headers[name] for name in headers} == headers
    assert request.arguments == tuple(arguments)


@pytest.mark.parametrize(
    "headers",
    [{"agi_x": "a\nb"}, {"agi_x\n": "a"}, {"x": "a"}, {"agi_x": "y" * 20_000}],
)
def test_a_block_with_more_lines_than_meant_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unsayable):
        header_block(headers)


def test_answers_are_written_as_asterisk_writes_them() -> None:
    assert answer(1) == b"200 result=1\n"
    assert answer(1, "a b") == b"200 result=1 (a b)\n"
    with pytest.raises(Unsayable):
        answer(1, "a\n200 result=1")


def test_a_script_is_answered_and_what_it_sets_is_kept() -> None:
    replies = ScriptReplies({"caller": "100"})
    assert replies.reply(b"GET VARIABLE caller\n") == b"200 result=1 (100)\n"
    assert replies.reply(b"GET VARIABLE other\n") == b"200 result=0\n"
    assert replies.reply(b'set variable tier "gold plus"\n') == b"200 result=1\n"
    assert replies.reply(b"GET VARIABLE tier\n") == b"200 result=1 (gold plus)\n"
    assert replies.reply(b"SET VARIABLE tier\n").startswith(b"520 ")
    assert replies.reply(b"VERBOSE hello 1\n") == b"200 result=1\n"
    assert replies.reply(b"NOOP\n") == b"200 result=0\n"
    assert replies.reply(b"EXEC Dial PJSIP/100\n").startswith(b"510 ")
    assert replies.reply(b"\n").startswith(b"510 ")
    assert replies.reply(b"HANGUP\n") == b"200 result=1\n"
    assert replies.reply(b"SET VARIABLE tier silver\n").startswith(b"511 ")
    assert replies.variables == {"tier": "gold plus"}


def test_a_script_fills_no_memory() -> None:
    replies = ScriptReplies({})
    for number in range(VARIABLES + 10):
        replies.reply(f"SET VARIABLE v{number} x\n".encode())
    assert replies.reply(b"SET VARIABLE v0 y\n") == b"200 result=1\n"
    assert replies.reply(b"SET VARIABLE v1 %s\n" % (b"y" * 1_001)).startswith(b"520 ")
    assert len(replies.variables) == VARIABLES
