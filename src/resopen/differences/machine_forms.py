"""A difference for programs: JSON and CSV, complete, in pieces. Their form is described in docs/diff.md."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from resopen.differences.comparing import Comparison, changes
from resopen.differences.records import Difference, RowChange, Side, TableDifference
from resopen.differences.versions import version_reasons, version_step
from resopen.formats import CHUNK, FORMULA, json_line, json_lines
from resopen.printing import visible

# Raised when a key of the form changes its meaning or goes; new keys may come without.
FORM = 1
COLUMNS = ("table", "change", "key", "field", "old", "new")


def to_json(comparison: Comparison) -> Iterator[str]:
    """Yield a difference as JSON: counts and definitions first, then every changed row, one a line."""
    found = comparison.difference
    head: dict[str, Any] = {
        "form": FORM, "old": _side(found.old), "new": _side(found.new), "equal": found.is_empty,
        "step": version_step(found),
    }  # fmt: skip
    lists: dict[str, Sequence[dict[str, Any]]] = {
        "reasons": [asdict(item) for item in version_reasons(found)],
        "metadata": [asdict(item) for item in found.metadata],
        "schema": [asdict(item) for item in found.schema],
        "files": [asdict(item) for item in found.files],
        "methodology": [asdict(item) for item in found.methodology],
        "rankings": [asdict(item) for item in found.moves],
        "tables": [_table(item) for item in found.tables],
    }
    yield "{\n"
    for key, value in head.items():
        yield f'  "{key}": {json_line(value)},\n'
    for key, items in lists.items():
        yield f'  "{key}": '
        yield from json_lines(map(json_line, items))
        yield ",\n"
    yield '  "changes": '
    yield from json_lines(json_line(_change(item)) for item in _all_changes(comparison))
    yield "\n}\n"


def _side(side: Side) -> dict[str, str]:
    return {"place": side.place, "name": side.name, "version": side.version}


def _table(table: TableDifference) -> dict[str, Any]:
    revised, newly_missing, newly_filled = table.cells
    return {
        "name": table.name, "matching": table.matching, "key": table.key,
        "old_rows": table.old_rows, "new_rows": table.new_rows,
        "added": table.added, "removed": table.removed, "key_changed": table.key_changed, "revised": table.revised,
        "cells": {"revised": revised, "newly_missing": newly_missing, "newly_filled": newly_filled},
        "fields": [asdict(item) for item in table.fields],
        "compared_as_texts": table.as_texts, "key_repeats": table.repeats,
        "old_faults": table.old_faults, "new_faults": table.new_faults,
    }  # fmt: skip


def _all_changes(comparison: Comparison) -> Iterator[RowChange]:
    for table in comparison.difference.tables:
        if table.rows_changed:
            yield from changes(comparison, table.name)


def _change(change: RowChange) -> dict[str, Any]:
    node: dict[str, Any] = {"table": change.table, "change": change.kind, "key": dict(change.key)}
    if change.row:
        node["row"] = dict(change.row)
    if change.cells:
        node["cells"] = [
            {"field": cell.field, "change": cell.kind, "old": cell.old, "new": cell.new} for cell in change.cells
        ]
    return node


def to_csv(comparison: Comparison) -> Iterator[str]:
    """Yield one line a change, with a header; keys and whole rows are JSON objects, a missing value is empty.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in _lines(comparison):
        writer.writerow([_cell(cell) for cell in line])
        if text.tell() > CHUNK:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _lines(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    yield from _definition_lines(comparison.difference)
    for change in _all_changes(comparison):
        key = _json(change.key) if change.key else ""
        if change.row:
            row = _json(change.row)
            yield change.table, f"row-{change.kind}", key, "", *((row, "") if change.kind == "removed" else ("", row))
        for cell in change.cells:
            kind = "row-key-changed" if change.kind == "key-changed" else f"cell-{cell.kind}"
            yield change.table, kind, key, cell.field, cell.old or "", cell.new or ""


def _definition_lines(found: Difference) -> Iterator[tuple[str, ...]]:
    for metadata in found.metadata:
        yield "", "metadata-changed", "", metadata.key, metadata.old, metadata.new
    for change in found.schema:
        yield change.table, change.kind, change.name, change.field, change.old, change.new
    for file in found.files:
        yield "", f"file-{file.kind}", file.name, "", "", ""
    for method in found.methodology:
        yield "", method.kind, method.file, method.key, method.old, method.new
    for move in found.moves:
        yield "rankings", "ranking-move", _json((("ranking", move.ranking), ("unit", move.unit))), "place", *(
            move.old, move.new,
        )  # fmt: skip


def _json(pairs: Sequence[tuple[str, str | None]]) -> str:
    return json.dumps(dict(pairs), ensure_ascii=False)


def _cell(text: str) -> str:
    shown = visible(text)
    return "'" + shown if shown[:1] in FORMULA else shown
