"""Files are read row by row, and whatever is in them, each bad row is one bad row."""

from __future__ import annotations

import codecs
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ccengine.leads.cells import FORMULA_STARTS, escaped, unescaped
from ccengine.leads.columns import columns_of
from ccengine.leads.files import LONGEST_CELL, CsvFile, FileUnfit
from ccengine.leads.sheets import SheetFile

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.leads.files import Row


def read(folder: Path, content: bytes | str, encoding: str = "utf-8-sig") -> list[Row]:
    file = folder / "leads.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(CsvFile(file, encoding).rows())


def cells(rows: list[Row]) -> list[list[str]]:
    return [list(row.cells) for row in rows]


@pytest.mark.parametrize(
    "content",
    [
        b"number,name\n1,Ann\n2,Bo",
        b"number;name\r\n1;Ann\r\n2;Bo\r\n",
        b"number\tname\r1\tAnn\r2\tBo",
        codecs.BOM_UTF8 + b"number,name\r\n1,Ann\r\n2,Bo\r\n",
        b'sep=|\r\nnumber|name\r\n"1"|Ann\r\n2|"Bo"\r\n',
        "number,name\n1,Ann\n2,Bo\n".encode("utf-16"),
        b"number,name\n\n1,Ann\n,\n2,Bo\n\n\n",
    ],
)
def test_whoever_wrote_it(tmp_path: Path, content: bytes) -> None:
    assert cells(read(tmp_path, content)) == [["number", "name"], ["1", "Ann"], ["2", "Bo"]]


def test_rows_are_counted_as_spreadsheets_do(tmp_path: Path) -> None:
    rows = read(tmp_path, 'number,name\n\n1,"An\nna"\n2,Bo\n')
    assert [row.number for row in rows] == [1, 3, 4]
    assert rows[1].cells[1] == "An\nna"


def test_another_encoding_is_said_or_refused_row_by_row(tmp_path: Path) -> None:
    content = "number,name\n1,Оля\n2,Bo\n".encode("cp1251")
    rows = read(tmp_path, content)
    assert ["UTF-8" in row.fault for row in rows] == [False, True, False]
    assert "\ufffd" in rows[1].cells[1]
    assert cells(read(tmp_path, content, "cp1251"))[1] == ["1", "Оля"]


def test_a_nul_and_a_huge_cell_cost_only_their_rows(tmp_path: Path) -> None:
    huge = b"x" * 10_485_760
    rows = read(tmp_path, b"number,name\n1,a\x00b\n2," + huge + b'\n3,"' + huge + b'"\n4,Bo\n')
    assert [bool(row.fault) for row in rows] == [False, True, True, True, False]
    assert "NUL" in rows[1].fault
    assert "10,485,760 characters" in rows[2].fault
    assert max(len(cell) for row in rows for cell in row.cells) <= LONGEST_CELL


def test_a_quotation_mark_that_is_not_closed_swallows_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileUnfit, match="row 3: a quotation mark"):
        read(tmp_path, 'number,name\n1,Ann\n2,"Bo\n3,Cy\n')
    rows = read(tmp_path, 'number,name\n1,"Ann\n2,"Bo"\n3,Cy\n4,"D" E\n5,F\n')
    assert [(row.number, list(row.cells)) for row in rows if not row.fault] == [
        (1, ["number", "name"]),
        (3, ["2", "Bo"]),
        (4, ["3", "Cy"]),
        (6, ["5", "F"]),
    ]
    assert [(row.number, row.cells[0]) for row in rows if row.fault] == [(2, "1"), (5, "4")]


@pytest.mark.parametrize("last", ['"Di"', "Di", 'Di"', '"Di""', '"Di'])
def test_rows_between_quotation_marks_are_rows(tmp_path: Path, last: str) -> None:
    names = ["Olena", '"Ann', "Bo", "Cy", last, "E", '"F"']
    content = "".join(f"050111223{at},{name}\n" for at, name in enumerate(names))
    rows = read(tmp_path, f"number,name\n{content}")
    assert [row.number for row in rows] == list(range(1, 9))
    assert [row.cells[0][-1] for row in rows] == [*"r0123456"]
    assert {2, 4, 5, 7, 8} <= {row.number for row in rows if not row.fault}
    assert rows[2].fault


@given(
    parts=st.lists(st.sampled_from(['"', '""', "a", "7", " ", "\u00e9"]), max_size=12),
    sheets=st.booleans(),
)
@settings(deadline=None)
def test_no_line_goes_without_being_named(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], *, sheets: bool
) -> None:
    odd, end = "".join(parts), "\r\n" if sheets else "\n"
    lines = ["number,name", "0501112231,A", f"0501112232,{odd}", "0501112233,B", '0501112234,"C"']
    folder = tmp_path_factory.mktemp("any")
    try:
        rows = read(folder, end.join(lines) + end)
    except FileUnfit:
        with pytest.raises(FileUnfit, match=r"^row 3: "):
            read(folder, end.join(lines) + end)
        return
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert [row.cells[0] for row in rows if not row.fault and row.number != 3][1:] == [
        "0501112231",
        "0501112233",
        "0501112234",
    ]


