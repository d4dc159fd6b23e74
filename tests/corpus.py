"""A corpus of packages with one known error each: valid tables made here, and what breaks them.

Every column has texts that are right and texts that break one rule each. The tables below are valid
as they stand; a case changes one cell, or the bytes of one file, and names the only place where an
issue may be found.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from resopen.schema import Package, load_package
from resopen.validation import Report

Texts = tuple[str, ...]
# Rule (as of the finding, so that `primaryKey-null` is told apart), table, row, line, column.
Found = tuple[str, str, int, int, int]


@dataclass(frozen=True)
class Column:
    """One column: its field, right texts (taken in turn by the rows), and wrong ones with the rule each breaks."""

    name: str
    node: Mapping[str, Any]
    good: Texts
    bad: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> dict[str, Any]:
        """The field as its descriptor has it."""
        return {"name": self.name, **self.node}


def _typed(name: str, node: Mapping[str, Any], good: Texts, *bad: str) -> Column:
    return Column(name, node, good, tuple(("type", text) for text in bad))


def _limited(kind: str, below: str, low: str, high: str, above: str, number: bool = False) -> tuple[Column, Column]:
    """Return two columns of an ordered type: one with inclusive bounds, one with exclusive ones."""
    value: Callable[[str], object] = (lambda text: json.loads(text)) if number else str
    within = {"minimum": value(low), "maximum": value(high)}
    between = {"exclusiveMinimum": value(below), "exclusiveMaximum": value(above)}
    return (
        Column(f"{kind}_within", {"type": kind, "constraints": within}, (low, "", high),
               (("minimum", below), ("maximum", above))),
        Column(f"{kind}_between", {"type": kind, "constraints": between}, (high, low, ""),
               (("exclusiveMinimum", below), ("exclusiveMaximum", above))),
    )  # fmt: skip


def _enum(kind: str, members: Sequence[object], good: Texts, bad: str, **node: object) -> Column:
    return Column(
        f"{kind}_enum", {"type": kind, "constraints": {"enum": list(members)}, **node}, good, (("enum", bad),)
    )


POINT = '{"type": "Point", "coordinates": [1, 2]}'
UUID = "123e4567-e89b-12d3-a456-426614174000"
TYPE_COLUMNS: tuple[Column, ...] = (
    _typed("integer", {"type": "integer"}, ("0", "-7", "42", "", "007"), "1.5", "1_000", "+5", " 5", "5 ", "٣", "1e3"),
    _typed("integer_group", {"type": "integer", "groupChar": " "}, ("1 234", "5"), "1,234"),
    _typed("number", {"type": "number"}, ("0", "-7.25", "1e3", ".5", ""), "1,5", "+5", "1_0", "5 ", "x"),
    _typed("number_comma", {"type": "number", "decimalChar": ",", "groupChar": " "}, ("1 234,50", "2"), "1.5"),
    _typed("number_unit", {"type": "number", "bareNumber": False}, ("95 %", "7"), "%"),
    _typed("boolean", {"type": "boolean"}, ("true", "False", "1", "0", ""), "yes", "tRue", "2"),
    _typed("boolean_own", {"type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]}, ("да", "нет"), "true"),
    _typed("date", {"type": "date"}, ("2023-12-31", "2024-02-29", ""), "31.12.2023", "2023-02-29", "2023-1-1"),
    _typed("date_own", {"type": "date", "format": "%d.%m.%Y"}, ("31.12.2022",), "2022-12-31", "31.02.2022"),
    _typed("date_any", {"type": "date", "format": "any"}, ("2022-12-31",), "вчера"),
    _typed("time", {"type": "time"}, ("14:30:00", "00:00:00", ""), "25:00:00", "14:30", "14:30:60"),
    _typed("time_own", {"type": "time", "format": "%H.%M"}, ("14.30",), "14:30"),
    _typed("datetime", {"type": "datetime"}, ("2023-05-01T10:00:00Z", "2023-05-01T10:00:00"),
           "2023-05-01", "2023-05-01 10:00:00", "2023-02-30T10:00:00"),
    _typed("datetime_own", {"type": "datetime", "format": "%d.%m.%Y %H:%M"}, ("01.05.2023 10:00",),
           "2023-05-01T10:00:00"),
    _typed("year", {"type": "year"}, ("2023", "0999", ""), "23", "20230", "2023.0"),
    _typed("yearmonth", {"type": "yearmonth"}, ("2023-05", ""), "2023-13", "2023", "2023-5"),
    _typed("duration", {"type": "duration"}, ("P1Y6M", "PT36H", "-P3D", ""), "P", "PT", "1Y", "P1H"),
    _typed("geopoint", {"type": "geopoint"}, ("104.28, 52.29", "-180,90"), "52.29", "181, 5", "5, 91"),
    _typed("geopoint_array", {"type": "geopoint", "format": "array"}, ("[104.28, 52.29]",), "104.28, 52.29"),
    _typed("geopoint_object", {"type": "geopoint", "format": "object"}, ('{"lon": 104.28, "lat": 52.29}',),
           '{"lon": 104.28}'),
    _typed("geojson", {"type": "geojson"}, (POINT, ""), "{}", '{"type": "Nope"}', "[]"),
    _typed("topojson", {"type": "geojson", "format": "topojson"}, ('{"type": "Topology"}',), POINT),
    _typed("object", {"type": "object"}, ("{}", '{"a": [1]}', ""), "[]", "{a: 1}"),
    _typed("array", {"type": "array"}, ("[]", "[1, 2]", ""), "{}", "1"),
    _typed("list", {"type": "list", "itemType": "integer"}, ("1,2,3", "7", ""), "1,x"),
    _typed("list_days", {"type": "list", "itemType": "date", "delimiter": ";"}, ("2022-12-31;2023-01-01",),
           "2022-12-31,2023-01-01"),
    _typed("email", {"type": "string", "format": "email"}, ("a.b@example.org", ""), "a@b", "a b@example.org"),
    _typed("uri", {"type": "string", "format": "uri"}, ("https://example.org/я", ""), "example.org"),
    _typed("uuid", {"type": "string", "format": "uuid"}, (UUID, ""), UUID[:-1]),
    _typed("binary", {"type": "string", "format": "binary"}, ("0L/RgNC40LLQtdGC", ""), "привет"),
    Column("any", {"type": "any"}, ("x", "1", "+5", "")),
)  # fmt: skip
CONSTRAINT_COLUMNS: tuple[Column, ...] = (
    Column("required", {"type": "string", "constraints": {"required": True}}, ("да", "x"), (("required", ""),)),
    Column("required_integer", {"type": "integer", "constraints": {"required": True}}, ("1", "2"), (("required", ""),)),
    Column("missing", {"type": "string", "missingValues": ["-", "н/д"], "constraints": {"required": True}},
           ("x", "y"), (("required", "-"), ("required", "н/д"))),
    Column("missing_integer", {"type": "integer", "missingValues": ["-99"], "constraints": {"minimum": 0}},
           ("-99", "5"), (("minimum", "-98"),)),
    Column("pattern", {"type": "string", "constraints": {"pattern": "ab|cd"}}, ("ab", "cd", ""),
           (("pattern", "abX"), ("pattern", "Xcd"), ("pattern", "ab\n"), ("pattern", " ab"))),
    Column("pattern_beyond", {"type": "string", "constraints": {"pattern": r"(?!00)\w{2}"}}, ("01", "да"),
           (("pattern", "00"), ("pattern", "01\n"))),
    Column("pattern_integer", {"type": "integer", "constraints": {"pattern": "[0-9]{2}"}}, ("12", ""),
           (("pattern", "7"),)),
    Column("length", {"type": "string", "constraints": {"minLength": 2, "maxLength": 4}}, ("да", "дада", ""),
           (("minLength", "д"), ("maxLength", "дадад"))),
    Column("length_any", {"type": "any", "constraints": {"minLength": 2, "maxLength": 4}}, ("12", "1234"),
           (("minLength", "1"), ("maxLength", "12345"))),
    Column("categories", {"type": "string", "categories": ["да", "нет"]}, ("да", "нет", ""), (("categories", "Да"),)),
    Column("categories_integer", {"type": "integer", "categories": [{"value": 1, "label": "one"}]}, ("1", ""),
           (("categories", "2"),)),
    Column("decimals", {"type": "number", "decimalPlaces": 2}, ("1.25", "3", ""), (("decimalPlaces", "1.005"),)),
    Column("stdnum", {"type": "string", "stdnum": "ru.inn"}, ("7707083893", ""), (("stdnum", "7707083894"),)),
    Column("object_schema", {"type": "object", "constraints": {"jsonSchema": {"required": ["a"]}}}, ('{"a": 1}', ""),
           (("jsonSchema", '{"b": 1}'),)),
    Column("array_schema", {"type": "array", "constraints": {"jsonSchema": {"maxItems": 1}}}, ("[1]", ""),
           (("jsonSchema", "[1, 2]"),)),
    Column("string_enum", {"type": "string", "constraints": {"enum": ["да", 'нет, "так"', "it's"]}},
           ("да", 'нет, "так"', "it's", ""), (("enum", "Да"), ("enum", "да "))),
    _enum("integer", [1, 2], ("1", "02", ""), "3"),
    _enum("number", [0.5, 1], ("0.50", "1.0", ""), "0.25"),
    _enum("boolean", [True], ("true", "1"), "false"),
    _enum("date", ["2023-12-31"], ("2023-12-31", ""), "2023-12-30"),
    _enum("time", ["12:00:00"], ("12:00:00",), "12:00:01"),
    _enum("datetime", ["2023-05-01T10:00:00"], ("2023-05-01T10:00:00",), "2023-05-01T10:00:01"),
    _enum("year", [2023], ("2023", ""), "2024"),
    _enum("yearmonth", ["2023-05"], ("2023-05", ""), "2023-06"),
    _enum("duration", ["PT1H"], ("PT60M", "PT1H"), "PT61M"),
    *_limited("integer", "0", "1", "9", "10", number=True),
    *_limited("number", "0.4", "0.5", "9.5", "9.6", number=True),
    *_limited("date", "2022-12-31", "2023-01-01", "2023-12-31", "2024-01-01"),
    *_limited("time", "08:59:59", "09:00:00", "18:00:00", "18:00:01"),
    *_limited("datetime", "2022-12-31T23:59:59", "2023-01-01T00:00:00", "2023-12-31T00:00:00", "2023-12-31T00:00:01"),
    *_limited("year", "1999", "2000", "2100", "2101", number=True),
    *_limited("yearmonth", "2022-12", "2023-01", "2023-12", "2024-01"),
    *_limited("duration", "P29D", "P1M", "P1Y", "P367D"),
)  # fmt: skip
COLUMNS = TYPE_COLUMNS + CONSTRAINT_COLUMNS


@dataclass(frozen=True)
class Sheet:
    """One table of texts with its schema; `rows` are those of the data."""

    name: str
    fields: tuple[Mapping[str, Any], ...]
    rows: tuple[Texts, ...]
    keys: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> Texts:
        """The names of the fields, which are the header."""
        return tuple(node["name"] for node in self.fields)

    @property
    def schema(self) -> dict[str, Any]:
        """The Table Schema."""
        return {"fields": [dict(node) for node in self.fields], **self.keys}

    def with_cell(self, row: int, column: int, text: str) -> Sheet:
        """Return the table with another text in one cell; both are counted from 0."""
        cells = self.rows[row]
        changed = (*cells[:column], text, *cells[column + 1 :])
        return replace(self, rows=(*self.rows[:row], changed, *self.rows[row + 1 :]))


REMARKS = ("простой", 'сказал: "да, так"', "в\nтри\nстроки", "", "a;b\tc|d")


def facts(columns: Sequence[Column], count: int, remarks: Texts = REMARKS) -> Sheet:
    """Return a valid table of some columns between a key and a remark; some remarks take three lines."""
    fields = ({"name": "id", "type": "string"}, *(column.field for column in columns), {"name": "remark"})
    rows = tuple(
        (f"f{i:05}", *(column.good[i % len(column.good)] for column in columns), remarks[i % len(remarks)])
        for i in range(count)
    )
    return Sheet("facts", fields, rows, {"primaryKey": ["id"]})


def _reference(fields: Sequence[str], resource: str, others: Sequence[str]) -> dict[str, Any]:
    return {"fields": list(fields), "reference": {"resource": resource, "fields": list(others)}}


def keyed() -> tuple[Sheet, ...]:
    """Return three valid tables: regions refer to themselves, periods to regions, results to periods."""
    regions = Sheet(
        "regions",
        (
            {"name": "code", "type": "string"}, {"name": "parent", "type": "string"},
            {"name": "title", "type": "string", "constraints": {"unique": True}},
            {"name": "lat", "type": "number"}, {"name": "lon", "type": "number"}, {"name": "alias", "type": "integer"},
        ),
        (
            ("38", "", "Иркутская\nобласть", "52.1", "104.2", "1"), ("03", "38", "Бурятия", "52.1", "107.5", "2"),
            ("75", "38", "Забайкалье", "", "113.5", "3"), ("14", "75", "Якутия", "", "113.5", "4"),
            ("24", "", "", "56.0", "93.0", ""), ("25", "", "", "43.1", "131.9", ""),
        ),
        {"primaryKey": "code", "uniqueKeys": [["lat", "lon"]], "foreignKeys": [_reference(["parent"], "", ["code"])]},
    )  # fmt: skip
    periods = Sheet(
        "periods",
        ({"name": "region", "type": "string"}, {"name": "year", "type": "year"}, {"name": "note", "type": "string"}),
        (
            ("38", "2023", "в\nдве строки"),
            ("38", "2024", ""),
            ("03", "2023", "x"),
            ("75", "2022", ""),
            ("14", "2022", ""),
        ),
        {"primaryKey": ["region", "year"], "foreignKeys": [_reference(["region"], "regions", ["code"])]},
    )
    results = Sheet(
        "results",
        (
            {"name": "region", "type": "string"},
            {"name": "year", "type": "integer"},
            {"name": "alias", "type": "integer"},
        ),
        (("38", "2023", "1"), ("38", "2024", "01"), ("03", "", "2"), ("75", "2022", ""), ("", "1900", "3")),
        {
            "foreignKeys": [
                _reference(["region", "year"], "periods", ["region", "year"]),
                _reference(["alias"], "regions", ["alias"]),
            ]
        },
    )
    return regions, periods, results


@dataclass(frozen=True)
class Layout:
    """How the records of a file are written: what its descriptor says, and how Python's csv writes it."""

    delimiter: str = ","
    end: str = "\n"
    encoding: str = "utf-8"
    quote: str = '"'
    escape: str = ""
    above: str = ""
    quote_all: bool = False
    dialect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def node(self) -> dict[str, Any]:
        """The keys of the resource's descriptor."""
        return {"dialect": dict(self.dialect), "encoding": self.encoding}

    def record(self, cells: Sequence[str]) -> str:
        """Return one record with its end."""
        text = io.StringIO()
        csv.writer(
            text, delimiter=self.delimiter, quotechar=self.quote, doublequote=not self.escape, lineterminator=self.end,
            escapechar=self.escape or None, quoting=csv.QUOTE_ALL if self.quote_all else csv.QUOTE_MINIMAL,
        ).writerow(cells)  # fmt: skip
        return text.getvalue()

    def records(self, sheet: Sheet) -> list[str]:
        """Return the header and all records of a table."""
        return [self.record(cells) for cells in (sheet.labels, *sheet.rows)]

    def content(self, records: Sequence[str]) -> bytes:
        """Return the bytes of a file of these records."""
        return (self.above + "".join(records)).encode(self.encoding)


