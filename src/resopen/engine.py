"""DuckDB, the embedded engine: the only module that knows it.

Tables are loaded as text, under names and columns that come from positions and never from the
data (`t0`, `c1`), so that no name of a file or a field can become SQL. After loading, the
connection is sealed: whatever SQL runs then cannot reach a file or the network.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from resopen.errors import DefinitionError, SetupError

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

Item = TypeVar("Item")
Result = TypeVar("Result")


class WrongSql(Exception):
    """The engine refused a query; whoever wrote its SQL must be told."""


NO_NULL = "\x01resopen-no-null\x01"


def connect(run_date: date, memory_limit: str = "") -> DuckDBPyConnection:
    """Return a new engine in memory, with `run_date()` as a function of its SQL.

    Args: the day of the run; a memory limit such as `1GiB`, above which the engine spills.
    """
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if memory_limit:
        settings["memory_limit"] = memory_limit
    connection = duckdb.connect(":memory:", config=settings)
    rows(connection, f"CREATE MACRO run_date() AS {literal(run_date.isoformat())}::DATE")
    return connection


def quoted(name: str) -> str:
    """Return a name as a quoted identifier of SQL; DefinitionError for a name with a NUL in it."""
    if "\0" in name:
        raise DefinitionError("definition.nul-in-name", {"file": "", "key": name.replace("\0", "\\0")})
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as a string literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def load_csv(
    connection: DuckDBPyConnection, table: str, path: Path, width: int, places: Sequence[int | None],
    delimiter: str, quote: str,
) -> None:  # fmt: skip
    """Read a well-formed delimited file with a header into a table of text columns c1 to cN.

    Args: `width` is the number of columns of the file; `places` says for each column of the table
    which column of the file it is (0-based), None for one that the file lacks, which is null.
    Rows keep their order, so that rowid counts the data records from 0. An empty cell is an empty
    text, never a null. Raises SetupError when the engine cannot read the file.
    """
    columns = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
    source = (
        f"read_csv({literal(str(path))}, header = true, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {literal(delimiter)}, quote = {literal(quote)}, escape = {literal(quote)}, "
        f"nullstr = {literal(NO_NULL)}, strict_mode = true, max_line_size = 16777216)"
    )
    _load(connection, f"CREATE TABLE {table} AS SELECT {_placed(places)} FROM {source}", path)


def parquet_names(connection: DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Return the names of the columns of a Parquet file; SetupError when it cannot be read."""
    sql = f"SELECT name FROM parquet_schema({literal(str(path))}) WHERE num_children IS NULL"
    return tuple(row[0] for row in _load(connection, sql, path).fetchall())


def parquet_count(connection: DuckDBPyConnection, path: Path) -> int:
    """Return the number of rows of a Parquet file; SetupError when it cannot be read."""
    found = _load(connection, f"SELECT count(*) FROM read_parquet({literal(str(path))})", path).fetchall()
    return int(found[0][0])


def load_parquet(
    connection: DuckDBPyConnection, table: str, path: Path, names: Sequence[str], places: Sequence[int | None]
) -> None:
    """Read a Parquet file into a table of text columns c1 to cN, placed as in load_csv.

    A null stays a null. Raises SetupError when the engine cannot read the file.
    """
    texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS f{i}" for i, name in enumerate(names))
    source = f"(SELECT {texts} FROM read_parquet({literal(str(path))}))"
    _load(connection, f"CREATE TABLE {table} AS SELECT {_placed(places)} FROM {source}", path)


def load_texts(connection: DuckDBPyConnection, table: str, texts: pyarrow.ChunkedArray) -> None:
    """Bring an Arrow array of texts into a table of one text column, c1, in their order; a null stays a null."""
    import pyarrow as pa

    connection.register("texts", pa.table({"c1": texts}))
    rows(connection, f"CREATE TABLE {table} AS SELECT c1 FROM texts")
    connection.unregister("texts")


def _placed(places: Sequence[int | None]) -> str:
    return ", ".join(
        f"{'NULL::VARCHAR' if place is None else f'f{place}'} AS c{i}" for i, place in enumerate(places, 1)
    )


