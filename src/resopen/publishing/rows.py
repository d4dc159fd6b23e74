"""The rows of a version in the engine: public fields, canonical texts, in the order of the key.

Canonical: decimals with as many places as declared, other numbers in their shortest form, true and
false, dates in ISO 8601, nothing for what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import PublishRefused
from resopen.schema import Field, Package, Resource, Table
from resopen.schema.public import MOMENTS, has_plain_format
from resopen.tables.places import Scan
from resopen.validation.loaded import Loaded, Part
from resopen.validation.run import Judged
from resopen.validation.types import bare_sql, cast_sql, text_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A float64 holds every decimal of so many digits.
DIGITS = 15
PLAIN = engine.literal(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
SHORTEST = engine.literal(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
# Numbers that are none keep their words.
SPECIAL = "'NaN', 'INF', '-INF'"


@dataclass(frozen=True)
class Held:
    """The rows of a version's table in the engine.

    `judged_by` is the schema by which these very cells have been judged with the rest of their
    package; None where to write them canonically has changed any, or where they were computed.
    """

    loaded: Loaded
    judged_by: Table | None


def arrange_rows(package: Package, judged: Judged, added: Judged | None) -> dict[str, Held]:
    """Put the rows of a version's tables, as its files will hold them, into the engine of a judged package.

    Args: the package of the version, whose fields are public and written canonically; the judged
    package, whose own tables are dropped one by one; judged tables that were computed, in another engine.
    Returns the tables by name, in the order of the package, one numbered after the other.
    Raises PublishRefused when a value cannot be held by the type that Parquet has for it.
    """
    first = max((item.number for item in judged.loaded.values()), default=-1) + 1

    def arranged(cursor: DuckDBPyConnection, one: tuple[int, Resource]) -> Held:
        number, resource = one
        if resource.name in judged.loaded:
            return _arrange(cursor, resource, number, judged.loaded[resource.name])
        if added is None:
            raise KeyError(resource.name)
        return _bring(cursor, resource, number, added)

    numbered = list(enumerate(package.resources, first))
    return {item.loaded.table.name: item for item in engine.in_parallel(judged.connection, arranged, numbered)}


def _arrange(connection: DuckDBPyConnection, resource: Resource, number: int, source: Loaded) -> Held:
    """Make the rows of a version's table out of those of a judged table, which is gone then."""
    _refuse_lost(connection, source)
    table = source.table
    is_whole = [field.name for field in resource.table.fields] == [field.name for field in table.fields]
    is_same = is_whole and _is_canonical(connection, source)
    key = [_typed_sql(table, table.field(name)) for name in table.primary_key]
    if is_same and _is_sorted(connection, source.number, key):
        # Rows that are as they should be already are not copied.
        engine.rows(connection, f"ALTER TABLE t{source.number} RENAME TO t{number}")
    else:
        engine.rows(connection, f"CREATE TABLE t{number} AS {_select(resource, source, key)}")
        engine.rows(connection, f"DROP TABLE t{source.number}")
    return Held(_loaded(resource, number, source.count), table if is_same else None)


def _bring(connection: DuckDBPyConnection, resource: Resource, number: int, added: Judged) -> Held:
    """Bring the rows of a version's table out of another engine."""
    source, other = added.loaded[resource.name], added.connection.cursor()
    _refuse_lost(other, source)
    key = [_typed_sql(source.table, source.table.field(name)) for name in source.table.primary_key]
    rows = engine.arrow(other, _select(resource, source, key))
    engine.load_columns(connection, f"t{number}", rows.columns, resource.path)
    return Held(_loaded(resource, number, source.count), None)


def _loaded(resource: Resource, number: int, count: int) -> Loaded:
    """Return a table whose rows are in the engine and stand in no file yet."""
    labels = tuple(field.name for field in resource.table.fields)
    part = Part("", Scan((), labels, resource.path, count), 0, has_lines=False)
    return Loaded(number, resource.table, (part,), count, tuple(range(len(labels))))


def _select(resource: Resource, source: Loaded, key: Sequence[str]) -> str:
    """Return the query of the canonical texts of the public fields, sorted by the key or, without one, as they were."""
    fields = [source.table.field(field.name) for field in resource.table.fields]
    texts = ", ".join(f"{_canonical_sql(source.table, field)} AS c{i}" for i, field in enumerate(fields, 1))
    return f"SELECT {texts} FROM t{source.number} ORDER BY {', '.join([*key, 'rowid'])}"


def _is_canonical(connection: DuckDBPyConnection, source: Loaded) -> bool:
    """Say whether all cells of a table are written canonically already."""
    table = source.table
    cells = [(f"c{i}", field, _canonical_sql(table, field)) for i, field in enumerate(table.fields, 1)]
    differs = " OR ".join(
        f"({_in_doubt_sql(field, cell)} AND {cell} IS DISTINCT FROM ({text}))"
        for cell, field, text in cells if cell != text
    )  # fmt: skip
    return not (differs and engine.rows(connection, f"SELECT 1 FROM t{source.number} WHERE {differs} LIMIT 1"))


