"""The commands and options of the command line, with their texts in one language."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from resopen import __version__
from resopen.commands import Command, Group, MemorySize
from resopen.messages import LANGUAGES, Messages
from resopen.terminal import say

# What a shell gives for a program that a closed pipe has ended.
PIPE_CLOSED = 141
FORMATS = ("text", "html", "json", "csv", "junit", "sarif", "github")


def build(messages: Messages) -> Group:
    """Return all commands with their texts in the language of the catalogue."""
    make = _Maker(messages)
    version = make.option(
        "--version", text="version", is_flag=True, is_eager=True, expose_value=False, callback=_version
    )  # fmt: skip
    group = Group(
        "resopen",
        help=messages.text("help.group"),
        params=[make.language(), version],
        commands=[*_data_commands(make), *_computing_commands(make), *_release_commands(make)],
    )
    group.messages = messages
    return group


@dataclass(frozen=True)
class _Maker:
    """What makes commands and options with their texts in one language."""

    messages: Messages

    def option(self, *names: str, text: str, **rest: Any) -> click.Option:
        return click.Option(list(names), help=self.messages.text(f"help.option-{text}"), **rest)

    def command(self, name: str, module: str, *parameters: click.Parameter) -> Command:
        help_text = self.messages.text(f"help.{name}")
        made = Command(
            name, callback=partial(_run, module, name), params=[*parameters, self.language()], help=help_text
        )
        made.messages = self.messages
        return made

    def language(self) -> click.Option:
        return self.option("--lang", text="lang", type=click.Choice(LANGUAGES), expose_value=False)

    def day(self) -> click.Option:
        return self.option("--today", text="today", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD")


def _data_commands(make: _Maker) -> list[Command]:
    """Return the commands of who keeps the data."""
    return [
        make.command(
            "validate", "runs", click.Argument(["packages"], nargs=-1, metavar="[PACKAGE]..."),
            make.option("--schema", text="schema", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--format", text="format", type=click.Choice(FORMATS), default="text"),
            make.option("--limit", text="limit", type=click.IntRange(0), default=10, metavar="N"),
            make.option("--fail-on", text="fail-on", type=click.Choice(["error", "warning"]), default="error"),
            make.option("--allow-remote", text="allow-remote", is_flag=True),
            make.option("--memory", text="memory", type=MemorySize(), metavar="1GiB"),
            make.day(),
        ),
        make.command("describe", "upkeep", make.option("--check", text="check", is_flag=True)),
        make.command(
            "normalize", "upkeep", click.Argument(["file"], type=click.Path(path_type=Path)),
            make.option("--schema", text="normalize-schema", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--output", text="normalize-output", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--sheet", text="normalize-sheet", default="", metavar="NAME"),
            make.option("--check", text="normalize-check", is_flag=True),
            make.option("--limit", text="limit", type=click.IntRange(0), default=10, metavar="N"),
        ),
        make.command(
            "trace", "upkeep", click.Argument(["recommendation_id"], required=False),
            make.option("--sources", text="sources", type=click.Path(path_type=Path), required=True, metavar="DIR"),
            make.option("--all", "everything", text="all", is_flag=True),
        ),
    ]  # fmt: skip


def _computing_commands(make: _Maker) -> list[Command]:
    """Return the commands that compute indicators and rankings."""
    return [
        make.command(
            "rank", "rank_command",
            make.option("--methodology", text="methodology", type=click.Path(path_type=Path), required=True,
                        metavar="FILE"),
            make.option("--values", text="values", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--package", text="package", metavar="PACKAGE"),
            make.option("--format", text="rank-format",
                        type=click.Choice(["text", "csv", "json", "parquet", "xlsx"]), default="text"),
            make.option("--output", text="rank-output", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--nominal", text="nominal", is_flag=True),
            make.option("--sensitivity", text="sensitivity", is_flag=True),
            make.option("--explain", "unit", text="explain-unit", default="", metavar="UNIT"),
            make.option("--compare", "other", text="compare", type=click.Path(path_type=Path), metavar="OTHER"),
            make.option("--old-methodology", text="old-methodology", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--save-values", text="save-values", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--save-runs", text="save-runs", type=click.Path(path_type=Path), metavar="FILE"),
            make.day(),
        ),
        make.command(
            "indicators", "indicator_commands",
            click.Argument(["indicator_ids"], nargs=-1, metavar="[ID]..."),
            make.option("--package", text="package", metavar="PACKAGE"),
            make.option("--format", text="indicators-format", type=click.Choice(["text", "csv", "json"]),
                        default="text"),
            make.option("--explain", "explained", text="explain", nargs=3, metavar="ID OKTMO PERIOD"),
            make.day(),
        ),
    ]  # fmt: skip


def _release_commands(make: _Maker) -> list[Command]:
    """Return the commands of versions."""
    return [
        make.command(
            "diff", "diff_command",
            click.Argument(["old"], metavar="OLD"), click.Argument(["new"], metavar="NEW"),
            make.option("--format", text="diff-format", type=click.Choice(["text", "json", "csv", "html"]),
                        default="text"),
            make.option("--output", text="diff-output", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--limit", text="diff-limit", type=click.IntRange(0), default=10, metavar="N"),
            make.option("--exit-code", text="diff-exit-code", is_flag=True),
            make.day(),
        ),
        make.command(
            "publish", "release_commands",
            click.Argument(["package"], required=False, metavar="[PACKAGE]"),
            make.option("--version", text="publish-version", required=True, metavar="X.Y.Z|next"),
            make.option("--output", text="output", type=click.Path(path_type=Path), metavar="DIR"),
            make.option("--draft", text="draft", is_flag=True),
            make.option("--sign", "key", text="sign", type=click.Path(path_type=Path), metavar="KEY"),
            make.day(),
        ),
        make.command(
            "verify", "release_commands",
            click.Argument(["release"], type=click.Path(path_type=Path)),
            make.option("--signers", text="signers", type=click.Path(path_type=Path), metavar="FILE"),
            make.option("--signer", text="signer", default="", metavar="NAME"),
        ),
        make.command(
            "withdraw", "release_commands",
            click.Argument(["version"]),
            make.option("--reason", text="reason", required=True, metavar="TEXT"),
            make.option("--package", text="package", metavar="PACKAGE"),
            make.option("--output", text="output", type=click.Path(path_type=Path), metavar="DIR"),
        ),
    ]  # fmt: skip


def _run(module: str, name: str, **arguments: Any) -> int:
    """Run a command by the function of its name, whose module alone is imported, so that each starts soon.

    Where whoever reads the output has gone, the exit code is that of other programs, and never one
    that says something of the data.
    """
    try:
        return int(getattr(import_module(f"resopen.{module}"), f"run_{name}")(**arguments))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        say(f"resopen {__version__}")
        context.exit()
