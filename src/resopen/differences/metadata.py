"""What changed beside the tables: the descriptor, its rules, other files, the methodologies of rankings."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from resopen.differences.places import Version
from resopen.differences.records import FileChange, MetadataChange, MethodologyChange, Step
from resopen.schema import Package, Resource
from resopen.schema.files import read_toml

# What the tables are is compared by itself; a version and its day are new by their nature.
APART = ("resources", "rules", "profile")
WITHOUT_STEP = ("version", "created", "$schema")
TEXTS = ("title", "title_ru", "description", "description_ru", "source", "source_ru", "message", "message_ru",
         "remedy", "remedy_ru")  # fmt: skip
METHODS = "methodology"


def metadata_changes(old: Package, new: Package, apart: Collection[str] = ()) -> Iterator[MetadataChange]:
    """Yield the keys of the descriptor, and then its rules, that were added, removed or changed.

    Args: the packages, and keys that need not stand on both sides.
    """
    for key in dict.fromkeys([*old.descriptor, *new.descriptor]):
        before, after = old.descriptor.get(key), new.descriptor.get(key)
        is_one_sided = before is None or after is None
        if key not in APART and not (key in apart and is_one_sided) and before != after:
            yield MetadataChange(key, _json(before), _json(after), _metadata_step(key, before, after, old, new))
    rules = [{str(rule["id"]): rule for rule in item.descriptor.get("rules", [])} for item in (old, new)]
    for name in dict.fromkeys([*rules[0], *rules[1]]):
        before, after = rules[0].get(name), rules[1].get(name)
        if before != after:
            step: Step = "patch" if before and after and _meaning(before) == _meaning(after) else "minor"
            yield MetadataChange(f"rules.{name}", _json(before), _json(after), step)


def _metadata_step(key: str, before: Any, after: Any, old: Package, new: Package) -> Step:
    if key in WITHOUT_STEP:
        return "none"
    if key == "name":
        return "major"
    if key == "id":
        # An identifier that names its version is new with each.
        is_same = old.version and str(before).replace(old.version, new.version) == str(after)
        return "none" if is_same else "major"
    if key == "licenses":
        # Whoever relied on a licence that is gone may no longer do what they did.
        return "minor" if before and all(item in (after or []) for item in before) else "major"
    return "patch"


def _meaning(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in TEXTS}


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def file_changes(old: Package, new: Package) -> Iterator[FileChange]:
    """Yield the resources that are no tables and whose bytes are not the same; methodologies are compared by key."""
    before, after = _files(old), _files(new)
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield FileChange(name, "removed", "major")
        elif name not in before:
            yield FileChange(name, "added", "minor")
        elif not same_bytes(before[name], after[name]):
            yield FileChange(name, "changed", "patch")


def _files(package: Package) -> dict[str, Resource]:
    return {
        item.name: item for item in package.resources
        if item.format == "file" and not any(path.parent.name == METHODS for path in item.paths)
    }  # fmt: skip


def same_bytes(old: Resource, new: Resource) -> bool:
    """Say whether the files of two resources hold the same bytes; what is not there is not the same."""
    if old.data is not None or new.data is not None or len(old.paths) != len(new.paths) or not old.paths:
        return old.data is not None and old.data == new.data
    return all(_same_file(*pair) for pair in zip(old.paths, new.paths, strict=True))


def _same_file(old: Path, new: Path) -> bool:
    if not (old.is_file() and new.is_file()) or old.stat().st_size != new.stat().st_size:
        return False
    with old.open("rb") as one, new.open("rb") as other:
        while piece := one.read(1 << 20):
            if piece != other.read(1 << 20):
                return False
    return True


def methodology_changes(old: Version, new: Version, is_apart: bool = False) -> Iterator[MethodologyChange]:
    """Yield the keys of methodologies that changed, and whole methodologies that came or went.

    A changed key that is no text for readers makes places mean something else, and so demands a
    major step. Items of a list that have an id are told apart by it. With `is_apart` only those
    that both sides have are compared.
    """
    before, after = _methods(old.folder), _methods(new.folder)
    for file in sorted(before.keys() & after.keys() if is_apart else {*before, *after}):
        if file not in after:
            yield MethodologyChange(file, "", _json(before[file].get("id", file)), "", "major")
        elif file not in before:
            yield MethodologyChange(file, "", "", _json(after[file].get("id", file)), "minor")
        else:
            flat = dict(_flat(before[file])), dict(_flat(after[file]))
            for key in dict.fromkeys([*flat[0], *flat[1]]):
                one, other = flat[0].get(key, ""), flat[1].get(key, "")
                if one != other:
                    step: Step = "patch" if key.rpartition(".")[2] in TEXTS else "major"
                    yield MethodologyChange(file, key, one, other, step)


def _methods(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the methodologies of a version: of a release beside its descriptor, of the curated package in schema/."""
    places = (folder / METHODS, folder.parent / "schema" / METHODS)
    place = next((place for place in places if place.is_dir()), None)
    return {file.name: read_toml(file) for file in sorted(place.glob("*.toml"))} if place else {}


def _flat(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the keys of a methodology down to its single values, these as JSON."""
    if isinstance(node, dict) and node:
        for name, value in node.items():
            yield from _flat(value, f"{key}.{name}".lstrip("."))
    elif isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        names = [item.get("id") for item in node]
        is_named = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
        for i, item in enumerate(node):
            yield from _flat(item, f"{key}[{names[i] if is_named else i}]")
    else:
        yield key, _json(node)
