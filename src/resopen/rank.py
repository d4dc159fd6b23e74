"""What `resopen rank` does: a methodology and values in, a ranking out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from resopen.ranking.matrix import read_wide
from resopen.ranking.score import compute
from resopen.ranking.uncertainty import analyse, spread_of
from resopen.ranking_report import ranking_csv, ranking_json, ranking_rows, ranking_text
from resopen.schema.methodology_file import load_methodology
from resopen.terminal import messages_of_run, paint


def run_rank(methodology: Path, values: Path, format: str, nominal: bool) -> int:
    """Compute a ranking over a wide CSV and print it."""
    messages = messages_of_run()
    method = load_methodology(methodology)
    scores = compute(method, read_wide(values, method))
    found = None if nominal or not method.alternatives else analyse(scores)
    rows = ranking_rows(scores, spread_of(scores, found) if found else None, messages.language)
    if format == "text":
        click.echo("\n".join(ranking_text(scores, rows, found, messages, paint(sys.stdout))))
    else:
        text = ranking_csv(rows) if format == "csv" else ranking_json(scores, rows, found)
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    return 0
