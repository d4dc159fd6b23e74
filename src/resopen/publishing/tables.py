"""A table of a version as canonical CSV and as Parquet, streamed out of the engine in the order of its key.

Canonical: UTF-8, LF, RFC 4180 with quotes only where they are needed, rows sorted by the primary
key, decimals with as many places as declared, other numbers in their shortest form, true and false,
dates in ISO 8601, nothing for what is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.errors import PublishRefused
from resopen.schema import Field, Table
from resopen.tables.parquet import arrow_schema, write_parquet
from resopen.validation.loaded import Loaded
from resopen.validation.types import bare_sql, cast_sql, text_sql

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

# So many lines of CSV leave the engine at once, and so many rows make a row group.
LINES, GROUP = 200_000, 1_000_000
# A float64 holds every decimal of so many digits.
DIGITS = 15
SHORT = engine.literal(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
PLAIN = ("integer", "number", "year", "boolean", "date")
SPECIAL = engine.literal('[",\r\n]')


@dataclass(frozen=True)
class Written:
    """A written file: its size, the SHA-256 of its bytes, how many rows it holds."""

    size: int
    sha256: str
    rows: int


def sort_rows(connection: DuckDBPyConnection, loaded: Loaded) -> None:
    """Put the rows of a loaded table, t0 to tN, in the order of its key into s0 to sN; file order without a key.

    Raises PublishRefused when a value cannot be held by the type that Parquet has for it.
    """
    table = loaded.table
    typed = [cast_sql(field, cell_text(table, field)) for field in table.fields]
    lost = " OR ".join(f"({_lost(table, field, value)})" for field, value in zip(table.fields, typed, strict=True))
    found = engine.rows(connection, f"SELECT rowid FROM t{loaded.number} WHERE {lost} ORDER BY rowid LIMIT 1")
    if found:
        raise PublishRefused("publish.too-precise", {"table": table.name, "row": str(found[0][0] + 1)})
    order = ", ".join([*(typed[table.column(name) - 1] for name in table.primary_key), "rowid"])
    engine.rows(connection, f"CREATE TABLE s{loaded.number} AS SELECT * FROM t{loaded.number} ORDER BY {order}")
    engine.rows(connection, f"DROP TABLE t{loaded.number}")


def cell_text(table: Table, field: Field) -> str:
    """Return the SQL of the text of a field's cell, null where it is missing."""
    return text_sql(field, f"c{table.column(field.name)}")


def _lost(table: Table, field: Field, value: str) -> str:
    """Return the SQL that is true where a typed value is not what its text says."""
    text = cell_text(table, field)
    if field.type == "number" and field.decimal_places is None:
        bare = bare_sql(field, text)
        digits = f"ltrim(regexp_replace({bare}, '[eE].*$|[^0-9]', '', 'g'), '0')"
        # Most numbers are short, which their length says soonest.
        is_long = f"length({text}) > {DIGITS} AND length({digits}) > {DIGITS}"
        return f"{is_long} AND {_shortest(value)} <> {_without_point(bare)}"
    if field.type in ("integer", "number", "date", "boolean", "year"):
        return f"{text} IS NOT NULL AND {value} IS NULL"
    return "false"


def canonical_sql(table: Table, field: Field) -> str:
    """Return the SQL of the canonical text of a field, null where it is missing."""
    text = cell_text(table, field)
    value = cast_sql(field, text)
    if field.type == "number" and field.decimal_places is None:
        # What is written in its shortest form already need not be read and written again.
        is_short = f"length({text}) <= {DIGITS} AND regexp_full_match({text}, {SHORT})"
        return f"CASE WHEN {is_short} THEN {text} WHEN {text} IS NOT NULL THEN {_shortest(value)} END"
    if field.type in ("integer", "number", "year", "boolean"):
        return f"({value})::VARCHAR"
    if field.type == "date" and field.format != "default":
        return f"({value})::VARCHAR"
    return text


def _shortest(value: str) -> str:
    """Return the SQL of a float as the shortest text that is read as the same float; whole ones without a point."""
    return _without_point(f"({value})::VARCHAR")