def create_empty(connection: DuckDBPyConnection, table: str, width: int) -> None:
    """Create a table of text columns c1 to cN without rows."""
    columns = ", ".join(f"c{i + 1} VARCHAR" for i in range(max(width, 1)))
    rows(connection, f"CREATE TABLE {table} ({columns})")


def seal(connection: DuckDBPyConnection) -> None:
    """Shut the engine off from files, network and further settings, for good."""
    rows(connection, "SET enable_external_access = false")
    rows(connection, "SET lock_configuration = true")


def rows(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query and return its rows.

    Raises SetupError when memory does not suffice, WrongSql when the engine refuses the query.
    """
    import duckdb

    with _interruptible():
        try:
            return connection.execute(sql).fetchall()
        except duckdb.OutOfMemoryException as error:
            raise _out_of_memory(error) from error
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise WrongSql(_first_line(error)) from error


def arrow(connection: DuckDBPyConnection, sql: str) -> pyarrow.Table:
    """Run a query of ours and return its rows as an Arrow table."""
    with _interruptible():
        return connection.sql(sql).to_arrow_table()


def in_parallel(
    connection: DuckDBPyConnection, work: Callable[[DuckDBPyConnection, Item], Result], items: Sequence[Item]
) -> list[Result]:
    """Do the work for each item, several at a time, and return the results in the order of items.

    Small tables cost planning, which the engine does on one core a query; each worker has a cursor
    of its own. The first error in the order of items is raised.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda item: work(connection.cursor(), item), items))


def breaking_rows(
    connection: DuckDBPyConnection, source: str, position: str, predicates: Sequence[str], columns: Sequence[str]
) -> list[tuple[int, list[int], tuple[Any, ...]]]:
    """Return the rows of a source for which a predicate holds, in the order of their positions.

    Args: the source (a FROM clause), the SQL of the position of a row in it, the predicates, and
    the SQL of the columns to return. A predicate that is null does not hold.
    Returns for each such row its position, the numbers of the predicates that hold, its columns.
    Whether there is any such row is asked first: nearly all tables have none, and the question is
    cheaper to plan than the answer.
    """
    if not predicates:
        return []
    condition = " OR ".join(f"({predicate}\n)" for predicate in predicates)
    question = f"SELECT 1 FROM {source} WHERE {condition} LIMIT 1"
    _refuse_more_statements(connection, question)
    if not rows(connection, question):
        return []
    held = ", ".join(f"({predicate})" for predicate in predicates)
    sql = f"SELECT {position}, [{held}], {', '.join(columns)} FROM {source} WHERE {condition} ORDER BY 1"
    return [
        (place, [i for i, holds in enumerate(flags) if holds], tuple(cells))
        for place, flags, *cells in rows(connection, sql)
    ]


def _refuse_more_statements(connection: DuckDBPyConnection, sql: str) -> None:
    """Raise WrongSql when a predicate ends its query and begins another statement."""
    import duckdb

    try:
        statements = len(connection.extract_statements(sql))
    except duckdb.Error as error:
        raise WrongSql(_first_line(error)) from error
    if statements != 1:
        raise WrongSql("Parser Error: more than one statement")


def sql_fault(connection: DuckDBPyConnection, sql: str) -> str:
    """Return what is wrong with a query, one line, or nothing when the engine accepts it."""
    import duckdb

    with _interruptible():
        try:
            _refuse_more_statements(connection, sql)
            connection.execute(f"EXPLAIN {sql}")
        except WrongSql as error:
            return str(error)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            return _first_line(error)
    return ""


def _load(connection: DuckDBPyConnection, sql: str, path: Path) -> DuckDBPyConnection:
    import duckdb

    with _interruptible():
        try:
            return connection.execute(sql)
        except duckdb.OutOfMemoryException as error:
            raise _out_of_memory(error) from error
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise SetupError("setup.unreadable", {"file": str(path), "reason": _first_line(error)}) from error


@contextmanager
def _interruptible() -> Iterator[None]:
    """Turn what the engine raises when a person presses Ctrl-C into what Python raises then."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise


def _out_of_memory(error: Exception) -> SetupError:
    return SetupError("setup.out-of-memory", {"reason": _first_line(error)})


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
