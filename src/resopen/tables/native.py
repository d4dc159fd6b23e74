"""Rows whose cells are typed by their file: JSON, inline data and spreadsheets.

Their cells become the texts that the Table Schema would have in a CSV file, so that one judge
serves all formats; a cell of a kind that its field cannot hold is a finding.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from resopen.errors import Finding, SetupError
from resopen.schema import Dialect, Field, Resource
from resopen.schema.files import json_reason
from resopen.tables.files import read_bytes
from resopen.tables.source import UNPACKED_LIMIT, archive_reason

KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (str, int), "number": (str, int, Decimal, float), "boolean": (str, bool),
    "date": (str, date), "time": (str, time), "datetime": (str, datetime), "year": (str, int), "yearmonth": (str,),
    "duration": (str,), "geopoint": (str, list, dict), "geojson": (str, dict), "object": (str, dict),
    "array": (str, list), "list": (str,), "any": (object,),
}  # fmt: skip

# What openpyxl raises on workbooks that are cut, broken, packed in another way or locked.
DAMAGES = (
    BadZipFile, zlib.error, EOFError, KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """The rows of a file: labels, cells as they are typed there, and the number of the first row."""

    labels: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    first_row: int = 2
    is_keyed: bool = False
    findings: tuple[Finding, ...] = ()


def read_json_rows(resource: Resource, path: Path | None) -> Grid:
    """Return the rows of a JSON table: a list of objects, or of lists of which the first is the header.

    The dialect's `property` names the key that holds the list. Inline data are rows likewise.
    What is not such a list is a finding of the whole table.
    """
    try:
        content = resource.data if path is None else _load_json(path)
    except (ValueError, RecursionError) as error:
        reason = json_reason(error)
        return _no_rows(resource, "not-json", **({} if "at" in reason else {"variant": "plain"}), **reason)
    for key in [part for part in resource.dialect.data_property.split(".") if part]:
        content = content.get(key) if isinstance(content, Mapping) else None
    if not isinstance(content, list):
        return _no_rows(resource, "not-rows")
    kinds = {dict if isinstance(row, Mapping) else type(row) for row in content}
    if kinds == {dict}:
        labels = resource.dialect.item_keys or tuple(dict.fromkeys(key for row in content for key in row))
        return Grid(tuple(map(str, labels)), [[row.get(key) for key in labels] for row in content], 2, True)
    if kinds == {list}:
        return _grid_of_lists(resource, content)
    if not kinds:
        return Grid(tuple(field.name for field in resource.table.fields), [], 2, True)
    return _no_rows(resource, "not-rows")


def read_sheet(resource: Resource, path: Path) -> Grid:
    """Return the rows of a sheet of an XLSX file, chosen by the dialect; the first one by default.

    Cells whose formula gives an error or was saved without its value are findings, and hold nothing.
    Raises SetupError when openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise SetupError("setup.no-openpyxl", {"file": str(path)}) from error
    if not _is_modest(path):
        return _no_rows(
            resource, "archive-too-large", file=resource.files[0], limit=f"{UNPACKED_LIMIT:,}".replace(",", "\u00a0")
        )
    try:
        with path.open("rb") as saved, path.open("rb") as written:
            book = openpyxl.load_workbook(saved, read_only=True, data_only=True)
            sheet = _chosen(book, resource.dialect)
            if sheet is None:
                return _no_rows(resource, "no-such-sheet", found=", ".join(book.sheetnames))
            rows, faults = _sheet_rows(sheet)
            if _has_formulas(path):
                formulas = openpyxl.load_workbook(written, read_only=True)
                faults |= _unsaved(_chosen(formulas, resource.dialect), sheet)
    except DAMAGES as error:
        return _no_rows(resource, "damaged-archive", file=resource.files[0], **archive_reason(error))
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell is not None), default=0)
    if not rows:
        return _no_rows(resource, "empty-file")
    grid = _grid_of_lists(resource, [(row + [None] * width)[:width] for row in rows])
    findings = tuple(_cell_finding(resource, grid, place, *fault) for place, fault in sorted(faults.items()))
    return replace(grid, findings=(*grid.findings, *findings))


def _sheet_rows(sheet: Any) -> tuple[list[list[Any]], dict[tuple[int, int], tuple[str, str]]]:
    """Return the values of a sheet, and the rule and text of each error cell by its row and column."""
    rows: list[list[Any]] = []
    faults: dict[tuple[int, int], tuple[str, str]] = {}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        rows.append([None if cell.data_type == "e" else cell.value for cell in cells])
        faults |= {
            (number, i): ("error-cell", str(cell.value)) for i, cell in enumerate(cells, 1) if cell.data_type == "e"
        }
    return rows, faults


def _unsaved(formulas: Any, values: Any) -> dict[tuple[int, int], tuple[str, str]]:
    """Return the rule and text of each formula without a saved value, by its row and column.

    Args: the sheet as it was written, and as it was calculated; there an empty text has the type `str`.
    """
    found = {}
    for number, pairs in enumerate(zip(formulas.iter_rows(), values.iter_rows(), strict=False), 1):
        for i, (cell, value) in enumerate(zip(*pairs, strict=False), 1):
            if cell.data_type == "f" and value.value is None and value.data_type != "str":
                found[number, i] = ("formula-without-value", str(getattr(cell.value, "text", cell.value)))
    return found


