"""The units of a ranking and the values of their indicators, from a wide table."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.schema.methodology import Cut, Groups, Leaf, Methodology
from resopen.tables.files import read_bytes

Values = NDArray[np.float64]
MISSING = ("", "NA")
# A column of this name marks invented values, and everything that is computed from them.
SYNTHETIC = "synthetic"
# What a count, a rate or a share is made of stands in columns of these endings.
PARTS = ("numerator", "denominator")


@dataclass(frozen=True)
class Wide:
    """A wide table as it stands in its source: one row a unit, whose first column is its code.

    It `is_synthetic` where it has a column of that name, or comes from a package that says so, and
    `is_computed` where it was made of the indicators of a package.
    """

    source: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_synthetic: bool = False
    is_computed: bool = False

    def cells(self, column: str) -> list[str]:
        """Return the cells of a column."""
        i = self.header.index(column)
        return [row[i] for row in self.rows]


@dataclass(frozen=True)
class Division:
    """The number of the group (or size class) of each unit among `names`, and the measure that decides it.

    `measured` is NaN where a column of the units decides.
    """

    numbers: NDArray[np.intp]
    names: tuple[str, ...]
    measured: Values


@dataclass(frozen=True)
class Matrix:
    """The ranked units and what is known of them, in the order of their codes.

    `columns` holds the values of each indicator, NaN for missing; `groups` the number of the group of
    each unit among `group_names`, and `group_measure` the number that decides it, where one does;
    `cut` is its size class, where the method has such.
    """

    units: tuple[str, ...]
    names: tuple[str, ...]
    columns: Mapping[str, Values]
    groups: NDArray[np.intp]
    group_names: tuple[str, ...]
    group_measure: Values | None = None
    cut: Division | None = None
    is_synthetic: bool = False


def read_wide(path: Path) -> Wide:
    """Return the wide table of a CSV in UTF-8: one row a unit, one column an indicator.

    A file whose header has no comma is split at semicolons, tabs or bars.
    Raises SetupError when the file cannot be read; DefinitionError, with the row and the column,
    when it is not UTF-8, a row has another number of cells, or a column is named twice.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError("definition.not-utf-8", {"file": str(path), "byte": str(error.start + 1)}) from error
    rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if row]
    if len(rows) < 2:
        raise DefinitionError("definition.no-units", {"file": str(path), "key": ""})
    header = rows[0]
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            details = {"file": str(path), "row": str(number), "expected": str(len(header)), "found": str(len(row))}
            raise DefinitionError("definition.ragged-row", details)
    for label in header:
        if header.count(label) > 1:
            raise DefinitionError("definition.repeated-label", {"file": str(path), "name": label})
    return Wide(str(path), header, tuple(rows[1:]), SYNTHETIC in header)


def _delimiter(text: str) -> str:
    """Return what separates the cells of the header: a comma, or where it has none a semicolon, a tab or a bar."""
    header = text.partition("\n")[0]
    return next((mark for mark in (",", ";", "\t", "|") if mark in header), ",")


def wide_csv(wide: Wide) -> str:
    """Return a wide table as CSV, so that anybody can compute the ranking again from it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([wide.header, *wide.rows])
    return text.getvalue()


def matrix_of(wide: Wide, method: Methodology) -> Matrix:
    """Return the units of a wide table that a method ranks, with the values of its indicators.

    The first column is the code of the unit, a column `name` its title; an indicator of a period is
    the column `INDICATOR:PERIOD`, or `INDICATOR` where there is none of that name. An empty cell and
    NA are missing. The units that the method excludes are left out.
    Raises DefinitionError, with the row and the column, when a code is repeated, a cell is no
    number, or a unit or column of the method is not there.
    """
    codes = [row[0] for row in wide.rows]
    for code in codes:
        if codes.count(code) > 1:
            raise DefinitionError(
                "definition.repeated-code", {"file": wide.source, "key": wide.header[0], "name": code}
            )
    for exclusion in method.exclusions:
        if exclusion.unit not in codes:
            details = {"file": method.file, "key": "exclusions", "name": exclusion.unit}
            raise DefinitionError("definition.no-such-unit", details)
    excluded = {exclusion.unit for exclusion in method.exclusions}
    kept = replace(wide, rows=tuple(row for row in sorted(wide.rows) if row[0] not in excluded))
    if not kept.rows:
        raise DefinitionError("definition.no-units", {"file": wide.source, "key": ""})
    columns: dict[str, Values] = {}
    for leaf in method.leaves:
        names = [_column_of(leaf, indicator, period, kept, method) for indicator, period in inputs(leaf)]
        for name in (*names, *_parts_of(leaf, kept, method)):
            columns[name] = _numbers(kept, name)
    groups = _groups(method.groups, kept, method)
    units = tuple(row[0] for row in kept.rows)
    return Matrix(
        units=units,
        names=tuple(kept.cells("name")) if "name" in kept.header else units,
        columns=columns,
        groups=groups.numbers,
        group_names=groups.names,
        group_measure=groups.measured if method.groups.limits else None,
        cut=_cut(method.cut, kept, method) if method.cut else None,
        is_synthetic=wide.is_synthetic,
    )


def inputs(leaf: Leaf) -> tuple[tuple[str, str], ...]:
    """Return the indicators and periods whose values a leaf is computed from, its own first."""
    pairs = [(leaf.indicator, leaf.period)]
    if leaf.base_period:
        pairs.append((leaf.indicator, leaf.base_period))
    if leaf.denominator:
        pairs.append((leaf.denominator, leaf.period))
    return tuple(pairs)


def _column_of(leaf: Leaf, indicator: str, period: str, wide: Wide, method: Methodology) -> str:
    """Return the column of an indicator that a leaf reads; DefinitionError when there is none."""
    name = column_name(leaf, indicator, period, wide.header)
    if not name:
        key = "indicator" if indicator == leaf.indicator else "denominator"
        raise _no_column(f"{leaf.id}.{key}", f"{indicator}:{period}" if period else indicator, wide, method)
    return name


def _parts_of(leaf: Leaf, wide: Wide, method: Methodology) -> list[str]:
    """Return the columns of what a leaf's counted value is made of; DefinitionError when one is missing."""
    kind = leaf.sampling.method
    own = column_name(leaf, leaf.indicator, leaf.period, wide.header)
    names = [f"{own} {part}" for part in PARTS[: 0 if kind == "none" else 1 if kind == "count" else 2]]
    for name in names:
        if name not in wide.header:
            raise _no_column(f"{leaf.id}.sampling", name, wide, method)
    return names


