"""The best and the worst place that a unit can take, proven rather than sampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.explanation import must_be_additive
from resopen.ranking.places import SAME, places
from resopen.ranking.score import Scores, group_members
from resopen.schema.methodology import Methodology

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """The best and worst place of each unit (units), NaN for one without a place."""

    best: Values
    worst: Values


def weight_bounds(scores: Scores, spread: float) -> Bounds:
    """Return places that no unit can leave while each weight below a node differs by at most a share of itself.

    The weights below each node are varied and scaled to one again. Unit j is surely ahead of unit i
    when the least value of Σ w·(x_j - x_i) over the box of weights is above zero; it is found
    exactly, because each weight takes the end that the sign of its difference asks for. The common
    scale of the index cancels out; that of a node below it widens the box by (1 + s)/(1 - s). The
    best place is one more than the number of units surely ahead, the worst the number of units not
    surely behind: bounds that are safe, and are reached where one set of weights can do it for all
    rivals at once. A pair of which one lacks a leaf is never sure,
    nor is one that rounding may tie, or the tolerance, from neighbour to neighbour through all units.
    Raises DefinitionError when the method is not additive.
    """
    must_be_additive(scores.method)
    result = scores.method.result
    low, high = _weight_box(scores.method, spread)
    sign = 1.0 if result.order == "descending" else -1.0
    largest = float(np.max(np.abs(np.nan_to_num(scores.scores[scores.method.root.id])), initial=0.0))
    values = sign * np.stack([scores.scores[leaf.id] for leaf in scores.method.leaves], axis=-1)
    best, worst = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for members in group_members(scores.method.groups.rank, scores.matrix):
        ranked = np.flatnonzero(members & ~np.isnan(scores.place))
        margin = (result.tolerance + SAME * largest) * len(ranked)
        margin += 0.0 if result.decimals is None else 10.0**-result.decimals
        for unit in ranked:
            least, most = _least_and_most(values[ranked] - values[unit], margin, low, high)
            best[unit] = 1 if result.ties == "dense" else 1 + np.count_nonzero(least > 0)
            worst[unit] = len(ranked) - np.count_nonzero(most < 0)
    return Bounds(best, worst)


def _weight_box(method: Methodology, spread: float) -> tuple[Values, Values]:
    """Return the least and the greatest weight of each leaf in the index, up to a common scale."""
    parents = {node.id: node for node in method.nodes}
    found = []
    for leaf in method.leaves:
        weight, low, high, parent = float(leaf.weight), 1 - spread, 1 + spread, leaf.parent
        while parents[parent].parent:
            weight *= float(parents[parent].weight)
            low, high = low * (1 - spread) / (1 + spread), high * (1 + spread) / (1 - spread)
            parent = parents[parent].parent
        found.append((weight * low, weight * high))
    box = np.array(found)
    return box[:, 0], box[:, 1]


def _least_and_most(difference: Values, margin: float, low: Values, high: Values) -> tuple[Values, Values]:
    """Return the least of each rival's lead beyond the margin, and the most of it short of the margin.

    The margin is taken from each leaf: the weights sum to one only up to their common scale.
    """
    is_unsure = np.isnan(difference).any(-1)
    ahead, behind = difference - margin, difference + margin
    least = np.where(ahead > 0, ahead * low, ahead * high).sum(-1)
    most = np.where(behind > 0, behind * high, behind * low).sum(-1)
    return np.where(is_unsure, -np.inf, least), np.where(is_unsure, np.inf, most)


def missing_bounds(scores: Scores) -> Bounds:
    """Return the best and worst place of each unit over all values that its missing leaves could have.

    A missing value may be anything between the worst and the best known value of its leaf, on the
    common scale, the other units staying as they are; both ends are placed by the method's own rule.
    Raises DefinitionError when not additive.
    """
    must_be_additive(scores.method)
    weights = _weight_box(scores.method, 0.0)[0]
    result = scores.method.result
    sign = 1.0 if result.order == "descending" else -1.0
    values = sign * np.stack([scores.scores[leaf.id] for leaf in scores.method.leaves], axis=-1)
    known = np.stack([scores.prepared.known[leaf.id] for leaf in scores.method.leaves], axis=-1)
    low = np.where(known, values, np.nanmin(np.where(known, values, np.nan), axis=0)) @ weights
    high = np.where(known, values, np.nanmax(np.where(known, values, np.nan), axis=0)) @ weights
    root = scores.scores[scores.method.root.id]
    best, worst = scores.place.copy(), scores.place.copy()
    for members in group_members(scores.method.groups.rank, scores.matrix):
        some = np.flatnonzero(members)
        for position, unit in enumerate(some):
            if known[unit].all():
                continue
            for found, end in ((best, high), (worst, low)):
                filled = root[some]
                filled[position] = sign * end[unit]
                found[unit] = places(filled, result)[position]
    return Bounds(best, worst)
