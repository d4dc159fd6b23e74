"""The rows of the input tables behind one value of an indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resopen import engine
from resopen.indicators import Inputs
from resopen.schema import Table
from resopen.schema.indicators import Indicator

# The columns that tell the period of a row, and the SQL that is true for a row of the period.
PERIOD_COLUMNS = ("year", "starts_on", "as_of")


@dataclass(frozen=True)
class Evidence:
    """Rows of one table: its name and columns, the rows with their record numbers, and how they were found.

    `narrowed_by` names the columns by which rows were chosen; where the period, or the place, is
    not among them, the rows are more than those of the value.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]
    narrowed_by: tuple[str, ...]
    has_period: bool
    has_place: bool


def explain(
    inputs: Inputs, indicators: Mapping[str, Indicator], indicator: str, oktmo: str, period: str
) -> tuple[Evidence, ...]:  # fmt: skip
    """Return the rows behind a value, table by table, also those of the indicators that it reads.

    Rows are narrowed to the place by `oktmo` or `region_code` (for a region: the codes of its
    municipalities, and rows without any) and to the period by `year`, `starts_on` or `as_of` (up to
    its end). A table that has none of these columns is given whole.
    """
    columns: dict[str, dict[str, None]] = {}
    for item in _family(indicators, indicator):
        for table, names in item.inputs.items():
            columns.setdefault(table, {}).update(dict.fromkeys(names))
    return tuple(_evidence(inputs, name, tuple(listed), oktmo, period) for name, listed in columns.items())


def _family(indicators: Mapping[str, Indicator], name: str) -> Iterator[Indicator]:
    yield indicators[name]
    for other in indicators[name].indicators:
        yield from _family(indicators, other)


def _evidence(inputs: Inputs, name: str, columns: tuple[str, ...], oktmo: str, period: str) -> Evidence:
    loaded = inputs.loaded[name]
    place, by_place = _place_sql(loaded.table, oktmo)
    time, by_time = _period_sql(loaded.table, period)
    listed = ", ".join(map(engine.quoted, columns))
    sql = f"SELECT _row, {listed} FROM typed.{engine.quoted(name)} WHERE ({place}) AND ({time}) ORDER BY _row"
    found = engine.rows(inputs.connection, sql)
    return Evidence(
        table=name,
        columns=columns,
        rows=tuple((loaded.row(row[0]), tuple(row[1:])) for row in found),
        narrowed_by=tuple(filter(None, (by_place, by_time))),
        has_period=bool(by_time),
        has_place=bool(by_place),
    )


def _place_sql(table: Table, oktmo: str) -> tuple[str, str]:
    names = {field.name for field in table.fields}
    if oktmo.endswith("000000"):
        prefix = engine.literal(oktmo[:2])
        if "oktmo" in names:
            return f"oktmo IS NULL OR left(oktmo, 2) = {prefix}", "oktmo"
        if "region_code" in names:
            region = f"SELECT region_code FROM typed.regions WHERE oktmo_prefix = {prefix}"
            return f"region_code IS NULL OR region_code IN ({region})", "region_code"
    elif "oktmo" in names:
        return f"oktmo = {engine.literal(oktmo)}", "oktmo"
    return "true", ""


def _period_sql(table: Table, period: str) -> tuple[str, str]:
    """Return the SQL that is true for a row of a period such as 2021, 2021-Q3 or 2021-08-31."""
    names = {field.name: field.type for field in table.fields}
    year, _, rest = period.partition("-")
    if names.get("year") == "year":
        return f"year = {int(year)}", "year"
    if names.get("starts_on") == "date":
        quarter = f" AND quarter(starts_on) = {int(rest[1:])}" if rest.startswith("Q") else ""
        return f"year(starts_on) = {int(year)}{quarter}", "starts_on"
    if names.get("as_of") == "date":
        return f"year(as_of) <= {int(year)}", "as_of"
    return "true", ""
