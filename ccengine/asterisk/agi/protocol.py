"""FastAGI's lines, both ways, without I/O.

Asterisk connects and writes a block of `agi_...: value` lines that ends with an empty one. Then
the server writes one command a line and Asterisk answers each: `200 result=1 (value)`, `510` for
what it does not know, `511` once the channel is gone, `520` for what is badly written, in one
line or in many. `HANGUP` on a line of its own may come at any time.

Asterisk reads commands into 2,048 bytes (AGI_BUF_LEN in res_agi.c) and takes what is longer for a
further command, parts words at spaces, joins them between quotes, and takes what follows a
backslash as it is; a line break cannot be written at all. Whoever makes lines by these functions
cannot write two commands where one was meant: what has no spelling is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER_LINES: Final = 200
HEADER_BYTES: Final = 16_384  # Asterisk's own are some thirty lines of some thousand bytes
LINE_BYTES: Final = 2_000  # a line of either side that may be longer is none
COMMAND_WORDS: Final = 127  # res_agi's MAX_ARGS, less the last, which is empty
USAGE_LINES: Final = 100
SEGMENTS: Final = 8
QUERY_KEYS: Final = 16

SUCCESS: Final = 200
UNKNOWN_COMMAND: Final = 510
DEAD_CHANNEL: Final = 511
BAD_SYNTAX: Final = 520

_HEADER = re.compile(rb"(agi_[a-z0-9_]{1,40}):(?: (.*))?", re.DOTALL)
_RESULT = re.compile(r"(\d{3}) result=(-?[0-9A-Za-z*#]*)(?: \((.*)\))?(?: endpos=\d+)?", re.DOTALL)
_STATUS = re.compile(r"(\d{3})(?:([ -])(.*))?", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_WORD = re.compile(r'(?:\\.|"(?:\\.|[^"\\])*(?:"|\\?$)|[^ \t"\\])+', re.DOTALL)
_ESCAPED = re.compile(r'\\(.)?|"', re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9_./:=+-]+")


class Fault(StrEnum):
    """Which rule was broken; never a value, as a value may be anybody's."""

    ROUTE_PARTS = "route: empty part or too many"
    ROUTE_KEYS = "route: key given twice or too many"
    LONG_HEADER = "header: too long"
    EMPTY_HEADER = "header: empty"
    NO_HEADER = "header: not a name and a value"
    HEADER_TWICE = "header: said twice"
    HEADER_NAME = "a header's name is agi_ and small letters"
    HEADERS = "too many headers"
    COMMAND_SIZE = "a command of no words or too many bytes"
    LONG_COMMAND = "command: too long"
    COMMAND_WORDS = "command: too many words"
    NO_CODE = "answer: no code"
    ENDLESS_ANSWER = "answer: does not end"
    NO_RESULT = "answer: no result"
    VARIABLE_NAME = "not the name of a variable"
    CONTROLS = "control characters"
    ROUTE_CONTROLS = "route: control characters"
    NOT_UTF_8 = "not UTF-8"
    CUT_OFF = "line: cut off"


class AgiError(ValueError):
    """The other side does not keep to the protocol; the text names the rule, never a value."""


class Unsayable(ValueError):
    """What should be written has no spelling in the protocol."""


@dataclass(frozen=True, slots=True)
class Route:
    """What is asked for: the part of the address after the host."""

    segments: tuple[str, ...]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """The block that Asterisk begins with. Values are text without control characters."""

    headers: Mapping[str, str]  #: by their whole names, `agi_callerid`

    def get(self, name: str) -> str:
        """Return a header by the name behind `agi_`, or nothing."""
        return self.headers.get(f"agi_{name}", "")

    @property
    def arguments(self) -> tuple[str, ...]:
        """What stands behind the address in the dialplan's line, in order."""
        found: list[str] = []
        while (value := self.headers.get(f"agi_arg_{len(found) + 1}")) is not None:
            found.append(value)
        return tuple(found)

    def route(self) -> Route:
        """Read what is asked for, percent-decoded after it is taken apart.

        Raises:
            AgiError: it cannot be read.
        """
        return parse_route(self.get("network_script"))


