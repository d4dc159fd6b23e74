"""The command line: its commands and options, and what becomes of every error."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from resopen import __version__
from resopen.commands import Command, Group, MemorySize
from resopen.errors import DataInvalid, ResopenError
from resopen.messages import LANGUAGES, Language, Messages, environment_language, load_messages
from resopen.printing import error_lines, issues_text, printable
from resopen.reasons import system_reason
from resopen.terminal import paint, say
from resopen.usage import usage_text

FORMATS = ("text", "html", "json", "csv", "junit", "sarif", "github")


def build(messages: Messages) -> Group:
    """Return all commands with their texts in the language of the catalogue."""

    def option(*names: str, text: str, **rest: Any) -> click.Option:
        return click.Option(list(names), help=messages.text(f"help.option-{text}"), **rest)

    def command(name: str, module: str, *parameters: click.Parameter) -> Command:
        params = [*parameters, option("--lang", text="lang", type=click.Choice(LANGUAGES), expose_value=False)]
        made = Command(name, callback=partial(_run, module, name), params=params, help=messages.text(f"help.{name}"))
        made.messages = messages
        return made

    day = option("--today", text="today", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD")
    group = Group(
        "resopen",
        help=messages.text("help.group"),
        params=[
            option("--lang", text="lang", type=click.Choice(LANGUAGES), expose_value=False),
            option("--version", text="version", is_flag=True, is_eager=True, expose_value=False, callback=_version),
        ],
        commands=[
            command(
                "validate", "runs", click.Argument(["packages"], nargs=-1, metavar="[PACKAGE]..."),
                option("--schema", text="schema", type=click.Path(path_type=Path), metavar="FILE"),
                option("--format", text="format", type=click.Choice(FORMATS), default="text"),
                option("--limit", text="limit", type=click.IntRange(0), default=10, metavar="N"),
                option("--fail-on", text="fail-on", type=click.Choice(["error", "warning"]), default="error"),
                option("--allow-remote", text="allow-remote", is_flag=True),
                option("--memory", text="memory", type=MemorySize(), metavar="1GiB"),
                day,
            ),
            command("describe", "upkeep", option("--check", text="check", is_flag=True)),
            command(
                "normalize", "upkeep", click.Argument(["file"], type=click.Path(path_type=Path)),
                option("--schema", text="normalize-schema", type=click.Path(path_type=Path), metavar="FILE"),
                option("--output", text="normalize-output", type=click.Path(path_type=Path), metavar="FILE"),
                option("--sheet", text="normalize-sheet", default="", metavar="NAME"),
                option("--check", text="normalize-check", is_flag=True),
                option("--limit", text="limit", type=click.IntRange(0), default=10, metavar="N"),
            ),
            command(
                "diff", "diff_command",
                click.Argument(["old"], metavar="OLD"), click.Argument(["new"], metavar="NEW"),
                option("--format", text="diff-format", type=click.Choice(["text", "json", "csv", "html"]),
                       default="text"),
                option("--output", text="diff-output", type=click.Path(path_type=Path), metavar="FILE"),
                option("--limit", text="diff-limit", type=click.IntRange(0), default=10, metavar="N"),
                option("--exit-code", text="diff-exit-code", is_flag=True),
                day,
            ),
            command(
                "rank", "rank_command",
                option("--methodology", text="methodology", type=click.Path(path_type=Path), required=True,
                       metavar="FILE"),
                option("--values", text="values", type=click.Path(path_type=Path), metavar="FILE"),
                option("--package", text="package", metavar="PACKAGE"),
                option("--format", text="rank-format",
                       type=click.Choice(["text", "csv", "json", "parquet", "xlsx"]), default="text"),
                option("--output", text="rank-output", type=click.Path(path_type=Path), metavar="FILE"),
                option("--nominal", text="nominal", is_flag=True),
                option("--sensitivity", text="sensitivity", is_flag=True),
                option("--explain", "unit", text="explain-unit", default="", metavar="UNIT"),
                option("--compare", "other", text="compare", type=click.Path(path_type=Path), metavar="OTHER"),
                option("--old-methodology", text="old-methodology", type=click.Path(path_type=Path), metavar="FILE"),
                option("--save-values", text="save-values", type=click.Path(path_type=Path), metavar="FILE"),
                option("--save-runs", text="save-runs", type=click.Path(path_type=Path), metavar="FILE"),
                day,
            ),
            command(
                "indicators", "indicator_commands",
                click.Argument(["indicator_ids"], nargs=-1, metavar="[ID]..."),
                option("--package", text="package", metavar="PACKAGE"),
                option("--format", text="indicators-format", type=click.Choice(["text", "csv", "json"]),
                       default="text"),
                option("--explain", "explained", text="explain", nargs=3, metavar="ID OKTMO PERIOD"),
                day,
            ),
            command(
                "publish", "release_commands",
                click.Argument(["package"], required=False, metavar="[PACKAGE]"),
                option("--version", text="publish-version", required=True, metavar="X.Y.Z|next"),
                option("--output", text="output", type=click.Path(path_type=Path), metavar="DIR"),
                option("--draft", text="draft", is_flag=True),
                option("--sign", "key", text="sign", type=click.Path(path_type=Path), metavar="KEY"),
                day,
            ),
            command(
                "verify", "release_commands",
                click.Argument(["release"], type=click.Path(path_type=Path)),
                option("--signers", text="signers", type=click.Path(path_type=Path), metavar="FILE"),
                option("--signer", text="signer", default="", metavar="NAME"),
            ),
            command(
                "withdraw", "release_commands",
                click.Argument(["version"]),
                option("--reason", text="reason", required=True, metavar="TEXT"),
                option("--package", text="package", metavar="PACKAGE"),
                option("--output", text="output", type=click.Path(path_type=Path), metavar="DIR"),
            ),
            command(
                "trace", "upkeep", click.Argument(["recommendation_id"], required=False),
                option("--sources", text="sources", type=click.Path(path_type=Path), required=True, metavar="DIR"),
                option("--all", "everything", text="all", is_flag=True),
            ),
        ],
    )  # fmt: skip
    group.messages = messages
    return group


def _run(module: str, name: str, **arguments: Any) -> int:
    """Run a command by the function of its name, whose module alone is imported, so that each starts soon."""
    return int(getattr(import_module(f"resopen.{module}"), f"run_{name}")(**arguments))


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


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        say(f"resopen {__version__}")
        context.exit()


def _say(text: str) -> None:
    with suppress(OSError):  # Where nobody can be told, the exit code still says it.
        click.echo(text, err=True)


def run() -> None:
    """Run the command line as a program, which answers Ctrl-C in words."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # What openpyxl leaves out of a workbook, such as its styles, is nothing that a reader of tables would miss.
    warnings.filterwarnings("ignore", module="openpyxl")
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):
            stream.flush()
    # All is written and closed: to take the interpreter and the engine apart would take 0.02 s.
    os._exit(code)
