"""Why a unit has its place, and what moved between two rankings, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from resopen.messages import Messages
from resopen.printing import printable
from resopen.ranking.bounds import missing_bounds, weight_bounds
from resopen.ranking.comparison import Moves
from resopen.ranking.explanation import contributions, leaf_weights, smallest_changes, strengths
from resopen.ranking.score import Scores, raw_values
from resopen.ranking.uncertainty import Spread

Paint = Callable[[str, str], str]
Line = Sequence[str]


def explain(scores: Scores, spread: Spread | None, unit: int, messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the lines that explain one unit: its place, what each indicator adds, what would move it.

    Raises DefinitionError when the method is not additive.
    """
    method, matrix = scores.method, scores.matrix
    language = messages.language
    titles = {leaf.id: leaf.title.text(language) for leaf in method.leaves}
    name, code = matrix.names[unit], matrix.units[unit]
    yield paint(printable(name if name == code else f"{name} ({code})"), "bold")
    if np.isnan(scores.place[unit]):
        yield messages.text("ranking.no-place", {"coverage": messages.percent(scores.coverage[method.root.id][unit])})
        return
    yield from _place_lines(scores, spread, unit, messages)
    yield ""
    yield from _aligned(_contribution_rows(scores, unit, titles, messages), left=(0,))
    order = strengths(contributions(scores), method, unit)
    good = [titles[name] for name, value in order.items() if value > 0][:3]
    poor = [titles[name] for name, value in reversed(list(order.items())) if value < 0][:3]
    yield ""
    for key, some in (("strengths", good), ("weaknesses", poor)):
        if some:
            yield messages.text(f"ranking.{key}", {"names": "; ".join(map(printable, some))})
    changes = smallest_changes(scores, unit)
    if changes:
        passed = matrix.names[matrix.units.index(changes[0].passed)]
        yield ""
        yield messages.text("ranking.to-pass", {"name": printable(passed)})
        for change in sorted(changes, key=lambda change: (not change.is_possible, abs(change.needed))):
            key = "enough" if change.is_possible else "not-enough"
            details = {"title": printable(titles[change.leaf]), "needed": f"{change.needed:+.4f}"}
            yield "  " + messages.text(f"ranking.{key}", details)


def _place_lines(scores: Scores, spread: Spread | None, unit: int, messages: Messages) -> Iterator[str]:
    method = scores.method
    inside = method.groups.rank == "inside"
    rivals = scores.matrix.groups == scores.matrix.groups[unit] if inside else np.ones(len(scores.place), bool)
    count = int((rivals & ~np.isnan(scores.place)).sum())
    details = {"place": f"{scores.place[unit]:g}", "count": str(count)}
    yield messages.text("ranking.place-of", {**details, "score": f"{scores.scores[method.root.id][unit]:.4f}"})
    if spread and method.alternatives:
        low, high = method.alternatives.interval
        interval = {"low": f"{spread.low[unit]:g}", "high": f"{spread.high[unit]:g}", "share": f"{high - low:g}"}
        yield messages.text("ranking.place-interval", interval)
    if method.alternatives and method.alternatives.weights:
        bounds = weight_bounds(scores, float(method.alternatives.weights))
        share = messages.percent(float(method.alternatives.weights))
        edge = {"best": f"{bounds.best[unit]:g}", "worst": f"{bounds.worst[unit]:g}", "share": share}
        yield messages.text("ranking.place-bounds", edge)
    if any(not scores.prepared.known[leaf.id][unit] for leaf in method.leaves):
        bounds = missing_bounds(scores)
        edge = {"best": f"{bounds.best[unit]:g}", "worst": f"{bounds.worst[unit]:g}"}
        yield messages.text("ranking.place-missing", edge)


def _contribution_rows(scores: Scores, unit: int, titles: dict[str, str], messages: Messages) -> Iterator[Line]:
    """Yield the rows of the table of contributions, the header first."""
    found, weights = contributions(scores), leaf_weights(scores)
    keys = ("indicator", "value", "scale", "weight", "adds", "distance")
    yield [messages.text(f"ranking.{key}") for key in keys]
    for i, leaf in enumerate(scores.method.leaves):
        raw = raw_values(leaf, scores.matrix, scores.method)[unit]
        yield [
            printable(titles[leaf.id], 50),
            "–" if np.isnan(raw) else f"{raw:.10g}",
            "–" if np.isnan(scores.scores[leaf.id][unit]) else f"{scores.scores[leaf.id][unit]:.4f}",
            f"{weights[unit, i]:.3f}",
            f"{found.added[unit, i]:.4f}",
            f"{found.distance[unit, i]:+.4f}",
        ]


def moves_lines(moves: Moves, names: dict[str, str], messages: Messages) -> Iterator[str]:
    """Yield the moves between two rankings, the largest first, and who entered or left."""
    keys = ("name", "old", "new", "move", "by-data", "by-method", "by-units")
    rows: list[Line] = [[messages.text(f"ranking.{key}") for key in keys]]
    shift = moves.new - moves.old
    for i in sorted(range(len(moves.units)), key=lambda i: (np.isnan(shift[i]), -abs(np.nan_to_num(shift[i])), i)):
        parts = (moves.by_data[i], moves.by_method[i], moves.by_units[i])
        cells = [_number(moves.old[i]), _number(moves.new[i]), _signed(shift[i]), *map(_signed, parts)]
        rows.append([printable(names.get(moves.units[i], moves.units[i]), 50), *cells])
    yield from _aligned(rows, left=(0,))
    for key, units in (("entered", moves.entered), ("left", moves.left)):
        if units:
            yield messages.text(f"ranking.{key}", {"names": ", ".join(map(printable, units))})


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:g}"


def _signed(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:+g}" if value else "0"


def _aligned(rows: Iterable[Line], left: tuple[int, ...]) -> Iterator[str]:
    """Yield rows as lines of aligned columns."""
    listed = list(rows)
    widths = [max(len(row[i]) for row in listed) for i in range(len(listed[0]))]
    for row in listed:
        pairs = enumerate(zip(row, widths, strict=True))
        cells = [cell.ljust(width) if i in left else cell.rjust(width) for i, (cell, width) in pairs]
        yield "  ".join(cells).rstrip()
