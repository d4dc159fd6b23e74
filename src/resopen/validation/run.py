"""One run of validation: load, seal, judge, report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from resopen import engine
from resopen.errors import Finding
from resopen.messages import Messages
from resopen.schema import Package
from resopen.validation.load import load
from resopen.validation.loaded import Loaded
from resopen.validation.report import Report, sort_findings
from resopen.validation.rules import judge_rules
from resopen.validation.tables import judge_table


def validate(package: Package, messages: Messages, run_date: date, memory_limit: str = "") -> Report:
    """Judge all tables of a package and return every issue.

    Args: the package, the catalogue of the report's language, the day of the run (for rules that
    know of a future), a memory limit such as `1GiB` above which the engine spills to disk.
    Raises SetupError when a file cannot be read, DefinitionError when a rule's SQL is wrong.
    """
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        connection = engine.connect(run_date, memory_limit, Path(scratch))
        findings: list[Finding] = []
        loaded: dict[str, Loaded] = {}
        timings: list[tuple[str, float]] = [("start", time.perf_counter())]
        numbered = list(enumerate(package.resources))
        for found, item in engine.in_parallel(
            connection, lambda cursor, one: load(cursor, one[1], one[0], Path(scratch)), numbered
        ):
            findings += found
            loaded[item.table.name] = item
        engine.seal(connection)
        timings.append(("load", time.perf_counter()))
        for judged in engine.in_parallel(
            connection, lambda cursor, one: list(judge_table(cursor, one, loaded)), list(loaded.values())
        ):
            findings += judged
        timings.append(("tables", time.perf_counter()))
        findings += judge_rules(connection, package, loaded, findings)
        timings.append(("rules", time.perf_counter()))
        connection.close()
    return Report(
        packages=(package,),
        messages=messages,
        findings=tuple(sort_findings(findings, package)),
        rows=tuple((name, item.count) for name, item in loaded.items()),
        timings=tuple(_lengths(timings)),
    )


def _lengths(moments: list[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """Yield each phase and its seconds."""
    for (_, before), (name, after) in pairwise(moments):
        yield name, after - before
