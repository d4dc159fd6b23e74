"""The structure of the records of a delimited file.

The reader judges structure by RFC 4180 (encoding, header, ragged and blank rows, stray quotes)
and never changes a file. Where a file has faults, a clean copy of its records goes into a scratch
folder, so that the engine always reads a well-formed file and every record keeps its number.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from resopen.errors import Finding
from resopen.schema import Resource
from resopen.tables.files import read_bytes
from resopen.tables.uniform import read_uniform

BOM = b"\xef\xbb\xbf"
DELIMITERS = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
# Below this size the careful reader is quicker than loading numpy.
LARGE = 1 << 20


@dataclass(frozen=True)
class Scan:
    """What the structure of a delimited file is.

    `labels` is the header, `path` the file to read (the file itself or its clean copy), `rows`
    and `lines` the record number and first physical line of each data record in that file; empty
    where both simply count up from 2. `ragged` are the positions of records whose cells do not
    match the header, so that their content is unknown.
    """

    findings: tuple[Finding, ...]
    labels: tuple[str, ...]
    path: Path
    count: int
    rows: Sequence[int] = ()
    lines: Sequence[int] = ()
    ragged: frozenset[int] = frozenset()

    def row(self, position: int) -> int:
        """Return the record number of the data record at the position, counted from 0."""
        return self.rows[position] if self.rows else position + 2

    def line(self, position: int) -> int:
        """Return the physical line of the data record at the position, counted from 0."""
        return self.lines[position] if self.lines else position + 2


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a delimited file: its first physical line, its cells, and a stray quote."""

    line: int
    cells: tuple[str, ...]
    quote_fault: str


def scan(resource: Resource, scratch: Path) -> Scan:
    """Return the structure of the delimited file of a resource.

    Structure findings carry row and line; the records of ragged rows stay in the clean copy,
    padded or cut, so that their keys can still be referred to.
    Raises SetupError when the file cannot be read.
    """
    name = resource.name
    quick = _quick_scan(resource)
    if quick:
        return quick
    content = read_bytes(resource.path)
    findings: list[Finding] = []
    if content.startswith(BOM):
        findings.append(Finding("byte-order-mark", name, 1, 1, severity="warning"))
        content = content[len(BOM) :]
    text, fault = decode(content, resource)
    if fault:
        return Scan((*findings, fault), (), resource.path, 0)
    if not text.strip():
        return Scan((*findings, Finding("empty-file", name)), (), resource.path, 0)
    if "\r" in text and "\n" not in text:
        findings.append(Finding("cr-line-ends", name, 1, 1))
        text = text.replace("\r", "\n")
    other = _other_delimiter(text, resource)
    if other:
        details = (("expected", DELIMITERS.get(resource.dialect.delimiter, "?")), ("found", DELIMITERS[other]))
        return Scan((*findings, Finding("wrong-delimiter", name, 1, 1, details=details)), (), resource.path, 0)
    records = list(parse(text, resource.dialect.delimiter, resource.dialect.quote_char))
    labels, data = records[0].cells, records[1:]
    if not resource.dialect.header:
        labels, data = tuple(field.name for field in resource.table.fields), records
    body = _body_findings(name, data, len(labels), first_row=2 if resource.dialect.header else 1)
    ragged = frozenset(i for i, record in enumerate(data) if record.cells and _is_broken(record, len(labels)))
    if not body and not findings and resource.dialect.header and "\r" not in text:
        return Scan((), labels, resource.path, len(data), (), _lines(data))
    return _clean_copy(resource, scratch, (*findings, *body), labels, data, ragged)


def _quick_scan(resource: Resource) -> Scan | None:
    """Return the structure of a large file that is well formed throughout, else None."""
    dialect, path = resource.dialect, resource.path
    if path.stat().st_size < LARGE or not dialect.header or resource.encoding.lower() not in ("utf-8", "utf8"):
        return None
    with path.open("rb") as handle:
        header = handle.readline()
    records = list(parse(header.decode("utf-8", "replace"), dialect.delimiter, dialect.quote_char))
    if header.startswith(BOM) or len(records) != 1 or records[0].quote_fault or not records[0].cells:
        return None
    found = read_uniform(path, header, records[0].cells, dialect.delimiter, dialect.quote_char)
    return Scan((), found.labels, path, found.count, (), found.lines) if found else None


def decode(content: bytes, resource: Resource) -> tuple[str, Finding | None]:
    """Return the text of a file, or a finding that says where its encoding breaks."""
    name = resource.name
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        known = (("byte", "1"), ("at", "1"), ("likely", "UTF-16"), ("expected", resource.encoding))
        return "", Finding("encoding", name, 1, 1, details=known)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        return "", Finding("nul-byte", name, 0, line, details=(("byte", str(content.index(b"\0") + 1)),))
    try:
        return content.decode(resource.encoding), None
    except LookupError:
        return "", Finding("unknown-encoding", name, details=(("encoding", resource.encoding),))
    except UnicodeDecodeError as error:
        start = content.rfind(b"\n", 0, error.start) + 1
        line = content.count(b"\n", 0, error.start) + 1
        details = (
            ("byte", str(error.start + 1)),
            ("at", str(len(content[start : error.start].decode(resource.encoding, "replace")) + 1)),
            ("likely", _likely_encoding(content)),
            ("expected", resource.encoding),
        )
        return "", Finding("encoding", name, 0, line, details=details)


