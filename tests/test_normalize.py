"""Spreadsheets' files made canonical: every cell decided, or nothing written."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resopen.cli import main
from resopen.messages import load_messages
from resopen.normalization import Normalized, normalize, normalize_file, read_delimited
from resopen.normalization.guess import decoded
from resopen.normalization.numerals import readings
from resopen.schema import Table
from resopen.schema.fields import load_table
from tests.packages import ROOT, copy_repository, curated, judge, table_package

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "code", "type": "string", "title": "Code", "title_ru": "Код", "example": "0012",
         "constraints": {"required": True, "pattern": "[0-9]{4}"}},
        {"name": "title", "type": "string", "title": "Title", "title_ru": "Название проекта"},
        {"name": "on", "type": "date", "title": "Day", "title_ru": "Дата"},
        {"name": "rub", "type": "number", "title": "Sum", "title_ru": "Сумма"},
        {"name": "people", "type": "integer", "title": "People", "title_ru": "Участники"},
        {"name": "year", "type": "year", "title": "Year", "title_ru": "Год"},
        {"name": "won", "type": "boolean", "title": "Won", "title_ru": "Победа"},
        {"name": "at", "type": "datetime", "title": "Moment", "title_ru": "Время"},
    ],
    "missingValues": ["", "-"],
}  # fmt: skip
NAMES = [field["name"] for field in SCHEMA["fields"]]
TITLES = [field["title_ru"] for field in SCHEMA["fields"]]
TABLE = load_table(SCHEMA, "grants", "schema")


def one_field(type_: str, **rest: Any) -> Table:
    return load_table({"fields": [{"name": "a", "type": type_, **rest}]}, "one", "schema")


def canonical(rows: Sequence[Sequence[str]], labels: Sequence[str] = NAMES) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([labels, *rows])
    return text.getvalue().encode()


def run(content: bytes | str, table: Table = TABLE) -> Normalized:
    data = content.encode() if isinstance(content, str) else content
    return normalize(table, read_delimited(data, table))


def column(table: Table, cells: Sequence[str], delimiter: str = ",") -> list[str]:
    """Return what the cells of a table of one field become; a doubt as its rule."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([["a", ""], *([cell, ""] for cell in cells)])
    done = run(text.getvalue(), table)
    doubts = {finding.row: finding.rule for finding in done.findings}
    if doubts:
        return [doubts.get(row, "") for row in range(2, len(cells) + 2)]
    return [row[0] for row in csv.reader(io.StringIO(done.content.decode()))][1:]


# The rules for single cells.


@pytest.mark.parametrize(
    ("cells", "delimiter", "expected"),
    [
        (["1 234,50", "1\u00a0234\u202f567"], ",", ["1234.50", "1234567"]),
        (["1.234,56"], ",", ["1234.56"]),
        (["1,234.56", "1,500"], ",", ["1234.56", "1500"]),
        (["1.234.567", "1,500"], ",", ["1234567", "1.500"]),
        (["1,500"], ",", ["ambiguous-number"]),
        (["1,500", "2,5"], ",", ["1.500", "2.5"]),
        (["1,500", "0,125"], ",", ["1.500", "0.125"]),
        (["1,500", "2.5"], ",", ["ambiguous-number", ""]),
        (["1,500", "2,5", "1,234.5"], ",", ["ambiguous-number", "", ""]),
        (["1,500"], ";", ["1.500"]),
        (["1,500"], "\t", ["1.500"]),
        (["1,500", "2.5"], ";", ["ambiguous-number", ""]),
        (["1.500"], ",", ["1.500"]),
        (["1.500"], ";", ["ambiguous-number"]),
        (["1.500", "2.5"], ";", ["1.500", "2.5"]),
        (["1.500", "1.234,5"], ",", ["1500", "1234.5"]),
        (["-7", "\u22127,5", "1e5", ".5", "5.", "NaN", "-INF"], ",", ["-7", "-7.5", "1e5", ".5", "5.", "NaN", "-INF"]),
        (["12 34"], ",", ["type"]),
        (["0 123"], ",", ["type"]),
        (["1,2,3"], ",", ["type"]),
        (["abc"], ",", ["type"]),
        (["15%", "98 руб."], ",", ["not-a-bare-number"] * 2),
        (["00012345678901234567890.10"], ",", ["00012345678901234567890.10"]),
    ],
)
def test_number_is_decided_by_its_column_or_not_at_all(cells: list[str], delimiter: str, expected: list[str]) -> None:
    assert column(one_field("number"), cells, delimiter) == expected


