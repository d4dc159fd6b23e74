"""A ranking put down as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from resopen.messages import Messages
from resopen.printing import aligned, printable
from resopen.ranking.analysis import Ranking
from resopen.ranking_rows import Row, driver_rows

Paint = Callable[[str, str], str]
LEFT = ("unit", "name", "class", "size_class")
SHARES = ("coverage", "imputed_share")


def ranking_text(ranking: Ranking, rows: list[Row], messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the lines of a ranking: its title, a table for each group, and what the columns mean."""
    method = ranking.scores.method
    yield paint(printable(method.title.text(messages.language)), "bold")
    if ranking.scores.matrix.is_synthetic:
        yield paint(messages.text("ranking.synthetic"), "red")
    grouped = method.groups.rank == "inside"
    titles = dict(zip(method.groups.names, method.groups.titles, strict=True))
    for name in ranking.scores.matrix.group_names if grouped else ("",):
        some = [row for row in rows if not grouped or row["group"] == name]
        if not some:
            continue
        yield ""
        if name:
            yield paint(printable(titles[name].text(messages.language) if name in titles else name), "bold")
        yield from _table(some, messages)
    yield ""
    yield from _notes(ranking, rows, messages)
    if ranking.drivers:
        yield ""
        yield from _drivers(ranking, messages, paint)


def _notes(ranking: Ranking, rows: list[Row], messages: Messages) -> Iterator[str]:
    """Yield what the columns mean, the units near a limit, and those that are not ranked."""
    method = ranking.scores.method
    if ranking.found and method.alternatives:
        low, high = method.alternatives.interval
        kind = "exact" if ranking.found.runs.is_exact else "drawn"
        count = messages.plural("plural.runs", len(ranking.found.runs.choices))
        details = {"runs": count, "low": f"{low:g}", "high": f"{high:g}", "seed": str(method.alternatives.seed)}
        yield messages.text(f"ranking.{kind}", details)
        if any(row["is_outside"] for row in rows):
            yield messages.text("ranking.outside")
    if ranking.chance_low is not None and method.chance:
        low, high = method.chance.interval
        count = messages.plural("plural.draws", method.chance.runs)
        details = {"runs": count, "low": f"{low:g}", "high": f"{high:g}", "seed": str(method.chance.seed)}
        yield messages.text("ranking.by-chance", details)
    for edge in ranking.edges:
        yield messages.text("ranking.near-limit", edge_details(ranking, edge.unit, edge, messages))
    for exclusion in method.exclusions:
        details = {"unit": printable(exclusion.unit), "because": printable(exclusion.because.text(messages.language))}
        yield messages.text("ranking.excluded", details)


def edge_details(ranking: Ranking, unit: int, edge: Any, messages: Messages) -> dict[str, str]:
    """Return what is said of a unit near a limit."""
    matrix, method = ranking.scores.matrix, ranking.scores.method
    by = method.groups.by if edge.kind == "groups" or not method.cut else method.cut.by
    other = edge.other
    if edge.kind == "groups":
        titles = dict(zip(method.groups.names, method.groups.titles, strict=True))
        other = titles[other].text(messages.language)
    elif method.cut and matrix.cut:
        other = method.cut.names[matrix.cut.names.index(edge.other)].text(messages.language)
    own = ranking.scores.place[unit] if edge.kind == "groups" else ranking.cut_places[unit]
    return {
        "name": printable(matrix.names[unit]), "by": by, "measured": f"{edge.measured:.10g}",
        "limit": f"{edge.limit:.10g}", "other": printable(other), "place": number(edge.place), "own": number(own),
    }  # fmt: skip


def number(value: float | None) -> str:
    """Return a place or number as text, a dash for one that is not known."""
    return "–" if value is None or value != value else f"{value:g}"


def _table(rows: list[Row], messages: Messages) -> Iterator[str]:
    """Yield a table of one group: place, intervals, score, coverage, unit."""
    first = rows[0]
    keys = ["place", *(["interval"] if "place_low" in first else [])]
    keys += ["chance"] if "place_chance_low" in first else []
    keys += ["score", "coverage", "imputed_share", "unit"]
    keys += ["name"] if any(row["name"] != row["unit"] for row in rows) else []
    keys += ["size_class", "size_class_place"] if "size_class" in first else []
    keys += ["class"] if any(row["class"] for row in rows) else []
    cells = [[messages.text(f"ranking.{key}") for key in keys]]
    cells += [[_shown(row, key, messages) for key in keys] for row in rows]
    yield from aligned(cells, tuple(i for i, key in enumerate(keys) if key in LEFT))


def _shown(row: Row, key: str, messages: Messages) -> str:
    if key == "interval":
        return _range(row["place_low"], row["place_high"]) + ("*" if row["is_outside"] else "")
    if key == "chance":
        return _range(row["place_chance_low"], row["place_chance_high"])
    value = row[key]
    if value is None:
        return "–"
    if key in SHARES:
        return messages.percent(value)
    return f"{value:.4f}" if isinstance(value, float) and key == "score" else printable(str(value), 60)


def _range(low: float | None, high: float | None) -> str:
    return "–" if low is None else f"{low:g}–{high:g}"


def _drivers(ranking: Ranking, messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield what drives the places: the choices by their total index, the indicators by what leaving them out does."""
    found = driver_rows(ranking)
    yield paint(messages.text("ranking.drivers"), "bold")
    keys = ("choice", "first", "total")
    cells = [[messages.text(f"ranking.{key}") for key in keys]]
    for row in sorted(found["choices"], key=lambda row: -(row["total"] or 0)):
        cells.append([_choice(row["choice"], ranking, messages), *(_index(row, key) for key in keys[1:])])
    yield from aligned(cells, (0,))
    yield ""
    names = ("indicator", "weight", "influence", "left_out_shift")
    titles = {leaf.id: printable(leaf.title.text(messages.language), 50) for leaf in ranking.scores.method.leaves}
    cells = [[messages.text(f"ranking.{key}") for key in names]]
    for row in sorted(found["indicators"], key=lambda row: -(row["left_out_shift"] or 0)):
        shown = ["–" if row[key] is None else f"{row[key]:.3f}" for key in names[1:]]
        cells.append([titles[row["indicator"]], *shown])
    yield from aligned(cells, (0,))
    if found["weight_influence_correlation"] is not None:
        yield messages.text("ranking.weight-influence", {"found": f"{found['weight_influence_correlation']:.2f}"})


def _choice(name: str, ranking: Ranking, messages: Messages) -> str:
    kind, _, node = name.partition(" ")
    titles = {item.id: item.title.text(messages.language) for item in ranking.scores.method.items}
    return messages.text(f"ranking.choice-{kind}", {"node": printable(titles.get(node, ""), 40)})


def _index(row: Row, key: str) -> str:
    if row[key] is None:
        return "–"
    error = row[f"{key}_error"]
    return f"{row[key]:.2f}" + (f" ± {error:.2f}" if error else "")
