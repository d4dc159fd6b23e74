"""What `resopen rank` does: a methodology and values in, a ranking, an explanation or a comparison out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from resopen.computing import package_wide
from resopen.errors import SetupError
from resopen.ranking.analysis import Ranking, analysed
from resopen.ranking.comparison import at_period, compare, is_incomparable
from resopen.ranking.matrix import Wide, matrix_of, read_wide, wide_csv
from resopen.ranking.score import compute
from resopen.ranking_report import ranking_text
from resopen.ranking_rows import ranking_json, ranking_rows, rows_csv, run_rows
from resopen.ranking_sheets import ranking_parquet, ranking_workbook
from resopen.ranking_words import explain, moves_lines
from resopen.schema import find_schema_folder, read_schema_folder
from resopen.schema.indicators import load_indicators
from resopen.schema.methodology import Methodology
from resopen.schema.methodology_file import load_methodology
from resopen.terminal import day_of_run, messages_of_run, paint, progress, save, write

BINARY = ("parquet", "xlsx")


@dataclass(frozen=True)
class Given:
    """Where the values of a ranking come from: a wide CSV, or the indicators of a package on a day."""

    values: Path | None
    package: str | None
    run_date: date


def run_rank(
    methodology: Path, values: Path | None, package: str | None, format: str, output: Path | None, nominal: bool,
    sensitivity: bool, unit: str, other: Path | None, old_methodology: Path | None, save_values: Path | None,
    save_runs: Path | None, today: Any,
) -> int:  # fmt: skip
    """Compute a ranking and print it, one unit of it explained, or its moves from another one."""
    if format in BINARY and output is None:
        raise SetupError("setup.binary-needs-output", {"format": format})
    if format != "text" and (unit or other or old_methodology):
        raise SetupError("setup.only-as-text", {"name": "--explain" if unit else "--compare"})
    if values and package:
        raise SetupError("setup.one-source", {"one": "--values", "other": "--package"})
    messages = messages_of_run()
    method = load_methodology(methodology)
    given = Given(values, package, day_of_run(today))
    wide = _wide(method, given)
    if save_values:
        save([wide_csv(wide).encode()], save_values)
    if other or old_methodology:
        return _put(output, _compared(method, wide, _other(method, given, other, old_methodology), given))
    with progress(messages) as step:
        step("rank")
        ranking = analysed(method, matrix_of(wide, method), nominal, sensitivity)
    if save_runs:
        save([rows_csv(run_rows(ranking)).encode()], save_runs)
    if unit:
        units = ranking.scores.matrix.units
        if unit not in units:
            raise SetupError("setup.no-such-unit", {"name": unit, "known": ", ".join(units[:5])})
        lines = explain(ranking, units.index(unit), messages, paint(sys.stdout if output is None else None))
        return _put(output, "\n".join(lines) + "\n")
    return _put(output, _formed(ranking, format, output))


def _formed(ranking: Ranking, format: str, output: Path | None) -> str | bytes:
    """Return a ranking in a format."""
    messages = messages_of_run()
    rows = ranking_rows(ranking, messages.language)
    if format == "json":
        return ranking_json(ranking, rows)
    if format == "csv":
        return rows_csv(rows)
    if format == "parquet":
        return ranking_parquet(rows)
    if format == "xlsx":
        return ranking_workbook(ranking, rows, messages)
    return "\n".join(ranking_text(ranking, rows, messages, paint(sys.stdout if output is None else None))) + "\n"


def _put(output: Path | None, made: str | bytes) -> int:
    """Print what was made, or write it to a file: the same bytes on every system."""
    content = made.encode() if isinstance(made, str) else made
    if output:
        save([content], output)
    else:
        write([content.decode()])
    return 0


def _wide(method: Methodology, given: Given) -> Wide:
    """Return the wide table of a methodology: that of the given CSV, or of the package's own indicators."""
    if given.values:
        return read_wide(given.values)
    known = load_indicators(read_schema_folder(find_schema_folder(Path.cwd())))
    with progress(messages_of_run()) as step:
        step("compute")
        return package_wide(method, given.package, known, messages_of_run(), given.run_date)


def _other(
    method: Methodology, given: Given, other: Path | None, old_methodology: Path | None
) -> tuple[Methodology, Wide]:  # fmt: skip
    """Return the older method and its values: another method over the same source, other values, another package."""
    if other and other.suffix.lower() == ".toml":
        old_methodology, other = other, None
    old = load_methodology(old_methodology) if old_methodology else method
    if other is None:
        return old, _wide(old, given)
    if other.suffix.lower() == ".csv":
        return old, read_wide(other)
    return old, _wide(old, Given(None, str(other), given.run_date))


def _compared(method: Methodology, wide: Wide, older: tuple[Methodology, Wide], given: Given) -> str:
    """Return what moved since another ranking, in words."""
    messages = messages_of_run()
    old_method, old_wide = older
    new, old = compute(method, matrix_of(wide, method)), compute(old_method, matrix_of(old_wide, old_method))
    shifted = at_period(old_method, method.period)
    read = wide if given.values else _wide(shifted, given)
    moves = compare(old, new, shifted, matrix_of(read, shifted))
    names = dict(zip(new.matrix.units, new.matrix.names, strict=True))
    lines = [messages.text("ranking.synthetic")] if wide.is_synthetic or old_wide.is_synthetic else []
    lines += moves_lines(moves, names, messages)
    if is_incomparable(new) or is_incomparable(old):
        lines.append(messages.text("ranking.incomparable"))
    return "\n".join(lines) + "\n"
