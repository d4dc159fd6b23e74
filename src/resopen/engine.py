"""DuckDB, the embedded engine: the only module that knows it.

Tables are loaded as text, under names and columns that come from positions and never from the
data (`t0`, `c1`), so that no name of a file or a field can become SQL. After loading, the
connection is sealed: whatever SQL runs then cannot reach a file or the network.

The extension module `_duckdb` is imported, because the package `duckdb` around it takes 0.07 s to
import, as much as the validation of 20 small tables, for what is only used where Arrow is wanted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from resopen.errors import DefinitionError, SetupError

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

Item = TypeVar("Item")
Result = TypeVar("Result")


LONGEST = 1 << 21
PART = 20_000


class WrongSql(Exception):
    """The engine refused a query; whoever wrote its SQL must be told."""


def connect(
    run_date: date, memory_limit: str = "", scratch: Path | None = None, is_serial: bool = False
) -> DuckDBPyConnection:
    """Return a new engine in memory, with `run_date()` as a function of its SQL.

    Args: the day of the run; a memory limit such as `1GiB`, above which the engine spills into the
    scratch folder; whether it runs on one core, so that sums of floats are the same every time.
    """
    import _duckdb as duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if scratch:
        settings["temp_directory"] = str(scratch / "spill")
    if memory_limit:
        settings["memory_limit"] = memory_limit
    if is_serial:
        settings["threads"] = 1
    connection = duckdb.connect(":memory:", config=settings)
    rows(connection, f"CREATE MACRO run_date() AS {literal(run_date.isoformat())}::DATE")
    return connection


def quoted(name: str) -> str:
    """Return a name as a quoted identifier of SQL; DefinitionError for a name with a NUL in it."""
    if "\0" in name:
        raise DefinitionError("definition.nul-in-name", {"key": name.replace("\0", "\\0")})
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as a string literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table in the engine: which one of the file it is, and whether empty means null.

    `place` is counted from 0; None is a column that the file lacks, which is null throughout.
    """

    place: int | None
    empty_is_null: bool = True


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


@dataclass(frozen=True, slots=True)
class Layout:
    """How a well-formed delimited file is written; `longest` is no less than the bytes of any record."""

    delimiter: str = ","
    quote: str = '"'
    longest: int = LONGEST


def _from_csv(column: Column) -> str:
    return f"f{column.place}" if column.empty_is_null else f"coalesce(f{column.place}, '')"


def _fill(connection: DuckDBPyConnection, table: str, select: str, path: Path, is_more: bool) -> int:
    sql = f"INSERT INTO {table} {select}" if is_more else f"CREATE TABLE {table} AS {select}"
    return int(_load(connection, sql, path).fetchall()[0][0])


def parquet_columns(connection: DuckDBPyConnection, path: Path) -> tuple[tuple[str, str], ...]:
    """Return names and SQL types of the columns of a Parquet file; SetupError when it cannot be read."""
    found = _load(connection, f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})", path).fetchall()
    return tuple((str(name), str(kind)) for name, kind, *_ in found)


def parquet_count(connection: DuckDBPyConnection, path: Path) -> int:
    """Return the number of rows of a Parquet file; SetupError when it cannot be read."""
    found = _load(connection, f"SELECT count(*) FROM read_parquet({literal(str(path))})", path).fetchall()
    return int(found[0][0])


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


def seal(connection: DuckDBPyConnection) -> None:
    """Shut the engine off from files, network and further settings, for good."""
    rows(connection, "SET enable_external_access = false")
    rows(connection, "SET lock_configuration = true")


def isolation(run_date: date) -> DuckDBPyConnection:
    """Return a sealed engine without tables, on one core, that `isolated` takes its engines from."""
    connection = connect(run_date, is_serial=True)
    rows(connection, "SET python_enable_replacements = false")
    seal(connection)
    return connection


def isolated(
    isolation: DuckDBPyConnection, tables: Mapping[str, pyarrow.Table], constants: Mapping[str, float | bool]
) -> DuckDBPyConnection:
    """Return an engine whose SQL knows these tables and nothing else.

    It is a cursor of an `isolation`, which keeps what is temporary to itself; a new engine would
    take ten times as long. Each constant is a function without arguments.
    """
    connection = isolation.cursor()
    for name, table in tables.items():
        register(connection, name, table)
    for name, value in constants.items():
        rows(connection, f"CREATE TEMP MACRO {quoted(name)}() AS {str(value).lower()}")
    return connection


def register(connection: DuckDBPyConnection, name: str, table: pyarrow.Table) -> None:
    """Give an Arrow table a name in the engine, in place of any other of that name."""
    import duckdb  # noqa: F401  Teaches the extension module to read Arrow.

    connection.register(name, table)