@pytest.mark.parametrize(
    ("type_", "cells", "expected"),
    [
        ("integer", ["5.0", "5,0", "1 500", "007"], ["5", "5", "1500", "007"]),
        ("integer", ["5,5"], ["type"]),
        ("integer", ["1e5"], ["type"]),
        ("year", ["2 023", "2022,0", "-0044"], ["2023", "2022", "-0044"]),
        ("year", ["22"], ["type"]),
        ("date", ["31.12.2022", "1.2.2022", "2022-12-31", "2022/12/31"],
         ["2022-12-31", "2022-02-01", "2022-12-31", "2022-12-31"]),
        ("date", ["31.12.2022 0:00", "2022-12-31T00:00:00", "2022-12-31 00:00:00.000"], ["2022-12-31"] * 3),
        ("date", ["31.12.2022 14:30"], ["date-with-time"]),
        ("date", ["31.12.2022 24:00"], ["impossible-date"]),
        ("date", ["01.02.22"], ["two-digit-year"]),
        ("date", ["31.02.2022", "12.31.2022", "2022-02-30"], ["impossible-date"] * 3),
        ("date", ["03/04/2022"], ["ambiguous-date"]),
        ("date", ["04/04/2022"], ["2022-04-04"]),
        ("date", ["03/04/2022", "25/04/2022"], ["2022-04-03", "2022-04-25"]),
        ("date", ["03/04/2022", "04/25/2022"], ["2022-03-04", "2022-04-25"]),
        ("date", ["03/04/2022", "04/25/2022", "25/04/2022"], ["ambiguous-date", "", ""]),
        ("date", ["03/04/2022", "25.04.2022"], ["ambiguous-date", ""]),
        ("date", ["весна"], ["type"]),
        ("datetime", ["31.12.2022 9:05", "2022-12-31T09:05:00.5Z"], ["2022-12-31T09:05:00", "2022-12-31T09:05:00.5Z"]),
        ("datetime", ["31.12.2022"], ["date-without-time"]),
        ("time", ["9:05", "09:05:30"], ["09:05:00", "09:05:30"]),
        ("time", ["25:00"], ["type"]),
        ("boolean", ["Да", "НЕТ", "ИСТИНА", "ложь", "TRUE", "0"], ["true", "false", "true", "false", "true", "false"]),
        ("boolean", ["может быть"], ["type"]),
        ("string", [" 001 ", "\u00a0x\u00a0", "a\r\nb", "1,500", "a  b"], ["001", "x", "a\nb", "1,500", "a  b"]),
        ("list", [" a,b "], ["a,b"]),
    ],
)  # fmt: skip
def test_cell_is_decided_by_the_type_of_its_field(type_: str, cells: list[str], expected: list[str]) -> None:
    assert column(one_field(type_), cells) == expected


def test_options_of_the_field_decide_before_the_column() -> None:
    comma = one_field("number", decimalChar=",", groupChar=".")
    assert column(comma, ["1.500", "1,500", "1.234,5"]) == ["1500", "1,500", "1234,5"]
    unit = one_field("number", bareNumber=False)
    assert column(unit, ["98,5 руб.", "15 %", "€ 1 500"]) == ["98.5 руб.", "15 %", "€ 1500"]
    words = one_field("boolean", trueValues=["1", "есть"], falseValues=["0"])
    assert column(words, ["да", "есть", "ЛОЖЬ", "1"]) == ["1", "1", "0", "1"]
    assert column(one_field("date", format="%d.%m.%y"), [" 01.02.22 "]) == ["01.02.22"]


