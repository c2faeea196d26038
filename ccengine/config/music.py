"""Music on hold that clients bring: each folder with recordings is a class of Asterisk's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.names import is_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccengine.config.tenant import Tenant

DEFAULT_MUSIC: Final = "default"


def music_folders(tenant: Tenant) -> Mapping[str, Path]:
    """Return the classes: `<client>` for its `music/`, `<client>/<name>` for folders below it."""
    found: dict[str, Path] = {}
    for client in tenant.clients.values():
        folder = client.music_folder
        below = sorted(path for path in folder.glob("*") if path.is_dir() and is_name(path.name))
        names = [(str(client.id), folder), *((f"{client.id}/{one.name}", one) for one in below)]
        found |= {name: path for name, path in names if any(path.glob("*.wav"))}
    return found
