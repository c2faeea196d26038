"""Files that were handed to the engine to be imported: each a job whose progress can be asked.

A job is a file of JSON, so that what became of it outlives the engine. Jobs are done one after the
other in a process of their own: calls must not wait while a million rows are read.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import orjson
import structlog
from pydantic import TypeAdapter

from ccengine.config.campaigns import Campaign
from ccengine.core.ids import Instant
from ccengine.leads.files import UTF_8, FileUnfit
from ccengine.leads.taking_in import Work, take_in
from ccengine.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Never

    from ccengine.storage.reader_process import Reader

log = structlog.get_logger()

ID_LENGTH: Final = 24
MOST_WAITING: Final = 20
KEPT_SECONDS: Final = 30 * 86_400.0
LEFT: Final = "the engine has ended meanwhile; nothing was imported — send the file again"
FAILED: Final = "the import could not be done; nothing was imported — see the engine's log"


class JobState(StrEnum):
    """How far it is."""

    WAITING = "waiting"  #: for its turn
    RUNNING = "running"
    DONE = "done"  #: all of it is in the list
    FAILED = "failed"  #: nothing of it is


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """A file, and what becomes of it."""

    id: str
    client: str
    campaign: str
    list: str
    file: str  #: as whoever sent it calls it
    by: str
    state: JobState = JobState.WAITING
    asked_at: Instant
    ended_at: Instant | None = None
    percent: float = 0.0  #: of the file that is read
    rows: int = 0  #: read so far
    number: int | None = None  #: of the import, as `leads imports` lists it
    leads: int = 0
    rejects: int = 0
    duplicates: int = 0  #: of the rejects
    disagreeing: int = 0  #: leads whose number and address are in different time zones
    ignored: tuple[str, ...] = ()  #: columns
    fault: str = ""  #: why it has failed


_ADAPTER: Final = TypeAdapter(ImportJob)
ENDED: Final = frozenset({JobState.DONE, JobState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file that was handed over: it lies where `ImportJobs.file_of` says."""

    id: str  #: of `ImportJobs.new_id`
    name: str  #: as whoever sent it calls it
    by: str
    campaign: Campaign
    country: str  #: of numbers without one
    list: str
    encoding: str = UTF_8  #: of a CSV file
    mapped: Mapping[str, str] = field(default_factory=dict)  #: the file's columns to ours


class TooManyJobs(Exception):
    """So many wait already that no more are taken."""


