"""A spreadsheet's file made canonical: every cell decided, or nothing written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from resopen.errors import Finding
from resopen.judges import judges
from resopen.normalization.cells import Decision, Doubt, decide_column, trimmed
from resopen.normalization.header import Labels, match_labels, matched_labels, plain_label, unknown_header
from resopen.normalization.reading import Change, Raw, Row, is_empty
from resopen.schema import Field, Table

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "integer": "number", "number": "number", "year": "number", "date": "date", "datetime": "date", "time": "date",
        "boolean": "boolean",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Normalized:
    """The canonical content of a file, its number of data rows, and what was changed.

    Where there are findings, which name what was not decided, the content is empty.
    """

    content: bytes
    rows: int
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def normalize(table: Table, raw: Raw) -> Normalized:
    """Return the canonical CSV of the raw rows of a file.

    Canonical is UTF-8 without mark, LF, commas, quotes only where RFC 4180 demands them, the fields
    in their order. Blank rows, empty cells beyond the header and empty columns without a label go;
    missing values of the schema stay. What may mean two things, or nothing, is a finding; then there
    is no content.
    Raises DefinitionError when a constraint of the table cannot be judged.
    """
    if not raw.rows:
        return Normalized(b"", 0, raw.changes, raw.findings)
    rows = list(raw.rows)
    blanks = [row for row in rows if row.is_blank and not row.fault]
    rows = [row for row in rows if not row.is_blank or row.fault]
    if not rows:
        return Normalized(b"", 0, (), (*raw.findings, Finding("empty-file", table.name)))
    head, body = rows[0], rows[1:]
    if not matched_labels(table, head.cells):
        found = ", ".join(plain_label(cell) for cell in head.cells)
        return Normalized(b"", 0, (), (*raw.findings, unknown_header(table, found, head.number, head.line)))
    labels = match_labels(table, head.cells, head.number, head.line)
    findings = [*_named((*raw.findings, *_structure(table, head, body, labels)), head), *labels.findings]
    changes = [*raw.changes, *_header_changes(table, head, labels)]
    changes += [Change("blank-row", row.number, row.line) for row in blanks]
    changes += [_extra(row, head) for row in body if len(row.cells) > len(head.cells)]
    whole = [row for row in body if not row.fault and len(row.cells) >= _needed(head, labels)]
    columns: list[list[str]] = []
    for field, place in zip(table.fields, labels.places, strict=True):
        if place is not None:
            texts, changed, doubtful = _column(table, field, whole, place, raw)
            columns.append(texts)
            changes += changed
            findings += doubtful
    if findings:
        return Normalized(b"", 0, tuple(changes), tuple(sorted(findings, key=lambda item: (item.row, item.column))))
    names = [field.name for field, place in zip(table.fields, labels.places, strict=True) if place is not None]
    return Normalized(_written(names, columns), len(whole), tuple(changes), ())


def _written(names: Sequence[str], columns: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def _named(findings: Sequence[Finding], head: Row) -> Iterator[Finding]:
    """Yield findings, those at a cell with the label of its column."""
    for item in findings:
        label = head.cells[item.column - 1] if 0 < item.column <= len(head.cells) else ""
        yield replace(item, field=plain_label(label)) if item.column else item


def _needed(head: Row, labels: Labels) -> int:
    """Return how many cells a row needs: up to the last one with a label."""
    return max((place + 1 for place in range(len(head.cells)) if place not in labels.nameless), default=0)


def _structure(table: Table, head: Row, body: Sequence[Row], labels: Labels) -> Iterator[Finding]:
    """Yield the findings of rows that do not fit the header, and of columns without a label that hold something."""
    needed = _needed(head, labels)
    for row in (head, *body):
        if row.fault:
            yield Finding(row.fault, table.name, row.number, row.line, row.fault_column)
        elif len(row.cells) < needed:
            yield _width(table, row, "missing-cells", needed)
        elif not all(map(is_empty, row.cells[len(head.cells) :])):
            yield _width(table, row, "extra-cells", needed)
    for place in labels.nameless:
        filled = [row for row in body if not row.fault and place < len(row.cells) and not is_empty(row.cells[place])]
        for row in filled[:1]:
            value = str(row.cells[place])
            yield Finding("nameless-column", table.name, row.number, row.line, place + 1, "", value)


def _width(table: Table, row: Row, rule: str, needed: int) -> Finding:
    details = (("expected", str(needed)), ("found", str(len(row.cells))))
    return Finding(rule, table.name, row.number, row.line, details=details)


def _extra(row: Row, head: Row) -> Change:
    return Change("extra-cells", row.number, row.line, old=str(len(row.cells)), new=str(len(head.cells)))


def _header_changes(table: Table, head: Row, labels: Labels) -> Iterator[Change]:
    named = [(place, field.name) for field, place in zip(table.fields, labels.places, strict=True) if place is not None]
    for place, name in named:
        if head.cells[place] != name:
            yield Change("label", head.number, head.line, place + 1, name, str(head.cells[place]), name)
    if sorted(named) != named:
        old, new = (", ".join(name for _, name in order) for order in (sorted(named), named))
        yield Change("order", head.number, head.line, old=old, new=new)
    for place in labels.nameless:
        yield Change("empty-column", head.number, head.line, place + 1)


def _column(
    table: Table, field: Field, rows: Sequence[Row], place: int, raw: Raw
) -> tuple[list[str], list[Change], list[Finding]]:
    """Return the canonical texts of a column, what was changed, and what was not decided."""
    cells = [row.cells[place] for row in rows]
    decisions = decide_column(field, cells, raw.convention)
    lost = _lost_zeros(table, field, cells, decisions)
    changes: list[Change] = []
    findings: list[Finding] = []
    texts: list[str] = []
    for row, cell, made in zip(rows, cells, decisions, strict=True):
        decision = lost.get(made, made) if isinstance(made, str) and not isinstance(cell, str) else made
        if isinstance(decision, Doubt):
            where = (table.name, row.number, row.line, place + 1, field.name, str(cell))
            findings.append(Finding(decision.rule, *where, details=(("type", _type(field)), *decision.details)))
            continue
        texts.append(decision)
        kind = _kind(field, cell, decision)
        if kind:
            changes.append(Change(kind, row.number, row.line, place + 1, field.name, str(cell), decision))
    return texts, changes, findings


def _type(field: Field) -> str:
    return field.format if field.type == "string" and field.format != "default" else field.type


def _kind(field: Field, cell: Any, text: str) -> str:
    """Return the kind of a change of a cell; what a workbook holds is told only where it becomes a text."""
    if not isinstance(cell, str):
        is_code = isinstance(cell, int | float) and field.type in ("string", "any")
        return "digits" if is_code and not isinstance(cell, bool) else ""
    if cell == text:
        return ""
    if cell.strip() == text:
        return "padding"
    return "line-break" if trimmed(cell) == text else KINDS[field.type]


def _lost_zeros(table: Table, field: Field, cells: Sequence[Any], made: Sequence[Decision]) -> dict[str, Doubt]:
    """Return a doubt for the digits of a number of a workbook that its field, a text, does not allow.

    Spreadsheet programs drop the zeros in front of a code.
    """
    if field.type not in ("string", "any"):
        return {}
    pairs = zip(cells, made, strict=True)
    digits = sorted({text for cell, text in pairs if isinstance(text, str) and isinstance(cell, int | float)})
    if not digits:
        return {}
    import pyarrow as pa

    values = pa.chunked_array([digits])
    broken: set[str] = set()
    for name, _, judge in judges(table, field):
        if name in ("type", "pattern", "minLength", "stdnum"):
            broken |= {text for text, fails in zip(digits, judge(values).to_pylist(), strict=True) if fails}
    return {text: Doubt("zero-lost") for text in broken}
