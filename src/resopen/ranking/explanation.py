"""Why a unit has its place: what each indicator adds to its score, and what would move it.

Additive contributions exist where every node above an indicator is an arithmetic mean; other trees
are refused rather than approximated. Source: OECD/JRC Handbook (2008), step 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.ranking.places import rounded
from resopen.ranking.score import Scores
from resopen.schema.methodology import Methodology

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Contributions:
    """What each leaf adds to the score of each unit (units, leaves), in the order of the method's leaves.

    A row sums to the unit's score. `distance` is the contribution less that of the median score of
    the unit's group: the median contribution of each leaf, moved so that the distances of a unit sum
    to its score less the group's median score.
    """

    added: Values
    distance: Values


@dataclass(frozen=True)
class Change:
    """The smallest change of one indicator, on its common scale, with which a unit passes another one."""

    leaf: str
    passed: str
    needed: float
    is_possible: bool


def is_additive(method: Methodology) -> bool:
    """Say whether every node is an arithmetic mean, so that a score is a sum of contributions."""
    return all(node.aggregator == "arithmetic" and not node.is_complement for node in method.nodes)


def must_be_additive(method: Methodology) -> None:
    """Raise DefinitionError when a node is no arithmetic mean, so that a score is no sum of contributions."""
    for node in method.nodes:
        if node.aggregator != "arithmetic" or node.is_complement:
            details = {"file": method.file, "key": node.id, "aggregator": node.aggregator}
            raise DefinitionError("definition.not-additive", details)


def leaf_weights(scores: Scores) -> Values:
    """Return the weight that each leaf really has in the score of each unit (units, leaves).

    A leaf without a value has none, and the others below its node weigh more: the rows of ranked
    units sum to one.
    """
    method, units = scores.method, len(scores.matrix.units)
    share: dict[str, Values] = {method.root.id: np.ones(units)}
    for node in method.nodes:
        below = method.children[node.id]
        own = np.array([float(item.weight) for item in below])
        known = np.stack([~np.isnan(scores.scores[item.id]) for item in below], axis=-1) * own
        total = known.sum(-1, keepdims=True)
        part = np.divide(known, total, out=np.zeros_like(known), where=total > 0)
        for i, item in enumerate(below):
            share[item.id] = share[node.id] * part[:, i]
    return np.stack([share[leaf.id] for leaf in method.leaves], axis=-1)


def contributions(scores: Scores) -> Contributions:
    """Return what each leaf adds to each score, and to its distance from the group's median.

    Raises DefinitionError when the method is not additive. Units without a score have NaN.
    """
    must_be_additive(scores.method)
    values = np.stack([scores.scores[leaf.id] for leaf in scores.method.leaves], axis=-1)
    added = leaf_weights(scores) * np.nan_to_num(values)
    root = scores.scores[scores.method.root.id]
    added = np.where(np.isnan(root)[:, None], np.nan, added)
    distance = np.full_like(added, np.nan)
    for number in range(len(scores.matrix.group_names)):
        members = (scores.matrix.groups == number) & ~np.isnan(root)
        if members.any():
            middle = np.median(added[members], axis=0)
            middle = middle + (np.median(root[members]) - middle.sum()) / len(middle)
            distance[members] = added[members] - middle
    return Contributions(added, distance)


def smallest_changes(scores: Scores, unit: int) -> list[Change]:
    """Return, for each leaf, what the unit would need more of on its common scale to pass the unit before it.

    The needed score is that of the unit before, and the least step more where scores are rounded;
    a change beyond the best value that any unit has on that leaf is called impossible. Empty for
    the first unit and for one without a place. Raises DefinitionError when the method is not additive.
    """
    must_be_additive(scores.method)
    ahead = unit_before(scores, unit)
    if ahead is None:
        return []
    root, result = scores.scores[scores.method.root.id], scores.method.result
    sign = 1.0 if result.order == "descending" else -1.0
    step = 10.0**-result.decimals if result.decimals is not None else 2 * result.tolerance
    used = rounded(root, result.decimals)
    gap = sign * (used[ahead] - root[unit]) + (step / 2 if result.decimals is not None else step)
    found = []
    for i, leaf in enumerate(scores.method.leaves):
        weight = leaf_weights(scores)[unit, i]
        if weight > 0:
            needed = sign * gap / weight
            best = np.nanmax(sign * scores.scores[leaf.id])
            reached = sign * (scores.scores[leaf.id][unit] + needed)
            found.append(Change(leaf.id, scores.matrix.units[ahead], float(needed), bool(reached <= best)))
    return found


def unit_before(scores: Scores, unit: int) -> int | None:
    """Return the unit with the nearest better place in the same ranking, the first of them by code; None for none."""
    place = scores.place
    inside = scores.method.groups.rank == "inside"
    rivals = (scores.matrix.groups == scores.matrix.groups[unit]) if inside else np.ones(len(place), bool)
    better = np.flatnonzero(rivals & (place < place[unit]))
    if better.size == 0:
        return None
    return int(better[np.argmax(place[better])])


def strengths(found: Contributions, method: Methodology, unit: int) -> Mapping[str, float]:
    """Return the leaves of a unit by what they add to its distance from the median, the most helpful first."""
    order = sorted(range(len(method.leaves)), key=lambda i: (-found.distance[unit, i], method.leaves[i].id))
    return {method.leaves[i].id: float(found.distance[unit, i]) for i in order}
