"""A ranking as rows for programs: CSV, JSON and Arrow."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from resopen.ranking.analysis import Ranking
from resopen.ranking.bounds import Bounds
from resopen.ranking.score import Scores, group_members
from resopen.ranking.uncertainty import Runs, ahead_shares, place_shares

if TYPE_CHECKING:
    import pyarrow

Row = dict[str, Any]
Values = NDArray[np.float64]


def ranking_rows(ranking: Ranking, language: str) -> list[Row]:
    """Return a row for each unit, by group and place, units without a place last.

    Keys: group, place, unit, name, score, class; size_class and size_class_place where the method
    has a cut; with alternatives place_median, place_mean, place_low, place_high, is_outside,
    absent_share, and for drawn runs the places between which each end of the interval lies with 95 %
    confidence (place_low_least, place_low_most, place_high_least, place_high_most);
    place_chance_low and place_chance_high; the places that weights
    (place_weights_best, place_weights_worst) and missing values (place_missing_best,
    place_missing_worst) allow; coverage, imputed_share; `score NODE` for every node and leaf. What
    is not known is None.
    """
    scores = ranking.scores
    method, matrix = scores.method, scores.matrix
    rows = []
    for i, unit in enumerate(matrix.units):
        row: Row = {"synthetic": True} if matrix.is_synthetic else {}
        row |= {
            "group": matrix.group_names[matrix.groups[i]], "place": whole(scores.place[i]), "unit": unit,
            "name": matrix.names[i], "score": known(scores.scores[method.root.id][i]),
            "class": class_name(scores, i, language),
        }  # fmt: skip
        if matrix.cut and method.cut:
            row["size_class"] = method.cut.names[int(matrix.cut.numbers[i])].text("ru" if language == "ru" else "en")
            row["size_class_place"] = whole(ranking.cut_places[i])
        row |= _sureness(ranking, i)
        row["coverage"] = known(scores.coverage[method.root.id][i])
        row["imputed_share"] = known(scores.imputed[method.root.id][i])
        row |= {f"score {item.id}": known(scores.scores[item.id][i]) for item in method.items}
        rows.append(row)
    order = {name: number for number, name in enumerate(matrix.group_names)}
    grouped = method.groups.rank == "inside"
    return sorted(
        rows,
        key=lambda row: (order[row["group"]] * grouped, row["place"] is None, row["place"] or 0, row["unit"]),
    )


def _sureness(ranking: Ranking, i: int) -> Row:
    """Return what is said of how sure a unit's place is."""
    row: Row = {}
    if ranking.spread:
        spread = ranking.spread
        row |= {
            "place_median": whole(spread.median[i]), "place_mean": known(spread.mean[i]),
            "place_low": whole(spread.low[i]), "place_high": whole(spread.high[i]),
            "is_outside": bool(spread.is_outside[i]), "absent_share": known(spread.absent[i]),
        }  # fmt: skip
        if ranking.found and not ranking.found.runs.is_exact:
            row |= {
                "place_low_least": whole(spread.low_error[i, 0]), "place_low_most": whole(spread.low_error[i, 1]),
                "place_high_least": whole(spread.high_error[i, 0]), "place_high_most": whole(spread.high_error[i, 1]),
            }  # fmt: skip
    if ranking.chance_low is not None and ranking.chance_high is not None:
        row["place_chance_low"] = whole(ranking.chance_low[i])
        row["place_chance_high"] = whole(ranking.chance_high[i])
    named: tuple[tuple[str, Bounds | None], ...] = (("weights", ranking.by_weights), ("missing", ranking.by_missing))
    for name, bounds in named:
        if bounds:
            row |= {
                f"place_{name}_best": whole(bounds.best[i]), f"place_{name}_worst": whole(bounds.worst[i]),
            }  # fmt: skip
    return row


def known(value: float) -> float | None:
    """Return a number, or None for one that is not known."""
    return None if math.isnan(value) else float(value)


def whole(value: float) -> float | int | None:
    """Return a place: whole where it is, None for one that is not known."""
    if math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def class_name(scores: Scores, unit: int, language: str) -> str | None:
    """Return the class of a unit's score in a language; None without classes or a score."""
    classes, number = scores.method.result.classes, scores.class_number[unit]
    if classes is None or math.isnan(number):
        return None
    return classes.names[int(number)].text("ru" if language == "ru" else "en")


