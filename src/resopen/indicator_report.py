"""Values of indicators put down: as text for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from resopen.evidence import Evidence
from resopen.indicators import TOTAL, Value
from resopen.messages import Messages
from resopen.printing import aligned, printable
from resopen.schema.indicators import Indicator

Paint = Callable[[str, str], str]
Computed = Sequence[tuple[Indicator, Sequence[Value]]]
COLUMNS = ("period", "oktmo", "part", "value", "numerator", "denominator", "n", "status")
FIELDS = tuple(field.name for field in fields(Value))
NUMBERS = ("value", "numerator", "denominator", "n")


def values_csv(computed: Computed, is_synthetic: bool) -> str:
    """Return all values as CSV with a header; what is not known is an empty cell, invented values are marked."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    mark = ["true"] if is_synthetic else []
    writer.writerow([*FIELDS, *(["synthetic"] if is_synthetic else [])])
    for _, values in computed:
        for value in values:
            cells = [_number(cell) if isinstance(cell, float) else cell for cell in _cells(value)]
            writer.writerow([*cells, *mark])
    return text.getvalue()


def _cells(value: Value) -> list[Any]:
    return list(_record(value).values())


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def values_json(computed: Computed, is_synthetic: bool) -> str:
    """Return indicators and their values as JSON."""
    whole = [
        {
            "id": item.id, "title": item.title.en, "title_ru": item.title.ru, "unit": item.unit,
            "direction": item.direction, "level": item.level, "period": item.period,
            "data_requests": item.data_requests,
            "values": [{key: cell for key, cell in _record(value).items() if key != "indicator"} for value in values],
        }
        for item, values in computed
    ]  # fmt: skip
    return json.dumps({"synthetic": is_synthetic, "indicators": whole}, ensure_ascii=False, indent=1) + "\n"


def _record(value: Value) -> dict[str, Any]:
    return {**{name: getattr(value, name) for name in FIELDS}, "part": value.part or TOTAL}


def values_text(computed: Computed, messages: Messages, paint: Paint, is_synthetic: bool) -> Iterator[str]:
    """Yield the lines of a table for each indicator; what has no input is told in one line."""
    if is_synthetic:
        yield paint(messages.text("ranking.synthetic"), "red")
        yield ""
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
    yield from aligned(lines, tuple(i for i, name in enumerate(COLUMNS) if name not in NUMBERS))


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
            yield from aligned(lines, tuple(range(1, len(columns))))
        yield ""


def evidence_json(found: Sequence[Evidence], values: Sequence[Value], is_synthetic: bool) -> str:
    """Return a value, in all its parts, and the rows behind it as JSON; dates as texts."""
    tables: list[Mapping[str, Any]] = [
        {
            "table": part.table, "narrowed_by": part.narrowed_by, "has_place": part.has_place,
            "has_period": part.has_period,
            "rows": [{"row": row, **dict(zip(part.columns, cells, strict=True))} for row, cells in part.rows],
        }
        for part in found
    ]  # fmt: skip
    whole = {"synthetic": is_synthetic, "values": [_record(value) for value in values], "tables": tables}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n"