def _without_point(text: str) -> str:
    return f"regexp_replace({text}, '\\.0*$', '')"


def write_csv(connection: DuckDBPyConnection, loaded: Loaded, path: Path, public: Collection[str]) -> Written:
    """Write the public columns of the sorted rows of a table as canonical CSV."""
    table = loaded.table
    fields = [field for field in table.fields if field.name in public]
    cells = [f"coalesce({_quoted(table, field)}, '')" for field in fields]
    if len(cells) == 1:  # An empty line would be no record.
        cells = [f"CASE WHEN {cells[0]} = '' THEN '\"\"' ELSE {cells[0]} END"]
    line = f"concat(concat_ws(',', {', '.join(cells)}), chr(10))"
    content, rows = hashlib.sha256(), 0
    with path.open("wb") as file:
        header = _header(fields)
        size = file.write(header)
        content.update(header)
        for batch in engine.batches(connection, f"SELECT {line} AS line FROM s{loaded.number}", LINES):
            part = _bytes_of(batch.column(0))
            size, rows = size + file.write(part), rows + batch.num_rows
            content.update(part)
    return Written(size, content.hexdigest(), rows)


def _quoted(table: Table, field: Field) -> str:
    """Return the SQL of a canonical text with quotes where it needs them; numbers and dates never do."""
    cell = canonical_sql(table, field)
    if field.type in PLAIN:
        return cell
    doubled = f"'\"' || replace({cell}, '\"', '\"\"') || '\"'"
    return f"CASE WHEN regexp_matches({cell}, {SPECIAL}) THEN {doubled} ELSE {cell} END"


def _header(fields: Sequence[Field]) -> bytes:
    names = [
        '"' + field.name.replace('"', '""') + '"' if set(field.name) & set('",\r\n') else field.name for field in fields
    ]
    return (",".join(names) + "\n").encode()


def _bytes_of(lines: pyarrow.Array) -> memoryview:
    """Return the bytes of texts that follow each other in memory, without a copy."""
    import numpy as np

    _, offsets, content = lines.buffers()
    places = np.frombuffer(offsets, np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(content)[int(places[0]) : int(places[-1])] if len(lines) else memoryview(b"")


def write_typed(
    connection: DuckDBPyConnection, loaded: Loaded, path: Path, node: Mapping[str, Any], public: Collection[str]
) -> Written:  # fmt: skip
    """Write the public columns of the sorted rows as Parquet, with the resource descriptor in the file's metadata."""
    table = replace(loaded.table, fields=tuple(field for field in loaded.table.fields if field.name in public))
    typed = ", ".join(f"{cast_sql(f, cell_text(loaded.table, f))} AS {engine.quoted(f.name)}" for f in table.fields)
    schema = arrow_schema(table)
    batches = engine.batches(connection, f"SELECT {typed} FROM s{loaded.number}", GROUP)
    few = [name for name in _few_values(connection, loaded) if name in public]
    rows = write_parquet(_cast(batches, schema), schema, few, path, node)
    content = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            content.update(part)
    return Written(path.stat().st_size, content.hexdigest(), rows)


def _cast(batches: Iterator[pyarrow.RecordBatch], schema: pyarrow.Schema) -> Iterator[pyarrow.Table]:
    import pyarrow as pa

    for batch in batches:
        yield pa.Table.from_batches([batch]).cast(schema)


def _few_values(connection: DuckDBPyConnection, loaded: Loaded) -> list[str]:
    """Return the columns of texts that are worth a dictionary: of no more than a quarter as many values as rows."""
    texts = [field for field in loaded.table.fields if arrow_schema(loaded.table).field(field.name).type == "string"]
    if not texts or not loaded.count:
        return []
    counts = ", ".join(f"approx_count_distinct(c{loaded.table.column(field.name)})" for field in texts)
    found = engine.rows(connection, f"SELECT {counts} FROM s{loaded.number}")[0]
    return [field.name for field, count in zip(texts, found, strict=True) if count * 4 <= loaded.count]
