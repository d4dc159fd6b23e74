"""The command line: the only place that knows click, colours and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import click

from resopen import __version__
from resopen.commands import Command, Group, MemorySize
from resopen.describe import check_fresh, describe
from resopen.errors import DataInvalid, DefinitionError, ResopenError, SetupError
from resopen.formats import to_csv, to_github, to_json, to_junit
from resopen.html_report import to_html
from resopen.messages import LANGUAGES, Language, Messages, environment_language, load_messages
from resopen.normalization import normalize_file, summary
from resopen.opening import open_package
from resopen.printing import issues_text, printable, to_text
from resopen.publish import publish
from resopen.sarif import to_sarif
from resopen.schema import Package, Resource, find_schema_folder, read_schema_folder
from resopen.trace import check_sources, trace
from resopen.validation import Report, join_reports, validate

FORMATS: Mapping[str, Callable[[Report, Mapping[str, str]], Iterator[str]]] = MappingProxyType(
    {"json": to_json, "csv": to_csv, "junit": to_junit, "sarif": to_sarif, "github": to_github}
)
COLOURS: dict[str, dict[str, Any]] = {"bold": {"bold": True}}


def build(messages: Messages) -> Group:
    """Return all commands with their texts in the language of the catalogue."""

    def option(*names: str, text: str, **rest: Any) -> click.Option:
        return click.Option(list(names), help=messages.text(f"help.option-{text}"), **rest)

    def command(name: str, run: Any, *parameters: click.Parameter) -> Command:
        params = [*parameters, option("--lang", text="lang", type=click.Choice(LANGUAGES), expose_value=False)]
        made = Command(name, callback=run, params=params, help=messages.text(f"help.{name}"))
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
                "validate", run_validate, click.Argument(["packages"], nargs=-1, metavar="[PACKAGE]..."),
                option("--schema", text="schema", type=click.Path(path_type=Path), metavar="FILE"),
                option("--format", text="format", type=click.Choice(["text", "html", *FORMATS]), default="text"),
                option("--limit", text="limit", type=click.IntRange(0), default=10, metavar="N"),
                option("--fail-on", text="fail-on", type=click.Choice(["error", "warning"]), default="error"),
                option("--allow-remote", text="allow-remote", is_flag=True),
                option("--memory", text="memory", type=MemorySize(), metavar="1GiB"),
                day,
            ),
            command("describe", run_describe, option("--check", text="check", is_flag=True)),
            command(
                "normalize", run_normalize, click.Argument(["file"], type=click.Path(path_type=Path)),
                option("--schema", text="normalize-schema", type=click.Path(path_type=Path), metavar="FILE"),
                option("--output", text="normalize-output", type=click.Path(path_type=Path), metavar="FILE"),
                option("--sheet", text="normalize-sheet", default="", metavar="NAME"),
                option("--check", text="normalize-check", is_flag=True),
                option("--limit", text="limit", type=click.IntRange(0), default=10, metavar="N"),
            ),
            command(
                "publish", run_publish,
                option("--version", text="publish-version", required=True, metavar="X.Y.Z"),
                option("--output", text="output", type=click.Path(path_type=Path), metavar="DIR"),
                day,
            ),
            command(
                "trace", run_trace, click.Argument(["recommendation_id"], required=False),
                option("--sources", text="sources", type=click.Path(path_type=Path), required=True, metavar="DIR"),
                option("--all", "everything", text="all", is_flag=True),
            ),
        ],
    )  # fmt: skip
    group.messages = messages
    return group


def run_validate(
    packages: Sequence[str], schema: Path | None, format: str, limit: int, fail_on: str, today: Any, allow_remote: bool,
    memory: str | None,
) -> int:  # fmt: skip
    """Judge packages one after the other and print one report; none named is the curated one.

    What cannot be opened ends the run, so that the report never passes over what was asked.
    """
    messages = _messages()
    places: Sequence[str | None] = packages or (None,)
    reports = []
    for place in dict.fromkeys(places):
        with TemporaryDirectory(prefix="resopen-") as scratch:
            judged = open_package(place, Path(scratch), schema, allow_remote)
            reports.append((place or "", validate(judged, messages, _day(today), memory or "")))
    report = join_reports(reports)
    files = {item.name: _place(item) for package in report.packages for item in package.resources}
    if format == "text":
        click.echo(to_text(report, messages, limit, _paint(sys.stdout)))
    else:
        _write(to_html(report, files, limit) if format == "html" else FORMATS[format](report, files))
    return int(bool(report.errors or (fail_on == "warning" and report.warnings)))


def _write(pieces: Iterable[str]) -> None:
    """Write a report for machines and browsers: the same bytes, in UTF-8, on every system."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def _place(resource: Resource) -> str:
    """Return where a table is, as seen from where we stand: its file, its address, or nothing."""
    name = next(iter(resource.files), "")
    return name if "://" in name else _shown(Path(name))


def run_describe(check: bool) -> int:
    """Write the derived files of the curated package, or say that they are stale."""
    messages = _messages()
    folder = read_schema_folder(find_schema_folder(Path.cwd()))
    done = check_fresh(folder) if check else describe(folder)
    details = {
        "file": str(done.files[-1][0]),
        "tables": messages.plural("plural.tables", done.tables),
        "rows": messages.plural("plural.rows", done.rows),
    }
    click.echo(messages.text("ui.described" if check else "ui.written", details))
    return 0


def run_normalize(file: Path, schema: Path | None, output: Path | None, sheet: str, check: bool, limit: int) -> int:
    """Rewrite a spreadsheet's file as canonical CSV and print what changed, or what is not decided."""
    messages = _messages()
    done = normalize_file(file, schema, output, sheet, check)
    click.echo(summary(done, messages, limit, check, _paint(sys.stdout)))
    return int(bool(done.result.findings or (check and done.is_changed)))


