"""How long to wait before something is tried again that could not be done."""

from __future__ import annotations

from typing import Final

SHORTEST_SECONDS: Final = 0.25
LONGEST_SECONDS: Final = 4.0


class Patience:
    """Grows with each try that was sent and was not done; who is away is looked for often."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def wait_seconds(self, *, sent: bool) -> float:
        """Return how long to wait now.

        Args:
            sent: somebody was asked, who refused or did not answer.
        """
        grown = min(self._seconds * 2, LONGEST_SECONDS) if sent else 0.0
        self._seconds = max(grown, SHORTEST_SECONDS)
        return self._seconds

    def renew(self) -> None:
        """Begin with the shortest wait again: it was done."""
        self._seconds = 0.0
