"""A ranking with everything that is said of its places: alternatives, chance, bounds, limits of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.boundary import Edge, cut_places, edges
from resopen.ranking.bounds import Bounds, missing_bounds, weight_bounds
from resopen.ranking.chance import by_chance, interval_of
from resopen.ranking.explanation import is_additive
from resopen.ranking.matrix import Matrix
from resopen.ranking.score import Scores, compute
from resopen.ranking.sensitivity import Sensitivity, influences, left_out_shifts, sensitivity
from resopen.ranking.uncertainty import Spread, Uncertainty, analyse, spread_of
from resopen.schema.methodology import Methodology

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Drivers:
    """What drives the places: choices by their indices, indicators by what leaving them out and their values do."""

    choices: Sensitivity
    left_out: Mapping[str, float]
    influence: Mapping[str, float]


@dataclass(frozen=True)
class Ranking:
    """A ranking and its analysis; what the method does not declare, or was not asked for, is None.

    `chance_low` and `chance_high` bound the places that chance in small numbers allows (units);
    `by_weights` are the places that no weights within the declared bounds can leave, `by_missing`
    those over all values of what is missing, both None where the method is not additive.
    """

    scores: Scores
    found: Uncertainty | None
    spread: Spread | None
    chance_low: Values | None
    chance_high: Values | None
    by_weights: Bounds | None
    by_missing: Bounds | None
    drivers: Drivers | None
    cut_places: Values
    edges: tuple[Edge, ...]


def analysed(method: Methodology, matrix: Matrix, is_nominal: bool = False, has_drivers: bool = False) -> Ranking:
    """Return the ranking of a method over a matrix with its analysis.

    Args: `is_nominal` leaves out what is drawn or enumerated; `has_drivers` adds the sensitivity,
    which for drawn runs takes as many again for each choice.
    Raises DefinitionError where a step has no meaning for these values.
    """
    scores = compute(method, matrix)
    found = analyse(scores) if method.alternatives and not is_nominal else None
    low, high = _by_chance(scores) if method.chance and not is_nominal else (None, None)
    additive = is_additive(method) and not is_nominal
    spread = method.alternatives.weights if method.alternatives else 0
    is_whole = all(known.all() for known in scores.prepared.known.values())
    return Ranking(
        scores=scores,
        found=found,
        spread=spread_of(scores, found) if found else None,
        chance_low=low,
        chance_high=high,
        by_weights=weight_bounds(scores, float(spread)) if additive and spread else None,
        by_missing=missing_bounds(scores) if additive and not is_whole else None,
        drivers=_drivers(scores, found) if found and has_drivers else None,
        cut_places=cut_places(scores),
        edges=tuple(edges(scores)),
    )


def _by_chance(scores: Scores) -> tuple[Values, Values]:
    assert scores.method.chance is not None  # noqa: S101 - the caller asks only then
    return interval_of(by_chance(scores).places, scores.method.chance.interval)


def _drivers(scores: Scores, found: Uncertainty) -> Drivers:
    return Drivers(sensitivity(scores, found), left_out_shifts(scores, found), influences(scores))
