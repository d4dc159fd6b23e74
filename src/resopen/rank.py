"""What `resopen rank` does: a methodology and values in, a ranking, an explanation or a comparison out."""

from __future__ import annotations

import sys
from pathlib import Path

from resopen.errors import SetupError
from resopen.messages import Messages
from resopen.ranking.comparison import compare, is_incomparable
from resopen.ranking.matrix import read_wide
from resopen.ranking.score import Scores, compute
from resopen.ranking.uncertainty import analyse, spread_of
from resopen.ranking_report import ranking_csv, ranking_json, ranking_rows, ranking_text
from resopen.ranking_words import explain, moves_lines
from resopen.schema.methodology_file import load_methodology
from resopen.terminal import messages_of_run, paint, say, write


def run_rank(
    methodology: Path, values: Path, format: str, nominal: bool, unit: str, old_values: Path | None,
    old_methodology: Path | None,
) -> int:  # fmt: skip
    """Compute a ranking over a wide CSV and print it, one unit of it explained, or its moves from an older one."""
    messages = messages_of_run()
    method = load_methodology(methodology)
    scores = compute(method, read_wide(values, method))
    if old_values:
        return _compare(scores, values, old_values, old_methodology or methodology, messages)
    found = None if nominal or not method.alternatives else analyse(scores)
    spread = spread_of(scores, found) if found else None
    if unit:
        if unit not in scores.matrix.units:
            raise SetupError("setup.no-such-unit", {"name": unit, "known": ", ".join(scores.matrix.units[:5])})
        say("\n".join(explain(scores, spread, scores.matrix.units.index(unit), messages, paint(sys.stdout))))
        return 0
    rows = ranking_rows(scores, spread, messages.language)
    if format == "text":
        say("\n".join(ranking_text(scores, rows, found, messages, paint(sys.stdout))))
    else:
        text = ranking_csv(rows) if format == "csv" else ranking_json(scores, rows, found)
        write([text])
    return 0


def _compare(scores: Scores, values: Path, old_values: Path, old_methodology: Path, messages: Messages) -> int:
    """Print what moved since another ranking."""
    old_method = load_methodology(old_methodology)
    old = compute(old_method, read_wide(old_values, old_method))
    moves = compare(old, scores, read_wide(values, old_method))
    names = dict(zip(scores.matrix.units, scores.matrix.names, strict=True))
    say("\n".join(moves_lines(moves, names, messages)))
    if is_incomparable(scores) or is_incomparable(old):
        say(messages.text("ranking.incomparable"))
    return 0
