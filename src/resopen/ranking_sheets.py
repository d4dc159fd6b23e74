"""A ranking as a workbook and as Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from resopen.errors import SetupError
from resopen.messages import Messages
from resopen.ranking.analysis import Ranking
from resopen.ranking.uncertainty import place_shares
from resopen.ranking_rows import TEXTS, Row, ahead_of, driver_rows, nominal_weight, rows_arrow

if TYPE_CHECKING:
    from openpyxl import Workbook

INSTALL = 'pip install "resopen[xlsx]"'
WIDEST = 48


def ranking_parquet(rows: Sequence[Row]) -> bytes:
    """Return the rows of a ranking as Parquet: texts, float64 numbers with nulls, truth values."""
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(rows_arrow(rows, TEXTS), file, compression="zstd")
    return file.getvalue()


def ranking_workbook(ranking: Ranking, rows: Sequence[Row], messages: Messages) -> bytes:
    """Return the ranking as XLSX: places and scores, the method, probabilities, what drives the places.

    Texts are written as texts, also those that begin like a formula. Raises SetupError when
    openpyxl is not installed.
    """
    try:
        book: Workbook = import_module("openpyxl").Workbook()
    except ImportError as error:
        raise SetupError("setup.no-library", {"name": "openpyxl", "install": INSTALL}) from error
    book.remove(book.worksheets[0])
    _sheet(book, messages.text("ranking.sheet-ranking"), [list(rows[0]), *(list(row.values()) for row in rows)])
    _sheet(book, messages.text("ranking.sheet-method"), _method_rows(ranking, messages))
    if ranking.found:
        _sheet(book, messages.text("ranking.sheet-places"), _place_rows(ranking))
        _sheet(book, messages.text("ranking.sheet-pairs"), _pair_rows(ranking))
    if ranking.drivers:
        _sheet(book, messages.text("ranking.sheet-drivers"), _driver_lines(ranking))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet(book: Workbook, title: str, lines: Iterable[Sequence[Any]]) -> None:
    """Add a sheet with a bold header that stays in sight and columns as wide as their cells."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    widths: dict[int, int] = {}
    for i, line in enumerate(lines, 1):
        for j, value in enumerate(line, 1):
            cell = sheet.cell(i, j)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
            if i == 1:
                cell.font = Font(bold=True)
            shown = f"{value:.4f}" if isinstance(value, float) else str(value if value is not None else "")
            if isinstance(value, float) and not value.is_integer():
                cell.number_format = "0.0000"
            widths[j] = max(widths.get(j, 0), min(len(shown), WIDEST))
    for j, width in widths.items():
        sheet.column_dimensions[get_column_letter(j)].width = width + 2
    sheet.freeze_panes = "A2"


def _method_rows(ranking: Ranking, messages: Messages) -> Iterable[Sequence[Any]]:
    """Yield the tree: every node and leaf, its weight in the index, what becomes of it, and the source of that."""
    method, language = ranking.scores.method, messages.language
    yield ["id", "title", "parent", "weight", "weight in the index", "steps", "source"]
    for node in method.nodes:
        weights = [float(node.weight), nominal_weight(ranking, node.id)]
        yield [node.id, node.title.text(language), node.parent, *weights, node.aggregator, node.source.text(language)]
    for leaf in method.leaves:
        weights = [float(leaf.weight), nominal_weight(ranking, leaf.id)]
        named = (leaf.treatment, leaf.normalisation, leaf.missing)
        chosen = [" ".join([choice.method, *map(str, choice.numbers.values())]) for choice in named]
        steps = "; ".join([f"{leaf.indicator}:{leaf.period}", leaf.direction, leaf.transform, *chosen])
        yield [leaf.id, leaf.title.text(language), leaf.parent, *weights, steps, leaf.source.text(language)]
    named_sources = [("groups", method.groups.source), ("result", method.result.source)]
    named_sources += [("units", method.units.source)] if method.units else []
    named_sources += [("cut", method.cut.source)] if method.cut else []
    named_sources += [("uncertainty", method.alternatives.source)] if method.alternatives else []
    named_sources += [("chance", method.chance.source)] if method.chance else []
    for key, source in named_sources:
        yield [key, "", "", None, None, "", source.text(language)]


def _place_rows(ranking: Ranking) -> Iterable[Sequence[Any]]:
    """Yield the probability of each place of each unit, and of the best k for each k."""
    assert ranking.found is not None  # noqa: S101 - the caller asks only then
    shares = place_shares(ranking.found)
    units = range(1, shares.shape[1] + 1)
    yield ["unit", "name", *(f"place {k}" for k in units), *(f"top {k}" for k in units)]
    for i, unit in enumerate(ranking.scores.matrix.units):
        yield [unit, ranking.scores.matrix.names[i], *shares[i].tolist(), *np.cumsum(shares[i]).tolist()]


def _pair_rows(ranking: Ranking) -> Iterable[Sequence[Any]]:
    """Yield the probability that the unit of the row is ahead of that of the column; a tie is a half."""
    ahead = ahead_of(ranking)
    yield ["unit", *ahead]
    for unit, shares in ahead.items():
        yield [unit, *(shares.get(other) for other in ahead)]


def _driver_lines(ranking: Ranking) -> Iterable[Sequence[Any]]:
    found = driver_rows(ranking)
    for name in ("choices", "indicators"):
        yield list(found[name][0]) if found[name] else []
        yield from (list(row.values()) for row in found[name])
        yield []
