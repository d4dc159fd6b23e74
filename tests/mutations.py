"""Broken cells derived from schema/: for each constraint, key and rule, one cell that breaks it.

The base is the curated package; tables that are still empty get rows made of the examples of their
fields. Nothing here is listed by hand: the schema says what to break and where it must be found.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from resopen.schema import Field, Package, RuleTarget, Table
from resopen.validation.rules import is_free_text
from tests.packages import Place, Rows

WRONG_TYPE = "не то"
NO_SUCH = "no_such_row"


@dataclass(frozen=True)
class Mutation:
    """Cells to overwrite in one row of a table, and where which rule must then be found."""

    name: str
    table: str
    row: int
    cells: Mapping[str, str]
    expected: frozenset[Place]
    untyped: frozenset[str] = field(default_factory=frozenset)


def base_tables(package: Package, tables: dict[str, Rows]) -> dict[str, Rows]:
    """Return the tables with two rows of examples wherever a table has no row."""
    for resource in package.resources:
        if not tables[resource.name]:
            tables[resource.name] = example_rows(resource.table, tables)
    return tables


def example_rows(table: Table, tables: Mapping[str, Rows]) -> Rows:
    """Return a row of all examples, and one with another key that has the required cells only."""
    full = {item.name: item.example for item in table.fields}
    for key in table.foreign_keys:
        parents = tables[key.resource or table.name]
        wanted = tuple(full[name] for name in key.fields)
        known = [tuple(row[name] for name in key.reference_fields) for row in parents]
        full |= dict(zip(key.fields, wanted if wanted in known else known[0], strict=True))
    short = {item.name: full[item.name] if item.constraints.get("required") else "" for item in table.fields}
    last = next(name for name in reversed(table.primary_key) if not _is_reference(table, name))
    short[last] = another(table.field(last), full[last])
    return [full, short]


def another(item: Field, value: str) -> str:
    """Return another valid value of a field."""
    if item.stdnum:
        is_valid = importlib.import_module(f"stdnum.{item.stdnum}").is_valid
        return next(str(number) for number in range(int(value) + 1, int(value) + 1000) if is_valid(str(number)))
    if item.type == "date":
        return "2023-07-01"
    return str(int(value) - 1) if item.type == "year" else value + ("a" if value[-1] in "0123456789abcdef" else "-2")


def mutations(package: Package, tables: Mapping[str, Rows]) -> Iterator[Mutation]:
    """Yield a broken cell for each constraint, type, key and rule of the package."""
    for resource in package.resources:
        table, rows = resource.table, tables[resource.name]
        for item in table.fields:
            yield from field_mutations(table, item, rows, tables)
        yield from key_mutations(table, rows, tables)
        for key in table.foreign_keys:
            name = key.fields[0]
            row = _order(table, name, rows, tables)[0]
            wrong = "99999999" if table.field(name).constraints.get("pattern") or name == "oktmo" else NO_SUCH
            yield _mutation("foreignKeys", table, row, {name: wrong}, name)
    engine = text_engine(tables)
    for rule in package.rules:
        for target in rule.targets:
            yield rule_mutation(rule.id, target, package, tables, engine)
        if rule.cell_fails_where:
            text = engine.execute(f"SELECT {rule.cell_counterexample}").fetchall()[0][0]
            yield from cell_mutations(rule.id, text, package)


def field_mutations(table: Table, item: Field, rows: Rows, tables: Mapping[str, Rows]) -> Iterator[Mutation]:
    """Yield the broken cells of one field."""
    row = _order(table, item.name, rows, tables)[0]
    for rule, value in broken_values(item, rows[row][item.name]):
        yield _mutation(rule, table, row, {item.name: value}, item.name, rule == "type")
    if item.constraints.get("unique"):
        last = len(rows) - 1
        yield _mutation("unique", table, last, {item.name: rows[0][item.name]}, item.name)


def broken_values(item: Field, value: str) -> Iterator[tuple[str, str]]:
    """Yield each rule of a field with a value that breaks it and no other."""
    limits = item.constraints
    if limits.get("required"):
        yield "required", ""
    if item.type != "string":
        yield "type", WRONG_TYPE
    if "pattern" in limits:
        yield "pattern", next(text for text in ("!", "a/b") if not re.fullmatch(limits["pattern"], text))
    if "minLength" in limits:
        yield "minLength", "я" * (limits["minLength"] - 1)
    if "minimum" in limits:
        yield "minimum", str(limits["minimum"] - 1)
    if "maximum" in limits:
        yield "maximum", str(limits["maximum"] + 1)
    if item.decimal_places is not None:
        yield "decimalPlaces", "1." + "0" * item.decimal_places + "1"
    if item.stdnum:
        yield "stdnum", (value or item.example)[:-1] + str((int((value or item.example)[-1]) + 1) % 10)
    unknown = set(limits) - {"required", "unique", "pattern", "minLength", "minimum", "maximum"}
    assert not unknown, f"no mutation is derived for {unknown}"


def key_mutations(table: Table, rows: Rows, tables: Mapping[str, Rows]) -> Iterator[Mutation]:
    """Yield a row that repeats the key of an earlier one, by changing one part of its key."""
    for part in table.primary_key:
        others = [name for name in table.primary_key if name != part]
        order = _order(table, part, rows, tables)
        for i in order:
            twin = next((j for j in range(i) if all(rows[i][name] == rows[j][name] for name in others)), None)
            if twin is not None:
                yield _mutation("primaryKey", table, i, {part: rows[twin][part]}, table.primary_key[0])
                break


def rule_mutation(
    rule_id: str, target: RuleTarget, package: Package, tables: Mapping[str, Rows], engine: duckdb.DuckDBPyConnection
) -> Mutation:
    """Return the counterexample of a rule: the first row that it names, with its cells."""
    table = package.resource(target.table).table
    example = target.counterexample
    cells = {example.field: example.value, **example.also}
    values = ", ".join(f"({sql})::VARCHAR" for sql in cells.values())
    found = engine.execute(
        f'SELECT _at, {values} FROM "{target.table}" WHERE {example.row} ORDER BY _at LIMIT 1'
    ).fetchall()
    assert found, f"no row of {target.table} for the counterexample of {rule_id}"
    changed = {name: value or "" for name, value in zip(cells, found[0][1:], strict=True)}
    return _mutation(rule_id, table, found[0][0], changed, target.fields[0])


def cell_mutations(rule_id: str, text: str, package: Package) -> Iterator[Mutation]:
    """Yield a text that breaks a rule of cells in one free field of every table that has one."""
    for resource in package.resources:
        table = resource.table
        for item in table.fields:
            if is_free_text(item, table) and not item.constraints.get("pattern") and item.name not in table.primary_key:
                yield _mutation(rule_id, table, 0, {item.name: text}, item.name)
                break


def text_engine(tables: Mapping[str, Rows]) -> duckdb.DuckDBPyConnection:
    """Return an engine that holds the texts of all cells, with `_at`, the row, counted from 0."""
    engine = duckdb.connect()
    for name, rows in tables.items():
        cells = {column: pa.array([row[column] or None for row in rows], pa.string()) for column in rows[0]}
        engine.register("cells", pa.table({"_at": pa.array(range(len(rows)), pa.int32()), **cells}))
        engine.execute(f'CREATE TABLE "{name}" AS FROM cells')
        engine.unregister("cells")
    return engine


def dangling(package: Package, tables: Mapping[str, Rows], untyped: set[tuple[str, int, str]]) -> set[Place]:
    """Return where foreign keys dangle, computed apart from the validator.

    A cell that is not of its type has no value: it refers to nothing and nothing can refer to it.
    """
    found: set[Place] = set()
    for resource in package.resources:
        for key in resource.table.foreign_keys:
            parent = key.resource or resource.name
            known = {_values(parent, i, row, key.reference_fields, untyped) for i, row in enumerate(tables[parent])}
            column = resource.table.column(key.fields[0])
            for i, row in enumerate(tables[resource.name]):
                values = _values(resource.name, i, row, key.fields, untyped)
                if all(values) and values not in known:
                    found.add(("foreignKeys", resource.name, i + 2, column))
    return found


def rounds(package: Package, items: Sequence[Mutation]) -> list[list[Mutation]]:
    """Pack mutations into rounds: one a table, and never two tables that a rule reads together."""
    linked: dict[str, set[str]] = {resource.name: {resource.name} for resource in package.resources}
    for rule in package.rules:
        for target in rule.targets:
            for name in linked:
                if name in target.fails_where.replace(".", " ").replace(")", " ").split():
                    linked[target.table].add(name)
                    linked[name].add(target.table)
    packed: list[list[Mutation]] = []
    for item in items:
        for group in packed:
            if not any(other.table in linked[item.table] for other in group):
                group.append(item)
                break
        else:
            packed.append([item])
    return packed


def _mutation(rule: str, table: Table, row: int, cells: Mapping[str, str], at: str, untyped: bool = False) -> Mutation:
    expected = frozenset({(rule, table.name, row + 2, table.column(at))})
    return Mutation(
        f"{table.name}.{at} {rule}", table.name, row, cells, expected, frozenset(cells) if untyped else frozenset()
    )


def _is_reference(table: Table, name: str) -> bool:
    return any(name in key.fields for key in table.foreign_keys)


def _uses(table: Table, name: str, tables: Mapping[str, Rows]) -> Counter[str | None]:
    """Count how often other tables hold each value under the same name."""
    others = (rows for other, rows in tables.items() if other != table.name and name in rows[0])
    return Counter(row[name] for rows in others for row in rows)


def _order(table: Table, name: str, rows: Rows, tables: Mapping[str, Rows]) -> list[int]:
    """Return the rows, best to break first: a key that few others use, a first key that others share.

    So a broken key leaves few rows dangling, and a broken reference leaves no row without one.
    """
    first = table.primary_key[0]
    count = Counter(row[first] for row in rows)
    own_keys = [key for key in {name, first} & set(table.primary_key) if not _is_reference(table, key)]
    uses = {key: _uses(table, key, tables) for key in own_keys}
    return sorted(
        range(len(rows)),
        key=lambda i: (
            sum(uses[key][rows[i][key]] for key in own_keys),
            not rows[i][name],
            -count[rows[i][first]],
            -i,
        ),
    )


def _values(
    table: str, i: int, row: Mapping[str, str], names: Sequence[str], untyped: set[tuple[str, int, str]]
) -> tuple[str | None, ...]:
    return tuple(None if (table, i, name) in untyped else row[name] or None for name in names)
