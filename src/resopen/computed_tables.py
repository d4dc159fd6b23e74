"""Computed tables: values of indicators, rankings, statuses of recommendations, each by its own Table Schema.

The schemas lie beside the code in computed/: what makes the columns is code, not an expert's choice.
A frame that leaves the program is held to the contract of its table (`pandera_schema`), a published
table is validated by the same schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from resopen import engine
from resopen.computing import Computed
from resopen.indicators import TOTAL
from resopen.ranking.analysis import Ranking
from resopen.ranking.score import raw_values
from resopen.ranking_rows import known, nominal_weight, ranking_rows
from resopen.schema import Table
from resopen.schema.fields import load_table
from resopen.schema.indicators import Indicator
from resopen.schema.methodology import Leaf
from resopen.tables.parquet import arrow_schema

if TYPE_CHECKING:
    import pyarrow

NAMES = ("indicator_values", "rankings", "ranking_scores", "recommendation_statuses")
OVER = ("done", "refused")


def computed_schema(name: str) -> dict[str, Any]:
    """Return the Table Schema of a computed table."""
    text = resources.files("resopen").joinpath("computed", f"{name}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def computed_table(name: str) -> Table:
    """Return a computed table: its fields and keys."""
    return load_table(computed_schema(name), name, f"{name}.json")


def indicator_rows(found: Computed, chosen: Sequence[Indicator]) -> pyarrow.Table:
    """Return the values of the chosen indicators as the table indicator_values, in the order of its key."""
    import pyarrow as pa

    table = computed_table("indicator_values")
    parts = []
    for item in chosen:
        values = found.values[item.id]
        names = pa.array([item.id] * values.num_rows, pa.string())
        parts.append(values.append_column("indicator", names))
    whole = pa.concat_tables(parts) if parts else arrow_schema(table).empty_table()
    named = pa.array([part or TOTAL for part in whole.column("part").to_pylist()], pa.string())
    return _as_table(whole.set_column(whole.column_names.index("part"), "part", named), table)


def rankings_rows(rankings: Iterable[Ranking]) -> pyarrow.Table:
    """Return the places of rankings as the table rankings, in the order of its key."""
    made = []
    for ranking in rankings:
        method = ranking.scores.method
        head = {"ranking": method.id, "period": method.period}
        made += [{**row, **head, "group": row["group"] or None} for row in ranking_rows(ranking, "en")]
    return _from_rows(made, computed_table("rankings"))


def score_rows(rankings: Iterable[Ranking]) -> pyarrow.Table:
    """Return the scores at every node and leaf as the table ranking_scores, in the order of its key."""
    made: list[dict[str, Any]] = []
    for ranking in rankings:
        scores, method = ranking.scores, ranking.scores.method
        for item in method.items:
            raw = raw_values(item, scores.matrix, method) if isinstance(item, Leaf) else None
            imputed = scores.prepared.imputed.get(item.id)
            weight = nominal_weight(ranking, item.id)
            for i, unit in enumerate(scores.matrix.units):
                made.append(
                    {
                        "ranking": method.id, "unit": unit, "item": item.id, "parent": item.parent or None,
                        "weight": weight, "value": None if raw is None else known(raw[i]),
                        "score": known(scores.scores[item.id][i]),
                        "is_imputed": None if imputed is None else bool(np.asarray(imputed)[i]),
                    }
                )  # fmt: skip
    return _from_rows(made, computed_table("ranking_scores"))


def status_rows(tables: Mapping[str, pyarrow.Table], as_of: date) -> pyarrow.Table:
    """Return the status of every recommendation on a day as the table recommendation_statuses.

    Args: the typed tables recommendations, progress and deadlines, and the day. The newest report
    up to the day decides, the last by its status where two are of one day; the last dated deadline.
    """
    needed = {name: tables[name] for name in ("recommendations", "progress", "deadlines")}
    isolation = engine.isolation(as_of)
    connection = engine.isolated(isolation, needed, {})
    over = ", ".join(map(engine.literal, OVER))
    try:
        rows = engine.arrow(
            connection,
            f"""
            WITH latest AS (
              SELECT recommendation_id, max_by(status, (reported_on, status)) AS status, max(reported_on) AS reported_on
              FROM progress WHERE reported_on <= run_date() GROUP BY recommendation_id
            ), due AS (
              SELECT recommendation_id, max(due_on) AS due_on FROM deadlines WHERE kind = 'dated' GROUP BY ALL
            )
            SELECT r.recommendation_id, run_date() AS as_of, coalesce(l.status, 'not_reported') AS status,
              l.reported_on, d.due_on, d.due_on < run_date() AND coalesce(l.status, '') NOT IN ({over}) AS is_overdue
            FROM recommendations r
            LEFT JOIN latest l ON l.recommendation_id = r.recommendation_id
            LEFT JOIN due d ON d.recommendation_id = r.recommendation_id
            """,
        )
    finally:
        connection.close()
        isolation.close()
    return _as_table(rows, computed_table("recommendation_statuses"))


def _from_rows(rows: Sequence[Mapping[str, Any]], table: Table) -> pyarrow.Table:
    import pyarrow as pa

    schema = arrow_schema(table)
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}
    return _as_table(pa.table(columns), table)


def _as_table(rows: pyarrow.Table, table: Table) -> pyarrow.Table:
    """Return rows with the columns and types of a table, sorted by its key."""
    schema = arrow_schema(table)
    order = [(name, "ascending") for name in table.primary_key]
    return rows.select(schema.names).cast(schema).sort_by(order)
