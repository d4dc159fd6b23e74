"""Scores below a node made one score: weighted means, Copeland's rule, the minimum, a ratio.

All functions work on many runs at once: the last axis of the scores is what is aggregated, the one
before it the units. What is missing is left out, and the weights of the rest are scaled up to their
sum. Sources: OECD/JRC Handbook (2008), step 6; Copeland (1951) as in Munda and Nardo (2009).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.schema.methodology import Node

Values = NDArray[np.float64]
# Pairs of units times children that Copeland's rule looks at in one go.
PAIRS = 1 << 24
# Two scores that differ by no more than this share of the largest are the same score.
HAIR = 1e-12


def aggregate(scores: Values, weights: Values, node: Node, aggregator: str = "") -> Values:
    """Return the score of a node from those below it.

    Args: scores (..., units, children), weights (..., children), the node, and another aggregator
    than its own where an alternative is tried. A unit with no known score below has none.
    Raises DefinitionError where a geometric mean meets a value that is not above zero, a harmonic
    or generalised one with it a value that makes it meaningless, or a ratio a zero.
    """
    kind = aggregator or node.aggregator
    if kind in ("geometric", "harmonic") or (kind == "generalised" and node.power != 1):
        _must_be_positive(scores, node, kind)
    if kind == "arithmetic":
        result = _mean(scores, weights)
    elif kind == "geometric":
        result = np.exp(_mean(np.log(scores), weights))
    elif kind == "harmonic":
        result = 1 / _mean(1 / scores, weights)
    elif kind == "generalised":
        result = _mean(scores**node.power, weights) ** (1 / node.power)
    elif kind == "minimum":
        result = _minimum(scores, weights)
    elif kind == "ratio":
        result = _ratio(scores, node)
    else:
        result = copeland(scores, weights)
    return 1 - result if node.is_complement else result


def _must_be_positive(scores: Values, node: Node, kind: str) -> None:
    low = np.nanmin(scores) if np.isfinite(scores).any() else 1.0
    if low <= 0:
        details = {"file": "", "key": node.id, "aggregator": kind, "found": f"{low:g}"}
        raise DefinitionError("definition.mean-of-not-positive", details)


def _mean(scores: Values, weights: Values) -> Values:
    """Return the weighted mean of what is known; NaN where nothing is, or where it has no weight."""
    known = ~np.isnan(scores)
    sums = weights.sum(-1, keepdims=True)
    if known.all() and (sums > 0).all():
        result: Values = np.matmul(scores, (weights / sums)[..., None])[..., 0]
        return result
    total = np.matmul(np.where(known, scores, 0.0), weights[..., None])[..., 0]
    weight = np.matmul(known.astype(np.float64), weights[..., None])[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 0, total / weight, np.nan)


def _minimum(scores: Values, weights: Values) -> Values:
    """Return the lowest known score; a child without weight is left out."""
    lowest = np.where(np.isnan(scores) | (weights[..., None, :] == 0), np.inf, scores).min(-1)
    return np.where(np.isinf(lowest), np.nan, lowest)


def _ratio(scores: Values, node: Node) -> Values:
    below = scores[..., 1]
    if (below == 0).any():
        raise DefinitionError("definition.ratio-by-zero", {"file": "", "key": node.id})
    result: Values = scores[..., 0] / below
    return result


def copeland(scores: Values, weights: Values) -> Values:
    """Return Copeland's score of each unit: duels won less duels lost, over the duels fought.

    A unit wins the duel with another one when the children in which it is better weigh more than
    half of those known of both; children in which they are equal count half for each. A half
    is a draw, and equal is equal, also where floats miss it by a hair. Duels without a child known
    of both are not fought; a child without weight does not count as known.
    """
    units = scores.shape[-2]
    scores = _levels(scores)
    runs = np.broadcast_shapes(scores.shape[:-2], weights.shape[:-1])
    result = np.empty((*runs, units))
    step = max(1, PAIRS // max(scores.shape[-1] * units * int(np.prod(runs)), 1))
    for start in range(0, units, step):
        mine = scores[..., start : start + step, None, :]
        others = scores[..., None, :, :]
        sign = np.where(np.isnan(mine) | np.isnan(others), 0.0, np.sign(np.nan_to_num(mine) - np.nan_to_num(others)))
        duel = np.matmul(sign, weights[..., None, :, None])[..., 0]
        known = ~(np.isnan(mine) | np.isnan(others)) & (weights > 0)[..., None, None, :]
        fought: NDArray[np.bool_] = np.asarray(known.any(-1))
        fought[..., np.arange(fought.shape[-2]), start + np.arange(fought.shape[-2])] = False
        close = np.abs(duel) <= 1e-12 * weights.sum(-1)[..., None, None]
        won = np.where(fought & ~close, np.sign(duel), 0.0).sum(-1)
        with np.errstate(invalid="ignore"):
            result[..., start : start + step] = np.where(fought.any(-1), won / fought.sum(-1), np.nan)
    return result


def _levels(scores: Values) -> Values:
    """Return the number of each score among the different ones of its child; what differs by a hair is equal."""
    order = np.argsort(scores, axis=-2, kind="stable")
    rising = np.take_along_axis(scores, order, -2)
    hair = HAIR * np.max(np.abs(np.nan_to_num(rising)), axis=-2, keepdims=True)
    steps = np.diff(rising, axis=-2, prepend=rising[..., :1, :]) > hair
    levels = np.where(np.isnan(rising), np.nan, np.cumsum(steps, axis=-2))
    found = np.empty_like(rising)
    np.put_along_axis(found, order, levels, -2)
    return found
