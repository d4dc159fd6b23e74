"""The ranking against published ranks, hand-computed cases and the properties that it must have."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from resopen.errors import DefinitionError
from resopen.ranking.aggregation import aggregate
from resopen.ranking.bounds import missing_bounds, weight_bounds
from resopen.ranking.comparison import compare, subset
from resopen.ranking.explanation import contributions, smallest_changes, strengths
from resopen.ranking.matrix import Matrix, matrix_of, read_wide
from resopen.ranking.normalisation import bound, kurtosis, normalise, skewness, transform, treat
from resopen.ranking.places import class_numbers, places, rounded
from resopen.ranking.score import Scores, compute, node_weights, tree_scores
from resopen.ranking.sensitivity import exact_sensitivity, influences, left_out_shifts, mean_shifts
from resopen.ranking.uncertainty import ahead_shares, analyse, place_shares, plan_runs, run_places, spread_of
from resopen.schema.methodology import Choice, Classes, Methodology, Node, Result
from resopen.schema.methodology_file import load_methodology
from resopen.schema.records import Bilingual
from tests.packages import ROOT

DATA = ROOT / "tests" / "data" / "tai"
TAI = ROOT / "schema" / "methodology" / "tai-2001.toml"
TEXT = Bilingual(ru="т", en="t")
RESULT = Result(None, "descending", "competition", 1e-9, None, TEXT)
NAN = float("nan")


def published() -> list[dict[str, str]]:
    with (DATA / "tai23_published_ranks.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def ranks(method: Methodology) -> dict[str, int]:
    scores = compute(method, matrix_of(read_wide(DATA / "tai23_input.csv"), method))
    return {unit: int(place) for unit, place in zip(scores.matrix.units, scores.place, strict=True)}


def weighted(method: Methodology, weights: Mapping[str, Fraction]) -> Methodology:
    leaves = tuple(replace(leaf, weight=weights[leaf.indicator]) for leaf in method.leaves if leaf.indicator in weights)
    return replace(method, leaves=leaves)


def tai(column: str) -> Methodology:
    method = load_methodology(TAI)
    if column == "rank_budget_allocation_linear":
        with (DATA / "tai23_weights.csv").open(encoding="utf-8", newline="") as handle:
            weights = {row[""]: Fraction(row["BAP"]) for row in csv.DictReader(handle)}
        return weighted(method, {name: weight / sum(weights.values()) for name, weight in weights.items()})
    if column == "rank_six_indicators_linear":
        six = [leaf.indicator for leaf in method.leaves if "log10" not in leaf.indicator]
        return weighted(method, dict.fromkeys(six, Fraction(1, 6)))
    if column == "rank_equal_weights_geometric_raw":
        leaves = tuple(replace(leaf, normalisation=Choice("none", {})) for leaf in method.leaves)
        return replace(method, leaves=leaves, nodes=(replace(method.root, aggregator="geometric"),))
    return method


@pytest.mark.parametrize(
    "column",
    [
        "rank_equal_weights_linear", "rank_budget_allocation_linear", "rank_equal_weights_geometric_raw",
        "rank_six_indicators_linear",
    ],
)  # fmt: skip
def test_published_places_of_the_technology_achievement_index_are_reproduced(column: str) -> None:
    expected = {row["country"]: int(row[column]) for row in published()}
    assert len(expected) == 23
    assert ranks(tai(column)) == expected


def numbers(*values: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(values, np.float64)


UNITS = ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("choice", "direction", "values", "expected"),
    [
        (Choice("none", {}), "up", (1, 3, NAN), (1, 3, NAN)),
        (Choice("none", {}), "down", (1, 3, NAN), (-1, -3, NAN)),
        (Choice("min-max", {"low": 0, "high": 100}), "up", (2, 4, NAN, 6), (0, 50, NAN, 100)),
        (Choice("min-max", {"low": 0, "high": 100}), "down", (2, 4, NAN, 6), (100, 50, NAN, 0)),
        (Choice("goalposts", {"worst": 0, "best": 10, "clip": True}), "up", (-5, 5, 20), (0, 0.5, 1)),
        (Choice("goalposts", {"worst": 0, "best": 10, "clip": False}), "up", (-5, 5, 20), (-0.5, 0.5, 2)),
        (Choice("goalposts", {"worst": 10, "best": 0, "clip": True}), "down", (-5, 2, 20), (1, 0.8, 0)),
        (Choice("z-score", {"mean": 0, "deviation": 1}), "up", (1, 2, 3), (-1, 0, 1)),
        (Choice("z-score", {"mean": 50, "deviation": 10}), "down", (1, 2, 3), (60, 50, 40)),
        (Choice("rank", {}), "up", (10, 30, 10, NAN), (1.5, 3, 1.5, NAN)),
        (Choice("rank", {}), "down", (10, 30, 10, NAN), (2.5, 1, 2.5, NAN)),
        (Choice("percentile-rank", {}), "up", (10, 20, 30), (0, 0.5, 1)),
        (Choice("distance-to-reference", {"reference": "b"}), "up", (5, 10, 20), (0.5, 1, 2)),
        (Choice("distance-to-reference", {"reference": "b"}), "down", (5, 10, 20), (2, 1, 0.5)),
        (Choice("distance-to-maximum", {}), "up", (0, 5, 10), (0, 0.5, 1)),
        (Choice("distance-to-maximum", {}), "down", (0, 5, 10), (1, 0.5, 0)),
        (Choice("share-of-maximum", {}), "up", (5, NAN, 20), (0.25, NAN, 1)),
        (Choice("points", {"limits": (10, 20), "points": (0, 1, 3)}), "up", (9, 10, 20, NAN), (0, 1, 3, NAN)),
    ],
)
def test_normaliser_gives_what_a_person_computes(
    choice: Choice, direction: str, values: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    found = normalise(numbers(*values), direction, choice, UNITS[: len(values)])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("method", ["min-max", "z-score", "percentile-rank", "distance-to-maximum"])
def test_constant_indicator_is_refused(method: str) -> None:
    choice = Choice(method, {"low": 0.0, "high": 1.0, "mean": 0.0, "deviation": 1.0})
    with pytest.raises(DefinitionError, match="constant-indicator"):
        normalise(numbers(3, 3, NAN), "up", choice, UNITS[:3])


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("log", (1, np.e, NAN), (0, 1, NAN)),
        ("log10", (1, 100), (0, 2)),
        ("sqrt", (0, 9), (0, 3)),
        ("reciprocal", (2, 4), (0.5, 0.25)),
    ],
)
def test_transform_gives_what_a_person_computes(
    name: str, values: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    np.testing.assert_allclose(transform(numbers(*values), name), expected)


@pytest.mark.parametrize(("name", "value"), [("log", 0), ("log10", -1), ("sqrt", -1), ("reciprocal", 0)])
def test_transform_without_a_value_is_refused(name: str, value: float) -> None:
    with pytest.raises(DefinitionError, match="no-transform"):
        transform(numbers(1, value), name)


def test_floor_and_cap_bound_what_is_known() -> None:
    np.testing.assert_array_equal(bound(numbers(-1, 5, 20, NAN), 0, 10), numbers(0, 5, 10, NAN))


def test_skewness_and_kurtosis_are_those_of_the_sample() -> None:
    assert skewness(numbers(1, 2, 3, NAN)) == pytest.approx(0)
    assert skewness(numbers(1, 1, 1, 5)) == pytest.approx(2)
    assert kurtosis(numbers(1, 1, 1, 5)) == pytest.approx(4)
    assert kurtosis(numbers(1, 2, 3, 4, 5)) == pytest.approx(-1.2)


def test_winsorising_draws_in_the_tail_until_it_is_short_enough() -> None:
    rule = Choice("winsorise", {"skewness": 2.0, "kurtosis": 3.5, "most": 5})
    values = numbers(1, 2, 3, 4, 5, 6, 7, 8, 1000)
    np.testing.assert_array_equal(treat(values, rule), numbers(1, 2, 3, 4, 5, 6, 7, 8, 8))
    np.testing.assert_array_equal(treat(-values, rule), -numbers(1, 2, 3, 4, 5, 6, 7, 8, 8))
    np.testing.assert_array_equal(treat(values[:-1], rule), values[:-1])


def test_percentiles_and_points_draw_in_both_ends() -> None:
    values = numbers(*range(101))
    drawn = treat(values, Choice("percentiles", {"low": 5.0, "high": 95.0}))
    assert (drawn.min(), drawn.max()) == (5, 95)
    points = treat(numbers(1, 5, 6, 7, 100), Choice("points", {"low": 1.0, "high": 2.0}))
    np.testing.assert_array_equal(points, numbers(5, 5, 6, 6, 6))


def node(aggregator: str, power: float = 1.0, is_complement: bool = False) -> Node:
    return Node("index", TEXT, "", Fraction(1), aggregator, power, Fraction(0), is_complement, TEXT)


@pytest.mark.parametrize(
    ("made", "scores", "weights", "expected"),
    [
        (node("arithmetic"), [(2, 8), (NAN, 8), (NAN, NAN)], (0.25, 0.75), (6.5, 8, NAN)),
        (node("geometric"), [(2, 8), (NAN, 8)], (0.5, 0.5), (4, 8)),
        (node("harmonic"), [(2, 6), (3, 3)], (0.5, 0.5), (3, 3)),
        (node("generalised", 2), [(1, 7), (5, 5)], (0.5, 0.5), (5, 5)),
        (node("minimum"), [(2, 8), (NAN, 8), (NAN, NAN)], (0.5, 0.5), (2, 8, NAN)),
        (node("ratio"), [(2, 8), (6, 3)], (1, 1), (0.25, 2)),
        (node("arithmetic", is_complement=True), [(0.2, 0.4), (0, 1)], (0.5, 0.5), (0.7, 0.5)),
        # 1 beats 2 on the first, loses on the second: an exact half is a draw; both beat 3.
        (node("copeland"), [(2, 1), (1, 2), (0, 0)], (0.5, 0.5), (0.5, 0.5, -1)),
        (node("copeland"), [(2, 1), (1, 2), (NAN, NAN)], (0.6, 0.4), (1, -1, NAN)),
    ],
)
def test_aggregator_gives_what_a_person_computes(
    made: Node, scores: list[tuple[float, ...]], weights: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    np.testing.assert_allclose(aggregate(np.array(scores, float), numbers(*weights), made), expected)


@pytest.mark.parametrize("kind", ["geometric", "harmonic"])
def test_mean_that_needs_values_above_zero_refuses_others(kind: str) -> None:
    with pytest.raises(DefinitionError, match="mean-of-not-positive"):
        aggregate(np.array([[0.0, 1.0]]), numbers(0.5, 0.5), node(kind))


def test_sevenths_do_not_decide_a_duel() -> None:
    # Ten weights of a tenth do not sum to a half in floats: 0.1 five times is 0.5 by luck, three sevenths are not.
    weights = numbers(*[1 / 14] * 14)
    scores = np.array([[1.0] * 7 + [0.0] * 7, [0.0] * 7 + [1.0] * 7])
    assert aggregate(scores, weights, node("copeland")).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("ties", "order", "expected"),
    [
        ("competition", "descending", (1, 2, 2, 4, NAN)),
        ("dense", "descending", (1, 2, 2, 3, NAN)),
        ("average", "descending", (1, 2.5, 2.5, 4, NAN)),
        ("competition", "ascending", (4, 2, 2, 1, NAN)),
        ("average", "ascending", (4, 2.5, 2.5, 1, NAN)),
    ],
)
def test_ties_follow_their_rule(ties: str, order: str, expected: tuple[float, ...]) -> None:
    result = replace(RESULT, ties=ties, order=order)
    np.testing.assert_array_equal(places(numbers(9, 5, 5 + 1e-12, 1, NAN), result), numbers(*expected))


def test_places_are_taken_on_the_rounded_score_where_the_method_says_so() -> None:
    scores = numbers(0.8004, 0.7996, 0.7994)
    assert places(scores, RESULT).tolist() == [1, 2, 3]
    assert places(scores, replace(RESULT, decimals=3)).tolist() == [1, 1, 3]
    assert rounded(numbers(0.0005, 2.675), 2).tolist() == [0.0, 2.68]
    assert rounded(numbers(0.49999999999999994), 0).tolist() == [1.0]


def test_classes_follow_thresholds_or_shares() -> None:
    names = (TEXT, TEXT, TEXT)
    thresholds = Classes("thresholds", (0.8, 0.5), names, True, TEXT)
    result = replace(RESULT, decimals=1)
    assert class_numbers(numbers(0.75, 0.5, 0.449, 0.9), result, thresholds).tolist() == [0, 1, 2, 0]
    quantiles = Classes("quantiles", (0.25, 0.5), names, False, TEXT)
    assert class_numbers(numbers(4, 3, 2, 1), RESULT, quantiles).tolist() == [0, 1, 2, 2]


VALUES = arrays.arrays(np.float64, st.integers(2, 12), elements=st.integers(-1000, 1000).map(float))


@given(VALUES, st.floats(0.1, 100), st.floats(-100, 100))
def test_min_max_does_not_know_the_scale_of_its_values(values: Any, scale: float, shift: float) -> None:
    if np.unique(values).size < 2:
        return
    choice = Choice("min-max", {"low": 0.0, "high": 1.0})
    units = tuple(map(str, range(values.size)))
    first = normalise(values, "up", choice, units)
    np.testing.assert_allclose(normalise(values * scale + shift, "up", choice, units), first, atol=1e-9)
    np.testing.assert_allclose(normalise(-values, "down", choice, units), first, atol=1e-12)


@given(
    arrays.arrays(np.float64, (5, 3), elements=st.floats(0.01, 100)),
    st.lists(st.floats(0.1, 1), min_size=3, max_size=3),
)
def test_means_stand_in_their_order(scores: Any, weights: list[float]) -> None:
    found = [
        aggregate(scores, np.array(weights), node(kind)) for kind in ("minimum", "harmonic", "geometric", "arithmetic")
    ]
    for lower, upper in pairwise(found):
        assert (lower <= upper * (1 + 1e-9)).all()


def small(method: Methodology, seed: int, units: int = 8) -> Scores:
    chance = np.random.default_rng(seed)
    columns = {leaf.indicator: chance.uniform(0, 10, units) for leaf in method.leaves}
    names = tuple(f"u{i}" for i in range(units))
    return compute(method, Matrix(names, names, columns, np.zeros(units, np.intp), ("",)))


def free() -> Methodology:
    """Return a method without the goalposts of the index, so that any values will do."""
    method = load_methodology(TAI)
    choice = Choice("min-max", {"low": 0.0, "high": 1.0})
    return replace(method, leaves=tuple(replace(leaf, normalisation=choice) for leaf in method.leaves))


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_order_of_units_and_columns_changes_nothing(seed: int) -> None:
    method = free()
    one = small(method, seed)
    turned = np.random.default_rng(seed).permutation(len(one.matrix.units))
    matrix = replace(
        one.matrix,
        units=tuple(one.matrix.units[i] for i in turned),
        columns=dict(reversed([(name, values[turned]) for name, values in one.matrix.columns.items()])),
    )
    two = compute(replace(method, leaves=method.leaves[::-1]), matrix)
    assert dict(zip(one.matrix.units, one.place, strict=True)) == dict(zip(matrix.units, two.place, strict=True))


@given(st.integers(0, 1000), st.integers(0, 7), st.floats(0.1, 5))
@settings(max_examples=20, deadline=None)
def test_more_of_an_indicator_never_costs_a_place(seed: int, unit: int, more: float) -> None:
    method = load_methodology(TAI)
    one = small(method, seed)
    columns = {name: values.copy() for name, values in one.matrix.columns.items()}
    columns["schooling"][unit] += more
    assert compute(method, replace(one.matrix, columns=columns)).place[unit] <= one.place[unit]


def test_all_combinations_are_computed_where_they_are_few() -> None:
    method = load_methodology(TAI)
    scores = compute(method, matrix_of(read_wide(DATA / "tai23_input.csv"), method))
    found = analyse(scores)
    # Four normalisations, nine ways to leave out an indicator or none, two aggregators.
    assert found.runs.is_exact
    assert found.places.shape == (4 * 9 * 2, 23)
    np.testing.assert_array_equal(found.places[0], scores.place)
    spread = spread_of(scores, found)
    assert (spread.low <= spread.median).all()
    assert (spread.median <= spread.high).all()
    assert place_shares(found).sum(1) == pytest.approx(np.ones(23))
    ahead = ahead_shares(found, np.ones(23, bool))
    np.testing.assert_allclose(ahead + ahead.T, np.ones((23, 23)))


def test_each_run_is_computed_again_from_its_record() -> None:
    method = load_methodology(TAI)
    assert method.alternatives is not None
    drawn = replace(method, alternatives=replace(method.alternatives, weights=Fraction(1, 4), runs=60))
    scores = compute(drawn, matrix_of(read_wide(DATA / "tai23_input.csv"), drawn))
    found = analyse(scores)
    assert not found.runs.is_exact
    for number in (0, 17, 59):
        one = replace(
            found.runs,
            choices=found.runs.choices[number : number + 1],
            factors=found.runs.factors[number : number + 1],
        )
        np.testing.assert_array_equal(run_places(drawn, scores.matrix, one)[0], found.places[number])
    np.testing.assert_array_equal(analyse(scores).places, found.places)


def test_drawn_runs_come_near_to_all_combinations() -> None:
    method = load_methodology(TAI)
    assert method.alternatives is not None
    sampled = replace(method, alternatives=replace(method.alternatives, most_combinations=0, runs=20_000))
    values = matrix_of(read_wide(DATA / "tai23_input.csv"), method)
    exact, drawn = analyse(compute(method, values)), analyse(compute(sampled, values))
    assert (exact.runs.is_exact, drawn.runs.is_exact) == (True, False)
    np.testing.assert_allclose(drawn.places.mean(0), exact.places.mean(0), atol=0.2)


def test_unit_below_the_minimum_coverage_has_no_place_and_the_others_close_up(tmp_path: Path) -> None:
    text = (DATA / "tai23_input.csv").read_text("utf-8").replace("United States,289.0", "United States,")
    (tmp_path / "values.csv").write_text(text, "utf-8")
    method = load_methodology(TAI)
    scores = compute(method, matrix_of(read_wide(tmp_path / "values.csv"), method))
    unit = scores.matrix.units.index("United States")
    assert np.isnan(scores.place[unit])
    assert scores.coverage["tai"][unit] == pytest.approx(7 / 8)
    assert sorted(scores.place[~np.isnan(scores.place)].tolist()) == list(range(1, 23))


def test_plan_names_every_choice() -> None:
    method = load_methodology(TAI)
    assert method.alternatives is not None
    runs = plan_runs(method, method.alternatives)
    assert runs.names == ("treatment", "normalisation", "missing", "inclusion", "aggregator tai")
    assert runs.options == (1, 4, 1, 9, 2)


def weights_only(method: Methodology, spread: Fraction) -> Methodology:
    """Return a method that varies its weights and nothing else."""
    assert method.alternatives is not None
    only = replace(
        method.alternatives, weights=spread, inclusion=False, normalisations=(), aggregators={}, runs=400
    )  # fmt: skip
    return replace(method, alternatives=only)


def deep(method: Methodology) -> Methodology:
    """Return the method with its leaves below two nodes of different weight."""
    left = replace(method.root, id="left", parent="tai", weight=Fraction(2, 3))
    right = replace(method.root, id="right", parent="tai", weight=Fraction(1, 3))
    leaves = tuple(
        replace(leaf, parent="left" if i < 3 else "right", weight=Fraction(1, 3) if i < 3 else Fraction(1, 5))
        for i, leaf in enumerate(method.leaves)
    )
    return replace(method, nodes=(method.root, left, right), leaves=leaves)


@pytest.mark.parametrize("make", [lambda method: method, deep], ids=["flat", "deep"])
@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_certified_bounds_contain_every_sampled_place(make: Any, seed: int) -> None:
    method = weights_only(make(free()), Fraction(1, 4))
    scores = small(method, seed)
    bounds, found = weight_bounds(scores, 0.25), analyse(scores)
    assert (bounds.best <= found.places.min(0)).all()
    assert (bounds.worst >= found.places.max(0)).all()
    assert (bounds.best <= scores.place).all()
    assert (scores.place <= bounds.worst).all()


def test_certified_bounds_without_a_spread_are_the_places() -> None:
    scores = small(free(), 3)
    bounds = weight_bounds(scores, 0.0)
    np.testing.assert_array_equal(bounds.best, scores.place)
    np.testing.assert_array_equal(bounds.worst, scores.place)


@pytest.mark.parametrize("make", [lambda method: method, deep], ids=["flat", "deep"])
@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_contributions_add_up_to_the_score_and_to_its_distance(make: Any, seed: int) -> None:
    method = make(free())
    method = replace(
        method,
        nodes=tuple(replace(item, minimum_coverage=Fraction(0)) for item in method.nodes),
        leaves=tuple(replace(leaf, missing=Choice("reweight", {})) for leaf in method.leaves),
    )
    whole = small(method, seed)
    columns = {name: values.copy() for name, values in whole.matrix.columns.items()}
    columns["schooling"][0] = columns["patents"][3] = np.nan
    scores = compute(method, replace(whole.matrix, columns=columns))
    found, root = contributions(scores), scores.scores["tai"]
    np.testing.assert_allclose(found.added.sum(1), root)
    np.testing.assert_allclose(found.distance.sum(1), root - np.median(root), atol=1e-12)
    assert list(strengths(found, method, 0)) != []


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_smallest_change_moves_the_unit_past_its_neighbour_and_half_of_it_does_not(seed: int) -> None:
    scores = small(free(), seed)
    unit = int(np.argmax(scores.place == 3))
    for change in smallest_changes(scores, unit):
        rival = scores.matrix.units.index(change.passed)
        for share, is_ahead in ((1.0, True), (0.5, False)):
            moved = dict(scores.prepared.values)
            moved[change.leaf] = moved[change.leaf].copy()
            moved[change.leaf][unit] += share * change.needed
            root = tree_scores(scores.method, moved, node_weights(scores.method))["tai"]
            assert (root[unit] > root[rival]) == is_ahead


def test_method_that_is_no_sum_is_refused_an_explanation() -> None:
    method = free()
    scores = small(replace(method, nodes=(replace(method.root, aggregator="copeland"),)), 1)
    for explain in (contributions, missing_bounds):
        with pytest.raises(DefinitionError, match="not-additive"):
            explain(scores)


def test_unit_with_a_missing_value_may_take_any_place_that_the_value_allows() -> None:
    method = free()
    method = replace(method, leaves=tuple(replace(leaf, missing=Choice("reweight", {})) for leaf in method.leaves))
    method = replace(method, nodes=(replace(method.root, minimum_coverage=Fraction(0)),))
    whole = small(method, 5)
    columns = {name: values.copy() for name, values in whole.matrix.columns.items()}
    columns["schooling"][2] = np.nan
    scores = compute(method, replace(whole.matrix, columns=columns))
    bounds = missing_bounds(scores)
    assert bounds.best[2] <= scores.place[2] <= bounds.worst[2]
    assert bounds.best[2] < bounds.worst[2]
    known = np.arange(8) != 2
    np.testing.assert_array_equal(bounds.best[known], scores.place[known])


def test_exact_indices_are_those_of_the_definition() -> None:
    method = load_methodology(TAI)
    scores = compute(method, matrix_of(read_wide(DATA / "tai23_input.csv"), method))
    found = analyse(scores)
    indices = exact_sensitivity(scores, found)
    shifts, choices = mean_shifts(scores, found), found.runs.choices
    for i, name in enumerate(indices.names):
        column = found.runs.names.index(name)
        means = [shifts[choices[:, column] == k].mean() for k in range(found.runs.options[column])]
        assert indices.first[i] == pytest.approx(np.var(means) / shifts.var()), name
        assert indices.first[i] <= indices.total[i] + 1e-12
    assert indices.names == ("normalisation", "inclusion", "aggregator tai")
    assert set(left_out_shifts(scores, found)) == {leaf.id for leaf in method.leaves}
    assert all(0 <= value <= 1 for value in influences(scores).values())


def test_comparison_with_itself_is_empty() -> None:
    scores = small(free(), 9)
    moves = compare(scores, scores, scores.method, scores.matrix)
    for part in (moves.by_units, moves.by_data, moves.by_method, moves.new - moves.old):
        assert not part.any()
    assert (moves.entered, moves.left) == ((), ())


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_parts_of_a_move_add_up_to_it(seed: int) -> None:
    old = small(free(), seed)
    other = small(free(), seed + 1, 9)
    heavier = tuple(
        replace(leaf, weight=Fraction(1, 4) if i == 0 else Fraction(3, 28)) for i, leaf in enumerate(free().leaves)
    )
    new = compute(replace(free(), leaves=heavier), subset(other.matrix, other.matrix.units[1:]))
    moves = compare(old, new, old.method, new.matrix)
    np.testing.assert_allclose(moves.by_units + moves.by_data + moves.by_method, moves.new - moves.old)
    assert (moves.entered, moves.left) == (("u8",), ("u0",))
