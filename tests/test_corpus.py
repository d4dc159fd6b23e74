"""One known error in a valid package gives one issue: its rule, table, row, line and column, and no other."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from resopen.messages import load_messages
from resopen.tables import source
from tests.corpus import (
    COLUMNS,
    PLAIN,
    TYPE_COLUMNS,
    Column,
    Found,
    Layout,
    Sheet,
    Texts,
    as_json,
    as_parquet,
    as_xlsx,
    facts,
    found,
    keyed,
    line_of,
    write,
    write_contents,
)
from tests.packages import judge

SMALL, LARGE = 8, 3000
# The record of the small files that is broken; a remark of three lines stands above it.
BROKEN = 5
LONG = ("простой " * 50, "x" * 400)
COLUMN = {column.name: column for column in COLUMNS}
NEIGHBOURS = (COLUMN["date"], COLUMN["integer"])
CELLS = [(column, rule, text) for column in COLUMNS for rule, text in column.bad]
LAYOUTS = {
    "crlf": Layout(end="\r\n"),
    "semicolon": Layout(delimiter=";", dialect={"delimiter": ";"}),
    "tab": Layout(delimiter="\t", dialect={"delimiter": "\t"}),
    "bar": Layout(delimiter="|", dialect={"delimiter": "|"}),
    "letter": Layout(delimiter="§", dialect={"delimiter": "§"}),
    "apostrophe": Layout(quote="'", dialect={"quoteChar": "'"}),
    "escape": Layout(escape="\\", dialect={"escapeChar": "\\", "quoteChar": '"', "doubleQuote": False}),
    "quote-all": Layout(quote_all=True),
    "semicolon-crlf": Layout(delimiter=";", end="\r\n", dialect={"delimiter": ";"}),
    "apostrophe-crlf": Layout(quote="'", end="\r\n", dialect={"quoteChar": "'"}),
    "initial-space-crlf": Layout(end="\r\n", dialect={"skipInitialSpace": True}),
    "cp1251-crlf": Layout(end="\r\n", encoding="cp1251"),
    "utf-16-crlf": Layout(end="\r\n", encoding="utf-16"),
    "comment": Layout(above="#заметка\n", dialect={"commentChar": "#"}),
    "comment-row-alone": Layout(above="заметка\n", dialect={"commentRows": [1]}),
    "comment-row": Layout(above="заметка\n", dialect={"commentRows": [1], "headerRows": [2]}),
    "initial-space": Layout(dialect={"skipInitialSpace": True}),
    "cp1251": Layout(encoding="cp1251"),
    "koi8-r": Layout(encoding="koi8-r"),
    "utf-16": Layout(encoding="utf-16"),
    "utf-16-le": Layout(encoding="utf-16-le"),
}


def marked(values: Mapping[str, Any]) -> list[Any]:
    """Return named values as parameters."""
    return [pytest.param(value, id=name) for name, value in values.items()]


FORMS: dict[str, Callable[[Sheet], bytes]] = {"json": as_json, "xlsx": as_xlsx, "parquet": as_parquet}


def narrow(column: Column, count: int = SMALL, remarks: Texts = ()) -> Sheet:
    """Return a table of one column between two others."""
    columns = [item for item in NEIGHBOURS if item.name != column.name]
    return facts([columns[0], column, *columns[1:]], count, *([remarks] if remarks else []))


def large() -> Sheet:
    """Return a table that is larger than a mebibyte, each of whose records takes one line."""
    return facts(NEIGHBOURS, LARGE, LONG)


def cell_found(rule: str, layout: Layout, sheet: Sheet, row: int, column: int) -> Found:
    """Return where a broken cell of a delimited file must be found; row and column are counted from 0."""
    records = layout.records(sheet)
    line = line_of(records, row + 2) + layout.above.count("\n")
    return rule, sheet.name, row + 2 + layout.above.count("\n"), line, column + 1


# Valid packages have no issue.


@pytest.mark.parametrize("layout", marked({"plain": PLAIN, **LAYOUTS}))
def test_valid_package_has_no_issue_in_any_layout(layout: Layout, tmp_path: Path) -> None:
    sheets = [*keyed(), facts(TYPE_COLUMNS, SMALL)]
    report = judge(write(tmp_path, sheets, layout))
    assert found(report) == []
    assert dict(report.rows) == {sheet.name: len(sheet.rows) for sheet in sheets}


@pytest.mark.parametrize("form", FORMS)
def test_valid_package_has_no_issue_in_any_form(form: str, tmp_path: Path) -> None:
    sheets = [*keyed(), facts(COLUMNS, SMALL)]
    contents = {sheet.name: FORMS[form](sheet) for sheet in sheets}
    report = judge(write_contents(tmp_path, sheets, contents, {}, form))
    assert found(report) == []
    assert dict(report.rows) == {sheet.name: len(sheet.rows) for sheet in sheets}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("remarks", [LONG, (*LONG, "в\nтри\nстроки"), (*LONG, 'сказал: "да, так"')])
def test_valid_large_package_has_no_issue(end: str, remarks: Texts, tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, LARGE, remarks)
    report = judge(write(tmp_path, [sheet], Layout(end=end)))
    assert (tmp_path / "facts.csv").stat().st_size > 1 << 20
    assert (found(report), dict(report.rows)) == ([], {"facts": LARGE})


# One cell is wrong.


@pytest.mark.parametrize(("column", "rule", "text"), CELLS)
def test_wrong_cell_is_the_only_issue(column: Column, rule: str, text: str, tmp_path: Path) -> None:
    sheet = narrow(column)
    at = sheet.labels.index(column.name)
    broken = sheet.with_cell(BROKEN, at, text)
    report = judge(write(tmp_path, [broken]))
    assert found(report) == [cell_found(rule, PLAIN, broken, BROKEN, at)]
    assert report.findings[0].value == text
    assert report.findings[0].field == column.name


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("column", "rule", "text"), CELLS)
def test_wrong_cell_is_the_only_issue_in_any_form(
    column: Column, rule: str, text: str, form: str, tmp_path: Path
) -> None:
    sheet = narrow(column)
    at = sheet.labels.index(column.name)
    broken = sheet.with_cell(BROKEN, at, text)
    report = judge(write_contents(tmp_path, [broken], {"facts": FORMS[form](broken)}, {}, form))
    assert found(report) == [(rule, "facts", BROKEN + 2, 0, at + 1)]


@pytest.mark.slow
@pytest.mark.parametrize("column", [column for column in TYPE_COLUMNS if column.bad], ids=lambda column: column.name)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_wrong_type_is_the_only_issue_of_a_large_file(column: Column, end: str, tmp_path: Path) -> None:
    sheet = narrow(column, LARGE, LONG)
    at, row = sheet.labels.index(column.name), LARGE - 7
    broken = sheet.with_cell(row, at, column.bad[0][1])
    report = judge(write(tmp_path, [broken], Layout(end=end)))
    assert found(report) == [("type", "facts", row + 2, row + 2, at + 1)]


@pytest.mark.parametrize("layout", marked(LAYOUTS))
@pytest.mark.parametrize(("column", "text"), [("date", "31.12.2023"), ("required", "")])
def test_wrong_cell_is_the_only_issue_in_any_layout(column: str, text: str, layout: Layout, tmp_path: Path) -> None:
    sheet = narrow(COLUMN[column])
    at, rule = sheet.labels.index(column), {text: rule for rule, text in COLUMN[column].bad}[text]
    broken = sheet.with_cell(BROKEN, at, text)
    report = judge(write(tmp_path, [broken], layout))
    assert found(report) == [cell_found(rule, layout, broken, BROKEN, at)]


def test_wrong_cell_of_a_file_without_header_counts_from_its_first_row(tmp_path: Path) -> None:
    sheet = narrow(COLUMN["date"]).with_cell(BROKEN, 1, "?")
    records = PLAIN.records(sheet)[1:]
    package = write_contents(tmp_path, [sheet], {"facts": PLAIN.content(records)}, {"dialect": {"header": False}})
    assert found(judge(package)) == [("type", "facts", BROKEN + 1, line_of(records, BROKEN + 1), 2)]


@pytest.mark.parametrize("compression", ["gz", "zip"])
def test_wrong_cell_of_a_compressed_file_is_the_only_issue(compression: str, tmp_path: Path) -> None:
    sheet = narrow(COLUMN["date"]).with_cell(BROKEN, 1, "?")
    content = _packed(PLAIN.content(PLAIN.records(sheet)), compression)
    package = write_contents(tmp_path, [sheet], {"facts": content}, {"format": "csv"}, f"csv.{compression}")
    assert found(judge(package)) == [cell_found("type", PLAIN, sheet, BROKEN, 1)]


def _packed(content: bytes, compression: str) -> bytes:
    import zipfile

    if compression == "gz":
        return gzip.compress(content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("facts.csv", content)
    return packed.getvalue()


# One key is wrong.


@dataclass(frozen=True)
class KeyCase:
    """A text of one cell that breaks a key, and where; row and column are counted from 0, the finding's from 1."""

    name: str
    table: str
    row: int
    column: int
    text: str
    rule: str
    at: tuple[str, int, int] | None = None


