"""A ranking put down: as text for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from resopen.messages import Messages
from resopen.printing import printable
from resopen.ranking.score import Scores
from resopen.ranking.uncertainty import Spread, Uncertainty

Paint = Callable[[str, str], str]
Row = dict[str, Any]


def ranking_rows(scores: Scores, spread: Spread | None, language: str) -> list[Row]:
    """Return a row for each unit, by group and place, units without a place last.

    Keys: group, place, unit, name, score, class, then with an analysis place_median, place_mean,
    place_low, place_high, is_outside, absent_share; coverage, imputed_share; `score NODE` for every
    node and leaf. What is not known is None.
    """
    method, matrix = scores.method, scores.matrix
    rows = []
    for i, unit in enumerate(matrix.units):
        row: Row = {
            "group": matrix.group_names[matrix.groups[i]], "place": _whole(scores.place[i]), "unit": unit,
            "name": matrix.names[i], "score": _known(scores.scores[method.root.id][i]),
            "class": _class(scores, i, language),
        }  # fmt: skip
        if spread:
            row |= {
                "place_median": _whole(spread.median[i]), "place_mean": _known(spread.mean[i]),
                "place_low": _whole(spread.low[i]), "place_high": _whole(spread.high[i]),
                "is_outside": bool(spread.is_outside[i]), "absent_share": _known(spread.absent[i]),
            }  # fmt: skip
        row["coverage"] = _known(scores.coverage[method.root.id][i])
        row["imputed_share"] = _known(scores.imputed[method.root.id][i])
        row |= {f"score {item.id}": _known(scores.scores[item.id][i]) for item in method.items}
        rows.append(row)
    order = {name: number for number, name in enumerate(matrix.group_names)}
    grouped = method.groups.rank == "inside"
    return sorted(
        rows,
        key=lambda row: (order[row["group"]] * grouped, row["place"] is None, row["place"] or 0, row["unit"]),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _whole(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _class(scores: Scores, unit: int, language: str) -> str | None:
    classes, number = scores.method.result.classes, scores.class_number[unit]
    if classes is None or math.isnan(number):
        return None
    return classes.names[int(number)].text("ru" if language == "ru" else "en")


def ranking_csv(rows: list[Row]) -> str:
    """Return the rows as CSV with a header; what is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["unit"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def ranking_json(scores: Scores, rows: list[Row], found: Uncertainty | None) -> str:
    """Return the ranking as JSON: the method by its name, how many runs of which kind, and the rows."""
    analysis = None
    if found:
        analysis = {"runs": len(found.runs.choices), "exact": found.runs.is_exact, "choices": list(found.runs.names)}
    whole = {"methodology": scores.method.id, "period": scores.method.period, "analysis": analysis, "units": rows}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def ranking_text(
    scores: Scores, rows: list[Row], found: Uncertainty | None, messages: Messages, paint: Paint
) -> Iterator[str]:
    """Yield the lines of a ranking: its title, a table for each group, and what the columns mean."""
    method = scores.method
    yield paint(printable(method.title.text(messages.language)), "bold")
    grouped = method.groups.rank == "inside"
    for name in scores.matrix.group_names if grouped else ("",):
        some = [row for row in rows if not grouped or row["group"] == name]
        if not some:
            continue
        yield ""
        if name:
            yield paint(printable(name), "bold")
        yield from _table(some, bool(found), messages)
    yield ""
    if found and method.alternatives:
        low, high = method.alternatives.interval
        kind = "exact" if found.runs.is_exact else "drawn"
        count = messages.plural("plural.runs" if kind == "exact" else "plural.runs-over", len(found.runs.choices))
        details = {"runs": count, "low": f"{low:g}", "high": f"{high:g}", "seed": str(method.alternatives.seed)}
        yield messages.text(f"ranking.{kind}", details)
        if any(row["is_outside"] for row in some):
            yield messages.text("ranking.outside")
    if method.exclusions:
        yield messages.text("ranking.excluded")
    for exclusion in method.exclusions:
        details = {"unit": printable(exclusion.unit), "because": printable(exclusion.because.text(messages.language))}
        yield "  " + messages.text("ranking.exclusion", details)


def _table(rows: list[Row], has_spread: bool, messages: Messages) -> Iterator[str]:
    """Yield a table of one group: place, interval, score, coverage, unit."""
    keys = ["place", *(["interval"] if has_spread else []), "score", "coverage", "imputed_share", "unit"]
    keys += ["name"] if any(row["name"] != row["unit"] for row in rows) else []
    keys += ["class"] if any(row["class"] for row in rows) else []
    cells = [[messages.text(f"ranking.{key}") for key in keys]]
    cells += [[_shown(row, key, messages) for key in keys] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(keys))]
    left = ("unit", "name", "class")
    for line in cells:
        parts = [
            cell.ljust(width) if key in left else cell.rjust(width)
            for key, cell, width in zip(keys, line, widths, strict=True)
        ]
        yield "  ".join(parts).rstrip()


def _shown(row: Row, key: str, messages: Messages) -> str:
    if key == "interval":
        if row["place_low"] is None:
            return "–"
        return f"{row['place_low']}–{row['place_high']}" + ("*" if row["is_outside"] else "")
    value = row[key]
    if value is None:
        return "–"
    if key in ("coverage", "imputed_share"):
        return messages.percent(value)
    return f"{value:.4f}" if isinstance(value, float) and key == "score" else printable(str(value), 60)
