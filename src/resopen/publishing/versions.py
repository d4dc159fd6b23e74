"""The versions of a package: which there are, what the next one is called, what its changelog says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from resopen.errors import PublishRefused
from resopen.schema.version import VERSION, Version, read_version
from resopen.tables.files import read_bytes

HEADING = re.compile(r"^## \[?([0-9]+\.[0-9]+\.[0-9]+)\]?(?: - ([0-9]{4}-[0-9]{2}-[0-9]{2}))?\s*$", re.MULTILINE)
WITHDRAWN = ".withdrawn"


def parse_version(text: str) -> Version:
    """Return a version of three numbers; PublishRefused when the text is none."""
    version = read_version(text)
    if version is None:
        raise PublishRefused("publish.wrong-version", {"version": text})
    return version


def published_versions(output: Path, name: str) -> list[Version]:
    """Return the versions of a package that lie in a folder, also withdrawn ones, the oldest first."""
    pattern = re.compile(rf"{re.escape(name)}-({VERSION.pattern})(?:\.zip)?")
    found = [pattern.fullmatch(path.name) for path in output.iterdir()] if output.is_dir() else []
    return sorted({parse_version(match[1]) for match in found if match})


def withdrawn_file(output: Path, name: str, version: Version) -> Path:
    """Return the file whose existence marks a version as withdrawn, and whose text says why."""
    return output / f"{name}-{version}{WITHDRAWN}"


def entry_date(changelog: Path, version: Version) -> date:
    """Return the date of a version's section in a changelog: `## 1.2.0 - 2026-11-21`.

    Raises PublishRefused when there is no such file or section, or it has no date, or no day of the calendar.
    """
    for found in HEADING.finditer(_text(changelog)):
        if found[1] == str(version) and found[2]:
            try:
                return date.fromisoformat(found[2])
            except ValueError:
                details = {"file": str(changelog), "version": str(version), "day": found[2]}
                raise PublishRefused("publish.no-such-day", details) from None
    raise PublishRefused("publish.not-in-changelog", {"file": str(changelog), "version": str(version)})


def dated_versions(changelog: Path) -> list[Version]:
    """Return the versions that have a dated section in a changelog, in its order."""
    found = (read_version(found[1]) for found in HEADING.finditer(_text(changelog)) if found[2])
    return [version for version in found if version]


def _text(changelog: Path) -> str:
    return read_bytes(changelog).decode("utf-8") if changelog.is_file() else ""


def add_entry(changelog: Path, entry: str) -> str:
    """Return the text of a changelog with an entry put before the newest one."""
    text = _text(changelog) or "# Changelog\n"
    first = HEADING.search(text)
    place = first.start() if first else len(text)
    return f"{text[:place].rstrip()}\n\n{entry.rstrip()}\n\n{text[place:]}".rstrip() + "\n"