PLAIN = Layout()


def line_of(records: Sequence[str], row: int) -> int:
    """Return the physical line where record `row` (the header is 1) starts."""
    return "".join(records[: row - 1]).count("\n") + 1


def write(folder: Path, sheets: Sequence[Sheet], layout: Layout = PLAIN) -> Package:
    """Write tables as delimited files and return the package that holds them."""
    contents = {sheet.name: layout.content(layout.records(sheet)) for sheet in sheets}
    return write_contents(folder, sheets, contents, layout.node)


def write_contents(
    folder: Path, sheets: Sequence[Sheet], contents: Mapping[str, bytes], node: Mapping[str, Any], suffix: str = "csv"
) -> Package:
    """Write the bytes of each table and return the package; `node` goes into every resource."""
    resources = []
    for sheet in sheets:
        (folder / f"{sheet.name}.{suffix}").write_bytes(contents[sheet.name])
        resources.append({"name": sheet.name, "path": f"{sheet.name}.{suffix}", "schema": sheet.schema, **node})
    return load_package({"name": "corpus", "resources": resources}, folder, "descriptor")


def found(report: Report) -> list[Found]:
    """Return rule, table, row, line and column of every finding, in order."""
    return [(one.rule, one.table, one.row, one.line, one.column) for one in report.findings]


