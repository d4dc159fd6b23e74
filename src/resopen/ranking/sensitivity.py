"""Which choice moves the places: shares of the variance over the runs, and indicators left out.

Sources: Saltelli et al. (2008, 2010) and Jansen (1999), first and total order indices; OECD/JRC
Handbook (2008), step 7; Paruolo, Saisana and Saltelli (2013) for the real influence of a weight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.ranking.score import Scores
from resopen.ranking.uncertainty import Runs, Uncertainty, draw_runs, run_places

Values = NDArray[np.float64]
# A variance below this comes from how computers count: no choice makes a difference.
FLAT = 1e-18


@dataclass(frozen=True)
class Sensitivity:
    """What each choice does to the places (choices): its share alone, and with all others.

    The measured number of a run is the mean distance of the places from those of the method itself.
    `first` is the share of its variance that the choice makes by itself, `total` the share that would
    go if the choice were settled last, both NaN when no choice makes any difference. The errors are
    standard errors, zero where the indices are exact.
    """

    names: tuple[str, ...]
    first: Values
    total: Values
    first_error: Values
    total_error: Values


def sensitivity(nominal: Scores, found: Uncertainty) -> Sensitivity:
    """Return the indices of every choice that has more than one option: exact, or of drawn runs."""
    return exact_sensitivity(nominal, found) if found.runs.is_exact else drawn_sensitivity(nominal, found)


def exact_sensitivity(nominal: Scores, found: Uncertainty) -> Sensitivity:
    """Return the exact indices of runs that are all combinations there are.

    first_i = Var(E[y | choice i]) / Var(y); total_i = 1 - Var(E[y | all choices but i]) / Var(y).
    Raises DefinitionError when the runs were drawn: their combinations do not fill the grid.
    """
    if not found.runs.is_exact:
        raise DefinitionError("definition.drawn-runs", {"file": nominal.method.file, "key": "uncertainty"})
    grid = mean_shifts(nominal, found).reshape(found.runs.options)
    varied = [i for i, options in enumerate(found.runs.options) if options > 1]
    names = tuple(found.runs.names[i] for i in varied)
    axes = range(grid.ndim)
    first = np.array([grid.mean(axis=tuple(j for j in axes if j != i)).var() for i in varied])
    rest = np.array([grid.mean(axis=i).var() for i in varied])
    variance = grid.var()
    if variance <= FLAT:
        return _flat(names)
    zeros = np.zeros(len(varied))
    return Sensitivity(names, first / variance, 1 - rest / variance, zeros, zeros)


def drawn_sensitivity(nominal: Scores, found: Uncertainty) -> Sensitivity:
    """Return the indices of runs that were drawn, estimated from as many runs again for each choice.

    Two independent samples A and B of runs are mixed: in AB_i choice i is that of B, the others
    those of A. first_i = mean(f(B)·(f(AB_i) - f(A))) / Var (Saltelli et al. 2010), with f less its
    mean, total_i = mean((f(A) - f(AB_i))²) / (2·Var) (Jansen 1999). All weights are one choice.
    """
    method, matrix, one = nominal.method, nominal.matrix, found.runs
    assert method.alternatives is not None  # noqa: S101 - there are no runs otherwise
    other = draw_runs(method, method.alternatives, stream=1)
    varied: list[int | None] = [i for i, options in enumerate(one.options) if options > 1]
    varied += [None] if one.factors.shape[1] else []
    names = tuple("weights" if i is None else one.names[i] for i in varied)
    y_one = mean_shifts(nominal, found)
    y_other = mean_shifts(nominal, Uncertainty(other, run_places(method, matrix, other)))
    both = np.concatenate([y_one, y_other])
    variance, count = both.var(), len(y_one)
    if variance <= FLAT:
        return _flat(names)
    alone, with_all = [], []
    for i in varied:
        mixed = _mixed(one, other, i)
        y_mixed = mean_shifts(nominal, Uncertainty(mixed, run_places(method, matrix, mixed)))
        alone.append((y_other - both.mean()) * (y_mixed - y_one) / variance)
        with_all.append((y_one - y_mixed) ** 2 / (2 * variance))
    return Sensitivity(
        names=names,
        first=np.array([part.mean() for part in alone]),
        total=np.array([part.mean() for part in with_all]),
        first_error=np.array([part.std() for part in alone]) / np.sqrt(count),
        total_error=np.array([part.std() for part in with_all]) / np.sqrt(count),
    )


def _mixed(one: Runs, other: Runs, choice: int | None) -> Runs:
    """Return the runs of one sample with a choice (None: the weights) of the other."""
    if choice is None:
        return replace(one, factors=other.factors)
    choices = one.choices.copy()
    choices[:, choice] = other.choices[:, choice]
    return replace(one, choices=choices)


def _flat(names: tuple[str, ...]) -> Sensitivity:
    unknown = np.full(len(names), np.nan)
    return Sensitivity(names, unknown, unknown, unknown, unknown)


def mean_shifts(nominal: Scores, found: Uncertainty) -> Values:
    """Return, for each run, the mean distance of the places from the method's own; units without one are left out."""
    shifts = np.abs(found.places.astype(np.float64) - nominal.place)
    known = ~np.isnan(shifts)
    result: Values = np.where(known, shifts, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return result


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
