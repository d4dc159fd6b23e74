"""What a run of normalize tells a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from resopen.messages import Messages
from resopen.normalization.file import Done
from resopen.normalization.reading import Change
from resopen.printing import Paint, issues_text, printable
from resopen.validation import Report

EXAMPLES, WIDTH = 3, 60
# What these kinds of change are counted in; the others are told once for the whole file.
COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "label": "columns", "empty-column": "columns", "blank-row": "rows", "extra-cells": "rows", "padding": "cells",
        "line-break": "cells", "number": "cells", "date": "cells", "boolean": "cells", "digits": "cells",
    }
)  # fmt: skip
# Of these the place tells all.
SILENT = ("blank-row", "empty-column", "extra-cells")


def summary(done: Done, messages: Messages, limit: int, is_check: bool, paint: Paint) -> str:
    """Return what was changed, or what was not decided, and what became of the file.

    Args: the run, the catalogue, how many undecided cells of one kind to print (0 = all), whether
    nothing was to be written, and how to paint a text.
    """
    result = done.result
    details = {
        "file": str(done.source),
        "target": str(done.target),
        "rows": messages.plural("plural.rows", result.rows),
        "places": messages.plural("plural.doubts", len(result.findings)),
    }
    if result.findings:
        issues = Report((done.package,), messages, result.findings, ()).issues
        text = issues_text(issues, messages, limit, paint)
        return f"{text}\n\n{paint(messages.text('ui.undecided', details), 'red')}"
    if not done.is_changed:
        return paint(messages.text("ui.canonical", details), "green")
    lines = "\n".join(_change_lines(result.changes, messages, paint))
    last = messages.text("ui.would-normalize" if is_check else "ui.normalized", details)
    return "\n\n".join(part for part in (lines, paint(last, "yellow" if is_check else "green")) if part)


def _change_lines(changes: Sequence[Change], messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the changes by kind: those of the whole file a line each, of the others their number and the first."""
    for kind in dict.fromkeys(change.kind for change in changes):
        found = [change for change in changes if change.kind == kind]
        if kind not in COUNTED:
            details = {"old": printable(found[0].old, WIDTH), "new": printable(found[0].new, WIDTH)}
            yield messages.text(f"changes.{kind}", details)
            continue
        count = messages.plural(f"plural.{COUNTED[kind]}", len(found))
        yield paint(messages.text(f"changes.{kind}", {"count": count}), "bold")
        for change in found[:EXAMPLES]:
            yield f"  {_example(change, messages)}"
        if len(found) > EXAMPLES:
            yield "  " + messages.text("changes.more", {"more": messages.plural("plural.more", len(found) - EXAMPLES)})


def _example(change: Change, messages: Messages) -> str:
    """Return one change: its row, line and column, what stood there and what stands."""
    place = messages.text(
        f"ui.where-{'row' if change.line else 'record'}", {"row": str(change.row), "line": str(change.line)}
    )
    if change.field:
        details = {"column": str(change.column), "field": printable(change.field)}
        place += ", " + messages.text("ui.column", details)
    elif change.column:
        place = messages.text("changes.column", {"column": str(change.column)})
    if change.kind in SILENT:
        return place
    texts = {"old": printable(change.old, WIDTH), "new": printable(change.new, WIDTH)}
    return f"{place}: {messages.text('changes.value' if change.old == change.new else 'changes.example', texts)}"
