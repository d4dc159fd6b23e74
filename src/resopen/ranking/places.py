"""Places from scores: rounding, order, ties and classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from resopen.schema.methodology import Classes, Result

Values = NDArray[np.float64]
# A float that lies this close below a half is a half: it only missed it by how computers count.
HAIR = 1e-9
# Nor does a difference decide a place that is this small beside the largest score.
SAME = 1e-12


def rounded(scores: Values, decimals: int | None) -> Values:
    """Return scores rounded to so many decimals, halves away from below; unchanged for None."""
    if decimals is None:
        return scores
    scale = 10.0**decimals
    result: Values = np.floor(scores * scale + 0.5 + HAIR) / scale
    return result


def places(scores: Values, result: Result) -> Values:
    """Return the place of each unit, 1 the first; NaN for a unit without a score.

    Scores are rounded first where the method says so. Units whose scores differ from the next one's
    by no more than the tolerance, or by what floats lose, are tied. `competition`: 1, 2, 2, 4; `dense`: 1, 2, 2, 3;
    `average`: 1, 2.5, 2.5, 4. Args: scores (..., units); each run is ranked by itself.
    """
    return places_of(rounded(scores, result.decimals), result)


def places_of(scores: Values, result: Result) -> Values:
    """Return the places of scores that are rounded already, as `places`."""
    signed = np.where(np.isnan(scores), np.inf, -scores if result.order == "descending" else scores)
    order = np.argsort(signed, axis=-1, kind="stable")
    sorted_scores = np.take_along_axis(signed, order, -1)
    largest = np.max(np.abs(np.where(np.isinf(signed), 0.0, signed)), axis=-1, keepdims=True, initial=0.0)
    with np.errstate(invalid="ignore"):
        is_new = np.diff(sorted_scores, axis=-1, prepend=-np.inf) > result.tolerance + SAME * largest
    index = np.broadcast_to(np.arange(scores.shape[-1]), scores.shape)
    first = np.maximum.accumulate(np.where(is_new, index, 0), axis=-1)
    if result.ties == "dense":
        place = np.cumsum(is_new, axis=-1).astype(np.float64)
    elif result.ties == "average":
        behind = np.roll(np.where(is_new, index, scores.shape[-1]), -1, axis=-1)
        behind[..., -1] = scores.shape[-1]
        after = np.minimum.accumulate(behind[..., ::-1], axis=-1)[..., ::-1]
        place = (first + 1 + after) / 2
    else:
        place = first + 1.0
    place = np.where(np.isinf(sorted_scores), np.nan, place)
    found = np.empty_like(place)
    np.put_along_axis(found, order, place, -1)
    return found


def class_numbers(scores: Values, result: Result, classes: Classes) -> Values:
    """Return the number of each unit's class, 0 the best; NaN for a unit without a score.

    `thresholds`: the first class whose lower limit the score reaches (in ascending order: whose
    upper limit it does not exceed). `quantiles`: the first class whose share of the ranked units,
    counted from the best down, holds the place.
    """
    used = rounded(scores, result.decimals) if classes.is_rounded else scores
    limits = np.asarray(classes.limits)
    if classes.by == "quantiles":
        # By competition, whatever the rule of ties: a share of the units counts all that are ahead.
        share = (places_of(used, replace(result, ties="competition")) - 1) / max(int((~np.isnan(used)).sum()), 1)
        number = np.searchsorted(limits, share + HAIR, "left")
    elif result.order == "descending":
        number = (used[:, None] < limits - HAIR).sum(-1)
    else:
        number = (used[:, None] > limits + HAIR).sum(-1)
    return np.where(np.isnan(used), np.nan, number)
