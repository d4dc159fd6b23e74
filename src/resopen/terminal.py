"""The terminal: colours, progress, places as seen from where we stand, and what the running command was given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from resopen.messages import Messages

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
