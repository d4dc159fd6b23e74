"""Where versions lie, and how a new one gets there: whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resopen.errors import PublishRefused, SetupError
from resopen.reasons import system_reason

PART, LOCK = ".part", ".lock"


@contextmanager
def exclusive(output: Path) -> Iterator[Path]:
    """Give a new empty folder beside the versions to one publisher at a time.

    The lock is the operating system's, so that it ends with its process; what a killed run left
    behind is removed by the next one. On any error the folder is removed again.
    Raises PublishRefused when another publisher runs; SetupError when the disk or the rights do not allow it.
    """
    part = output / PART
    try:
        output.mkdir(parents=True, exist_ok=True)
        with (output / LOCK).open("a+b") as handle:
            _lock(handle.fileno(), output)
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            try:
                yield part
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        details = {"file": str(error.filename or output), **system_reason(error)}
        raise SetupError("setup.unwritable", details) from error


def _lock(handle: int, output: Path) -> None:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise PublishRefused("publish.another-running", {"folder": str(output)}) from error


def sync(folder: Path) -> None:
    """Hand every file and folder inside to the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("r+b") as handle:
                os.fsync(handle.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Hand the names inside a folder to the disk, where the system knows such a thing."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def settle(folder: Path, archive: Path, target: Path) -> None:
    """Give a whole version its name: first the archive, then the folder, each at once.

    A run that is killed between the two leaves a whole archive, which the next run of the same
    version finds equal to its own. Raises PublishRefused when an archive of that name holds something else.
    """
    named = target.with_name(target.name + ".zip")
    if named.exists() and named.read_bytes() != archive.read_bytes():
        raise PublishRefused("publish.version-exists", {"folder": str(named)})
    archive.replace(named)
    folder.rename(target)
    sync_folder(target.parent)
