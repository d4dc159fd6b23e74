"""Builds a version twice, out of copies of the sources, and compares every byte.

The copies lie in different folders; time zones, locales and hash seeds differ too.

Run it with the environment's Python; exit code 1 when the two differ:
    .venv/bin/python scripts/reproduce.py [PACKAGE] [VERSION]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = (
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"},
    {"TZ": "Asia/Irkutsk", "LC_ALL": "ru_RU.UTF-8", "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "1"},
)


def build(place: Path, package: str, version: str, settings: dict[str, str]) -> dict[str, bytes]:
    """Publish the version out of a copy of the sources and return the content of every file by its path."""
    for name in ("schema", "datapackage"):
        shutil.copytree(ROOT / name, place / name)
    if package:
        found = Path(package)
        shutil.copytree(found if found.is_dir() else found.parent, place / "package")
    named = ["package"] if package else []
    command = [sys.executable, "-m", "resopen", "publish", *named, "--version", version, "--output", "dist"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **settings}
    subprocess.run(command, cwd=place, env=environment, check=True, stdout=subprocess.DEVNULL)
    files = (path for path in (place / "dist").rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def main() -> int:
    """Build twice and say what differs."""
    package = sys.argv[1] if len(sys.argv) > 1 else ""
    version = sys.argv[2] if len(sys.argv) > 2 else "0.1.0"
    with tempfile.TemporaryDirectory() as place:
        one, two = (
            build(Path(place) / name, package, version, settings)
            for name, settings in zip(("a", "another/deeper"), PLACES, strict=True)
        )
    differing = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
    for name in differing:
        print(f"differs: {name}")
    print(f"{len(one)} files, {len(differing)} differ")
    return int(bool(differing) or not one)


if __name__ == "__main__":
    sys.exit(main())