def test_a_text_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    text = "Hello, you\nring 0501112299\n, then"
    rows = read(tmp_path, f'number,name\n0501112233,"{text}"\n0501112234,Bo\n')
    assert [(row.number, row.cells[1]) for row in rows[1:]] == [(2, text), (3, "Bo")]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_crash_it(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        rows = read(tmp_path_factory.mktemp("any"), content)
    except FileUnfit:
        return
    assert all(any(row.cells) or row.fault for row in rows)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_formulas_stay_text(start: str) -> None:
    cell = f"{start}SUM(A1:A9)"
    assert escaped(cell) == f"'{cell}"
    assert unescaped(escaped(cell)) == cell
    assert escaped("plain") == unescaped("plain") == "plain"
    assert unescaped("'quoted'") == "'quoted'"


@given(st.text())
def test_what_is_escaped_is_no_formula_and_comes_back(text: str) -> None:
    assert not escaped(text).startswith(FORMULA_STARTS)
    if not text.startswith("'"):
        assert unescaped(escaped(text)) == text


def sheet(folder: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(folder / "leads.xlsx")
    return folder / "leads.xlsx"


def test_a_spreadsheet(tmp_path: Path) -> None:
    file = sheet(
        tmp_path,
        ["number", "name", "ends", "ok"],
        [380501112233, "Ann", datetime(2026, 5, 1), True],  # noqa: DTZ001 - sheets have no zones
        [],
        ["0501112234", "=1+1", datetime(2026, 5, 1, 14, 30)],  # noqa: DTZ001
        [None, "x" * 20_000, 1.5],
    )
    rows = list(SheetFile(file).rows())
    assert cells(rows)[:3] == [
        ["number", "name", "ends", "ok"],
        ["380501112233", "Ann", "2026-05-01", "yes"],
        ["0501112234", "=1+1", "2026-05-01T14:30", ""],
    ]
    assert [row.number for row in rows] == [1, 2, 4, 5]
    assert "20,000 characters" in rows[3].fault


def test_no_more_than_all_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    file = SheetFile(sheet(tmp_path, *([number, "A"] for number in range(200))))
    done = [file.done() for _ in file.rows()]
    assert done == sorted(done)
    assert max(done) <= file.size


@pytest.mark.parametrize("content", [b"", b"number,name\n1,Ann\n", b"PK\x03\x04broken"])
def test_what_is_no_spreadsheet(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "leads.xlsx"
    file.write_bytes(content)
    with pytest.raises(FileUnfit, match="save it as XLSX"):
        list(SheetFile(file).rows())


def test_a_spreadsheet_without_a_sheet(tmp_path: Path) -> None:
    file = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(FileUnfit, match="save it as XLSX"):
        list(SheetFile(file).rows())


FIELDS = ("name", "region")


def test_columns_are_known_by_their_names() -> None:
    columns = columns_of(["Number", "number 2", "Name", "Country", "memo"], {}, FIELDS)
    assert (columns.numbers, columns.others) == ([0, 1], {"name": 2, "country": 3})
    assert columns.ignored == ["memo"]


def test_columns_are_what_is_said_of_them() -> None:
    mapped = {"Who": "name", "Phone at work": "number_2", "name": "region"}
    columns = columns_of(["Who", "Phone", "Phone at work", "name"], mapped, FIELDS)
    assert (columns.numbers, columns.others) == ([1, 2], {"name": 0, "region": 3})


@pytest.mark.parametrize(
    ("header", "mapped", "message"),
    [
        (["name"], {}, "no column is a telephone number"),
        (["number", "number"], {}, "two columns are called 'number'"),
        (["number", "Number"], {}, "'number' and 'Number' are both 'number'"),
        (["number"], {"nmae": "name"}, "there is no column 'nmae'"),
        (["number", "x"], {"x": "nmae"}, "no field 'nmae' — did you mean 'name'"),
        (["number", "x", "name"], {"x": "name"}, "are both 'name'"),
        (["number", *map(str, range(1_000))], {}, "1,001 columns, more than 1,000"),
        ([f"column{at}" for at in range(900)], {}, r"there are: column0, .{900,1000} …$"),
    ],
)
def test_a_header_that_cannot_be(header: list[str], mapped: dict[str, str], message: str) -> None:
    with pytest.raises(FileUnfit, match=message):
        columns_of(header, mapped, FIELDS)
