"""The terminal: colours, progress, places as seen from where we stand, and what the running command was given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from resopen.errors import SetupError
from resopen.messages import Messages
from resopen.reasons import system_reason

COLOURS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"bold": {"bold": True}})


def shown(path: Path) -> str:
    """Return a path as seen from where we stand, with slashes, or the whole path from elsewhere."""
    full = path.resolve()
    here = Path.cwd().resolve()
    return (full.relative_to(here) if full.is_relative_to(here) else full).as_posix()


def messages_of_run() -> Messages:
    """Return the catalogue of the language that the running command was called in."""
    messages: Messages = click.get_current_context().obj
    return messages


def day_of_run(value: Any) -> date:
    """Return the day that --today names, or the real one."""
    return value.date() if value else date.today()


def say(text: str) -> None:
    """Print a text with a line end; SetupError when the output does not take it."""
    with _output():
        click.echo(text)


def write(pieces: Iterable[str]) -> None:
    """Write a text for machines and browsers, the same bytes, in UTF-8, on every system; SetupError as in say."""
    with _output():
        sys.stdout.flush()
    for piece in pieces:
        with _output():
            sys.stdout.buffer.write(piece.encode())
    with _output():
        sys.stdout.buffer.flush()


def save(pieces: Iterable[bytes], output: Path) -> None:
    """Write a file completely or not at all, piece by piece; SetupError when it cannot be written."""
    part = output.with_name(f".{output.name}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            for piece in pieces:
                handle.write(piece)
        part.replace(output)
    except OSError as error:
        raise SetupError("setup.unwritable", {"file": str(output), **system_reason(error)}) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _output() -> Iterator[None]:
    """Name the output where it takes no more; that nobody reads it any longer is for the caller."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SetupError("setup.no-output", system_reason(error)) from error


def paint(stream: Any) -> Callable[[str, str], str]:
    """Return how to colour a text: not at all unless a person looks at a terminal."""
    colours = stream is not None and stream.isatty() and "NO_COLOR" not in os.environ
    return lambda text, name: click.style(text, **COLOURS.get(name, {"fg": name})) if colours else text


@contextmanager
def progress(messages: Messages) -> Iterator[Callable[[str], None]]:
    """Give a function that shows the running step on a terminal, and shows nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda name: status.update(messages.text(f"ui.publish-step-{name}") + " …")