def native(node: Mapping[str, Any], text: str, form: str) -> Any:
    """Return the value that a cell has in JSON, XLSX or Parquet, or its text where it has no such value."""
    if text == "" and "missingValues" not in node:
        return None
    kind = node.get("type", "any")
    readers: Mapping[str, Callable[[str], object]] = {
        "integer": int, "number": float, "boolean": _boolean, "year": int,
        **({"date": date.fromisoformat, "time": time.fromisoformat, "datetime": _moment} if form != "json" else {}),
        **({"object": json.loads, "array": json.loads, "geojson": json.loads} if form == "json" else {}),
    }  # fmt: skip
    is_own = (
        set(node) & {"groupChar", "decimalChar", "bareNumber", "trueValues"}
        or node.get("format", "default") != "default"
    )
    if kind not in readers or is_own or (kind == "year" and text.startswith("0")):
        return text
    try:
        value = readers[kind](text)
    except ValueError:
        return text
    # What Python reads, but the standard does not allow, must stay a text; so must what native values cannot hold.
    is_odd = not text.isascii() or set(text) & set(" _+") or len(text) > 25 or (kind == "time" and len(text) < 8)
    return text if is_odd else value


def _boolean(text: str) -> bool:
    if text not in ("true", "false", "True", "False", "1", "0"):
        raise ValueError(text)
    return text in ("true", "True", "1")


