"""How long a file of leads takes, and how much memory: `python -m tests.benchmarks.import_bench`.

    python -m tests.benchmarks.import_bench [--rows 1000000] [--sheet-rows 250000] [--folder FOLDER]

Each file is made by lot (one row in a hundred is bad, one in five has a second number) and taken in
by `ccengine leads import` in a process of its own, as people do it, into a database and a list that
are new. Told are its seconds by the clock and of processors, per 250,000 rows, and the most memory
that it had; and how often as much processor it took as the least that must be done with the same
file in the same run: reading its rows, and looking at their numbers. No second is asserted: that is
a number for people to compare, and of machines. `test_import.py` judges the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from phonenumbers import NumberParseException, number_type, parse
from rich.console import Console
from rich.table import Table
from xlsxwriter import Workbook

from ccengine.config.settings import Settings, StatePaths
from ccengine.leads.files import CsvFile
from ccengine.leads.sheets import SheetFile
from ccengine.storage.database import RecordDatabase
from tests.config.tenants import copy_of_demo
from tests.leads import generated

if TYPE_CHECKING:
    from collections.abc import Sequence

PER_ROWS: Final = 250_000
NUMBER_COLUMNS: Final = 2
TARGET_SECONDS: Final = 60.0  #: per as many rows
TARGET_MEBIBYTES: Final = 1024
TARGET: Final = f"under {TARGET_SECONDS:.0f} s per {PER_ROWS:,} rows and {TARGET_MEBIBYTES:,} MiB"
_TOLD: Final = re.compile(r"import \d+: (\d+) leads?, (\d+) rejects?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one import cost."""

    file: str
    rows: int
    leads: int
    rejects: int
    seconds: float
    cpu_seconds: float
    mebibytes: float
    least_seconds: float  #: of a processor, for what must be done in any case

    @property
    def ratio(self) -> float:
        """As often as much processor it took as must be."""
        return self.cpu_seconds / self.least_seconds

    def per(self, seconds: float) -> float:
        """Seconds for each 250,000 rows."""
        return seconds * PER_ROWS / self.rows


def write_sheet(file: Path, rows: int) -> None:
    """Write the rows of `generated.write` as spreadsheet programs do: each text is there once."""
    chance, book = Random(7), Workbook(str(file))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, generated.HEADER.split(","))
    for number in range(1, rows + 1):
        sheet.write_row(number, 0, generated.row(chance, number))
    book.close()


def least_seconds(file: Path) -> float:
    """Return for how long a processor reads a file's rows and looks at each number in them."""
    source = SheetFile(file) if file.suffix == ".xlsx" else CsvFile(file)
    began = time.process_time()
    for row in source.rows():
        for cell in row.cells[:NUMBER_COLUMNS]:
            with suppress(NumberParseException):
                number_type(parse(cell, "UA"))
    return time.process_time() - began


def measure(folder: Path, name: str, rows: int) -> Outcome:
    """Take a file of so many rows in, in a folder that is its own."""
    copy_of_demo(folder)
    paths = StatePaths(folder / "state")
    paths.root.mkdir()

    async def make() -> None:
        await (await RecordDatabase.open(paths.database)).close()

    asyncio.run(make())
    file = folder / name
    write = write_sheet if file.suffix == ".xlsx" else generated.write
    # Elsewhere: a process that is begun by another is said to have had as much memory as that.
    writing = get_context("spawn").Process(target=write, args=(file, rows))
    writing.start()
    writing.join()
    command = [sys.executable, "-m", "ccengine", "leads", "import", "dnipro/renewals"]
    with (folder / "told").open("w+") as told:
        began = time.perf_counter()
        importing = subprocess.Popen(
            [*command, str(file), "--list", "ending"], stdout=told, env=_environment(folder)
        )
        _, status, used = os.wait4(importing.pid, 0)
        importing.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        told.seek(0)
        found = _TOLD.search(told.read())
    if importing.returncode or found is None:
        message = f"the import of {file} has failed"
        raise RuntimeError(message)
    return Outcome(
        file=name,
        rows=rows,
        leads=int(found[1]),
        rejects=int(found[2]),
        seconds=seconds,
        cpu_seconds=used.ru_utime + used.ru_stime,
        mebibytes=used.ru_maxrss / 1024,
        least_seconds=least_seconds(file),
    )


def table(outcomes: Sequence[Outcome]) -> Table:
    """Draw what was measured."""
    drawn = Table(title=f"leads import; the target: {TARGET}")
    columns = (
        "file",
        "rows",
        "leads",
        "rejects",
        "s",
        "CPU s",
        "s per 250,000",
        "CPU s per 250,000",
        "x the least",
    )
    for column in (*columns, "MiB at most"):
        drawn.add_column(column, justify="left" if column == "file" else "right")
    for one in outcomes:
        times = (one.seconds, one.cpu_seconds, one.per(one.seconds), one.per(one.cpu_seconds))
        counts = (f"{count:,}" for count in (one.rows, one.leads, one.rejects))
        told = [f"{number:.1f}" for number in (*times, one.ratio)]
        drawn.add_row(one.file, *counts, *told, f"{one.mebibytes:.0f}")
    return drawn


def _environment(folder: Path) -> dict[str, str]:
    own = {f"CCENGINE_{name.upper()}" for name in Settings.model_fields}
    others = {name: value for name, value in os.environ.items() if name not in own}
    state, dialplan = str(folder / "state"), str(folder / "dialplan")
    return {**others, "CCENGINE_STATE": state, "CCENGINE_DIALPLAN": dialplan}


def main() -> None:
    """Measure both kinds of files and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the CSV file; 0: none")
    parser.add_argument("--sheet-rows", type=int, default=PER_ROWS, help="of the XLSX file")
    parser.add_argument("--folder", type=Path, help="for the files; left out: a temporary one")
    asked = parser.parse_args()
    outcomes = []
    for name, rows in (("leads.csv", asked.rows), ("leads.xlsx", asked.sheet_rows)):
        if rows:
            with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
                outcomes.append(measure(Path(folder), name, rows))
    Console(width=160).print(table(outcomes))


if __name__ == "__main__":
    main()
