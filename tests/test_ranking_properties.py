"""What a ranking keeps whatever the values: invariances, orders, bounds that hold, sums that add up."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from resopen.ranking.aggregation import aggregate, copeland
from resopen.ranking.bounds import missing_bounds, weight_bounds
from resopen.ranking.comparison import compare
from resopen.ranking.explanation import contributions
from resopen.ranking.matrix import Matrix, matrix_of, read_wide
from resopen.ranking.normalisation import kurtosis, normalise, skewness, treat
from resopen.ranking.places import places, rounded
from resopen.ranking.score import Scores, compute
from resopen.ranking.uncertainty import analyse
from resopen.schema.methodology import TIES, Alternatives, Choice, Leaf, Methodology, Result
from resopen.schema.methodology_file import load_methodology
from tests.packages import ROOT
from tests.test_ranking_cases import TEXT, leaf, method, node

METHODS = ROOT / "tests" / "data" / "methods"
NAN = float("nan")
MIN_MAX = Choice("min-max", {"low": 0.0, "high": 1.0})
GOALPOSTS = Choice("goalposts", {"worst": 0.0, "best": 6.0, "clip": True})
# Methods in whose additive index more of an indicator never costs a place; z-scores are not among them.
MONOTONE = (
    Choice("none", {}), MIN_MAX, GOALPOSTS, Choice("rank", {}), Choice("percentile-rank", {}),
    Choice("distance-to-maximum", {}), Choice("share-of-maximum", {}),
    Choice("distance-to-reference", {"reference": "a"}),
    Choice("points", {"limits": (2.0, 5.0), "points": (0.0, 1.0, 3.0)}),
)  # fmt: skip
# Methods that only look at where a value lies among the others.
RELATIVE = (
    MIN_MAX, Choice("z-score", {"mean": 0.0, "deviation": 1.0}), Choice("rank", {}), Choice("percentile-rank", {}),
    Choice("distance-to-maximum", {}),
)  # fmt: skip
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
column = arrays.arrays(np.float64, st.integers(2, 9), elements=st.integers(-50, 50).map(float))


def result(draw: st.DrawFn) -> Result:
    decimals = draw(st.sampled_from([None, 0, 1, 2]))
    tolerance = draw(st.sampled_from([0.0, 0.0, 0.01, 0.1]))
    order = draw(st.sampled_from(["descending", "ascending"]))
    return Result(decimals, order, draw(st.sampled_from(TIES)), tolerance, None, TEXT)


def shares(draw: st.DrawFn, count: int) -> list[Fraction]:
    whole = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    return [Fraction(one, sum(whole)) for one in whole]


@st.composite
def rankings(draw: st.DrawFn, gaps: bool = True) -> tuple[Methodology, Matrix]:
    """Draw an additive method of one or two levels, and values that tie and lack often; a and b have them all."""
    count, units = draw(st.integers(2, 5)), draw(st.integers(2, 7))
    is_deep = count > 3 and draw(st.booleans())
    inner = ("left", "right")
    tops = shares(draw, 2) if is_deep else []
    nodes = tuple(node("arithmetic", id=i, parent="index", weight=w) for i, w in zip(inner, tops, strict=False))
    split = [range(2), range(2, count)] if is_deep else [range(count)]
    weights = [weight for part in split for weight in shares(draw, len(part))]
    leaves: list[Leaf] = []
    columns = {}
    for i in range(count):
        parent = inner[i >= 2] if is_deep else "index"
        direction = draw(st.sampled_from(["up", "down"]))
        leaves.append(leaf(f"p{i}", weights[i], parent=parent, direction=direction, normalisation=MIN_MAX))
        cell = st.one_of(st.integers(0, 6), st.just(NAN)) if gaps else st.integers(0, 6)
        rest = draw(st.lists(cell, min_size=units - 2, max_size=units - 2))
        ends = draw(st.sampled_from([(0, 6), (6, 0)]))
        columns[f"p{i}:2022"] = np.array([*ends, *rest], np.float64)
    names = tuple("abcdefg"[:units])
    groups = np.array([0, 0, *[draw(st.integers(0, 1)) for _ in range(units - 2)]], np.intp)
    made = replace(method(*leaves, nodes=nodes), result=result(draw))
    where = draw(st.sampled_from(["inside", "together"]))
    made = replace(made, groups=replace(made.groups, by="kind", rank=where))
    return made, Matrix(names, names, columns, groups, ("x", "y"))


def turned(matrix: Matrix, order: list[int]) -> Matrix:
    """Return the matrix with its units in another order, and its columns in the reverse one."""
    return replace(
        matrix,
        units=tuple(matrix.units[i] for i in order),
        names=tuple(matrix.names[i] for i in order),
        columns={name: values[order] for name, values in reversed(list(matrix.columns.items()))},
        groups=matrix.groups[order],
    )


def by_unit(scores: Scores) -> dict[str, float | None]:
    """Return the places by unit, None for none: NaN is not equal to itself."""
    pairs = zip(scores.matrix.units, scores.place.tolist(), strict=True)
    return {unit: None if place != place else place for unit, place in pairs}


@given(
    column, st.floats(0.01, 1000), st.floats(-1000, 1000), st.sampled_from(RELATIVE), st.sampled_from(["up", "down"])
)
@quick
def test_relative_scales_do_not_know_the_unit_of_measurement(
    values: Any, scale: float, shift: float, choice: Choice, direction: str
) -> None:
    values[:2] = (-60, 60)
    units = tuple(map(str, range(values.size)))
    first = normalise(values, direction, choice, units)
    if "rank" not in choice.method:
        np.testing.assert_allclose(normalise(values * scale + shift, direction, choice, units), first, atol=1e-7)
    np.testing.assert_allclose(normalise(values * 4 - 8, direction, choice, units), first, atol=1e-12)


@given(column, st.sampled_from(RELATIVE))
@quick
def test_direction_turns_a_relative_scale_round(values: Any, choice: Choice) -> None:
    values[:2] = (-60, 60)
    units = tuple(map(str, range(values.size)))
    np.testing.assert_allclose(
        normalise(-values, "down", choice, units), normalise(values, "up", choice, units), atol=1e-12
    )
    up, down = (np.argsort(normalise(values, way, choice, units), kind="stable") for way in ("up", "down"))
    assert values[up].tolist() == values[down][::-1].tolist()


@given(column, st.integers(-40, 40), st.integers(1, 40), st.booleans())
@quick
def test_direction_turns_goalposts_round_with_them(values: Any, worst: int, width: int, clip: bool) -> None:
    units = tuple(map(str, range(values.size)))
    one = Choice("goalposts", {"worst": worst, "best": worst + width, "clip": clip})
    other = Choice("goalposts", {"worst": -worst, "best": -worst - width, "clip": clip})
    np.testing.assert_allclose(normalise(-values, "down", other, units), normalise(values, "up", one, units))


@given(
    arrays.arrays(np.float64, (4, 3), elements=st.floats(0.01, 100)),
    arrays.arrays(np.float64, 3, elements=st.floats(0.05, 1)),
)
@quick
def test_means_stand_in_the_order_of_their_powers(scores: Any, weights: Any) -> None:
    kinds = [
        ("minimum", 1.0), ("generalised", -3.0), ("harmonic", 1.0), ("generalised", -0.5), ("geometric", 1.0),
        ("generalised", 0.5), ("arithmetic", 1.0), ("generalised", 2.0),
    ]  # fmt: skip
    found = [aggregate(scores, weights, node(kind, power)) for kind, power in kinds]
    for lower, upper in pairwise([*found, scores.max(-1)]):
        assert (lower <= upper * (1 + 1e-9)).all()


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("choice", MONOTONE, ids=lambda choice: choice.method)
@given(arrays.arrays(np.float64, (5, 2), elements=st.integers(1, 7).map(float)), st.integers(0, 4), st.data())
@settings(max_examples=25, deadline=None)
def test_better_value_never_costs_a_place(choice: Choice, direction: str, values: Any, unit: int, data: Any) -> None:
    if direction == "down":
        if choice.method == "share-of-maximum":
            return
        swapped: dict[str, dict[str, object]] = {
            "goalposts": {"worst": 6.0, "best": 0.0, "clip": True},
            "points": {**choice.numbers, "points": (3.0, 1.0, 0.0)},
        }
        choice = Choice(choice.method, swapped.get(choice.method, dict(choice.numbers)))
    half = Fraction(1, 2)
    made = method(*(leaf(name, half, normalisation=choice, direction=direction) for name in "pq"))
    better = values.copy()
    step = data.draw(st.integers(1, 6))
    better[unit, 0] = max(better[unit, 0] - step, 0.5) if direction == "down" else better[unit, 0] + step
    if any(np.unique(some).size < 2 for table in (values, better) for some in table.T):
        return
    one, two = (compute(made, table(some)) for some in (values, better))
    assert two.place[unit] <= one.place[unit]


def table(values: Any) -> Matrix:
    units = tuple("abcdefgh"[: len(values)])
    columns = {"p:2022": values[:, 0], "q:2022": values[:, 1]}
    return Matrix(units, units, columns, np.zeros(len(units), np.intp), ("",))


def test_z_scores_may_cost_a_place_for_a_better_value() -> None:
    """More than the others' spread can bear widens the deviation, and with it shrinks the lead over the last one."""
    z_score, half = Choice("z-score", {"mean": 0.0, "deviation": 1.0}), Fraction(1, 2)
    made = method(leaf("p", half, normalisation=z_score), leaf("q", half, normalisation=Choice("none", {})))
    before, after = ([[-10, 1.9], [10, -50], [lead, 0]] for lead in (30.0, 3000.0))
    places_of = [compute(made, table(np.array(some, float))).place.tolist() for some in (before, after)]
    assert places_of == [[2, 3, 1], [1, 3, 2]]