def run_publish(version: str, output: Path | None, today: Any) -> int:
    """Publish a version and say where it lies."""
    messages = _messages()
    folder = read_schema_folder(find_schema_folder(Path.cwd()))

    with _progress(messages) as step:
        done = publish(folder, version, output or folder.path.parent / "dist", messages, _day(today), step)
    details = {
        "version": version,
        "folder": str(done.folder),
        "tables": messages.plural("plural.tables", done.tables),
        "rows": messages.plural("plural.rows", done.rows),
        "files": messages.plural("plural.files", done.files),
    }
    click.echo(messages.text("ui.published", details))
    return 0


def run_trace(recommendation_id: str | None, sources: Path, everything: bool) -> int:
    """Print the lines behind a recommendation, or check all sources."""
    messages = _messages()
    package = read_schema_folder(find_schema_folder(Path.cwd())).package()
    report = validate(package, messages, date.today())
    if report.errors:
        raise DataInvalid("trace.data-invalid", issues=report.issues)
    if everything:
        return _check_sources(package, sources, messages, report)
    if not recommendation_id:
        raise SetupError("trace.no-recommendation-named")
    passage = trace(package, recommendation_id, sources)
    click.echo(_paint(sys.stdout)(str(passage.file), "bold"))
    for number, line in enumerate(passage.lines, passage.line_start):
        click.echo(f"{number:>5}  {printable(line, 10_000)}")
    return 0


def _check_sources(package: Package, sources: Path, messages: Messages, report: Report) -> int:
    faults = check_sources(package, sources)
    for fault in faults:
        click.echo(messages.text(f"ui.trace-{fault.key}", fault.details))
    if faults:
        click.echo(messages.text("ui.trace-faults", {"faults": messages.plural("plural.faults", len(faults))}))
        return 1
    rows = dict(report.rows)
    details = {
        "sources": messages.plural("plural.sources", rows["events"]),
        "recommendations": messages.plural("plural.recommendations", rows["recommendations"]),
    }
    click.echo(messages.text("ui.traced", details))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 yes, 1 errors in data, 2 anything else."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    messages = load_messages(_language(arguments))
    group = build(messages)
    try:
        return int(group.main(arguments, prog_name="resopen", standalone_mode=False, obj=messages) or 0)
    except click.UsageError as error:
        _say(_usage_text(error, messages))
    except DataInvalid as error:
        _say(issues_text(error.issues, messages, 10, _paint(sys.stderr)))
        _say(messages.text(f"errors.{error.key}", error.details))
        return 1
    except ResopenError as error:
        for one in (error, *(error.others if isinstance(error, DefinitionError) else ())):
            _say(printable(messages.text(f"errors.{one.key}", one.details), 2000))
        return 1 if error.key.startswith("definition.stale") else 2
    except (KeyboardInterrupt, click.Abort):
        _say(messages.text("errors.setup.interrupted"))
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        details = {"file": str(error.filename or "?"), "reason": error.strerror or str(error)}
        _say(messages.text("errors.setup.system", details))
    return 2


def _usage_text(error: click.UsageError, messages: Messages) -> str:
    """Return what is wrong with a call in the chosen language."""
    command = error.ctx.command_path if error.ctx else "resopen"
    if isinstance(error, click.NoSuchOption):
        return messages.text("errors.usage.no-such-option", {"name": error.option_name, "command": command})
    if isinstance(error, click.MissingParameter) and error.param:
        kind = "missing-argument" if isinstance(error.param, click.Argument) else "missing-option"
        return messages.text(f"errors.usage.{kind}", {"name": error.param.opts[0], "command": command})
    if isinstance(error, click.BadParameter) and error.param:
        expected = error.param.make_metavar(error.ctx) if error.ctx else ""
        return messages.text("errors.usage.bad-value", {"name": error.param.opts[0], "expected": expected})
    if error.ctx and isinstance(error.ctx.command, Group) and error.ctx.args is not None:
        known = ", ".join(error.ctx.command.commands)
        return messages.text("errors.usage.command", {"known": known})
    return messages.text("errors.usage.other", {"reason": error.format_message(), "command": command})


def _language(arguments: Sequence[str]) -> Language:
    """Return the language that --lang names, wherever it stands, or that of the environment."""
    for i, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            chosen = value if equals else (arguments[i + 1] if i + 1 < len(arguments) else "")
            if chosen in LANGUAGES:
                return "ru" if chosen == "ru" else "en"
    return environment_language()


def _shown(path: Path) -> str:
    """Return a path as seen from where we stand, with slashes, or the whole path from elsewhere."""
    full = path.resolve()
    here = Path.cwd().resolve()
    return (full.relative_to(here) if full.is_relative_to(here) else full).as_posix()


def _messages() -> Messages:
    messages: Messages = click.get_current_context().obj
    return messages


def _day(value: Any) -> date:
    return value.date() if value else date.today()


def _paint(stream: Any) -> Any:
    """Return how to colour a text: not at all unless a person looks at a terminal."""
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    return lambda text, name: click.style(text, **COLOURS.get(name, {"fg": name})) if colours else text


@contextmanager
def _progress(messages: Messages) -> Iterator[Callable[[str], None]]:
    """Give a function that shows the running step on a terminal, and shows nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda name: status.update(messages.text(f"ui.publish-step-{name}") + " …")


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"resopen {__version__}")
        context.exit()


def _say(text: str) -> None:
    click.echo(text, err=True)


def run() -> None:
    """Run the command line as a program, which answers Ctrl-C in words."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