def _moment(text: str) -> datetime:
    if "T" not in text or text.endswith("Z"):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def natives(sheet: Sheet, form: str) -> list[list[Any]]:
    """Return the rows of a table with native values."""
    return [[native(node, text, form) for node, text in zip(sheet.fields, row, strict=True)] for row in sheet.rows]


def as_json(sheet: Sheet, is_keyed: bool = True) -> bytes:
    """Return a table as a JSON list of objects, or of lists of which the first is the header."""
    rows = natives(sheet, "json")
    lists = [list(sheet.labels), *rows]
    content = [dict(zip(sheet.labels, row, strict=True)) for row in rows] if is_keyed else lists
    return json.dumps(content, ensure_ascii=False).encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """Return a table as the first sheet of a workbook."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("facts")
    page.append(sheet.labels)
    for row in natives(sheet, "xlsx"):
        page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_parquet(sheet: Sheet) -> bytes:
    """Return a table as Parquet: a column is typed where all of its cells have a value, else text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {}
    for i, (label, values) in enumerate(zip(sheet.labels, zip(*natives(sheet, "parquet"), strict=True), strict=True)):
        is_text = len({type(value) for value in values} - {type(None)}) != 1
        texts = [row[i] or (None if "missingValues" not in sheet.fields[i] else "") for row in sheet.rows]
        columns[label] = pa.array(texts, pa.string()) if is_text else pa.array(values)
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()
