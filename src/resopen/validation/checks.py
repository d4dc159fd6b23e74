"""Table Schema compiled to SQL: what each cell and key must not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from resopen.engine import literal, quoted
from resopen.schema import Field, ForeignKey, Table
from resopen.schema.lexical import NESTED
from resopen.validation.loaded import Loaded
from resopen.validation.types import (
    bare_sql,
    cast_sql,
    constant_sql,
    engine_can_match,
    engine_pattern,
    length_sql,
    mistyped_sql,
    text_sql,
    value_sql,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One predicate over a row: true where the rule of that column is broken; `cells` are the columns of a key."""

    rule: str
    column: int
    fails: str
    details: tuple[tuple[str, str], ...] = ()
    cells: tuple[int, ...] = ()

    @property
    def cell_sql(self) -> str:
        """The SQL of the cell that is told of; of a key of several fields a JSON list of its cells."""
        if len(self.cells) < 2:
            return f"o.c{self.column}"
        return f"to_json([{', '.join(f'o.c{column}' for column in self.cells)}])::VARCHAR"


def _bound(operator: str) -> Callable[[Field, Any, str, str], str]:
    def broken(field: Field, limit: Any, text: str, value: str) -> str:
        compared = f"{value} {operator} {constant_sql(field, limit)}"
        if field.type != "integer" and field.decimal_places is None:
            return compared
        # What the engine's own type cannot hold, a long number or NaN, is compared as a float.
        as_float = f"TRY_CAST({bare_sql(field, text)} AS DOUBLE) {operator} {constant_sql(field, limit)}::DOUBLE"
        return f"({compared} OR ({value} IS NULL AND {as_float}))"

    return broken


def _enum(field: Field, members: Any, text: str, value: str) -> str:
    if field.type in NESTED:
        value = f"json(TRY_CAST({value} AS JSON))"  # Blanks between the parts say nothing.
    return f"{value} NOT IN ({', '.join(constant_sql(field, member) for member in members)})"


# What breaks a constraint: (field, constraint's value, SQL of the text, SQL of the value) -> SQL.
# A constraint judges the value, so that it says nothing of a text which is not of the type.
BROKEN: Mapping[str, Callable[[Field, Any, str, str], str]] = MappingProxyType(
    {
        "enum": _enum,
        "categories": _enum,
        "pattern": lambda field, form, text, value: f"NOT regexp_full_match({text}, {literal(engine_pattern(form))})",
        "minLength": lambda field, limit, text, value: f"{length_sql(field, text)} < {int(limit)}",
        "maxLength": lambda field, limit, text, value: f"{length_sql(field, text)} > {int(limit)}",
        "minimum": _bound("<"),
        "maximum": _bound(">"),
        "exclusiveMinimum": _bound("<="),
        "exclusiveMaximum": _bound(">="),
    }
)


def cell_checks(field: Field, column: int, cell: str) -> list[Check]:
    """Return the checks of one cell: `required`, `type`, each constraint, `decimalPlaces`.

    A null passes everything but `required`; where the text is not of the type, the value is null,
    so that the constraints are unknown rather than broken.
    """
    text = text_sql(field, cell)
    wrong, value = mistyped_sql(field, text), cast_sql(field, text)
    checks = []
    if field.constraints.get("required"):
        checks.append(Check("required", column, f"{text} IS NULL"))
    if wrong:
        checks.append(Check("type", column, wrong, (("type", type_key(field)),)))
    for name, limit in field.constraints.items():
        if name not in BROKEN or (name == "pattern" and not engine_can_match(limit)):
            continue
        shown = ", ".join(map(str, limit)) if isinstance(limit, list) else str(limit)
        fails = BROKEN[name](field, limit, text, value)
        checks.append(Check(name, column, _if_typed(fails, wrong), (("expected", shown),)))
    if field.decimal_places is not None:
        details = (("expected", str(field.decimal_places)),)
        checks.append(Check("decimalPlaces", column, _too_fine(field, text), details))
    return checks


def _too_fine(field: Field, text: str) -> str:
    """Return the SQL of a number with more decimal places than declared; with an exponent, of its value."""
    bare = bare_sql(field, text)
    form = literal(r"[^eE]*\.[0-9]{" + str((field.decimal_places or 0) + 1) + r",}")
    number = f"TRY_CAST({bare} AS DOUBLE)"
    by_value = f"regexp_matches({bare}, '[0-9][eE]') AND {number} <> round({number}, {field.decimal_places})"
    return f"(regexp_full_match({bare}, {form}) OR ({by_value}))"


def _if_typed(fails: str, wrong: str) -> str:
    """Return a predicate that says nothing of a text which is not of the type; the cheap half first."""
    return f"{fails} AND NOT ({wrong})" if wrong else fails


def type_key(field: Field) -> str:
    """Return the key of the words for what a field must hold; a format of a string has its own."""
    if field.type == "string":
        return field.format
    own_form = field.type in ("date", "time", "datetime") and field.format not in ("default", "any")
    return f"{field.type}-form" if own_form else field.type


def foreign_key_check(key: ForeignKey, table: Table, parent: Loaded) -> Check:
    """Return the check of a foreign key: no row of the parent has these values.

    A null in any of the fields passes.
    """
    own = [_value(table, name, "o") for name in key.fields]
    theirs = [_value(parent.table, name, "p") for name in key.reference_fields]
    matches = " AND ".join(f"{a} = {b}" for a, b in zip(own, theirs, strict=True))
    present = " AND ".join(f"{a} IS NOT NULL" for a in own)
    fails = f"{present} AND NOT EXISTS (SELECT 1 FROM t{parent.number} p WHERE {matches})"
    details = (("parent", parent.table.name), ("fields", ", ".join(key.reference_fields)))
    columns = tuple(map(table.column, key.fields))
    return Check("foreignKeys", columns[0], fails, details, columns)


