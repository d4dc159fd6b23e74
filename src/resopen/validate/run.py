"""One run of validation: load, seal, judge, report."""

from __future__ import annotations

import importlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import DefinitionError, Finding
from resopen.messages import Messages
from resopen.schema import Field, Package
from resopen.validate.checks import any_repeated_sql, repeated_sql, row_checks, unique_keys
from resopen.validate.load import Loaded, load
from resopen.validate.report import Report, put_into_words, sort_findings
from resopen.validate.rules import judge_rules
from resopen.validate.types import engine_can_match, text_sql, value_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def validate(package: Package, messages: Messages, run_date: date, memory_limit: str = "") -> Report:
    """Judge all tables of a package and return every issue.

    Args: the package, the catalogue of the report's language, the day of the run (for rules that
    know of a future), a memory limit such as `1GiB` above which the engine spills to disk.
    Raises SetupError when a file cannot be read, DefinitionError when a rule's SQL is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="resopen-") as scratch:
        connection = engine.connect(run_date, memory_limit, Path(scratch))
        findings: list[Finding] = []
        loaded: dict[str, Loaded] = {}
        numbered = list(enumerate(package.resources))
        for found, item in engine.in_parallel(
            connection, lambda cursor, one: load(cursor, one[1], one[0], Path(scratch)), numbered
        ):
            findings += found
            loaded[item.table.name] = item
        engine.seal(connection)
        for judged in engine.in_parallel(
            connection,
            lambda cursor, one: list(_judge(cursor, one, loaded)),
            list(loaded.values()),
        ):
            findings += judged
        findings += judge_rules(connection, package, loaded, findings)
        connection.close()
    issues = tuple(put_into_words(item, package, messages) for item in sort_findings(findings, package))
    return Report(issues, tuple((name, item.count) for name, item in loaded.items()))


def _judge(connection: DuckDBPyConnection, item: Loaded, loaded: Mapping[str, Loaded]) -> Iterator[Finding]:
    """Yield the findings of the cells and keys of one table; a table without rows has none."""
    fields = item.table.fields
    if not item.count or not fields:
        return
    checks = row_checks(item.table, loaded)
    broken_form: set[tuple[int, int]] = set()
    fails, cells = [check.fails for check in checks], [f"o.c{check.column}" for check in checks]
    try:
        for position, held, value in engine.breaking_rows(connection, f"t{item.number} o", "o.rowid", fails, cells):
            check = checks[held]
            if check.rule in ("pattern", "minLength", "maxLength"):
                broken_form.add((position, check.column))
            found = item.finding(check.rule, position, check.column, value, details=check.details)
            if found:
                yield found
    except engine.WrongSql as error:
        details = {"file": item.table.name, "key": "schema", "reason": str(error)}
        raise DefinitionError("definition.not-checkable", details) from error
    yield from _repeated(connection, item)
    for column, field in enumerate(fields, 1):
        if not engine_can_match(field.constraints.get("pattern", "")):
            yield from _matched_by_python(connection, item, column, field)
        if field.stdnum:
            yield from _stdnum(connection, item, column, field, broken_form)


def _repeated(connection: DuckDBPyConnection, item: Loaded) -> Iterator[Finding]:
    for rule, key in unique_keys(item.table):
        column = item.table.column(key[0])
        if not engine.rows(connection, any_repeated_sql(item.number, item.table, key)):
            continue
        for position, first, value in engine.rows(connection, repeated_sql(item.number, item.table, key)):
            details = (("fields", ", ".join(key)), ("first", str(item.row(first))))
            found = item.finding(rule, position, column, value, details=details)
            if found:
                yield found


def _matched_by_python(connection: DuckDBPyConnection, item: Loaded, column: int, field: Field) -> Iterator[Finding]:
    """Yield the values that a pattern with look-around, back-references or word characters refuses."""
    text = text_sql(field, f"c{column}")
    pattern = re.compile(field.constraints["pattern"])
    known = engine.rows(
        connection, f"SELECT rowid, {text} FROM t{item.number} WHERE {value_sql(field, text)} IS NOT NULL ORDER BY 1"
    )
    for position, value in known:
        if not pattern.fullmatch(value):
            details = (("expected", pattern.pattern),)
            found = item.finding("pattern", position, column, value, details=details)
            if found:
                yield found


def _stdnum(
    connection: DuckDBPyConnection, item: Loaded, column: int, field: Field, broken_form: set[tuple[int, int]]
) -> Iterator[Finding]:
    """Yield the values whose check digits are wrong, by the module of python-stdnum that is named.

    A text that already breaks its pattern or length has one issue, not two.
    """
    text = text_sql(field, f"c{column}")
    values = engine.rows(connection, f"SELECT rowid, {text} FROM t{item.number} WHERE {text} IS NOT NULL ORDER BY 1")
    if not values:
        return
    try:
        is_valid = importlib.import_module(f"stdnum.{field.stdnum}").is_valid
    except (ImportError, AttributeError) as error:
        details = {"file": item.table.name, "key": f"{field.name}.stdnum", "found": field.stdnum, "expected": "ru.inn"}
        raise DefinitionError("definition.unknown-value", details) from error
    for position, value in values:
        if (position, column) not in broken_form and not is_valid(value):
            found = item.finding("stdnum", position, column, value, details=(("number", field.stdnum),))
            if found:
                yield found
