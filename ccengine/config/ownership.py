"""Who owns what in the state folder: fixed ids, the same in every container and on the host's disk.

As root everything gets its owner; as anybody else (tests, a developer) it stays with them.
"""

from __future__ import annotations

import os
import tempfile
from enum import IntEnum
from pathlib import Path
from typing import Final

GROUP: Final = 2400  #: `ccengine`, of both users

SECRET: Final = 0o600
SHARED: Final = 0o640
SHARED_FOLDER: Final = 0o2770  #: what is made in it belongs to the group, too
PASSAGE: Final = 0o711  #: a folder to go through by name, not to look into


class Owner(IntEnum):
    """Whose something is."""

    ROOT = 0
    ASTERISK = 2401
    ENGINE = 2402


def make_folder(path: Path, owner: Owner, mode: int) -> None:
    """Make the folder, or give the one that is there its owner and mode."""
    path.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, owner, 0 if owner is Owner.ROOT else GROUP)
    elif path.stat().st_uid != os.geteuid():
        return  # somebody else's, so init made it
    path.chmod(mode)  # after chown, which takes setgid away


def write_file(path: Path, content: str, owner: Owner, mode: int) -> None:
    """Write the file whole or not at all; nobody else can read it at any moment."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            if os.geteuid() == 0:
                os.fchown(handle, owner, GROUP)
            os.fchmod(handle, mode)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
