"""The typed values of a valid package, as Arrow tables in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import SetupError
from resopen.schema import Resource, Table
from resopen.tables.parquet import arrow_schema
from resopen.validation.load import load
from resopen.validation.types import text_sql, value_sql

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection


def read_values(connection: DuckDBPyConnection, resource: Resource) -> pyarrow.Table:
    """Return the rows of a valid table, sorted by its primary key (file order where it has none).

    Args: an engine that is not sealed, and the resource. Types are those of `arrow_schema`; missing
    values are null.
    Raises SetupError when the file cannot be read, or a number does not fit into its Arrow type.
    """
    table = resource.table
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        load(connection, resource, 0, Path(scratch))
    texts = [text_sql(field, f"c{i}") for i, field in enumerate(table.fields, 1)]
    _must_be_typed(connection, resource, texts)
    values = [value_sql(field, text) for field, text in zip(table.fields, texts, strict=True)]
    order = ", ".join([*_key_order(table, values), "rowid"])
    typed = ", ".join(f"{sql} AS {engine.quoted(name)}" for sql, name in zip(values, _names(table), strict=True))
    arrow = engine.arrow(connection, f"SELECT {typed} FROM t0 ORDER BY {order}")
    engine.rows(connection, "DROP TABLE t0")
    return arrow.cast(arrow_schema(table))


def _must_be_typed(connection: DuckDBPyConnection, resource: Resource, texts: list[str]) -> None:
    """Raise SetupError for a number that its typed column cannot hold, so that it never becomes a null in silence."""
    for field, text in zip(resource.table.fields, texts, strict=True):
        if field.type == "integer" or (field.type == "number" and field.decimal_places is not None):
            sql = f"SELECT {text} FROM t0 WHERE {text} IS NOT NULL AND ({value_sql(field, text)}) IS NULL LIMIT 1"
            for (found,) in engine.rows(connection, sql):
                details = {"file": resource.files[0], "key": field.name, "found": found, "cause": "no-place"}
                raise SetupError("setup.not-typed", details)


def _names(table: Table) -> list[str]:
    return [field.name for field in table.fields]


def _key_order(table: Table, values: list[str]) -> Iterator[str]:
    for name in table.primary_key:
        yield values[table.column(name) - 1]
