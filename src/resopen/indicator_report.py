"""Values of indicators put down: as text for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from resopen.evidence import Evidence
from resopen.indicators import Value
from resopen.messages import Messages
from resopen.printing import printable
from resopen.schema.indicators import Indicator

Paint = Callable[[str, str], str]
Computed = Sequence[tuple[Indicator, Sequence[Value]]]
COLUMNS = ("period", "oktmo", "part", "value", "numerator", "denominator", "n", "status")


def values_csv(computed: Computed) -> str:
    """Return all values as CSV with a header; what is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Value)])
    for _, values in computed:
        for value in values:
            writer.writerow([_number(cell) if isinstance(cell, float) else cell for cell in _cells(value)])
    return text.getvalue()


def _cells(value: Value) -> list[Any]:
    return [getattr(value, field.name) for field in fields(Value)]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def values_json(computed: Computed) -> str:
    """Return indicators and their values as JSON."""
    whole = [
        {
            "id": item.id, "title": item.title.en, "title_ru": item.title.ru, "unit": item.unit,
            "direction": item.direction, "level": item.level, "period": item.period,
            "data_requests": item.data_requests,
            "values": [{key: cell for key, cell in asdict(value).items() if key != "indicator"} for value in values],
        }
        for item, values in computed
    ]  # fmt: skip
    return json.dumps({"indicators": whole}, ensure_ascii=False, indent=1) + "\n"


def values_text(computed: Computed, messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the lines of a table for each indicator; what has no input is told in one line."""
    empty = []
    for item, values in computed:
        known = [value for value in values if value.status != "no_input"]
        if not known:
            empty.append(item)
            continue
        unit = messages.text(f"indicators.unit-{item.unit}")
        yield paint(f"{item.id}: {printable(item.title.text(messages.language))}, {unit}", "bold")
        yield from _table(known, messages)
        absent = Counter(value.period for value in values if value.status == "no_input")
        for period, count in sorted(absent.items()):
            places = messages.plural("plural.values", count)
            yield messages.text("indicators.absent", {"period": period, "places": places})
        yield ""
    for item in empty:
        yield f"{item.id}: {messages.text('indicators.no-input')}"


def _table(values: Sequence[Value], messages: Messages) -> Iterator[str]:
    lines = [[messages.text(f"indicators.{name}") for name in COLUMNS]]
    for value in values:
        cells = [getattr(value, name) for name in COLUMNS]
        lines.append([_shown(cell) for cell in cells[:-1]] + [messages.text(f"indicators.status-{value.status}")])
    yield from aligned(lines, ("value", "numerator", "denominator", "n"), COLUMNS)


def aligned(lines: Sequence[Sequence[str]], right: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    """Yield lines whose cells stand under each other, the columns named `right` at their right end."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        parts = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(line, widths, columns, strict=True)
        ]
        yield "  ".join(parts).rstrip()


def _shown(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return _number(cell) if cell.is_integer() else f"{cell:.6g}" if abs(cell) < 1e6 else f"{cell:.2f}"
    return printable(str(cell), 80)


def evidence_text(found: Sequence[Evidence], messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the rows behind a value, table by table, with their record numbers and how they were found."""
    for part in found:
        yield paint(f"{part.table}: {messages.plural('plural.rows', len(part.rows))}", "bold")
        if part.narrowed_by:
            yield messages.text("indicators.narrowed", {"columns": ", ".join(part.narrowed_by)})
        if not part.has_place:
            yield messages.text("indicators.all-places")
        if not part.has_period:
            yield messages.text("indicators.all-periods")
        if part.rows:
            columns = (messages.text("indicators.row"), *part.columns)
            lines = [columns, *([str(row), *map(_shown, cells)] for row, cells in part.rows)]
            yield from aligned(lines, columns[:1], columns)
        yield ""


def evidence_json(found: Sequence[Evidence], values: Sequence[Value]) -> str:
    """Return a value, in all its parts, and the rows behind it as JSON; dates as texts."""
    tables: list[Mapping[str, Any]] = [
        {
            "table": part.table, "narrowed_by": part.narrowed_by, "has_place": part.has_place,
            "has_period": part.has_period,
            "rows": [{"row": row, **dict(zip(part.columns, cells, strict=True))} for row, cells in part.rows],
        }
        for part in found
    ]  # fmt: skip
    whole = {"values": [asdict(value) for value in values], "tables": tables}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n"
