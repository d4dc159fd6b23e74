"""Queries: rows, Arrow tables, batches, breaches of predicates; several at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import merge
from typing import TYPE_CHECKING, Any, TypeVar

from resopen.engine.faults import WrongSql, first_line, interruptible, told
from resopen.errors import DefinitionError

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

Item = TypeVar("Item")
Result = TypeVar("Result")
PART = 20_000


def quoted(name: str) -> str:
    """Return a name as a quoted identifier of SQL; DefinitionError for a name with a NUL in it."""
    if "\0" in name:
        raise DefinitionError("definition.nul-in-name", {"key": name.replace("\0", "\\0")})
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as a string literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def rows(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query and return its rows.

    Raises SetupError when memory does not suffice, WrongSql when the engine refuses the query.
    """
    with told():
        return connection.execute(sql).fetchall()


def arrow(connection: DuckDBPyConnection, sql: str) -> pyarrow.Table:
    """Run a query and return its rows as an Arrow table; errors as in `rows`."""
    import duckdb  # noqa: F401  Adds relations, and with them Arrow, to the connections of the extension module.

    with told():
        return connection.sql(sql).to_arrow_table()


def batches(connection: DuckDBPyConnection, sql: str, size: int) -> Iterator[pyarrow.RecordBatch]:
    """Run a query of ours and yield its rows as Arrow batches of at most so many."""
    import duckdb  # noqa: F401  Adds relations, and with them Arrow, to the connections of the extension module.

    with told():
        yield from connection.sql(sql).to_arrow_reader(size)


def many(connection: DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    """Run a query of ours and yield its rows, some at a time, so that a million do not flood memory."""
    with interruptible():
        cursor = connection.execute(sql)
        while part := cursor.fetchmany(PART):
            yield from part


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


def relation(connection: DuckDBPyConnection, sql: str) -> tuple[list[str], Callable[[str, str], pyarrow.Table]]:
    """Return the columns that a query gives, and a function that runs it: expressions over them and an order in.

    Raises WrongSql, also when it is run, when the engine refuses it or it is several statements.
    """
    import duckdb  # noqa: F401  Adds relations, and with them Arrow, to the connections of the extension module.

    _refuse_more_statements(connection, sql)
    with told():
        made = connection.sql(sql)
    if made is None:
        raise WrongSql("Parser Error: not a query")

    def project(expressions: str, order: str) -> pyarrow.Table:
        with told():
            return made.project(expressions).order(order).to_arrow_table()

    return list(made.columns), project


def sql_fault(connection: DuckDBPyConnection, sql: str) -> str:
    """Return what is wrong with a query, one line, or nothing when the engine accepts it."""
    import _duckdb as duckdb

    with interruptible():
        try:
            _refuse_more_statements(connection, sql)
            connection.execute(f"EXPLAIN {sql}")
        except WrongSql as error:
            return str(error)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            return first_line(error)
    return ""


def _refuse_more_statements(connection: DuckDBPyConnection, sql: str) -> None:
    """Raise WrongSql when a predicate ends its query and begins another statement."""
    import _duckdb as duckdb

    try:
        statements = len(connection.extract_statements(sql))
    except duckdb.Error as error:
        raise WrongSql(first_line(error)) from error
    if statements != 1:
        raise WrongSql("Parser Error: more than one statement")
