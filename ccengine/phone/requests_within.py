"""The small formats that travel inside a call: digits in INFO, REFER and its progress in NOTIFY."""

import re

from ccengine.phone.addresses import NameAddress
from ccengine.phone.messages import Request

_SIGNAL = re.compile(r"(?im)^\s*signal\s*=\s*([0-9*#A-D])\s*$")
_FRAGMENT = re.compile(r"SIP/2\.0 +([1-6]\d\d)")
_FIRST_FINAL = 200


def digit_in(request: Request) -> str | None:
    """Give the digit of an INFO (application/dtmf-relay or application/dtmf), None without one."""
    if request.method != "INFO":
        return None
    body = request.body.decode("utf-8", "replace").strip()
    if match := _SIGNAL.search(body):
        return match[1].upper()
    return body.upper() if re.fullmatch(r"[0-9*#A-Da-d]", body) else None


def final_status_in(request: Request) -> int | None:
    """Give the final SIP status a NOTIFY reports of a transfer, None while it is under way."""
    if request.method != "NOTIFY":
        return None
    match = _FRAGMENT.match(request.body.decode("utf-8", "replace").strip())
    status = int(match[1]) if match else 0
    return status if status >= _FIRST_FINAL else None


def refer_to(target: str, replaces: str | None, ours: NameAddress) -> list[tuple[str, str]]:
    """Give the headers of a REFER; `replaces` makes it an attended one."""
    query = f"?Replaces={replaces}" if replaces else ""
    return [("Refer-To", f"<{target}{query}>"), ("Referred-By", f"<{ours.uri.text}>")]
