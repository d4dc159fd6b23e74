"""The bytes and the hash that a descriptor declares, against those of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from resopen.errors import DefinitionError, Finding
from resopen.schema import Resource


def declared_findings(resource: Resource, files: Sequence[Path]) -> Iterator[Finding]:
    """Yield the findings of a file of another size or hash than declared; several files have neither.

    Raises DefinitionError when the algorithm of the hash is unknown.
    """
    paths = resource.paths or tuple(files)
    if len(paths) != 1 or not paths[0].is_file():
        return
    size = paths[0].stat().st_size
    if resource.bytes is not None and resource.bytes != size:
        yield Finding("bytes", resource.name, details=(("expected", str(resource.bytes)), ("found", str(size))))
    algorithm, _, expected = resource.hash.rpartition(":")
    found = _hash(paths[0], algorithm or "md5", resource.name) if expected else ""
    if found != expected.lower():
        yield Finding("hash", resource.name, details=(("expected", expected), ("found", found)))


def _hash(path: Path, algorithm: str, name: str) -> str:
    import hashlib  # Loads OpenSSL, which most packages do not need.

    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
    except (ValueError, TypeError) as error:  # An unknown algorithm, or one without a length of its own.
        known = {"file": name, "key": "hash", "found": algorithm, "expected": "sha256, md5"}
        raise DefinitionError("definition.unknown-value", known) from error
