"""Leads by the API: a file is a job, whose progress and rejects can be asked."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from errno import ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.leads.jobs import ImportJob, ImportJobs, JobState
from ccengine.storage.reader_process import ReaderProcess
from tests.api.house import House, house
from tests.api.house_ports import AtOnce

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

IMPORTS = "/campaigns/nour/renewals/imports"
CSV = {"Content-Type": "text/csv"}
FILE = "number,name,shoe size\n+971501234567,Amal,38\n12,Badr,\n050 123 4568,Careem,\n"


@asynccontextmanager
async def importing(here: House) -> AsyncIterator[ImportJobs]:
    """Have jobs done."""
    jobs = here.ports.library.imports
    async with asyncio.TaskGroup() as group:
        task = group.create_task(jobs.run())
        yield jobs
        task.cancel()


async def send(here: House, text: str = FILE, **query: str) -> tuple[int, Any]:
    return await here.ask("POST", IMPORTS, data=text.encode(), headers=CSV, params=query)


async def ended(here: House, job: str) -> Any:
    """Return a job when it is over."""
    while True:
        _, shown = await here.ask("GET", f"{IMPORTS}/{job}")
        if shown["ended_at"] is not None:
            return shown
        await asyncio.sleep(0.01)


async def test_a_file_becomes_leads_and_its_rejects_can_be_had(tmp_path: Path) -> None:
    async with house(tmp_path) as here, importing(here):
        status, sent = await send(here, name="spring.csv")
        assert (status, sent["state"], sent["by"]) == (200, "waiting", "token-file")
        shown = await ended(here, sent["id"])
        assert (shown["state"], shown["leads"], shown["rejects"]) == ("done", 2, 1), shown
        assert (shown["percent"], shown["rows"], shown["ignored"]) == (100.0, 4, ["shoe size"])
        path = f"{IMPORTS}/{sent['id']}/rejects"
        async with here.client() as client, client.get(path) as response:
            text = await response.text(encoding="utf-8-sig")
        assert text.splitlines()[0] == "row,reason,number,name,shoe size"
        assert text.splitlines()[1].startswith("3,")
        _, campaign = await here.ask("GET", "/campaigns/nour/renewals")
        assert campaign["leads"] == {"fresh": 2}
        _, listed = await here.ask("GET", IMPORTS)
        assert listed["imports"][0]["file"] == "spring.csv"
        _, audit = await here.ask("GET", "/audit")
        last = audit["entries"][0]
        assert (last["operation"], last["target"]) == ("importLeads", "leads nour/renewals all")
        assert not list(here.folder.glob("lead-files/*.file"))


async def test_it_is_done_in_a_process_of_its_own(tmp_path: Path) -> None:
    """What is told there and here has to be plain."""
    async with house(tmp_path) as here:
        worker = ReaderProcess()
        jobs = here.ports.library.imports
        jobs._worker = worker
        try:
            async with importing(here):
                _, sent = await send(here)
                shown = await ended(here, sent["id"])
        finally:
            worker.close()
        assert (shown["state"], shown["leads"]) == ("done", 2), shown


async def test_columns_are_named_by_who_sends_them(tmp_path: Path) -> None:
    async with house(tmp_path) as here, importing(here):
        text = "Phone;Who\n+971501234567;Amal\n"
        columns = '{"Phone": "number", "Who": "name"}'
        _, sent = await send(here, text, columns=columns, list="all")
        assert (await ended(here, sent["id"]))["leads"] == 1


async def test_a_file_that_is_none_fails_with_a_reason_and_nothing_is_imported(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here, importing(here):
        _, sent = await send(here, "name\nAmal\n")
        shown = await ended(here, sent["id"])
        assert (shown["state"], shown["leads"], "number" in shown["fault"]) == ("failed", 0, True)
        _, campaign = await here.ask("GET", "/campaigns/nour/renewals")
        assert campaign["leads"] == {}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"list": "none"}, "list"),
        ({"columns": "number"}, "columns"),
        ({"columns": '{"a": 1}'}, "columns"),
        ({"name": "../x"}, "name"),
        ({"encoding": "a b"}, "encoding"),
    ],
)
async def test_what_cannot_be_is_refused_before_the_file_is_kept(
    query: dict[str, str], field: str, tmp_path: Path
) -> None:
    async with house(tmp_path) as here:
        status, told = await send(here, **query)
        assert (status, [one["field"] for one in told["errors"]]) == (422, [field])
        assert not list(here.folder.glob("lead-files/*.file"))


async def test_another_type_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        status, told = await here.ask("POST", IMPORTS, json={})
        assert (status, told["type"]) == (415, "urn:ccengine:problem:file-type-wrong")
        status, told = await send(here, "")
        assert (status, told["detail"]) == (400, "The file is empty.")
        assert not list(here.folder.glob("lead-files/*.file"))


async def test_a_file_is_taken_once_with_its_key(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        headers = {**CSV, "Idempotency-Key": "spring"}
        answers = [
            await here.ask("POST", IMPORTS, data=FILE.encode(), headers=headers) for _ in range(2)
        ]
        assert answers[0] == answers[1]
        assert len(list(here.folder.glob("lead-files/*.file"))) == 1


async def test_others_see_and_send_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        _, sent = await send(here)
        token = await here.token("lead", Role.SUPERVISOR, clients=("dnipro",))
        for path in (IMPORTS, f"{IMPORTS}/{sent['id']}", f"{IMPORTS}/{sent['id']}/rejects"):
            assert (await here.ask("GET", path, token))[0] == 404
        own = f"/campaigns/dnipro/renewals/imports/{sent['id']}"
        status, told = await here.ask("GET", own, token)
        assert (status, told["type"]) == (404, "urn:ccengine:problem:import-unknown")


async def test_a_full_disk_ends_no_importing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given nothing can be written of a job, then it is done all the same and told as it is, and
    so is the next one; what could not be written is made up for."""
    full = False
    write = Path.write_bytes

    def written(self: Path, data: bytes) -> int:
        if full:
            raise OSError(ENOSPC, "No space left on device", str(self))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", written)
    async with house(tmp_path) as here:
        known = len(here.ports.library.imports.of_campaign("nour", "renewals"))
        _, first = await send(here)
        full = True
        async with importing(here) as jobs:
            shown = await ended(here, first["id"])
            assert (shown["state"], shown["leads"]) == ("failed", 0), shown
            status, _ = await send(here)
            assert status == 500
            assert not list(here.folder.glob("lead-files/*.file"))
            full = False
            _, second = await send(here)
            assert (await ended(here, second["id"]))["state"] == "done"
        told = {one.id: one.state for one in jobs.of_campaign("nour", "renewals")}
        assert (told[first["id"]], told[second["id"]]) == ("failed", "done")
        assert len(told) == known + 2
        again = ImportJobs(here.folder / "lead-files", here.folder / "x", AtOnce(), lambda: 5.0)
        found = again.get(first["id"])
        assert found is not None
        assert found.state == "failed"


async def test_what_nobody_can_read_or_remove_ends_no_importing(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        folder = here.folder / "lead-files"
        for name in ("odd.json", "odd.file", "odd.progress"):
            (folder / name).mkdir(parents=True)
        async with importing(here):
            _, sent = await send(here)
            assert (await ended(here, sent["id"]))["state"] == "done"


async def test_what_an_engine_has_left_is_told_as_failed(tmp_path: Path) -> None:
    folder = tmp_path / "lead-files"
    jobs = ImportJobs(folder, tmp_path / "records.sqlite", AtOnce(), lambda: 5.0)
    left = ImportJob(
        id="a" * 24,
        client="nour",
        campaign="renewals",
        list="all",
        file="spring.csv",
        by="lead",
        state=JobState.RUNNING,
        asked_at=1.0,
    )
    jobs.keep(left)
    jobs.file_of(left.id).write_text("number\n")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(jobs.run())
        await asyncio.sleep(0)
        task.cancel()
    found = jobs.get(left.id)
    assert found is not None
    assert (found.state, found.ended_at) == (JobState.FAILED, 5.0)
    assert "send the file again" in found.fault
    assert not jobs.file_of(left.id).exists()
