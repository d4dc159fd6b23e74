"""The table of one version brought into the engine as texts, whatever its format and its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from resopen import engine
from resopen.errors import SetupError
from resopen.schema import Field, Resource, Table
from resopen.schema.records import Bilingual
from resopen.tables.native import read_json_rows, read_sheet
from resopen.tables.scan import scan
from resopen.tables.source import local_files
from resopen.validation.header import match_header
from resopen.validation.load import load, parquet_text
from resopen.validation.types import text_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FLOATS = ("DOUBLE", "FLOAT")
NO_TEXT = Bilingual("", "")
NO_LIMITS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Half:
    """A table in the engine, of columns c1 to cN in the order of the fields, and what is known of it.

    `floats` are the fields that the file stores as binary fractions, `faults` how many faults of
    structure its files have.
    """

    source: str
    table: Table
    count: int
    floats: frozenset[str]
    faults: int

    def text(self, name: str, alias: str) -> str:
        """Return the SQL of the text of a field in a row, null where it is missing."""
        return text_sql(self.table.field(name), f"{alias}.c{self.table.column(name)}")


def load_half(
    connection: DuckDBPyConnection, resource: Resource, number: int, scratch: Path, known: Table | None = None
) -> Half:
    """Load the table of a resource as `t` and a number.

    Nothing is judged: ragged rows are padded or cut, and a column that the file lacks is missing
    throughout; how many such faults there are is counted. A table without a schema has the fields
    that its file names, by the definitions of the `known` table, its other version.
    Raises SetupError when the file is not there or has no readable records.
    """
    resource = replace(resource, table=_with_fields(connection, resource, scratch, known))
    if not resource.table.fields:
        raise _unreadable(resource, "no-header")
    if resource.format == "parquet" and resource.data is None:
        return _load_parquet(connection, resource, number, scratch)
    findings, loaded = load(connection, resource, number, scratch)
    faults = [item for item in findings if item.rule not in ("hash", "bytes")]
    if all(place is None for place in loaded.places):
        raise _unreadable(resource, faults[0].rule if faults else "no-header")
    return Half(f"t{number}", resource.table, loaded.count, frozenset(), len(faults))


def _unreadable(resource: Resource, rule: str) -> SetupError:
    details = {"table": resource.name, "file": next(iter(resource.files), ""), "rule": rule}
    return SetupError("difference.unreadable-table", details)


def _files(resource: Resource, scratch: Path) -> Sequence[Path]:
    files, found = local_files(resource, scratch)
    if found:
        raise _unreadable(resource, found[0].rule)
    return files


def _load_parquet(connection: DuckDBPyConnection, resource: Resource, number: int, scratch: Path) -> Half:
    """Load Parquet files; a column of a kind that cannot hold its field is compared by its text."""
    fields, count, faults = resource.table.fields, 0, 0
    floats: set[str] = set()
    for i, file in enumerate(_files(resource, scratch)):
        columns = engine.parquet_columns(connection, file)
        header = match_header(resource.table, [label for label, _ in columns], resource.dialect)
        faults += len(header.findings)
        texts: list[tuple[str, str] | None] = []
        for field, place in zip(fields, header.places, strict=True):
            kind = "" if place is None else columns[place][1]
            texts.append(None if place is None else (columns[place][0], parquet_text(field, kind) or "{}::VARCHAR"))
            if kind in FLOATS:
                floats.add(field.name)
        count += engine.load_parquet(connection, f"t{number}", file, texts, i > 0)
    return Half(f"t{number}", resource.table, count, frozenset(floats), faults)


def _with_fields(connection: DuckDBPyConnection, resource: Resource, scratch: Path, known: Table | None) -> Table:
    """Return the table of a resource; one without a schema gets a field of any type for each label of its file."""
    if resource.table.fields:
        return resource.table
    labels = list(dict.fromkeys(label for label in _labels(connection, resource, scratch) if label))
    defined = {field.name: field for field in known.fields} if known else {}
    key = known.primary_key if known and set(known.primary_key) <= set(labels) else ()
    fields = tuple(defined.get(label, _plain_field(label)) for label in labels)
    return replace(resource.table, fields=fields, primary_key=key)


def _labels(connection: DuckDBPyConnection, resource: Resource, scratch: Path) -> Sequence[str]:
    if resource.data is not None:
        return read_json_rows(resource, None).labels
    file = _files(resource, scratch)[0]
    if resource.format == "parquet":
        return [name for name, _ in engine.parquet_columns(connection, file)]
    if resource.format in ("json", "xlsx"):
        return (read_sheet(resource, file) if resource.format == "xlsx" else read_json_rows(resource, file)).labels
    return scan(resource, file, scratch, is_doubted=True).labels


def _plain_field(name: str) -> Field:
    return Field(
        name=name, type="any", format="default", title=NO_TEXT, description=NO_TEXT, example="", unit="",
        constraints=NO_LIMITS, missing_values=("",), options=NO_LIMITS, stdnum="", decimal_places=None,
        personal_data=(),
    )  # fmt: skip
