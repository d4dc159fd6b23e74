"""How sure each place is: the declared alternatives of the method tried all together.

Either every combination is computed (exact, where they are finite and not too many) or as many are
drawn as the method asks for, by its seed. Each run is recorded, so that it can be computed again.
Sources: OECD/JRC Handbook (2008), step 7; Saisana, Saltelli and Tarantola (2005).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.matrix import Matrix
from resopen.ranking.places import places
from resopen.ranking.score import (
    Prepared,
    Scores,
    below_coverage,
    group_members,
    node_weights,
    prepare,
    shares,
    tree_scores,
)
from resopen.schema.methodology import Alternatives, Choice, Leaf, Methodology

Values = NDArray[np.float64]
Indices = NDArray[np.int64]
# So many numbers are computed in one go, that the memory stays the same for any number of runs.
BATCH = 1 << 22


@dataclass(frozen=True)
class Runs:
    """The runs of an analysis: which alternative of each choice, 0 the method's own, and the weights.

    `choices` has a column for each name (runs, choices); `options` how many alternatives it has;
    `factors` what each weight was multiplied by (runs, nodes and leaves), empty where weights are
    not varied. `is_exact` says that these are all combinations there are.
    """

    names: tuple[str, ...]
    options: tuple[int, ...]
    choices: Indices
    factors: Values
    is_exact: bool


@dataclass(frozen=True)
class Uncertainty:
    """The places of all runs (runs, units), NaN where a unit has none, and what made them."""

    runs: Runs
    places: NDArray[np.float32]


def plan_runs(method: Methodology, alternatives: Alternatives) -> Runs:
    """Return all combinations of the alternatives, or as many drawn ones as the method asks for."""
    names, counts = _options(method, alternatives)
    if alternatives.weights or prod(counts) > alternatives.most_combinations:
        return draw_runs(method, alternatives)
    every = np.array(list(product(*(range(count) for count in counts))), np.int64)
    return Runs(names, counts, every, np.ones((len(every), 0)), True)


def draw_runs(method: Methodology, alternatives: Alternatives, stream: int = 0) -> Runs:
    """Return drawn runs; another stream of the same seed gives others, independent of the first."""
    names, counts = _options(method, alternatives)
    chance = np.random.default_rng([alternatives.seed, stream] if stream else alternatives.seed)
    drawn = np.stack([chance.integers(0, count, alternatives.runs) for count in counts], axis=1)
    spread = float(alternatives.weights)
    size = (alternatives.runs, len(method.items) if spread else 0)
    return Runs(names, counts, drawn, chance.uniform(1 - spread, 1 + spread, size), False)


def _options(method: Methodology, alternatives: Alternatives) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the names of the choices and how many options each has."""
    options = {
        "treatment": 1 + len(alternatives.treatments),
        "normalisation": 1 + len(alternatives.normalisations),
        "missing": 1 + len(alternatives.missing),
        "inclusion": 1 + (len(method.leaves) if alternatives.inclusion else 0),
        **{f"aggregator {node}": 1 + len(kinds) for node, kinds in alternatives.aggregators.items()},
    }
    return tuple(options), tuple(options.values())


def analyse(nominal: Scores) -> Uncertainty:
    """Return the places of every run of the method's alternatives.

    Raises DefinitionError, with the leaf or node, where an alternative has no meaning for the values.
    """
    method = nominal.method
    assert method.alternatives is not None  # noqa: S101 - the caller asks only then
    runs = plan_runs(method, method.alternatives)
    return Uncertainty(runs, run_places(method, nominal.matrix, runs))


def run_places(method: Methodology, matrix: Matrix, runs: Runs) -> NDArray[np.float32]:
    """Return the places of the units in each of the runs (runs, units)."""
    found = np.full((len(runs.choices), len(matrix.units)), np.nan, np.float32)
    members = group_members(method.groups.rank, matrix)
    for numbers, root in _batches(method, matrix, runs):
        for group in members:
            found[np.ix_(numbers, np.flatnonzero(group))] = places(root[:, group], method.result)
    return found


