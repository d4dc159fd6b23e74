"""A difference as text for a terminal: the verdict first, then the tables in one look, then the single changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resopen.differences.comparing import Comparison, changes
from resopen.differences.records import ROW_KINDS, Difference, RowChange, TableDifference
from resopen.differences.versions import next_version, version_reasons, version_step
from resopen.differences.words import (
    arrow,
    counts_in_words,
    kind_in_words,
    methodology_in_words,
    move_in_words,
    notes,
    quoted,
    schema_in_words,
    side_in_words,
    some,
    step_in_words,
)
from resopen.errors import ResopenError
from resopen.messages import Messages
from resopen.printing import Paint, printable

SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "key-changed": ("≠", "cyan"), "revised": ("~", "yellow")}


def to_text(comparison: Comparison, messages: Messages, limit: int, paint: Paint) -> Iterator[str]:
    """Yield a difference line by line.

    Args: the comparison, the catalogue, how many rows of each kind of change to print for a table
    (0 = all; the counts are always complete), and how to paint a text in a named colour.
    """
    found = comparison.difference
    yield paint(f"{side_in_words(found.old)} → {side_in_words(found.new)}", "bold")
    if found.is_empty:
        yield paint(messages.text("difference.empty"), "green")
    else:
        yield from _verdict(found, messages, paint)
    yield from _overview(found, messages)
    yield from _definitions(found, messages, limit, paint)
    for table in found.tables:
        said = list(notes(found, table, messages)) if table.matching != "rows" or table.rows_changed else []
        if table.rows_changed or said:
            yield ""
            yield paint(printable(table.name), "bold") + f": {counts_in_words(table, messages) or '='}"
            yield from (f"  {note}" for note in said)
            yield from _rows(comparison, table, messages, limit, paint)


def demanded(found: Difference, messages: Messages) -> str:
    """Return which step a difference demands, and which version is then the least one."""
    step = version_step(found)
    line = messages.text("difference.demands", {"step": step_in_words(step, messages)})
    try:
        least = {"old": found.old.version, "new": next_version(found.old.version, step)}
    except ResopenError:
        return line
    return line if step == "none" else f"{line} {messages.text('difference.least', least)}"


def _verdict(found: Difference, messages: Messages, paint: Paint) -> Iterator[str]:
    yield paint(demanded(found, messages), "yellow")
    for reason in version_reasons(found):
        places = some([printable(place, 60) for place in reason.places], messages)
        what = kind_in_words(reason.kind, messages)
        yield f"  {step_in_words(reason.step, messages)}: {what}: {places}"


def _overview(found: Difference, messages: Messages) -> Iterator[str]:
    """Yield the counts of the changed tables in columns."""
    changed = [table for table in found.tables if table.rows_changed]
    if changed:
        heads = (
            "table",
            "added",
            "removed",
            "key-changed",
            "revised",
            "cells-revised",
            "newly-missing",
            "newly-filled",
        )
        rows = [[messages.text(f"difference.head-{head}") for head in heads]]
        for table in changed:
            counts = (table.added, table.removed, table.key_changed, table.revised, *table.cells)
            rows.append([printable(table.name, 40), *(str(count or "·") for count in counts)])
        yield ""
        yield from _columns(rows)
    yield messages.text(
        "difference.same-tables", {"tables": messages.plural("plural.tables", len(found.tables) - len(changed))}
    )


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *rest])


def _definitions(found: Difference, messages: Messages, limit: int, paint: Paint) -> Iterator[str]:
    """Yield what changed beside the rows, section by section."""
    changed = messages.text("difference.kind-metadata-changed")
    sections = {
        "metadata": [f"{printable(item.key)}: {_either(item.old, item.new, changed, messages)}"
                     for item in found.metadata],
        "schema": [schema_in_words(item, messages) for item in found.schema],
        "files": [f"{printable(item.name)}: {kind_in_words(f'file-{item.kind}', messages)}" for item in found.files],
        "methodology": [methodology_in_words(item, messages) for item in found.methodology],
        "moves": [f"{printable(item.ranking)}, {printable(item.name)} ({printable(item.unit)}): "
                  f"{move_in_words(item.old, item.new, messages)}" for item in found.moves],
    }  # fmt: skip
    for name, lines in sections.items():
        if lines:
            shown = lines[: limit or None] if name == "moves" else lines
            yield ""
            yield paint(messages.text(f"difference.section-{name}"), "bold")
            yield from (f"  {line}" for line in shown)
            yield from _more(len(lines) - len(shown), messages)


def _either(old: str, new: str, changed: str, messages: Messages) -> str:
    """Return both values where a line can hold them, else only that they differ."""
    return arrow(old, new, messages) if len(old) + len(new) <= 300 else changed


def _rows(
    comparison: Comparison, table: TableDifference, messages: Messages, limit: int, paint: Paint
) -> Iterator[str]:
    for kind in ROW_KINDS:
        if table.count(kind):
            for change in changes(comparison, table.name, kind, limit):
                yield from _row_lines(change, messages, paint)
            yield from _more(table.count(kind) - limit if limit else 0, messages)


def _more(left: int, messages: Messages) -> Iterator[str]:
    if left > 0:
        yield f"  {messages.text('difference.more', {'more': messages.plural('plural.more', left)})}"


def _row_lines(change: RowChange, messages: Messages, paint: Paint) -> Iterator[str]:
    sign, colour = SIGNS[change.kind]
    named = ", ".join(f"{printable(name)} = {_value(text, messages)}" for name, text in change.key)
    rest = [(name, text) for name, text in change.row if text is not None and (name, text) not in change.key]
    cells = "; ".join(f"{printable(name)}: {_value(text, messages)}" for name, text in rest)
    line = f"{sign} {named}" + (f"  {cells}" if cells and named else cells)
    yield "  " + paint(line, colour)
    for cell in change.cells:
        yield f"      {printable(cell.field)}: {quoted(cell.old, messages)} → {quoted(cell.new, messages)}"


def _value(text: str | None, messages: Messages) -> str:
    return quoted(None, messages) if text is None else printable(text, 80)
