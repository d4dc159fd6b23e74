"""Indicators: files of schema/indicators/ read into records, refused by file and key where they are wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resopen.errors import DefinitionError
from resopen.schema.files import read_text, read_toml
from resopen.schema.folder import SchemaFolder
from resopen.schema.reading import Reader
from resopen.schema.records import Bilingual, Table
from resopen.schema.spots import wrong_kind

UNITS = (
    "count", "person", "rub", "percent", "ratio", "index", "score", "rub_per_resident", "rub_per_nonprofit", "per_10k",
    "m2",
)  # fmt: skip
DIRECTIONS = ("up", "down", "none")
PERIODS = ("year", "quarter", "date")
LEVELS = ("municipality", "region")
NAME = re.compile(r"[a-z][a-z0-9_]*")
KEYS = (
    "id", "title", "title_ru", "description", "description_ru", "unit", "direction", "level", "period",
    "data_requests", "inputs", "indicators", "parameters", "minimum", "anonymity", "denominator", "sql",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicator:
    """What an indicator is, and the SQL that computes it.

    `inputs` are the tables and columns that its SQL knows, `indicators` others whose values it
    reads, `parameters` numbers that stand in its SQL as functions. Below `minimum` (n, or the
    denominator of a quotient) a value is a small number; below `anonymity` (0: none) it is hidden.
    """

    id: str
    title: Bilingual
    description: Bilingual
    unit: str
    direction: str
    level: str
    period: str
    data_requests: tuple[str, ...]
    inputs: Mapping[str, tuple[str, ...]]
    indicators: tuple[str, ...]
    parameters: Mapping[str, float | bool]
    minimum: float
    anonymity: int
    is_quotient: bool
    sql: str
    file: str


def load_indicators(folder: SchemaFolder) -> tuple[Indicator, ...]:
    """Return the indicators of a schema folder, each after those whose values it reads.

    Raises DefinitionError, with the file and the key, when a file is wrong, names a table, a column,
    a data request or an indicator that is not there, or when indicators read each other in a ring;
    SetupError when a file cannot be read.
    """
    tables = {resource.name: resource.table for resource in folder.package().resources}
    text = read_text(folder.data_folder / "data" / "data_requests.csv")
    requests = {row["data_request_id"] for row in csv.DictReader(text.splitlines())}
    files = sorted((folder.path / "indicators").glob("*.toml"))
    known = {file.stem for file in files}
    return in_order([load_indicator(file, tables, requests, known) for file in files])


def load_indicator(
    path: Path, tables: Mapping[str, Table], requests: Collection[str], known: Collection[str]
) -> Indicator:
    """Return the indicator of a TOML file; errors as in load_indicators.

    Args: the file, the tables and data requests of the package, the ids of all indicators.
    """
    whole = Reader(read_toml(path), str(path), "")
    whole.only(KEYS)
    if whole.text("id") != path.stem:
        raise _wrong(whole, "id", "not-file-name", found=whole.text("id"), expected=path.stem)
    parameters = whole.table("parameters", {})
    anonymity = whole.number("anonymity")
    if anonymity < 0 or anonymity != int(anonymity):
        raise whole.wrong("anonymity", "unknown-value", found=str(anonymity), expected="0, 1, 2, …")
    return Indicator(
        id=path.stem,
        title=whole.bilingual("title"),
        description=whole.bilingual("description"),
        unit=whole.one_of("unit", UNITS),
        direction=whole.one_of("direction", DIRECTIONS),
        level=whole.one_of("level", LEVELS),
        period=whole.one_of("period", PERIODS),
        data_requests=_known_names(whole, "data_requests", requests, "no-such-request"),
        inputs={name: _columns(whole.table("inputs"), name, tables) for name in whole.table("inputs").node},
        indicators=_known_names(whole, "indicators", known, "no-such-indicator") if "indicators" in whole.node else (),
        parameters={name: _parameter(parameters, name) for name in parameters.node},
        minimum=whole.number("minimum"),
        anonymity=int(anonymity),
        is_quotient=whole.flag("denominator"),
        sql=whole.text("sql"),
        file=str(path),
    )


def in_order(indicators: Sequence[Indicator]) -> tuple[Indicator, ...]:
    """Return indicators so that each stands after those whose values it reads, otherwise by their ids.

    Raises DefinitionError when they read each other in a ring, or when one reads an indicator whose
    values may be hidden: its own values would give them away.
    """
    by_id = {item.id: item for item in indicators}
    done: dict[str, Indicator] = {}

    def visit(item: Indicator, path: tuple[str, ...]) -> None:
        if item.id in path:
            raise _fault(item, "indicators", "ring", found=" → ".join((*path, item.id)))
        for name in item.indicators:
            if by_id[name].anonymity:
                raise _fault(item, "indicators", "reads-anonymous", name=name)
            visit(by_id[name], (*path, item.id))
        done[item.id] = item

    for item in sorted(indicators, key=lambda one: one.id):
        visit(item, ())
    return tuple(done.values())


def _columns(inputs: Reader, name: str, tables: Mapping[str, Table]) -> tuple[str, ...]:
    if name not in tables:
        raise inputs.wrong(name, "no-such-table", name=name)
    columns = inputs.texts(name)
    for column in columns:
        if column not in {field.name for field in tables[name].fields}:
            raise inputs.wrong(name, "no-such-field", name=column)
    if not columns:
        raise inputs.wrong(name, "missing-key")
    return columns


def _known_names(whole: Reader, key: str, known: Collection[str], fault: str) -> tuple[str, ...]:
    names = whole.texts(key)
    for name in names:
        if name not in known:
            raise _wrong(whole, key, fault, name=name)
    if not names:
        raise whole.wrong(key, "missing-key")
    return names


def _parameter(parameters: Reader, name: str) -> float | bool:
    value = parameters.take(name)
    if not NAME.fullmatch(name) or name == "run_date":
        raise _wrong(parameters, name, "parameter-name")
    if not isinstance(value, int | float):
        raise wrong_kind(parameters.where, parameters.spot(name), value, float, bool)
    return value


def _wrong(reader: Reader, key: str, fault: str, /, **details: str) -> DefinitionError:
    return DefinitionError(f"indicator.{fault}", {"file": reader.where, "key": reader.spot(key), **details})


def _fault(item: Indicator, key: str, fault: str, /, **details: str) -> DefinitionError:
    return DefinitionError(f"indicator.{fault}", {"file": item.file, "key": key, **details})
