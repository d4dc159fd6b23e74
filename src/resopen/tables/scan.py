"""The structure of the records of a delimited file.

The reader judges structure by RFC 4180 (encoding, header, ragged and blank rows, stray quotes)
and never changes a file. Where a file has faults, or a dialect that the engine does not read, a
clean copy of its records goes into a scratch folder, so that the engine always reads a well-formed
file and every record keeps its number.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO

from resopen.errors import Finding
from resopen.schema import Dialect, Resource
from resopen.tables.delimited import Record, next_record, records
from resopen.tables.encoding import BOM, UTF8, must_be_utf8, to_utf8
from resopen.tables.files import read_bytes
from resopen.tables.header import Header, header_of, is_comment, without_sep_line
from resopen.tables.lines import Lines, careful_lines, quick_lines
from resopen.tables.places import Places, Scan

DELIMITERS = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
# Below this size reading every line with care is quicker than loading numpy.
LARGE = 1 << 20
# Below this size reading every line with care is quicker than asking the engine again.
TINY = 1 << 14


def scan(
    resource: Resource, path: Path, scratch: Path, labels: tuple[str, ...] = (), is_quick: bool = False,
    is_doubted: bool = False,
) -> Scan:  # fmt: skip
    """Return the structure of a delimited file of a resource.

    Args: the resource, its file, a folder for a clean copy, and the labels of the resource's first
    file where this one follows it: then a first record equal to them is a header, any other is data;
    with `is_quick` a structure that the engine must confirm will do, with `is_doubted` every byte of
    a large file is decoded, because no engine will or because it refused the file.
    Structure findings carry row and line; the records of ragged rows stay in the clean copy, padded
    or cut, so that their keys can still be referred to.
    Raises SetupError when the file cannot be read.
    """
    if _is_large_utf8(resource, path):
        with path.open("rb") as handle, mmap(handle.fileno(), 0, access=ACCESS_READ) as content:
            if content[: len(BOM)] != BOM and content.find(b"\0") < 0 and _is_lined(content, resource.dialect):
                try:
                    if is_doubted:
                        must_be_utf8(content)
                    return _scan_content(resource, content, path, scratch, labels, is_quick)
                except UnicodeDecodeError:
                    pass
    content_read, found, is_readable = to_utf8(read_bytes(path), resource)
    if not is_readable:
        return Scan(found, (), path, 0)
    if not content_read.strip():
        return Scan((*found, Finding("empty-file", resource.name)), (), path, 0)
    content_read, more = _with_line_feeds(content_read, resource)
    is_same = not more and len(content_read) == path.stat().st_size and resource.encoding.lower() in UTF8
    done = _scan_content(resource, content_read, path if is_same else None, scratch, labels, is_quick)
    return replace(done, findings=(*found, *more, *done.findings))


def _is_large_utf8(resource: Resource, path: Path) -> bool:
    return path.stat().st_size >= LARGE and resource.encoding.lower() in UTF8 and not resource.dialect.line_terminator


def _is_lined(content: mmap, dialect: Dialect) -> bool:
    """Say whether the lines of a content end with LF or CR LF, and not with a lone CR."""
    return content.find(b"\n") >= 0 and not dialect.line_terminator


def _with_line_feeds(content: bytes, resource: Resource) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the content with its lines ended by line feeds, and a finding of lone returns."""
    terminator = resource.dialect.line_terminator.encode()
    if terminator not in (b"", b"\n", b"\r\n", b"\r"):
        return content.replace(terminator, b"\n"), ()
    if b"\r" in content and b"\n" not in content:
        found = () if terminator == b"\r" else (Finding("cr-line-ends", resource.name, 1, 1),)
        return content.replace(b"\r", b"\n"), found
    return content, ()


