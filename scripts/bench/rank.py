"""The time of rankings with their uncertainty, in process; median of several runs.

Two sizes: 51 units x 49 indicators in four levels, 1,000 runs over five treatments, two
normalisations, drawn weights and two aggregations (COINr took 148 s for its like); and 2,300 units x
20 indicators x 10,000 runs. Invented numbers, seed 1. Run it with the environment's Python:
    .venv/bin/python scripts/bench/rank.py [runs]
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from resopen.ranking.matrix import Matrix
from resopen.ranking.score import compute
from resopen.ranking.uncertainty import analyse, spread_of
from resopen.schema.methodology import Choice, Methodology, Node
from resopen.schema.methodology_file import load_methodology

ROOT = Path(__file__).resolve().parents[2]
SCALE = Choice("min-max", {"low": 1.0, "high": 100.0})


def method(indicators: int, levels: tuple[int, ...], runs: int) -> Methodology:
    """Return a method with so many indicators below so many nodes a level, the index itself left out."""
    base = load_methodology(ROOT / "schema" / "methodology" / "tai-2001.toml")
    if base.alternatives is None:
        raise SystemExit("tai-2001.toml has no alternatives")
    nodes: list[Node] = [replace(base.root, minimum_coverage=Fraction(0))]
    above = [nodes[0].id]
    for level, count in enumerate(levels):
        made = [replace(nodes[0], id=f"n{level}_{i}", parent=above[i % len(above)]) for i in range(count)]
        nodes += made
        above = [node.id for node in made]
    model = replace(base.leaves[0], normalisation=SCALE, missing=Choice("reweight", {}))
    leaves = [replace(model, id=f"x{i}", indicator=f"x{i}", parent=above[i % len(above)]) for i in range(indicators)]
    parents = [item.parent for item in (*nodes, *leaves)]
    alternatives = replace(
        base.alternatives, runs=runs, seed=1, weights=Fraction(1, 4), inclusion=False, missing=(),
        normalisations=(Choice("rank", {}),),
        treatments=(
            Choice("winsorise", {"skewness": 2.0, "kurtosis": 3.5, "most": 5}),
            Choice("percentiles", {"low": 5.0, "high": 95.0}),
            Choice("percentiles", {"low": 1.0, "high": 99.0}),
            Choice("points", {"low": 1.0, "high": 1.0}),
        ),
        aggregators={nodes[0].id: ("geometric",)},
    )  # fmt: skip
    return replace(
        base, alternatives=alternatives,
        nodes=tuple(replace(n, weight=Fraction(1, max(parents.count(n.parent), 1))) for n in nodes),
        leaves=tuple(replace(leaf, weight=Fraction(1, parents.count(leaf.parent))) for leaf in leaves),
    )  # fmt: skip


def seconds(made: Methodology, units: int) -> float:
    """Return the time of a ranking with its uncertainty over invented values."""
    chance = np.random.default_rng(1)
    columns = {leaf.indicator: chance.lognormal(0, 1, units) for leaf in made.leaves}
    names = tuple(f"u{i:05}" for i in range(units))
    matrix = Matrix(names, names, columns, np.zeros(units, np.intp), ("",))
    start = time.perf_counter()
    scores = compute(made, matrix)
    spread_of(scores, analyse(scores))
    return time.perf_counter() - start


def main() -> None:
    """Print the times and the largest memory."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, made, units in (
        ("51 units x 49 indicators x 1,000 runs", method(49, (2, 8), 1_000), 51),
        ("2,300 units x 20 indicators x 10,000 runs", method(20, (4,), 10_000), 2_300),
    ):
        middle = statistics.median(seconds(made, units) for _ in range(runs))
        print(f"{name:45} {middle:8.3f} s")
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
