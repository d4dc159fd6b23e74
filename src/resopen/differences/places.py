"""The two versions found where a person points: a folder, a zip, a descriptor, a git revision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resopen.differences.revisions import commit_of, unpack_revision
from resopen.errors import SetupError
from resopen.schema import Package, load_package, read_schema_folder
from resopen.schema.files import read_json
from resopen.tables.source import holds_descriptor, unpack_package

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Version:
    """A version to compare: its package, the folder of its files, and what people call the place."""

    package: Package
    folder: Path
    place: str


def open_version(place: str, scratch: Path) -> Version:
    """Return the version at a place.

    Args: a folder with a datapackage.json, such a file, a zip that holds one, a folder with
    schema/package.toml (the curated package as it is now), or a git revision of the repository in
    which we stand, `REVISION` or `REVISION:FOLDER`; a folder for what is unpacked. What is there
    on the disk goes before a revision of the same name.
    Raises SetupError when there is no package there or git cannot read it, DefinitionError when a
    definition is wrong.
    """
    path = Path(place)
    if not path.exists():
        if not commit_of(place, Path.cwd()):
            raise SetupError("difference.no-such-place", {"place": place})
        return _described(unpack_revision(place, Path.cwd(), scratch), place)
    if path.is_dir():
        if not (path / DESCRIPTOR).is_file() and (path / "schema" / "package.toml").is_file():
            folder = read_schema_folder(path / "schema")
            return Version(folder.package(), folder.data_folder, place)
        return _described(path, place)
    if path.suffix.lower() == ".zip" and holds_descriptor(path):
        return _described(unpack_package(path, scratch), place)
    if path.suffix.lower() == ".json":
        return Version(load_package(read_json(path), path.parent, place), path.parent, place)
    raise SetupError("difference.no-package", {"place": place})


def _described(folder: Path, place: str) -> Version:
    """Return the version in a folder; its files are called as seen from the place that people named."""
    file = folder / DESCRIPTOR
    if not file.is_file():
        raise SetupError("setup.no-descriptor", {"folder": place})
    return Version(load_package(read_json(file), folder, f"{place}/{DESCRIPTOR}", called=place), folder, place)
