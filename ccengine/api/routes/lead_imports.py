"""Leads of a campaign: files are taken in as jobs, whose progress and rejects can be asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import orjson
from aiohttp import web
from pydantic import Field

from ccengine.api.campaigns import campaign_of
from ccengine.api.faults import CAMPAIGN_UNKNOWN, IMPORT_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.problems import BUSY, FILE_TOO_LARGE, MALFORMED, field_wrong
from ccengine.api.route import NAME, Asked, Change, Media, Method, Nothing, Route, Strict, Upload
from ccengine.config.names import suggestion
from ccengine.core.ids import ClientId
from ccengine.leads.files import UTF_8
from ccengine.leads.jobs import Handed, ImportJob, JobState, TooManyJobs

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from ccengine.api.route import AnyRoute
    from ccengine.config.campaigns import Campaign

LARGEST_FILE: Final = 512 * 2**20
WRITTEN_AT_ONCE: Final = 2**20
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEADS: Final = Upload(
    ("text/csv", XLSX, "application/octet-stream"),
    "CSV, or XLSX, told apart by how it begins; the first row names the columns.",
    LARGEST_FILE,
)
REJECTS: Final = Media("text/csv", "Each row's number, why it became no lead, and the row.")
COLUMNS_REMEDY: Final = 'Write it as in {"Phone at work": "number_2"}.'


class ImportShown(Shown):
    """A file that is taken in, and how far it is."""

    id: str
    client: str
    campaign: str
    list: str
    file: str
    by: str
    state: JobState = Field(description="Nothing is in the list before it is `done`.")
    asked_at: Utc
    ended_at: Utc | None
    percent: float = Field(description="Of the file that is read.")
    rows: int = Field(description="Read so far.")
    number: int | None = Field(description="As `ccengine leads imports` lists it.")
    leads: int
    rejects: int = Field(description="Rows that became no lead; GET …/rejects says why.")
    duplicates: int = Field(description="Of these: a number is in a list of the campaign already.")
    disagreeing: int = Field(
        description="Leads with a number and an address in different time zones: called when both "
        "allow it."
    )
    ignored: tuple[str, ...] = Field(description="Columns that mean nothing here.")
    fault: str = Field(description="Why nothing was imported, and what to do.")


class ImportList(Shown):
    """Of the last 30 days, the last one first."""

    imports: list[ImportShown]


class ImportQuery(Strict):
    """Where leads go, and how the file is to be read."""

    list: str | None = Field(
        None, pattern=f"^{NAME}$", description="Left out: the campaign's only one."
    )
    name: str = Field(
        "leads",
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f/\\]*$",
        description="Of the file.",
    )
    encoding: str = Field(
        "utf-8", pattern=r"^[A-Za-z0-9_-]{1,32}$", description="Of a CSV file that does not say so."
    )
    columns: str = Field(
        "{}",
        max_length=4_000,
        description="What columns of the file are, as JSON: "
        '`{"Phone at work": "number_2"}`. The others are taken by their names.',
    )


async def list_imports(asked: Asked[Nothing, Nothing]) -> ImportList:
    """List a campaign's."""
    campaign = campaign_of(asked)
    found = asked.ports.library.imports.of_campaign(campaign.client, campaign.name)
    return ImportList(imports=[ImportShown.model_validate(one) for one in found])


async def get_import(asked: Asked[Nothing, Nothing]) -> ImportShown:
    """Show one."""
    return ImportShown.model_validate(_job_of(asked))


