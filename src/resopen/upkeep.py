"""What the commands of those who keep the data do: describe, normalize, publish, trace."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from resopen.describe import check_fresh, describe
from resopen.errors import DataInvalid, SetupError
from resopen.messages import Messages
from resopen.normalization import normalize_file, summary
from resopen.printing import printable
from resopen.schema import Package, find_schema_folder, read_schema_folder
from resopen.terminal import messages_of_run, paint, say
from resopen.trace import check_sources, trace
from resopen.validation import Report, validate


def run_describe(check: bool) -> int:
    """Write the derived files of the curated package, or say that they are stale."""
    messages = messages_of_run()
    folder = read_schema_folder(find_schema_folder(Path.cwd()))
    done = check_fresh(folder) if check else describe(folder)
    details = {
        "file": str(done.files[-1][0]),
        "tables": messages.plural("plural.tables", done.tables),
        "rows": messages.plural("plural.rows", done.rows),
    }
    say(messages.text("ui.described" if check else "ui.written", details))
    return 0


def run_normalize(file: Path, schema: Path | None, output: Path | None, sheet: str, check: bool, limit: int) -> int:
    """Rewrite a spreadsheet's file as canonical CSV and print what changed, or what is not decided."""
    messages = messages_of_run()
    done = normalize_file(file, schema, output, sheet, check)
    say(summary(done, messages, limit, check, paint(sys.stdout)))
    return int(bool(done.result.findings or (check and done.is_changed)))


def run_trace(recommendation_id: str | None, sources: Path, everything: bool) -> int:
    """Print the lines behind a recommendation, or check all sources."""
    messages = messages_of_run()
    package = read_schema_folder(find_schema_folder(Path.cwd())).package()
    report = validate(package, messages, date.today())
    if report.errors:
        raise DataInvalid("trace.data-invalid", issues=report.issues)
    if everything:
        return _check_sources(package, sources, messages, report)
    if not recommendation_id:
        raise SetupError("trace.no-recommendation-named")
    passage = trace(package, recommendation_id, sources)
    say(paint(sys.stdout)(str(passage.file), "bold"))
    for number, line in enumerate(passage.lines, passage.line_start):
        say(f"{number:>5}  {printable(line, 10_000)}")
    return 0


def _check_sources(package: Package, sources: Path, messages: Messages, report: Report) -> int:
    faults = check_sources(package, sources)
    for fault in faults:
        say(messages.text(f"ui.trace-{fault.key}", fault.details))
    if faults:
        say(messages.text("ui.trace-faults", {"faults": messages.plural("plural.faults", len(faults))}))
        return 1
    rows = dict(report.rows)
    details = {
        "sources": messages.plural("plural.sources", rows["events"]),
        "recommendations": messages.plural("plural.recommendations", rows["recommendations"]),
    }
    say(messages.text("ui.traced", details))
    return 0
