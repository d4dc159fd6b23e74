"""The command line: what becomes of a call and of every error."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
from click.exceptions import NoArgsIsHelpError

from resopen.command_tree import build
from resopen.errors import DataInvalid, ResopenError
from resopen.messages import LANGUAGES, Language, Messages, environment_language, load_messages
from resopen.printing import error_lines, issues_text, printable
from resopen.reasons import system_reason
from resopen.terminal import paint
from resopen.usage import usage_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 yes, 1 errors in data, 2 anything else."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    messages = load_messages(_language(arguments))
    if sys.stdout is None:  # Closed by whoever called: there is nowhere to print to.
        _say(messages.error("setup.no-output", {"cause": "closed"}))
        return 2
    group = build(messages)
    try:
        return int(group.main(arguments, prog_name="resopen", standalone_mode=False, obj=messages) or 0)
    except NoArgsIsHelpError as error:
        _say(error.ctx.get_help() if error.ctx else "")
    except click.UsageError as error:
        _say(usage_text(error, group, arguments, messages))
    except DataInvalid as error:
        _say(issues_text(error.issues, messages, 10, paint(sys.stderr)))
        _say(messages.error(error.key, error.details))
        return 1
    except ResopenError as error:
        for text in error_lines(error, messages):
            _say(text)
        return 1 if error.key.startswith("definition.stale") else 2
    except (KeyboardInterrupt, click.Abort):
        _say(messages.text("errors.setup.interrupted"))
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _say(_system_text(error, messages))
    except Exception as error:  # A fault of ours; a traceback would tell a person nothing.
        details = {"found": f"{type(error).__name__}: {error}", "place": _place_of(error)}
        _say(printable(messages.error("setup.bug", details), 2000))
    return 2


def _system_text(error: OSError, messages: Messages) -> str:
    """Return what the system refused, with the file where there is one."""
    if error.filename:
        return messages.error("setup.system", {"file": str(error.filename), **system_reason(error)})
    if isinstance(error, FileNotFoundError) and not _has_folder():
        return messages.error("setup.no-folder", {})
    return messages.error("setup.nameless", system_reason(error))


def _has_folder() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _place_of(error: BaseException) -> str:
    """Return the module and the line of ours where an error arose."""
    found, trace = "?", error.__traceback__
    while trace:
        file = Path(trace.tb_frame.f_code.co_filename)
        if "resopen" in file.parts:
            found = f"{file.parent.name}/{file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _language(arguments: Sequence[str]) -> Language:
    """Return the language that --lang names, wherever it stands, or that of the environment."""
    for i, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            chosen = value if equals else (arguments[i + 1] if i + 1 < len(arguments) else "")
            if chosen in LANGUAGES:
                return "ru" if chosen == "ru" else "en"
    return environment_language()


def _say(text: str) -> None:
    with suppress(OSError):  # Where nobody can be told, the exit code still says it.
        click.echo(text, err=True)


def run() -> None:
    """Run the command line as a program, which answers Ctrl-C in words."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A run that is told to end removes what it has put beside first.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # What openpyxl leaves out of a workbook, such as its styles, is nothing that a reader of tables would miss.
    warnings.filterwarnings("ignore", module="openpyxl")
    try:
        code = main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):
            stream.flush()
    # All is written and closed: to take the interpreter and the engine apart would take 0.02 s.
    os._exit(code)
