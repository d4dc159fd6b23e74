"""A table in the engine, and where each of its rows stands in the files."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resopen.errors import Finding
from resopen.schema import Table
from resopen.tables.places import Scan


@dataclass(frozen=True)
class Part:
    """One file of a table: its name where there are several, its structure, and its first position."""

    file: str
    scan: Scan
    start: int
    has_lines: bool = True

    def line(self, position: int) -> int:
        """Return the line of a record of this file at a position in it; 0 where the file has no lines of records."""
        return self.scan.places.line(position) if self.has_lines else 0


@dataclass(frozen=True)
class Loaded:
    """A table in the engine: its number there, its files, how many rows, where its fields stand.

    `file_text` says that a null cell was an empty text in the file; `unknown` are the positions and
    columns of cells of a wrong kind, which have their finding already.
    """

    number: int
    table: Table
    parts: tuple[Part, ...]
    count: int
    places: tuple[int | None, ...]
    file_text: bool = True
    unknown: frozenset[tuple[int, int]] = frozenset()

    @property
    def has_others(self) -> bool:
        """Whether the file is delimited text with columns beyond those of the schema."""
        return self.file_text and len(self.parts[0].scan.labels) > sum(place is not None for place in self.places)

    def knows(self, names: Iterable[str]) -> bool:
        """Say whether the file has the columns of all these fields."""
        return all(self.places[self.table.column(name) - 1] is not None for name in names)

    def row(self, position: int) -> int:
        """Return the record number, in its file, of the row at a position counted from 0."""
        part = self.part(position)
        return part.scan.places.row(position - part.start)

    def part(self, position: int) -> Part:
        """Return the file that holds the row at a position."""
        if len(self.parts) == 1:
            return self.parts[0]
        return self.parts[bisect_right([part.start for part in self.parts], position) - 1]

    def place(self, position: int) -> str:
        """Return where a row is, for a message: its record number, and its file where there are several."""
        part = self.part(position)
        return f"{self.row(position)} ({part.file})" if part.file else str(self.row(position))

    def row_finding(self, rule: str, position: int) -> Finding:
        """Return a finding at a whole row."""
        part = self.part(position)
        return Finding(rule, self.table.name, self.row(position), part.line(position - part.start), file=part.file)

    def finding(self, rule: str, position: int, column: int, value: str | None, **rest: Any) -> Finding | None:
        """Return a finding at a cell, or None where the cell's content is unknown.

        The cells of a ragged row and of a column that the file lacks are unknown.
        """
        place, part = self.places[column - 1], self.part(position)
        local = position - part.start
        if local in part.scan.ragged or place is None or (position, column) in self.unknown:
            return None
        text = "" if value is None and self.file_text else value
        row, line = part.scan.places.row(local), part.line(local)
        name = self.table.fields[column - 1].name
        return Finding(rule, self.table.name, row, line, place + 1, name, text, file=part.file, **rest)