def _has_formulas(path: Path) -> bool:
    """Say whether a sheet of a workbook may hold a formula, so that most need not be read twice."""
    with ZipFile(path) as archive:
        return any(_holds(archive, name, b"<f") for name in archive.namelist() if name.startswith("xl/worksheets/"))


def _holds(archive: ZipFile, name: str, wanted: bytes) -> bool:
    with archive.open(name) as part:
        last = b""
        while piece := part.read(1 << 20):
            if wanted in last + piece:
                return True
            last = piece[-len(wanted) :]
    return False


def _cell_finding(resource: Resource, grid: Grid, place: tuple[int, int], rule: str, text: str) -> Finding:
    row, column = place
    label = grid.labels[column - 1] if column <= len(grid.labels) else ""
    return Finding(rule, resource.name, row, 0, column, label, text)


def as_texts(
    resource: Resource, grid: Grid, places: Sequence[int | None]
) -> tuple[list[list[str | None]], list[Finding]]:
    """Return the texts of a grid by column, in the order of the fields, and cells of a wrong kind.

    A null stays a null. Where a field has no column, its texts are null.
    """
    is_sheet = resource.format == "xlsx"
    columns: list[list[str | None]] = []
    findings: list[Finding] = []
    for field, place in zip(resource.table.fields, places, strict=True):
        cells = [row[place] if place is not None and place < len(row) else None for row in grid.rows]
        texts: list[str | None] = []
        for i, cell in enumerate(cells):
            if cell is not None and not _fits(field, cell, is_sheet):
                findings.append(_misfit(resource, field, grid.first_row + i, (place or 0) + 1, cell))
                cell = None
            texts.append(None if cell is None else text_of(field, cell))
        columns.append(texts)
    return columns, findings


def _misfit(resource: Resource, field: Field, row: int, column: int, cell: Any) -> Finding:
    own_form = field.type in ("date", "time", "datetime") and field.format not in ("default", "any")
    details = (("type", f"{field.type}-form" if own_form else field.type),)
    return Finding("type", resource.name, row, 0, column, field.name, _plain(cell), details=details)


def text_of(field: Field, value: Any) -> str:
    """Return the text that a typed value would have in a CSV file of the field."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        named = field.options.get("trueValues" if value else "falseValues")
        return str(named[0]) if named else str(value).lower()
    if isinstance(value, int | float | Decimal):
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return text.replace(".", str(field.options.get("decimalChar", ".")))
    if isinstance(value, date | time):
        return _moment(field, value)
    return _plain(value)


def _moment(field: Field, value: date | time) -> str:
    if isinstance(value, datetime) and field.type == "date" and value.time() == time():
        value = value.date()
    if field.format in ("default", "any"):
        return value.isoformat()
    return value.strftime(field.format)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)


def _fits(field: Field, cell: Any, is_sheet: bool) -> bool:
    """Say whether a field can hold a cell of its kind.

    A spreadsheet keeps codes as numbers and days as moments: a whole number may stand for a text.
    """
    if isinstance(cell, bool):
        return field.type in ("boolean", "any")
    if is_sheet and field.type in ("string", "list", "yearmonth"):
        return isinstance(cell, str | int) or (isinstance(cell, float) and cell.is_integer())
    if is_sheet and field.type in ("integer", "year"):
        return isinstance(cell, str | int) or (isinstance(cell, float) and cell.is_integer())
    if field.type == "date" and isinstance(cell, datetime):
        return cell.time() == time()
    return isinstance(cell, KINDS[field.type])


def _grid_of_lists(resource: Resource, rows: list[list[Any]]) -> Grid:
    """Return a grid of rows of cells by the dialect: joined header rows, comment rows left out."""
    dialect = resource.dialect
    if not dialect.header:
        return Grid(tuple(field.name for field in resource.table.fields), rows, 1)
    heads = [rows[i - 1] for i in dialect.header_rows if i <= len(rows)]
    width = max(map(len, heads), default=0)
    labels = tuple(
        dialect.header_join.join(_label(head[i]) for head in heads if i < len(head) and head[i] is not None)
        for i in range(width)
    )
    start = max(dialect.header_rows, default=0)
    findings = []
    for number, row in enumerate(rows[start:], start + 1):
        if len(row) != width:
            details = (("expected", str(width)), ("found", str(len(row))))
            rule = "missing-cells" if len(row) < width else "extra-cells"
            findings.append(Finding(rule, resource.name, number, details=details))
    return Grid(labels, rows[start:], start + 1, findings=tuple(findings))


def _label(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _no_rows(resource: Resource, rule: str, **details: str) -> Grid:
    return Grid((), [], findings=(Finding(rule, resource.name, details=tuple(details.items())),))


def _load_json(path: Path) -> Any:
    return json.loads(read_bytes(path).decode("utf-8-sig"), parse_float=Decimal)


def _chosen(book: Any, dialect: Dialect) -> Any:
    if dialect.sheet_name:
        return book[dialect.sheet_name] if dialect.sheet_name in book.sheetnames else None
    number = dialect.sheet_number or 1
    return book.worksheets[number - 1] if 0 < number <= len(book.worksheets) else None


def _is_modest(path: Path) -> bool:
    """Say whether a spreadsheet, which is a zip archive, unpacks to less than the limit."""
    try:
        with ZipFile(path) as archive:
            return sum(item.file_size for item in archive.infolist()) <= UNPACKED_LIMIT
    except BadZipFile:
        return True
