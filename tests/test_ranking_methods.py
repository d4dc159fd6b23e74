"""Published methods stated as files: their results are those of the formulas, written out here in plain arithmetic."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import gt, lt
from pathlib import Path
from typing import Any

import pytest

from resopen.ranking.matrix import matrix_of, read_wide
from resopen.ranking.score import Scores, compute
from resopen.schema.methodology_file import load_methodology
from tests.packages import ROOT
from tests.test_cli import resopen

METHODS = ROOT / "tests" / "data" / "methods"
FILES = sorted(METHODS.glob("*.toml"))
Row = dict[str, str]


def stated(name: str, values: Path | None = None) -> Scores:
    method = load_methodology(METHODS / f"{name}.toml")
    return compute(method, matrix_of(read_wide(values or METHODS / f"{name}.csv"), method))


def rows(name: str) -> dict[str, Row]:
    with (METHODS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return {row["unit"]: row for row in csv.DictReader(handle)}


def column(scores: Scores, node: str) -> dict[str, float]:
    return dict(zip(scores.matrix.units, scores.scores[node].tolist(), strict=True))


def places(scores: Scores) -> dict[str, float]:
    return dict(zip(scores.matrix.units, scores.place.tolist(), strict=True))


def competition(values: Mapping[str, Any], is_better: Callable[[Any, Any], bool] = gt) -> dict[str, int]:
    return {unit: 1 + sum(is_better(other, value) for other in values.values()) for unit, value in values.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stated_method_is_ranked_by_the_command(path: Path) -> None:
    done = resopen(
        "rank", "--methodology", str(path), "--values", str(path.with_suffix(".csv")), "--format", "csv", "--nominal"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 5


def hdi(row: Row) -> float:
    """Return UNDP's HDI, Technical note 1."""
    life = min(max((float(row["life"]) - 20) / (85 - 20), 0), 1)
    expected = min(max(float(row["expected"]) / 18, 0), 1)
    mean = min(max(float(row["mean"]) / 15, 0), 1)
    income = (math.log(float(row["income"])) - math.log(100)) / (math.log(75000) - math.log(100))
    return float((life * ((expected + mean) / 2) * min(max(income, 0), 1)) ** (1 / 3))


def test_human_development_index_is_stated() -> None:
    scores = stated("hdi")
    expected = {unit: hdi(row) for unit, row in rows("hdi").items() if unit != "H"}
    assert column(scores, "hdi") == pytest.approx(expected, rel=1e-12)
    # B and C differ in the fourth decimal and share a place; F reaches the first class only when rounded.
    assert expected["B"] < expected["C"]
    assert expected["F"] < 0.8
    assert places(scores) == competition({unit: round(value, 3) for unit, value in expected.items()})
    assert places(scores) == {"A": 1, "B": 2, "C": 2, "D": 5, "E": 6, "F": 4, "G": 7}
    classes = [scores.method.result.classes.names[int(n)].en for n in scores.class_number]  # type: ignore[union-attr]
    assert classes == ["very high", "very high", "very high", "medium", "low", "very high", "low"]


def gii(row: Row) -> float:
    """Return UNDP's GII, Technical note 4."""
    health = math.sqrt(10 / min(max(float(row["mortality"]), 10), 1000) * (1 / float(row["births"])))
    women = math.sqrt(max(float(row["seats_women"]), 0.1) / 100 * float(row["schooling_women"]) / 100)
    men = math.sqrt(float(row["seats_men"]) / 100 * float(row["schooling_men"]) / 100)
    labour = float(row["labour_women"]) / 100, float(row["labour_men"]) / 100
    index_women, index_men = (health * women * labour[0]) ** (1 / 3), (1 * men * labour[1]) ** (1 / 3)
    harmonic = 1 / ((1 / index_women + 1 / index_men) / 2)
    reference = ((health + 1) / 2 * ((women + men) / 2) * (sum(labour) / 2)) ** (1 / 3)
    return float(1 - harmonic / reference)


def test_gender_inequality_index_is_stated() -> None:
    scores = stated("gii")
    expected = {unit: gii(row) for unit, row in rows("gii").items() if row["labour_women"]}
    found = column(scores, "gii")
    assert math.isnan(found.pop("F"))
    # Fractions here and per cent there: the scale cancels out, as the note says.
    assert found == pytest.approx(expected, rel=1e-12)
    assert math.isnan(places(scores)["F"])
    assert {u: p for u, p in places(scores).items() if u != "F"} == competition(expected, lt)
    assert places(scores)["A"] == 1


def skewness(values: list[float]) -> float:
    n, mean = len(values), statistics.fmean(values)
    spread = math.sqrt(sum((x - mean) ** 2 for x in values) / n)
    return sum((x - mean) ** 3 for x in values) / n / spread**3 * math.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(values: list[float]) -> float:
    n, mean = len(values), statistics.fmean(values)
    fourth = sum((x - mean) ** 4 for x in values) / n / (sum((x - mean) ** 2 for x in values) / n) ** 2
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (fourth - 3) + 6)


def is_long(values: list[float]) -> bool:
    return abs(skewness(values)) >= 2 and kurtosis(values) >= 3.5


def treated(values: list[float]) -> list[float]:
    """Return the values after Treat() of COINr for a tail to the right: winsorise at most five, else log_CT."""
    drawn = list(values)
    for _ in range(5):
        if not is_long(drawn):
            return drawn
        assert skewness(drawn) > 0
        drawn = [min(x, max(y for y in drawn if y < max(drawn))) for x in drawn]
    if not is_long(drawn):
        return drawn
    low, high = min(values), max(values)
    return [math.log(x - low + 0.01 * (high - low)) for x in values]


