"""A file of a version compared with the rows that the engine holds, by a reader that did not write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from resopen import engine
from resopen.publishing.rows import text_query, typed_query
from resopen.schema import Resource
from resopen.validation.loaded import Loaded

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow
    from duckdb import DuckDBPyConnection

# So many rows, and so many bytes of CSV, are compared at once.
PART, BLOCK = 1 << 16, 1 << 22


def is_parquet_of(connection: DuckDBPyConnection, loaded: Loaded, path: Path) -> bool:
    """Say whether a Parquet file holds the typed rows of a table, in their order.

    Raises ArrowException or OSError when it cannot be read.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        names, count = file.schema_arrow.names, file.metadata.num_rows
        if names != [field.name for field in loaded.table.fields] or count != loaded.count:
            return False
        ours = engine.batches(connection, typed_query(loaded), PART)
        return _are_all_equal(ours, file.iter_batches(PART), _is_column)


def is_csv_of(connection: DuckDBPyConnection, loaded: Loaded, resource: Resource) -> bool:
    """Say whether the CSV file of a resource, read as its descriptor says, holds the cells of a table, in their order.

    Raises ArrowException or OSError when it cannot be read.
    """
    import pyarrow as pa
    from pyarrow import csv

    names = [field.name for field in loaded.table.fields]
    reader = csv.open_csv(
        str(resource.path),
        csv.ReadOptions(block_size=_block(connection, loaded), encoding=resource.encoding),
        csv.ParseOptions(delimiter=resource.dialect.delimiter, newlines_in_values=True),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    with reader:
        ours = engine.batches(connection, text_query(loaded), PART)
        return reader.schema.names == names and _are_all_equal(ours, iter(reader), _is_text_column)


def _block(connection: DuckDBPyConnection, loaded: Loaded) -> int:
    """Return how many bytes of CSV to read at once: never less than a record, with quotes all over it, can have."""
    sizes = " + ".join(f"coalesce(strlen(c{i}), 0) + 2" for i, _ in enumerate(loaded.table.fields, 1))
    longest = engine.rows(connection.cursor(), f"SELECT max({sizes}) FROM t{loaded.number}")[0][0]
    return max(BLOCK, 2 * (longest or 0))


def _are_all_equal(
    left: Iterator[pyarrow.RecordBatch], right: Iterator[pyarrow.RecordBatch],
    is_equal: Callable[[pyarrow.Array, pyarrow.Array], bool],
) -> bool:  # fmt: skip
    """Say whether two streams hold the same rows, however they are cut into batches."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        count = min(one.num_rows, other.num_rows)
        for ours, theirs in zip(one.slice(0, count).columns, other.slice(0, count).columns, strict=True):
            if not is_equal(ours, theirs):
                return False
        one = one.slice(count) if one.num_rows > count else next(left, None)
        other = other.slice(count) if other.num_rows > count else next(right, None)
    return one is None and other is None


def _is_column(ours: pyarrow.Array, theirs: pyarrow.Array) -> bool:
    """Say whether values are those of a file, read as its type; NaN equals NaN."""
    import pyarrow as pa

    try:
        same = ours.cast(theirs.type)
    except pa.ArrowException:
        return False
    if theirs.type == pa.float64():
        return bool(same.view(pa.int64()).equals(theirs.view(pa.int64())))
    return bool(same.equals(theirs))


def _is_text_column(ours: pyarrow.Array, theirs: pyarrow.Array) -> bool:
    """Say whether texts are those of a file, in which nothing is null."""
    return bool(ours.equals(theirs))
