"""How long recordings are kept, where, and what happens without room for them: `keeping`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from ccengine.config.lookups import unknown_keys
from ccengine.config.names import Name, mistake
from ccengine.config.requests import checked_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem

USUAL_KEEP_DAYS: Final = 365
MOST_DAYS: Final = 36_500
BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX: Final = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]{0,63}/){0,8}")


class DiskFull(StrEnum):
    """What happens to callers when there is no room for recordings."""

    CONTINUE = "continue"  #: they are served, and not recorded, which is told
    REFUSE = "refuse"  #: who would have to be recorded hears an apology, and waits in no line


def _endpoint(text: str) -> str:
    checked_url(text, ("https", "http"))
    if text.count("/") != len("//"):
        message = f"'{text}' says more than where the store is"
        raise mistake(message, "write only the address, as in https://s3.example.com:9000")
    return text


def _bucket(text: str) -> str:
    if BUCKET.fullmatch(text) is None:
        message = f"'{text}' cannot be a bucket"
        raise mistake(message, "use 3 to 63 small letters, digits, '-' or '.'")
    return text


def _prefix(text: str) -> str:
    if PREFIX.fullmatch(text) is None:
        message = f"'{text}' cannot begin the objects' names"
        raise mistake(message, "use letters, digits, '-', '_' and '.', and end each folder with /")
    return text


Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store that speaks S3. Its two keys are in a file among the secrets."""

    endpoint: Annotated[str, AfterValidator(_endpoint)]  #: such as https://s3.example.com:9000
    bucket: Annotated[str, AfterValidator(_bucket)]  #: which is there already
    prefix: Annotated[str, AfterValidator(_prefix)] = ""  #: before each object's name
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,32}$")] = ""  #: as the store calls it


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingRules:
    """A client's. What is on hold is kept for longer."""

    keep_days: Days = USUAL_KEEP_DAYS  #: from the recording's begin
    queues: Mapping[Name, Days] = field(default_factory=dict)  #: of these, for so many days
    disk_full: DiskFull = DiskFull.CONTINUE
    store: Store | None = None  #: recordings are moved there; left out: they stay here

    def days_of(self, queue: str | None) -> int:
        """Return for how many days a queue's recordings are kept; of none, as of any."""
        name = (queue or "").partition("/")[2]
        return self.queues.get(name, self.keep_days)


def check_keeping(rules: KeepingRules, document: Document) -> Iterator[Problem]:
    """Yield queues that the client does not have."""
    known = document.keys("queues")
    yield from unknown_keys(document, ("keeping", "queues"), "queue", rules.queues, known)