@given(rankings(), st.data())
@quick
def test_order_of_units_columns_and_leaves_changes_nothing(drawn: tuple[Methodology, Matrix], data: Any) -> None:
    made, matrix = drawn
    order = data.draw(st.permutations(range(len(matrix.units))))
    two = compute(replace(made, leaves=made.leaves[::-1]), turned(matrix, order))
    assert by_unit(two) == by_unit(compute(made, matrix))


@pytest.mark.parametrize("name", ["hdi", "gii", "asem", "decree607", "ministry"])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
def test_order_of_the_file_changes_nothing(name: str, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = load_methodology(METHODS / f"{name}.toml")
    whole = compute(made, matrix_of(read_wide(METHODS / f"{name}.csv"), made))
    with (METHODS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        header, *lines = list(csv.reader(handle))
    chance = np.random.default_rng(seed)
    some = [0, *(1 + chance.permutation(len(header) - 1))]
    path = tmp_path_factory.mktemp("order") / "values.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([header[i] for i in some])
        writer.writerows([lines[j][i] for i in some] for j in chance.permutation(len(lines)))
    other = compute(made, matrix_of(read_wide(path), made))
    assert other.matrix.units == whole.matrix.units
    np.testing.assert_array_equal(other.scores[made.root.id], whole.scores[made.root.id])
    np.testing.assert_array_equal(other.place, whole.place)


def alternatives(**other: Any) -> Alternatives:
    plain = Alternatives(
        runs=300, seed=5, interval=(5, 95), most_combinations=1000, weights=Fraction(0), inclusion=True,
        normalisations=(Choice("rank", {}),), treatments=(Choice("points", {"low": 0.0, "high": 1.0}),),
        missing=(Choice("group-mean", {}),), aggregators={"index": ("copeland",)}, source=TEXT,
    )  # fmt: skip
    return replace(plain, **other)


@given(rankings(), st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(9, 10)]))
@quick
def test_first_of_all_combinations_is_the_method_itself(drawn: tuple[Methodology, Matrix], minimum: Fraction) -> None:
    made, matrix = drawn
    nodes = tuple(replace(one, minimum_coverage=minimum) for one in made.nodes)
    made = replace(made, nodes=nodes, alternatives=alternatives(treatments=()))
    scores = compute(made, matrix)
    found = analyse(scores)
    assert found.runs.is_exact
    assert not found.runs.choices[0].any()
    np.testing.assert_array_equal(found.places[0], scores.place)
    # Who has too little known has no place in any run.
    short = scores.coverage["index"] + 1e-12 < float(minimum)
    assert np.isnan(found.places[:, short]).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_drawn_runs_come_near_to_all_combinations_in_every_place(seed: int) -> None:
    half = Fraction(1, 2)
    values = np.random.default_rng(seed).uniform(1, 9, (6, 2))
    made = replace(method(*(leaf(name, half, normalisation=MIN_MAX) for name in "pq")), alternatives=alternatives())
    exact = analyse(compute(made, table(values)))
    count = 20_000
    chance = replace(made, alternatives=alternatives(most_combinations=0, runs=count, seed=seed))
    drawn = analyse(compute(chance, table(values)))
    assert (exact.runs.is_exact, drawn.runs.is_exact) == (True, False)
    for place in np.unique(exact.places[~np.isnan(exact.places)]):
        share, found = (exact.places == place).mean(0), (drawn.places == place).mean(0)
        # Five standard errors of a binomial share: one in two millions lies beyond.
        assert (np.abs(found - share) <= 5 * np.sqrt(share * (1 - share) / count) + 1e-12).all()


