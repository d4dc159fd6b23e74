"""From a row back to the paper: the lines of a resolution behind a recommendation."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resopen.errors import SetupError
from resopen.schema import Package
from resopen.tables.files import read_bytes

Row = Mapping[str, str]
TRACED = ("passages", "recommendations", "legal_references", "statements")


@dataclass(frozen=True)
class Passage:
    """The lines of a source file behind a row: file, numbers of the lines, their text."""

    file: Path
    line_start: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """One place where the tables and the paper do not agree: the key of its text, and details."""

    key: str
    details: Mapping[str, str]


def read_rows(package: Package, name: str) -> list[dict[str, str]]:
    """Return the rows of a table as texts by field; SetupError when the file cannot be read."""
    text = read_bytes(package.resource(name).path).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def source_lines(path: Path) -> list[str]:
    """Return the physical lines of a source file, split at newlines only."""
    lines = read_bytes(path).decode("utf-8").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def trace(package: Package, recommendation_id: str, sources: Path) -> Passage:
    """Return the printed lines of one recommendation.

    Raises SetupError when there is no such recommendation, or its file cannot be read or is not
    the one that the rows describe.
    """
    for row in read_rows(package, "recommendations"):
        if row["recommendation_id"] == recommendation_id:
            source = {item["source_id"]: item for item in read_rows(package, "sources")}[row["source_id"]]
            path = sources / source["file_name"]
            if hashlib.sha256(read_bytes(path)).hexdigest() != source["sha256"]:
                raise SetupError("trace.another-file", {"file": str(path)})
            start, end = int(row["line_start"]), int(row["line_end"])
            return Passage(path, start, tuple(source_lines(path)[start - 1 : end]))
    raise SetupError("trace.no-such-recommendation", {"id": recommendation_id})


def check_sources(package: Package, sources: Path) -> list[Fault]:
    """Return every place where the tables and the source files do not agree.

    Each source with a file must be there with its hash; each range of lines must lie in its file
    and begin and end with text; each non-blank line of the recommending part must be in exactly one
    recommendation or heading, and none of these outside of that part.
    """
    rows = {name: read_rows(package, name) for name in TRACED}
    events = {row["event_id"]: row["source_id"] for row in read_rows(package, "events")}
    faults: list[Fault] = []
    for source in read_rows(package, "sources"):
        if not source["file_name"]:
            continue
        path, name = sources / source["file_name"], source["source_id"]
        if not path.is_file():
            faults.append(_fault("missing-file", name, file=source["file_name"]))
            continue
        found = hashlib.sha256(read_bytes(path)).hexdigest()
        if found != source["sha256"]:
            faults.append(_fault("hash", name, file=source["file_name"], found=found, expected=source["sha256"]))
        lines = source_lines(path)
        own = {
            table: [row for row in items if row.get("source_id", events.get(row.get("event_id", ""))) == name]
            for table, items in rows.items()
        }
        faults += [fault for items in own.values() for row in items for fault in _range_faults(name, row, lines)]
        faults += _coverage_faults(name, own["passages"], own["recommendations"], lines)
    return faults


def _range_faults(source: str, row: Row, lines: Sequence[str]) -> Iterator[Fault]:
    start, end = _range(row)
    place = {"row": _label(row), "start": str(start), "end": str(end), "count": str(len(lines))}
    if not 1 <= start <= end <= len(lines):
        yield _fault("range", source, **place)
    elif not lines[start - 1].strip() or not lines[end - 1].strip():
        yield _fault("blank-edge", source, **place)


def _coverage_faults(
    source: str, passages: Sequence[Row], recommendations: Sequence[Row], lines: Sequence[str]
) -> Iterator[Fault]:
    parts = [row for row in passages if row["kind"] == "recommending_part"]
    if len(parts) != 1:
        yield _fault("no-part", source)
        return
    first, last = _range(parts[0])
    covering: dict[int, list[str]] = defaultdict(list)
    for row in (*(row for row in passages if row is not parts[0]), *recommendations):
        start, end = _range(row)
        if start < first or end > last:
            yield _fault("outside", source, row=_label(row), start=str(start), end=str(end))
        for line in range(start, end + 1):
            covering[line].append(_label(row))
    for line in range(first, min(last, len(lines)) + 1):
        if lines[line - 1].strip() and not covering[line]:
            yield _fault("uncovered", source, line=str(line), text=lines[line - 1].strip()[:60])
        if len(covering[line]) > 1:
            yield _fault("covered-twice", source, line=str(line), rows=", ".join(covering[line]))


def _range(row: Row) -> tuple[int, int]:
    return int(row["line_start"]), int(row["line_end"])


def _label(row: Row) -> str:
    """Name a row by its own identifier; a passage by its kind and line."""
    for name in ("statement_id", "legal_reference_id", "recommendation_id"):
        if row.get(name):
            return row[name]
    return f"{row['kind']} {row['line_start']}"


def _fault(key: str, source: str, **details: str) -> Fault:
    return Fault(key, {"source": source, **details})
