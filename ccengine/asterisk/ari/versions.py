"""Which versions of Asterisk carry calls safely."""

import re
from enum import Enum

_REFUSED_BELOW = (22, 10, 1)  # hang-ups of channels could deadlock Asterisk
_WARNED_BELOW = (22, 11)  # adding a channel to a bridge could


class VersionVerdict(Enum):
    """What to do about the version found."""

    OK = "ok"
    WARN = "warn"
    REFUSE = "refuse"


def judge_version(version: str) -> VersionVerdict:
    """Judge a version as `Ari.info()` tells it, such as "22.10.1~dfsg" or "certified-22.8"."""
    found = re.search(r"\d+(?:\.\d+)*", version)
    if found is None:
        return VersionVerdict.WARN  # built from a branch: whoever did that knows
    numbers = tuple(int(part) for part in found[0].split("."))
    if numbers < _REFUSED_BELOW:
        return VersionVerdict.REFUSE
    return VersionVerdict.WARN if numbers < _WARNED_BELOW else VersionVerdict.OK
