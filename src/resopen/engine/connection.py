"""Engines: made in memory, shut off from files and network, given tables of Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from resopen.engine.queries import literal, quoted, rows

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection


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
