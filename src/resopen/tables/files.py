"""Reading files, and writing them completely or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from resopen.errors import SetupError
from resopen.reasons import system_reason


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; SetupError when the system does not let us read it."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SetupError("setup.no-such-table", {"file": str(path)}) from error
    except OSError as error:
        raise SetupError("setup.unreadable", {"file": str(path), **system_reason(error)}) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits, read in parts; OSError when it cannot be read."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file completely or not at all: beside its place, synced, then renamed.

    A file that is there already keeps its rights.
    Raises SetupError when the disk or the rights do not allow it; the old file is then untouched.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SetupError("setup.unwritable", {"file": str(path), **system_reason(error)}) from error
