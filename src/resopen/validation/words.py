"""What a field must hold, in words: its type with an example in its own form, and its range."""

from __future__ import annotations

from resopen.messages import Messages
from resopen.schema import Field
from resopen.schema.lexical import FALSE_VALUES, TRUE_VALUES, sample

BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def type_in_words(messages: Messages, key: str, field: Field | None) -> str:
    """Return what a cell of a type must be, such as "a date such as 31.12.2023".

    The example is in the field's own form, its truth values and its decimal sign are its own.
    Args: the catalogue, the key of the type, the field where it is known.
    """
    options = field.options if field else {}
    if key == "boolean" and ("trueValues" in options or "falseValues" in options):
        words = [*options.get("trueValues", TRUE_VALUES), *options.get("falseValues", FALSE_VALUES)]
        return messages.text("types.boolean-own", {"words": ", ".join(map(str, words))})
    if key == "number" and (options.get("decimalChar", ".") != "." or options.get("groupChar")):
        group, point = str(options.get("groupChar", "")), str(options.get("decimalChar", "."))
        return messages.text("types.number-own", {"sample": f"1{group}234{point}50"})
    return messages.text(f"types.{key}", {"sample": sample(field.format)} if field and key.endswith("-form") else {})


def range_in_words(messages: Messages, field: Field) -> str:
    """Return the range that the constraints of a field leave, such as "at least 0 and at most 100"."""
    bounds = [
        messages.text(f"bounds.{name}", {"limit": str(field.constraints[name])})
        for name in BOUNDS
        if name in field.constraints
    ]
    return messages.text("bounds.and").join(bounds)
