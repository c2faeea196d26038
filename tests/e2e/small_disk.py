"""A small disk in the place of the recordings folder, for Asterisk and the engine, for a while."""

from __future__ import annotations

import os
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.e2e.engine_container import docker
from tests.e2e.waits import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.system import System

FOLDER = "/var/lib/ccengine/recordings"
FILLER = f"{FOLDER}/filler"
KEPT_SECONDS = 30.0

MOUNT = """
import ctypes, os, sys
act, path, size, *pids = sys.argv[1:]
libc, path = ctypes.CDLL(None, use_errno=True), path.encode()
def done(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
first, *others = [os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY) for pid in pids]
os.setns(first, os.CLONE_NEWNS)
if act == "mount":
    options = f"size={size}m,mode=2770,uid=2402,gid=2400".encode()
    done(libc.mount(b"tmpfs", path, b"tmpfs", 0, options))
    tree = done(libc.syscall(428, -100, path, 1))  # open_tree, a copy
    for other in others:
        os.setns(other, os.CLONE_NEWNS)
        done(libc.syscall(429, tree, b"", -100, path, 4))  # move_mount: the very same disk
else:
    done(libc.umount2(path, 2))
    for other in others:
        os.setns(other, os.CLONE_NEWNS)
        done(libc.umount2(path, 2))
"""


@asynccontextmanager
async def small_disk(system: System, *, megabytes: int) -> AsyncIterator[None]:
    """Have recordings written to a disk of this size; what was recorded before is kept first."""
    await everything_is_kept(system)
    project = system.settings.project
    names = [f"{project}-engine", f"{project}-asterisk"]
    found = [await docker("inspect", "--format", "{{.State.Pid}}", name) for name in names]
    image = os.environ["CCENGINE_ENGINE_IMAGE"]
    rights = [f"--cap-add=SYS_{right}" for right in ("ADMIN", "CHROOT", "PTRACE")]
    bounds = [f"--security-opt={what}=unconfined" for what in ("seccomp", "apparmor")]
    run = ["run", "--rm", "--pid=host", "--user=0", "--network=none", *rights, *bounds]
    python = [*run, "--entrypoint=/opt/venv/bin/python", image, "-c", MOUNT]
    pids = [one.decode().strip() for one in found]
    await docker(*python, "mount", FOLDER, str(megabytes), *pids)
    try:
        yield
        await everything_is_kept(system)
    finally:
        await docker(*python, "unmount", FOLDER, "0", *pids)


async def fill(system: System) -> None:
    """Use the disk up to its last byte."""
    command = f"cat /dev/zero > {FILLER} || true"
    await docker("exec", f"{system.settings.project}-asterisk", "sh", "-c", command)


async def free(system: System) -> None:
    """Give it back."""
    await docker("exec", f"{system.settings.project}-asterisk", "rm", FILLER)


async def everything_is_kept(system: System) -> None:
    """Wait until nothing is left to be kept."""

    def is_so() -> bool:
        connection = sqlite3.connect(f"{system.paths.database.as_uri()}?mode=ro", uri=True)
        query = "SELECT count(*) FROM kept_recordings WHERE state = 'due' OR NOT cleared"
        try:
            return connection.execute(query).fetchone()[0] == 0
        finally:
            connection.close()

    await until("all recordings are kept", is_so, seconds=KEPT_SECONDS)
