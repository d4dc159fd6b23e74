"""What is said of how sure a place is: chance, limits of classes, weights that move a unit, drawn indices, years."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resopen.errors import DefinitionError
from resopen.ranking.boundary import cut_places, edges
from resopen.ranking.chance import by_chance, interval_of
from resopen.ranking.comparison import at_period, compare
from resopen.ranking.matrix import Division, Matrix
from resopen.ranking.score import Scores, compute, node_weights, tree_scores
from resopen.ranking.sensitivity import drawn_sensitivity, exact_sensitivity
from resopen.ranking.uncertainty import analyse
from resopen.ranking.weights import single_weights, smallest_shift
from resopen.schema.methodology import Chance, Choice, Cut, Groups, Leaf, Methodology
from tests.test_ranking import TEXT, free, small

CHANCE = Chance(400, 7, (5.0, 95.0), TEXT)
LIMITED = Groups("size", (50.0,), ("small", "large"), (TEXT, TEXT), True, 0.1, "inside", "inside", TEXT)


def counted(kind: str, counts: list[float], wholes: list[float], scale: float) -> Scores:
    """Return a ranking by one indicator whose values are counts, rates or shares."""
    method = free()
    leaf = replace(method.leaves[0], weight=Fraction(1), sampling=Choice(kind, {"scale": scale}))
    method = replace(method, leaves=(leaf,), chance=CHANCE, alternatives=None)
    k, n = np.array(counts), np.array(wholes)
    name = leaf.indicator
    value = scale * k if kind == "count" else scale * k / n
    columns = {name: value, f"{name} numerator": k, f"{name} denominator": n}
    units = tuple(f"u{i}" for i in range(len(k)))
    return compute(method, Matrix(units, units, columns, np.zeros(len(k), np.intp), ("",)))


def test_rate_of_a_small_place_moves_more_than_that_of_a_large_one_with_the_same_value() -> None:
    scores = counted("rate", [3, 300, 30, 900], [3_000, 300_000, 20_000, 1_000_000], 10_000)
    drawn = by_chance(scores).values["patents"]
    low, high = interval_of(drawn, (2.5, 97.5))
    assert high[0] - low[0] > 5 * (high[1] - low[1])
    places = by_chance(scores).places
    assert places[:, 0].std() > places[:, 3].std()


@pytest.mark.parametrize(("kind", "count", "whole"), [("count", 12, 1), ("rate", 12, 40_000), ("share", 12, 40)])
def test_drawn_values_have_the_mean_and_spread_of_jeffreys_posterior(kind: str, count: float, whole: float) -> None:
    scores = counted(kind, [count, 1], [whole, 100], 100)
    method = replace(scores.method, chance=replace(CHANCE, runs=20_000))
    drawn = by_chance(replace(scores, method=method)).values["patents"][:, 0]
    if kind == "share":
        a, b = count + 0.5, whole - count + 0.5
        mean, variance = 100 * a / (a + b), 100**2 * a * b / ((a + b) ** 2 * (a + b + 1))
    else:
        unit = 100 / (1 if kind == "count" else whole)
        mean, variance = unit * (count + 0.5), unit**2 * (count + 0.5)
    assert drawn.mean() == pytest.approx(mean, rel=0.01)
    assert drawn.var() == pytest.approx(variance, rel=0.05)


def test_zero_counted_is_not_surely_zero() -> None:
    drawn = by_chance(counted("rate", [0, 5], [1_000, 1_000], 10_000)).values["patents"]
    assert (drawn[:, 0] > 0).all()
    assert drawn[:, 0].max() > 10


def test_same_seed_draws_the_same_places() -> None:
    scores = counted("share", [1, 2, 3], [10, 10, 10], 100)
    np.testing.assert_array_equal(by_chance(scores).places, by_chance(scores).places)


def test_value_that_is_not_of_its_model_is_refused_by_leaf_and_unit() -> None:
    scores = counted("rate", [1, 2], [10, 10], 100)
    columns = {**scores.matrix.columns, "patents": np.array([10.0, 21.0])}
    with pytest.raises(DefinitionError) as caught:
        by_chance(replace(scores, matrix=replace(scores.matrix, columns=columns)))
    assert caught.value.key == "definition.not-of-model"
    assert (caught.value.details["key"], caught.value.details["name"]) == ("patents.sampling", "u1")


def sized(sizes: list[float], seed: int, groups: Groups | None = None, cut: Cut | None = None) -> Scores:
    """Return a ranking of units of these sizes, grouped or cut at 50."""
    method = replace(free(), alternatives=None, groups=groups or free().groups, cut=cut)
    base = small(method, seed, len(sizes)).matrix
    measured = np.array(sizes)
    numbers = (measured > 50).astype(np.intp)
    if groups:
        base = replace(base, groups=numbers, group_names=("small", "large"), group_measure=measured)
    if cut:
        base = replace(base, cut=Division(numbers, ("small", "large"), measured))
    return compute(method, base)


@given(st.integers(0, 500))
@settings(max_examples=20, deadline=None)
def test_unit_near_a_limit_has_on_its_other_side_the_place_of_a_ranking_with_it_there(seed: int) -> None:
    sizes = [10.0, 20.0, 48.0, 52.0, 90.0, 80.0, 30.0, 70.0]
    scores = sized(sizes, seed, groups=LIMITED)
    found = edges(scores)
    assert [(edge.unit, edge.other) for edge in found] == [(2, "large"), (3, "small")]
    moved = replace(scores.matrix, groups=np.array([0, 0, 1, 1, 1, 1, 0, 1], np.intp))
    assert found[0].place == compute(scores.method, moved).place[2]


def test_cut_changes_no_score_but_gives_a_place_in_the_size_class() -> None:
    cut = Cut("size", (50.0,), (TEXT, TEXT), True, 0.1, TEXT)
    sizes = [10.0, 20.0, 48.0, 52.0, 90.0, 80.0, 30.0, 70.0]
    scores = sized(sizes, 4, cut=cut)
    plain = sized(sizes, 4)
    np.testing.assert_array_equal(scores.place, plain.place)
    found, is_small = cut_places(scores), np.array(sizes) <= 50
    for members in (is_small, ~is_small):
        assert sorted(found[members]) == [1, 2, 3, 4]
        assert list(np.argsort(found[members])) == list(np.argsort(scores.place[members]))
    there = next(edge for edge in edges(scores) if edge.unit == 2)
    assert there.place == 1 + (scores.place[~is_small] < scores.place[2]).sum()


def at_weights(scores: Scores, weights: dict[str, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    own = np.array([weights[leaf.id] for leaf in scores.method.leaves])
    return tree_scores(scores.method, scores.prepared.values, {**node_weights(scores.method), "tai": own})["tai"]


@given(st.integers(0, 5_000))
@settings(max_examples=25, deadline=None)
def test_weights_that_draw_a_unit_level_do_so_exactly(seed: int) -> None:
    scores = small(free(), seed)
    unit = int(np.argmax(scores.place == 4))
    ahead = int(np.argmax(scores.place == 3))
    own = {leaf.id: float(leaf.weight) for leaf in scores.method.leaves}
    for one in single_weights(scores, unit):
        if one.needed is not None:
            rest = (1 - one.needed) / (1 - one.own)
            root = at_weights(scores, {n: one.needed if n == one.leaf else w * rest for n, w in own.items()})
            assert root[unit] == pytest.approx(root[ahead], abs=1e-9)
    shift = smallest_shift(scores, unit)
    if shift:
        weights = {name: weight - shift.from_leaves.get(name, 0.0) for name, weight in own.items()}
        weights[shift.to_leaf] += shift.moved
        root = at_weights(scores, weights)
        assert root[unit] == pytest.approx(root[ahead], abs=1e-9)
        assert all(weight >= -1e-12 for weight in weights.values())


@given(st.integers(0, 5_000))
@settings(max_examples=25, deadline=None)
def test_no_drawn_weights_that_move_less_bring_a_unit_past_its_neighbour(seed: int) -> None:
    scores = small(free(), seed)
    unit, ahead = int(np.argmax(scores.place == 4)), int(np.argmax(scores.place == 3))
    shift = smallest_shift(scores, unit)
    own = np.array([float(leaf.weight) for leaf in scores.method.leaves])
    values = np.stack([scores.scores[leaf.id] for leaf in scores.method.leaves], axis=-1)
    drawn = np.random.default_rng(seed).dirichlet(own * 40, 2_000)
    passes = drawn @ values[unit] > drawn @ values[ahead] + 1e-9
    moved = np.abs(drawn - own).sum(1) / 2
    assert not (passes & (moved < (shift.moved if shift else 2.0) - 1e-9)).any()


def test_first_unit_has_nobody_to_pass() -> None:
    scores = small(free(), 2)
    first = int(np.argmax(scores.place == 1))
    assert single_weights(scores, first) == []
    assert smallest_shift(scores, first) is None


def varied(runs: int, most: int) -> Methodology:
    method = free()
    assert method.alternatives is not None
    own = replace(
        method.alternatives, inclusion=True, weights=Fraction(0), runs=runs, most_combinations=most,
        normalisations=(Choice("rank", {}), Choice("z-score", {"mean": 0.0, "deviation": 1.0})),
        aggregators={"tai": ("copeland",)},
    )  # fmt: skip
    return replace(method, alternatives=own)


def test_indices_of_drawn_runs_come_near_to_the_exact_ones_within_their_errors() -> None:
    exact = small(varied(1, 10_000), 11, units=12)
    drawn = small(varied(4_000, 1), 11, units=12)
    one, two = exact_sensitivity(exact, analyse(exact)), drawn_sensitivity(drawn, analyse(drawn))
    assert one.names == two.names
    assert (np.abs(one.first - two.first) < 5 * two.first_error + 0.01).all()
    assert (np.abs(one.total - two.total) < 5 * two.total_error + 0.01).all()
    assert (two.first_error > 0).all()


def test_weights_alone_explain_all_that_weights_alone_do() -> None:
    method = varied(2_000, 1)
    assert method.alternatives is not None
    only = replace(
        method.alternatives, weights=Fraction(1, 2), inclusion=False, normalisations=(), aggregators={}
    )  # fmt: skip
    scores = small(replace(method, alternatives=only), 3, units=12)
    found = drawn_sensitivity(scores, analyse(scores))
    assert found.names == ("weights",)
    assert found.first[0] == pytest.approx(1, abs=0.1)
    assert found.total[0] == pytest.approx(1, abs=0.1)


def yearly(leaf: Leaf) -> Leaf:
    return replace(leaf, period="2021", base_period="2020" if leaf.id == "patents" else "")


def test_old_method_looks_at_the_new_year_where_years_are_compared() -> None:
    old = replace(free(), period="2021", leaves=tuple(map(yearly, free().leaves)))
    old = replace(old, groups=replace(old.groups, by="residents:2021"))
    shifted = at_period(old, "2022")
    assert {leaf.period for leaf in shifted.leaves} == {"2022"}
    assert shifted.leaves[0].base_period == "2021"
    assert (shifted.period, shifted.groups.by) == ("2022", "residents:2022")


def test_same_method_a_year_later_moves_places_by_data_alone() -> None:
    old_method = replace(free(), period="2021", leaves=tuple(replace(x, period="2021") for x in free().leaves))
    new_method = at_period(old_method, "2022")
    chance = np.random.default_rng(5)
    names = tuple(f"u{i}" for i in range(9))
    columns = {
        f"{leaf.indicator}:{year}": chance.uniform(0, 10, 9) for leaf in free().leaves for year in ("2021", "2022")
    }
    matrix = Matrix(names, names, columns, np.zeros(9, np.intp), ("",))
    old, new = compute(old_method, matrix), compute(new_method, matrix)
    moves = compare(old, new, at_period(old_method, "2022"), matrix)
    assert not moves.by_method.any()
    assert not moves.by_units.any()
    assert moves.by_data.any()
    np.testing.assert_array_equal(moves.by_data, moves.new - moves.old)
