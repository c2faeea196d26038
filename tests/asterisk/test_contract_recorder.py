"""What the manager says and does when channels are recorded: the fake is honest about it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ccengine.asterisk.ami.link import AmiAddress, AmiLink
from ccengine.asterisk.ami.recorder import AmiRecorder
from ccengine.asterisk.recorder import RecorderReply
from tests.asterisk.desk import PROMPT, Desk, new_id
from tests.fakes.asterisk_manager import RECORDINGS
from tests.fakes.manager_server import SECRET, FakeManagerServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from tests.conftest import RealAsterisk


class Recording:
    """A recorder, and where its files are."""

    def __init__(self, recorder: AmiRecorder, folder: Path) -> None:
        self.recorder = recorder
        self.folder = folder

    def size(self, name: str) -> int:
        file = self.folder / name
        return file.stat().st_size if file.exists() else 0

    async def is_written(self, name: str, *, within: float = 3.0) -> None:
        """Wait until there is something in the file."""
        async with asyncio.timeout(within):
            while not self.size(name):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)


@asynccontextmanager
async def recording(
    desk: Desk, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Recording]:
    if desk.fake is not None:
        desk.fake.manager.folder = tmp_path
        async with (
            FakeManagerServer(desk.fake.manager) as server,
            linked(server.port, SECRET) as link,
        ):
            yield Recording(AmiRecorder(link, RECORDINGS), tmp_path)
        return
    real: RealAsterisk = request.getfixturevalue("real_asterisk")
    secret = (real.state / "secrets/engine/ami_password").read_text().strip()
    async with linked(real.ami_port, secret) as link:
        yield Recording(AmiRecorder(link, RECORDINGS), real.state / "recordings")


@asynccontextmanager
async def linked(port: int, secret: str) -> AsyncIterator[AmiLink]:
    link = AmiLink(AmiAddress("127.0.0.1", port, "ccengine", secret))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(link.run())
        async with asyncio.timeout(5):
            await link.wait_connected()
        yield link
        running.cancel()


def name_of_file() -> str:
    return f"contract/{new_id()}.raw"


async def test_a_channel_is_recorded_by_the_id_that_we_gave_it(
    desk: Desk, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with recording(desk, request, tmp_path) as made:
        leg = await desk.leg()
        await leg.play(PROMPT)
        name = name_of_file()
        assert await made.recorder.start(leg.id, name) is RecorderReply.DONE
        await made.is_written(name)
        assert await made.recorder.pause(leg.id) is RecorderReply.DONE
        assert await made.recorder.pause(leg.id) is RecorderReply.DONE
        assert await made.recorder.resume(leg.id) is RecorderReply.DONE
        assert await made.recorder.resume(leg.id) is RecorderReply.DONE
        assert await made.recorder.stop(leg.id) is RecorderReply.DONE


async def test_nobody_records_what_nobody_has_begun(
    desk: Desk, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with recording(desk, request, tmp_path) as made:
        leg = await desk.leg()
        assert await made.recorder.stop(leg.id) is RecorderReply.IDLE
        assert await made.recorder.pause(leg.id) is RecorderReply.IDLE
        assert await made.recorder.resume(leg.id) is RecorderReply.IDLE
        name = name_of_file()
        assert await made.recorder.start(leg.id, name) is RecorderReply.DONE
        assert await made.recorder.stop(leg.id) is RecorderReply.DONE
        assert await made.recorder.stop(leg.id) is RecorderReply.IDLE
        async with asyncio.timeout(2):  # the real one knows with the next packet
            while (  # noqa: ASYNC110 - nobody tells
                await made.recorder.resume(leg.id) is not RecorderReply.IDLE
            ):
                await asyncio.sleep(0.05)


async def test_a_channel_that_is_gone_is_gone(
    desk: Desk, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with recording(desk, request, tmp_path) as made:
        leg = await desk.leg()
        await leg.hang_up()
        await leg.wait_gone()
        async with asyncio.timeout(2):  # ARI tells the end a moment before the manager knows it
            while (  # noqa: ASYNC110 - nobody tells
                await made.recorder.stop(leg.id) is not RecorderReply.GONE
            ):
                await asyncio.sleep(0.05)
        for act in (made.recorder.stop, made.recorder.pause, made.recorder.resume):
            assert await act(leg.id) is RecorderReply.GONE
        assert await made.recorder.start(leg.id, name_of_file()) is RecorderReply.GONE


async def test_a_wideband_channel_is_refused_as_its_file_would_be_wrong(
    desk: Desk, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with recording(desk, request, tmp_path) as made:
        leg, name = await desk.wideband_leg(), name_of_file()
        assert await made.recorder.start(leg.id, name) is RecorderReply.WIDEBAND
        assert await made.recorder.stop(leg.id) is RecorderReply.IDLE
        assert made.size(name) == 0