KEYS = (
    KeyCase("primary key repeats", "regions", 5, 0, "24", "primaryKey"),
    KeyCase("primary key is null", "regions", 5, 0, "", "primaryKey-null"),
    KeyCase("composite primary key repeats", "periods", 2, 0, "38", "primaryKey"),
    KeyCase("part of a composite primary key is null", "periods", 2, 0, "", "primaryKey-null"),
    KeyCase("second part of a composite primary key is null", "periods", 2, 1, "", "primaryKey-null"),
    KeyCase("unique key repeats in another form", "regions", 1, 4, "104.20", "uniqueKeys", ("regions", 1, 3)),
    KeyCase("unique value repeats", "regions", 5, 2, "Бурятия", "unique"),
    KeyCase("own foreign key leads nowhere", "regions", 3, 1, "76", "foreignKeys"),
    KeyCase("foreign key leads nowhere", "periods", 2, 0, "99", "foreignKeys"),
    KeyCase("foreign key of another case leads nowhere", "periods", 2, 0, "38 ", "foreignKeys"),
    KeyCase("composite foreign key leads nowhere", "results", 3, 1, "2021", "foreignKeys", ("results", 3, 0)),
    KeyCase("foreign key of numbers leads nowhere", "results", 2, 2, "9", "foreignKeys"),
    KeyCase("referred values repeat", "regions", 5, 5, "01", "parent-repeats", ("results", -2, 2)),
)