def test_missing_values_stay() -> None:
    table = one_field("number", missingValues=["", "-", "1,500"])
    assert column(table, ["-", " - ", "1,500", "2"]) == ["-", "-", "1,500", "2"]


# The structure of a file.


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        ("code,title\n0012,x\n", "missing-label", (1, 0)),
        (f"{','.join(NAMES)},new\n0012,,,,,,,,x\n", "extra-label", (1, 9)),
        (f"{','.join(NAMES)},Код\n0012,,,,,,,,x\n", "repeated-label", (1, 9)),
        (f"{','.join(NAMES)},\n0012,,,,,,,,x\n", "nameless-column", (2, 9)),
        (f"{','.join(NAMES)}\n0012,,,,,,,,x\n", "extra-cells", (2, 0)),
        (f"{','.join(NAMES)}\n0012,,,\n", "missing-cells", (2, 0)),
        (f'{",".join(NAMES)}\n0012,a"b,,,,,,\n', "stray-quote", (2, 2)),
        (f'{",".join(NAMES)}\n0012,"ab,,,,,,\n', "unclosed-quote", (2, 2)),
        ("Отчёт за год\n\ncode,title\n", "unknown-header", (1, 0)),
        (f"{','.join(NAMES)}\r0012,,,,,,,\n0013,,,,,,,\n", "mixed-line-ends", (0, 0)),
        ("\n \n", "empty-file", (0, 0)),
        (b"code\0,title\n", "nul-byte", (0, 0)),
        ("code,café\n".encode("latin-1") * 3, "unknown-text-encoding", (0, 0)),
        (f"{','.join(TITLES)}\n0012,Двор,,,,,,\n".encode("koi8-r"), "unknown-text-encoding", (0, 0)),
        (f"{','.join(TITLES)}\n0012,Двор,,,,,,\n".encode("cp866"), "unknown-text-encoding", (0, 0)),
    ],
)
def test_what_is_not_certain_is_named_at_its_place(content: str | bytes, rule: str, place: tuple[int, int]) -> None:
    done = run(content)
    assert rule in [finding.rule for finding in done.findings]
    assert place in {(item.row, item.column) for item in done.findings if item.rule == rule}
    assert done.content == b""


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("Двор № 5 «Сад»", "cp1251", "Windows-1251"),
        ("1\u00a0234", "cp1251", "Windows-1251"),
        ("двор без границ", "koi8-r", ""),
        ("Двор без границ", "cp866", ""),
        ("ГМ", "cp866", ""),
        ("Двор без границ", "iso8859-5", ""),
        ("août", "latin-1", ""),
        ("þ, ÿ ¿ ¤ ¥", "latin-1", ""),
    ],
)
def test_bytes_are_russian_only_where_nothing_explains_them_better(text: str, encoding: str, name: str) -> None:
    assert decoded(text.encode(encoding))[:2] == ((text, name) if name else ("", ""))


def test_label_that_two_titles_share_is_not_decided() -> None:
    fields = [{"name": name, "type": "string", "title": "Name"} for name in ("a", "b")]
    done = run("Name,b\n1,2\n", load_table({"fields": fields}, "two", "schema"))
    assert [finding.rule for finding in done.findings] == ["missing-label", "ambiguous-label"]


def test_line_and_record_are_told_apart() -> None:
    done = run('sep=,\ncode,title,on,rub,people,year,won,at\n0012,"a\nb",,,,,,\n0013,,31.02.2022,,,,,\n')
    assert [(item.row, item.line, item.column, item.field, item.value) for item in done.findings] == [
        (3, 5, 3, "on", "31.02.2022")
    ]


