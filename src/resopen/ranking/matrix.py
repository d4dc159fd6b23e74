"""The units of a ranking and the values of their indicators, from a wide CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.schema.methodology import Groups, Leaf, Methodology
from resopen.tables.files import read_bytes

Values = NDArray[np.float64]
MISSING = ("", "NA")


@dataclass(frozen=True)
class Matrix:
    """The ranked units and what is known of them, in the order of their codes.

    `columns` holds the values of each indicator, NaN for missing; `groups` the number of the group of
    each unit among `group_names`.
    """

    units: tuple[str, ...]
    names: tuple[str, ...]
    columns: Mapping[str, Values]
    groups: NDArray[np.intp]
    group_names: tuple[str, ...]


def read_wide(path: Path, method: Methodology) -> Matrix:
    """Return the matrix of a wide CSV in UTF-8: one row a unit, one column an indicator.

    A file whose header has no comma is split at semicolons, tabs or bars. The first column is the
    code of the unit, a column `name` its title; an indicator of a period is the column
    `INDICATOR:PERIOD`, or `INDICATOR` where there is none of that name. An empty cell and NA are
    missing. The units that the method excludes are left out.
    Raises SetupError when the file cannot be read; DefinitionError, with the row and the column,
    when a code is repeated, a cell is no number, or a unit or column of the method is not there.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError("definition.not-utf-8", {"file": str(path), "byte": str(error.start + 1)}) from error
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if row]
    if len(rows) < 2:
        raise DefinitionError("definition.no-units", {"file": str(path), "key": ""})
    header = tuple(rows[0])
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            details = {"file": str(path), "row": str(number), "expected": str(len(header)), "found": str(len(row))}
            raise DefinitionError("definition.ragged-row", details)
    for label in header:
        if header.count(label) > 1:
            raise DefinitionError("definition.repeated-label", {"file": str(path), "name": label})
    codes = [row[0] for row in rows[1:]]
    for code in codes:
        if codes.count(code) > 1:
            raise DefinitionError("definition.repeated-code", {"file": str(path), "key": header[0], "name": code})
    return _matrix(path, header, sorted(rows[1:]), method)


def _delimiter(text: str) -> str:
    """Return what separates the cells of the header: a comma, or where it has none a semicolon, a tab or a bar."""
    header = text.partition("\n")[0]
    return next((mark for mark in (",", ";", "\t", "|") if mark in header), ",")


def _matrix(path: Path, header: tuple[str, ...], rows: Sequence[Sequence[str]], method: Methodology) -> Matrix:
    known = {row[0] for row in rows}
    for exclusion in method.exclusions:
        if exclusion.unit not in known:
            details = {"file": method.file, "key": "exclusions", "name": exclusion.unit}
            raise DefinitionError("definition.no-such-unit", details)
    excluded = {exclusion.unit for exclusion in method.exclusions}
    kept = [row for row in rows if row[0] not in excluded]
    columns = {}
    for leaf in method.leaves:
        for period in (leaf.period, leaf.base_period):
            column = column_of(leaf, period, header, method, path)
            columns[column] = np.array([_number(row[header.index(column)], path, row[0], column) for row in kept])
    names = [row[header.index("name")] if "name" in header else row[0] for row in kept]
    numbers, group_names = _groups(method.groups, header, kept, path, method)
    return Matrix(tuple(row[0] for row in kept), tuple(names), columns, numbers, group_names)


def column_of(leaf: Leaf, period: str, header: Sequence[str], method: Methodology, path: Path) -> str:
    """Return the column of a leaf's indicator at a period; DefinitionError when there is none."""
    period = period or leaf.period
    for name in (f"{leaf.indicator}:{period}", leaf.indicator if period == leaf.period else ""):
        if name in header:
            return name
    details = {
        "file": method.file,
        "key": f"{leaf.id}.indicator",
        "name": f"{leaf.indicator}:{period}",
        "path": str(path),
    }
    raise DefinitionError("definition.no-such-column", details)


def _number(text: str, path: Path, unit: str, column: str) -> float:
    if text.strip() in MISSING:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value) or not text.isascii() or "_" in text:
        details = {"file": str(path), "key": f"{unit}, {column}", "found": text}
        fault = "decimal-comma" if re.fullmatch(r"\s*-?[0-9]+,[0-9]+\s*", text) else "not-a-number"
        raise DefinitionError(f"definition.{fault}", details)
    return value


def _groups(
    groups: Groups, header: Sequence[str], rows: Sequence[Sequence[str]], path: Path, method: Methodology
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return the number of each unit's group, and the names of the groups in their order."""
    if not groups.by:
        return np.zeros(len(rows), np.intp), ("",)
    if groups.by not in header:
        details = {"file": method.file, "key": "groups.by", "name": groups.by, "path": str(path)}
        raise DefinitionError("definition.no-such-column", details)
    cells = [row[header.index(groups.by)] for row in rows]
    if not groups.limits:
        names = groups.names or tuple(sorted(set(cells)))
        for row, cell in zip(rows, cells, strict=True):
            if cell not in names:
                details = {
                    "file": str(path),
                    "key": f"{row[0]}, {groups.by}",
                    "found": cell,
                    "expected": ", ".join(names),
                }
                raise DefinitionError("definition.unknown-value", details)
        return np.array([names.index(cell) for cell in cells], np.intp), names
    values = np.array([_number(cell, path, row[0], groups.by) for cell, row in zip(cells, rows, strict=True)])
    for row, value in zip(rows, values, strict=True):
        if math.isnan(value):
            details = {"file": str(path), "key": f"{row[0]}, {groups.by}", "found": "", "expected": "number"}
            raise DefinitionError("definition.unknown-value", details)
    limits = np.asarray(groups.limits)
    numbers = np.searchsorted(limits, values, side="left" if groups.includes_limit else "right")
    return numbers.astype(np.intp), groups.names
