"""A recogniser that knows sound by its first byte: a key, `!` for a crash, `?` for rubbish."""

from __future__ import annotations

import json
import sys

from ccengine.ivr.recogniser_engine import HEADER, SOUND

while header := sys.stdin.buffer.read(HEADER.size):
    what, whose, size = HEADER.unpack(header)
    body = sys.stdin.buffer.read(size)
    if what == SOUND and body[:1] == b"!":
        sys.exit(1)
    if what == SOUND and body[:1] == b"?":
        sys.stdout.write('{"7": "rubbish"}\n')
        sys.stdout.flush()
    if what == SOUND and body[:1].isdigit():
        sys.stdout.write(json.dumps([whose, body[:1].decode()]) + "\n")
        sys.stdout.flush()