@pytest.mark.parametrize("form", ["csv", *FORMS])
@pytest.mark.parametrize("case", KEYS, ids=lambda case: case.name)
def test_broken_key_is_the_only_issue(case: KeyCase, form: str, tmp_path: Path) -> None:
    sheets = [
        sheet.with_cell(case.row, case.column, case.text) if sheet.name == case.table else sheet for sheet in keyed()
    ]
    table, row, column = case.at or (case.table, case.row, case.column)
    if form == "csv":
        package = write(tmp_path, sheets)
        records = PLAIN.records(next(sheet for sheet in sheets if sheet.name == table))
        line = line_of(records, row + 2) if row >= 0 else 0
    else:
        contents = {sheet.name: FORMS[form](sheet) for sheet in sheets}
        package, line = write_contents(tmp_path, sheets, contents, {}, form), 0
    assert found(judge(package)) == [(case.rule, table, row + 2, line, column + 1)]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_broken_keys_of_a_large_file_are_found_at_their_rows(end: str, tmp_path: Path) -> None:
    sheet = large().with_cell(LARGE - 7, 0, "f00010")
    assert found(judge(write(tmp_path, [sheet], Layout(end=end)))) == [("primaryKey", "facts", LARGE - 5, LARGE - 5, 1)]


# The structure of a file is wrong.

Place = tuple[str, int, int, int]
Break = Callable[[list[str], int, Layout], tuple[bytes, Place]]


def _with(records: list[str], at: int, *others: str) -> list[str]:
    return [*records[:at], *others, *records[at + 1 :]]


def _inserted(text: str, rule: str) -> Break:
    def broken(records: list[str], at: int, layout: Layout) -> tuple[bytes, Place]:
        content = layout.content(_with(records, at, text + layout.end, records[at]))
        return content, (rule, at + 1, line_of(records, at + 1), 0)

    return broken


