"""The bytes and the hash that a descriptor declares, against those of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from resopen.errors import Finding
from resopen.schema import Resource


def declared_findings(resource: Resource, files: Sequence[Path]) -> Iterator[Finding]:
    """Yield the findings of a file of another size or hash than declared; several files have neither."""
    paths = resource.paths or tuple(files)
    if len(paths) != 1 or not paths[0].is_file():
        return
    size = paths[0].stat().st_size
    if resource.bytes is not None and resource.bytes != size:
        details = (("expected", str(resource.bytes)), ("found", str(size)), *_variant(paths[0]))
        yield Finding("bytes", resource.name, details=details)
    algorithm, _, expected = resource.hash.rpartition(":")
    found = _hash(paths[0], algorithm or "md5") if expected else ""
    if found != expected.lower():
        written = f"{algorithm}:{found}" if algorithm else found
        details = (("expected", resource.hash), ("found", written), *_variant(paths[0]))
        yield Finding("hash", resource.name, details=details)


def _variant(path: Path) -> tuple[tuple[str, str], ...]:
    """Return what says that a file is one of a curated package, whose descriptor is derived from its folder schema/."""
    folders = [folder for folder in path.resolve().parents if folder.name == "datapackage"]
    is_derived = any((folder.parent / "schema" / "package.toml").is_file() for folder in folders)
    return (("variant", "derived"),) if is_derived else ()


def _hash(path: Path, algorithm: str) -> str:
    import hashlib  # Loads OpenSSL, which most packages do not need.

    with path.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
