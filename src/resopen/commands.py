"""Commands and groups of click whose help is in the chosen language."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from resopen.messages import Messages
from resopen.terminal import say


class MemorySize(click.ParamType[str]):
    """An amount of memory such as 512MiB or 1GiB."""

    name = "size"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as the engine reads it, or fail."""
        if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", value):
            self.fail(value, param, ctx)
        return value


class Help:
    """What both kinds of commands share: help, usage and headings in the chosen language."""

    messages: Messages

    def help_option(self) -> click.Option:
        """Return the option --help with its text in the chosen language."""

        def show(context: click.Context, _: click.Parameter, wanted: bool) -> None:
            if wanted and not context.resilient_parsing:
                say(context.get_help())
                context.exit()

        text = self.messages.text("help.option-help")
        return click.Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=text)

    def write_options(
        self, formatter: click.HelpFormatter, context: click.Context, parameters: Sequence[click.Parameter]
    ) -> None:
        """Write the options; what an argument is stands in the text of its command."""
        options = [parameter for parameter in parameters if isinstance(parameter, click.Option)]
        required = self.messages.text("help.required")
        records = [record for option in options if (record := option.get_help_record(context))]
        rows = [(name, text.replace("[required]", f"[{required}]")) for name, text in records]
        self.headed(formatter, "options", rows)

    def headed(self, formatter: click.HelpFormatter, key: str, rows: Sequence[tuple[str, str]]) -> None:
        """Write a list of terms under a heading of the catalogue."""
        if rows:
            with formatter.section(self.messages.text(f"help.{key}")):
                formatter.write_dl(list(rows))


class Command(Help, click.Command):
    """A command whose help is in the chosen language."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """Return --help in the chosen language."""
        return self.help_option()

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        pieces = [f"[{self.messages.text('help.options').upper()}]"] + [
            piece for parameter in self.params for piece in parameter.get_usage_pieces(ctx) if piece
        ]
        formatter.write_usage(ctx.command_path, " ".join(pieces), self.messages.text("help.usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and for a group its commands."""
        self.write_options(formatter, ctx, self.get_params(ctx))


class Group(Help, click.Group):
    """The group of all commands, whose help is in the chosen language."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """Return --help in the chosen language."""
        return self.help_option()

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line of usage."""
        words = [self.messages.text(f"help.{key}").upper() for key in ("options", "commands")]
        formatter.write_usage(ctx.command_path, f"[{words[0]}] {words[1]} …", self.messages.text("help.usage") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and for a group its commands."""
        self.write_options(formatter, ctx, self.get_params(ctx))
        rows = [(name, (command.help or "").split("\n")[0]) for name, command in self.commands.items()]
        self.headed(formatter, "commands", rows)
