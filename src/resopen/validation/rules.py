"""The package's own rules, judged in the sealed engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import DefinitionError, Finding
from resopen.schema import Field, Package, Rule, RuleTarget, Table
from resopen.validation.checks import typed_sql
from resopen.validation.loaded import Loaded
from resopen.validation.types import text_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SMALL = 100_000
WORD = re.compile(r"[^\W\d]\w*")


def judge_rules(
    connection: DuckDBPyConnection, package: Package, loaded: Mapping[str, Loaded], found: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield the findings of all rules; a cell that has an error already makes them unknown.

    So does a table whose file, or one of whose columns, is not there.

    Raises DefinitionError, with the id of the rule, when its SQL is wrong.
    """
    if not package.rules:
        return
    unknown = {name for name, item in loaded.items() if None in item.places}
    broken = {(item.table, item.file, item.row, item.field) for item in found if item.severity == "error"}
    read = " ".join(target.fails_where for rule in package.rules for target in rule.targets)
    engine.in_parallel(connection, lambda cursor, item: _name_table(cursor, item, read), list(loaded.values()))
    known = [
        (rule, target)
        for rule in package.rules
        for target in rule.targets
        if loaded[target.table].knows(target.fields) and not unknown & set(WORD.findall(target.fails_where))
    ]
    for judged in engine.in_parallel(
        connection,
        lambda cursor, one: list(_judge_table(cursor, known, one[0], one[1], broken)),
        list(loaded.items()),
    ):
        yield from judged
    yield from _judge_cells(connection, package.rules, loaded)
    # The names are those of the rules: another package may be judged in the same engine.
    engine.rows(connection, "; ".join(f"DROP {_named(item, read)}" for item in loaded.values() if item.table.fields))


def _name_table(connection: DuckDBPyConnection, item: Loaded, read: str) -> None:
    """Give a table its name for rules to read, as a view or, where rules read it often, as a table.

    To bind the view of a small table again in every rule costs more than to keep its typed rows.
    """
    if item.table.fields:
        engine.rows(connection, f"CREATE {_named(item, read)} AS {typed_sql(item.number, item.table)}")


def _named(item: Loaded, read: str) -> str:
    is_kept = item.count < SMALL and item.table.name in read
    return f"{'TABLE' if is_kept else 'VIEW'} {engine.quoted(item.table.name)}"


def _judge_table(
    connection: DuckDBPyConnection, known: Sequence[tuple[Rule, RuleTarget]], name: str, item: Loaded,
    broken: set[tuple[str, str, int, str]],
) -> Iterator[Finding]:  # fmt: skip
    """Yield the findings of the rules that judge one table row by row, all in one query."""
    targets = [(rule, target) for rule, target in known if target.table == name]
    if not targets:
        return
    view = engine.quoted(name)
    cells = [
        f"(SELECT o.c{item.table.column(target.fields[0])} FROM t{item.number} o WHERE o.rowid = _row)"
        for _, target in targets
    ]
    try:
        predicates = [target.fails_where for _, target in targets]
        found = list(engine.breaking_rows(connection, view, "_row", predicates, cells))
    except engine.WrongSql as error:
        named = [(rule.id, target.fails_where) for rule, target in targets]
        raise _wrong_rule(connection, view, named, error) from error
    for position, held, value in found:
        rule, target = targets[held]
        file, row = item.part(position).file, item.row(position)
        if any((name, file, row, field) in broken for field in target.fields):
            continue
        finding = item.finding(rule.id, position, item.table.column(target.fields[0]), value, severity=rule.severity)
        if finding:
            yield finding


def _judge_cells(
    connection: DuckDBPyConnection, rules: Sequence[Rule], loaded: Mapping[str, Loaded]
) -> Iterator[Finding]:
    """Yield the findings of the rules that judge every text cell, all tables in one query."""
    judged = [rule for rule in rules if rule.cell_fails_where]
    parts = [part for i, item in enumerate(loaded.values()) if (part := _cells_sql(i, item))]
    if not judged or not parts:
        return
    every_cell = " UNION ALL ".join(parts)
    engine.rows(connection, f"CREATE TEMP TABLE cells AS SELECT * FROM ({every_cell}) WHERE cell IS NOT NULL")
    predicates = [rule.cell_fails_where for rule in judged]
    try:
        place = "item || ' ' || position || ' ' || col || ' ' || cell"
        found = list(engine.breaking_rows(connection, "cells", "rowid", predicates, [place] * len(predicates)))
    except engine.WrongSql as error:
        named = [(rule.id, rule.cell_fails_where) for rule in judged]
        raise _wrong_rule(connection, "cells", named, error) from error
    engine.rows(connection, "DROP TABLE cells")
    items = list(loaded.values())
    for _, held, text in found:
        at, position, column, cell = (text or "").split(" ", 3)
        item, rule = items[int(at)], judged[held]
        if rule.permitted_by in item.table.fields[int(column) - 1].personal_data:
            continue
        finding = item.finding(rule.id, int(position), int(column), cell, severity=rule.severity)
        if finding:
            yield finding


def _cells_sql(i: int, item: Loaded) -> str:
    """Return the SELECT of the free text cells of a table: which table, which row, which column."""
    columns = [j for j, field in enumerate(item.table.fields, 1) if is_free_text(field, item.table)]
    if not columns or not item.count:
        return ""
    cells = ", ".join(text_sql(item.table.fields[j - 1], f"c{j}") for j in columns)
    return (
        f"SELECT {i} AS item, rowid AS position, unnest([{', '.join(map(str, columns))}]) AS col, "
        f"unnest([{cells}]) AS cell FROM t{item.number}"
    )


def is_free_text(field: Field, table: Table) -> bool:
    """Say whether the cells of a field are text that people write: strings that are no reference."""
    return field.type == "string" and not any(field.name in key.fields for key in table.foreign_keys)


def _wrong_rule(
    connection: DuckDBPyConnection, source: str, predicates: Sequence[tuple[str, str]], error: engine.WrongSql
) -> DefinitionError:
    """Return the error that names the rule whose SQL the engine refuses."""
    for rule_id, predicate in predicates:
        fault = engine.sql_fault(connection, f"SELECT ({predicate}\n)::BOOLEAN FROM {source}")
        if fault:
            return DefinitionError("definition.wrong-sql", {"file": "rules", "key": rule_id, "reason": fault})
    rule_ids = ", ".join(rule_id for rule_id, _ in predicates)
    return DefinitionError("definition.wrong-sql", {"file": "rules", "key": rule_ids, "reason": str(error)})
