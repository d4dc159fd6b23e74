"""A difference in words, which the text, the page and the changelog share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resopen.differences.records import Difference, MethodologyChange, SchemaChange, Side, Step, TableDifference
from resopen.messages import Messages
from resopen.printing import printable

# How many places of a kind of change are named before the others are only counted.
NAMED = 20
# Kinds of change of one part of a definition, such as a constraint or a language, which must be named.
WITH_NAME = (
    "field-changed", "constraint-added", "constraint-removed", "constraint-changed", "title-changed",
    "description-changed",
)  # fmt: skip


def side_in_words(side: Side) -> str:
    """Return what a version is called: its name and version, and the place where it is."""
    return f"{printable(f'{side.name} {side.version}'.strip())} ({printable(side.place)})"


def step_in_words(step: Step, messages: Messages) -> str:
    """Return what a step of the version is called."""
    return messages.text(f"difference.step-{step}")


def kind_in_words(kind: str, messages: Messages) -> str:
    """Return what a kind of change is called."""
    return messages.text(f"difference.kind-{kind}")


def some(items: Sequence[str], messages: Messages) -> str:
    """Return the first items of a list and how many more there are."""
    rest = [messages.plural("plural.more", len(items) - NAMED)] if len(items) > NAMED else []
    return ", ".join([*items[:NAMED], *rest])


def counts_in_words(table: TableDifference, messages: Messages) -> str:
    """Return what changed in the rows of a table in counts, such as `3 rows added, 2 rows revised (4 cells)`."""
    counts = (("added", table.added), ("removed", table.removed), ("key-changed", table.key_changed))
    parts = [messages.plural(f"plural.rows-{kind}", number) for kind, number in counts if number]
    if table.revised:
        names = ("revised", "newly-missing", "newly-filled")
        numbered = [pair for pair in zip(names, table.cells, strict=True) if pair[1]]
        cells = [messages.plural(f"plural.cells-{name}", number) for name, number in numbered]
        parts.append(f"{messages.plural('plural.rows-revised', table.revised)} ({', '.join(cells)})")
    return ", ".join(parts)


def notes(difference: Difference, table: TableDifference, messages: Messages) -> Iterator[str]:
    """Yield what must be known of how the rows of a table were compared."""
    names = {"key": ", ".join(map(printable, table.key)), "fields": ", ".join(map(printable, table.as_texts))}
    is_changed = any(item.kind == "primary-key-changed" and item.table == table.name for item in difference.schema)
    if table.matching == "common-key":
        yield messages.text("difference.note-common-key", names)
    if table.matching == "rows":
        yield messages.text("difference.note-no-common-key" if is_changed else "difference.note-no-key")
    if table.repeats:
        yield messages.text("difference.note-repeats", names)
    if table.as_texts:
        yield messages.text("difference.note-as-texts", names)
    for word, number in (("old", table.old_faults), ("new", table.new_faults)):
        if number:
            yield messages.text(f"difference.note-{word}-faults", {"faults": messages.plural("plural.issues", number)})


def schema_in_words(change: SchemaChange, messages: Messages) -> str:
    """Return a change of the schema: where, what, and the old and the new definition."""
    place = f"{change.table}.{change.field}" if change.field else change.table
    what = kind_in_words(change.kind, messages)
    if change.kind in WITH_NAME:
        what += f" ({change.name})"
    if change.kind in ("table-added", "table-removed"):
        return f"{printable(place)}: {what} ({messages.plural('plural.rows', int(change.new or change.old))})"
    return f"{printable(place)}: {what}: {arrow(change.old, change.new, messages)}"


def methodology_in_words(change: MethodologyChange, messages: Messages) -> str:
    """Return a change of a methodology: the file, the key, the old and the new value."""
    if change.key:
        return f"{printable(change.file)} {printable(change.key)}: {arrow(change.old, change.new, messages)}"
    return f"{printable(change.file)}: {kind_in_words(change.kind, messages)}"


def arrow(old: str, new: str, messages: Messages) -> str:
    """Return an old and a new text of a definition; one that is empty is not there."""
    return f"{_definition(old, messages)} → {_definition(new, messages)}"


def _definition(text: str, messages: Messages) -> str:
    """Return a text of a definition in quotation marks; a text of JSON has its own."""
    if not text:
        return messages.text("difference.absent")
    return printable(text) if text.startswith('"') else quoted(text, messages)


def quoted(text: str | None, messages: Messages) -> str:
    """Return a text of the data in quotation marks, or the word for none."""
    return messages.text("difference.none") if text is None else messages.text("ui.cell", {"value": printable(text)})


def move_in_words(old: str, new: str, messages: Messages) -> str:
    """Return an old and a new place."""
    none = messages.text("difference.no-place")
    return f"{printable(old) or none} → {printable(new) or none}"
