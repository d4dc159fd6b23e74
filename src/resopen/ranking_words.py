"""Why a unit has its place, and what moved between two rankings, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from resopen.messages import Messages
from resopen.printing import aligned, printable
from resopen.ranking.analysis import Ranking
from resopen.ranking.comparison import Moves
from resopen.ranking.explanation import contributions, is_additive, leaf_weights, smallest_changes, strengths
from resopen.ranking.score import Scores, group_members, raw_values
from resopen.ranking.uncertainty import place_shares
from resopen.ranking.weights import single_weights, smallest_shift
from resopen.ranking_report import edge_details
from resopen.ranking_rows import ahead_of

Paint = Callable[[str, str], str]
Line = Sequence[str]
# From this share of the runs on, one unit is called surely ahead of another.
SURE = 0.95


def explain(ranking: Ranking, unit: int, messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the lines that explain one unit: its place and how sure it is, what each indicator adds, what moves it.

    What a method that is no sum cannot say is named as such.
    """
    scores = ranking.scores
    method, matrix = scores.method, scores.matrix
    titles = {leaf.id: printable(leaf.title.text(messages.language), 50) for leaf in method.leaves}
    name, code = matrix.names[unit], matrix.units[unit]
    yield paint(printable(name if name == code else f"{name} ({code})"), "bold")
    if matrix.is_synthetic:
        yield paint(messages.text("ranking.synthetic"), "red")
    if np.isnan(scores.place[unit]):
        yield messages.text("ranking.no-place", {"coverage": messages.percent(scores.coverage[method.root.id][unit])})
        return
    yield from _place_lines(ranking, unit, messages)
    yield from _probability_lines(ranking, unit, messages)
    for edge in ranking.edges:
        if edge.unit == unit:
            yield messages.text("ranking.near-limit", edge_details(ranking, unit, edge, messages))
    yield ""
    if not is_additive(method):
        yield from aligned(list(_value_rows(scores, unit, titles, messages)), (0,))
        yield ""
        yield messages.text("ranking.no-sum")
        return
    yield from aligned(list(_contribution_rows(scores, unit, titles, messages)), (0,))
    order = strengths(contributions(scores), method, unit)
    good = [titles[name] for name, value in order.items() if value > 0][:3]
    poor = [titles[name] for name, value in reversed(list(order.items())) if value < 0][:3]
    yield ""
    for key, some in (("strengths", good), ("weaknesses", poor)):
        if some:
            yield messages.text(f"ranking.{key}", {"names": "; ".join(some)})
    yield from _change_lines(scores, unit, titles, messages)
    yield from _weight_lines(scores, unit, titles, messages)


def _place_lines(ranking: Ranking, unit: int, messages: Messages) -> Iterator[str]:
    scores = ranking.scores
    method = scores.method
    inside = method.groups.rank == "inside"
    rivals = scores.matrix.groups == scores.matrix.groups[unit] if inside else np.ones(len(scores.place), bool)
    count = int((rivals & ~np.isnan(scores.place)).sum())
    details = {"place": f"{scores.place[unit]:g}", "count": str(count)}
    yield messages.text("ranking.place-of", {**details, "score": f"{scores.scores[method.root.id][unit]:.4f}"})
    if ranking.spread and method.alternatives:
        low, high = method.alternatives.interval
        spread = ranking.spread
        interval = {"low": f"{spread.low[unit]:g}", "high": f"{spread.high[unit]:g}", "share": f"{high - low:g}"}
        yield messages.text("ranking.place-interval", interval)
        if spread.is_outside[unit]:
            yield messages.text("ranking.outside").removeprefix("* ")
    if ranking.chance_low is not None and ranking.chance_high is not None and method.chance:
        low, high = method.chance.interval
        edge = {"low": f"{ranking.chance_low[unit]:g}", "high": f"{ranking.chance_high[unit]:g}"}
        yield messages.text("ranking.place-chance", {**edge, "share": f"{high - low:g}"})
    if ranking.by_weights and method.alternatives:
        share = messages.percent(float(method.alternatives.weights))
        edge = {"best": f"{ranking.by_weights.best[unit]:g}", "worst": f"{ranking.by_weights.worst[unit]:g}"}
        yield messages.text("ranking.place-bounds", {**edge, "share": share})
    if ranking.by_missing and any(not scores.prepared.known[leaf.id][unit] for leaf in method.leaves):
        edge = {"best": f"{ranking.by_missing.best[unit]:g}", "worst": f"{ranking.by_missing.worst[unit]:g}"}
        yield messages.text("ranking.place-missing", edge)


