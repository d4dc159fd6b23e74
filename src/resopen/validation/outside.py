"""What the engine cannot judge: patterns beyond RE2, JSON Schema, check digits."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema import Table
from resopen.schema.keywords import SHOWN

# A pattern with look-around or back-references can take for ever on a wicked text, so that it is
# matched in a process of its own, which is ended when it takes longer than all these texts may.
MATCHER = """
import json, re, sys
pattern = re.compile(json.loads(sys.stdin.readline()))
for line in sys.stdin:
    print(int(bool(pattern.fullmatch(json.loads(line)))), flush=True)
"""
SECONDS, TEXTS_A_SECOND = 10.0, 20_000
Details = tuple[tuple[str, str], ...]


def pattern_faults(pattern: str, texts: Sequence[str], table: Table, field: str) -> frozenset[str]:
    """Return the texts that a pattern does not match in full, as Python's `re` does.

    Raises DefinitionError when that takes too long.
    """
    lines = "".join(json.dumps(text) + "\n" for text in (pattern, *texts))
    limit = SECONDS + len(texts) / TEXTS_A_SECOND
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-c", MATCHER], input=lines, capture_output=True, text=True, timeout=limit,
            encoding="utf-8", check=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        printed = error.stdout if isinstance(error.stdout, str) else (error.stdout or b"").decode()
        slow = texts[min(printed.count("\n"), len(texts) - 1)]
        key = f"{table.spot(field)}.constraints.pattern"
        details = {"file": table.where, "key": key, "seconds": f"{limit:.0f}", "value": slow[:60]}
        raise DefinitionError("definition.pattern-too-slow", details) from error
    return frozenset(text for text, held in zip(texts, done.stdout.split(), strict=True) if held == "0")


def json_schema_faults(schema: Any, texts: Sequence[str], table: Table, field: str) -> dict[str, Details]:
    """Return the JSON texts that do not satisfy a JSON Schema, and what breaks it first in each.

    A text that is nested too deeply to be read does not satisfy it. Only the schema itself and the
    meta-schemas are known: a reference to anything else is never followed.
    Raises DefinitionError when there is such a reference.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for
    from jsonschema_specifications import REGISTRY
    from referencing.exceptions import Unresolvable

    validator = validator_for(schema, Draft202012Validator)(schema, registry=REGISTRY)
    faults: dict[str, Details] = {}
    for text in texts:
        try:
            error = next(iter(validator.iter_errors(json.loads(text, parse_int=_integer))), None)
        except RecursionError:
            faults[text] = (("cause", "too-deep"),)
            continue
        except Unresolvable as wrong:
            key = f"{table.spot(field)}.constraints.jsonSchema"
            details = {"file": table.where, "key": key, "found": wrong.ref}
            raise DefinitionError("definition.unknown-reference", details) from wrong
        if error is not None:
            named = {"path": error.json_path, "name": str(error.validator), "expected": _shown(error.validator_value)}
            faults[text] = (("cause", "json-schema"), *named.items())
    return faults


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _integer(digits: str) -> int | float:
    """Return the number of a row of digits; Python makes no integer of thousands of them."""
    return int(digits) if len(digits) < sys.int_info.default_max_str_digits else float(digits)


def stdnum_faults(name: str, texts: Sequence[str]) -> frozenset[str]:
    """Return the texts whose check digits are wrong, by the module of python-stdnum that is named."""
    is_valid = importlib.import_module(f"stdnum.{name}").is_valid
    return frozenset(text for text in texts if not is_valid(text))