def _scan_content(
    resource: Resource, content: bytes | mmap, path: Path | None, scratch: Path, known: tuple[str, ...],
    is_quick: bool = False,
) -> Scan:  # fmt: skip
    """Return the structure of a content in UTF-8; `path` is its file where that holds just this content."""
    other = _other_delimiter(content, resource)
    if other:
        own = resource.dialect.delimiter
        details = (("expected", DELIMITERS.get(own, own)), ("found", DELIMITERS[other]))
        found = (Finding("wrong-delimiter", resource.name, 1, 1, details=details),)
        return Scan(found, (), resource.path, 0)
    sep, resource = without_sep_line(resource, content)
    header = header_of(resource, content, known)
    header = replace(header, findings=(*sep, *header.findings))
    is_crlf = content[: header.stop].endswith(b"\r\n")
    if not resource.dialect.is_plain or header.is_copied or path is None:
        pairs = _all_records(content, header, resource.dialect)
        with _copy(scratch) as handle:
            handle.write(as_row(header.labels, Dialect()))
            done = _gather(resource, content, header, pairs, handle, is_whole=True)
        return replace(done, path=Path(handle.name), dialect=Dialect())
    lines = _lines(content, header, resource.dialect, is_crlf, is_quick)
    pairs = _careful_records(content, header, lines, resource.dialect)
    with _copy(scratch, buffering=0) as handle, path.open("rb") as source:
        done = _gather(resource, content, header, pairs, handle, False, source.fileno())
        rest = header.line + lines.count - done.places.next_line
        is_clean = not handle.tell()
    copy = path if is_clean else Path(handle.name)
    return replace(
        done,
        path=copy,
        count=done.count + max(rest, 0),
        is_crlf=is_crlf,
        longest=max(done.longest, lines.longest),
    )


def _copy(scratch: Path, buffering: int = -1) -> IO[bytes]:
    return tempfile.NamedTemporaryFile("wb", buffering, suffix=".csv", dir=scratch, delete=False)


def _lines(content: bytes | mmap, header: Header, dialect: Dialect, is_crlf: bool, is_quick: bool) -> Lines:
    """Return the lines after the header that need a careful reader: at worst all of them in a small file."""
    marks = (len(header.labels), dialect.delimiter, dialect.quote_char, is_crlf)
    quick = quick_lines(content, header.stop, *marks) if is_quick and len(content) >= TINY else None
    if quick:
        return quick
    if len(content) >= LARGE:
        return careful_lines(content, header.stop, *marks)
    starts = []
    start = header.stop
    while start < len(content):
        starts.append(start)
        end = content.find(b"\n", start)
        start = len(content) if end < 0 else end + 1
    return Lines(len(starts), range(len(starts)), starts, len(content))


def _careful_records(
    content: bytes | mmap, header: Header, lines: Lines, dialect: Dialect
) -> Iterator[tuple[int, Record]]:
    """Yield the records that begin with a line that needs care, and the numbers of these lines."""
    consumed = header.stop
    for number, start in zip(lines.careful, lines.starts, strict=True):
        if start >= consumed:
            record = next_record(content, start, dialect)
            consumed = record.stop
            yield header.line + number, record


def _all_records(content: bytes | mmap, header: Header, dialect: Dialect) -> Iterator[tuple[int, Record]]:
    line = header.line
    for record in records(content, header.stop, dialect):
        yield line, record
        line += record.lines


def _gather(
    resource: Resource, content: bytes | mmap, header: Header, pairs: Iterable[tuple[int, Record]],
    copy: IO[bytes], is_whole: bool, source: int = -1,
) -> Scan:  # fmt: skip
    """Return what the records that need care tell; the plain ones between them only count.

    What differs from the file goes into the copy: with `is_whole` every record, in the plain
    dialect, else the file as it stands with its faulty records mended or left out, or nothing at
    all when there is none.
    """
    findings = list(header.findings)
    places = Places(array("q", [0]), array("q", [header.row]), array("q", [header.line]))
    ragged: list[int] = []
    dialect = Dialect() if is_whole else resource.dialect
    is_crlf, width = int(not is_whole and content[: header.stop].endswith(b"\r\n")), len(header.labels)
    position, row, line, copied, longest = 0, header.row, header.line, 0, header.stop
    for at, record in pairs:
        longest = max(longest, 2 * (record.stop - record.start) + 3 * width)
        position, row, line = position + at - line, row + at - line, at
        found = None if is_comment(record, row, resource.dialect) else _fault(resource, record, row, line, width)
        is_data = bool(record.cells) and not is_comment(record, row, resource.dialect)
        if found:
            findings.append(found)
        if is_whole or found or not is_data or _has_odd_end(content, record, is_crlf):
            if not is_whole:
                _write_plain(copy, content, copied, record.start, source)
                copied = record.stop
            if is_data:
                copy.write(as_row(_cells(record, resource.dialect, width), dialect, "\r\n"[1 - is_crlf :]))
        if found and is_data:
            ragged.append(position)
        position, row, line = position + is_data, row + 1, line + record.lines
        places.add(position, row, line)
    if copied:
        _write_plain(copy, content, copied, len(content), source)
    places.add(position, row, line)
    return Scan(
        tuple(findings),
        header.labels,
        Path(),
        position,
        replace(places, next_line=line),
        frozenset(ragged),
        dialect,
        longest=longest,
    )


