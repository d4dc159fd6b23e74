"""Units near the limit of a group or size class, and the place they would have on its other side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.matrix import Division, Matrix
from resopen.ranking.places import places
from resopen.ranking.score import Scores, compute, group_members

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Edge:
    """A unit near a limit: what it measures, the limit, the class on the other side and its place there.

    `kind` is `groups` or `cut`; `place` is NaN where the unit has no score there.
    """

    unit: int
    kind: str
    measured: float
    limit: float
    other: str
    place: float


def cut_places(scores: Scores) -> Values:
    """Return the place of each unit among those of its size class in its ranking; NaN without a cut or a score."""
    found = np.full(len(scores.place), np.nan)
    if scores.matrix.cut is not None:
        root = scores.scores[scores.method.root.id]
        for members in group_members(scores.method.groups.rank, scores.matrix):
            for number in np.unique(scores.matrix.cut.numbers[members]):
                some = members & (scores.matrix.cut.numbers == number)
                found[some] = places(root[some], scores.method.result)
    return found


def edges(scores: Scores) -> list[Edge]:
    """Return the units near a limit of the groups or of the size classes, by kind and unit.

    A unit is near a limit L when |x - L| <= near·L. On the other side of a group's limit the whole
    ranking is computed again with the unit in the other group; on that of a cut its score stays, as
    a cut changes none. Raises DefinitionError where the ranking has no meaning with the unit moved.
    """
    method, matrix, found = scores.method, scores.matrix, []
    groups = method.groups
    if groups.limits and matrix.group_measure is not None:
        division = Division(matrix.groups, matrix.group_names, matrix.group_measure)
        for unit, limit, other in _near(division, groups.limits, groups.near):
            moved = compute(method, _with_group(matrix, unit, other))
            place = float(moved.place[unit])
            found.append(_edge(unit, "groups", division, limit, other, place))
    if method.cut and matrix.cut is not None:
        for unit, limit, other in _near(matrix.cut, method.cut.limits, method.cut.near):
            numbers = matrix.cut.numbers.copy()
            numbers[unit] = other
            moved_cut = replace(scores, matrix=replace(matrix, cut=replace(matrix.cut, numbers=numbers)))
            found.append(_edge(unit, "cut", matrix.cut, limit, other, float(cut_places(moved_cut)[unit])))
    return found


def _near(division: Division, limits: tuple[float, ...], near: float) -> list[tuple[int, float, int]]:
    """Return the units near a limit: the unit, the limit, the number of the class on its other side."""
    found = []
    for number, limit in enumerate(limits):
        is_near = np.abs(division.measured - limit) <= near * abs(limit)
        is_beside = (division.numbers == number) | (division.numbers == number + 1)
        for unit in np.flatnonzero(is_near & is_beside):
            found.append((int(unit), limit, number + 1 if division.numbers[unit] == number else number))
    return found


def _with_group(matrix: Matrix, unit: int, group: int) -> Matrix:
    numbers = matrix.groups.copy()
    numbers[unit] = group
    return replace(matrix, groups=numbers)


def _edge(unit: int, kind: str, division: Division, limit: float, other: int, place: float) -> Edge:
    return Edge(unit, kind, float(division.measured[unit]), limit, division.names[other], place)
