"""What `resopen diff` does: two versions in, their difference out, in one of four forms."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resopen.differences.comparing import Comparison, compare
from resopen.differences.html_form import to_html
from resopen.differences.machine_forms import to_csv, to_json
from resopen.differences.places import open_version
from resopen.differences.text_form import to_text
from resopen.messages import Messages
from resopen.terminal import day_of_run, messages_of_run, paint, progress, save, write


def run_diff(old: str, new: str, format: str, output: Path | None, limit: int, exit_code: bool, today: Any) -> int:
    """Print or write the difference of two versions; with `exit_code` return 1 where there is one."""
    messages = messages_of_run()
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        with progress(messages) as step:
            step("compare")
            done = compare(open_version(old, scratch), open_version(new, scratch), scratch, day_of_run(today))
        try:
            pieces = _pieces(done, messages, format, limit, output)
            if output:
                save((piece.encode() for piece in pieces), output)
            else:
                write(pieces)
        finally:
            done.connection.close()
    return int(exit_code and not done.difference.is_empty)


def _pieces(done: Comparison, messages: Messages, format: str, limit: int, output: Path | None) -> Iterator[str]:
    if format == "html":
        return to_html(done, messages, limit)
    if format == "json":
        return to_json(done)
    if format == "csv":
        return to_csv(done)
    lines = to_text(done, messages, limit, paint(None if output else sys.stdout))
    return (line + "\n" for line in lines)