def _replaced(text: str, rule: str, column: int = 0) -> Break:
    def broken(records: list[str], at: int, layout: Layout) -> tuple[bytes, Place]:
        content = layout.content(_with(records, at, text + layout.end))
        return content, (rule, at + 1, line_of(records, at + 1), column)

    return broken


def _last(text: str, rule: str, column: int) -> Break:
    """Replace the last record, which then has no line end."""

    def broken(records: list[str], at: int, layout: Layout) -> tuple[bytes, Place]:
        return layout.content([*records[:-1], text]), (rule, len(records), line_of(records, len(records)), column)

    return broken


def _bytes(mark: bytes, rule: str) -> Break:
    def broken(records: list[str], at: int, layout: Layout) -> tuple[bytes, Place]:
        head, tail = layout.content(records[:at]), layout.content(records[at:])
        return head + tail[:2] + mark + tail[2:], (rule, 0, line_of(records, at + 1), 0)

    return broken


def _whole(change: Callable[[bytes], bytes], rule: str, row: int = 1, line: int = 1, column: int = 0) -> Break:
    def broken(records: list[str], at: int, layout: Layout) -> tuple[bytes, Place]:
        return change(layout.content(records)), (rule, row, line, column)

    return broken


def _columns(change: Callable[[list[str], bool], list[str]], rule: str, column: int) -> Break:
    """Change the cells of every record; the function is told which one is the header."""

    def broken(records: list[str], at: int, layout: Layout) -> tuple[bytes, Place]:
        import csv

        rows = csv.reader(io.StringIO("".join(records), newline=""))
        changed = [layout.record(change(cells, i == 0)) for i, cells in enumerate(rows)]
        return layout.content(changed), (rule, 1, 1, column)

    return broken


# Columns of the table: id, date, integer, remark.
STRUCTURE: dict[str, Break] = {
    "blank line": _inserted("", "blank-row"),
    "row of empty cells": _inserted(",,,", "blank-row"),
    "cell is missing": _replaced("f1x,2023-12-31,1", "missing-cells"),
    "three cells are missing": _replaced("f1x", "missing-cells"),
    "cell too many": _replaced("f1x,2023-12-31,1,x,y", "extra-cells"),
    "trailing delimiter": _replaced("f1x,2023-12-31,1,x,", "extra-cells"),
    "last row is cut": _last("f1x,2023", "missing-cells", 0),
    "quote inside a bare cell": _replaced('f1x,2023-12-31,1,a"b', "stray-quote", 4),
    "quote at the end of a bare cell": _replaced('f1x,2023-12-31,1,ab"', "stray-quote", 4),
    "text after a quoted cell": _replaced('f1x,2023-12-31,1,"a"b', "stray-quote", 4),
    "quotes inside quotes are not doubled": _replaced('"f1x",2023-12-31,1,"a "b" c"', "stray-quote", 4),
    "quote is not closed": _replaced('f1x,2023-12-31,1,"ab', "unclosed-quote", 4),
    "quote of the first cell is not closed": _replaced('"f1x,2023-12-31,1,ab', "unclosed-quote", 1),
    "quote of the last record is not closed": _last('f1x,2023-12-31,1,"ab', "unclosed-quote", 4),
    "byte that is not UTF-8": _bytes(b"\xff", "encoding"),
    "letter of Windows-1251": _bytes("й".encode("cp1251"), "encoding"),
    "surrogate": _bytes(b"\xed\xa0\x80", "encoding"),
    "NUL": _bytes(b"\0", "nul-byte"),
    "byte order mark": _whole(lambda content: b"\xef\xbb\xbf" + content, "byte-order-mark"),
    "UTF-16": _whole(lambda content: content.decode().encode("utf-16"), "encoding"),
    "empty": _whole(lambda content: b"", "empty-file", 0, 0),
    "blanks only": _whole(lambda content: b" \n\n", "empty-file", 0, 0),
    "carriage returns": _whole(
        lambda content: content.replace(b"\r", b"").replace("в\nтри\nстроки".encode(), b"x").replace(b"\n", b"\r"),
        "cr-line-ends",
    ),
    "semicolons": _whole(lambda content: content.replace(b",", b";"), "wrong-delimiter"),
    "tabs": _whole(lambda content: content.replace(b",", b"\t"), "wrong-delimiter"),
    "sep= line": _whole(lambda content: b"sep=;\r\n" + content.replace(b",", b";"), "wrong-delimiter"),
    "header is missing": _whole(lambda content: content.partition(b"\n")[2], "no-header"),
    "label stands twice": _columns(lambda cells, is_header: [*cells, "id" if is_header else "x"], "repeated-label", 5),
    "label is missing": _columns(lambda cells, is_header: [cells[0], *cells[2:]], "missing-label", 0),
    "label is renamed": _columns(
        lambda cells, is_header: [cells[0], "dates" if is_header else cells[1], *cells[2:]], "renamed-label", 2
    ),
    "label in another case": _columns(
        lambda cells, is_header: [cells[0], "Date" if is_header else cells[1], *cells[2:]], "renamed-label", 2
    ),
    "label with blanks": _columns(
        lambda cells, is_header: [cells[0], " date " if is_header else cells[1], *cells[2:]], "renamed-label", 2
    ),
    "label too many": _columns(lambda cells, is_header: [*cells, "more" if is_header else "x"], "extra-label", 5),
    "label is blank": _columns(lambda cells, is_header: [*cells, "" if is_header else "x"], "extra-label", 5),
    "labels in another order": _columns(
        lambda cells, is_header: [cells[0], cells[2], cells[1], cells[3]], "label-order", 2
    ),
}  # fmt: skip


