"""What is wrong with a call of the command line, in the chosen language."""

from __future__ import annotations

from collections.abc import Sequence

import click

from resopen.messages import Messages


def usage_text(error: click.UsageError, group: click.Group, arguments: Sequence[str], messages: Messages) -> str:
    """Return what is wrong with a call, and the command whose help says more.

    Args: the error of click, the group of all commands, what was called, the catalogue.
    """
    name = next((item for item in arguments if item in group.commands), "")
    path = f"resopen {name}" if name else "resopen"
    command = error.ctx.command_path if error.ctx and not name else path
    known: dict[str, str] = {"command": command}
    if isinstance(error, click.NoSuchOption):
        return messages.text("errors.usage.no-such-option", {**known, "name": error.option_name})
    if isinstance(error, click.BadOptionUsage):
        return _value_text(error, group.commands.get(name, group), known, messages)
    if isinstance(error, click.MissingParameter) and error.param:
        kind = "missing-argument" if isinstance(error.param, click.Argument) else "missing-option"
        return messages.text(f"errors.usage.{kind}", {**known, "name": error.param.opts[0]})
    if isinstance(error, click.BadParameter) and error.param:
        details = {"name": error.param.opts[0], "expected": _expected(error.param, error.ctx, messages)}
        return messages.text("errors.usage.bad-value", details)
    if error.ctx and isinstance(error.ctx.command, click.Group):
        return messages.text("errors.usage.command", {"known": ", ".join(group.commands)})
    if "extra argument" in error.message:
        found = error.message.partition("(")[2].removesuffix(")")
        return messages.text("errors.usage.extra", {**known, "found": found})
    return messages.error("usage.other", {**known, "reason": error.format_message()})


def _value_text(
    error: click.BadOptionUsage, command: click.Command, known: dict[str, str], messages: Messages
) -> str:  # fmt: skip
    """Return what is wrong with an option that has no value and needs one, or the other way round."""
    option = next((item for item in command.params if error.option_name in item.opts), None)
    if not isinstance(option, click.Option) or option.is_flag:
        return messages.text("errors.usage.needless-value", {**known, "name": error.option_name})
    expected = _expected(option, click.Context(command), messages)
    return messages.text("errors.usage.no-value", {**known, "name": error.option_name, "expected": expected})


def _expected(parameter: click.Parameter, context: click.Context | None, messages: Messages) -> str:
    own = f"expects.{parameter.name}"
    if messages.has(own):
        return messages.text(own)
    return parameter.make_metavar(context) if context else ""
