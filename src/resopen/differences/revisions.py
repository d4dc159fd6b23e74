"""The files of a git revision, read from the objects of the repository; the working tree is never touched."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from resopen.errors import SetupError

DESCRIPTOR = "datapackage.json"
# The curated package, where the place names no folder.
FOLDER = "datapackage"
METHODS = "schema/methodology"


def commit_of(place: str, here: Path) -> str:
    """Return the hash of the commit that the part of a place before its first colon names, or nothing.

    Raises SetupError when git is not installed.
    """
    name = place.partition(":")[0]
    if not name:
        return ""
    done = _git(here, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def unpack_revision(place: str, here: Path, scratch: Path) -> Path:
    """Write the package of a revision into the scratch folder and return the folder of its descriptor.

    Args: the place, `REVISION` or `REVISION:FOLDER` with the folder as seen from the top of the
    repository (by default `datapackage`, or the top where that has no descriptor); the folder
    where we stand; the scratch folder. The files are those that were committed, without any
    conversion of git's; of the methods, those in schema/methodology beside the folder come too.
    Raises SetupError when the revision has no such package, or when git fails.
    """
    name, _, folder = place.partition(":")
    folder = folder.strip("/").removesuffix(DESCRIPTOR).strip("/")
    files = dict(_listed(here, commit_of(place, here)))
    tops = [folder] if ":" in place else [FOLDER, ""]
    found = [top for top in tops if _under(top, DESCRIPTOR) in files]
    if not found:
        missing = _under(tops[0], DESCRIPTOR)
        raise SetupError("difference.no-package-in-revision", {"revision": name, "file": missing})
    methods = _under(str(PurePosixPath(found[0]).parent) if found[0] else "", METHODS).removeprefix("./")
    target = scratch / "revision"
    while target.exists():
        target = target.with_name(target.name + "-")
    wanted = [path for path in files if _is_in(path, found[0]) or _is_in(path, methods)]
    _write(here, [(path, files[path]) for path in wanted], target)
    return target / found[0]


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _listed(here: Path, commit: str) -> Iterator[tuple[str, str]]:
    """Yield path and object of every plain file of a commit."""
    done = _git(here, "ls-tree", "-r", "-z", "--full-tree", commit)
    if done.returncode:
        raise SetupError("difference.git-failed", {"reason": _reason(done)})
    for line in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
        head, _, path = line.partition("\t")
        if head.startswith("100"):
            yield path, head.split()[2]


def _write(here: Path, files: list[tuple[str, str]], target: Path) -> None:
    """Write objects as files, one after the other, so that only one stands in memory."""
    process = subprocess.Popen(  # noqa: S603
        [_program(), "-C", str(here), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if process.stdin is None or process.stdout is None:  # Both are pipes.
        raise SetupError("difference.git-failed", {"reason": "cat-file"})
    with process, process.stdin as asked, process.stdout as answer:
        for path, digest in files:
            asked.write(digest.encode() + b"\n")
            asked.flush()
            head = answer.readline().split()
            if len(head) != 3:
                raise SetupError("difference.git-failed", {"reason": f"{path}: {b' '.join(head).decode()}"})
            full = target / path
            full.parent.mkdir(parents=True, exist_ok=True)
            with full.open("wb") as handle:
                left = int(head[2])
                while left:
                    piece = answer.read(min(left, 1 << 20))
                    if not piece:
                        raise SetupError("difference.git-failed", {"reason": path})
                    handle.write(piece)
                    left -= len(piece)
            answer.read(1)


def _git(here: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([_program(), "-C", str(here), *arguments], capture_output=True, check=False)  # noqa: S603


def _program() -> str:
    found = shutil.which("git")
    if not found:
        raise SetupError("difference.no-git")
    return found


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else f"git {done.returncode}"
