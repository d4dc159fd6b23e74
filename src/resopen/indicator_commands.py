"""What `resopen indicators` does: a valid package in, values and the rows behind them out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resopen.computing import compute_indicators, must_be_known, valid_package
from resopen.errors import SetupError
from resopen.evidence import explain
from resopen.indicator_report import evidence_json, evidence_text, values_csv, values_json, values_text
from resopen.indicators import value_rows
from resopen.schema import find_schema_folder, read_schema_folder
from resopen.schema.indicators import Indicator, load_indicators
from resopen.terminal import day_of_run, messages_of_run, paint, progress, say, write

# Tables whose rows are single answers, promised to be anonymous: no row of theirs is ever shown.
ANONYMOUS = ("survey_answers",)


def run_indicators(
    indicator_ids: Sequence[str], package: str | None, format: str, explained: tuple[str, str, str] | None, today: Any
) -> int:  # fmt: skip
    """Compute indicators and print their values, or the rows behind one of them."""
    known = load_indicators(read_schema_folder(find_schema_folder(Path.cwd())))
    wanted = [explained[0]] if explained else list(indicator_ids)
    for name in wanted:
        must_be_known(name, known)
    day = day_of_run(today)
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        with progress(messages_of_run()) as step:
            step("validate")
            opened = valid_package(package, Path(scratch), messages_of_run(), day)
            step("compute")
            found = compute_indicators(opened, known, wanted or [item.id for item in known], day)
        needed = found.indicators
        chosen = [item for item in needed if not wanted or item.id in wanted]
        computed = [(item, tuple(value_rows(item, found.values[item.id]))) for item in chosen]
        if explained:
            _, oktmo, period = explained
            values = [value for value in computed[0][1] if (value.oktmo, value.period) == (oktmo, period)]
            if not values:
                details = {"name": explained[0], "oktmo": oktmo, "period": period}
                raise SetupError("indicator.no-such-value", details)
            refuse_anonymous(explained[0], needed)
            rows = explain(found.inputs, {item.id: item for item in needed}, *explained)
            if format == "text":
                lines = values_text([(chosen[0], values)], messages_of_run(), paint(sys.stdout), found.is_synthetic)
                say("\n".join([*lines, *evidence_text(rows, messages_of_run(), paint(sys.stdout))]))
                return 0
            return _write(evidence_json(rows, values, found.is_synthetic))
    if format == "text":
        say("\n".join(values_text(computed, messages_of_run(), paint(sys.stdout), found.is_synthetic)))
        return 0
    made = values_csv if format == "csv" else values_json
    return _write(made(computed, found.is_synthetic))


def refuse_anonymous(name: str, read: Sequence[Indicator]) -> None:
    """Raise SetupError when an indicator, or one that it reads, is computed from anonymous answers."""
    if any(item.anonymity or set(item.inputs) & set(ANONYMOUS) for item in read):
        raise SetupError("indicator.anonymous", {"name": name})


def _write(text: str) -> int:
    """Write a text for programs: the same bytes on every system."""
    write([text])
    return 0