def _batches(method: Methodology, matrix: Matrix, runs: Runs) -> Iterator[tuple[Indices, Values]]:
    """Yield the scores of the index, run by run that share all choices but weights and inclusion.

    A unit of which the method itself knows too little has no score in any run.
    """
    inclusion = runs.names.index("inclusion")
    shared = np.delete(runs.choices, inclusion, axis=1)
    kinds, kind_of = np.unique(shared, axis=0, return_inverse=True)
    step = max(1, BATCH // (len(matrix.units) * max(len(method.leaves), 1)))
    own = prepare(method, matrix)
    cache: dict[tuple[int, ...], Prepared] = {(0, 0, 0): own}
    absent = below_coverage(method, shares(method, own.known))
    for number, kind in enumerate(kinds):
        chosen = dict(zip(np.delete(np.array(runs.names), inclusion).tolist(), kind.tolist(), strict=True))
        key = (chosen["treatment"], chosen["normalisation"], chosen["missing"])
        if key not in cache:
            cache[key] = prepare(method, matrix, _leaves(method, *key))
        prepared = cache[key]
        aggregators = _aggregators(method, chosen)
        rows = np.flatnonzero(kind_of.ravel() == number)
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            weights = run_weights(method, runs.choices[some, inclusion], runs.factors[some])
            root = tree_scores(method, prepared.values, weights, aggregators, absent)[method.root.id]
            yield some, np.where(prepared.is_out, np.nan, np.broadcast_to(root, (len(some), len(matrix.units))))


def _leaves(method: Methodology, treatment: int, normalisation: int, missing: int) -> tuple[Leaf, ...]:
    """Return the leaves with an alternative put in the place of their own choice; 0 is their own."""
    alternatives = method.alternatives
    assert alternatives is not None  # noqa: S101

    def chosen(own: Choice, others: Sequence[Choice], number: int) -> Choice:
        return own if number == 0 else others[number - 1]

    return tuple(
        replace(
            leaf,
            treatment=chosen(leaf.treatment, alternatives.treatments, treatment * leaf.is_varied),
            normalisation=chosen(leaf.normalisation, alternatives.normalisations, normalisation * leaf.is_varied),
            missing=chosen(leaf.missing, alternatives.missing, missing),
        )
        for leaf in method.leaves
    )


def _aggregators(method: Methodology, chosen: Mapping[str, int]) -> dict[str, str]:
    assert method.alternatives is not None  # noqa: S101
    return {
        node: kinds[chosen[f"aggregator {node}"] - 1]
        for node, kinds in method.alternatives.aggregators.items()
        if chosen[f"aggregator {node}"]
    }


def run_weights(method: Methodology, left_out: Indices, factors: Values) -> dict[str, Values]:
    """Return the weights below each node in each run (runs, children).

    Args: which leaf is left out of each run (0 none, else counted from 1), and what each weight is
    multiplied by (runs, nodes and leaves), or nothing.
    """
    place = {item.id: i for i, item in enumerate(method.items)}
    leaf_number = {leaf.id: i for i, leaf in enumerate(method.leaves, 1)}
    weights = {}
    for node, own in node_weights(method).items():
        made = np.repeat(own[None, :], len(left_out), axis=0)
        for i, item in enumerate(method.children[node]):
            if factors.shape[1]:
                made[:, i] *= factors[:, place[item.id]]
            if item.id in leaf_number:
                made[left_out == leaf_number[item.id], i] = 0.0
        weights[node] = made
    return weights


@dataclass(frozen=True)
class Spread:
    """What the runs say of each unit's place (units), in places of its group.

    `low` and `high` are the declared quantiles, `low_error` and `high_error` the places between which
    each lies with 95 % confidence when the runs were drawn (lower and upper, (units, 2)).
    `is_outside` marks a nominal place that is not within low and high. `absent` is the share of runs
    without a place.
    """

    median: Values
    mean: Values
    low: Values
    high: Values
    low_error: Values
    high_error: Values
    is_outside: NDArray[np.bool_]
    absent: Values


def spread_of(nominal: Scores, found: Uncertainty) -> Spread:
    """Return the spread of each unit's places over the runs.

    A quantile is the smallest place that at least its share of the runs with a place do not exceed,
    so that it is always a place that occurs. Error: the order statistics of a binomial count.
    """
    assert nominal.method.alternatives is not None  # noqa: S101
    low, high = (share / 100 for share in nominal.method.alternatives.interval)
    ordered = np.sort(found.places, axis=0).astype(np.float64)
    counts = (~np.isnan(ordered)).sum(0)
    lower, upper = _quantile(ordered, counts, low), _quantile(ordered, counts, high)
    with np.errstate(invalid="ignore"):
        outside = (nominal.place < lower) | (nominal.place > upper)
        mean = np.where(counts > 0, np.nansum(ordered, axis=0) / np.maximum(counts, 1), np.nan)
    return Spread(
        median=_quantile(ordered, counts, 0.5),
        mean=mean,
        low=lower,
        high=upper,
        low_error=_error(ordered, counts, low, found.runs.is_exact),
        high_error=_error(ordered, counts, high, found.runs.is_exact),
        is_outside=outside,
        absent=1 - counts / len(ordered),
    )


def _quantile(ordered: Values, counts: Indices, share: float | Values) -> Values:
    rank = np.clip(np.ceil(np.asarray(share) * counts - 1e-9).astype(np.int64) - 1, 0, np.maximum(counts - 1, 0))
    picked = np.take_along_axis(ordered, np.broadcast_to(rank, counts.shape)[None, :], 0)[0]
    result: Values = np.where(counts > 0, picked, np.nan)
    return result


def _error(ordered: Values, counts: Indices, share: float, is_exact: bool) -> Values:
    half = 0.0 if is_exact else 1.96 * np.sqrt(share * (1 - share) / np.maximum(counts, 1))
    bounds = [_quantile(ordered, counts, np.clip(share + sign * half, 0.0, 1.0)) for sign in (-1, 1)]
    return np.stack(bounds, axis=-1)


def place_shares(found: Uncertainty) -> Values:
    """Return the share of runs in which each unit has each whole place or better than the next (units, places)."""
    units = found.places.shape[1]
    counted = np.zeros((units, units))
    for unit in range(units):
        known = found.places[:, unit]
        known = known[~np.isnan(known)]
        counted[unit] = np.bincount(np.ceil(known).astype(np.int64) - 1, minlength=units)[:units]
    return counted / len(found.places)


def ahead_shares(found: Uncertainty, members: NDArray[np.bool_]) -> Values:
    """Return the share of runs in which one unit of a group is ahead of another one; a tie is a half for each."""
    some = found.places[:, members]
    units = some.shape[1]
    ahead = np.zeros((units, units))
    step = max(1, BATCH // max(units * units, 1))
    for start in range(0, len(some), step):
        part = some[start : start + step]
        ahead += (part[:, :, None] < part[:, None, :]).sum(0) + 0.5 * (part[:, :, None] == part[:, None, :]).sum(0)
    return ahead / len(some)
