"""What `resopen diff` does: two versions in, their difference out, in one of four forms."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from resopen.differences.comparing import Comparison, compare
from resopen.differences.html_form import to_html
from resopen.differences.machine_forms import to_csv, to_json
from resopen.differences.places import open_version
from resopen.differences.text_form import to_text
from resopen.errors import SetupError
from resopen.messages import Messages
from resopen.terminal import day_of_run, messages_of_run, paint


def run_diff(old: str, new: str, format: str, output: Path | None, limit: int, exit_code: bool, today: Any) -> int:
    """Print or write the difference of two versions; with `exit_code` return 1 where there is one."""
    messages = messages_of_run()
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        done = compare(open_version(old, scratch), open_version(new, scratch), scratch, day_of_run(today))
        try:
            pieces = _pieces(done, messages, format, limit, output)
            if output:
                _save(pieces, output)
            elif format == "text":
                for piece in pieces:
                    click.echo(piece, nl=False)
            else:
                _print(pieces)
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


def _print(pieces: Iterable[str]) -> None:
    """Print the same bytes, in UTF-8, on every system."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def _save(pieces: Iterable[str], output: Path) -> None:
    """Write a file completely or not at all, piece by piece."""
    part = output.with_name(f".{output.name}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            for piece in pieces:
                handle.write(piece.encode())
        part.replace(output)
    except OSError as error:
        raise SetupError("setup.unwritable", {"file": str(output), "reason": error.strerror or str(error)}) from error
    finally:
        part.unlink(missing_ok=True)
