"""Two versions compared: the schema here, the rows in the engine, which then gives them out one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.differences.loading import Half, load_half
from resopen.differences.metadata import file_changes, metadata_changes, methodology_changes, same_bytes
from resopen.differences.places import Version
from resopen.differences.records import (
    CellChange,
    Difference,
    RankingMove,
    RowChange,
    RowKind,
    SchemaChange,
    Side,
    TableDifference,
)
from resopen.differences.rows import Pair, compare_rows, pair_of
from resopen.differences.schemas import table_changes
from resopen.differences.sources import OF_RELEASE, are_unlike, computed_tables, is_release, public_tables
from resopen.schema import Package, Resource, Table
from resopen.validation.types import cast_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Above it the engine spills into the scratch folder.
MEMORY = "1GiB"
CODE_KEY = ("code",)
RANKINGS = "rankings"


@dataclass(frozen=True)
class Kept:
    """Where the engine keeps the changed rows of a table, and the fields of both versions there."""

    source: str
    old: Table
    new: Table
    shared: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """A difference and the engine that holds its rows, for as long as the scratch folder is there."""

    difference: Difference
    connection: DuckDBPyConnection
    kept: Mapping[str, Kept]


def compare(old: Version, new: Version, scratch: Path, run_date: date) -> Comparison:
    """Compare two versions of a package.

    Tables are the same by their name; a table that stands in several formats is compared once, and
    neither format, place, order of rows or columns nor the spelling of a value is a difference.
    Validity is not asked for. Where one side is a release and the other is not, the other is looked
    at as its release would be: internal fields, the writing of cells, computed tables, methodologies
    of rankings that could not be computed and the identifier of a release are no difference.
    Args: the versions, a folder for what is unpacked and spilled, the day of the run.
    Raises SetupError when a table has no readable records.
    """
    connection = engine.connect(run_date, MEMORY, scratch)
    engine.rows(connection, "SET preserve_insertion_order = false")
    before, after = tables_of(old.package), tables_of(new.package)
    schema: list[SchemaChange] = []
    tables: list[TableDifference] = []
    kept: dict[str, Kept] = {}
    referenced = _referenced(old.package) | _referenced(new.package)
    computed, is_apart = computed_tables(old.package) | computed_tables(new.package), are_unlike(old, new)
    declared = [
        public_tables(side.package, {name: item.table for name, item in tables.items()})
        if is_apart and not is_release(side.package) else {name: item.table for name, item in tables.items()}
        for side, tables in ((old, before), (new, after))
    ]  # fmt: skip
    for name in dict.fromkeys([*before, *after]):
        if is_apart and name in computed and not (name in before and name in after):
            continue
        if name in before and name in after:
            schema += table_changes(declared[0][name], declared[1][name])
            done, where = _compare_table(connection, before[name], after[name], f"d{len(tables)}", scratch)
            tables.append(replace(done, is_referenced=name in referenced, is_computed=name in computed))
            kept |= {name: where} if where else {}
        else:
            schema.append(_whole_table(connection, before.get(name), after.get(name), scratch))
    found = Difference(
        _side(old), _side(new), tuple(metadata_changes(old.package, new.package, OF_RELEASE if is_apart else ())),
        tuple(schema), tuple(file_changes(old.package, new.package)), tuple(methodology_changes(old, new, is_apart)),
        (), tuple(tables),
    )  # fmt: skip
    whole = Comparison(found, connection, kept)
    schema += [change for table in tables for change in _code_changes(whole, table)]
    return replace(whole, difference=replace(found, schema=tuple(schema), moves=tuple(_moves(whole))))


def tables_of(package: Package) -> dict[str, Resource]:
    """Return the tables of a package by name, each in one format: the one that others are alternates of."""
    nodes: Sequence[Mapping[str, Any]] = package.descriptor.get("resources", ())
    names = {item.name for item in package.resources}
    found: dict[str, Resource] = {}
    for node, resource in zip(nodes, package.resources, strict=True):
        whole = str(node.get("alternateOf") or resource.name)
        if resource.format == "file" or (whole != resource.name and whole in names) or whole in found:
            continue
        found[whole] = replace(resource, table=replace(resource.table, name=whole))
    return found


def _side(version: Version) -> Side:
    package = version.package
    return Side(version.place, package.name, package.version, package.title)


def _referenced(package: Package) -> set[str]:
    """Return the tables that keys of other tables lead to."""
    return {key.resource for item in package.resources for key in item.table.foreign_keys if key.resource}


def _compare_table(
    connection: DuckDBPyConnection, old: Resource, new: Resource, target: str, scratch: Path
) -> tuple[TableDifference, Kept | None]:
    if _is_read_alike(old, new) and same_bytes(old, new):
        table = new.table
        return TableDifference(table.name, table.title, "same-bytes", table.primary_key, None, None), None
    sides = [(old, 0, new.table), (new, 1, old.table)]
    halves = engine.in_parallel(
        connection, lambda cursor, side: load_half(cursor, side[0], side[1], scratch, side[2]), sides
    )
    pair = pair_of(*halves)
    done = compare_rows(connection, pair, target)
    for half in (pair.old, pair.new):
        engine.rows(connection, f"DROP TABLE {half.source}")
    return done, _kept(pair, target)


def _kept(pair: Pair, target: str) -> Kept:
    return Kept(target, pair.old.table, pair.new.table, tuple(item.name for item in pair.shared))


def _is_read_alike(old: Resource, new: Resource) -> bool:
    """Say whether the same bytes give the same values in both versions."""
    forms = [
        (
            item.format, item.dialect, item.encoding, item.compressions, item.table.fields_match,
            [(field.name, field.type, field.format, field.options, field.missing_values)
             for field in item.table.fields],
        )
        for item in (old, new)
    ]  # fmt: skip
    return forms[0] == forms[1]


def _whole_table(
    connection: DuckDBPyConnection, old: Resource | None, new: Resource | None, scratch: Path
) -> SchemaChange:
    """Return the change of a table that came or went, with the number of its rows."""
    resource = new or old
    if resource is None:  # One of the two is there.
        raise ValueError("no table")
    half: Half = load_half(connection, resource, 0, scratch)
    engine.rows(connection, f"DROP TABLE {half.source}")
    if new:
        return SchemaChange("table-added", resource.name, "minor", new=str(half.count))
    return SchemaChange("table-removed", resource.name, "major", old=str(half.count))


def changes(comparison: Comparison, table: str, kind: RowKind | None = None, limit: int = 0) -> Iterator[RowChange]:
    """Yield the rows of a table that are different, sorted by key, or by all cells where there is no key.

    Args: the comparison, the name of a table, one kind of change (by default all, one kind after
    the other), how many rows to yield (0 = all).
    """
    kept = comparison.kept.get(table)
    known = {item.name: item for item in comparison.difference.tables}.get(table)
    if kept is None or known is None:
        return
    columns = [f"o{i + 1}" for i in range(len(kept.old.fields))] + [f"n{i + 1}" for i in range(len(kept.new.fields))]
    columns += [f"x{i}" for i in range(len(kept.shared))]
    where = f"WHERE kind = '{kind}'" if kind else ""
    sql = (
        f"SELECT kind, {', '.join(columns)} FROM {kept.source} {where} "
        f"ORDER BY {', '.join(_order(kept, known.key))}" + (f" LIMIT {limit}" if limit else "")
    )
    for row in engine.many(comparison.connection.cursor(), sql):
        yield _row_change(kept, known, row)


def _order(kept: Kept, key: Sequence[str]) -> Iterator[str]:
    """Yield the SQL of the order of changes: kind, then the values of the key, then all texts, so that no two tie."""
    yield "CASE kind WHEN 'removed' THEN 0 WHEN 'added' THEN 1 WHEN 'key-changed' THEN 2 ELSE 3 END"
    for name in key or kept.shared:
        text = f"coalesce(o{kept.old.column(name)}, n{kept.new.column(name)})"
        yield f"{cast_sql(kept.new.field(name), text)} NULLS LAST"
        yield f"{text} NULLS LAST"
    yield from (f"o{i + 1}" for i in range(len(kept.old.fields)))
    yield from (f"n{i + 1}" for i in range(len(kept.new.fields)))


def _row_change(kept: Kept, known: TableDifference, row: tuple[Any, ...]) -> RowChange:
    kind, width, end = row[0], len(kept.old.fields), 1 + len(kept.old.fields) + len(kept.new.fields)
    old = {field.name: text for field, text in zip(kept.old.fields, row[1 : 1 + width], strict=True)}
    new = {field.name: text for field, text in zip(kept.new.fields, row[1 + width : end], strict=True)}
    own = new if kind == "added" else old
    key = tuple((name, own[name]) for name in known.key)
    if kind in ("added", "removed"):
        return RowChange(known.name, kind, key, row=tuple(own.items()))
    if kind == "key-changed":
        cells = tuple(CellChange(name, old[name], new[name]) for name in known.key if old[name] != new[name])
    else:
        flags = zip(kept.shared, row[end:], strict=True)
        cells = tuple(CellChange(name, old[name], new[name]) for name, differs in flags if differs)
    return RowChange(known.name, kind, key, cells=cells)


def _code_changes(comparison: Comparison, table: TableDifference) -> Iterator[SchemaChange]:
    """Yield the codes that a codelist, a table whose key is `code`, lost and gained."""
    if table.key != CODE_KEY:
        return
    for change in changes(comparison, table.name):
        code = change.key[0][1] or ""
        if change.kind in ("removed", "key-changed"):
            yield SchemaChange("code-removed", table.name, "major", "code", old=code)
        if change.kind == "added":
            yield SchemaChange("code-added", table.name, "minor", "code", new=code)
        if change.kind == "key-changed":
            yield SchemaChange("code-added", table.name, "minor", "code", new=change.cells[0].new or "")


def _moves(comparison: Comparison) -> Iterator[RankingMove]:
    """Yield the units whose place changed, or that came or went, ranking by ranking."""
    kept = comparison.kept.get(RANKINGS)
    needed = {"ranking", "unit", "name", "place"}
    if kept is None or not needed <= set(kept.shared):
        return
    old, new = ({name: f"{side}{table.column(name)}" for name in needed} for side, table in _sides(kept))
    ids = [f"coalesce({old[name]}, {new[name]}, '')" for name in ("ranking", "unit")]
    sql = (
        f"SELECT {', '.join(ids)}, coalesce({new['name']}, {old['name']}, ''), coalesce({old['place']}, ''), "
        f"coalesce({new['place']}, '') FROM {kept.source} "
        f"WHERE kind IN ('added', 'removed') OR x{kept.shared.index('place')} ORDER BY ALL"
    )
    yield from (RankingMove(*row) for row in engine.rows(comparison.connection, sql))


def _sides(kept: Kept) -> tuple[tuple[str, Table], tuple[str, Table]]:
    return ("o", kept.old), ("n", kept.new)
