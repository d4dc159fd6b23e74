"""The method of a ranking: everything that decides the places, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from resopen.schema.records import Bilingual

DIRECTIONS = ("up", "down")
MEASURES = ("level", "growth", "change", "per")
TRANSFORMS = ("none", "log", "log10", "sqrt", "reciprocal")
TREATMENTS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "winsorise": ("skewness", "kurtosis", "most"),
    "winsorise-or-log": ("skewness", "kurtosis", "most"),
    "percentiles": ("low", "high"),
    "points": ("low", "high"),
}
NORMALISATIONS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "min-max": ("low", "high"),
    "goalposts": ("worst", "best", "clip"),
    "z-score": ("mean", "deviation"),
    "rank": (),
    "percentile-rank": (),
    "distance-to-reference": ("reference",),
    "distance-to-maximum": (),
    "share-of-maximum": (),
    "points": ("limits", "points"),
}
MISSING: Mapping[str, tuple[str, ...]] = {
    "exclude": (),
    "reweight": (),
    "group-mean": (),
    "group-median": (),
    "group-mean-before": (),
    "group-median-before": (),
    "value": ("value",),
}
AGGREGATORS = ("arithmetic", "geometric", "harmonic", "generalised", "copeland", "minimum", "ratio")
ORDERS = ("descending", "ascending")
TIES = ("competition", "dense", "average")
SCOPES = ("inside", "together")
SMALL_NUMBERS = ("keep", "missing")
SAMPLING: Mapping[str, tuple[str, ...]] = {"none": (), "count": ("scale",), "rate": ("scale",), "share": ("scale",)}


@dataclass(frozen=True, slots=True)
class Choice:
    """A method by its name, with its numbers."""

    method: str
    numbers: Mapping[str, object]

    def number(self, name: str) -> float:
        """Return one of its numbers."""
        value = self.numbers[name]
        assert isinstance(value, int | float)  # noqa: S101 - the loader has checked it
        return float(value)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One indicator in the tree: where its values come from and what becomes of them.

    `measure` is the level at the period, its growth (the quotient) or its change (the difference)
    since the base period, or the level per that of the denominator. The steps are taken in the order
    of the fields: transform, floor and cap, treatment, normalisation in the direction, and the policy
    for missing values, which is taken before the treatment where its name says so. `sampling` says
    how chance makes the value: a count, a rate of a count per denominator, a share of the
    denominator. Alternatives of treatment and normalisation are tried where it `is_varied`: a yes or
    no has no other scale.
    """

    id: str
    title: Bilingual
    parent: str
    weight: Fraction
    indicator: str
    period: str
    base_period: str
    denominator: str
    measure: str
    direction: str
    transform: str
    floor: float | None
    cap: float | None
    treatment: Choice
    normalisation: Choice
    missing: Choice
    sampling: Choice
    is_varied: bool
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Node:
    """One composite of the tree: how the scores below it become one."""

    id: str
    title: Bilingual
    parent: str
    weight: Fraction
    aggregator: str
    power: float
    minimum_coverage: Fraction
    is_complement: bool
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Units:
    """Which municipalities are ranked when the values are the project's own: those of a region in a year.

    `small_numbers` says whether a value that rests on little is kept or taken for missing.
    """

    region: str
    year: int
    small_numbers: str
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Groups:
    """Who is compared with whom: by a column of the units, or by limits of a number of theirs.

    With `limits` the first group is below the first limit, or up to it where `includes_limit`; a
    unit is near a limit when its number differs by at most the share `near` of it. `titles` are what
    people call the groups of `names`; where the values of a column are the groups there are none.
    Normalisation and ranks are taken `inside` each group or `together`.
    """

    by: str
    limits: tuple[float, ...]
    names: tuple[str, ...]
    titles: tuple[Bilingual, ...]
    includes_limit: bool
    near: float
    normalise: str
    rank: str
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Cut:
    """Size classes inside the groups: they change no score, but every unit has a place in its class too."""

    by: str
    limits: tuple[float, ...]
    names: tuple[Bilingual, ...]
    includes_limit: bool
    near: float
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of the result: lower limits of the score, or shares of the units, from the best class down."""

    by: str
    limits: tuple[float, ...]
    names: tuple[Bilingual, ...]
    is_rounded: bool
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Result:
    """How a score becomes a place: rounding, order, ties, tolerance, classes."""

    decimals: int | None
    order: str
    ties: str
    tolerance: float
    classes: Classes | None
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A unit that is not ranked, and why."""

    unit: str
    because: Bilingual


@dataclass(frozen=True, slots=True)
class Chance:
    """How the places that follow from chance in small numbers are drawn."""

    runs: int
    seed: int
    interval: tuple[float, float]
    source: Bilingual


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The choices that the uncertainty analysis varies, all together.

    `weights` is the share by which each weight may differ; a node or leaf is named by its id, and
    the choice of the method itself is always one of the alternatives.
    """

    runs: int
    seed: int
    interval: tuple[float, float]
    most_combinations: int
    weights: Fraction
    inclusion: bool
    normalisations: tuple[Choice, ...]
    treatments: tuple[Choice, ...]
    missing: tuple[Choice, ...]
    aggregators: Mapping[str, tuple[str, ...]]
    source: Bilingual


@dataclass(frozen=True)
class Methodology:
    """The whole method of one ranking; the first node without a parent is the index."""

    id: str
    title: Bilingual
    description: Bilingual
    period: str
    file: str
    units: Units | None
    exclusions: tuple[Exclusion, ...]
    groups: Groups
    cut: Cut | None
    nodes: tuple[Node, ...]
    leaves: tuple[Leaf, ...]
    result: Result
    alternatives: Alternatives | None
    chance: Chance | None

    @property
    def root(self) -> Node:
        """The node that is the index."""
        return self.nodes[0]

    @property
    def items(self) -> tuple[Node | Leaf, ...]:
        """All nodes, then all leaves, in the order of the file."""
        return (*self.nodes, *self.leaves)

    @cached_property
    def children(self) -> Mapping[str, tuple[Node | Leaf, ...]]:
        """The nodes and leaves below each node, in the order of the file, nodes first."""
        return {node.id: tuple(item for item in self.items if item.parent == node.id) for node in self.nodes}
