"""What the API needs of an engine, as the house of its tests has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.api.ports import Floor, Library, Ports
from ccengine.config.settings import StatePaths
from ccengine.keeping.house import House as Kept
from ccengine.keeping.keeper import Keeper
from ccengine.keeping.keeping import Keeping
from ccengine.keeping.order import Folders
from ccengine.leads.jobs import ImportJobs
from ccengine.storage.lead_counts import LeadCounts
from tests.api.card_desk import CardDeskWithoutPhones
from tests.api.coaching_desk import DeskWithoutPhones
from tests.api.recording_desk import DeskWithoutRecorder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccengine.storage.live_kpis import LiveKpis
    from ccengine.storage.reader_process import Asked, Found
    from tests.api.house import House

PIN: Final = "271828"  #: everybody's


class AtOnce:
    """Reads here and now: a process of its own would take a second to begin."""

    async def run(
        self, read: Callable[Asked, Found], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Found:
        return read(*args, **kwargs)


def ports_of(here: House, token_file: Path, kpis: LiveKpis) -> Ports:
    """Return what the API asks of an engine; the house gets a desk for cards and a keeper."""
    cards = here.cards = CardDeskWithoutPhones(here.shift.center, here.post)
    floor = Floor(
        center=here.shift.center,
        now=lambda: here.shift.now,
        post=here.post,
        ensure_agent=here.ensured.append,
        act=here.act,
        tenant=lambda: here.tenant,
        take_card=cards.take,
        stop_card=cards.stop,
        coaching=DeskWithoutPhones(here.shift.center, here.post),
        recordings=DeskWithoutRecorder(here.post),
    )
    paths = StatePaths(here.folder)
    kept = Kept(
        paths=paths,
        folders=Folders.of(paths),
        journal=here.shift.journal.path,
        database=here.keeper.database,
        worker=AtOnce(),
        mover=AtOnce(),
        tenant=lambda: here.tenant,
        now=lambda: here.shift.now,
    )
    here.recordings = Keeper(kept)
    library = Library(
        keeping=Keeping(kept),
        lead_counts=LeadCounts(here.keeper.database.lead_lists),
        imports=ImportJobs(
            paths.lead_files, here.folder / "records.sqlite", AtOnce(), lambda: here.shift.now
        ),
        keeper=here.keeper,
        reader=AtOnce(),
        quick_reader=AtOnce(),
        kpis=kpis,
        show=lambda: True,
        journal=here.shift.journal.path,
        recordings=here.folder / "recordings",
        configuration=here.tenant.folder,
    )
    return Ports(
        health=here.report,
        floor=floor,
        library=library,
        reload=here.reload,
        token_file=token_file,
        is_pin=lambda _agent, given: given == PIN,
        metrics=here.metrics.text,
    )