def column_name(leaf: Leaf, indicator: str, period: str, known: Collection[str]) -> str:
    """Return the column of an indicator at a period among the known ones; empty when there is none.

    A column without a period stands for the leaf's own.
    """
    names = (f"{indicator}:{period}" if period else indicator, indicator if period == leaf.period else "")
    return next((name for name in names if name in known), "")


def _no_column(key: str, name: str, wide: Wide, method: Methodology) -> DefinitionError:
    details = {"file": method.file, "key": key, "name": name, "path": wide.source}
    return DefinitionError("definition.no-values" if wide.is_computed else "definition.no-such-column", details)


def _numbers(wide: Wide, column: str) -> Values:
    pairs = zip(wide.cells(column), wide.rows, strict=True)
    return np.array([_number(cell, wide, row[0], column) for cell, row in pairs], np.float64)


def _number(text: str, wide: Wide, unit: str, column: str) -> float:
    if text.strip() in MISSING:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value) or not text.isascii() or "_" in text:
        details = {"file": wide.source, "key": f"{unit}, {column}", "found": text}
        fault = "decimal-comma" if re.fullmatch(r"\s*-?[0-9]+,[0-9]+\s*", text) else "not-a-number"
        raise DefinitionError(f"definition.{fault}", details)
    return value


def _groups(groups: Groups, wide: Wide, method: Methodology) -> Division:
    """Return the number of each unit's group, and the names of the groups in their order."""
    unknown = np.full(len(wide.rows), np.nan)
    if not groups.by:
        return Division(np.zeros(len(wide.rows), np.intp), ("",), unknown)
    if groups.limits:
        measured = _measured(groups.by, "groups.by", wide, method)
        return Division(classed(measured, groups.limits, groups.includes_limit), groups.names, measured)
    if groups.by not in wide.header:
        raise _no_column("groups.by", groups.by, wide, method)
    cells = wide.cells(groups.by)
    names = groups.names or tuple(sorted(set(cells)))
    for row, cell in zip(wide.rows, cells, strict=True):
        if cell not in names:
            key = f"{row[0]}, {groups.by}"
            details = {"file": wide.source, "key": key, "found": cell, "expected": ", ".join(names)}
            raise DefinitionError("definition.unknown-value", details)
    return Division(np.array([names.index(cell) for cell in cells], np.intp), names, unknown)


def _cut(cut: Cut, wide: Wide, method: Methodology) -> Division:
    measured = _measured(cut.by, "cut.by", wide, method)
    names = tuple(name.text("en") for name in cut.names)
    return Division(classed(measured, cut.limits, cut.includes_limit), names, measured)


def classed(measured: Values, limits: Sequence[float], includes_limit: bool) -> NDArray[np.intp]:
    """Return the number of the class between the limits that each number falls into."""
    side = "left" if includes_limit else "right"
    return np.searchsorted(np.asarray(limits), measured, side=side).astype(np.intp)  # type: ignore[call-overload,no-any-return]


def _measured(by: str, key: str, wide: Wide, method: Methodology) -> Values:
    """Return the number that decides the class of each unit, which every unit must have."""
    if by not in wide.header:
        raise _no_column(key, by, wide, method)
    values = _numbers(wide, by)
    for row, value in zip(wide.rows, values, strict=True):
        if math.isnan(value):
            details = {"file": wide.source, "key": f"{row[0]}, {by}", "found": "", "expected": "number"}
            raise DefinitionError("definition.unknown-value", details)
    return values
