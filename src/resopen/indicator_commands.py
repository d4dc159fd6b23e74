"""What `resopen indicators` does: a valid package in, values and the rows behind them out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resopen.errors import DataInvalid, SetupError
from resopen.evidence import explain
from resopen.indicator_report import evidence_json, evidence_text, values_csv, values_json, values_text
from resopen.indicators import compute, open_inputs, value_rows
from resopen.opening import open_package
from resopen.schema import Package, find_schema_folder, read_schema_folder
from resopen.schema.indicators import Indicator, load_indicators
from resopen.terminal import day_of_run, messages_of_run, paint, say, write
from resopen.validation import validate

# Tables whose rows are single answers, promised to be anonymous: no row of theirs is ever shown.
ANONYMOUS = ("survey_answers",)


def run_indicators(
    indicator_ids: Sequence[str], package: str | None, format: str, explained: tuple[str, str, str] | None, today: Any
) -> int:  # fmt: skip
    """Compute indicators and print their values, or the rows behind one of them."""
    known = load_indicators(read_schema_folder(find_schema_folder(Path.cwd())))
    wanted = [explained[0]] if explained else list(indicator_ids)
    for name in wanted:
        _must_be_known(name, known)
    needed = _with_inputs(wanted or [item.id for item in known], known)
    day = day_of_run(today)
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        opened = open_package(package, Path(scratch))
        _must_be_valid(opened, day)
        inputs = open_inputs(opened, needed, day, Path(scratch))
        found = compute(inputs, needed)
        chosen = [item for item in needed if not wanted or item.id in wanted]
        computed = [(item, tuple(value_rows(item, found[item.id]))) for item in chosen]
        if explained:
            _, oktmo, period = explained
            values = [value for value in computed[0][1] if (value.oktmo, value.period) == (oktmo, period)]
            if not values:
                details = {"name": explained[0], "oktmo": oktmo, "period": period}
                raise SetupError("indicator.no-such-value", details)
            refuse_anonymous(explained[0], needed)
            rows = explain(inputs, {item.id: item for item in needed}, *explained)
            if format == "text":
                lines = values_text([(chosen[0], values)], messages_of_run(), paint(sys.stdout))
                say("\n".join([*lines, *evidence_text(rows, messages_of_run(), paint(sys.stdout))]))
                return 0
            return _write(evidence_json(rows, values))
    if format == "text":
        say("\n".join(values_text(computed, messages_of_run(), paint(sys.stdout))))
        return 0
    return _write(values_csv(computed) if format == "csv" else values_json(computed))


def refuse_anonymous(name: str, read: Sequence[Indicator]) -> None:
    """Raise SetupError when an indicator, or one that it reads, is computed from anonymous answers."""
    if any(item.anonymity or set(item.inputs) & set(ANONYMOUS) for item in read):
        raise SetupError("indicator.anonymous", {"name": name})


def _must_be_known(name: str, known: Sequence[Indicator]) -> None:
    ids = [item.id for item in known]
    if name not in ids:
        nearest = (get_close_matches(name, ids, 1, 0.0) or ["–"])[0]
        raise SetupError("indicator.unknown", {"name": name, "nearest": nearest})


def _with_inputs(wanted: Sequence[str], known: Sequence[Indicator]) -> list[Indicator]:
    """Return the wanted indicators and all that they read, in the order of computing."""
    names = set(wanted)
    for item in reversed(known):
        if item.id in names:
            names |= set(item.indicators)
    return [item for item in known if item.id in names]


def _must_be_valid(package: Package, day: Any) -> None:
    report = validate(package, messages_of_run(), day)
    if report.errors:
        raise DataInvalid("indicator.data-invalid", issues=report.issues)


def _write(text: str) -> int:
    """Write a text for programs: the same bytes on every system."""
    write([text])
    return 0
