"""Tables of a package brought into the engine, with what is known of their structure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.errors import DefinitionError, Finding
from resopen.schema import Resource, Table
from resopen.tables.files import read_bytes
from resopen.tables.scan import Scan, scan
from resopen.validate.header import match_header

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Loaded:
    """A table in the engine: its number there, its structure, and where its fields stand."""

    number: int
    table: Table
    scan: Scan
    places: tuple[int | None, ...]

    def knows(self, names: Iterable[str]) -> bool:
        """Say whether the file has the columns of all these fields."""
        return all(self.places[self.table.column(name) - 1] is not None for name in names)

    def finding(self, rule: str, position: int, column: int, value: str | None, **rest: Any) -> Finding | None:
        """Return a finding at a cell, or None where the cell's content is unknown.

        The cells of a ragged row and of a column that the file lacks are unknown.
        """
        place = self.places[column - 1]
        if position in self.scan.ragged or place is None:
            return None
        row, line = self.scan.row(position), self.scan.line(position)
        return Finding(rule, self.table.name, row, line, place + 1, self.table.fields[column - 1].name, value, **rest)


def load(
    connection: DuckDBPyConnection, resource: Resource, number: int, scratch: Path
) -> tuple[list[Finding], Loaded]:
    """Load the table of a resource; a file that has no readable records becomes an empty table."""
    name, width = f"t{number}", len(resource.table.fields)
    if not resource.path.is_file():
        engine.create_empty(connection, name, width)
        finding = Finding("missing-file", resource.name, details=(("file", str(resource.path)),))
        return [finding], Loaded(number, resource.table, Scan((), (), resource.path, 0), (None,) * width)
    findings = list(_file_findings(resource))
    if resource.format == "parquet":
        labels = engine.parquet_names(connection, resource.path)
        count = engine.parquet_count(connection, resource.path)
        if not width:
            engine.create_empty(connection, name, width)
            return findings, Loaded(number, resource.table, Scan((), labels, resource.path, count), ())
        header = match_header(resource.table, labels)
        engine.load_parquet(connection, name, resource.path, labels, header.places)
        structure = Scan((), labels, resource.path, count)
        return findings + list(header.findings), Loaded(number, resource.table, structure, header.places)
    structure = scan(resource, scratch)
    findings += structure.findings
    if not structure.labels or not width:
        engine.create_empty(connection, name, width)
        return findings, Loaded(number, resource.table, structure, (None,) * width)
    header = match_header(resource.table, structure.labels)
    engine.load_csv(
        connection, name, structure.path, len(structure.labels), header.places,
        resource.dialect.delimiter, resource.dialect.quote_char,
    )  # fmt: skip
    return findings + list(header.findings), Loaded(number, resource.table, structure, header.places)


def _file_findings(resource: Resource) -> Iterator[Finding]:
    """Compare the bytes and the hash that the descriptor declares with those of the file."""
    if resource.bytes is None and not resource.hash:
        return
    content = read_bytes(resource.path)
    if resource.bytes is not None and resource.bytes != len(content):
        details = (("expected", str(resource.bytes)), ("found", str(len(content))))
        yield Finding("bytes", resource.name, details=details)
    algorithm, _, expected = resource.hash.rpartition(":")
    if expected:
        try:
            found = hashlib.new(algorithm or "md5", content, usedforsecurity=False).hexdigest()
        except ValueError as error:
            known = {"file": resource.name, "key": "hash", "found": algorithm, "expected": "sha256, md5"}
            raise DefinitionError("definition.unknown-value", known) from error
        if found != expected.lower():
            yield Finding("hash", resource.name, details=(("expected", expected), ("found", found)))
