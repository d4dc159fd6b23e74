"""A method of a methodology file by its name, with numbers that can be its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resopen.schema.methodology import Choice
from resopen.schema.reading import Reader

Known = Mapping[str, tuple[str, ...]]


def choice(node: Reader, key: str, known: Known) -> Choice:
    """Return a method and its numbers; a method without numbers may stand as its name alone.

    Raises DefinitionError, with the key, where the method or a number of it is unknown, missing or
    one that it cannot have.
    """
    return _named(node.take(key), node.where, node.spot(key), known)


def choices(node: Reader, key: str, known: Known) -> tuple[Choice, ...]:
    """Return a list of methods, each once; as `choice`, and refused where one is repeated."""
    found: list[Choice] = []
    for i, item in enumerate(node.items(key)):
        made = _named(item, node.where, f"{node.spot(key)}[{i}]", known)
        if made in found:
            raise node.wrong(f"{key}[{i}]", "repeated-name", name=made.method)
        found.append(made)
    return tuple(found)


def _named(value: Any, where: str, key: str, known: Known) -> Choice:
    node = Reader({"method": value} if isinstance(value, str) else value, where, key)
    method = node.one_of("method", tuple(known))
    made = Choice(method, {name: _number(node, method, name) for name in known[method]})
    node.only(("method", *known[method]))
    _check_numbers(node, made)
    return made


def _number(node: Reader, method: str, name: str) -> object:
    if name == "reference":
        return node.text(name)
    if name == "clip":
        return node.flag(name)
    if name in ("limits", "points"):
        return node.numbers(name)
    if name == "most" or method == "points":
        return node.whole(name, 0)
    return node.number(name)


def _check_numbers(node: Reader, made: Choice) -> None:
    """Refuse numbers that the method cannot have, although each of them is one."""
    if made.method == "points" and "limits" in made.numbers:
        limits, points = node.numbers("limits"), node.numbers("points")
        if not limits or list(limits) != sorted(set(limits)):
            raise node.wrong("limits", "not-rising")
        if len(points) != len(limits) + 1:
            raise node.wrong("points", "group-names", expected=str(len(limits) + 1), found=str(len(points)))
    elif made.method == "goalposts" and made.numbers["worst"] == made.numbers["best"]:
        raise node.wrong("best", "unknown-value", found=str(made.numbers["best"]), expected="≠ worst")
    elif made.method in ("min-max", "percentiles") and made.number("low") >= made.number("high"):
        raise node.wrong("high", "unknown-value", found=str(made.numbers["high"]), expected="> low")
    elif made.method == "z-score" and made.number("deviation") <= 0:
        raise node.wrong("deviation", "unknown-value", found=str(made.numbers["deviation"]), expected="> 0")
    elif made.method.startswith("winsorise") and made.number("skewness") < 0:
        raise node.wrong("skewness", "unknown-value", found=str(made.numbers["skewness"]), expected="≥ 0")
    if made.method == "percentiles":
        for name in ("low", "high"):
            if not 0 <= made.number(name) <= 100:
                raise node.wrong(name, "unknown-value", found=str(made.numbers[name]), expected="0 … 100")
