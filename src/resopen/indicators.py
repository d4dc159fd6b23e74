"""The values of indicators: each one's SQL run over its declared columns alone, and what became of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.errors import DefinitionError
from resopen.schema import Package
from resopen.schema.indicators import Indicator
from resopen.suppression import hidden_cells
from resopen.validation.load import load
from resopen.validation.loaded import Loaded
from resopen.validation.types import text_sql, value_sql

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

# What the SQL of an indicator must give, and what it may.
NEEDED = ("oktmo", "period", "value", "numerator", "denominator", "n")
OPTIONAL: Mapping[str, str] = MappingProxyType({"part": "''", "anonymity": "0"})
FORMS: Mapping[str, str] = MappingProxyType(
    {"year": "[0-9]{4}", "quarter": "[0-9]{4}-Q[1-4]", "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
)
JUDGED = """
WITH units AS (
  SELECT DISTINCT 'municipality' AS level, oktmo, valid_from, valid_to FROM typed.municipalities
  UNION ALL SELECT 'region', oktmo_prefix || '000000', NULL, NULL FROM typed.regions
), found AS (
  SELECT r.* EXCLUDE (value), i.level, i.is_quotient, i.minimum,
    CASE WHEN isfinite(value) AND NOT (is_quotient AND coalesce(denominator, 0) = 0) THEN value END AS value,
    h.item IS NOT NULL AS is_hidden
  FROM raw_values r
  JOIN items i USING (item)
  LEFT JOIN hidden h ON h.item = r.item AND h.oktmo = r.oktmo AND h.period = r.period AND h.part = r.part
), judged AS (
  SELECT item, oktmo, period, part, value, numerator, denominator, n,
    CASE WHEN is_hidden THEN 'suppressed'
      WHEN value IS NULL AND is_quotient AND numerator IS NOT NULL AND coalesce(denominator, 0) = 0
        THEN 'denominator_missing'
      WHEN value IS NULL THEN 'no_input'
      WHEN n < minimum OR (is_quotient AND denominator < minimum) THEN 'small_number'
      ELSE 'ok' END AS status
  FROM found
), absent AS (
  SELECT DISTINCT p.item, u.oktmo, p.period
  FROM (SELECT DISTINCT item, level, period FROM found WHERE value IS NOT NULL) p
  JOIN units u ON u.level = p.level AND coalesce(u.valid_from, 0) <= left(p.period, 4)::INT
    AND coalesce(u.valid_to, 9999) >= left(p.period, 4)::INT
  ANTI JOIN found f ON f.item = p.item AND f.oktmo = u.oktmo AND f.period = p.period
)
SELECT item, oktmo, period, part, CASE WHEN status <> 'suppressed' THEN value END AS value,
  CASE WHEN status <> 'suppressed' THEN numerator END AS numerator,
  CASE WHEN status <> 'suppressed' THEN denominator END AS denominator,
  CASE WHEN status <> 'suppressed' THEN n END AS n, status
FROM judged
UNION ALL SELECT item, oktmo, period, '', NULL, NULL, NULL, NULL, 'no_input' FROM absent
ORDER BY item, period, oktmo, part
"""
# What the whole of an indicator is called for people and programs, where a part has a name.
TOTAL = "total"
# Up to so many values are judged by one query.
TOGETHER = 200_000
STATUSES = ("ok", "no_input", "denominator_missing", "small_number", "suppressed")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an indicator: of which municipality or region, period and part, and what it is worth."""

    indicator: str
    oktmo: str
    period: str
    part: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int | None
    status: str


@dataclass(frozen=True)
class Inputs:
    """The tables of a valid package in the engine, as the views `typed.NAME` with all their columns and `_row`."""

    connection: DuckDBPyConnection
    loaded: Mapping[str, Loaded]
    run_date: date


