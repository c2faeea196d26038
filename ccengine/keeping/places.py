"""Where a recording is that is not here any more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ccengine.config.keeping import Store


@dataclass(frozen=True, slots=True)
class Place:
    """A store and where in it. Plain data, without its keys: it goes to other processes."""

    endpoint: str
    bucket: str
    region: str
    keys: Path

    @classmethod
    def of(cls, store: Store, keys: Path) -> Place:
        """Return the place that client.yaml names."""
        return cls(store.endpoint, store.bucket, store.region, keys)

    def named(self, item: str) -> str:
        """Return how a row names an object."""
        return f"{self.endpoint}/{self.bucket}/{item}"

    def at(self, stored: str) -> tuple[Place, str]:
        """Return where an object is that a row names: perhaps in a store of before."""
        parts = urlsplit(stored)
        bucket, _, item = parts.path.removeprefix("/").partition("/")
        return Place(f"{parts.scheme}://{parts.netloc}", bucket, self.region, self.keys), item