def _write_plain(copy: IO[bytes], content: bytes | mmap, start: int, stop: int, source: int) -> None:
    """Write a stretch of the content as it stands; the system copies it from the file where it can do that."""
    try:
        while hasattr(os, "copy_file_range") and source >= 0 and start < stop:
            start += os.copy_file_range(source, copy.fileno(), stop - start, start) or stop
    except OSError:  # Not between these file systems; whatever is missing is written below.
        pass
    with memoryview(content) as view:
        while start < stop:
            with view[start:stop] as stretch:
                start += copy.write(stretch)


def _cells(record: Record, dialect: Dialect, width: int) -> tuple[str, ...]:
    """Return the cells of a record padded or cut to a width, the null sequence made empty."""
    null = dialect.null_sequence
    cells = tuple("" if null and cell == null else cell for cell in record.cells)
    return (cells + ("",) * width)[:width]


def as_row(cells: Sequence[str], dialect: Dialect, end: str = "\n") -> bytes:
    """Return a record as the bytes of a line, every cell quoted."""
    text = io.StringIO()
    csv.writer(
        text, delimiter=dialect.delimiter, quotechar=dialect.quote_char, lineterminator=end, quoting=csv.QUOTE_ALL
    ).writerow(cells)
    return text.getvalue().encode()


def _has_odd_end(content: bytes | mmap, record: Record, is_crlf: int) -> bool:
    """Say whether a record ends its lines otherwise than the header, or has lone carriage returns."""
    text = content[record.start : record.stop]
    return text.count(b"\r") != (text.count(b"\n") if is_crlf else 0) or (is_crlf > 0) != text.endswith(b"\r\n")


def _fault(resource: Resource, record: Record, row: int, line: int, width: int) -> Finding | None:
    """Return the finding of a blank, ragged or badly quoted record."""
    name = resource.name
    if not record.cells:
        return Finding("blank-row", name, row, line)
    if record.fault:
        return Finding(record.fault, name, row, line, record.column)
    if len(record.cells) == width:
        return None
    rule = "missing-cells" if len(record.cells) < width else "extra-cells"
    mark = resource.dialect.delimiter
    details = (("expected", str(width)), ("found", str(len(record.cells))), ("delimiter", DELIMITERS.get(mark, mark)))
    return Finding(rule, name, row, line, details=details)


def _other_delimiter(content: bytes | mmap, resource: Resource) -> str:
    """Return the delimiter that a file really has, or nothing where the declared one fits.

    A `sep=;` line says it in so many words; else the header is one cell that another delimiter
    would split into the fields of the schema.
    """
    end = content.find(b"\n")
    header = content[: len(content) if end < 0 else end].decode("utf-8", "replace").strip("\r")
    own = resource.dialect.delimiter
    if header.lower().startswith("sep=") and len(header) == 5 and header[4] in DELIMITERS and header[4] != own:
        return header[4]
    names = {item.name for item in resource.table.fields}
    if own in header or len(names) < 2 or not resource.dialect.header:
        return ""
    fitting = (mark for mark in DELIMITERS if names <= {label.strip('" ') for label in header.split(mark)})
    return next(fitting, "")


def record_count(content: bytes) -> int:
    """Return the number of data records of a well-formed CSV in UTF-8, the header not counted."""
    return max(sum(1 for record in records(content, 0, Dialect()) if record.cells) - 1, 0)