def rows(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query and return its rows.

    Raises SetupError when memory does not suffice, WrongSql when the engine refuses the query.
    """
    with _told():
        return connection.execute(sql).fetchall()


def arrow(connection: DuckDBPyConnection, sql: str) -> pyarrow.Table:
    """Run a query and return its rows as an Arrow table; errors as in `rows`."""
    import duckdb  # noqa: F401  Adds relations, and with them Arrow, to the connections of the extension module.

    with _told():
        return connection.sql(sql).to_arrow_table()


@contextmanager
def _told() -> Iterator[None]:
    """Say in our own errors what the engine cannot or will not do."""
    import _duckdb as duckdb

    with _interruptible():
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise _out_of_memory(error) from error
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise WrongSql(_first_line(error)) from error


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
    connection: DuckDBPyConnection, source: str, position: str, predicates: Sequence[str], cells: Sequence[str],
    is_small: bool = False,
) -> Iterator[tuple[int, int, str | None]]:  # fmt: skip
    """Yield each breach of a predicate by a row of a source, in the order of positions and predicates.

    Args: the source (a FROM clause), the SQL of the position of a row in it, the predicates, the
    SQL of the cell that goes with each, and whether the source is so small that the engine would
    read it on one core: then the predicates are shared out among the cores.
    A predicate that is null does not hold.
    Yields the position of the row, the number of the predicate, the text of its cell.
    """
    numbers = range(len(predicates))
    shares = [numbers[i :: os.cpu_count() or 1] for i in range(os.cpu_count() or 1)] if is_small else [numbers]

    def search(cursor: DuckDBPyConnection, share: Sequence[int]) -> Iterator[tuple[int, int, str | None]]:
        return _breaches(cursor, source, position, {i: (predicates[i], cells[i]) for i in share})

    shares = [share for share in shares if share]
    if len(shares) > 1:
        yield from merge(*in_parallel(connection, lambda cursor, share: list(search(cursor, share)), shares))
    elif shares:
        yield from search(connection, shares[0])


def _breaches(
    connection: DuckDBPyConnection, source: str, position: str, predicates: Mapping[int, tuple[str, str]]
) -> Iterator[tuple[int, int, str | None]]:
    """Yield the breaches of numbered predicates, each with its cell.

    Whether there is any such row is asked first: nearly all tables have none, and the question is
    cheaper to plan than the answer.
    """
    condition = " OR ".join(f"({predicate}\n)" for predicate, _ in predicates.values())
    question = f"SELECT 1 FROM {source} WHERE {condition} LIMIT 1"
    _refuse_more_statements(connection, question)
    if not rows(connection, question):
        return
    held = ", ".join(f"CASE WHEN ({predicate}) THEN {i} END" for i, (predicate, _) in predicates.items())
    listed = f"unnest(list_filter([{held}], lambda i: i IS NOT NULL))"
    texts = " ".join(f"WHEN {i} THEN cell{i}" for i in predicates)
    kept = ", ".join(f"{cell} AS cell{i}" for i, (_, cell) in predicates.items())
    inner = f"SELECT {position} AS place, {listed} AS held, {kept} FROM {source} WHERE {condition}"
    yield from many(connection, f"SELECT place, held, CASE held {texts} END FROM ({inner}) ORDER BY 1, 2")


def batches(connection: DuckDBPyConnection, sql: str, size: int) -> Iterator[pyarrow.RecordBatch]:
    """Run a query of ours and yield its rows as Arrow batches of at most so many."""
    import duckdb  # noqa: F401  Adds relations, and with them Arrow, to the connections of the extension module.

    with _told():
        yield from connection.sql(sql).to_arrow_reader(size)


def many(connection: DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    """Run a query of ours and yield its rows, some at a time, so that a million do not flood memory."""
    with _interruptible():
        cursor = connection.execute(sql)
        while part := cursor.fetchmany(PART):
            yield from part


def _refuse_more_statements(connection: DuckDBPyConnection, sql: str) -> None:
    """Raise WrongSql when a predicate ends its query and begins another statement."""
    import _duckdb as duckdb

    try:
        statements = len(connection.extract_statements(sql))
    except duckdb.Error as error:
        raise WrongSql(_first_line(error)) from error
    if statements != 1:
        raise WrongSql("Parser Error: more than one statement")


def relation(connection: DuckDBPyConnection, sql: str) -> tuple[list[str], Callable[[str, str], pyarrow.Table]]:
    """Return the columns that a query gives, and a function that runs it: expressions over them and an order in.

    Raises WrongSql, also when it is run, when the engine refuses it or it is several statements.
    """
    import duckdb  # noqa: F401  Adds relations, and with them Arrow, to the connections of the extension module.

    _refuse_more_statements(connection, sql)
    with _told():
        made = connection.sql(sql)
    if made is None:
        raise WrongSql("Parser Error: not a query")

    def project(expressions: str, order: str) -> pyarrow.Table:
        with _told():
            return made.project(expressions).order(order).to_arrow_table()

    return list(made.columns), project


def sql_fault(connection: DuckDBPyConnection, sql: str) -> str:
    """Return what is wrong with a query, one line, or nothing when the engine accepts it."""
    import _duckdb as duckdb

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
    import _duckdb as duckdb

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
    import _duckdb as duckdb

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
