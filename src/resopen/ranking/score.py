"""The scores of a ranking: leaves prepared, nodes aggregated, what is missing accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resopen.errors import DefinitionError
from resopen.ranking.aggregation import aggregate
from resopen.ranking.matrix import Matrix
from resopen.ranking.normalisation import bound, normalise, transform, treat
from resopen.ranking.places import class_numbers, places
from resopen.schema.methodology import Choice, Leaf, Methodology, Node

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Prepared:
    """The leaves on a common scale: values with NaN for missing, which were known, which are imputed.

    `is_out` are the units that a leaf with the policy `exclude` leaves unranked.
    """

    values: Mapping[str, Values]
    known: Mapping[str, NDArray[np.bool_]]
    imputed: Mapping[str, NDArray[np.bool_]]
    is_out: NDArray[np.bool_]


@dataclass(frozen=True)
class Scores:
    """The nominal result: scores at every node and leaf, coverage and imputed share at every node.

    `place` is NaN for a unit without a score, `class_number` where there are no classes.
    """

    method: Methodology
    matrix: Matrix
    prepared: Prepared
    scores: Mapping[str, Values]
    coverage: Mapping[str, Values]
    imputed: Mapping[str, Values]
    place: Values
    class_number: Values


def raw_values(leaf: Leaf, matrix: Matrix, method: Methodology) -> Values:
    """Return the values of a leaf before any treatment: the level, or its growth or change since the base period."""
    level = _column(matrix, leaf, leaf.period)
    if leaf.measure == "level":
        return level
    base = _column(matrix, leaf, leaf.base_period)
    if leaf.measure == "change":
        return level - base
    if (base == 0).any():
        details = {"file": method.file, "key": leaf.id, "name": matrix.units[int(np.argmax(base == 0))]}
        raise DefinitionError("definition.growth-from-zero", details)
    return level / base


def _column(matrix: Matrix, leaf: Leaf, period: str) -> Values:
    name = f"{leaf.indicator}:{period}"
    return matrix.columns[name if name in matrix.columns else leaf.indicator]


def prepare(method: Methodology, matrix: Matrix, leaves: tuple[Leaf, ...] | None = None) -> Prepared:
    """Return the leaves transformed, bounded, treated, normalised and filled in, group by group where asked.

    Args: the method, the matrix, and leaves with other choices than the method's where an
    alternative is tried. Raises DefinitionError, with the leaf, where a step has no meaning.
    """
    values, known, imputed = {}, {}, {}
    is_out = np.zeros(len(matrix.units), bool)
    for leaf in leaves or method.leaves:
        try:
            made = _prepared_leaf(method, matrix, leaf)
        except DefinitionError as error:
            raise replace(error, details={"file": method.file, "key": leaf.id, **error.details}) from error
        known[leaf.id] = ~np.isnan(made)
        if leaf.missing.method == "exclude":
            is_out |= ~known[leaf.id]
        values[leaf.id] = _filled(made, leaf.missing, matrix)
        imputed[leaf.id] = ~known[leaf.id] & ~np.isnan(values[leaf.id])
    return Prepared(values, known, imputed, is_out)


def _prepared_leaf(method: Methodology, matrix: Matrix, leaf: Leaf) -> Values:
    raw = bound(transform(raw_values(leaf, matrix, method), leaf.transform), leaf.floor, leaf.cap)
    made = np.empty_like(raw)
    for members in group_members(method.groups.normalise, matrix):
        treated = treat(raw[members], leaf.treatment)
        units = tuple(matrix.units[i] for i in np.flatnonzero(members))
        made[members] = normalise(treated, leaf.direction, leaf.normalisation, units)
    return made


def group_members(scope: str, matrix: Matrix) -> list[NDArray[np.bool_]]:
    """Return which units are looked at together: those `inside` each group, or all `together`."""
    if scope == "together":
        return [np.ones(len(matrix.units), bool)]
    return [matrix.groups == number for number in range(len(matrix.group_names)) if (matrix.groups == number).any()]


def _filled(values: Values, choice: Choice, matrix: Matrix) -> Values:
    """Return normalised values with the missing ones filled in, where the policy says by what."""
    if choice.method in ("exclude", "reweight"):
        return values
    if choice.method == "value":
        return np.where(np.isnan(values), choice.number("value"), values)
    filled = values.copy()
    for members in group_members("inside", matrix):
        known = values[members & ~np.isnan(values)]
        if known.size:
            middle = known.mean() if choice.method == "group-mean" else np.median(known)
            filled[members & np.isnan(values)] = middle
    return filled


def node_weights(method: Methodology) -> dict[str, Values]:
    """Return the weights below each node, in the order of its children."""
    return {node.id: np.array([float(item.weight) for item in method.children[node.id]]) for node in method.nodes}


def tree_scores(
    method: Methodology, values: Mapping[str, Values], weights: Mapping[str, Values],
    aggregators: Mapping[str, str] | None = None,
) -> dict[str, Values]:  # fmt: skip
    """Return the score of every node and leaf.

    Args: the values of the leaves (..., units), the weights below each node (..., children), and
    other aggregators than the method's where an alternative is tried.
    """
    scores = dict(values)
    for node in reversed(_from_root(method)):
        below = np.stack(np.broadcast_arrays(*[scores[item.id] for item in method.children[node.id]]), axis=-1)
        scores[node.id] = _aggregated(method, below, weights[node.id], node, (aggregators or {}).get(node.id, ""))
    return scores


def _aggregated(method: Methodology, scores: Values, weights: Values, node: Node, aggregator: str = "") -> Values:
    """Return the score of a node; DefinitionError, with the file of the method, where it has no meaning."""
    try:
        return aggregate(scores, weights, node, aggregator)
    except DefinitionError as error:
        raise replace(error, details={**error.details, "file": method.file}) from error


def _from_root(method: Methodology) -> list[Node]:
    """Return the nodes so that each stands after its parent."""
    order = [method.root]
    for node in order:
        order += [item for item in method.children[node.id] if item in method.nodes]
    return order


def shares(method: Methodology, marks: Mapping[str, NDArray[np.bool_]]) -> dict[str, Values]:
    """Return, for every node, the share of its weight that lies on leaves with a mark."""
    found: dict[str, Values] = {name: mark.astype(np.float64) for name, mark in marks.items()}
    for node in reversed(_from_root(method)):
        below = method.children[node.id]
        total = float(sum(item.weight for item in below)) or 1.0
        weighted = [found[item.id] * float(item.weight) for item in below]
        found[node.id] = np.sum(weighted, axis=0) / total
    return {node.id: found[node.id] for node in method.nodes}


def compute(method: Methodology, matrix: Matrix) -> Scores:
    """Return the ranking of a method: the nominal scores, places and classes.

    A node whose coverage, the share of weight on known leaves, is below its minimum has no score.
    Raises DefinitionError where a step has no meaning for these values.
    """
    prepared = prepare(method, matrix)
    coverage, imputed = shares(method, prepared.known), shares(method, prepared.imputed)
    scores = dict(prepared.values)
    weights = node_weights(method)
    for node in reversed(_from_root(method)):
        below = np.stack([scores[item.id] for item in method.children[node.id]], axis=-1)
        made = _aggregated(method, below, weights[node.id], node)
        scores[node.id] = np.where(coverage[node.id] + 1e-12 < float(node.minimum_coverage), np.nan, made)
    scores[method.root.id] = np.where(prepared.is_out, np.nan, scores[method.root.id])
    place, number = np.full(len(matrix.units), np.nan), np.full(len(matrix.units), np.nan)
    for members in group_members(method.groups.rank, matrix):
        root = scores[method.root.id][members]
        place[members] = places(root, method.result)
        if method.result.classes:
            number[members] = class_numbers(root, method.result, method.result.classes)
    return Scores(method, matrix, prepared, scores, coverage, imputed, place, number)
