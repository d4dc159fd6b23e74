"""One run of validation: load, seal, judge, report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import Finding
from resopen.messages import Messages
from resopen.schema import Package
from resopen.validation.load import load
from resopen.validation.loaded import Loaded
from resopen.validation.report import Report, sort_findings
from resopen.validation.rules import judge_rules
from resopen.validation.tables import judge_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Judged:
    """A judged package whose tables are still in the engine, which is sealed: its report, engine and tables by name."""

    report: Report
    connection: DuckDBPyConnection
    loaded: Mapping[str, Loaded]


def validate(package: Package, messages: Messages, run_date: date, memory_limit: str = "") -> Report:
    """Judge all tables of a package and return every issue.

    Args: the package, the catalogue of the report's language, the day of the run (for rules that
    know of a future), a memory limit such as `1GiB` above which the engine spills to disk.
    Raises SetupError when a file cannot be read, DefinitionError when a rule's SQL is wrong.
    """
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        judged = judge_package(package, messages, run_date, Path(scratch), memory_limit)
        judged.connection.close()
    return judged.report


def judge_package(
    package: Package, messages: Messages, run_date: date, scratch: Path, memory_limit: str = ""
) -> Judged:  # fmt: skip
    """Judge a package as `validate` does and keep its tables in the engine, t0 to tN of text columns.

    Args: as there, and a folder for what is unpacked and spilt, which must outlive the engine.
    """
    connection = engine.connect(run_date, memory_limit, scratch)
    findings: list[Finding] = []
    loaded: dict[str, Loaded] = {}
    moments = [("start", time.perf_counter())]
    numbered = list(enumerate(package.resources))
    for found, item in engine.in_parallel(
        connection, lambda cursor, one: load(cursor, one[1], one[0], scratch), numbered
    ):  # fmt: skip
        findings += found
        loaded[item.table.name] = item
    engine.seal(connection)
    moments.append(("load", time.perf_counter()))
    return Judged(judge_loaded(connection, package, messages, loaded, findings, moments), connection, loaded)


def judge_loaded(
    connection: DuckDBPyConnection, package: Package, messages: Messages, loaded: Mapping[str, Loaded],
    found: Sequence[Finding] = (), moments: Sequence[tuple[str, float]] = (),
) -> Report:  # fmt: skip
    """Judge the tables of a package that are in a sealed engine.

    Args: also what was found while they were loaded, and when each phase before this one ended.
    """
    findings, moments = list(found), list(moments)
    for judged in engine.in_parallel(
        connection, lambda cursor, one: list(judge_table(cursor, one, loaded)), list(loaded.values())
    ):
        findings += judged
    moments.append(("tables", time.perf_counter()))
    findings += judge_rules(connection, package, loaded, findings)
    moments.append(("rules", time.perf_counter()))
    return Report(
        packages=(package,),
        messages=messages,
        findings=tuple(sort_findings(findings, package)),
        rows=tuple((name, item.count) for name, item in loaded.items()),
        timings=tuple(_lengths(moments)),
    )


def _lengths(moments: list[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """Yield each phase and its seconds."""
    for (_, before), (name, after) in pairwise(moments):
        yield name, after - before
