"""Lays the state folder out: who may go where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.ownership import PASSAGE, SHARED_FOLDER, Owner, make_folder

if TYPE_CHECKING:
    from ccengine.config.settings import StatePaths

ROOT_FOLDER: Final = 0o755
OWN_FOLDER: Final = 0o700


def lay_out(paths: StatePaths) -> None:
    """Make all folders with their owners and modes. What is there keeps its content."""
    make_folder(paths.root, Owner.ROOT, ROOT_FOLDER)
    passages = (
        paths.secrets,
        paths.engine_secrets,
        paths.sip_secrets,
        paths.pins,
        paths.webhook_secrets,
        paths.lookup_secrets,
        paths.trunk_secrets,
    )
    for folder in passages:
        make_folder(folder, Owner.ROOT, PASSAGE)
    for folder in (paths.asterisk, paths.asterisk_database, paths.asterisk_local):
        make_folder(folder, Owner.ASTERISK, SHARED_FOLDER)
    engine_folders = (
        paths.sounds,
        paths.recordings,
        paths.journal.parent,
        paths.database.parent,
        paths.databases,
        paths.logs,
    )
    for folder in engine_folders:
        make_folder(folder, Owner.ENGINE, SHARED_FOLDER)
    for folder in (paths.kept, paths.recording_keys, paths.lead_files, paths.exports):
        make_folder(folder, Owner.ENGINE, OWN_FOLDER)
    make_folder(paths.asterisk_logs, Owner.ASTERISK, SHARED_FOLDER)