def test_changes_account_for_every_kind_of_difference() -> None:
    text = (
        "\ufeffsep=;\r\n\r\n"
        "Дата; КОД;title;rub;people;year;won;at;;\r\n"
        '31.12.2022;" 0012 ";"a\r\nb";1 500,5;5,0;2022;да;1.2.2022 9:00;;;;\r\n'
        ";;;;;;;;;\r\n;;;;;;;;;"
    )
    done = run(text)
    assert done.findings == ()
    assert done.content == canonical(
        [["0012", "a\nb", "2022-12-31", "1500.5", "5", "2022", "true", "2022-02-01T09:00:00"]]
    )
    assert {change.kind for change in done.changes} == {
        "mark", "line-ends", "separator-line", "delimiter", "last-line", "quotes", "label", "order", "empty-column",
        "blank-row", "extra-cells", "padding", "line-break", "number", "date", "boolean",
    }  # fmt: skip


def test_mark_carriage_returns_and_quotes_alone_are_changes() -> None:
    body = canonical([["0012", "a\nb", "", "", "", "", "", ""]])
    cases = {
        "mark": b"\xef\xbb\xbf" + body,
        "last-line": body[:-1],
        "quotes": body.replace(b"0012", b'"0012"'),
        "line-ends": body.replace(b"\n0012", b"\r0012")[:-1] + b"\r",
    }
    for kind, content in cases.items():
        done = run(content)
        assert (done.content, [change.kind for change in done.changes]) == (body, [kind])


def test_every_table_of_ours_is_canonical_already() -> None:
    for resource in curated().package().resources:
        content = resource.path.read_bytes()
        done = run(content, resource.table)
        assert (done.content, done.changes, done.findings) == (content, (), ()), resource.name


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1251", ";")])
def test_every_table_of_ours_comes_back_from_a_spreadsheet(encoding: str, delimiter: str) -> None:
    tried = 0
    for resource in curated().package().resources:
        content = resource.path.read_bytes()
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        try:
            messy = text.getvalue().encode(encoding)
        except UnicodeEncodeError:
            continue
        tried += 1
        done = run(messy, resource.table)
        # Points in a file of semicolons are unsettled where three digits follow all of them.
        assert done.content == content or {item.rule for item in done.findings} == {"ambiguous-number"}, resource.name
    assert tried > 40


# Properties.

WORDS = [
    "Школа волонтёра",
    "Двор без границ",
    "Музей села, этап 1",
    'Клуб "Соседи"',
    "Ручей; весна",
    "строка\nвторая",
    "",
]
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
whole = st.integers(min_value=-(10**9), max_value=10**9)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


rows_of_values = st.lists(
    st.tuples(
        st.from_regex(r"\A[0-9]{4}\Z"), st.sampled_from(WORDS), maybe(days), maybe(decimals), maybe(whole),
        maybe(st.integers(min_value=1000, max_value=9999)), maybe(st.booleans()),
        maybe(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1))),
    ),
    max_size=8,
)  # fmt: skip


def canonical_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value)


def grouped(number: int | Decimal, space: str) -> str:
    return f"{number:,}".replace(",", space).replace(".", ",")


def messy_text(value: Any, space: str, words: tuple[str, str]) -> str:
    if isinstance(value, bool):
        return words[0] if value else words[1]
    if isinstance(value, datetime):
        return value.strftime("%d.%m.") + f"{value.year} {value.hour}:{value:%M:%S}"
    if isinstance(value, date):
        return value.strftime("%d.%m.") + str(value.year)
    if isinstance(value, int | Decimal):
        return grouped(value, space)
    return canonical_text(value).replace("\n", "\r\n")


