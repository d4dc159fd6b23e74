"""A table of a version as canonical CSV and as typed Parquet, streamed out of the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.publishing.rows import text_query, typed_query, typed_table
from resopen.tables.canonical import csv_header, csv_lines
from resopen.tables.files import sha256_of
from resopen.tables.parquet import arrow_schema, write_parquet
from resopen.validation.loaded import Loaded

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

# So many rows leave the engine at once, and so many of these parts make a row group.
PART, PARTS = 1 << 16, 16
# The first so many rows tell whether a column has few values.
LOOK = 100_000


@dataclass(frozen=True)
class Written:
    """A written file: its size, the SHA-256 of its bytes, how many rows it holds."""

    size: int
    sha256: str
    rows: int


def write_csv(connection: DuckDBPyConnection, loaded: Loaded, path: Path) -> Written:
    """Write the canonical rows of a table as canonical CSV."""
    content, rows = hashlib.sha256(), 0
    with path.open("wb") as file:
        header = csv_header([field.name for field in loaded.table.fields])
        size = file.write(header)
        content.update(header)
        for batch in engine.batches(connection, text_query(loaded), PART):
            part = csv_lines(batch.columns)
            size, rows = size + file.write(part), rows + batch.num_rows
            content.update(part)
    return Written(size, content.hexdigest(), rows)


def write_typed(connection: DuckDBPyConnection, loaded: Loaded, path: Path, node: Mapping[str, Any]) -> Written:
    """Write the canonical rows of a table as Parquet, with the resource descriptor in the file's metadata."""
    schema = arrow_schema(typed_table(loaded.table))
    batches = engine.batches(connection, typed_query(loaded), PART)
    few = _few_values(connection.cursor(), loaded)
    rows = write_parquet(_groups(batches, schema), schema, few, path, node, loaded.table.primary_key)
    return Written(path.stat().st_size, sha256_of(path), rows)


def _groups(batches: Iterator[pyarrow.RecordBatch], schema: pyarrow.Schema) -> Iterator[pyarrow.Table]:
    """Yield rows as tables of one row group each."""
    import pyarrow as pa

    held: list[pyarrow.Table] = []
    for part in _even(batches):
        held.append(part)
        if len(held) == PARTS:
            yield pa.concat_tables(held).cast(schema)
            held = []
    if held:
        yield pa.concat_tables(held).cast(schema)


def _even(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.Table]:
    """Yield rows in parts of one size, each in one piece: where pages end must not hang on how the engine cuts them."""
    import pyarrow as pa

    held: list[pyarrow.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        while count >= PART:
            whole = pa.Table.from_batches(held)
            yield whole.slice(0, PART).combine_chunks()
            held, count = whole.slice(PART).to_batches(), count - PART
    if count:
        yield pa.Table.from_batches(held).combine_chunks()


def _few_values(connection: DuckDBPyConnection, loaded: Loaded) -> list[str]:
    """Return the columns of texts that are worth a dictionary: of no more than a quarter as many values as rows."""
    kinds = arrow_schema(typed_table(loaded.table))
    texts = [field.name for field in loaded.table.fields if kinds.field(field.name).type == "string"]
    if not texts or not loaded.count:
        return []
    counts = ", ".join(f"approx_count_distinct(c{loaded.table.column(name)})" for name in texts)
    found = engine.rows(connection, f"SELECT {counts} FROM (FROM t{loaded.number} LIMIT {LOOK})")[0]
    return [name for name, count in zip(texts, found, strict=True) if count * 4 <= min(loaded.count, LOOK)]