def _judge_structure(folder: Path, sheet: Sheet, name: str, at: int, layout: Layout) -> None:
    content, place = STRUCTURE[name](layout.records(sheet), at, layout)
    report = judge(write_contents(folder, [sheet], {sheet.name: content}, {}))
    assert found(report) == [(place[0], sheet.name, *place[1:])]


def _structure_cases() -> list[Any]:
    ends = {"lf": "\n", "crlf": "\r\n"}
    return marked({f"{name}-{end}": (name, ends[end]) for name in STRUCTURE for end in ends})


@pytest.mark.parametrize("case", _structure_cases())
def test_fault_of_structure_is_the_only_issue(case: tuple[str, str], tmp_path: Path) -> None:
    name, end = case
    _judge_structure(tmp_path, facts(NEIGHBOURS, SMALL), name, BROKEN, Layout(end=end))


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    _structure_cases(),
)
def test_fault_of_structure_is_the_only_issue_of_a_large_file(case: tuple[str, str], tmp_path: Path) -> None:
    name, end = case
    _judge_structure(tmp_path, large(), name, LARGE - 7, Layout(end=end))


def test_stray_quote_in_the_header_is_found_beside_the_name_that_it_spoils(tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, SMALL)
    content = PLAIN.content(PLAIN.records(sheet)).replace(b"integer", b'inte"ger', 1)
    report = judge(write_contents(tmp_path, [sheet], {"facts": content}, {}))
    assert found(report) == [("renamed-label", "facts", 1, 1, 3), ("stray-quote", "facts", 1, 1, 3)]


def test_row_whose_only_filled_cell_is_no_field_is_not_blank(tmp_path: Path) -> None:
    sheet = Sheet("facts", ({"name": "a"}, {"name": "b"}), (), {"fieldsMatch": "subset"})
    report = judge(write_contents(tmp_path, [sheet], {"facts": b"a,b,c\n1,2,3\n,,4\n"}, {}))
    assert found(report) == []


def test_sep_line_of_the_right_delimiter_is_one_issue(tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, SMALL)
    content = b"sep=,\r\n" + PLAIN.content(PLAIN.records(sheet))
    assert len(judge(write_contents(tmp_path, [sheet], {"facts": content}, {})).findings) == 1


@pytest.mark.parametrize("count", [SMALL, LARGE])
def test_records_of_both_line_ends_are_valid(count: int, tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, count, LONG)
    records = PLAIN.records(sheet)
    content = PLAIN.content([record.replace("\n", "\r\n") if i % 2 else record for i, record in enumerate(records)])
    report = judge(write_contents(tmp_path, [sheet], {"facts": content}, {}))
    assert (found(report), dict(report.rows)) == ([], {"facts": count})