@settings(max_examples=200, deadline=None)
@given(
    rows_of_values, st.permutations(range(len(NAMES))), st.sampled_from([" ", "\u00a0"]),
    st.sampled_from([("да", "нет"), ("ИСТИНА", "ЛОЖЬ"), ("TRUE", "FALSE")]), st.integers(min_value=0, max_value=3),
    st.sampled_from(["cp1251", "utf-8-sig", "utf-8", "utf-16"]),
)  # fmt: skip
def test_messy_spreadsheet_form_of_any_rows_gives_the_canonical_csv(
    rows: list[tuple[Any, ...]], order: list[int], space: str, words: tuple[str, str], blanks: int, encoding: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t" if encoding == "utf-16" else ";", lineterminator="\r\n")
    writer.writerow([TITLES[i] for i in order] + [""] * blanks)
    for row in rows:
        writer.writerow([f" {messy_text(row[i], space, words)}" for i in order] + [""] * blanks)
    writer.writerows([[""] * len(order)] * blanks)
    done = run(text.getvalue().encode(encoding))
    assert done.findings == ()
    assert done.content == canonical([[canonical_text(value) for value in row] for row in rows])


@settings(max_examples=200, deadline=None)
@given(rows_of_values)
def test_canonical_file_stays_byte_for_byte(rows: list[tuple[Any, ...]]) -> None:
    content = canonical([[canonical_text(value) for value in row] for row in rows])
    done = run(content)
    assert (done.content, done.changes, done.findings) == (content, (), ())


PIECES = ["1", "500", "1,500", "2.5", "1 234", ",", ".", ";", "\t", "\n", "\r\n", "\r", '"', " ", "31.12.2022",
          "03/04/2022", "да", "0012", "-", "%", "Школа", "\u00a0", "2022-12-31 00:00"]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([",", ";", "\t", "|"]), st.lists(st.sampled_from(PIECES), max_size=30))
def test_result_of_any_text_is_stable_or_refused(delimiter: str, pieces: list[str]) -> None:
    table = load_table({"fields": [SCHEMA["fields"][i] for i in (1, 2, 3, 4)]}, "some", "schema")
    done = run(delimiter.join(NAMES[1:5]) + "\n" + "".join(pieces), table)
    assert bool(done.findings) != bool(done.content)
    if done.content:
        again = run(done.content, table)
        assert (again.content, again.changes, again.findings) == (done.content, (), ())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_become_utf_8_and_never_a_crash(content: bytes) -> None:
    done = run(b"code,title,on,rub,people,year,won,at\n" + content)
    assert bool(done.findings) != bool(done.content.decode())


@given(decimals, st.sampled_from([(" ", ","), ("\u00a0", ","), (".", ","), (",", "."), ("", "."), ("", ",")]))
def test_number_keeps_its_value_in_every_style(number: Decimal, marks: tuple[str, str]) -> None:
    text = f"{number:,}".replace(",", "g").replace(".", marks[1]).replace("g", marks[0])
    assert [Decimal(reading.number) for reading in readings(text)] == [number]


# Workbooks.


def write_book(path: Path, rows: Sequence[Sequence[Any]], labels: Sequence[str] = NAMES) -> Path:
    book = openpyxl.Workbook()
    for row in [labels, *rows]:
        book.active.append(list(row))
    book.save(path)
    return path


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA), "utf-8")
    return path


