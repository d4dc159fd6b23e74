"""Definition files read, and paths of a descriptor kept inside its folder."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

from resopen.errors import DefinitionError, SetupError
from resopen.schema.fields import wrong


def read_text(path: Path) -> str:
    """Return the text of a definition file in UTF-8.

    Raises SetupError when the file cannot be read, DefinitionError when it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DefinitionError("definition.not-utf-8", {"file": str(path), "key": f"byte {error.start}"}) from error


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises SetupError when the file cannot be read, DefinitionError when it is not JSON in UTF-8.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        where = {"file": str(path), "key": f"line {error.lineno}, column {error.colno}", "reason": error.msg}
        raise DefinitionError("definition.not-json", where) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or thousands of brackets in each other.
        raise DefinitionError("definition.not-json", {"file": str(path), "key": "", "reason": str(error)}) from error


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
    return SetupError("setup.unreadable", {"file": str(path), "reason": error.strerror or str(error)})


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
