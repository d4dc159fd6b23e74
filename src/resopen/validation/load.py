"""Tables of a package brought into the engine, with what is known of their structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import Finding, SetupError
from resopen.schema import Field, Resource
from resopen.tables.native import Grid, as_texts, read_json_rows, read_sheet
from resopen.tables.places import Places, Scan
from resopen.tables.scan import scan
from resopen.tables.source import local_files
from resopen.validation.checks import type_key
from resopen.validation.declared import declared_findings
from resopen.validation.header import match_header
from resopen.validation.loaded import Loaded, Part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def load(
    connection: DuckDBPyConnection, resource: Resource, number: int, scratch: Path
) -> tuple[list[Finding], Loaded]:
    """Load the table of a resource; a file that has no readable records becomes an empty table."""
    width = len(resource.table.fields)
    files, found = local_files(resource, scratch) if resource.data is None else ((), ())
    findings = [*found, *declared_findings(resource, files)]
    if found:
        engine.create_empty(connection, f"t{number}", width)
        return findings, _unread(resource, number)
    if resource.format == "file":
        engine.create_empty(connection, f"t{number}", width)
        return findings, _unread(resource, number)
    readers = {"parquet": _load_parquet, "json": _load_native, "xlsx": _load_native}
    read = _load_native if resource.data is not None else readers.get(resource.format, _load_delimited)
    more, loaded = read(connection, resource, number, files, scratch)
    return findings + more, loaded


def _unread(resource: Resource, number: int, scan: Scan | None = None) -> Loaded:
    scan = scan or Scan((), (), Path(), 0)
    return Loaded(number, resource.table, (Part("", scan, 0),), 0, (None,) * len(resource.table.fields))


def _load_delimited(
    connection: DuckDBPyConnection, resource: Resource, number: int, files: Sequence[Path], scratch: Path
) -> tuple[list[Finding], Loaded]:
    """Load one delimited file, or several whose records follow each other."""
    fields, findings = resource.table.fields, []
    parts: list[Part] = []
    labels: tuple[str, ...] = ()
    places: tuple[int | None, ...] = ()
    count = 0
    for file in files:
        found = scan(resource, file, scratch, labels, is_quick=bool(fields) and not parts, is_doubted=not fields)
        places = places or match_header(resource.table, found.labels, resource.dialect).places
        if found.labels and fields:
            found = _confirmed(connection, resource, number, file, scratch, found, places, labels)
        name = _part_name(resource, files, file)
        findings += [replace(item, file=name) for item in found.findings]
        if not found.labels:
            engine.create_empty(connection, f"t{number}", len(fields))
            return findings, _unread(resource, number, found)
        if not parts:
            labels = found.labels
            header = match_header(resource.table, labels, resource.dialect)
            findings += [replace(item, file=name) for item in header.findings]
        parts.append(Part(name, found, count))
        count += found.count
    if not fields:
        engine.create_empty(connection, f"t{number}", 0)
    return findings, Loaded(number, resource.table, tuple(parts), count, places)


def _confirmed(
    connection: DuckDBPyConnection, resource: Resource, number: int, file: Path, scratch: Path, found: Scan,
    places: Sequence[int | None], labels: tuple[str, ...],
) -> Scan:  # fmt: skip
    """Return the structure of a file that the engine has read and so confirmed.

    Where the engine refuses the file or counts other records, every byte is looked at anew: a wrong
    byte is found then, and a quick look is made good.
    """
    if _read_delimited(connection, resource, number, found, places, bool(labels)):
        return found
    found = scan(resource, file, scratch, labels, is_doubted=True)
    if found.labels:
        _read_delimited(connection, resource, number, found, places, bool(labels), is_last=True)
    return found


def _read_delimited(
    connection: DuckDBPyConnection, resource: Resource, number: int, found: Scan, places: Sequence[int | None],
    is_more: bool, is_last: bool = False,
) -> bool:  # fmt: skip
    """Read the records of a file into the engine; False where it contradicts the look at them, unless `is_last`."""
    fields = resource.table.fields
    columns = [engine.Column(place, "" in field.missing_values) for place, field in zip(places, fields, strict=True)]
    longest = max(found.longest, engine.LONGEST)
    layout = engine.Layout(found.dialect.delimiter, found.dialect.quote_char, longest)
    try:
        count = engine.load_csv(connection, f"t{number}", found.path, len(found.labels), columns, layout, is_more)
    except SetupError as error:
        if is_last or error.key == "setup.out-of-memory":
            raise
        return False
    if count == found.count:
        return True
    if is_last or is_more:
        # Never judge fewer rows than the file has: the places of all issues would be wrong.
        details = {
            "file": resource.files[0], "cause": "records-differ", "expected": str(found.count), "found": str(count),
        }  # fmt: skip
        raise SetupError("setup.unreadable", details)
    engine.rows(connection, f"DROP TABLE t{number}")
    return False


def _load_parquet(
    connection: DuckDBPyConnection, resource: Resource, number: int, files: Sequence[Path], scratch: Path
) -> tuple[list[Finding], Loaded]:
    """Load Parquet files; each typed column becomes the text that its field would have in CSV."""
    fields = resource.table.fields
    findings: list[Finding] = []
    parts: list[Part] = []
    places: tuple[int | None, ...] = ()
    count = 0
    for file in files:
        name = _part_name(resource, files, file)
        try:
            columns = engine.parquet_columns(connection, file)
        except SetupError as error:
            engine.create_empty(connection, f"t{number}", len(fields))
            details = (("file", name or resource.files[0]), ("reason", error.details["reason"]))
            return [*findings, Finding("damaged-archive", resource.name, details=details)], _unread(resource, number)
        labels = tuple(label for label, _ in columns)
        header = match_header(resource.table, labels, resource.dialect)
        findings += [replace(item, file=name, line=0) for item in header.findings]
        places = header.places
        texts: list[tuple[str, str] | None] = []
        for i, (field, place) in enumerate(zip(fields, places, strict=True)):
            sql = None if place is None else parquet_text(field, columns[place][1])
            if place is not None and sql is None:
                details = (("type", type_key(field)), ("found", columns[place][1]))
                findings.append(
                    Finding("column-type", resource.name, 1, 0, place + 1, field.name, details=details, file=name)
                )
                places = (*places[:i], None, *places[i + 1 :])
            texts.append((columns[place][0], sql) if place is not None and sql else None)
        size = engine.parquet_count(connection, file)
        if fields:
            engine.load_parquet(connection, f"t{number}", file, texts, bool(parts))
        parts.append(Part(name, Scan((), labels, file, size), count, has_lines=False))
        count += size
    if not fields:
        engine.create_empty(connection, f"t{number}", 0)
    return findings, Loaded(number, resource.table, tuple(parts), count, places, file_text=False)


def parquet_text(field: Field, kind: str) -> str | None:
    """Return the SQL of the text of a typed Parquet column, with `{}` for the value; None if it cannot hold the field.

    Texts are judged by their lexical form, as those of CSV; other columns must be of a kind that
    holds the values of the field.
    """
    empty = "nullif({}, '')" if "" in field.missing_values else "{}"
    kind = kind.split("(")[0]
    if kind in ("VARCHAR", "JSON", "UUID") or kind.startswith("ENUM"):
        return empty if kind == "VARCHAR" else empty.replace("{}", "{}::VARCHAR")
    whole = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
    is_moment = kind in ("DATE", "TIME") or kind.startswith("TIMESTAMP")
    if kind == "BOOLEAN" and field.type in ("boolean", "any"):
        true, false = (
            field.options.get(name, [word])[0] for name, word in (("trueValues", "true"), ("falseValues", "false"))
        )
        return f"CASE {{}} WHEN true THEN {engine.literal(str(true))} WHEN false THEN {engine.literal(str(false))} END"
    if kind in whole and field.type in ("integer", "number", "year", "duration", "any"):
        return "{}::VARCHAR" if field.type != "year" else "lpad({}::VARCHAR, 4, '0')"
    if kind in ("DECIMAL", "DOUBLE", "FLOAT") and field.type in ("number", "any"):
        point = engine.literal(str(field.options.get("decimalChar", ".")))
        return f"replace(replace(replace({{}}::VARCHAR, 'inf', 'INF'), 'nan', 'NaN'), '.', {point})"
    if kind in ("DECIMAL", "DOUBLE", "FLOAT") and field.type == "integer":
        return "regexp_replace({}::VARCHAR, '[.]0+$', '')"
    if is_moment and field.type in ("date", "time", "datetime", "any"):
        if field.format not in ("default", "any"):
            return f"strftime({{}}, {engine.literal(field.format)})"
        if kind == "DATE" or kind == "TIME":
            return "{}::VARCHAR"
        return (
            "replace({}::VARCHAR, ' ', 'T')"
            if field.type != "date"
            else "regexp_replace({}::VARCHAR, ' 00:00:00$', '')"
        )
    is_nested = kind.startswith(("STRUCT", "MAP")) or kind.endswith("[]")
    if is_nested and field.type in ("object", "array", "geojson", "geopoint", "any"):
        return "to_json({})::VARCHAR"
    return None


def _load_native(
    connection: DuckDBPyConnection, resource: Resource, number: int, files: Sequence[Path], scratch: Path
) -> tuple[list[Finding], Loaded]:
    """Load JSON tables, inline rows or sheets."""
    unknown: set[tuple[int, int]] = set()
    fields, findings = resource.table.fields, []
    parts: list[Part] = []
    places: tuple[int | None, ...] = ()
    count = 0
    for file in files or (None,):
        grid = read_sheet(resource, file) if file and resource.format == "xlsx" else read_json_rows(resource, file)
        name = _part_name(resource, files, file) if file else ""
        findings += [replace(item, file=name) for item in grid.findings]
        if not grid.labels:
            engine.create_empty(connection, f"t{number}", len(fields))
            return findings, _unread(resource, number)
        header = match_header(resource.table, grid.labels, resource.dialect, is_keyed=grid.is_keyed)
        findings += [replace(item, file=name, line=0) for item in header.findings]
        places = header.places
        columns, wrong = as_texts(resource, grid, places)
        findings += [replace(item, file=name) for item in wrong]
        unknown |= {(count + item.row - grid.first_row, resource.table.column(item.field)) for item in wrong}
        # A cell that could not be read has its finding; what it should hold is unknown.
        unknown |= {
            (count + item.row - grid.first_row, column)
            for item in grid.findings
            for column, place in enumerate(places, 1)
            if item.column and place == item.column - 1
        }
        if fields:
            missing = ["" in field.missing_values for field in fields]
            texts = [
                [text or None for text in column] if empty else column
                for column, empty in zip(columns, missing, strict=True)
            ]
            engine.load_columns(connection, f"t{number}", texts, file or Path(resource.name), bool(parts))
        parts.append(Part(name, _grid_scan(grid), count, has_lines=False))
        count += len(grid.rows)
    if not fields:
        engine.create_empty(connection, f"t{number}", 0)
    loaded = Loaded(number, resource.table, tuple(parts), count, places, False, frozenset(unknown))
    return findings, loaded


def _grid_scan(grid: Grid) -> Scan:
    """Return the structure of a grid; rows of another width are unknown."""
    places = Places()
    places.rows[0] = grid.first_row
    ragged = frozenset(item.row - grid.first_row for item in grid.findings if item.row and not item.column)
    return Scan((), grid.labels, Path(), len(grid.rows), places, ragged)


def _part_name(resource: Resource, files: Sequence[Path], file: Path) -> str:
    """Return the name of a file among several, as the descriptor has it; nothing where it is the only one."""
    if len(files) < 2:
        return ""
    return resource.files[files.index(file)]
