"""Two rankings compared: each change of place split into data, method, and units that entered or left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.matrix import Matrix
from resopen.ranking.places import places
from resopen.ranking.score import Scores, compute, group_members
from resopen.schema.methodology import Methodology

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Moves:
    """How the places of the units in both rankings changed (units), and who entered or left.

    `by_units` is what the place changed because others entered or left, `by_data` because the
    values changed, `by_method` because the method did; they sum to `new` less `old`.
    """

    units: tuple[str, ...]
    old: Values
    new: Values
    by_units: Values
    by_data: Values
    by_method: Values
    entered: tuple[str, ...]
    left: tuple[str, ...]


def at_period(old: Methodology, period: str) -> Methodology:
    """Return an old method that looks at another period: all its years are shifted by as many.

    Where a period is no year, only the method's own period is replaced.
    """

    def shifted(text: str) -> str:
        if text == old.period:
            return period
        is_year = all(part.isdecimal() and len(part) == 4 for part in (text, old.period, period))
        return str(int(text) + int(period) - int(old.period)) if is_year else text

    def column(by: str) -> str:
        name, colon, when = by.rpartition(":")
        return f"{name}:{shifted(when)}" if colon else by

    return replace(
        old,
        period=period,
        leaves=tuple(
            replace(leaf, period=shifted(leaf.period), base_period=shifted(leaf.base_period)) for leaf in old.leaves
        ),
        groups=replace(old.groups, by=column(old.groups.by)),
        cut=old.cut and replace(old.cut, by=column(old.cut.by)),
        units=old.units and replace(old.units, year=int(shifted(str(old.units.year)))),
    )


def compare(old: Scores, new: Scores, shifted: Methodology, values: Matrix) -> Moves:
    """Return the moves from an old ranking to a new one.

    Step by step: the old places among the common units, then the old method over the new values of
    the common units, then the new method over them, then the new places among all its units.
    Args: both rankings, the old method at the new period, and the new values as that reads them.
    Raises DefinitionError where the old method has no meaning for the new values.
    """
    common = tuple(unit for unit in old.matrix.units if unit in set(new.matrix.units))
    first = _among(old, common)
    middle = _places_of(compute(shifted, subset(values, common)), common)
    last = _places_of(compute(new.method, subset(new.matrix, common)), common)
    before, after = _places_of(old, common), _places_of(new, common)
    return Moves(
        units=common,
        old=before,
        new=after,
        by_units=(first - before) + (after - last),
        by_data=middle - first,
        by_method=last - middle,
        entered=tuple(unit for unit in new.matrix.units if unit not in set(common)),
        left=tuple(unit for unit in old.matrix.units if unit not in set(common)),
    )


def subset(matrix: Matrix, units: tuple[str, ...]) -> Matrix:
    """Return a matrix of some of its units."""
    rows = [matrix.units.index(unit) for unit in units]
    columns = {name: values[rows] for name, values in matrix.columns.items()}
    names = tuple(matrix.names[row] for row in rows)
    cut = matrix.cut and replace(matrix.cut, numbers=matrix.cut.numbers[rows], measured=matrix.cut.measured[rows])
    return replace(
        matrix, units=units, names=names, columns=columns, groups=matrix.groups[rows],
        group_measure=None if matrix.group_measure is None else matrix.group_measure[rows], cut=cut,
    )  # fmt: skip


def _among(scores: Scores, units: tuple[str, ...]) -> Values:
    """Return the places of some units by the scores they have, the others left out."""
    matrix = subset(scores.matrix, units)
    rows = [scores.matrix.units.index(unit) for unit in units]
    root = scores.scores[scores.method.root.id][rows]
    found = np.full(len(units), np.nan)
    for members in group_members(scores.method.groups.rank, matrix):
        found[members] = places(root[members], scores.method.result)
    return found


def _places_of(scores: Scores, units: tuple[str, ...]) -> Values:
    return scores.place[[scores.matrix.units.index(unit) for unit in units]]


def is_incomparable(scores: Scores) -> bool:
    """Say whether scores of two years mean different things because they were normalised over current data."""
    return any(leaf.normalisation.method not in ("none", "goalposts", "points") for leaf in scores.method.leaves)
