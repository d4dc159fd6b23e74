"""What the engine cannot judge: patterns beyond RE2, JSON Schema, check digits."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from resopen.errors import DefinitionError

# A pattern with look-around or back-references can take for ever on a wicked text, so that it is
# matched in a process of its own, which is ended when it takes longer than all these texts may.
MATCHER = """
import json, re, sys
pattern = re.compile(json.loads(sys.stdin.readline()))
for line in sys.stdin:
    print(int(bool(pattern.fullmatch(json.loads(line)))), flush=True)
"""
SECONDS, TEXTS_A_SECOND = 10.0, 20_000


def pattern_faults(pattern: str, texts: Sequence[str], table: str, field: str) -> frozenset[str]:
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
        details = {"file": table, "key": f"{field}.constraints.pattern", "seconds": f"{limit:.0f}", "value": slow[:60]}
        raise DefinitionError("definition.pattern-too-slow", details) from error
    return frozenset(text for text, held in zip(texts, done.stdout.split(), strict=True) if held == "0")


def json_schema_faults(schema: Any, texts: Sequence[str], table: str, field: str) -> dict[str, str]:
    """Return the JSON texts that do not satisfy a JSON Schema, and the first reason of each.

    A text that is nested too deeply to be read does not satisfy it. Only the schema itself and the
    meta-schemas are known: a reference to anything else is never followed.
    Raises DefinitionError when there is such a reference.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for
    from jsonschema_specifications import REGISTRY
    from referencing.exceptions import Unresolvable

    validator = validator_for(schema, Draft202012Validator)(schema, registry=REGISTRY)
    faults = {}
    for text in texts:
        try:
            error = next(iter(validator.iter_errors(json.loads(text, parse_int=_integer))), None)
        except RecursionError as wrong:
            faults[text] = str(wrong)
            continue
        except Unresolvable as wrong:
            details = {"file": table, "key": f"{field}.constraints.jsonSchema", "found": wrong.ref}
            raise DefinitionError("definition.unknown-reference", details) from wrong
        if error is not None:
            faults[text] = f"{error.json_path}: {error.message}"
    return faults


def _integer(digits: str) -> int | float:
    """Return the number of a row of digits; Python makes no integer of thousands of them."""
    return int(digits) if len(digits) < sys.int_info.default_max_str_digits else float(digits)


def stdnum_faults(name: str, texts: Sequence[str], table: str, field: str) -> frozenset[str]:
    """Return the texts whose check digits are wrong, by the module of python-stdnum that is named.

    Raises DefinitionError when there is no such module.
    """
    try:
        is_valid = importlib.import_module(f"stdnum.{name}").is_valid
    except (ImportError, AttributeError) as error:
        details = {"file": table, "key": f"{field}.stdnum", "found": name, "expected": "ru.inn"}
        raise DefinitionError("definition.unknown-value", details) from error
    return frozenset(text for text in texts if not is_valid(text))
