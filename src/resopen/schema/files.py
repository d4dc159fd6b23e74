"""Definition files read, and paths of a descriptor kept inside its folder."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from resopen.errors import DefinitionError, SetupError
from resopen.reasons import system_reason
from resopen.schema.spots import wrong

# The messages of Python's reader of JSON, which are always English, by their beginnings.
CAUSES_OF_JSON: Mapping[str, str] = MappingProxyType(
    {
        "Expecting value": "json-value", "Expecting property name": "json-name", "Expecting ':'": "json-colon",
        "Expecting ','": "json-comma", "Extra data": "json-more", "Unterminated string": "json-open-text",
        "Invalid control character": "json-control", "Invalid \\escape": "json-escape",
        "Invalid \\uXXXX escape": "json-escape", "Illegal trailing comma": "json-last-comma",
    }
)  # fmt: skip


def read_text(path: Path) -> str:
    """Return the text of a definition file in UTF-8.

    Raises SetupError when the file cannot be read, DefinitionError when it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(
            "definition.not-utf-8", {"file": str(path), "key": "", "byte": str(error.start + 1)}
        ) from error


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises SetupError when the file cannot be read, DefinitionError when it is not JSON in UTF-8.
    """
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        reason = json_reason(error)
        key = "definition.not-json" if "at" in reason else "definition.odd-json"
        raise DefinitionError(key, {"file": str(path), "key": "", **reason}) from error


def json_reason(error: Exception) -> dict[str, str]:
    """Return why a text is not JSON, with its line `at` and the `sign` in it, from 1, where the place is known."""
    if isinstance(error, json.JSONDecodeError):
        cause = next((cause for start, cause in CAUSES_OF_JSON.items() if error.msg.startswith(start)), "")
        reason = {"cause": cause} if cause else {"reason": error.msg}
        return {**reason, "at": str(error.lineno), "sign": str(error.colno)}
    if isinstance(error, UnicodeDecodeError):
        return {"cause": "not-utf-8", "byte": str(error.start + 1)}
    # Thousands of brackets in each other, or a number of thousands of digits.
    return {"cause": "too-deep" if isinstance(error, RecursionError) else "too-many-digits"}


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file; SetupError or DefinitionError as in read_json."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError("definition.not-toml", {"file": str(path), "key": "", "reason": str(error)}) from error


def unreadable(path: Path, error: OSError) -> SetupError:
    """Return the error of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return SetupError("setup.no-such-file", {"file": str(path)})
    return SetupError("setup.unreadable", {"file": str(path), **system_reason(error)})


def safe_path(base: Path, path: str, where: str, key: str) -> Path:
    """Return the file of a relative path inside the package's folder.

    Raises DefinitionError when the path is absolute, remote, climbs out with `..`, or leads out
    of the folder through a symbolic link.
    """
    pure = PurePosixPath(path)
    odd = "\\" in path or ":" in path or "\0" in path or any("\ud800" <= sign <= "\udfff" for sign in path)
    if odd or pure.is_absolute() or ".." in pure.parts:
        raise wrong(where, key, "unsafe-path", path=path)
    full = base / pure
    if not full.resolve().is_relative_to(base.resolve()):
        raise wrong(where, key, "unsafe-path", path=path)
    return full