def open_inputs(
    package: Package, indicators: Sequence[Indicator], run_date: date, scratch: Path
) -> Inputs:  # fmt: skip
    """Return the tables that indicators read, loaded into a sealed engine of their own.

    Args: a package that was judged to be valid, the indicators, the day of the run, a folder for
    what is unpacked and spilt. Errors as in `inputs_of`, and SetupError when a file cannot be read.
    """
    connection = engine.connect(run_date, "", scratch)
    names = needed_tables(package, indicators)
    tables = {resource.name: resource for resource in package.resources}
    chosen = list(enumerate(tables[name] for name in names))
    loaded = engine.in_parallel(connection, lambda cursor, one: load(cursor, one[1], one[0], scratch)[1], chosen)
    engine.seal(connection)
    return inputs_of(connection, {one.table.name: one for one in loaded}, names, run_date)


def needed_tables(package: Package, indicators: Sequence[Indicator]) -> list[str]:
    """Return the tables that indicators read, and those of municipalities and regions, by name.

    Raises DefinitionError, with the indicator's file, when the package lacks a table or a column.
    """
    columns = {resource.name: {field.name for field in resource.table.fields} for resource in package.resources}
    for item in indicators:
        _must_have(item, columns)
    for name in ("municipalities", "regions"):
        if name not in columns:
            raise DefinitionError("definition.no-such-table", {"file": package.name, "key": "resources", "name": name})
    return sorted({"municipalities", "regions", *(name for item in indicators for name in item.inputs)})


def inputs_of(
    connection: DuckDBPyConnection, loaded: Mapping[str, Loaded], names: Sequence[str], run_date: date
) -> Inputs:  # fmt: skip
    """Return tables that are in a sealed engine already as the inputs of indicators: typed views `typed.NAME`."""
    engine.rows(connection, "CREATE SCHEMA typed")
    for name in names:
        one = loaded[name]
        columns = ", ".join(
            f"{value_sql(field, text_sql(field, f'c{i}'))} AS {engine.quoted(field.name)}"
            for i, field in enumerate(one.table.fields, 1)
        )
        view = f"CREATE VIEW typed.{engine.quoted(name)} AS SELECT {columns}, rowid AS _row FROM t{one.number}"
        engine.rows(connection, view)
    return Inputs(connection, {name: loaded[name] for name in names}, run_date)


def typed_rows(inputs: Inputs, name: str) -> pyarrow.Table:
    """Return the typed rows of an input table, in the order of its file."""
    columns = "* EXCLUDE (_row)"
    return engine.arrow(inputs.connection, f"SELECT {columns} FROM typed.{engine.quoted(name)} ORDER BY _row")


def _must_have(item: Indicator, tables: Mapping[str, set[str]]) -> None:
    for name, columns in item.inputs.items():
        where = {"file": item.file, "key": f"inputs.{name}"}
        if name not in tables:
            raise DefinitionError("definition.no-such-table", {**where, "name": name})
        for column in columns:
            if column not in tables[name]:
                raise DefinitionError("definition.no-such-field", {**where, "name": column})


def compute(inputs: Inputs, indicators: Sequence[Indicator]) -> dict[str, pyarrow.Table]:
    """Return the values of each indicator, sorted by period, municipality or region, and part.

    The SQL of an indicator runs in an engine of its own that holds its declared columns and nothing
    else. Status: `ok`; `no_input` where the inputs do not tell the value, also for every
    municipality (region) of a period in which another has one; `denominator_missing` where a
    quotient has no denominator or zero; `small_number` below the declared minimum; `suppressed`
    below the declared anonymity, and for the cells that would give such a one away. A missing value
    is null, never zero.

    Args: the inputs; the indicators, each after those that it reads.
    Returns columns oktmo, period, part, value, numerator, denominator, n, status.
    Raises DefinitionError, with the file, when an indicator's SQL is wrong, or gives other columns,
    a period of another kind, or the same cell twice.
    """
    raw: dict[str, pyarrow.Table] = {}
    arrows = _input_columns(inputs, indicators)
    with closing(engine.isolation(inputs.run_date)) as isolation:

        def work(_: DuckDBPyConnection, item: Indicator) -> pyarrow.Table:
            tables = {name: arrows[name].select(list(columns)) for name, columns in item.inputs.items()}
            tables |= {name: raw[name].drop_columns(["anonymity"]) for name in item.indicators}
            return _run(item, tables, isolation)

        rest = list(indicators)
        while rest:
            ready = [item for item in rest if all(name in raw for name in item.indicators)]
            given = engine.in_parallel(inputs.connection, work, ready)
            raw |= {item.id: values for item, values in zip(ready, given, strict=True)}
            rest = [item for item in rest if item.id not in raw]
    return _judged(inputs.connection, indicators, raw)