def row_checks(table: Table, loaded: Mapping[str, Loaded]) -> list[Check]:
    """Return all checks that a row of a table can be judged by: cells, then foreign keys.

    A foreign key to a table whose file, or whose column, is not there is unknown, not broken.
    """
    checks = []
    for column, field in enumerate(table.fields, 1):
        checks += cell_checks(field, column, f"o.c{column}")
    for name in table.primary_key:
        field = table.field(name)
        if not field.constraints.get("required"):
            column = table.column(name)
            checks.append(Check("primaryKey-null", column, f"{text_sql(field, f'o.c{column}')} IS NULL"))
    for key in table.foreign_keys:
        parent = loaded[key.resource or table.name]
        if parent.knows(key.reference_fields):
            checks.append(foreign_key_check(key, table, parent))
    return checks


def unique_keys(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys whose values must not repeat: the rule, and its fields."""
    keys = [("primaryKey", table.primary_key)] if table.primary_key else []
    keys += [("uniqueKeys", key) for key in table.unique_keys]
    keys += [
        ("unique", (field.name,))
        for field in table.fields
        if field.constraints.get("unique") and (field.name,) != table.primary_key
    ]
    return keys


def repeated_sql(number: int, table: Table, key: tuple[str, ...]) -> tuple[str, str]:
    """Return the queries of a key that repeats: its repeated values into a table, and the rows that have them.

    The rows: position, first position, texts of the cells of the key. A key with a null in any part
    does not repeat.
    """
    values = [_value(table, name, "o") for name in key]
    present = " AND ".join(f"{value} IS NOT NULL" for value in values)
    named = ", ".join(f"{value} AS k{i}" for i, value in enumerate(values))
    same = " AND ".join(f"{value} = again.k{i}" for i, value in enumerate(values))
    cells = ", ".join(f"o.c{table.column(name)}" for name in key)
    return (
        f"CREATE OR REPLACE TEMP TABLE again AS SELECT {named}, min(o.rowid) AS first FROM t{number} o "
        f"WHERE {present} GROUP BY ALL HAVING count(*) > 1",
        f"SELECT o.rowid, again.first, {cells} FROM t{number} o JOIN again ON {same} "
        "WHERE o.rowid <> again.first ORDER BY 1",
    )


def parent_repeats_sql(number: int, table: Table, key: tuple[str, ...]) -> str:
    """Return the query of a repeated value of a referred key: first position, next one, text; or no row."""
    values = [_value(table, name, "o") for name in key]
    present = " AND ".join(f"{value} IS NOT NULL" for value in values)
    cells = " || ', ' || ".join(f"any_value(o.c{table.column(name)})" for name in key)
    return (
        f"SELECT min(o.rowid), max(o.rowid), {cells} FROM t{number} o WHERE {present} "
        f"GROUP BY {', '.join(values)} HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    )


def blank_check(item: Loaded) -> Check:
    """Return the check of a row all whose cells are empty, as spreadsheets leave at the end of a file.

    Where no field takes an empty cell for a missing value, such a row is a row of empty texts.
    """
    known = [i for i, place in enumerate(item.places, 1) if place is not None]
    empty = [f"coalesce(o.c{i}, '') = ''" for i in known] + ["o.others IS NULL"] * item.has_others
    is_missing = any("" in item.table.fields[i - 1].missing_values for i in known)
    return Check("blank-row", 1, " AND ".join(empty) if item.file_text and is_missing and len(empty) > 1 else "false")


def decimal_comma_sql(number: int, field: Field, column: int) -> tuple[str, str]:
    """Return the queries of any cell with neither a decimal comma nor a whole number, and of how many have a comma."""
    text = text_sql(field, f"c{column}")
    comma = f"regexp_full_match({text}, '-?[0-9]{{1,3}}(?:[ \u00a0\u202f]?[0-9]{{3}})*,[0-9]+|-?[0-9]+,[0-9]+')"
    whole = f"regexp_full_match({text}, '-?[0-9]+|-?[0-9]{{1,3}}(?:[ \u00a0\u202f][0-9]{{3}})+')"
    return (
        f"SELECT 1 FROM t{number} WHERE {text} IS NOT NULL AND NOT ({comma} OR {whole}) LIMIT 1",
        f"SELECT count(*) FROM t{number} WHERE {comma}",
    )


def typed_sql(number: int, table: Table) -> str:
    """Return the SELECT of a table as rules read it: typed columns, and `_row`.

    A cell that breaks its own constraints is null there: what it should say is unknown, so that no
    rule of another row is judged by it.
    """
    columns = [f"{_known_value(field, i)} AS {quoted(field.name)}" for i, field in enumerate(table.fields, 1)]
    return f"SELECT o.rowid AS _row, {', '.join(columns)} FROM t{number} o"


def _known_value(field: Field, column: int) -> str:
    cell = f"o.c{column}"
    value = value_sql(field, text_sql(field, cell))
    broken = [check.fails for check in cell_checks(field, column, cell) if check.rule not in ("required", "type")]
    return f"CASE WHEN {' OR '.join(broken)} THEN NULL ELSE {value} END" if broken else value


def _value(table: Table, name: str, alias: str) -> str:
    field = table.field(name)
    return value_sql(field, text_sql(field, f"{alias}.c{table.column(name)}"))
