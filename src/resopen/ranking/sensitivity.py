"""Which choice moves the places: shares of the variance over all combinations, and indicators left out.

Sources: Saltelli et al. (2008), first and total order indices; OECD/JRC Handbook (2008), step 7;
Paruolo, Saisana and Saltelli (2013) for the real influence of a weight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.ranking.score import Scores
from resopen.ranking.uncertainty import Uncertainty, run_places

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Sensitivity:
    """What each choice does to the places (choices): its share alone, and with all others.

    The measured number of a run is the mean distance of the places from those of the method itself.
    `first` is the share of its variance that the choice makes by itself, `total` the share that would
    go if the choice were settled last, both NaN when no choice makes any difference.
    """

    names: tuple[str, ...]
    first: Values
    total: Values


def exact_sensitivity(nominal: Scores, found: Uncertainty) -> Sensitivity:
    """Return the exact indices of runs that are all combinations there are.

    first_i = Var(E[y | choice i]) / Var(y); total_i = 1 - Var(E[y | all choices but i]) / Var(y).
    Raises DefinitionError when the runs were drawn: their combinations do not fill the grid.
    """
    if not found.runs.is_exact:
        raise DefinitionError("definition.drawn-runs", {"file": nominal.method.file, "key": "uncertainty"})
    grid = mean_shifts(nominal, found).reshape(found.runs.options)
    variance = grid.var()
    axes = range(grid.ndim)
    first = [grid.mean(axis=tuple(j for j in axes if j != i)).var() for i in axes]
    rest = [grid.mean(axis=i).var() for i in axes]
    if variance <= 1e-18:
        unknown = np.full(grid.ndim, np.nan)
        return Sensitivity(found.runs.names, unknown, unknown)
    return Sensitivity(found.runs.names, np.array(first) / variance, 1 - np.array(rest) / variance)


def mean_shifts(nominal: Scores, found: Uncertainty) -> Values:
    """Return, for each run, the mean distance of the places from the method's own; units without one are left out."""
    shifts: Values = np.nanmean(np.abs(found.places.astype(np.float64) - nominal.place), axis=1)
    return shifts


def left_out_shifts(nominal: Scores, found: Uncertainty) -> dict[str, float]:
    """Return, for each leaf, the mean distance of the places when the method itself leaves it out."""
    inclusion = found.runs.names.index("inclusion")
    leaves = nominal.method.leaves
    choices = np.zeros((len(leaves), len(found.runs.names)), np.int64)
    choices[:, inclusion] = np.arange(1, len(leaves) + 1)
    runs = replace(found.runs, choices=choices, factors=np.ones((len(leaves), found.runs.factors.shape[1])))
    places = run_places(nominal.method, nominal.matrix, runs)
    shifts = mean_shifts(nominal, Uncertainty(runs, places))
    return {leaf.id: float(shift) for leaf, shift in zip(leaves, shifts, strict=True)}


def influences(nominal: Scores) -> dict[str, float]:
    """Return, for each leaf, the squared correlation of its values with the score of the index.

    What a weight is meant to say and what it does are two things; a leaf that does not vary with
    the index has no influence, whatever its weight. NaN where either is constant.
    """
    root = nominal.scores[nominal.method.root.id]
    found = {}
    for leaf in nominal.method.leaves:
        values = nominal.scores[leaf.id]
        known = ~np.isnan(values) & ~np.isnan(root)
        some, other = values[known], root[known]
        is_flat = known.sum() < 3 or some.std() == 0 or other.std() == 0
        found[leaf.id] = float("nan") if is_flat else float(np.corrcoef(some, other)[0, 1] ** 2)
    return found
