"""One file per secret: reads them. Imports next to nothing, as small programs do it, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from pathlib import Path


class SecretMissing(Exception):
    """A file with a secret is not there or cannot be read by this user.

    Args:
        file: which.
        reason: what is wrong with it.
    """

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(file, reason)  # as they are: it travels from process to process

    @override
    def __str__(self) -> str:
        """Return what is wrong, and what helps."""
        file, reason = self.args
        return f"{file} {reason} — run `ccengine init` as root"


def read_secret(file: Path) -> str:
    """Return what the file holds.

    Raises:
        SecretMissing: the file cannot be read, or holds nothing.
    """
    try:
        text = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SecretMissing(file, "is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(file, f"cannot be read ({error})") from None
    if not text:
        raise SecretMissing(file, "is empty")
    return text