def _input_columns(inputs: Inputs, indicators: Sequence[Indicator]) -> dict[str, pyarrow.Table]:
    """Return the columns that any of the indicators reads, of each table."""
    read: dict[str, list[str]] = {}
    for item in indicators:
        for name, columns in item.inputs.items():
            read[name] = list(dict.fromkeys([*read.get(name, []), *columns]))
    return {
        name: engine.arrow(
            inputs.connection,
            f"SELECT {', '.join(map(engine.quoted, chosen))} FROM typed.{engine.quoted(name)} ORDER BY _row",
        )
        for name, chosen in read.items()
    }


def _run(item: Indicator, tables: Mapping[str, pyarrow.Table], isolation: DuckDBPyConnection) -> pyarrow.Table:
    """Run the SQL of an indicator in an engine of its own and return what it gives, its columns checked."""
    connection = engine.isolated(isolation, tables, item.parameters)
    try:
        given, project = engine.relation(connection, item.sql)
        if not set(NEEDED) <= set(given) <= {*NEEDED, *OPTIONAL} or len(given) != len(set(given)):
            raise _fault(item, "columns", found=", ".join(given), expected=", ".join((*NEEDED, "[part, anonymity]")))
        chosen = {name: name if name in given else default for name, default in OPTIONAL.items()}
        values = project(
            f"oktmo::VARCHAR AS oktmo, period::VARCHAR AS period, "
            f"coalesce({chosen['part']}, '')::VARCHAR AS part, value::DOUBLE AS value, "
            f"numerator::DOUBLE AS numerator, denominator::DOUBLE AS denominator, n::BIGINT AS n, "
            f"coalesce({chosen['anonymity']}, 0)::BIGINT AS anonymity",
            "period, oktmo, part",
        )
        _check(item, values)
        return values
    except engine.WrongSql as error:
        raise _fault(item, "wrong-sql", reason=str(error)) from error
    finally:
        connection.close()


def _check(item: Indicator, values: pyarrow.Table) -> None:
    """Refuse a period of another kind, a row of nothing, and a cell that stands twice; equal cells are neighbours."""
    import pyarrow.compute as pc

    periods = [period for period in pc.unique(values.column("period")).to_pylist() if period is not None]
    odd = [period for period in sorted(periods) if not re.fullmatch(FORMS[item.period], period)]
    if odd or values.column("oktmo").null_count or values.column("period").null_count:
        raise _fault(item, "period", found=odd[0] if odd else "?", expected=item.period)
    is_same: Any = None
    for name in ("oktmo", "period", "part"):
        column = values.column(name)
        equal = pc.equal(column.slice(1), column.slice(0, max(len(column) - 1, 0)))
        is_same = equal if is_same is None else pc.and_(is_same, equal)
    place = pc.index(is_same, True).as_py()
    if place >= 0:
        cell = (values.column(name)[place].as_py() for name in ("oktmo", "period", "part"))
        raise _fault(item, "twice", found=" ".join(cell).strip())


def _fault(item: Indicator, fault: str, **details: str) -> DefinitionError:
    return DefinitionError(f"indicator.{fault}", {"file": item.file, "key": "sql", **details})


