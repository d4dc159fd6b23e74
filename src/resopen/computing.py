"""What is computed from a valid package: the values of indicators, and the units and values of a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import DataInvalid, DefinitionError, SetupError
from resopen.indicators import Inputs, compute, inputs_of, needed_tables
from resopen.messages import Messages
from resopen.opening import open_package
from resopen.ranking.matrix import PARTS, SYNTHETIC, Wide
from resopen.schema.indicators import Indicator
from resopen.schema.methodology import Leaf, Methodology, Units
from resopen.validation.run import Judged, judge_package

if TYPE_CHECKING:
    import pyarrow

# What a municipality is called and how it may be grouped, beside the fields that a method names.
CODE, NAME = "oktmo", "name"
JOIN = " · "


@dataclass(frozen=True)
class Computed:
    """The values of indicators, and the tables that they were computed from."""

    inputs: Inputs
    indicators: tuple[Indicator, ...]
    values: Mapping[str, pyarrow.Table]
    source: str
    is_synthetic: bool


def compute_indicators(judged: Judged, known: Sequence[Indicator], names: Iterable[str], run_date: date) -> Computed:
    """Return the values of the named indicators and of all that they read.

    Args: a judged package without errors, all indicators in the order of computing, the names, the
    day of the run. Errors as in `needed_tables` and `compute`.
    """
    needed, package = with_inputs(names, known), judged.report.packages[0]
    tables = needed_tables(package, needed)
    inputs = inputs_of(judged.connection, judged.loaded, tables, run_date)
    return Computed(inputs, tuple(needed), compute(inputs, needed), package.name, package.is_synthetic)


def valid_package(place: str | Path | None, scratch: Path, messages: Messages, run_date: date) -> Judged:
    """Return the package at a place, judged to be valid, with its tables in the engine.

    Raises DataInvalid, with all issues, when it has errors; otherwise as `open_package`.
    """
    judged = judge_package(open_package(place, scratch), messages, run_date, scratch)
    if judged.report.errors:
        raise DataInvalid("indicator.data-invalid", issues=judged.report.issues)
    return judged


def package_wide(
    method: Methodology, place: str | Path | None, known: Sequence[Indicator], messages: Messages, run_date: date
) -> Wide:  # fmt: skip
    """Return the wide table of a method over the indicators of the package at a place.

    Raises DataInvalid, with all issues, when the package has errors; otherwise as `needed_indicators`,
    `compute_indicators` and `project_wide`.
    """
    needed = needed_indicators(method, known)
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        package = valid_package(place, Path(scratch), messages, run_date)
        return project_wide(compute_indicators(package, known, needed, run_date), method)


def must_be_known(name: str, known: Sequence[Indicator]) -> None:
    """Raise SetupError, with the nearest name, when there is no such indicator."""
    ids = [item.id for item in known]
    if name not in ids:
        nearest = (get_close_matches(name, ids, 1, 0.0) or ["–"])[0]
        raise SetupError("indicator.unknown", {"name": name, "nearest": nearest})


def with_inputs(names: Iterable[str], known: Sequence[Indicator]) -> list[Indicator]:
    """Return the named indicators and all that they read, in the order of computing."""
    wanted = set(names)
    for item in reversed(known):
        if item.id in wanted:
            wanted |= set(item.indicators)
    return [item for item in known if item.id in wanted]


def needed_indicators(method: Methodology, known: Sequence[Indicator]) -> list[str]:
    """Return the indicators that a method reads: those of its leaves, groups and size classes.

    Raises DefinitionError, with the leaf, when there is no such indicator or it is none of
    municipalities, and when the method does not say which municipalities it ranks.
    """
    _units(method)
    by_id = {item.id: item for item in known}
    for leaf in method.leaves:
        name = leaf.indicator.partition(JOIN)[0]
        key = f"{leaf.id}.indicator"
        if name not in by_id:
            raise DefinitionError("indicator.no-such-indicator", {"file": method.file, "key": key, "name": name})
        if by_id[name].level != "municipality":
            details = {"file": method.file, "key": key, "found": name, "expected": "level = municipality"}
            raise DefinitionError("definition.unknown-value", details)
    names = [leaf.indicator.partition(JOIN)[0] for leaf in method.leaves]
    divided = [by.partition(":")[0] for by in (method.groups.by, method.cut.by if method.cut else "")]
    return list(dict.fromkeys([*names, *(name for name in divided if name in by_id)]))


def project_wide(found: Computed, method: Methodology) -> Wide:
    """Return the wide table of a method over the project's own indicators.

    A row for each municipality of the method's region in its year, with the fields of the table of
    municipalities that groups are made by; a column `INDICATOR:PERIOD` for every period that any of
    them has a value in, and what makes a value, where a leaf asks. A value is taken when its status
    is ok, or a small number where the method keeps such; what is hidden or has no input is missing.
    Raises DefinitionError when the method does not say which municipalities it ranks, or there are none.
    """
    units = _units(method)
    municipalities = _municipalities(found.inputs, method, units)
    codes = [row[0] for row in municipalities[1]]
    columns: dict[str, dict[str, float]] = {}
    for name, leaf in _wanted(method):
        columns |= _columns(found.values[name], name, leaf, units, set(codes))
    header = (*municipalities[0], *columns)
    rows = tuple(
        (*row, *(repr(columns[name][row[0]]) if row[0] in columns[name] else "" for name in columns))
        for row in municipalities[1]
    )
    if not found.is_synthetic:
        return Wide(found.source, header, rows, is_computed=True)
    return Wide(found.source, (*header, SYNTHETIC), tuple((*row, "true") for row in rows), True, True)


def _units(method: Methodology) -> Units:
    if method.units is None:
        raise DefinitionError("definition.no-units-section", {"file": method.file, "key": "units"})
    return method.units


def _municipalities(
    inputs: Inputs, method: Methodology, units: Units
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:  # fmt: skip
    """Return the header and the rows of the ranked municipalities, in the order of their codes."""
    fields = {field.name for field in inputs.loaded["municipalities"].table.fields}
    divided = [by for by in (method.groups.by, method.cut.by if method.cut else "") if by in fields]
    listed = "".join(f", {engine.quoted(name)}::VARCHAR" for name in divided)
    rows = engine.rows(
        inputs.connection,
        f"SELECT oktmo, name_ru{listed} FROM typed.municipalities WHERE region_code = {engine.literal(units.region)} "
        f"AND coalesce(valid_from, 0) <= {units.year} AND coalesce(valid_to, 9999) >= {units.year} ORDER BY ALL",
    )
    if not rows:
        details = {"file": method.file, "key": "units.region", "name": f"{units.region}, {units.year}"}
        raise DefinitionError("definition.no-such-unit", details)
    return (CODE, NAME, *divided), [tuple("" if cell is None else str(cell) for cell in row) for row in rows]


def _wanted(method: Methodology) -> Iterator[tuple[str, Leaf | None]]:
    """Yield the indicators that a method reads, with the leaf that reads each; None for a division."""
    for leaf in method.leaves:
        yield leaf.indicator.partition(JOIN)[0], leaf
    for by in (method.groups.by, method.cut.by if method.cut else ""):
        if ":" in by:
            yield by.partition(":")[0], None


def _columns(
    values: pyarrow.Table, name: str, leaf: Leaf | None, units: Units, codes: set[str]
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Return the values of an indicator by column and municipality."""
    part = leaf.indicator.partition(JOIN)[2] if leaf else ""
    title = f"{name}{JOIN}{part}" if part else name
    statuses = ("ok", "small_number") if units.small_numbers == "keep" else ("ok",)
    columns: dict[str, dict[str, float]] = {}
    for row in values.to_pylist():
        if row["part"] == part and row["oktmo"] in codes and row["status"] in statuses:
            column = f"{title}:{row['period']}"
            columns.setdefault(column, {})[row["oktmo"]] = row["value"]
            for one in PARTS if leaf and leaf.sampling.method != "none" else ():
                if row[one] is not None:
                    columns.setdefault(f"{column} {one}", {})[row["oktmo"]] = row[one]
    return columns
