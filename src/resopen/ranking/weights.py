"""The smallest change of weights that moves a unit past its neighbour.

Weights here are those of the indicators in the index, a composite's weight times its indicator's.
Source: weight stability intervals, Mareschal (1988); a linear programme with one constraint is
solved by taking the most useful weight first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.explanation import leaf_weights, must_be_additive, unit_before
from resopen.ranking.score import Scores

Values = NDArray[np.float64]


@dataclass(frozen=True)
class OneWeight:
    """The weight of one leaf with which the unit draws level, the others keeping their proportions; None for none."""

    leaf: str
    own: float
    needed: float | None


@dataclass(frozen=True)
class Shift:
    """The least weight that has to move so that the unit draws level: from these leaves to that one."""

    passed: str
    moved: float
    from_leaves: Mapping[str, float]
    to_leaf: str


def single_weights(scores: Scores, unit: int) -> list[OneWeight]:
    """Return for each leaf the weight at which the unit draws level with the one before it.

    With the weight w' of a leaf and the others scaled to 1 - w' the distance to the unit before is
    w'·D + (1 - w')·R, D its distance on the leaf and R the mean one on the others: level at
    w' = R/(R - D), if that lies between 0 and 1. Empty for the first unit, and where one of the two
    lacks a leaf: their weights would differ. Raises DefinitionError when the method is not additive.
    """
    distance, own = _distance(scores, unit)
    found = []
    for i, leaf in enumerate(scores.method.leaves if distance.size else ()):
        weight = own[i]
        rest = (distance @ own - weight * distance[i]) / (1 - weight) if weight < 1 else distance[i]
        needed = rest / (rest - distance[i]) if rest != distance[i] else np.nan
        found.append(OneWeight(leaf.id, float(weight), float(needed) if 0 <= needed <= 1 else None))
    return found


def smallest_shift(scores: Scores, unit: int) -> Shift | None:
    """Return the least total weight whose move draws the unit level with the one before it.

    It goes from the leaves where the unit is furthest behind to the one where it is furthest ahead.
    None for the first unit, where one of the two lacks a leaf, and where the unit is ahead on none.
    Raises DefinitionError when the method is not additive.
    """
    distance, own = _distance(scores, unit)
    ahead = unit_before(scores, unit)
    if not distance.size or ahead is None or distance.min() > 0:
        return None
    best = int(np.argmin(distance))
    left, moved = float(distance @ own), {}
    for i in np.argsort(-distance, kind="stable"):
        gain = distance[i] - distance[best]
        if left <= 0 or gain <= 0:
            break
        taken = min(float(own[i]), left / gain)
        if taken > 0:
            moved[scores.method.leaves[i].id] = taken
        left -= taken * gain
    return Shift(scores.matrix.units[ahead], sum(moved.values()), moved, scores.method.leaves[best].id)


def _distance(scores: Scores, unit: int) -> tuple[Values, Values]:
    """Return how far the unit before is ahead on each leaf, and the weights; empty where they cannot be compared."""
    must_be_additive(scores.method)
    ahead, nothing = unit_before(scores, unit), np.zeros(0)
    if ahead is None:
        return nothing, nothing
    sign = 1.0 if scores.method.result.order == "descending" else -1.0
    values = sign * np.stack([scores.scores[leaf.id] for leaf in scores.method.leaves], axis=-1)
    distance = values[ahead] - values[unit]
    return (nothing, nothing) if np.isnan(distance).any() else (distance, leaf_weights(scores)[unit])
