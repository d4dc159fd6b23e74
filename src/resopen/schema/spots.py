"""Places in a JSON document as JSON paths, and the faults of definitions found there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any, ParamSpec, TypeVar

from resopen.errors import DefinitionError

Spot = tuple[str | int, ...]
Made = TypeVar("Made")
Given = ParamSpec("Given")
STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]|\['((?:[^'\\]|\\.)*)'\]")


def json_path(spot: Spot) -> str:
    """Return the way to a key as a JSON path (RFC 9535): $.a.b[0]['odd name']."""
    return "$" + "".join(map(step, spot))


def step(name: str | int) -> str:
    """Return one step of a JSON path: a position in a list, or a key of an object."""
    if isinstance(name, int):
        return f"[{name}]"
    if name.isidentifier():
        return f".{name}"
    quoted = json.dumps(name, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"['{quoted}']"


def steps(path: str) -> tuple[str, ...]:
    """Return the steps of a JSON path, each as it is written there."""
    return tuple(found[0] for found in STEP.finditer(path))


def wrong(where: str, key: str, fault: str, /, **details: str) -> DefinitionError:
    """Return the error of a definition: its file and key, and what is at fault there."""
    return DefinitionError(f"definition.{fault}", {"file": where, "key": key, **details})


def wrong_kind(where: str, key: str, value: object, *expected: type) -> DefinitionError:
    """Return the error of a value that is of another kind than those expected."""
    details = {"found": kind_of(type(value)), "expected": ", ".join(map(kind_of, expected))}
    return DefinitionError("definition.wrong-kind", {"file": where, "key": key, **details})


def kind_of(kind: type) -> str:
    """Return the key of the word for a kind of values, such as text or list."""
    kinds = (
        (str, "text"), (bool, "boolean"), (int, "integer"), (float, "number"), (list, "list"), (tuple, "list"),
        (dict, "object"), (type(None), "null"), ((date, time), "moment"),
    )  # fmt: skip
    return next((name for known, name in kinds if issubclass(kind, known)), "object")


def attempt(
    faults: list[DefinitionError], default: Made, work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs
) -> Made:
    """Do a part of the reading and return what it makes; where it is refused, add its faults and return the default."""
    try:
        return work(*args, **kwargs)
    except DefinitionError as error:
        faults += [replace(error, others=()), *error.others]
        return default


def refuse(faults: Sequence[DefinitionError]) -> None:
    """Raise one DefinitionError with all these faults, if there are any."""
    if faults:
        raise replace(faults[0], others=tuple(faults[1:]))


def without_echoes(first: Iterable[DefinitionError], more: Iterable[DefinitionError]) -> list[DefinitionError]:
    """Return faults, and of more faults those that stand neither above nor below one of the first ones."""
    known = list(first)
    places = {_place(fault) for fault in known}
    above = {(file, path[:i]) for file, path in places for i in range(len(path))}

    def is_echo(fault: DefinitionError) -> bool:
        file, path = _place(fault)
        return (file, path) in above or any((file, path[:i]) in places for i in range(len(path) + 1))

    return [*known, *(fault for fault in more if not is_echo(fault))]


def _place(fault: DefinitionError) -> tuple[str, tuple[str, ...]]:
    return fault.details.get("file", ""), steps(fault.details.get("key", ""))


def in_order(descriptor: Any, faults: Iterable[DefinitionError], where: str) -> list[DefinitionError]:
    """Return faults in the order of the document, those of other files after them."""

    def place(fault: DefinitionError) -> tuple[bool, tuple[int, ...]]:
        return fault.details.get("file") != where, position(descriptor, steps(fault.details.get("key", "")))

    return sorted(faults, key=place)


def position(descriptor: object, path: Sequence[str]) -> tuple[int, ...]:
    """Return where the written steps of a path lead; a missing key stands after the others of its object."""
    node = descriptor
    places = []
    for written in path:
        if isinstance(node, dict):
            keys = [step(str(key)) for key in node]
            places.append(keys.index(written) if written in keys else len(keys))
            node = next((value for key, value in node.items() if step(str(key)) == written), None)
        elif isinstance(node, list) and written.startswith("[") and written[1:-1].isdecimal():
            places.append(int(written[1:-1]))
            node = node[int(written[1:-1])] if int(written[1:-1]) < len(node) else None
    return tuple(places)
