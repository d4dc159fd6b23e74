"""Where a version comes from, in the terms of W3C PROV, without anything that two equal builds differ in."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

TOOLS = ("resopen", "duckdb", "numpy", "pyarrow")
CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "sha256": "http://id.loc.gov/vocabulary/cryptographicHashFunctions#sha256",
}


def provenance(head: Mapping[str, Any], inputs: Iterable[tuple[str, str]], commit: str) -> dict[str, Any]:
    """Return the PROV document of a version as JSON-LD.

    Args: the head of its descriptor (name, version, created), the names of the files that it was
    made of with their SHA-256, and the commit or an empty text.
    """
    used = [{"@id": f"input:{name}", "@type": "prov:Entity", "sha256": digest} for name, digest in sorted(inputs)]
    tools = [{"@id": f"tool:{name}", "@type": "prov:SoftwareAgent", "version": version_of(name)} for name in TOOLS]
    release = f"{head['name']}-{head['version']}"
    activity: dict[str, Any] = {
        "@id": "activity:publish",
        "@type": "prov:Activity",
        "command": f"resopen publish --version {head['version']}",
        "prov:used": [{"@id": item["@id"]} for item in used],
        "prov:wasAssociatedWith": [{"@id": item["@id"]} for item in tools],
    }
    if commit:
        activity["commit"] = commit
    entity = {
        "@id": f"release:{release}", "@type": "prov:Entity", "prov:generatedAtTime": head["created"],
        "prov:wasGeneratedBy": {"@id": activity["@id"]},
    }  # fmt: skip
    return {"@context": CONTEXT, "@graph": [entity, activity, *tools, *used]}


def commit_of(folder: Path, files: Iterable[Path]) -> str:
    """Return the commit of the repository that a folder is in; empty without one, or where a file differs from it.

    What was built from files that no commit holds must not claim one.
    """
    changed = _git(folder, "status", "--porcelain", "--", *(str(file) for file in files))
    commit = _git(folder, "rev-parse", "HEAD")
    return commit.strip() if commit is not None and changed == "" else ""


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=60  # noqa: S607
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
