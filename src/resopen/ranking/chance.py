"""The places that follow from chance in small numbers, apart from any doubt about the method.

A count of k events is taken for a draw from a Poisson law, a share of k among n for one from a
binomial law. What the law behind it may be is drawn from the posterior of Jeffreys' prior: Gamma(k +
1/2) for a count or a rate, Beta(k + 1/2, n - k + 1/2) for a share, which also says something of zero.
Source: Brown, Cai and DasGupta, Interval Estimation for a Binomial Proportion (2001), and in
Exponential Families (2003).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.ranking.matrix import Matrix, column_name
from resopen.ranking.places import places
from resopen.ranking.score import Scores, below_coverage, group_members, node_weights, prepare, tree_scores
from resopen.schema.methodology import Chance, Leaf, Methodology

Values = NDArray[np.float64]


@dataclass(frozen=True)
class ByChance:
    """The places of every draw (draws, units), and the drawn values of each leaf with a model (draws, units)."""

    places: Values
    values: dict[str, Values]


def sampled_leaves(method: Methodology) -> tuple[Leaf, ...]:
    """Return the leaves whose values the method takes for draws."""
    return tuple(leaf for leaf in method.leaves if leaf.sampling.method != "none")


def by_chance(scores: Scores) -> ByChance:
    """Return the places of draws in which every value with a model is drawn anew, all units at once.

    Missing values stay missing, and a unit without a place has none in any draw. The same seed gives
    the same draws whatever the order of units, which is that of their codes.
    Raises DefinitionError, with the leaf, where a value is not what its model says: scale times
    numerator (over the denominator), or a share of more than there are.
    """
    method, matrix = scores.method, scores.matrix
    assert method.chance is not None  # noqa: S101 - the caller asks only then
    leaves = sampled_leaves(method)
    generator = np.random.default_rng(method.chance.seed)
    drawn = {leaf.id: _drawn(leaf, matrix, method, method.chance, generator) for leaf in leaves}
    values = dict(scores.prepared.values)
    values |= {name: np.empty_like(one) for name, one in drawn.items()}
    for run in range(method.chance.runs):
        columns = {_column(leaf, matrix): drawn[leaf.id][run] for leaf in leaves}
        made = prepare(method, replace(matrix, columns={**matrix.columns, **columns}), leaves)
        for leaf in leaves:
            values[leaf.id][run] = made.values[leaf.id]
    root = tree_scores(method, values, node_weights(method), absent=below_coverage(method, scores.coverage))
    index = np.broadcast_to(root[method.root.id], (method.chance.runs, len(matrix.units)))
    index = np.where(np.isnan(scores.place), np.nan, index)
    found = np.full(index.shape, np.nan)
    for members in group_members(method.groups.rank, matrix):
        found[:, members] = places(index[:, members], method.result)
    return ByChance(found, drawn)


def _drawn(
    leaf: Leaf, matrix: Matrix, method: Methodology, chance: Chance, generator: np.random.Generator
) -> Values:  # fmt: skip
    """Return draws of a leaf's raw values (draws, units)."""
    name = _column(leaf, matrix)
    value, count = matrix.columns[name], matrix.columns[f"{name} numerator"]
    kind, scale = leaf.sampling.method, leaf.sampling.number("scale")
    whole = np.ones_like(count) if kind == "count" else matrix.columns[f"{name} denominator"]
    known = ~np.isnan(value)
    with np.errstate(invalid="ignore", divide="ignore"):
        is_other = known & ~(np.abs(scale * count / whole - value) <= 1e-9 * np.maximum(np.abs(value), 1e-9))
        is_other |= known & ((count < 0) | ((kind == "share") & (count > whole)))
    if is_other.any():
        unit = int(np.argmax(is_other))
        details = {
            "file": method.file, "key": f"{leaf.id}.sampling", "name": matrix.units[unit], "found": f"{value[unit]:g}",
            "expected": f"{scale:g} × {count[unit]:g}" + ("" if kind == "count" else f" / {whole[unit]:g}"),
        }  # fmt: skip
        raise DefinitionError("definition.not-of-model", details)
    k, n = np.where(known, count, 0.0), np.where(known, whole, 1.0)
    size = (chance.runs, len(k))
    if kind == "share":
        made = scale * generator.beta(k + 0.5, n - k + 0.5, size)
    else:
        made = scale * generator.gamma(k + 0.5, 1.0, size) / n
    return np.where(known, made, np.nan)


def _column(leaf: Leaf, matrix: Matrix) -> str:
    return column_name(leaf, leaf.indicator, leaf.period, matrix.columns)


def interval_of(drawn: Values, interval: tuple[float, float]) -> tuple[Values, Values]:
    """Return two quantiles of the draws of each unit, NaN for one without; as whole places are, they occur."""
    ordered = np.sort(drawn, axis=0)
    rows = [min(max(int(np.ceil(share / 100 * len(drawn))) - 1, 0), len(drawn) - 1) for share in interval]
    return ordered[rows[0]], ordered[rows[1]]