def _probability_lines(ranking: Ranking, unit: int, messages: Messages) -> Iterator[str]:
    """Yield the most likely places, and of which rivals the unit is surely ahead or behind."""
    if ranking.found is None:
        return
    shares = place_shares(ranking.found)[unit]
    likely = sorted(np.flatnonzero(shares).tolist(), key=lambda place: (-shares[place], place))[:3]
    listed = "; ".join(f"{place + 1} — {messages.percent(shares[place])}" for place in likely)
    yield messages.text("ranking.likely-places", {"places": listed})
    ahead = ahead_of(ranking)[ranking.scores.matrix.units[unit]]
    counts = {
        "ahead": sum(share >= SURE for share in ahead.values()),
        "behind": sum(share <= 1 - SURE for share in ahead.values()),
    }
    open_pairs = len(ahead) - sum(counts.values())
    details = {name: str(count) for name, count in counts.items()}
    yield messages.text("ranking.sure-pairs", {**details, "open": str(open_pairs), "share": f"{SURE * 100:g}"})


def _contribution_rows(scores: Scores, unit: int, titles: dict[str, str], messages: Messages) -> Iterator[Line]:
    """Yield the rows of the table of contributions, the header first."""
    found, weights = contributions(scores), leaf_weights(scores)
    rows = _value_rows(scores, unit, titles, messages)
    yield [*next(rows), *(messages.text(f"ranking.{key}") for key in ("weight", "adds", "distance"))]
    for i, row in enumerate(rows):
        yield [*row, f"{weights[unit, i]:.3f}", f"{found.added[unit, i]:.4f}", f"{found.distance[unit, i]:+.4f}"]


def _value_rows(scores: Scores, unit: int, titles: dict[str, str], messages: Messages) -> Iterator[Line]:
    """Yield each indicator's value and what it is on the common scale, the header first."""
    yield [messages.text(f"ranking.{key}") for key in ("indicator", "value", "scale")]
    for leaf in scores.method.leaves:
        raw, scaled = raw_values(leaf, scores.matrix, scores.method)[unit], scores.scores[leaf.id][unit]
        shown = ["–" if np.isnan(raw) else f"{raw:.10g}", "–" if np.isnan(scaled) else f"{scaled:.4f}"]
        yield [titles[leaf.id], *shown]


def _change_lines(scores: Scores, unit: int, titles: dict[str, str], messages: Messages) -> Iterator[str]:
    """Yield the smallest changes of one indicator that move the unit past the one before it."""
    changes = smallest_changes(scores, unit)
    if changes:
        passed = scores.matrix.names[scores.matrix.units.index(changes[0].passed)]
        yield ""
        yield messages.text("ranking.to-pass", {"name": printable(passed)})
        for change in sorted(changes, key=lambda change: (not change.is_possible, abs(change.needed))):
            key = "enough" if change.is_possible else "not-enough"
            details = {"title": titles[change.leaf], "needed": f"{change.needed:+.4f}"}
            yield "  " + messages.text(f"ranking.{key}", details)


def _weight_lines(scores: Scores, unit: int, titles: dict[str, str], messages: Messages) -> Iterator[str]:
    """Yield the smallest changes of weights with which the unit draws level with the one before it."""
    singles = [one for one in single_weights(scores, unit) if one.needed is not None]
    shift = smallest_shift(scores, unit)
    if shift:
        sources = ", ".join(f"{titles[name]} ({weight * 100:.1f})" for name, weight in shift.from_leaves.items())
        details = {"moved": f"{shift.moved * 100:.1f}", "sources": sources, "target": titles[shift.to_leaf]}
        yield ""
        yield messages.text("ranking.weight-shift", details)
    elif len(group_members("together", scores.matrix)[0]) > 1 and scores.place[unit] > 1:
        yield ""
        yield messages.text("ranking.no-weight-shift")
    for one in sorted(singles, key=lambda one: abs((one.needed or 0) - one.own))[:3]:
        details = {"title": titles[one.leaf], "own": f"{one.own:.3f}", "needed": f"{one.needed or 0:.3f}"}
        yield "  " + messages.text("ranking.single-weight", details)


def moves_lines(moves: Moves, names: dict[str, str], messages: Messages) -> Iterator[str]:
    """Yield the moves between two rankings, the largest first, and who entered or left."""
    keys = ("name", "old", "new", "move", "by-data", "by-method", "by-units")
    rows: list[Line] = [[messages.text(f"ranking.{key}") for key in keys]]
    shift = moves.new - moves.old
    for i in sorted(range(len(moves.units)), key=lambda i: (np.isnan(shift[i]), -abs(np.nan_to_num(shift[i])), i)):
        parts = (moves.by_data[i], moves.by_method[i], moves.by_units[i])
        cells = [_number(moves.old[i]), _number(moves.new[i]), _signed(shift[i]), *map(_signed, parts)]
        rows.append([printable(names.get(moves.units[i], moves.units[i]), 50), *cells])
    yield from aligned(rows, (0,))
    for key, units in (("entered", moves.entered), ("left", moves.left)):
        if units:
            yield messages.text(f"ranking.{key}", {"names": ", ".join(map(printable, units))})


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:g}"


def _signed(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:+g}" if value else "0"
