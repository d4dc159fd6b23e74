"""The raw rows of a spreadsheet's file: its encoding and delimiter found out, nothing decided of its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resopen.errors import Finding
from resopen.normalization.guess import decoded
from resopen.normalization.header import matched_labels, unknown_header
from resopen.normalization.numerals import Roles
from resopen.schema import Dialect, Resource, Table
from resopen.tables.delimited import records
from resopen.tables.native import read_sheet
from resopen.tables.scan import DELIMITERS

SEPARATOR_LINE = re.compile(r'"?sep=([;,\t|])"?[ ]*', re.IGNORECASE)
# What comma and point are where no cell of a column shows it. A canonical file has a point, so a
# comma there is unsettled; spreadsheet programs write `;` and tabs where the comma is decimal.
CANONICAL: Roles = frozenset({(".", "decimal")})
LOCAL: Roles = frozenset({(",", "decimal")})
UNKNOWN: Roles = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed: its kind, its place (0 = the whole file), what stood there and what stands."""

    kind: str
    row: int = 0
    line: int = 0
    column: int = 0
    field: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its number, line (0 in a workbook), cells (texts, or what a workbook holds) and quote fault."""

    number: int
    line: int
    cells: tuple[Any, ...]
    fault: str = ""
    fault_column: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything but white space."""
        return all(is_empty(cell) for cell in self.cells)


@dataclass(frozen=True)
class Raw:
    """The rows of a file, the header among them; what reading changed; what hinders it; what its marks are."""

    rows: tuple[Row, ...] = ()
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    convention: Roles = UNKNOWN


def is_empty(cell: Any) -> bool:
    """Say whether a cell holds nothing, or white space only."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read_delimited(content: bytes, table: Table) -> Raw:
    """Return the rows of a delimited file, or a finding where its encoding or delimiter is unknown."""
    text, encoding, has_mark = decoded(content)
    if "\0" in text or not encoding:
        rule = "nul-byte" if encoding else "unknown-text-encoding"
        details = (("byte", str(len(text.partition("\0")[0].encode()) + 1)),)
        return Raw(findings=(Finding(rule, table.name, details=details),))
    changes = [Change("encoding", old=encoding, new="UTF-8")] if encoding != "UTF-8" else []
    changes += [Change("mark")] if has_mark and not changes else []
    ended, line_ends = with_line_feeds(text)
    if not line_ends:
        return Raw(findings=(Finding("mixed-line-ends", table.name),))
    if not ended.strip():
        return Raw(findings=(Finding("empty-file", table.name),))
    changes += [Change("line-ends", old=line_ends, new="LF")] if line_ends != "LF" else []
    first, _, rest = ended.partition("\n")
    named = SEPARATOR_LINE.fullmatch(first.strip("\r"))
    if named:
        changes.append(Change("separator-line", line=1, old=first.strip("\r")))
        ended = rest
    delimiter = named[1] if named else _delimiter(ended, table)
    if not delimiter:
        found = next(line for line in ended.split("\n") if line.strip())
        return Raw(findings=(unknown_header(table, found, 1, 1),))
    changes += [Change("delimiter", old=DELIMITERS[delimiter], new=",")] if delimiter != "," else []
    changes += [] if ended.endswith("\n") else [Change("last-line")]
    body = ended.encode()
    rows = tuple(_rows(body, delimiter, 2 if named else 1))
    changes += _quote_changes(body, delimiter, rows)
    return Raw(rows, tuple(changes), (), LOCAL if delimiter in ";\t" else CANONICAL)


def with_line_feeds(text: str) -> tuple[str, str]:
    """Return a text with LF between its records, and the line end it had; nothing where CR and LF both end some."""
    if "\r" not in text:
        return text, "LF"
    # Every second piece stands between two quotes; a doubled quote closes and opens again.
    pieces = text.split('"')
    outside = [piece.replace("\r\n", "\n") for piece in pieces[::2]]
    lone = any("\r" in piece for piece in outside)
    if lone and any("\n" in piece for piece in outside):
        return text, ""
    line_ends = "CR" if lone else "LF" if outside == pieces[::2] else "CRLF"
    pieces[::2] = [piece.replace("\r", "\n") for piece in outside]
    return '"'.join(pieces), line_ends


def _rows(body: bytes, delimiter: str, line: int) -> Iterator[Row]:
    for number, record in enumerate(records(body, 0, Dialect(delimiter=delimiter)), 1):
        yield Row(number, line, record.cells, record.fault, record.column)
        line += record.lines


def _delimiter(text: str, table: Table) -> str:
    """Return the delimiter under which the header gives the most labels of the schema, or nothing.

    Where several give as many, it is the one that splits the header the most, then the comma.
    """
    heads = {mark: _header_cells(text, mark) for mark in DELIMITERS}
    fits = {mark: (matched_labels(table, cells), len(cells)) for mark, cells in heads.items()}
    best = max(fits, key=lambda mark: fits[mark])
    return best if fits[best][0] else ""


def _header_cells(text: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of the first record that is not blank."""
    rows = _rows(text.encode(), delimiter, 1)
    return next((row.cells for row in rows if not row.is_blank), ())


def _quote_changes(body: bytes, delimiter: str, rows: Sequence[Row]) -> list[Change]:
    """Return a change where the file has quotation marks that it does not need."""
    if b'"' not in body or any(row.fault for row in rows):
        return []
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(row.cells for row in rows)
    return [Change("quotes")] if text.getvalue().count('"') != body.count(b'"') else []


def read_workbook(path: Path, resource: Resource, sheet: str) -> Raw:
    """Return the rows of a sheet by name or number, of the first one by default.

    Error cells and formulas without a saved value are findings. Raises SetupError when openpyxl is
    not installed.
    """
    dialect = Dialect(header=False, sheet_name=sheet)
    grid = read_sheet(replace(resource, format="xlsx", dialect=dialect), path)
    if sheet.isdecimal() and any(item.rule == "no-such-sheet" for item in grid.findings):
        dialect = Dialect(header=False, sheet_number=int(sheet) or -1)
        grid = read_sheet(replace(resource, format="xlsx", dialect=dialect), path)
    rows = tuple(Row(number, 0, tuple(cells)) for number, cells in enumerate(grid.rows, grid.first_row))
    return Raw(rows, (), grid.findings, UNKNOWN)