async def get_rejects(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Send the rows that became no lead; none: an empty answer."""
    path = asked.ports.library.imports.rejects_of(_job_of(asked).id)
    response = web.StreamResponse()
    response.content_type, response.charset = REJECTS.content_type, "utf-8"
    await response.prepare(asked.request)
    if path.exists():
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, WRITTEN_AT_ONCE):
                await response.write(chunk)
    await response.write_eof()
    return response


async def import_leads(asked: Asked[ImportQuery, Nothing]) -> Change:
    """Take a file; it is imported when its turn comes."""
    campaign, query, jobs = campaign_of(asked), asked.query, asked.ports.library.imports
    client = asked.ports.floor.tenant().clients[ClientId(campaign.client)]
    handed = Handed(
        id=jobs.new_id(),
        name=query.name,
        by=asked.identity.name,
        campaign=campaign,
        country=campaign.settings.country or client.settings.country or "",
        list=_list_of(campaign, query.list),
        encoding=UTF_8 if query.encoding.lower() in {"utf-8", "utf8"} else query.encoding,
        mapped=_columns(query.columns),
    )
    await _receive(asked.request, jobs.file_of(handed.id))
    try:
        job = jobs.begin(handed)
    except TooManyJobs as error:
        raise BUSY.because(detail=str(error)) from None
    return Change(
        target=f"leads {campaign.id} {handed.list}",
        before=None,
        after={"file": handed.name, "import": job.id},
        answer=ImportShown.model_validate(job),
    )


async def _receive(request: web.Request, to: Path) -> None:
    """Write a file as it comes; nothing stays of one that does not come whole."""
    try:
        with to.open("xb") as file:
            await _write(request, file)
    except BaseException:
        await asyncio.to_thread(to.unlink, missing_ok=True)
        raise


async def _write(request: web.Request, file: BinaryIO) -> None:
    size, pending = 0, bytearray()
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > LARGEST_FILE:
            raise FILE_TOO_LARGE.because(detail=f"It may have {LARGEST_FILE:,} bytes.")
        pending += chunk
        if len(pending) >= WRITTEN_AT_ONCE:
            await asyncio.to_thread(file.write, bytes(pending))
            pending.clear()
    if size == 0:
        raise MALFORMED.because(detail="The file is empty.")
    await asyncio.to_thread(file.write, bytes(pending))


def _job_of(asked: Asked[Any, Any]) -> ImportJob:
    """Return the import in the request's address.

    Raises:
        Refused: there is none of the campaign, or the token does not see the campaign.
    """
    campaign = campaign_of(asked)
    job = asked.ports.library.imports.get(asked.path["import"])
    if job is None or (job.client, job.campaign) != (campaign.client, campaign.name):
        raise IMPORT_UNKNOWN.because()
    return job


def _list_of(campaign: Campaign, name: str | None) -> str:
    lists = campaign.settings.lists
    if name is None and len(lists) == 1:
        return next(iter(lists))
    if name is None:
        problem = f"the campaign has several lists: {', '.join(lists)}"
        raise field_wrong(field="list", problem=problem, remedy="Name one of them.")
    if name not in lists:
        problem = f"there is no list '{name}'"
        raise field_wrong(field="list", problem=problem, remedy=suggestion(name, lists))
    return name


def _columns(text: str) -> dict[str, str]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    is_named = isinstance(found, dict) and all(isinstance(one, str) for one in found.values())
    if not is_named:
        problem = "these are no columns"
        raise field_wrong(field="columns", problem=problem, remedy=COLUMNS_REMEDY)
    return dict(found)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listImports",
        method=Method.GET,
        path="/campaigns/{client}/{campaign}/imports",
        summary="Files of leads that were sent for a campaign, and how far they are",
        query=Nothing,
        body=Nothing,
        answer=ImportList,
        handler=list_imports,
        faults=(CAMPAIGN_UNKNOWN,),
    ),
    Route(
        operation="importLeads",
        method=Method.POST,
        path="/campaigns/{client}/{campaign}/imports",
        summary="Have a file of leads imported: all of it, or nothing",
        description="Answered when the file is here; files are imported one after the other. With "
        "an `Idempotency-Key` that was used before, the file is not looked at again.",
        query=ImportQuery,
        body=Nothing,
        upload=LEADS,
        answer=ImportShown,
        handler=import_leads,
        faults=(CAMPAIGN_UNKNOWN, BUSY),
    ),
    Route(
        operation="getImport",
        method=Method.GET,
        path="/campaigns/{client}/{campaign}/imports/{import}",
        summary="How far an import is",
        query=Nothing,
        body=Nothing,
        answer=ImportShown,
        handler=get_import,
        faults=(CAMPAIGN_UNKNOWN, IMPORT_UNKNOWN),
    ),
    Route(
        operation="getRejects",
        method=Method.GET,
        path="/campaigns/{client}/{campaign}/imports/{import}/rejects",
        summary="Rows of an import that became no lead, as CSV: to be mended and sent again",
        query=Nothing,
        body=Nothing,
        answer=REJECTS,
        handler=get_rejects,
        faults=(CAMPAIGN_UNKNOWN, IMPORT_UNKNOWN),
    ),
)