def parse_route(script: str) -> Route:
    """Read `segment/segment?key=value&key=value`; a key that is given twice is refused.

    Raises:
        AgiError: it cannot be read.
    """
    path, _, query = script.partition("?")
    segments = tuple(_decoded(part) for part in path.strip("/").split("/"))
    if len(segments) > SEGMENTS or not all(segments):
        raise AgiError(Fault.ROUTE_PARTS)
    pairs = [part.partition("=") for part in query.split("&") if part]
    keys = [_decoded(key) for key, _, _ in pairs]
    if len(set(keys)) < len(keys) or len(keys) > QUERY_KEYS:
        raise AgiError(Fault.ROUTE_KEYS)
    values = [_decoded(value) for _, _, value in pairs]
    return Route(segments, dict(zip(keys, values, strict=True)))


@dataclass(slots=True)
class HeaderReader:
    """Takes the lines of the block one after the other."""

    _headers: dict[str, str] = field(default_factory=dict)
    _bytes: int = 0

    def feed(self, line: bytes) -> Request | None:
        """Take a line with its end; the request, once the empty line has come.

        Control characters in values become U+FFFD: callers' names are not ours to choose, and a
        call must not fail by them. A header that is said twice is refused, as what a caller's
        name smuggles in comes after what Asterisk itself has said.

        Raises:
            AgiError: it is no header, said twice, or too much.
        """
        self._bytes += len(line)
        if self._bytes > HEADER_BYTES or len(self._headers) >= HEADER_LINES:
            raise AgiError(Fault.LONG_HEADER)
        body = _body(line)
        if not body:
            if not self._headers:
                raise AgiError(Fault.EMPTY_HEADER)
            return Request(self._headers)
        found = _HEADER.fullmatch(body)
        if found is None:
            raise AgiError(Fault.NO_HEADER)
        name = found[1].decode("ascii")
        if name in self._headers:
            raise AgiError(Fault.HEADER_TWICE)
        self._headers[name] = _harmless(found[2] or b"")
        return None


def header_block(headers: Mapping[str, str], arguments: Sequence[str] = ()) -> bytes:
    """Write the block as Asterisk does; headers by their whole names.

    Raises:
        Unsayable: a name is none, or a value holds control characters.
    """
    given = dict(headers)
    given |= {f"agi_arg_{number}": text for number, text in enumerate(arguments, start=1)}
    lines = [f"{name}: {_spelled(value)}\n".encode() for name, value in given.items()]
    if not all(_HEADER.fullmatch(line[:-1]) for line in lines):
        raise Unsayable(Fault.HEADER_NAME)
    block = b"".join(lines) + b"\n"
    if len(block) > HEADER_BYTES or len(lines) > HEADER_LINES:
        raise Unsayable(Fault.HEADERS)
    return block


def command(*words: str) -> bytes:
    """Write a command with its end, each word so that it is read as one and as it is.

    Raises:
        Unsayable: a word holds control characters, or the line would be too long.
    """
    line = " ".join(_quoted(word) for word in words).encode() + b"\n"
    if len(line) > LINE_BYTES or not 1 <= len(words) <= COMMAND_WORDS:
        raise Unsayable(Fault.COMMAND_SIZE)
    return line


def set_variable(name: str, value: str) -> bytes:
    """Write the command that sets a channel's variable; never a dialplan function.

    Raises:
        Unsayable: the name is no variable's, or the value has no spelling.
    """
    return command("SET", "VARIABLE", _variable(name), value)


def get_variable(name: str) -> bytes:
    """Write the command that asks for a channel's variable.

    Raises:
        Unsayable: the name is no variable's.
    """
    return command("GET", "VARIABLE", _variable(name))


def verbose(text: str, level: int = 1) -> bytes:
    """Write the command that puts a line on Asterisk's console; level 1 to 4.

    Raises:
        Unsayable: the text has no spelling.
    """
    return command("VERBOSE", text, str(level))


def noop() -> bytes:
    """Write the command that does nothing: its answer tells whether the channel lives."""
    return command("NOOP")