def _other_delimiter(text: str, resource: Resource) -> str:
    """Return the delimiter that a file really has, or nothing where the declared one fits.

    A `sep=;` line says it in so many words; else the header is one cell that another delimiter
    would split into the fields of the schema.
    """
    header, own = text.split("\n", 1)[0].strip("\r"), resource.dialect.delimiter
    if header.lower().startswith("sep=") and len(header) == 5 and header[4] in DELIMITERS and header[4] != own:
        return header[4]
    names = {field.name for field in resource.table.fields}
    if own in header or len(names) < 2:
        return ""
    fitting = (mark for mark in DELIMITERS if names <= {label.strip('" ') for label in header.split(mark)})
    return next(fitting, "")


def _likely_encoding(content: bytes) -> str:
    """Name Windows-1251 where its letters make up most of the bytes above 127, else say unknown."""
    high = [byte for byte in content[:100_000] if byte > 127]
    cyrillic = sum(byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in high)
    return "Windows-1251" if high and cyrillic > 0.8 * len(high) else "?"


def parse(text: str, delimiter: str, quote: str) -> Iterator[Record]:
    """Yield the records of a delimited text, the header among them; blank lines have no cells.

    Quotes follow RFC 4180: a quoted cell is quoted whole, a quote inside it is doubled. A record
    with a stray or an unclosed quote is read as one physical line, quotes taken as plain text.
    """
    position, line = 0, 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        plain = text[position:end].removesuffix("\r")
        if quote not in plain:
            yield Record(line, tuple(plain.split(delimiter)) if plain else (), "")
            position, line = end + 1, line + 1
            continue
        cells, stop, fault = _quoted_record(text, position, delimiter, quote)
        if fault:
            yield Record(line, tuple(plain.split(delimiter)), fault)
            position, line = end + 1, line + 1
            continue
        yield Record(line, tuple(cells), "")
        line += text.count("\n", position, stop)
        position = stop


def _quoted_record(text: str, position: int, delimiter: str, quote: str) -> tuple[list[str], int, str]:
    """Return the cells of the record at the position, where it stops, and its quote fault."""
    cells: list[str] = []
    while True:
        if text.startswith(quote, position):
            cell, position, fault = _quoted_cell(text, position + 1, quote)
            if fault:
                return cells, position, fault
        else:
            stop = _cell_end(text, position, delimiter)
            cell, position = text[position:stop], stop
            if quote in cell:
                return cells, position, "stray-quote"
        if text.startswith(delimiter, position):
            cells.append(cell)
            position += 1
            continue
        if text.startswith("\r\n", position):
            position += 1
        cells.append(cell.removesuffix("\r") if position < len(text) else cell)
        if position >= len(text):
            return cells, position, ""
        return (cells, position + 1, "") if text[position] == "\n" else (cells, position, "stray-quote")


def _quoted_cell(text: str, position: int, quote: str) -> tuple[str, int, str]:
    """Return the content of a quoted cell, the place after its closing quote, and its fault."""
    pieces: list[str] = []
    while True:
        stop = text.find(quote, position)
        if stop < 0:
            return "", position, "unclosed-quote"
        pieces.append(text[position:stop])
        if text.startswith(quote, stop + 1):
            pieces.append(quote)
            position = stop + 2
            continue
        return "".join(pieces), stop + 1, ""


def _cell_end(text: str, position: int, delimiter: str) -> int:
    ends = [place for place in (text.find(delimiter, position), text.find("\n", position)) if place >= 0]
    return min(ends, default=len(text))


def _is_broken(record: Record, width: int) -> bool:
    return bool(record.quote_fault) or len(record.cells) != width


def _body_findings(name: str, data: Sequence[Record], width: int, first_row: int) -> tuple[Finding, ...]:
    """Return the findings of blank, ragged and badly quoted records."""
    findings = []
    for row, record in enumerate(data, first_row):
        if not record.cells:
            findings.append(Finding("blank-row", name, row, record.line))
        elif record.quote_fault:
            findings.append(Finding(record.quote_fault, name, row, record.line))
        elif len(record.cells) != width:
            rule = "missing-cells" if len(record.cells) < width else "extra-cells"
            details = (("expected", str(width)), ("found", str(len(record.cells))))
            findings.append(Finding(rule, name, row, record.line, details=details))
    return tuple(findings)


def _lines(data: Sequence[Record]) -> Sequence[int]:
    """Return the first line of each record, or nothing where they simply count up from 2."""
    return () if not data or data[-1].line == len(data) + 1 else [record.line for record in data]


def _clean_copy(
    resource: Resource, scratch: Path, findings: tuple[Finding, ...], labels: tuple[str, ...],
    data: Sequence[Record], ragged: frozenset[int],
) -> Scan:  # fmt: skip
    """Write the records that have cells into the scratch folder, with the header, as plain CSV."""
    first_row = 2 if resource.dialect.header else 1
    kept = [(i, record) for i, record in enumerate(data) if record.cells]
    handle_number, name = tempfile.mkstemp(".csv", dir=scratch)
    os.close(handle_number)
    path = Path(name)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(
            handle, delimiter=resource.dialect.delimiter, quotechar=resource.dialect.quote_char,
            lineterminator="\n", quoting=csv.QUOTE_ALL,
        )  # fmt: skip
        writer.writerow(labels)
        for _, record in kept:
            writer.writerow((record.cells + ("",) * len(labels))[: len(labels)])
    return Scan(
        findings,
        labels,
        path,
        len(kept),
        [i + first_row for i, _ in kept],
        [record.line for _, record in kept],
        frozenset(position for position, (i, _) in enumerate(kept) if i in ragged),
    )


def record_count(content: bytes) -> int:
    """Return the number of data records of a well-formed CSV in UTF-8, the header not counted."""
    text = content.decode("utf-8", "replace")
    return max(sum(1 for record in parse(text, ",", '"') if record.cells) - 1, 0)
