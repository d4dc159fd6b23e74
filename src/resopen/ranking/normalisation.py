"""The values of one indicator made comparable: transformed, bounded, treated, normalised.

Every function takes the values of all units, float64 with NaN for missing, and returns as many;
what is missing stays missing. Sources: OECD/JRC, Handbook on Constructing Composite Indicators
(2008), steps 4 and 5; Becker et al., COINr (2022).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.schema.methodology import Choice

Values = NDArray[np.float64]


def transform(values: Values, name: str) -> Values:
    """Return the values on another scale: their natural or decimal logarithm, square root or reciprocal.

    Raises DefinitionError where a value has none: logarithm or reciprocal of what is not above
    zero, square root of what is below.
    """
    if name == "none":
        return values
    known = values[~np.isnan(values)]
    if (known < 0).any() or (name != "sqrt" and (known == 0).any()):
        raise DefinitionError("definition.no-transform", {"transform": name, "found": f"{known.min():g}"})
    functions = {"log": np.log, "log10": np.log10, "sqrt": np.sqrt, "reciprocal": np.reciprocal}
    result: Values = functions[name](values)
    return result


def bound(values: Values, floor: float | None, cap: float | None) -> Values:
    """Return the values with those below the floor and above the cap set to it."""
    raised = values if floor is None else np.fmax(values, np.where(np.isnan(values), np.nan, floor))
    return raised if cap is None else np.fmin(raised, np.where(np.isnan(raised), np.nan, cap))


def treat(values: Values, choice: Choice) -> Values:
    """Return the values with their outliers drawn in.

    `winsorise`: while |skewness| >= its limit and kurtosis >= its limit, the values that lie
    furthest on the side of the tail are set to the next one, until at least so many are drawn in
    (winsorise of COINr; skewness g1·sqrt(n(n-1))/(n-2) and the excess kurtosis of the sample, as
    there). `winsorise-or-log`: the same, and where it does not bring them below the limits, the
    logarithm of the values as they were (f1 winsorise, f2 log_CT of COINr).
    `percentiles`: values beyond two percentiles are set to them. `points`: so many of the lowest
    and highest values are set to the next one.
    """
    if choice.method in ("winsorise", "winsorise-or-log"):
        limits = choice.number("skewness"), choice.number("kurtosis")
        drawn = _winsorise(values, *limits, int(choice.number("most")))
        return log_ct(values) if choice.method == "winsorise-or-log" and _is_long(drawn, *limits) else drawn
    if choice.method == "percentiles":
        low, high = np.nanpercentile(values, [choice.number("low"), choice.number("high")])
        return bound(values, float(low), float(high))
    if choice.method == "points":
        known = np.sort(values[~np.isnan(values)])
        low, high = int(choice.number("low")), int(choice.number("high"))
        if low + high >= known.size:
            raise DefinitionError("definition.too-few-units", {"found": str(known.size), "expected": f"> {low + high}"})
        return bound(values, float(known[low]), float(known[known.size - 1 - high]))
    return values


def skewness(values: Values) -> float:
    """Return the sample skewness G1 = g1·sqrt(n(n-1))/(n-2) of what is known; 0 for fewer than three values."""
    known = values[~np.isnan(values)]
    n, spread = known.size, known.std() if known.size else 0.0
    if n < 3 or spread == 0:
        return 0.0
    g1 = float(((known - known.mean()) ** 3).mean() / spread**3)
    return g1 * float(np.sqrt(n * (n - 1))) / (n - 2)


def kurtosis(values: Values) -> float:
    """Return the sample excess kurtosis G2 = (n-1)/((n-2)(n-3))·((n+1)g2 + 6); 0 for fewer than four values."""
    known = values[~np.isnan(values)]
    n, spread = known.size, known.std() if known.size else 0.0
    if n < 4 or spread == 0:
        return 0.0
    g2 = float(((known - known.mean()) ** 4).mean() / spread**4) - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)


def _is_long(values: Values, skew_limit: float, kurtosis_limit: float) -> bool:
    """Say whether the values have a tail: what is constant has none, whatever the limits."""
    has_two = np.unique(values[~np.isnan(values)]).size > 1
    return has_two and abs(skewness(values)) >= skew_limit and kurtosis(values) >= kurtosis_limit


def _winsorise(values: Values, skew_limit: float, kurtosis_limit: float, most: int) -> Values:
    treated = values.copy()
    # Counted are values, not steps: equal ones are drawn in together, and again with the next one.
    high = low = 0
    while high + low < most and _is_long(treated, skew_limit, kurtosis_limit):
        known = np.unique(treated[~np.isnan(treated)])
        is_high = skewness(treated) >= 0
        end, following = (known[-1], known[-2]) if is_high else (known[0], known[1])
        count = int((treated == end).sum())
        high, low = (count, low) if is_high else (high, count)
        treated[treated == end] = following
    return treated


def log_ct(values: Values) -> Values:
    """Return log(x - min + a), a a hundredth of the range; for a tail to the left its mirror -log(max + a - x).

    Source: log_CT of COINr, and log_CT_plus for the mirror: the plain one would lengthen a left tail.
    """
    known = values[~np.isnan(values)]
    low, high = float(known.min()), float(known.max())
    shift = 0.01 * (high - low)
    result: Values = np.log(values - low + shift) if skewness(values) >= 0 else -np.log(high + shift - values)
    return result


def normalise(values: Values, direction: str, choice: Choice, units: tuple[str, ...]) -> Values:
    """Return the values on a common scale on which more is better.

    `min-max` maps the worst value to `low` and the best to `high`; `goalposts` does so with stated
    values, clipped where asked; `z-score` has the stated mean and deviation (of the sample); `rank`
    counts from the worst, 1, ties in the middle; `percentile-rank` is (rank - 1)/(n - 1);
    `distance-to-reference` is the quotient with a unit's value; `distance-to-maximum` is
    1 - |best - x|/(max - min); `share-of-maximum` x/max; `points` a step function of the value.
    With direction `down` less is better: goalposts and points say so by their own numbers, a
    quotient is turned round, the others are mirrored.
    Raises DefinitionError where the values are constant and the method tells units apart by their
    spread or order, where the reference is missing or not above zero, where a quotient is turned
    round that is not above zero, and for a share of the maximum whose direction is down or whose
    maximum is not above zero.
    """
    if choice.method == "none":
        return values if direction == "up" else -values
    return METHODS[choice.method](values, direction == "up", choice, units)


def _spread(values: Values, name: str) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if low == high:
        raise DefinitionError("definition.constant-indicator", {"found": f"{low:g}", "method": name})
    return low, high


def _min_max(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    low, high = _spread(values, choice.method)
    share = (values - low) / (high - low) if is_up else (high - values) / (high - low)
    return choice.number("low") + (choice.number("high") - choice.number("low")) * share


def _goalposts(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    worst, best = choice.number("worst"), choice.number("best")
    if (best > worst) != is_up:
        raise DefinitionError("definition.goalposts-against-direction", {"found": f"{worst:g} → {best:g}"})
    share = (values - worst) / (best - worst)
    return np.clip(share, 0.0, 1.0) if choice.numbers["clip"] else share


def _z_score(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    _spread(values, choice.method)
    known = values[~np.isnan(values)]
    score = (values - known.mean()) / known.std(ddof=1) if known.size > 1 else values * 0
    return choice.number("mean") + choice.number("deviation") * (score if is_up else -score)


def ranks_from_worst(values: Values) -> Values:
    """Return the rank of each value from the lowest, 1; equal values share the mean of their ranks."""
    known = np.sort(values[~np.isnan(values)])
    below = np.searchsorted(known, values, "left")
    upto = np.searchsorted(known, values, "right")
    return np.where(np.isnan(values), np.nan, (below + 1 + upto) / 2)


def _rank(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    _spread(values, choice.method)
    return ranks_from_worst(values if is_up else -values)


def _percentile_rank(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    _spread(values, choice.method)
    ranks = ranks_from_worst(values if is_up else -values)
    return (ranks - 1) / (np.count_nonzero(~np.isnan(values)) - 1)


def _to_reference(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    name = str(choice.numbers["reference"])
    reference = values[units.index(name)] if name in units else np.nan
    if not reference > 0:
        raise DefinitionError("definition.no-reference", {"name": name})
    return _quotient(values / reference, is_up)


def _to_maximum(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    low, high = _spread(values, choice.method)
    return 1 - ((high - values) if is_up else (values - low)) / (high - low)


def _share_of_maximum(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    known = values[~np.isnan(values)]
    if not is_up:
        raise DefinitionError("definition.reversed-share", {})
    if known.size and known.max() <= 0:
        raise DefinitionError("definition.no-reference", {"name": f"{known.max():g}"})
    return values / (known.max() if known.size else 1.0)


def _quotient(values: Values, is_up: bool) -> Values:
    if not is_up and (values <= 0).any():
        raise DefinitionError("definition.no-transform", {"transform": "reciprocal", "found": f"{np.nanmin(values):g}"})
    return values if is_up else 1 / values


def _points(values: Values, is_up: bool, choice: Choice, units: tuple[str, ...]) -> Values:
    limits, points = np.asarray(choice.numbers["limits"], float), np.asarray(choice.numbers["points"], float)
    if (np.diff(points) < 0).any() if is_up else (np.diff(points) > 0).any():
        raise DefinitionError("definition.goalposts-against-direction", {"found": ", ".join(f"{p:g}" for p in points)})
    steps = points[np.searchsorted(limits, np.where(np.isnan(values), limits[0], values), "right")]
    return np.where(np.isnan(values), np.nan, steps)


METHODS: Mapping[str, Callable[[Values, bool, Choice, tuple[str, ...]], Values]] = MappingProxyType(
    {
        "min-max": _min_max, "goalposts": _goalposts, "z-score": _z_score, "rank": _rank,
        "percentile-rank": _percentile_rank, "distance-to-reference": _to_reference,
        "distance-to-maximum": _to_maximum, "share-of-maximum": _share_of_maximum, "points": _points,
    }
)  # fmt: skip
