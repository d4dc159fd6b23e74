"""One small case computed by hand for everything a methodology file can name; a name without a case fails."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resopen.errors import DefinitionError
from resopen.ranking.aggregation import aggregate
from resopen.ranking.matrix import Matrix, matrix_of, read_wide
from resopen.ranking.normalisation import kurtosis, log_ct, normalise, skewness, transform, treat
from resopen.ranking.places import class_numbers, places
from resopen.ranking.score import Scores, compute
from resopen.schema.methodology import (
    AGGREGATORS,
    DIRECTIONS,
    MEASURES,
    MISSING,
    NORMALISATIONS,
    ORDERS,
    TIES,
    TRANSFORMS,
    TREATMENTS,
    Choice,
    Classes,
    Groups,
    Leaf,
    Methodology,
    Node,
    Result,
)
from resopen.schema.records import Bilingual

TEXT = Bilingual(ru="т", en="t")
NAN = math.nan
NONE = Choice("none", {})
RESULT = Result(None, "descending", "competition", 0.0, None, TEXT)
TOGETHER = Groups("", (), (), (), False, 0.0, "together", "together", TEXT)


def numbers(*values: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(values, np.float64)


def node(aggregator: str, power: float = 1.0, **other: Any) -> Node:
    return replace(Node("index", TEXT, "", Fraction(1), aggregator, power, Fraction(0), False, TEXT), **other)


def leaf(name: str, weight: Fraction = Fraction(1), **other: Any) -> Leaf:
    plain = Leaf(
        id=name, title=TEXT, parent="index", weight=weight, indicator=name, period="2022", base_period="",
        denominator="", measure="level", direction="up", transform="none", floor=None, cap=None, treatment=NONE,
        normalisation=NONE, missing=Choice("reweight", {}), sampling=NONE, is_varied=True,
        source=TEXT,
    )  # fmt: skip
    return replace(plain, **other)


def method(*leaves: Leaf, root: Node | None = None, groups: Groups = TOGETHER, nodes: tuple[Node, ...] = ()) -> Any:
    root = root or node("arithmetic")
    return Methodology(
        "m", TEXT, TEXT, "2022", "m.toml", None, (), groups, None, (root, *nodes), leaves, RESULT, None, None
    )


def matrix(groups: tuple[int, ...] | None = None, **columns: tuple[float, ...]) -> Matrix:
    units = tuple("abcdefgh"[: len(next(iter(columns.values())))])
    values = {name.replace("__", ":"): numbers(*some) for name, some in columns.items()}
    numbered = np.array(groups or [0] * len(units), np.intp)
    return Matrix(units, units, values, numbered, tuple("xyz"[: int(numbered.max()) + 1]))


def root_of(scores: Scores) -> Any:
    return scores.scores["index"]


TRANSFORMED = {
    "none": ((-1, 0, NAN), (-1, 0, NAN)),
    "log": ((1, math.e**2, NAN), (0, 2, NAN)),
    "log10": ((0.01, 1000, NAN), (-2, 3, NAN)),
    "sqrt": ((0, 2.25, NAN), (0, 1.5, NAN)),
    "reciprocal": ((0.5, 8, NAN), (2, 0.125, NAN)),
}
WINSORISE = {"skewness": 2.0, "kurtosis": 3.5, "most": 5}
# Nine values: the tenth of a thousand has to come down to the next one, 8.
LONG = (1, 2, 3, 4, 5, 6, 7, 8, 1000)
TREATED = {
    "none": (NONE, LONG, LONG),
    "winsorise": (Choice("winsorise", WINSORISE), LONG, (*LONG[:-1], 8)),
    "winsorise-or-log": (Choice("winsorise-or-log", WINSORISE), LONG, (*LONG[:-1], 8)),
    # Numpy's quantiles: 25 % and 75 % of 0, 1, 2, 3, 100 are the second and the fourth value.
    "percentiles": (Choice("percentiles", {"low": 25, "high": 75}), (0, 1, 2, 3, 100, NAN), (1, 1, 2, 3, 3, NAN)),
    "points": (Choice("points", {"low": 0, "high": 1}), (9, 4, NAN, 7), (7, 4, NAN, 7)),
}
# Method, numbers, direction, values of the units a, b, c …, the result.
NORMALISED = [
    ("none", {}, "up", (3, NAN, -1), (3, NAN, -1)),
    ("none", {}, "down", (3, NAN, -1), (-3, NAN, 1)),
    ("min-max", {"low": 1, "high": 5}, "up", (10, 20, NAN, 30), (1, 3, NAN, 5)),
    ("min-max", {"low": 1, "high": 5}, "down", (10, 20, NAN, 30), (5, 3, NAN, 1)),
    ("goalposts", {"worst": 100, "best": 300, "clip": True}, "up", (50, 150, 400, NAN), (0, 0.25, 1, NAN)),
    ("goalposts", {"worst": 300, "best": 100, "clip": False}, "down", (50, 150, 400, NAN), (1.25, 0.75, -0.5, NAN)),
    # Mean 4, deviation of the sample sqrt((4 + 0 + 4)/2) = 2.
    ("z-score", {"mean": 100, "deviation": 10}, "up", (2, 4, 6, NAN), (90, 100, 110, NAN)),
    ("z-score", {"mean": 100, "deviation": 10}, "down", (2, 4, 6, NAN), (110, 100, 90, NAN)),
    ("rank", {}, "up", (7, 5, 7, 9, NAN), (2.5, 1, 2.5, 4, NAN)),
    ("rank", {}, "down", (7, 5, 7, 9, NAN), (2.5, 4, 2.5, 1, NAN)),
    ("percentile-rank", {}, "up", (7, 5, 7, 9, 11, NAN), (0.375, 0, 0.375, 0.75, 1, NAN)),
    ("percentile-rank", {}, "down", (7, 5, 9), (0.5, 1, 0)),
    ("distance-to-reference", {"reference": "c"}, "up", (2, NAN, 8), (0.25, NAN, 1)),
    ("distance-to-reference", {"reference": "c"}, "down", (2, NAN, 8), (4, NAN, 1)),
    ("distance-to-maximum", {}, "up", (2, 3, 10), (0, 0.125, 1)),
    ("distance-to-maximum", {}, "down", (2, 3, 10), (1, 0.875, 0)),
    ("share-of-maximum", {}, "up", (2, NAN, 8), (0.25, NAN, 1)),
    ("points", {"limits": (5, 10), "points": (0, 2, 7)}, "up", (4.9, 5, 10, NAN), (0, 2, 7, NAN)),
    ("points", {"limits": (5, 10), "points": (7, 2, 0)}, "down", (4.9, 5, 10, NAN), (7, 2, 0, NAN)),
]
# Aggregator, power, scores of the units, weights, the result.
AGGREGATED = [
    ("arithmetic", 1, [(1, 5), (NAN, 5), (NAN, NAN)], ("3/4", "1/4"), (2, 5, NAN)),
    ("geometric", 1, [(1, 16), (NAN, 5)], ("3/4", "1/4"), (2, 5)),
    ("harmonic", 1, [(1, 4), (NAN, 5)], ("1/3", "2/3"), (2, 5)),
    ("generalised", 2, [(1, 7), (NAN, 5)], ("1/2", "1/2"), (5, 5)),
    ("generalised", -1, [(1, 4)], ("1/3", "2/3"), (2,)),
    ("generalised", 0.5, [(1, 9)], ("1/2", "1/2"), (4,)),
    ("minimum", 1, [(3, 2), (NAN, 5), (NAN, NAN)], ("3/4", "1/4"), (2, 5, NAN)),
    ("ratio", 1, [(3, 2), (NAN, 5)], ("1", "1"), (1.5, NAN)),
    # a beats b by 0.6 to 0.4 and draws with c, which is equal to it in the first and is unknown in the second;
    # b loses to c. Two duels each.
    ("copeland", 1, [(2, 1), (1, 2), (2, NAN)], ("3/5", "2/5"), (0.5, -1, 0.5)),
    # The second knows nothing of what the others know: no duels, no score.
    ("copeland", 1, [(2, NAN), (NAN, 2), (1, NAN)], ("1/2", "1/2"), (1, NAN, -1)),
    # Equal but for what floats lose: 0.1 + 0.2 and 0.3 are a draw.
    ("copeland", 1, [(0.1 + 0.2, 1), (0.3, 1)], ("1/2", "1/2"), (0, 0)),
]
# Policy, its numbers: the scores of (10, missing) in the group x and (20, 40) in y, and what is missing again.
FILLED = {
    "exclude": ({}, (NAN, NAN)),
    "reweight": ({}, (7, NAN)),
    "group-mean": ({}, ((7 + 10) / 2, 10)),
    "group-median": ({}, ((7 + 10) / 2, 10)),
    "group-mean-before": ({}, ((7 + 10) / 2, 10)),
    "group-median-before": ({}, ((7 + 10) / 2, 10)),
    "value": ({"value": 3}, ((7 + 3) / 2, 3)),
}
# Order, rule, scores, places.
PLACED = [
    ("descending", "competition", (5, 9, 5, 1, NAN), (2, 1, 2, 4, NAN)),
    ("descending", "dense", (5, 9, 5, 1, NAN), (2, 1, 2, 3, NAN)),
    ("descending", "average", (5, 9, 5, 1, NAN), (2.5, 1, 2.5, 4, NAN)),
    ("ascending", "competition", (5, 9, 5, 1, NAN), (2, 4, 2, 1, NAN)),
    ("ascending", "dense", (5, 9, 5, 1, NAN), (2, 3, 2, 1, NAN)),
    ("ascending", "average", (5, 9, 5, 1, NAN), (2.5, 4, 2.5, 1, NAN)),
]
# Measure, its other column, the values and those of the other, the result.
MEASURED: dict[str, tuple[dict[str, Any], tuple[float, ...], tuple[float, ...]]] = {
    "level": ({}, (6, 8, NAN), (6, 8, NAN)),
    "growth": ({"base_period": "2021"}, (6, 8, NAN), (1.5, 4, NAN)),
    "change": ({"base_period": "2021"}, (6, 8, NAN), (2, 6, NAN)),
    "per": ({"denominator": "people"}, (6, 8, NAN), (1.5, 4, NAN)),
}


def test_everything_that_a_file_can_name_has_a_case() -> None:
    assert set(TRANSFORMED) == set(TRANSFORMS)
    assert set(TREATED) == set(TREATMENTS)
    assert {case[0] for case in NORMALISED} == set(NORMALISATIONS)
    both = {(case[0], case[2]) for case in NORMALISED} | {("share-of-maximum", "down")}
    assert both == {(name, direction) for name in NORMALISATIONS for direction in DIRECTIONS}
    assert {case[0] for case in AGGREGATED} == set(AGGREGATORS)
    assert set(FILLED) == set(MISSING)
    assert {case[:2] for case in PLACED} == {(order, ties) for order in ORDERS for ties in TIES}
    assert set(MEASURED) == set(MEASURES)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transform_is_computed_by_hand(name: str) -> None:
    values, expected = TRANSFORMED[name]
    np.testing.assert_allclose(transform(numbers(*values), name), expected, atol=1e-15)


@pytest.mark.parametrize("name", TREATMENTS)
def test_treatment_is_computed_by_hand(name: str) -> None:
    choice, values, expected = TREATED[name]
    np.testing.assert_array_equal(treat(numbers(*values), choice), numbers(*expected))


@pytest.mark.parametrize(("name", "its_numbers", "direction", "values", "expected"), NORMALISED)
def test_normalisation_is_computed_by_hand(
    name: str, its_numbers: dict[str, object], direction: str, values: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    units = tuple("abcdefgh"[: len(values)])
    found = normalise(numbers(*values), direction, Choice(name, its_numbers), units)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(("name", "power", "scores", "weights", "expected"), AGGREGATED)
def test_aggregation_is_computed_by_hand(
    name: str, power: float, scores: list[tuple[float, ...]], weights: tuple[str, ...], expected: tuple[float, ...]
) -> None:
    made = [float(Fraction(weight)) for weight in weights]
    found = aggregate(np.array(scores, float), numbers(*made), node(name, power))
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    turned = aggregate(np.array(scores, float), numbers(*made), node(name, power, is_complement=True))
    np.testing.assert_allclose(turned, 1 - numbers(*expected), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("name", MISSING)
def test_missing_value_is_met_as_its_policy_says(name: str) -> None:
    its_numbers, (partly, wholly) = FILLED[name]
    policy = Choice(name, its_numbers)
    half = Fraction(1, 2)
    made = method(leaf("p", half, missing=policy), leaf("q", half, missing=policy))
    # a lacks p, b lacks both; the group x knows 10 for each of them, from c; y (20 and 40) has no part in it.
    found = compute(
        made,
        matrix((0, 0, 0, 1, 1), p__2022=(NAN, NAN, 10, 20, 40), q__2022=(7, NAN, 13, 20, 40)),
    )
    if name.startswith("group"):
        wholly = (10 + (7 + 13) / 2) / 2
    np.testing.assert_allclose(root_of(found)[:2], [partly, wholly])
    np.testing.assert_allclose(root_of(found)[2:], [11.5, 20, 40])
    is_filled = name not in ("exclude", "reweight")
    np.testing.assert_array_equal(found.imputed["index"], [0.5 * is_filled, 1.0 * is_filled, 0, 0, 0])
    np.testing.assert_array_equal(found.coverage["index"], [0.5, 0, 1, 1, 1])


def test_mean_and_median_of_a_group_differ_and_stand_on_the_scale_of_their_moment() -> None:
    values = (NAN, 1, 2, 9, 10)
    scale = Choice("rank", {})
    expected = {
        # Ranks 1 to 4: mean and median 2.5. Before: mean 5.5 ranks between 2 and 9, as does the median 5.5.
        "group-mean": 2.5, "group-median": 2.5, "group-mean-before": 3.0, "group-median-before": 3.0,
    }  # fmt: skip
    for name, score in expected.items():
        made = method(leaf("p", normalisation=scale, missing=Choice(name, {})))
        assert root_of(compute(made, matrix(p__2022=values)))[0] == score, name
    skewed = (NAN, 1, 2, 9)
    for name, score in {"group-mean": 4.0, "group-median": 2.0, "group-mean-before": 4.0}.items():
        made = method(leaf("p", missing=Choice(name, {})))
        assert root_of(compute(made, matrix(p__2022=skewed)))[0] == score, name
    nothing = method(leaf("p", missing=Choice("group-mean-before", {})))
    np.testing.assert_array_equal(root_of(compute(nothing, matrix((0, 1), p__2022=(NAN, 4)))), [NAN, 4])


@pytest.mark.parametrize(("order", "ties", "scores", "expected"), PLACED)
def test_place_is_computed_by_hand(
    order: str, ties: str, scores: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    found = places(numbers(*scores), replace(RESULT, order=order, ties=ties))
    np.testing.assert_array_equal(found, numbers(*expected))


@pytest.mark.parametrize(("tolerance", "expected"), [(0.0, [1, 2, 3, 4]), (0.1, [1, 1, 1, 4]), (0.09, [1, 2, 3, 4])])
def test_tolerance_ties_neighbours_one_after_the_other(tolerance: float, expected: list[int]) -> None:
    # 0.4 - 0.3 is a hair more than 0.1 in floats, 0.3 - 0.2 a hair less: both are a tenth.
    found = places(numbers(0.4, 0.3, 0.2, 0.05), replace(RESULT, tolerance=tolerance))
    assert found.tolist() == expected


def test_sum_that_floats_miss_is_a_tie_without_a_tolerance() -> None:
    assert 0.1 + 0.2 != 0.3
    assert places(numbers(0.3, 0.1 + 0.2, 0.3 - 1e-9), RESULT).tolist() == [1, 1, 3]


@pytest.mark.parametrize(
    ("by", "order", "limits", "is_rounded", "scores", "expected"),
    [
        ("thresholds", "descending", (8, 5), False, (8, 7.96, 5, 4.9, NAN), (0, 1, 1, 2, NAN)),
        ("thresholds", "descending", (8, 5), True, (8, 7.96, 5, 4.94, NAN), (0, 0, 1, 2, NAN)),
        ("thresholds", "ascending", (5, 8), False, (5, 5.04, 8, 8.1, NAN), (0, 1, 1, 2, NAN)),
        ("thresholds", "ascending", (5, 8), True, (5, 5.04, 8, 8.1, NAN), (0, 0, 1, 2, NAN)),
        # Four ranked units: the first quarter of them in the first class, up to the half in the second.
        ("quantiles", "descending", (0.25, 0.5), False, (1, 4, 3, 2, NAN), (2, 0, 1, 2, NAN)),
        ("quantiles", "ascending", (0.25, 0.5), False, (1, 4, 3, 2, NAN), (0, 2, 2, 1, NAN)),
        # Rounded the second and third share a place and with it a class.
        ("quantiles", "descending", (0.25, 0.5), False, (9, 3.04, 3.01, 1, NAN), (0, 1, 2, 2, NAN)),
        ("quantiles", "descending", (0.25, 0.5), True, (9, 3.04, 3.01, 1, NAN), (0, 1, 1, 2, NAN)),
    ],
)
@pytest.mark.parametrize("ties", TIES)
def test_class_is_computed_by_hand(
    by: str, order: str, limits: tuple[float, ...], is_rounded: bool, scores: tuple[float, ...],
    expected: tuple[float, ...], ties: str,
) -> None:  # fmt: skip
    classes = Classes(by, limits, (TEXT,) * 3, is_rounded, TEXT)
    found = class_numbers(numbers(*scores), replace(RESULT, order=order, ties=ties, decimals=1), classes)
    np.testing.assert_array_equal(found, numbers(*expected))


@pytest.mark.parametrize("measure", MEASURES)
def test_measure_is_computed_by_hand(measure: str) -> None:
    keys, values, expected = MEASURED[measure]
    columns: dict[str, Any] = {"p__2022": values, "p__2021": (4, 2, 5), "people__2022": (4, 2, 5)}
    found = compute(method(leaf("p", measure=measure, **keys)), matrix(**columns))
    np.testing.assert_array_equal(root_of(found), numbers(*expected))


@pytest.mark.parametrize(("measure", "fault"), [("growth", "growth-from-zero"), ("per", "per-zero")])
def test_quotient_with_zero_is_refused_by_its_unit(measure: str, fault: str) -> None:
    made = method(leaf("p", measure=measure, **MEASURED[measure][0]))
    with pytest.raises(DefinitionError, match=f"{fault}.*key=p, name=b"):
        compute(made, matrix(p__2022=(1, 1), p__2021=(1, 0), people__2022=(1, 0)))


def test_node_below_its_minimum_coverage_has_no_score_and_leaves_its_weight_to_the_others() -> None:
    half = Fraction(1, 2)
    inner = node("arithmetic", id="inner", parent="index", weight=half, minimum_coverage=Fraction(3, 4))
    made = method(leaf("p", half, parent="inner"), leaf("q", half, parent="inner"), leaf("r", half), nodes=(inner,))
    found = compute(made, matrix(p__2022=(1, NAN), q__2022=(3, 3), r__2022=(10, 10)))
    np.testing.assert_array_equal(found.scores["inner"], [2, NAN])
    np.testing.assert_array_equal(root_of(found), [6, 10])
    np.testing.assert_array_equal(found.coverage["index"], [1, 0.75])


@pytest.mark.parametrize(
    ("scope", "expected"), [("inside", (0, 1, 0, 1)), ("together", (0, 1 / 3, 2 / 3, 1))], ids=["inside", "together"]
)
@pytest.mark.parametrize(("rank", "order"), [("inside", (2, 1, 2, 1)), ("together", (4, 3, 2, 1))])
def test_groups_are_normalised_and_ranked_where_the_method_says(
    scope: str, expected: tuple[float, ...], rank: str, order: tuple[int, ...]
) -> None:
    made = method(
        leaf("p", normalisation=Choice("min-max", {"low": 0, "high": 1})),
        groups=replace(TOGETHER, by="kind", normalise=scope, rank=rank),
    )
    found = compute(made, matrix((0, 0, 1, 1), p__2022=(1, 2, 3, 4)))
    np.testing.assert_allclose(root_of(found), expected)
    if (scope, rank) == ("inside", "together"):
        order = (3, 1, 3, 1)
    assert found.place.tolist() == list(order)


@pytest.mark.parametrize(("includes", "expected"), [(True, [0, 0, 1]), (False, [0, 1, 1])])
def test_unit_at_a_limit_belongs_where_the_method_says(includes: bool, expected: list[int], tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("unit,people,p\na,49999,1\nb,50000,2\nc,50001,3\n", "utf-8")
    groups = Groups("people", (50000,), ("small", "large"), (TEXT, TEXT), includes, 0.1, "together", "inside", TEXT)
    found = matrix_of(read_wide(tmp_path / "v.csv"), method(leaf("p"), groups=groups))
    assert found.groups.tolist() == expected


def test_winsorising_counts_values_and_not_steps() -> None:
    # Two values of 1000 are drawn in at once: with `most` 1 or 2 that is all, the 90 beside them stays.
    values = numbers(*[float(i % 7) for i in range(60)], 90, 1000, 1000)
    for most in (1, 2):
        drawn = treat(values, Choice("winsorise", {**WINSORISE, "most": most}))
        np.testing.assert_array_equal(drawn[-3:], [90, 90, 90])
    # With more the three of 90 follow, to 6.
    drawn = treat(values, Choice("winsorise", {**WINSORISE, "most": 3}))
    np.testing.assert_array_equal(drawn[-3:], [6, 6, 6])


def test_logarithm_is_taken_of_the_values_as_they_were_where_winsorising_is_not_enough() -> None:
    rule = Choice("winsorise-or-log", {**WINSORISE, "most": 1})
    values = numbers(*[float(i % 7) for i in range(60)], 100, 1000, NAN)
    one = treat(values, Choice("winsorise", rule.numbers))
    assert abs(skewness(one)) >= 2
    assert kurtosis(one) >= 3.5
    # The least is 0, the range 1000, a hundredth of it 10.
    np.testing.assert_allclose(treat(values, rule), np.log(values + 10))
    # A tail to the left is turned round; the plain logarithm would make it longer.
    np.testing.assert_allclose(treat(-values, rule), -np.log(values + 10))
    np.testing.assert_allclose(log_ct(numbers(1, 2, 101)), np.log(numbers(1, 2, 101)))


def test_treatment_without_limits_stops_before_all_values_are_one() -> None:
    rule = Choice("winsorise", {"skewness": 0.0, "kurtosis": -10.0, "most": 100})
    assert np.unique(treat(numbers(1, 2, 3, 4, 9), rule)).size == 1
    np.testing.assert_array_equal(treat(numbers(NAN, NAN), rule), numbers(NAN, NAN))
