"""Files of many leads, and their import: `python -m tests.leads.generated DATABASE FILE [ROWS]`."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from random import Random

from ccengine.config.loading import load_tenant
from ccengine.core.ids import ClientId
from ccengine.leads.files import CsvFile
from ccengine.leads.importing import ImportOrder, import_leads
from ccengine.leads.reject_file import RejectFile
from ccengine.leads.sheets import SheetFile
from ccengine.storage.lead_imports import LeadImport
from tests.config.tenants import DEMO

HEADER = "number,number_2,name,contract,ends,region,priority"
NETWORKS = ("50", "66", "67", "68", "93", "95", "96", "97", "98", "99")


def row(chance: Random, number: int) -> list[object]:
    """Return a row: one in a hundred is bad, one in five has a second number."""
    subscriber = chance.randrange(1_000_000, 9_999_999)
    first = f"0{chance.choice(NETWORKS)}{subscriber}" if number % 100 else "none"
    second = f"+38044{chance.randrange(2_000_000, 5_999_999)}" if number % 5 == 0 else ""
    name = f"Customer Number{number}"
    return [first, second, name, f"{number:08}", "2027-01-31", "north", number % 7]


def write(file: Path, rows: int) -> None:
    chance = Random(7)
    with file.open("w", encoding="utf-8") as to:
        to.write(f"{HEADER}\n")
        for number in range(1, rows + 1):
            to.write(",".join(map(str, row(chance, number))) + "\n")


def take_in(database: Path, file: Path) -> None:
    """Import a file and print what it cost."""
    campaign = load_tenant(DEMO).draft.clients[ClientId("dnipro")].campaigns["renewals"]
    order = ImportOrder(campaign=campaign, country="UA", list="ending", lot=Random(1))
    source = SheetFile(file) if file.suffix == ".xlsx" else CsvFile(file)
    importing = LeadImport.open(database)
    began, used = time.perf_counter(), time.process_time()
    with RejectFile(database.with_name("rejects.csv")) as rejected:
        done = import_leads(source, order, importing, rejected, lambda: 1_800_000_000.0)
    importing.close()
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{done.leads} leads, {done.rejects} rejects ({done.duplicates} duplicates):"
        f" {time.process_time() - used:.1f} s of CPU, {time.perf_counter() - began:.1f} s,"
        f" at most {mebibytes:.0f} MiB\n"
    )


if __name__ == "__main__":
    take_in(Path(sys.argv[1]), Path(sys.argv[2]))
