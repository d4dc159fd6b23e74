"""What the structure of a delimited file is: its labels, and where its records stand."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from resopen.errors import Finding
from resopen.schema import Dialect


@dataclass(frozen=True)
class Places:
    """Where the data records of a file stand, in runs of records whose rows and lines count up.

    Run `i` begins with the data record at `positions[i]` (counted from 0), which is record
    `rows[i]` of the file and starts at its physical line `lines[i]`, both counted from 1.
    """

    positions: array[int] = field(default_factory=lambda: array("q", [0]))
    rows: array[int] = field(default_factory=lambda: array("q", [2]))
    lines: array[int] = field(default_factory=lambda: array("q", [2]))
    next_line: int = 2

    def add(self, position: int, row: int, line: int) -> None:
        """Begin a run, unless it goes on as the last one does."""
        if (row - self.rows[-1], line - self.lines[-1]) == (position - self.positions[-1],) * 2:
            return
        for values, value in ((self.positions, position), (self.rows, row), (self.lines, line)):
            values.append(value)

    def row(self, position: int) -> int:
        """Return the record number of the data record at the position."""
        run = bisect_right(self.positions, position) - 1
        return self.rows[run] + position - self.positions[run]

    def line(self, position: int) -> int:
        """Return the physical line of the data record at the position."""
        run = bisect_right(self.positions, position) - 1
        return self.lines[run] + position - self.positions[run]


@dataclass(frozen=True)
class Scan:
    """What the structure of a delimited file is.

    `labels` is the header, `path` the file to read (the file itself or its clean copy) in the
    `dialect`, which is always a plain one, and `is_crlf` how its lines end; `places` is where the
    data records stand in the file of the resource. `ragged` are the positions of records whose
    cells do not match the header, so that their content is unknown. `longest` is no less than the
    bytes of any record, where these were looked at. All of it holds only if the engine reads just as
    many records without a fault.
    """

    findings: tuple[Finding, ...]
    labels: tuple[str, ...]
    path: Path
    count: int
    places: Places = field(default_factory=Places)
    ragged: frozenset[int] = frozenset()
    dialect: Dialect = field(default_factory=Dialect)
    is_crlf: bool = False
    longest: int = 0
