"""The computed tables of a version: values of indicators, rankings, statuses of recommendations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen.computed_tables import computed_schema, indicator_rows, rankings_rows, score_rows, status_rows
from resopen.computing import Computed, compute_indicators, needed_indicators, project_wide
from resopen.errors import DataInvalid, DefinitionError
from resopen.indicators import typed_rows
from resopen.messages import Messages
from resopen.ranking.analysis import Ranking, analysed
from resopen.ranking.matrix import matrix_of
from resopen.schema import SchemaFolder, load_package
from resopen.schema.indicators import Indicator, load_indicators
from resopen.schema.methodology import Methodology
from resopen.schema.methodology_file import load_methodology
from resopen.validation.run import Judged, judge_package

if TYPE_CHECKING:
    import pyarrow

STATUS_TABLES = ("recommendations", "progress", "deadlines")


@dataclass(frozen=True)
class Additions:
    """What is added to the curated tables: computed tables, judged and in an engine, and what made them.

    `gaps` are the rankings that could not be computed, each with the first thing it lacks.
    """

    judged: Judged
    nodes: tuple[dict[str, Any], ...]
    indicators: tuple[Indicator, ...]
    methods: tuple[Methodology, ...]
    gaps: tuple[tuple[Methodology, DefinitionError], ...]


def add_computed(judged: Judged, schema: SchemaFolder, created: date, messages: Messages, scratch: Path) -> Additions:
    """Compute all that the schema folder defines over a judged package, as of a day.

    A ranking for which no municipality has a value of some indicator is left out and named.
    Raises DefinitionError when a definition is wrong; DataInvalid when a computed table breaks its own schema.
    """
    known = load_indicators(schema)
    found = compute_indicators(judged, known, [item.id for item in known], created)
    rankings, gaps = _rankings(found, known, schema)
    tables = {name: typed_rows(found.inputs, name) for name in STATUS_TABLES}
    made = {
        "indicator_values": indicator_rows(found, known),
        "rankings": rankings_rows(rankings),
        "ranking_scores": score_rows(rankings),
        "recommendation_statuses": status_rows(tables, created),
    }
    nodes = tuple(_node(name, rows, scratch) for name, rows in made.items())
    again = judge_package(
        load_package({"name": "computed", "resources": list(nodes)}, scratch, "computed"), messages, created, scratch
    )
    if again.report.errors:
        raise DataInvalid("publish.data-invalid", issues=again.report.issues)
    methods = tuple(ranking.scores.method for ranking in rankings)
    return Additions(again, nodes, known, methods, tuple(gaps))


def _rankings(
    found: Computed, known: Sequence[Indicator], schema: SchemaFolder
) -> tuple[list[Ranking], list[tuple[Methodology, DefinitionError]]]:
    """Return the rankings of municipalities that can be computed, and what the others lack."""
    made, gaps = [], []
    for file in sorted((schema.path / "methodology").glob("*.toml")):
        method = load_methodology(file)
        if method.units is None:
            continue
        needed_indicators(method, known)
        try:
            made.append(analysed(method, matrix_of(project_wide(found, method), method)))
        except DefinitionError as error:
            if error.key not in ("definition.no-values", "definition.no-such-unit"):
                raise
            gaps.append((method, error))
    return made, gaps


def _node(name: str, rows: pyarrow.Table, scratch: Path) -> dict[str, Any]:
    """Put a computed table into the scratch folder and return its resource descriptor."""
    import pyarrow.parquet as pq

    schema = computed_schema(name)
    pq.write_table(rows.replace_schema_metadata(None), scratch / f"{name}.parquet")
    texts = {key: schema[key] for key in ("title", "title_ru", "description", "description_ru")}
    return {
        "name": name, "type": "table", **texts, "path": f"{name}.parquet", "format": "parquet",
        "encoding": "utf-8", "mediatype": "text/csv", "computed": True, "schema": schema,
    }  # fmt: skip