def test_workbook_gives_the_canonical_table_beside_it(tmp_path: Path, schema: Path) -> None:
    moment = datetime(2022, 12, 31, 9, 5)
    rows: list[list[Any]] = [
        ["0012", " x ", date(2022, 12, 31), 1234.5, 5.0, 2022, True, moment],
        [None] * 8,
        ["0013", 42, "31.12.2022", "1 234,5", "7", 2023.0, "нет", None],
        ["0014", None, datetime(2022, 1, 2), -3, 0, None, 1, "1.2.2022 9:00"],
    ]
    done = normalize_file(write_book(tmp_path / "book.xlsx", rows), schema)
    assert done.result.findings == ()
    assert (tmp_path / "book.csv").read_bytes() == canonical(
        [
            ["0012", "x", "2022-12-31", "1234.5", "5", "2022", "true", "2022-12-31T09:05:00"],
            ["0013", "42", "2022-12-31", "1234.5", "7", "2023", "false", ""],
            ["0014", "", "2022-01-02", "-3", "0", "", "true", "2022-02-01T09:00:00"],
        ]
    )


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("code", 12, "zero-lost"),
        ("title", 1.5, "workbook-number"),
        ("title", 1234567890123456789, "digits-lost"),
        ("people", 1234567890123456789, "digits-lost"),
        ("title", date(2022, 1, 2), "workbook-date"),
        ("title", time(9, 5), "workbook-date"),
        ("title", True, "workbook-boolean"),
        ("on", datetime(2022, 12, 31, 5), "date-with-time"),
        ("on", 44926, "workbook-number"),
        ("rub", "1,500", "ambiguous-number"),
        ("rub", "1.500", "ambiguous-number"),
        ("rub", False, "workbook-boolean"),
        ("people", 1.5, "type"),
        ("year", 22, "type"),
        ("won", 2, "workbook-number"),
        ("rub", "=1/0", "formula-without-value"),
        ("rub", "#REF!", "error-cell"),
    ],
)
def test_doubtful_cell_of_a_workbook_is_named(name: str, value: Any, rule: str, tmp_path: Path, schema: Path) -> None:
    row = ["0012", *[None] * 7]
    row[NAMES.index(name)] = value
    path = write_book(tmp_path / "book.xlsx", [row])
    found = normalize_file(path, schema).result.findings
    assert [(item.rule, item.row, item.column, item.field) for item in found] == [
        (rule, 2, NAMES.index(name) + 1, name)
    ]
    assert not (tmp_path / "book.csv").exists()


def test_formula_with_a_saved_value_is_its_value_be_it_an_empty_text(tmp_path: Path, schema: Path) -> None:
    path = write_book(tmp_path / "raw.xlsx", [["0012", "=A1", None, "=1+1", *[None] * 4]])
    with ZipFile(path) as raw, ZipFile(tmp_path / "book.xlsx", "w") as book:
        for name in raw.namelist():
            text = raw.read(name)
            text = re.sub(rb'"B2"><f>A1</f><v ?/?>(</v>)?', b'"B2" t="str"><f>A1</f><v></v>', text)
            book.writestr(name, re.sub(rb"<f>1\+1</f><v ?/?>(</v>)?", b"<f>1+1</f><v>2.5</v>", text))
    assert normalize_file(tmp_path / "book.xlsx", schema).result.findings == ()
    assert (tmp_path / "book.csv").read_bytes() == canonical([["0012", "", "", "2.5", "", "", "", ""]])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_book(tmp_path_factory.mktemp("sound") / "book.xlsx", [["0012", "=A1", *[None] * 6]]).read_bytes()