@given(rankings(), st.sampled_from([Fraction(1, 10), Fraction(1, 4), Fraction(3, 5)]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_certified_bounds_of_weights_contain_every_sampled_place(
    drawn: tuple[Methodology, Matrix], spread: Fraction
) -> None:
    made, matrix = drawn
    only = alternatives(
        weights=spread, inclusion=False, normalisations=(), treatments=(), missing=(), aggregators={}, runs=150
    )
    scores = compute(replace(made, alternatives=only), matrix)
    bounds, found = weight_bounds(scores, float(spread)), analyse(scores)
    ranked = ~np.isnan(scores.place)
    for sampled in (found.places, scores.place[None, :]):
        assert (bounds.best <= sampled)[:, ranked].all()
        assert (sampled <= bounds.worst)[:, ranked].all()


def test_certified_bounds_keep_ties_that_the_tolerance_makes_at_the_edge_of_the_weights() -> None:
    """The lead is 0.05 before the weights are scaled to one, 0.0435 after it: a tie by 0.045."""
    edge = [Fraction(15, 115), Fraction(50, 115), Fraction(50, 115)]
    own = [Fraction(1, 5), Fraction(2, 5), Fraction(2, 5)]
    rows = {"a": (1.0, 0.0, 0.0), "b": (0.0, 0.1, 0.1)}
    matrix = Matrix(
        tuple(rows), tuple(rows), {f"{n}:2022": np.array([v[i] for v in rows.values()]) for i, n in enumerate("pqr")},
        np.zeros(2, np.intp), ("",),
    )  # fmt: skip
    rule = Result(None, "descending", "competition", 0.045, None, TEXT)
    nominal, other = (
        compute(replace(method(*(leaf(n, w) for n, w in zip("pqr", some, strict=True))), result=rule), matrix)
        for some in (own, edge)
    )
    assert (nominal.place.tolist(), other.place.tolist()) == ([1, 2], [1, 1])
    assert weight_bounds(nominal, 0.25).best.tolist() == [1, 1]


def test_certified_bounds_keep_ties_that_run_from_neighbour_to_neighbour() -> None:
    rule = Result(None, "descending", "competition", 0.1, None, TEXT)
    scores = compute(
        replace(method(leaf("p"), leaf("q", Fraction(0))), result=rule), table(np.array([[0.3, 0], [0.2, 0], [0.1, 0]]))
    )
    assert scores.place.tolist() == [1, 1, 1]
    assert weight_bounds(scores, 0.0).best.tolist() == [1, 1, 1]


@given(rankings(), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_bounds_of_missing_values_contain_every_filled_in_place(drawn: tuple[Methodology, Matrix], data: Any) -> None:
    made, matrix = drawn
    scores = compute(made, matrix)
    bounds = missing_bounds(scores)
    unit = data.draw(st.integers(0, len(matrix.units) - 1))
    filled = {name: values.copy() for name, values in matrix.columns.items()}
    for values in filled.values():
        if np.isnan(values[unit]):
            values[unit] = data.draw(st.one_of(st.sampled_from([0.0, 6.0]), st.floats(0, 6)))
    place = compute(made, replace(matrix, columns=filled)).place[unit]
    assert bounds.best[unit] <= place <= bounds.worst[unit]
    known = np.all([~np.isnan(values) for values in matrix.columns.values()], axis=0)
    np.testing.assert_array_equal(bounds.best[known], scores.place[known])
    np.testing.assert_array_equal(bounds.worst[known], scores.place[known])


@given(rankings())
@quick
def test_contributions_add_up_to_the_score_and_distances_to_that_from_the_median(
    drawn: tuple[Methodology, Matrix],
) -> None:
    made, matrix = drawn
    scores = compute(made, matrix)
    found, root = contributions(scores), scores.scores["index"]
    np.testing.assert_allclose(found.added.sum(1), root, atol=1e-12)
    for number in np.unique(matrix.groups):
        members = (matrix.groups == number) & ~np.isnan(root)
        if members.any():
            expected = root[members] - np.median(root[members])
            np.testing.assert_allclose(found.distance[members].sum(1), expected, atol=1e-12)


@given(rankings())
@quick
def test_ranking_compared_with_itself_has_not_moved(drawn: tuple[Methodology, Matrix]) -> None:
    scores = compute(*drawn)
    moves = compare(scores, scores, scores.method, scores.matrix)
    absent = np.isnan(scores.place)
    for part in (moves.by_units, moves.by_data, moves.by_method, moves.new - moves.old):
        np.testing.assert_array_equal(part, np.where(absent, NAN, 0.0))
    assert (moves.entered, moves.left) == ((), ())


DUELS = arrays.arrays(np.float64, (2, 4), elements=st.one_of(st.integers(0, 2).map(float), st.just(NAN)))


@given(DUELS, arrays.arrays(np.float64, 4, elements=st.floats(0.01, 1)))
@quick
def test_duel_is_lost_by_as_much_as_it_is_won(scores: Any, weights: Any) -> None:
    one, other = copeland(scores, weights)
    assert np.isnan(one) == np.isnan(other)
    assert np.isnan(one) or (one == -other and one in (-1, 0, 1))
    np.testing.assert_array_equal(copeland(scores[::-1], weights), [other, one])


@given(
    arrays.arrays(np.float64, (5, 3), elements=st.integers(0, 3).map(float)),
    arrays.arrays(np.float64, 3, elements=st.floats(0.01, 1)),
)
@quick
def test_duels_of_all_against_all_cancel_out(scores: Any, weights: Any) -> None:
    assert abs(copeland(scores, weights).sum()) < 1e-12


@given(st.lists(st.integers(1, 97), min_size=1, max_size=7), st.randoms(use_true_random=False))
@quick
def test_exact_half_is_a_draw_whatever_the_weights(parts: list[int], chance: Any) -> None:
    """Each weight stands twice, once on a child that the one wins and once on one that the other wins."""
    won = [(part / sum(parts) / 2, 1.0) for part in parts] + [(part / sum(parts) / 2, -1.0) for part in parts]
    chance.shuffle(won)
    weights, lead = np.array(won).T
    scores = np.stack([5 + lead, 5 - lead])
    assert copeland(scores, weights).tolist() == [0, 0]
    heavier = weights + np.where(lead > 0, 1e-6, 0)
    assert copeland(scores, heavier).tolist() == [1, -1]


@given(column, st.integers(0, 3), st.integers(0, 3))
@quick
def test_points_drawn_in_once_stay_where_they_are(values: Any, low: int, high: int) -> None:
    if low + high >= values.size:
        return
    rule = Choice("points", {"low": float(low), "high": float(high)})
    once = treat(values, rule)
    np.testing.assert_array_equal(treat(once, rule), once)
    assert (once >= values.min()).all()
    assert (once <= values.max()).all()


TAILS = arrays.arrays(np.float64, st.integers(4, 30), elements=st.floats(-3, 3).map(lambda x: float(np.sinh(3 * x))))


@given(TAILS, st.sampled_from(["winsorise", "winsorise-or-log"]))
@settings(max_examples=200, deadline=None)
def test_tail_that_is_short_enough_is_left_alone_and_order_is_kept(values: Any, kind: str) -> None:
    rule = Choice(kind, {"skewness": 2.0, "kurtosis": 3.5, "most": 3})
    once = treat(values, rule)
    if abs(skewness(once)) < 2 or kurtosis(once) < 3.5:
        np.testing.assert_array_equal(treat(once, rule), once)
    if abs(skewness(values)) < 2 or kurtosis(values) < 3.5:
        np.testing.assert_array_equal(once, values)
    order = np.argsort(values, kind="stable")
    assert (np.diff(once[order]) >= -1e-9).all()
    np.testing.assert_allclose(treat(-values, rule), -once, atol=1e-9 * np.abs(once).max())


RESULTS = arrays.arrays(np.float64, st.integers(1, 9), elements=st.integers(0, 6).map(float))


@given(RESULTS, st.sampled_from(["descending", "ascending"]))
@quick
def test_rules_of_ties_stand_in_their_relation(scores: Any, order: str) -> None:
    competition, dense, average = (places(scores, Result(None, order, ties, 0.0, None, TEXT)) for ties in TIES)
    is_better = np.less if order == "ascending" else np.greater
    ahead = is_better(scores[None, :], scores[:, None]).sum(1)
    tied = (scores[None, :] == scores[:, None]).sum(1)
    assert competition.tolist() == (1 + ahead).tolist()
    assert average.tolist() == (competition + (tied - 1) / 2).tolist()
    assert dense.tolist() == (1 + np.array([np.unique(scores[is_better(scores, one)]).size for one in scores])).tolist()
    assert average.sum() == scores.size * (scores.size + 1) / 2
    assert dense.max() == np.unique(scores).size


@given(RESULTS, st.sampled_from(TIES), st.sampled_from(["descending", "ascending"]))
@quick
def test_order_turned_round_is_that_of_the_negative(scores: Any, ties: str, order: str) -> None:
    one = Result(None, order, ties, 0.0, None, TEXT)
    other = replace(one, order="ascending" if order == "descending" else "descending")
    np.testing.assert_array_equal(places(-scores, one), places(scores, other))


@given(st.lists(st.integers(-2000, 2000), min_size=1, max_size=6), st.integers(0, 3))
@quick
def test_rounding_of_a_decimal_number_is_that_of_its_digits(thousandths: list[int], decimals: int) -> None:
    found = rounded(np.array([number / 1000 for number in thousandths]), decimals)
    step = 10 ** (3 - decimals)
    expected = [Fraction((2 * number + step) // (2 * step) * step, 1000) for number in thousandths]
    assert [round(float(value), 9) for value in found] == [float(value) for value in expected]


def test_place_does_not_depend_on_the_order_of_tied_units() -> None:
    scores = (3.0, 1.0, 3.0, 2.0, 1.0)
    for ties in TIES:
        rule = Result(None, "descending", ties, 0.0, None, TEXT)
        expected = dict(zip(scores, places(np.array(scores), rule), strict=True))
        for order in permutations(scores):
            found = places(np.array(order), rule)
            assert all(expected[score] == place for score, place in zip(order, found, strict=True))


def test_methods_of_other_people_are_here() -> None:
    assert {path.stem for path in Path(METHODS).glob("*.toml")} == {"hdi", "gii", "asem", "decree607", "ministry"}
