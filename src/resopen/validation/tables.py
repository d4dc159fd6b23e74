"""The judgement of one table in the engine: cells, keys, and what SQL cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import DefinitionError, Finding
from resopen.schema import Field
from resopen.validation.checks import (
    Check,
    blank_check,
    decimal_comma_sql,
    parent_repeats_sql,
    repeated_sql,
    row_checks,
    type_key,
    unique_keys,
)
from resopen.validation.loaded import Loaded
from resopen.validation.outside import json_schema_faults, pattern_faults, stdnum_faults
from resopen.validation.types import engine_can_match, is_lexical, text_sql, value_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORM_RULES = ("pattern", "minLength", "maxLength")
# The engine shares out a table among the cores by its parts of 122,880 rows; below a few thousand
# rows a second query costs more than it saves.
ONE_BY_ONE, SMALL = 5_000, 250_000


def judge_table(connection: DuckDBPyConnection, item: Loaded, loaded: Mapping[str, Loaded]) -> Iterator[Finding]:
    """Yield the findings of the cells and keys of one table; a table without rows has none."""
    fields = item.table.fields
    if not item.count or not fields:
        return
    checks = [blank_check(item), *row_checks(item.table, loaded)]
    broken_form: set[tuple[int, int]] = set()
    try:
        yield from _cells(connection, item, checks, broken_form)
    except engine.WrongSql as error:
        details = {"file": item.table.where, "key": item.table.key, "reason": str(error)}
        raise DefinitionError("definition.not-checkable", details) from error
    yield from _repeated(connection, item)
    yield from _repeating_parents(connection, item, loaded)
    for column, field in enumerate(fields, 1):
        yield from _judged_outside(connection, item, column, field, broken_form)


def _cells(
    connection: DuckDBPyConnection, item: Loaded, checks: list[Check], broken_form: set[tuple[int, int]]
) -> Iterator[Finding]:
    """Yield the findings of the predicates over rows; of a blank row nothing else is said."""
    fails, cells = [check.fails for check in checks], [check.cell_sql for check in checks]
    commas: dict[int, Finding | None] = {}
    blank = -1
    is_small = ONE_BY_ONE < item.count < SMALL
    for position, held, value in engine.breaking_rows(
        connection, f"t{item.number} o", "o.rowid", fails, cells, is_small
    ):
        check = checks[held]
        if check.rule == "blank-row":
            blank = position
            yield item.row_finding("blank-row", position)
        if position == blank:
            continue
        if check.rule in FORM_RULES:
            broken_form.add((position, check.column))
        value, details = _cell_of_key(check, value)
        found = item.finding(check.rule, position, check.column, value, details=details)
        field = item.table.fields[check.column - 1]
        if found and check.rule == "type" and is_lexical(field, value or ""):
            found = replace(found, details=(("type", type_key(field)), ("variant", field.type)))
        if found and check.rule == "type" and "," in (value or ""):
            if check.column not in commas:
                commas[check.column] = _decimal_commas(connection.cursor(), item, check.column, found)
                if commas[check.column]:
                    yield commas[check.column]  # type: ignore[misc]
            if commas[check.column]:
                continue
        if found:
            yield found


def _cell_of_key(check: Check, value: str | None) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Return the cell of a check and its details; of a key of several fields all values are told."""
    if len(check.cells) < 2:
        return value, check.details
    texts = [str(text) for text in json.loads(value or "[]")]
    return texts[0], (*check.details, ("value", ", ".join(texts)))


def _decimal_commas(connection: DuckDBPyConnection, item: Loaded, column: int, first: Finding) -> Finding | None:
    """Return one finding for a column of numbers that are all written with a decimal comma, else None."""
    field = item.table.fields[column - 1]
    if field.type != "number" or field.options.get("decimalChar", ".") != ".":
        return None
    others, counted = decimal_comma_sql(item.number, field, column)
    commas = 0 if engine.rows(connection, others) else int(engine.rows(connection, counted)[0][0])
    if commas < 2:
        return None
    details = (("count", str(commas)),)
    return Finding("decimal-comma", first.table, first.row, first.line, first.column, first.field, first.value,
                   details=details, file=first.file)  # fmt: skip


def _repeated(connection: DuckDBPyConnection, item: Loaded) -> Iterator[Finding]:
    for rule, key in unique_keys(item.table):
        column = item.table.column(key[0])
        group, listed = repeated_sql(item.number, item.table, key)
        if not engine.rows(connection, group)[0][0]:
            continue
        for position, first, value, *others in engine.many(connection, listed):
            details: tuple[tuple[str, str], ...] = (("fields", ", ".join(key)), ("first", item.place(first)))
            details += (("value", ", ".join([value, *others])),) if others else ()
            found = item.finding(rule, position, column, value, details=details)
            if found:
                yield found


def _repeating_parents(connection: DuckDBPyConnection, item: Loaded, loaded: Mapping[str, Loaded]) -> Iterator[Finding]:
    """Yield a finding for each foreign key whose parent's values repeat, once for the whole table.

    Where the parent itself declares them to be unique, its own finding says it.
    """
    for key in item.table.foreign_keys:
        parent = loaded[key.resource or item.table.name]
        declared = {frozenset(fields) for _, fields in unique_keys(parent.table)}
        if frozenset(key.reference_fields) in declared or not parent.count or not parent.knows(key.reference_fields):
            continue
        found = engine.rows(connection, parent_repeats_sql(parent.number, parent.table, key.reference_fields))
        for first, again, value in found:
            details = (
                ("parent", parent.table.name), ("fields", ", ".join(key.reference_fields)), ("value", str(value)),
                ("rows", f"{parent.place(first)}, {parent.place(again)}"),
            )  # fmt: skip
            column = item.table.column(key.fields[0])
            yield Finding("parent-repeats", item.table.name, 0, 0, column, key.fields[0], details=details)


def _judged_outside(
    connection: DuckDBPyConnection, item: Loaded, column: int, field: Field, broken_form: set[tuple[int, int]]
) -> Iterator[Finding]:
    """Yield the findings of what the engine cannot judge: some patterns, JSON Schema, check digits."""
    pattern, schema = field.constraints.get("pattern", ""), field.constraints.get("jsonSchema")
    beyond = pattern and not engine_can_match(pattern)
    if not (beyond or schema is not None or field.stdnum):
        return
    text = text_sql(field, f"c{column}")
    known = f"{value_sql(field, text)} IS NOT NULL" if beyond or schema is not None else f"{text} IS NOT NULL"
    values = engine.rows(connection, f"SELECT rowid, {text} FROM t{item.number} WHERE {known} ORDER BY 1")
    texts = list(dict.fromkeys(value for _, value in values))
    judges: list[tuple[str, Mapping[str, tuple[tuple[str, str], ...]]]] = []
    if beyond:
        wrong = pattern_faults(pattern, texts, item.table, field.name)
        judges.append(("pattern", dict.fromkeys(wrong, (("expected", pattern),))))
    if schema is not None:
        judges.append(("jsonSchema", json_schema_faults(schema, texts, item.table, field.name)))
    if field.stdnum:
        wrong = stdnum_faults(field.stdnum, texts)
        judges.append(("stdnum", dict.fromkeys(wrong, (("number", field.stdnum),))))
    for rule, faulty in judges:
        for position, value in values:
            # A text that already breaks its pattern or length has one issue, not two.
            has_form = (position, column) in broken_form
            if value in faulty and not (rule == "stdnum" and has_form):
                broken_form.add((position, column))
                found = item.finding(rule, position, column, value, details=faulty[value])
                if found:
                    yield found