class ImportJobs:
    """All jobs.

    Args:
        folder: where they are kept; made when it is needed.
        database: of the leads.
        worker: does one after the other.
        now: the engine's clock.
    """

    def __init__(
        self, folder: Path, database: Path, worker: Reader, now: Callable[[], Instant]
    ) -> None:
        self._folder = folder
        self._database = database
        self._worker = worker
        self._now = now
        self._begun = 0
        self._unwritten: dict[str, ImportJob] = {}  #: as they are, and nothing could be written
        self._waiting: asyncio.Queue[tuple[ImportJob, Work]] = asyncio.Queue(MOST_WAITING)

    def new_id(self) -> str:
        """Return the id of a job to come."""
        self._make_folder()
        self._begun += 1
        text = f"{self._now()!r} {self._begun}"
        return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]

    def file_of(self, job: str) -> Path:
        """Return where a job's file is to be, before it is begun."""
        return self._folder / f"{job}.file"

    def rejects_of(self, job: str) -> Path:
        """Return the file of rows that became no lead; it is there when there are any."""
        return self._folder / f"{job}.rejects.csv"

    def begin(self, handed: Handed) -> ImportJob:
        """Have a file imported when its turn comes.

        Raises:
            TooManyJobs: its file is removed.
            OSError: nothing can be written; its file is removed.
        """
        job = ImportJob(
            id=handed.id,
            client=handed.campaign.client,
            campaign=handed.campaign.name,
            list=handed.list,
            file=handed.name,
            by=handed.by,
            asked_at=self._now(),
        )
        if self._waiting.full():
            self._remove(self.file_of(job.id))
            message = f"{MOST_WAITING} files wait already"
            raise TooManyJobs(message)
        try:
            self.keep(job)
        except OSError:
            self._unwritten.pop(job.id)
            self._remove(self.file_of(job.id))
            raise
        self._waiting.put_nowait((job, self._work_of(handed)))
        return job

    def get(self, job: str) -> ImportJob | None:
        """Return a job as it is now; None: there is none."""
        found = self._unwritten.get(job) or self._read(job)
        if found is None:
            return None
        if found.state is not JobState.RUNNING:
            return found
        try:
            read = orjson.loads(self._progress_of(job).read_bytes())
        except (OSError, ValueError):
            return found
        return replace(found, percent=read["percent"], rows=read["rows"])

    def of_campaign(self, client: str, campaign: str) -> list[ImportJob]:
        """Return a campaign's jobs, the last one first."""
        found = [one for one in self._all() if (one.client, one.campaign) == (client, campaign)]
        return sorted(found, key=lambda one: one.asked_at, reverse=True)

    def keep(self, job: ImportJob) -> None:
        """Write a job as it is now.

        Raises:
            OSError: it cannot be written; it is as it is all the same.
        """
        self._unwritten[job.id] = job
        self._make_folder()
        draft = self._status_of(job.id).with_suffix(".part")
        draft.write_bytes(_ADAPTER.dump_json(job))
        draft.replace(self._status_of(job.id))
        del self._unwritten[job.id]

    async def run(self) -> Never:
        """Do jobs until cancelled. Those that an engine before this one has left are over.

        Files that cannot be written or removed are logged, and no call suffers from that.
        """
        for left in self._all():
            if left.state not in ENDED:
                self._end(replace(left, state=JobState.FAILED, fault=LEFT))
        for lost in [*self._folder.glob("*.file"), *self._folder.glob("*.progress")]:
            self._remove(lost)  # came, and was never begun
        while True:
            self._sweep()
            job, work = await self._waiting.get()
            self._try_to_keep(replace(job, state=JobState.RUNNING))
            self._end(await self._done(job, work))

    async def _done(self, job: ImportJob, work: Work) -> ImportJob:
        try:
            made = await self._worker.run(take_in, work)
        except (FileUnfit, StorageError) as error:
            return replace(job, state=JobState.FAILED, fault=str(error))
        except Exception:
            log.exception("leads_not_imported", job=job.id)
            return replace(job, state=JobState.FAILED, fault=FAILED)
        log.info("leads_imported", job=job.id, leads=made.leads, rejects=made.rejects)
        return replace(
            job,
            state=JobState.DONE,
            percent=100.0,
            number=made.id,
            leads=made.leads,
            rejects=made.rejects,
            duplicates=made.duplicates,
            disagreeing=made.disagreeing,
            ignored=tuple(made.ignored),
        )

    def _end(self, job: ImportJob) -> None:
        last = self.get(job.id)
        rows = 0 if last is None else last.rows
        self._remove(self.file_of(job.id))  # first: a full disk has room for the next line then
        self._remove(self._progress_of(job.id))
        self._try_to_keep(replace(job, rows=rows, ended_at=self._now()))

    def _sweep(self) -> None:
        """Remove what ended long ago, and write what could not be written."""
        for job in list(self._unwritten.values()):
            self._try_to_keep(job)
        for job in self._all():
            if job.ended_at is not None and self._now() - job.ended_at > KEPT_SECONDS:
                self._remove(self._status_of(job.id))
                self._remove(self.rejects_of(job.id))

    def _try_to_keep(self, job: ImportJob) -> None:
        try:
            self.keep(job)
        except OSError as error:
            log.warning("lead_job_not_written", job=job.id, state=job.state, cause=str(error))

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("lead_file_not_removed", file=path.name, cause=str(error))

    def _read(self, job: str) -> ImportJob | None:
        try:
            return _ADAPTER.validate_json(self._status_of(job).read_bytes())
        except (OSError, ValueError):
            return None

    def _all(self) -> list[ImportJob]:
        found = (self.get(path.stem) for path in sorted(self._folder.glob("*.json")))
        return [one for one in found if one is not None]

    def _work_of(self, handed: Handed) -> Work:
        return Work(
            campaign=handed.campaign,
            country=handed.country,
            list=handed.list,
            name=handed.name,
            encoding=handed.encoding,
            mapped=handed.mapped,
            file=self.file_of(handed.id),
            rejects=self.rejects_of(handed.id),
            progress=self._progress_of(handed.id),
            database=self._database,
        )

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _status_of(self, job: str) -> Path:
        return self._folder / f"{job}.json"

    def _progress_of(self, job: str) -> Path:
        return self._folder / f"{job}.progress"