@pytest.mark.parametrize("count", [SMALL, LARGE])
def test_decimal_commas_of_a_column_are_one_issue(count: int, tmp_path: Path) -> None:
    column = replace(COLUMN["number"], good=("1,5", "2,25", "", "3"))
    sheet = narrow(column, count, LONG)
    assert found(judge(write(tmp_path, [sheet]))) == [("decimal-comma", "facts", 2, 2, 3)]


# A file, an archive or its form is wrong.


@dataclass(frozen=True)
class FileCase:
    """What becomes of the file of a table, what its resource says, and the rule and place of the finding."""

    name: str
    rule: str
    content: Callable[[Sheet], bytes]
    suffix: str = "csv"
    node: tuple[tuple[str, Any], ...] = ()
    place: tuple[int, int, int] = (0, 0, 0)
    keys: tuple[tuple[str, Any], ...] = ()


def _csv(sheet: Sheet) -> bytes:
    return PLAIN.content(PLAIN.records(sheet))


def _lists(change: Callable[[list[Any]], list[Any]]) -> Callable[[Sheet], bytes]:
    def content(sheet: Sheet) -> bytes:
        rows = json.loads(as_json(sheet, is_keyed=False))
        rows[BROKEN] = change(rows[BROKEN])
        return json.dumps(rows).encode()

    return content


def _without_date(sheet: Sheet) -> Sheet:
    rows = tuple((*row[:1], *row[2:]) for row in sheet.rows)
    return replace(sheet, fields=(*sheet.fields[:1], *sheet.fields[2:]), rows=rows)


def _without_known_labels(sheet: Sheet) -> bytes:
    return _csv(sheet).replace(b"id,date,integer,remark", b"w,x,y,z")