def parse_command(line: bytes) -> tuple[str, ...]:
    """Take a command of a script apart, as Asterisk's parse_args does.

    Raises:
        AgiError: it is too long, or no text.
    """
    if len(line) > LINE_BYTES:
        raise AgiError(Fault.LONG_COMMAND)
    words = _WORD.findall(_text(_body(line)))
    if len(words) > COMMAND_WORDS:
        raise AgiError(Fault.COMMAND_WORDS)
    return tuple(_ESCAPED.sub(lambda found: found[1] or "", word) for word in words)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a command."""

    code: int  #: 200, 510, 511, 520
    result: str = ""  #: what stands behind `result=`
    value: str | None = None  #: what stands in brackets
    text: str = ""  #: why not, or how it should have been written

    @property
    def ok(self) -> bool:
        """Whether the command was carried out: -1 is Asterisk's word for failure."""
        return self.code == SUCCESS and self.result != "-1"


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller has left; commands for a dead channel only are still answered."""


@dataclass(slots=True)
class ResponseReader:
    """Takes the lines that Asterisk answers with, one after the other."""

    _usage: list[str] | None = None

    def feed(self, line: bytes) -> Response | HungUp | None:
        """Take a line with its end; nothing where more is to come.

        Raises:
            AgiError: it is no answer.
        """
        text = _text(_body(line))
        if self._usage is not None:
            return self._continue(self._usage, text)
        if text == "HANGUP":
            return HungUp()
        status = _STATUS.fullmatch(text)
        if status is None:
            raise AgiError(Fault.NO_CODE)
        code = int(status[1])
        if code // 100 == 1:
            return None  # EXEC tells that it tries before it tells what came of it
        if status[2] == "-":
            self._usage = [status[3]]
            return None
        return self._whole(code, text, status[3] or "")

    def _continue(self, usage: list[str], text: str) -> Response | None:
        if text.startswith(f"{BAD_SYNTAX} "):
            self._usage = None
            return Response(BAD_SYNTAX, text="\n".join(usage))
        if len(usage) >= USAGE_LINES:
            raise AgiError(Fault.ENDLESS_ANSWER)
        usage.append(text)
        return None

    def _whole(self, code: int, text: str, rest: str) -> Response:
        found = _RESULT.fullmatch(text)
        if found is not None:
            return Response(code, found[2], found[3])
        if code == SUCCESS:
            raise AgiError(Fault.NO_RESULT)
        return Response(code, text=rest)


def answer(result: int, value: str | None = None) -> bytes:
    """Write Asterisk's answer to a command that was carried out.

    Raises:
        Unsayable: the value holds control characters.
    """
    shown = "" if value is None else f" ({_spelled(value)})"
    return f"{SUCCESS} result={result}{shown}\n".encode()


def refusal(code: int) -> bytes:
    """Write Asterisk's answer to a command that it does not carry out."""
    texts = {
        UNKNOWN_COMMAND: "510 Invalid or unknown command",
        DEAD_CHANNEL: "511 Command Not Permitted on a dead channel or intercept routine",
        BAD_SYNTAX: "520 Invalid command syntax.  Proper usage not available.",
    }
    return texts[code].encode() + b"\n"


def is_sayable(text: str) -> bool:
    """Tell whether a value can be written: no control characters, no halves of characters."""
    return not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)


def _variable(name: str) -> str:
    if _VARIABLE.fullmatch(name) is None:
        raise Unsayable(Fault.VARIABLE_NAME)
    return name


def _spelled(text: str) -> str:
    if not is_sayable(text):
        raise Unsayable(Fault.CONTROLS)
    return text


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _in_quotes(text)


def _in_quotes(text: str) -> str:
    escaped = _spelled(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _decoded(part: str) -> str:
    text = _text(unquote_to_bytes(part))
    if not is_sayable(text):
        raise AgiError(Fault.ROUTE_CONTROLS)
    return text


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise AgiError(Fault.NOT_UTF_8) from None


def _harmless(raw: bytes) -> str:
    text = raw.decode(errors="replace")
    return "".join(sign if is_sayable(sign) else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _body(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise AgiError(Fault.CUT_OFF)
    return line[:-1]
