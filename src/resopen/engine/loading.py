"""Files read into tables of texts, under names and columns that come from positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen.engine.connection import register
from resopen.engine.faults import first_line, interruptible, out_of_memory
from resopen.engine.queries import literal, quoted, rows
from resopen.errors import SetupError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST = 1 << 21


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table in the engine: which one of the file it is, and whether empty means null.

    `place` is counted from 0; None is a column that the file lacks, which is null throughout.
    """

    place: int | None
    empty_is_null: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """How a well-formed delimited file is written; `longest` is no less than the bytes of any record."""

    delimiter: str = ","
    quote: str = '"'
    longest: int = LONGEST


def load_csv(
    connection: DuckDBPyConnection, table: str, path: Path, width: int, columns: Sequence[Column], layout: Layout,
    is_more: bool = False,
) -> int:  # fmt: skip
    """Read a well-formed delimited file with a header into a table of text columns c1 to cN.

    Args: `width` is the number of columns of the file; `columns` are those of the table. Where the
    file has more, a last column `others` is null if all these cells are empty.
    `is_more` appends to a table that is there already.
    Rows keep their order, so that rowid counts the data records from 0. Returns how many were read.
    Raises SetupError when the engine cannot read the file.
    """
    names = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
    source = (
        f"read_csv({literal(str(path))}, header = true, auto_detect = false, columns = {{{names}}}, "
        f"delim = {literal(layout.delimiter)}, quote = {literal(layout.quote)}, escape = {literal(layout.quote)}, "
        f"nullstr = '', strict_mode = true, max_line_size = {layout.longest}, "
        f"buffer_size = {2 * layout.longest})"
    )
    chosen = ", ".join(
        f"{'NULL::VARCHAR' if column.place is None else _from_csv(column)} AS c{i}"
        for i, column in enumerate(columns, 1)
    )
    others = sorted(set(range(width)) - {column.place for column in columns})
    rest = f", coalesce({', '.join(f'f{i}' for i in others)}, NULL) AS others" if others else ""
    return _fill(connection, table, f"SELECT {chosen}{rest} FROM {source}", path, is_more)


def _from_csv(column: Column) -> str:
    return f"f{column.place}" if column.empty_is_null else f"coalesce(f{column.place}, '')"


def load_parquet(
    connection: DuckDBPyConnection, table: str, path: Path, texts: Sequence[tuple[str, str] | None],
    is_more: bool = False,
) -> int:  # fmt: skip
    """Read a Parquet file into a table of text columns c1 to cN; `is_more` appends to it.

    Args: for each column of the table the name of the file's column and the SQL that makes its
    text, with `{}` for the value; None for one that the file lacks. A null stays a null.
    Returns the number of rows read. Raises SetupError when the engine cannot read the file.
    """
    chosen = ", ".join(
        f"{'NULL::VARCHAR' if text is None else text[1].replace('{}', quoted(text[0]))} AS c{i}"
        for i, text in enumerate(texts, 1)
    )
    return _fill(connection, table, f"SELECT {chosen} FROM read_parquet({literal(str(path))})", path, is_more)


def parquet_columns(connection: DuckDBPyConnection, path: Path) -> tuple[tuple[str, str], ...]:
    """Return names and SQL types of the columns of a Parquet file; SetupError when it cannot be read."""
    found = _load(connection, f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})", path).fetchall()
    return tuple((str(name), str(kind)) for name, kind, *_ in found)


def parquet_count(connection: DuckDBPyConnection, path: Path) -> int:
    """Return the number of rows of a Parquet file; SetupError when it cannot be read."""
    found = _load(connection, f"SELECT count(*) FROM read_parquet({literal(str(path))})", path).fetchall()
    return int(found[0][0])


def load_columns(
    connection: DuckDBPyConnection, table: str, columns: Sequence[Any], path: Path,
    is_more: bool = False,
) -> int:  # fmt: skip
    """Put columns of texts into a table of columns c1 to cN and count the rows; `is_more` appends to it.

    Args: each column as a list of texts and nulls or as an Arrow array; where it came from.
    """
    import pyarrow as pa

    arrays = [item if isinstance(item, pa.ChunkedArray) else pa.array(item, pa.string()) for item in columns]
    cells = pa.table({f"c{i}": texts for i, texts in enumerate(arrays, 1)})
    name = f"cells_{table}"
    register(connection, name, cells)
    try:
        return _fill(connection, table, f"SELECT * FROM {name}", path, is_more)
    finally:
        connection.unregister(name)


def create_empty(connection: DuckDBPyConnection, table: str, width: int) -> None:
    """Create a table of text columns c1 to cN without rows, in place of any other."""
    columns = ", ".join(f"c{i + 1} VARCHAR" for i in range(max(width, 1)))
    rows(connection, f"CREATE OR REPLACE TABLE {table} ({columns})")


def _fill(connection: DuckDBPyConnection, table: str, select: str, path: Path, is_more: bool) -> int:
    sql = f"INSERT INTO {table} {select}" if is_more else f"CREATE TABLE {table} AS {select}"
    return int(_load(connection, sql, path).fetchall()[0][0])


def _load(connection: DuckDBPyConnection, sql: str, path: Path) -> DuckDBPyConnection:
    import _duckdb as duckdb

    with interruptible():
        try:
            return connection.execute(sql)
        except duckdb.OutOfMemoryException as error:
            raise out_of_memory(error) from error
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise SetupError("setup.unreadable", {"file": str(path), "reason": first_line(error)}) from error