def _parquet_of_days(sheet: Sheet) -> bytes:
    """Return Parquet whose column of whole numbers holds days."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(as_parquet(sheet)))
    at = table.column_names.index("integer")
    content = io.BytesIO()
    pq.write_table(table.set_column(at, "integer", pa.array([0] * len(sheet.rows), pa.date32())), content)
    return content.getvalue()


FILES = (
    FileCase("bytes differ", "bytes", _csv, node=(("bytes", 7),)),
    FileCase("hash differs", "hash", _csv, node=(("hash", "sha256:" + "0" * 64),)),
    FileCase("MD5 differs", "hash", _csv, node=(("hash", "0" * 32),)),
    FileCase("encoding does not exist", "unknown-encoding", _csv, node=(("encoding", "utf-99"),)),
    FileCase("gzip is damaged", "damaged-archive", lambda sheet: gzip.compress(_csv(sheet))[:-9], "csv.gz"),
    FileCase("gzip is no gzip", "damaged-archive", _csv, "csv.gz"),
    FileCase("zip is no zip", "damaged-archive", _csv, "csv.zip"),
    FileCase("workbook is damaged", "damaged-archive", lambda sheet: as_xlsx(sheet)[:-40], "xlsx"),
    FileCase("workbook is no workbook", "damaged-archive", _csv, "xlsx"),
    FileCase("no such sheet", "no-such-sheet", as_xlsx, "xlsx", (("dialect", {"sheetName": "нет"}),)),
    FileCase("no sheet of the number", "no-such-sheet", as_xlsx, "xlsx", (("dialect", {"sheetNumber": 2}),)),
    FileCase("JSON is cut", "not-json", lambda sheet: as_json(sheet)[:-1], "json"),
    FileCase("JSON is no list", "not-rows", lambda sheet: b'{"a": 1}', "json"),
    FileCase("JSON is a list of numbers", "not-rows", lambda sheet: b"[1, 2]", "json"),
    FileCase("JSON property is not there", "not-rows", as_json, "json", (("dialect", {"property": "rows"}),)),
    FileCase("list is too short", "missing-cells", _lists(lambda row: row[:-1]), "json", place=(6, 0, 0)),
    FileCase("list is too long", "extra-cells", _lists(lambda row: [*row, 1]), "json", place=(6, 0, 0)),
    FileCase("key of all objects is missing", "missing-label", lambda sheet: as_json(_without_date(sheet)), "json",
             place=(1, 0, 0)),
    FileCase("column of the sheet is missing", "missing-label", lambda sheet: as_xlsx(_without_date(sheet)), "xlsx",
             place=(1, 0, 0)),
    FileCase("column of Parquet is missing", "missing-label", lambda sheet: as_parquet(_without_date(sheet)), "parquet",
             place=(1, 0, 0)),
    FileCase("column of Parquet is of another type", "column-type", _parquet_of_days, "parquet", place=(1, 0, 3)),
    FileCase("no label is a field", "no-common-label", _without_known_labels, place=(1, 1, 0),
             keys=(("fieldsMatch", "partial"),)),
)  # fmt: skip


@pytest.mark.parametrize("case", marked({case.name: case for case in FILES}))
def test_fault_of_a_file_is_the_only_issue(case: FileCase, tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, SMALL)
    sheet = replace(sheet, keys={**sheet.keys, **dict(case.keys)})
    package = write_contents(tmp_path, [sheet], {"facts": case.content(sheet)}, dict(case.node), case.suffix)
    assert found(judge(package)) == [(case.rule, "facts", *case.place)]


def test_right_bytes_and_hash_have_no_issue(tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, SMALL)
    content = _csv(sheet)
    for digest in (f"sha256:{hashlib.sha256(content).hexdigest()}", hashlib.md5(content).hexdigest()):  # noqa: S324
        node = {"bytes": len(content), "hash": digest}
        assert found(judge(write_contents(tmp_path, [sheet], {"facts": content}, node))) == []


@pytest.mark.parametrize(("rule", "table"), [("missing-file", "regions"), ("not-a-file", "results")])
def test_absent_file_is_the_only_issue(rule: str, table: str, tmp_path: Path) -> None:
    package = write(tmp_path, keyed())
    (tmp_path / f"{table}.csv").unlink()
    if rule == "not-a-file":
        (tmp_path / f"{table}.csv").mkdir()
    assert found(judge(package)) == [(rule, table, 0, 0, 0)]


def test_archive_that_grows_beyond_the_limit_is_the_only_issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "UNPACKED_LIMIT", 1 << 16)
    sheet = facts(NEIGHBOURS, 200, ("x" * 10_000,))
    package = write_contents(tmp_path, [sheet], {"facts": gzip.compress(_csv(sheet))}, {}, "csv.gz")
    assert found(judge(package)) == [("archive-too-large", "facts", 0, 0, 0)]


def test_fault_of_a_second_file_names_that_file(tmp_path: Path) -> None:
    sheet = facts(NEIGHBOURS, SMALL)
    records = PLAIN.records(sheet.with_cell(BROKEN, 1, "?"))
    (tmp_path / "one.csv").write_bytes(PLAIN.content(records[:4]))
    (tmp_path / "two.csv").write_bytes(PLAIN.content([records[0], *records[4:]]))
    package = write_contents(tmp_path, [sheet], {"facts": b""}, {})
    item = package.resources[0]
    several = replace(
        package,
        resources=(
            replace(
                item,
                paths=(tmp_path / "one.csv", tmp_path / "two.csv"),
                files=("one.csv", "two.csv"),
                compressions=("", ""),
            ),
        ),
    )
    report = judge(several)
    assert found(report) == [("type", "facts", 4, line_of([records[0], *records[4:]], 4), 2)]
    assert report.findings[0].file.endswith("two.csv")


OF_NORMALIZE = {
    "unknown-text-encoding", "mixed-line-ends", "unknown-header", "ambiguous-label", "nameless-column",
    "ambiguous-number", "not-a-bare-number", "ambiguous-date", "two-digit-year", "impossible-date", "date-with-time",
    "date-without-time", "error-cell", "formula-without-value", "workbook-number", "workbook-date",
    "workbook-boolean", "digits-lost", "zero-lost",
}  # fmt: skip


def _named_rules() -> set[str]:
    named = {rule for _, rule, _ in CELLS} | {case.rule for case in KEYS} | {case.rule for case in FILES}
    named |= {breaks(PLAIN.records(facts(NEIGHBOURS, SMALL)), BROKEN, PLAIN)[1][0] for breaks in STRUCTURE.values()}
    return named | {"decimal-comma", "missing-file", "not-a-file", "archive-too-large", "sep-line"}


def test_every_rule_of_the_catalogue_has_a_case() -> None:
    assert _named_rules() | OF_NORMALIZE == set(load_messages("en").catalogue["issues"])
