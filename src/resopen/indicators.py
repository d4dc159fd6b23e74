"""The values of indicators: each one's SQL run over its declared columns alone, and what became of every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

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
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "municipality": "SELECT DISTINCT oktmo, valid_from, valid_to FROM municipalities",
        "region": "SELECT oktmo_prefix || '000000' AS oktmo, NULL AS valid_from, NULL AS valid_to FROM regions",
    }
)
# What the whole of an indicator is called for people and programs, where a part has a name.
TOTAL = "total"
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
    """The tables of a valid package in the engine, as typed views with all their columns and `_row`."""

    connection: DuckDBPyConnection
    loaded: Mapping[str, Loaded]
    run_date: date


def open_inputs(
    package: Package, indicators: Sequence[Indicator], run_date: date, scratch: Path
) -> Inputs:  # fmt: skip
    """Return the tables that indicators read, in a sealed engine.

    Args: a package that was judged to be valid, the indicators, the day of the run, a folder for
    what is unpacked and spilt.
    Raises DefinitionError when the package lacks a table or a column; SetupError when a file
    cannot be read.
    """
    connection = engine.connect(run_date, "", scratch)
    names = {"municipalities", "regions", *(name for item in indicators for name in item.inputs)}
    tables = {resource.name: resource for resource in package.resources}
    for item in indicators:
        _must_have(item, {name: {field.name for field in one.table.fields} for name, one in tables.items()})
    for name in ("municipalities", "regions"):
        if name not in tables:
            raise DefinitionError("definition.no-such-table", {"file": package.name, "key": "resources", "name": name})
    chosen = list(enumerate(tables[name] for name in sorted(names)))
    loaded = engine.in_parallel(connection, lambda cursor, one: load(cursor, one[1], one[0], scratch)[1], chosen)
    for one in loaded:
        columns = ", ".join(
            f"{value_sql(field, text_sql(field, f'c{i}'))} AS {engine.quoted(field.name)}"
            for i, field in enumerate(one.table.fields, 1)
        )
        view = f"CREATE VIEW {engine.quoted(one.table.name)} AS SELECT {columns}, rowid AS _row FROM t{one.number}"
        engine.rows(connection, view)
    engine.seal(connection)
    return Inputs(connection, {one.table.name: one for one in loaded}, run_date)


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
    arrows: dict[str, pyarrow.Table] = {}
    raw: dict[str, pyarrow.Table] = {}
    done: dict[str, pyarrow.Table] = {}
    read: dict[str, list[str]] = {}
    for item in indicators:
        for name, columns in item.inputs.items():
            read[name] = list(dict.fromkeys([*read.get(name, []), *columns]))
    for name, chosen in read.items():
        listed = ", ".join(map(engine.quoted, chosen))
        arrows[name] = engine.arrow(inputs.connection, f"SELECT {listed} FROM {engine.quoted(name)} ORDER BY _row")

    with closing(engine.isolation(inputs.run_date)) as isolation:

        def work(cursor: DuckDBPyConnection, item: Indicator) -> tuple[pyarrow.Table, pyarrow.Table]:
            tables = {name: arrows[name].select(list(columns)) for name, columns in item.inputs.items()}
            tables |= {name: raw[name].drop_columns(["anonymity"]) for name in item.indicators}
            given = _run(item, tables, isolation)
            return given, _judged(cursor, item, given)

        rest = list(indicators)
        while rest:
            ready = [item for item in rest if all(name in raw for name in item.indicators)]
            for item, (given, judged) in zip(ready, engine.in_parallel(inputs.connection, work, ready), strict=True):
                raw[item.id], done[item.id] = given, judged
            rest = [item for item in rest if item.id not in raw]
    return {item.id: done[item.id] for item in indicators}


def _run(item: Indicator, tables: Mapping[str, pyarrow.Table], isolation: DuckDBPyConnection) -> pyarrow.Table:
    """Run the SQL of an indicator in an engine of its own and return what it gives, checked."""
    connection = engine.isolated(isolation, tables, item.parameters)
    try:
        inner = f"({item.sql}\n)"
        fault = engine.sql_fault(connection, f"SELECT * FROM {inner}")
        if fault:
            raise _fault(item, "wrong-sql", reason=fault)
        given = [str(row[0]) for row in engine.rows(connection, f"DESCRIBE SELECT * FROM {inner}")]
        if not set(NEEDED) <= set(given) <= {*NEEDED, *OPTIONAL} or len(given) != len(set(given)):
            raise _fault(item, "columns", found=", ".join(given), expected=", ".join((*NEEDED, "[part, anonymity]")))
        chosen = {name: name if name in given else default for name, default in OPTIONAL.items()}
        engine.rows(
            connection,
            f"CREATE TEMP TABLE _values AS SELECT oktmo::VARCHAR AS oktmo, period::VARCHAR AS period, "
            f"coalesce({chosen['part']}, '')::VARCHAR AS part, value::DOUBLE AS value, "
            f"numerator::DOUBLE AS numerator, denominator::DOUBLE AS denominator, n::BIGINT AS n, "
            f"coalesce({chosen['anonymity']}, 0)::BIGINT AS anonymity FROM {inner}",
        )
        _check(item, connection)
        return engine.arrow(connection, "SELECT * FROM _values ORDER BY period, oktmo, part")
    except engine.WrongSql as error:
        raise _fault(item, "wrong-sql", reason=str(error)) from error
    finally:
        connection.close()


def _check(item: Indicator, connection: DuckDBPyConnection) -> None:
    """Refuse a period of another kind, a row of nothing, and a cell that stands twice."""
    form = engine.literal(FORMS[item.period])
    odd = engine.rows(
        connection,
        f"SELECT coalesce(oktmo, '?'), coalesce(period, '?') FROM _values WHERE oktmo IS NULL OR period IS NULL "
        f"OR NOT regexp_full_match(period, {form}) ORDER BY 1, 2 LIMIT 1",
    )
    if odd:
        raise _fault(item, "period", found=" ".join(odd[0]), expected=item.period)
    twice = engine.rows(
        connection,
        "SELECT oktmo, period, part FROM _values GROUP BY ALL HAVING count(*) > 1 ORDER BY 1, 2, 3 LIMIT 1",
    )
    if twice:
        raise _fault(item, "twice", found=" ".join(twice[0]).strip())


def _fault(item: Indicator, fault: str, **details: str) -> DefinitionError:
    return DefinitionError(f"indicator.{fault}", {"file": item.file, "key": "sql", **details})


def _judged(connection: DuckDBPyConnection, item: Indicator, raw: pyarrow.Table) -> pyarrow.Table:
    """Return values with their status, and a row for every place that has none in a period where others have."""
    if not raw.num_rows:
        return _empty(raw)
    engine.register(connection, "raw_values", _with_hidden(raw, item.anonymity))
    quotient, minimum = str(item.is_quotient).lower(), repr(float(item.minimum))
    return engine.arrow(
        connection,
        f"""
        WITH found AS (
          SELECT oktmo, period, part, numerator, denominator, n, is_hidden,
            CASE WHEN isfinite(value) AND NOT ({quotient} AND coalesce(denominator, 0) = 0) THEN value END AS value
          FROM raw_values
        ), judged AS (
          SELECT oktmo, period, part, value, numerator, denominator, n,
            CASE WHEN is_hidden THEN 'suppressed'
              WHEN value IS NULL AND {quotient} AND numerator IS NOT NULL AND coalesce(denominator, 0) = 0
                THEN 'denominator_missing'
              WHEN value IS NULL THEN 'no_input'
              WHEN n < {minimum} OR ({quotient} AND denominator < {minimum}) THEN 'small_number'
              ELSE 'ok' END AS status
          FROM found
        ), absent AS (
          SELECT DISTINCT u.oktmo, p.period
          FROM (SELECT DISTINCT period FROM found WHERE value IS NOT NULL) p, ({UNITS[item.level]}) u
          WHERE coalesce(u.valid_from, 0) <= left(p.period, 4)::INT
            AND coalesce(u.valid_to, 9999) >= left(p.period, 4)::INT
            AND NOT EXISTS (SELECT 1 FROM found f WHERE f.oktmo = u.oktmo AND f.period = p.period)
        )
        SELECT oktmo, period, part, CASE WHEN status <> 'suppressed' THEN value END AS value,
          CASE WHEN status <> 'suppressed' THEN numerator END AS numerator,
          CASE WHEN status <> 'suppressed' THEN denominator END AS denominator,
          CASE WHEN status <> 'suppressed' THEN n END AS n, status
        FROM judged
        UNION ALL SELECT oktmo, period, '', NULL, NULL, NULL, NULL, 'no_input' FROM absent
        ORDER BY period, oktmo, part
        """,
    )


def _empty(raw: pyarrow.Table) -> pyarrow.Table:
    import pyarrow as pa

    return raw.drop_columns(["anonymity"]).append_column("status", pa.array([], pa.string()))


def _with_hidden(raw: pyarrow.Table, anonymity: int) -> pyarrow.Table:
    """Return values with a column that says which are hidden; the larger of two thresholds holds."""
    import pyarrow as pa

    hidden: set[tuple[str, str, str]] = set()
    if anonymity:
        cells: dict[tuple[str, str], dict[str, int | None]] = {}
        thresholds: dict[tuple[str, str], int] = {}
        for row in raw.to_pylist():
            key = (row["oktmo"], row["period"])
            cells.setdefault(key, {})[row["part"]] = row["n"]
            thresholds[key] = max(thresholds.get(key, anonymity), row["anonymity"])
        for key, parts in cells.items():
            hidden |= {(*key, part) for part in hidden_cells(parts, thresholds[key])}
    keys = zip(*(raw[name].to_pylist() for name in ("oktmo", "period", "part")), strict=True) if hidden else ()
    marks = [key in hidden for key in keys] if hidden else [False] * raw.num_rows
    return raw.append_column("is_hidden", pa.array(marks, pa.bool_()))


def value_rows(indicator: Indicator, values: pyarrow.Table) -> Iterator[Value]:
    """Yield the values of an indicator, one record each."""
    for row in values.to_pylist():
        yield Value(indicator=indicator.id, **row)