# openpyxl warns of styles and dates that it cannot read.
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(min_value=0), st.integers(min_value=0, max_value=7)), max_size=4),
    cut=st.integers(min_value=0, max_value=9),
)
def test_broken_workbook_is_a_finding_and_never_a_crash(
    flips: list[tuple[int, int]], cut: int, sound: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "s.json").write_text(json.dumps(SCHEMA), "utf-8")
    content = bytearray(sound)
    for place, bit in flips:
        content[place % len(content)] ^= 1 << bit
    (folder / "book.xlsx").write_bytes(content[: len(content) * (10 - cut) // 10])
    assert normalize_file(folder / "book.xlsx", folder / "s.json", is_check=True).result.findings


def test_digits_of_a_workbook_must_keep_their_check_digits(tmp_path: Path) -> None:
    fields = [{"name": "inn", "type": "string", "stdnum": "ru.inn"}, {"name": "a", "type": "string"}]
    (tmp_path / "s.json").write_text(json.dumps({"fields": fields}), "utf-8")
    path = write_book(tmp_path / "b.xlsx", [[7707083893, 1], [770708389, 2]], ["inn", "a"])
    found = normalize_file(path, tmp_path / "s.json").result.findings
    assert [(item.rule, item.row, item.value) for item in found] == [("zero-lost", 3, "770708389")]


def test_errors_and_unsaved_formulas_of_a_workbook_are_issues_of_validate_too(tmp_path: Path) -> None:
    write_book(tmp_path / "book.xlsx", [["#N/A", "=A2"]], ["a", "b"])
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}
    package = table_package(tmp_path, schema, "", path="book.xlsx")
    assert [(issue.rule, issue.row, issue.column, issue.field) for issue in judge(package).issues] == [
        ("error-cell", 2, 1, "a"),
        ("formula-without-value", 2, 2, "b"),
    ]


# The command.


@pytest.fixture
def place(tmp_path: Path, schema: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path


MESSY = (";".join(NAMES) + "\r\n0012;Двор;31.12.2022;1 500,5;;;да;\r\n0013;Сад;;;;;;\r\n").encode("cp1251")
CLEAN = canonical([["0012", "Двор", "2022-12-31", "1500.5", "", "", "true", ""], ["0013", "Сад", *[""] * 6]])


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ru", ["кодировка: Windows-1251 → UTF-8", "разделитель: ; → ,", "числа: 1 ячейка",
                "запись 2, строка файла 2, столбец 4 (rub): «1 500,5» → «1500.5»", "Записан a.csv: 2 строки."]),
        ("en", ["encoding: Windows-1251 → UTF-8", "delimiter: ; → ,", "numbers: 1 cell",
                "row 2, line 2, column 4 (rub): “1 500,5” → “1500.5”", "a.csv was written: 2 rows."]),
    ],
)  # fmt: skip
def test_command_rewrites_a_csv_in_place_and_says_what_it_changed(
    lang: str, words: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.csv").write_bytes(MESSY)
    call = ["normalize", "a.csv", "--schema", "schema.json", "--lang", lang]
    assert main([*call, "--check"]) == 1
    assert (place / "a.csv").read_bytes() == MESSY
    capsys.readouterr()
    assert main(call) == 0
    printed = capsys.readouterr().out
    assert [word for word in words if word not in printed] == []
    assert (place / "a.csv").read_bytes() == CLEAN
    assert main([*call, "--check"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ru", ["«03/04/2022» может быть и 2022-04-03, и 2022-03-04", "Как исправить: Напишите нужную дату",
                "a.csv: 1 сомнительное место, решать вам. Ничего не записано."]),
        ("en", ["“03/04/2022” may be 2022-04-03 or 2022-03-04", "How to mend it: Write the date",
                "a.csv: 1 place for you to decide. Nothing was written."]),
    ],
)  # fmt: skip
def test_command_names_the_undecided_cell_and_writes_nothing(
    lang: str, words: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = MESSY.replace(b"31.12.2022", b"03/04/2022")
    (place / "a.csv").write_bytes(content)
    assert main(["normalize", "a.csv", "--schema", "schema.json", "--lang", lang]) == 1
    printed = capsys.readouterr().out
    assert [word for word in words if word not in printed] == []
    assert (place / "a.csv").read_bytes() == content
    assert sorted(item.name for item in place.iterdir()) == ["a.csv", "schema.json"]


def test_another_existing_file_is_overwritten_only_when_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_book(place / "a.xlsx", [["0012", *[None] * 7]])
    (place / "a.csv").write_bytes(b"mine")
    call = ["normalize", "a.xlsx", "--schema", "schema.json", "--lang", "en"]
    assert main(call) == 2
    assert "--output a.csv" in capsys.readouterr().err
    assert (place / "a.csv").read_bytes() == b"mine"
    assert main([*call, "--output", "a.csv"]) == 0
    assert (place / "a.csv").read_bytes() == canonical([["0012", *[""] * 7]])
    assert main(call) == 0


def test_unicode_text_becomes_a_csv_beside_it(place: Path) -> None:
    (place / "a.txt").write_bytes(MESSY.decode("cp1251").replace(";", "\t").encode("utf-16"))
    assert main(["normalize", "a.txt", "--schema", "schema.json"]) == 0
    assert (place / "a.csv").read_bytes() == CLEAN


def test_sheet_is_chosen_by_name_or_number_and_is_the_first_by_default(place: Path) -> None:
    book = openpyxl.Workbook()
    for name, code in (("Лист1", "0001"), ("3", "0002"), ("Лист3", "0003")):
        sheet = book.active if code == "0001" else book.create_sheet()
        sheet.title = name
        sheet.append(NAMES)
        sheet.append([code, *[None] * 7])
    book.save(place / "a.xlsx")
    for chosen, code in ((None, "0001"), ("2", "0002"), ("3", "0002"), ("Лист3", "0003")):
        call = ["normalize", "a.xlsx", "--schema", "schema.json", "--output", "b.csv"]
        assert main([*call, *(["--sheet", chosen] if chosen else [])]) == 0
        assert (place / "b.csv").read_bytes() == canonical([[code, *[""] * 7]])


@pytest.mark.parametrize(
    ("arguments", "russian"),
    [
        (["a.csv"], "Укажите её схему: --schema"),
        (["no.csv", "--schema", "schema.json"], "такого файла таблицы нет"),
        (["a.csv", "--schema", "no.json"], "такого файла нет"),
        (["a.csv", "--schema", "a.csv"], "не в UTF-8"),
        (["a.csv", "--schema", "schema.json", "--sheet", "1"], "--sheet — для книг XLSX"),
        (["a.csv", "--schema", "schema.json", "--output", "b.xlsx"], "в книгу его записать нельзя"),
        (["book.csv", "--schema", "schema.json"], "имя его не кончается на .xlsx"),
        (["b.xlsx", "--schema", "schema.json", "--sheet", "нет"], "нет листа нет. Листы: Sheet"),
        (["b.xlsx", "--schema", "schema.json", "--sheet", "0"], "нет листа 0"),
        ([], "Не указан аргумент file"),
    ],
)
def test_wrong_call_has_a_clear_message_and_exit_code_2(
    arguments: list[str], russian: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.csv").write_bytes(b"\xff")
    write_book(place / "b.xlsx", [])
    (place / "book.csv").write_bytes((place / "b.xlsx").read_bytes())
    assert main(["normalize", *arguments, "--lang", "ru"]) == 2
    assert russian in capsys.readouterr().err


def test_curated_table_needs_no_schema_and_neither_does_what_becomes_one(tmp_path: Path) -> None:
    data = copy_repository(tmp_path / "repository") / "datapackage" / "data"
    content = (data / "events.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    (data / "events.csv").write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert main(["normalize", str(data / "events.csv")]) == 0
    assert (data / "events.csv").read_bytes() == content
    (data / "events.csv").unlink()
    write_book(data / "events.xlsx", rows[1:], rows[0])
    assert main(["normalize", str(data / "events.xlsx")]) == 0
    assert (data / "events.csv").read_bytes() == content


def test_link_stays_a_link(place: Path) -> None:
    (place / "real.csv").write_bytes(MESSY)
    (place / "a.csv").symlink_to("real.csv")
    assert main(["normalize", "a.csv", "--schema", "schema.json"]) == 0
    assert (place / "a.csv").is_symlink()
    assert (place / "real.csv").read_bytes() == CLEAN


def test_every_kind_of_change_and_doubt_has_words() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src/resopen/normalization").glob("*.py"))
    messages = load_messages("en")
    changes = set(messages.catalogue["changes"]) - {"column", "example", "value", "more"}
    assert [kind for kind in changes if f'"{kind}"' not in source] == []
    rules = [line.split('Doubt("')[1].split('"')[0] for line in source.splitlines() if 'Doubt("' in line]
    assert rules
    assert [rule for rule in rules if not messages.has(f"issues.{rule}.message")] == []
