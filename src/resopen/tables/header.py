"""The header of a delimited file by its dialect: rows joined, comments left out, or none at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from mmap import mmap

from resopen.errors import Finding
from resopen.schema import Dialect, Resource
from resopen.tables.delimited import Record, records


@dataclass(frozen=True)
class Header:
    """The labels of a file, where its data start, and the numbers of the first data record.

    `is_copied` says that the file does not begin with these labels in one plain line.
    """

    labels: tuple[str, ...]
    stop: int
    row: int
    line: int
    is_copied: bool = False
    findings: tuple[Finding, ...] = ()


def header_of(resource: Resource, content: bytes | mmap, known: tuple[str, ...]) -> Header:
    """Return the header of a file by its dialect: rows joined, comments left out, or none at all."""
    dialect = resource.dialect
    if known or not dialect.header:
        return _followingheader_of(resource, content, known)
    rows: list[tuple[str, ...]] = []
    stop, line, number, last = 0, 1, 0, max(dialect.header_rows, default=1)
    findings: list[Finding] = []
    for number, record in enumerate(records(content, 0, dialect), 1):
        stop, line = record.stop, line + record.lines
        # Where a comment stands in place of the header, the header is the next row that is none.
        if (number in dialect.header_rows or number > last) and not is_comment(record, number, dialect):
            rows.append(record.cells)
            if record.fault:
                findings.append(Finding(record.fault, resource.name, number, line - record.lines, record.column))
        if len(rows) == len(dialect.header_rows):
            break
    width = max((len(cells) for cells in rows), default=0)
    labels = tuple(
        dialect.header_join.join(cells[i] for cells in rows if i < len(cells) and cells[i]) for i in range(width)
    )
    is_copied = number != 1 or line != 2 or bool(findings)
    return Header(labels, stop, number + 1, line, is_copied, tuple(findings))


def _followingheader_of(resource: Resource, content: bytes | mmap, known: tuple[str, ...]) -> Header:
    """Return the header of a file that repeats the labels of the resource's first file, or has none."""
    line = 1
    for number, first in enumerate(records(content, 0, resource.dialect), 1):
        line += first.lines
        if not is_comment(first, number, resource.dialect):
            if known and first.cells == known:
                return Header(known, first.stop, number + 1, line, number > 1)
            break
    labels = known or tuple(item.name for item in resource.table.fields)
    return Header(labels or tuple(f"c{i + 1}" for i in range(len(first.cells))), 0, 1, 1, True)


def is_comment(record: Record, number: int, dialect: Dialect) -> bool:
    """Say whether a record is a comment by its number in the file or by its first character."""
    if number in dialect.comment_rows:
        return True
    return bool(dialect.comment_char and record.cells and record.cells[0].startswith(dialect.comment_char))


def without_sep_line(resource: Resource, content: bytes | mmap) -> tuple[tuple[Finding, ...], Resource]:
    """Return the finding of a first line such as `sep=,`, and the resource by which it is passed over."""
    sep = b"sep=" + resource.dialect.delimiter.encode()
    if content[:4].lower() + content[4 : len(sep) + 1].rstrip(b"\r\n") != sep:
        return (), resource
    dialect = replace(resource.dialect, comment_rows=(*resource.dialect.comment_rows, 1))
    return (Finding("sep-line", resource.name, 1, 1),), replace(resource, dialect=dialect)