def _in_doubt_sql(field: Field, cell: str) -> str:
    """Return the SQL that is false where a cell is plainly canonical, which is sooner seen than worked out."""
    if field.type == "number" and field.decimal_places is None:
        return f"NOT coalesce(length({cell}) <= {DIGITS} AND regexp_full_match({cell}, {SHORTEST}), false)"
    return "true"


def _is_sorted(connection: DuckDBPyConnection, number: int, key: Sequence[str]) -> bool:
    """Say whether the rows of a table stand in the order of their key already, which is sooner asked than made."""
    if not key:
        return True
    row = key[0] if len(key) == 1 else f"row({', '.join(key)})"
    steps = f"SELECT {row} < lag({row}) OVER (ORDER BY rowid) AS is_back FROM t{number}"
    return not engine.rows(connection, f"SELECT 1 FROM ({steps}) WHERE is_back LIMIT 1")


def _refuse_lost(connection: DuckDBPyConnection, source: Loaded) -> None:
    """Refuse a value that its type in Parquet cannot hold."""
    # Of the other types a valid text has a value.
    numbers = [field for field in source.table.fields if field.type in ("integer", "number")]
    lost = " OR ".join(f"({_lost_sql(source.table, field)})" for field in numbers) or "false"
    found = engine.rows(connection, f"SELECT rowid FROM t{source.number} WHERE {lost} ORDER BY rowid LIMIT 1")
    if found:
        raise PublishRefused("publish.too-precise", {"table": source.table.name, "row": str(source.row(found[0][0]))})


def _lost_sql(table: Table, field: Field) -> str:
    """Return the SQL that is true where a typed value is not what its text says."""
    text, value = _text_sql(table, field), _typed_sql(table, field)
    if field.type == "number" and field.decimal_places is None:
        bare = bare_sql(field, text)
        digits = f"ltrim(regexp_replace({bare}, '[eE].*$|[^0-9]', '', 'g'), '0')"
        # Most numbers are short, which their length says soonest.
        is_long = f"length({text}) > {DIGITS} AND length({digits}) > {DIGITS}"
        return f"{is_long} AND {_shortest_sql(value)} <> {_without_point_sql(bare)}"
    return f"{text} IS NOT NULL AND {value} IS NULL"


def _text_sql(table: Table, field: Field) -> str:
    """Return the SQL of the text of a field's cell, null where it is missing."""
    return text_sql(field, f"c{table.column(field.name)}")


def _typed_sql(table: Table, field: Field) -> str:
    return cast_sql(field, _text_sql(table, field))


def _canonical_sql(table: Table, field: Field) -> str:
    """Return the SQL of the canonical text of a field, null where it is missing or empty."""
    text, value = _text_sql(table, field), _typed_sql(table, field)
    if field.type == "number" and field.decimal_places is None:
        # A short plain number is in its shortest form when the zeros at its end are gone.
        is_plain = f"length({text}) <= {DIGITS} AND regexp_full_match({text}, {PLAIN})"
        plain = f"CASE WHEN contains({text}, '.') THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"
        own = f"WHEN {text} IN ({SPECIAL}) THEN {text}"
        return f"CASE WHEN {is_plain} THEN {plain} {own} WHEN {text} IS NOT NULL THEN {_shortest_sql(value)} END"
    if field.type in ("integer", "number", "boolean"):
        return f"({value})::VARCHAR"
    if field.type in MOMENTS and field.format != "default" and has_plain_format(field.type, field.format):
        return f"replace(({value})::VARCHAR, ' ', 'T')"
    return text if "" in field.missing_values else f"nullif({text}, '')"


def _shortest_sql(value: str) -> str:
    """Return the SQL of a float as the shortest text that is read as the same float; whole ones without a point."""
    return _without_point_sql(f"({value})::VARCHAR")


def _without_point_sql(text: str) -> str:
    return f"regexp_replace({text}, '\\.0*$', '')"


def typed_table(table: Table) -> Table:
    """Return a table with its fields as Parquet types them: a duration stays a text, as a month has no one length."""
    fields = (replace(field, type="string") if field.type == "duration" else field for field in table.fields)
    return replace(table, fields=tuple(fields))


def typed_query(loaded: Loaded) -> str:
    """Return the query of the typed values of a table's canonical rows, in their order, each under its field's name."""
    texts = [(field, f"c{i}") for i, field in enumerate(typed_table(loaded.table).fields, 1)]
    typed = ", ".join(f"{cast_sql(field, text)} AS {engine.quoted(field.name)}" for field, text in texts)
    return f"SELECT {typed} FROM t{loaded.number}"


def text_query(loaded: Loaded) -> str:
    """Return the query of the cells of a table's canonical rows, in their order; what is missing is empty."""
    cells = ", ".join(f"coalesce(c{i}, '') AS c{i}" for i, _ in enumerate(loaded.table.fields, 1))
    return f"SELECT {cells} FROM t{loaded.number}"