def asem(data: dict[str, Row]) -> dict[str, float]:
    """Return the example of COINr: denominators, means of groups, treatment, 0 to 100, means of pairs."""

    def number(row: Row, name: str, per: str) -> float | None:
        if not row[name]:
            return None
        return float(row[name]) / float(row[per]) if per else float(row[name])

    scaled: list[list[float]] = []
    for name, per, is_up in (
        ("flights", "population", True), ("ships", "", True), ("students", "", True), ("research", "", True),
        ("emissions", "output", False), ("forest", "", False), ("poverty", "", False), ("schooling", "", True),
    ):  # fmt: skip
        raw = {unit: number(row, name, per) for unit, row in data.items()}
        filled = [
            statistics.fmean(v for u, v in raw.items() if v is not None and data[u]["region"] == data[unit]["region"])
            if value is None
            else value
            for unit, value in raw.items()
        ]
        ready = treated(filled)
        low, high = min(ready), max(ready)
        scaled.append([100 * ((x - low) if is_up else (high - x)) / (high - low) for x in ready])
    # Two indicators a pillar, two pillars a sub-index, two sub-indices: all means of two.
    return dict(zip(data, map(statistics.fmean, zip(*scaled, strict=True)), strict=True))


def test_example_of_coinr_is_stated() -> None:
    data, scores = rows("asem"), stated("asem")
    assert is_long([float(row["flights"]) / float(row["population"]) for row in data.values()])
    assert column(scores, "asem") == pytest.approx(asem(data), rel=1e-9)
    assert places(scores) == competition({u: round(v, 9) for u, v in asem(data).items()})
    imputed = dict(zip(scores.matrix.units, scores.imputed["asem"].tolist(), strict=True))
    assert imputed == {"C": 1 / 8, "G": 1 / 8, **dict.fromkeys("ABDEFH", 0.0)}
    assert len(scores.method.nodes) == 1 + 2 + 4


def test_example_of_coinr_takes_the_logarithm_where_five_values_are_not_enough(tmp_path: Path) -> None:
    first = next(iter(rows("asem").values()))
    data = {
        f"U{i:02}": {
            **first, "unit": f"U{i:02}", "region": "Asia" if i % 2 else "Europe",
            **{name: str(1 + (i * k) % 51) for k, name in enumerate(list(first)[3:], 1)},
            "ships": str(i + 1 if i < 45 else 1000 * 10 ** (i - 45)),
        }
        for i in range(51)
    }  # fmt: skip
    ships = [float(row["ships"]) for row in data.values()]
    assert treated(ships)[0] == pytest.approx(math.log(0.01 * (max(ships) - 1)))
    with (tmp_path / "asem.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(first))
        writer.writeheader()
        writer.writerows(data.values())
    scores = stated("asem", tmp_path / "asem.csv")
    assert column(scores, "asem") == pytest.approx(asem(data), rel=1e-9)


def decree_607(group: dict[str, Row]) -> dict[str, Fraction]:
    """Return K of the units of one group, exactly."""

    def between(values: dict[str, Fraction], is_up: bool) -> dict[str, Fraction]:
        low, high = min(values.values()), max(values.values())
        return {u: ((v - low) if is_up else (high - v)) / (high - low) for u, v in values.items()}

    def index(name: str, is_up: bool = True) -> dict[str, Fraction]:
        level = {unit: Fraction(row[f"{name}:2022"]) for unit, row in group.items()}
        growth = {unit: level[unit] / Fraction(row[f"{name}:2021"]) for unit, row in group.items()}
        one, other = between(growth, is_up), between(level, is_up)
        return {unit: Fraction(6, 10) * one[unit] + Fraction(4, 10) * other[unit] for unit in group}

    roads, wages, housing, opinion = index("roads", is_up=False), index("wages"), index("housing"), index("opinion")
    return {
        unit: Fraction(8, 10) * (roads[unit] + wages[unit] + housing[unit]) / 3 + Fraction(2, 10) * opinion[unit]
        for unit in group
    }


def test_municipal_efficiency_of_decree_607_is_stated() -> None:
    scores, data = stated("decree607"), rows("decree607")
    found = column(scores, "k")
    for kind, units in (("urban okrug", "ABCD"), ("district", "EFGH")):
        group = {unit: row for unit, row in data.items() if row["kind"] == kind}
        assert "".join(group) == units
        expected = decree_607(group)
        assert {unit: found[unit] for unit in units} == pytest.approx({u: float(v) for u, v in expected.items()})
        assert {unit: places(scores)[unit] for unit in units} == competition(expected)


def test_status_groups_of_the_ministry_are_stated() -> None:
    most = {"programmes": 15, "information": 15, "subsidies": 30, "benefits": 15, "providers": 15, "waiting": 10}
    data, scores = rows("ministry"), stated("ministry")
    points = dict.fromkeys(data, Fraction())
    for name, best in most.items():
        known = {unit: Fraction(row[name]) for unit, row in data.items() if row[name]}
        low, high = min(known.values()), max(known.values())
        for unit, value in known.items():
            points[unit] += best * ((high - value) if name == "waiting" else (value - low)) / (high - low)
    assert column(scores, "total") == pytest.approx({u: float(v) for u, v in points.items()}, abs=1e-9)
    assert places(scores) == competition({u: round(float(v), 2) for u, v in points.items()})
    assert points == {
        "A": 100, "B": Fraction(333, 4), "C": Fraction(123, 2), "D": Fraction(73, 2), "E": 0, "F": 44,
        "G": Fraction(99, 4), "H": 69,
    }  # fmt: skip
    assert scores.class_number.tolist() == [0, 0, 1, 3, 4, 2, 3, 1]