def rows_csv(rows: Sequence[Row]) -> str:
    """Return rows as CSV with a header; what is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["unit"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def rows_arrow(rows: Sequence[Row], texts: Sequence[str]) -> pyarrow.Table:
    """Return rows as an Arrow table: the named columns texts, the others numbers or truth values."""
    import pyarrow as pa

    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        kind = pa.bool_() if any(isinstance(value, bool) for value in values) else pa.float64()
        columns[name] = pa.array(values, pa.string() if name in texts else kind)
    return pa.table(columns)


TEXTS = ("group", "unit", "name", "class", "size_class")


def ranking_json(ranking: Ranking, rows: Sequence[Row]) -> str:
    """Return the ranking as JSON: the method by its name, the rows, and all that is said of the places."""
    scores = ranking.scores
    whole_ranking = {
        "methodology": scores.method.id,
        "period": scores.method.period,
        "synthetic": scores.matrix.is_synthetic,
        "analysis": _analysis(ranking),
        "units": rows,
        "near_limits": [
            {
                "unit": scores.matrix.units[edge.unit], "kind": edge.kind, "measured": edge.measured,
                "limit": edge.limit, "other_class": edge.other, "place_there": whole(edge.place),
            } for edge in ranking.edges
        ],
    }  # fmt: skip
    return json.dumps(whole_ranking, ensure_ascii=False, indent=1) + "\n"


def _analysis(ranking: Ranking) -> Row | None:
    """Return the runs by their kind, the probabilities of places and of orders, and what drives them."""
    scores, found = ranking.scores, ranking.found
    alternatives, units = scores.method.alternatives, scores.matrix.units
    if not found or not alternatives:
        return None
    shares = place_shares(found)
    analysis: Row = {
        "runs": len(found.runs.choices),
        "exact": found.runs.is_exact,
        "seed": None if found.runs.is_exact else alternatives.seed,
        "interval": list(alternatives.interval),
        "choices": dict(zip(found.runs.names, found.runs.options, strict=True)),
        "weights": float(alternatives.weights),
        "place_probability": {
            unit: {str(place): float(share) for place, share in enumerate(shares[i], 1) if share > 0}
            for i, unit in enumerate(units)
        },
        "top_probability": {unit: [float(share) for share in np.cumsum(shares[i])] for i, unit in enumerate(units)},
        "ahead_probability": ahead_of(ranking),
    }
    if ranking.drivers:
        analysis["drivers"] = driver_rows(ranking)
    return analysis


def ahead_of(ranking: Ranking) -> Mapping[str, Mapping[str, float]]:
    """Return, for every unit, the share of runs in which it is ahead of each other one of its ranking."""
    scores, result = ranking.scores, {}
    if ranking.found is None:
        return {}
    for members in group_members(scores.method.groups.rank, scores.matrix):
        units = [scores.matrix.units[i] for i in np.flatnonzero(members)]
        shares = ahead_shares(ranking.found, members)
        for i, unit in enumerate(units):
            result[unit] = {other: float(shares[i, j]) for j, other in enumerate(units) if j != i}
    return result


def driver_rows(ranking: Ranking) -> Row:
    """Return the indices of the choices, and of each indicator what leaving it out and its values do."""
    drivers = ranking.drivers
    if drivers is None:
        return {}
    choices, leaves = drivers.choices, ranking.scores.method.leaves
    names = ("first", "first_error", "total", "total_error")
    return {
        "choices": [
            {"choice": name, **{key: known(getattr(choices, key)[i]) for key in names}}
            for i, name in enumerate(choices.names)
        ],
        "indicators": [
            {
                "indicator": leaf.id, "weight": nominal_weight(ranking, leaf.id),
                "influence": known(drivers.influence[leaf.id]), "left_out_shift": known(drivers.left_out[leaf.id]),
            } for leaf in leaves
        ],
        "weight_influence_correlation": _weight_correlation(ranking),
    }  # fmt: skip


def _weight_correlation(ranking: Ranking) -> float | None:
    """Return the correlation of the indicators' weights with their real influence; None where either is all the same.

    Source: Paruolo, Saisana and Saltelli (2013): what a weight is meant to say and what it does are two things.
    """
    leaves = ranking.scores.method.leaves
    pairs = [(nominal_weight(ranking, leaf.id), ranking.drivers.influence[leaf.id]) for leaf in leaves
             if ranking.drivers and not math.isnan(ranking.drivers.influence[leaf.id])]  # fmt: skip
    weights, influences = np.array([one for one, _ in pairs]), np.array([two for _, two in pairs])
    if len(pairs) < 3 or np.ptp(weights) < 1e-12 or np.ptp(influences) < 1e-12:
        return None
    return float(np.corrcoef(weights, influences)[0, 1])


def nominal_weight(ranking: Ranking, name: str) -> float:
    """Return the weight of a node or leaf in the index: its own times those above it."""
    items = {item.id: item for item in ranking.scores.method.items}
    weight = 1.0
    while items[name].parent:
        weight *= float(items[name].weight)
        name = items[name].parent
    return weight


def run_rows(ranking: Ranking) -> list[Row]:
    """Return the record of every run: the number of each choice's option, what each weight was times, the places.

    Option 0 is the method's own. From a record the run can be computed again.
    """
    found = ranking.found
    if found is None:
        return []
    runs: Runs = found.runs
    items = [item.id for item in ranking.scores.method.items] if runs.factors.shape[1] else []
    rows = []
    for number, (choices, factors) in enumerate(zip(runs.choices.tolist(), runs.factors.tolist(), strict=True)):
        row: Row = {"run": number, **dict(zip(runs.names, choices, strict=True))}
        row |= {f"weight {name}": factor for name, factor in zip(items, factors, strict=True)}
        places = found.places[number]
        row |= {f"place {unit}": whole(places[i]) for i, unit in enumerate(ranking.scores.matrix.units)}
        rows.append(row)
    return rows