def _judged(
    connection: DuckDBPyConnection, indicators: Sequence[Indicator], raw: Mapping[str, pyarrow.Table]
) -> dict[str, pyarrow.Table]:  # fmt: skip
    """Return values with their status, and a row for every place that has none in a period where others have.

    Few values are judged by one query, as to plan it takes longer than to run it; many by one for
    each indicator, several at a time.
    """
    many = sum(values.num_rows for values in raw.values()) > TOGETHER
    parts: list[Sequence[Indicator]] = [[item] for item in indicators] if many else [indicators]
    found: dict[str, pyarrow.Table] = {}
    for judged in engine.in_parallel(connection, lambda cursor, some: _judged_together(cursor, some, raw), parts):
        found |= judged
    return found


def _judged_together(
    connection: DuckDBPyConnection, indicators: Sequence[Indicator], raw: Mapping[str, pyarrow.Table]
) -> dict[str, pyarrow.Table]:  # fmt: skip
    """Return what some indicators give, judged by one query."""
    import pyarrow as pa

    # Not by pa.array, which imports pandas to look whether a list is a series: 0.3 s.
    parts = [
        raw[item.id].append_column("item", pa.repeat(pa.scalar(i, pa.int32()), raw[item.id].num_rows))
        for i, item in enumerate(indicators)
    ]
    if not parts:
        return {}
    engine.register(connection, "raw_values", pa.concat_tables(parts))
    columns = "item, level, is_quotient, minimum"
    engine.rows(connection, f"CREATE TEMP TABLE items AS FROM (VALUES {_items(indicators)}) i({columns})")
    listed = [
        f"({i}, {', '.join(map(engine.literal, cell))})"
        for i, item in enumerate(indicators) if item.anonymity for cell in sorted(_hidden(raw[item.id], item.anonymity))
    ]  # fmt: skip
    columns, rows = "item, oktmo, period, part", ", ".join(listed) or "(-1, '', '', '')"
    engine.rows(connection, f"CREATE TEMP TABLE hidden AS FROM (VALUES {rows}) h({columns})")
    whole = engine.arrow(connection, JUDGED)
    return _split(whole, indicators)


def _items(indicators: Sequence[Indicator]) -> str:
    """Return as rows of SQL what the query of the statuses must know of each indicator."""
    return ", ".join(
        f"({i}, {engine.literal(item.level)}, {str(item.is_quotient).lower()}, {float(item.minimum)!r}::DOUBLE)"
        for i, item in enumerate(indicators)
    )


def _split(whole: pyarrow.Table, indicators: Sequence[Indicator]) -> dict[str, pyarrow.Table]:
    """Return the rows of each indicator, of a table that is sorted by its number."""
    import pyarrow.compute as pc

    counted = {row["values"]: row["counts"] for row in pc.value_counts(whole.column("item")).to_pylist()}
    values, start, found = whole.drop_columns(["item"]), 0, {}
    for i, item in enumerate(indicators):
        found[item.id] = values.slice(start, counted.get(i, 0))
        start += counted.get(i, 0)
    return found


def _hidden(raw: pyarrow.Table, anonymity: int) -> set[tuple[str, str, str]]:
    """Return the cells that are hidden, by municipality, period and part; the larger of two thresholds holds."""
    cells: dict[tuple[str, str], dict[str, int | None]] = {}
    thresholds: dict[tuple[str, str], int] = {}
    for row in raw.to_pylist():
        key = (row["oktmo"], row["period"])
        cells.setdefault(key, {})[row["part"]] = row["n"]
        thresholds[key] = max(thresholds.get(key, anonymity), row["anonymity"])
    return {(*key, part) for key, parts in cells.items() for part in hidden_cells(parts, thresholds[key])}


def value_rows(indicator: Indicator, values: pyarrow.Table) -> Iterator[Value]:
    """Yield the values of an indicator, one record each."""
    for row in values.to_pylist():
        yield Value(indicator=indicator.id, **row)
