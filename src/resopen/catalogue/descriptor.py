"""What the catalogue formats ask of a descriptor: its texts, parties, licences, files and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from resopen.schema.forms import is_address
from resopen.schema.spots import wrong

DOI = re.compile(r"(?i:https?://(?:dx\.)?doi\.org/|doi:)?(10\.[0-9]{4,9}/\S+)")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ].*)?")
MOMENT_PARTS = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
CREATORS = ("creator", "author")
# What an address of RFC 3987 may not hold as it stands, or would take for its own marks.
NOT_IN_PATHS = re.compile(r'[\x00-\x20<>"{}|\\^`%#?]')
WHERE = "datapackage.json"
# Names of licences by Open Definition, and the same licences by SPDX, where both lists have them.
SPDX: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in ("CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "ODbL-1.0", "PDDL-1.0", "ODC-By-1.0")},
        "ODC-BY-1.0": "ODC-By-1.0",
        "ODC-PDDL-1.0": "PDDL-1.0",
    }
)


@dataclass(frozen=True, slots=True)
class Party:
    """A contributor: a person where given or family names are stated, else a group or an organisation.

    `number` is its place among the contributors, from 1.
    """

    number: int
    name: str
    given_name: str
    family_name: str
    organization: str
    address: str
    email: str
    roles: tuple[str, ...]

    @property
    def is_person(self) -> bool:
        """Say whether the contributor is a person."""
        return bool(self.given_name or self.family_name)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its SPDX identifier where known, its name, title and address."""

    spdx: str
    name: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package: where it is, what it is, the table that it holds and that table's schema.

    `bytes` is None and `sha256` empty where the descriptor does not say them.
    """

    name: str
    path: str
    format: str
    media_type: str
    bytes: int | None
    sha256: str
    table: str
    schema: Mapping[str, Any]
    node: Mapping[str, Any]


def texts(node: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return a text by language, that of the plain key first; languages without a text are left out.

    The plain key is English where the Russian text stands beside it; alone its language is not
    known and is empty.
    """
    plain, russian = str(node.get(key) or ""), str(node.get(f"{key}_ru") or "")
    found = {"en" if russian else "": plain, "ru": russian}
    return {language: text for language, text in found.items() if text}


def title(descriptor: Mapping[str, Any]) -> str:
    """Return the title for a place that takes one: the plain one, or the Russian where there is no other."""
    return next(iter(texts(descriptor, "title").values()), "")


def joined(node: Mapping[str, Any], key: str, between: str) -> str:
    """Return a text in all its languages, one after the other; once where they are the same."""
    return between.join(dict.fromkeys(texts(node, key).values()))


def tagged(node: Mapping[str, Any], key: str) -> list[str | dict[str, str]]:
    """Return a text as value objects of JSON-LD, one a language; as a plain text where that is not known."""
    return [
        {"@language": language, "@value": text} if language else text for language, text in texts(node, key).items()
    ]


def filled(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without its empty values: what the descriptor does not say is left out."""
    return {key: value for key, value in node.items() if value not in (None, "", [], {}, ())}


def languages(descriptor: Mapping[str, Any]) -> list[str]:
    """Return the languages in which the package has a title, where they are known."""
    return [language for language in texts(descriptor, "title") if language]


def doi(descriptor: Mapping[str, Any]) -> str:
    """Return the DOI that the `id` of the package is, without its prefix, or nothing."""
    match = DOI.fullmatch(str(descriptor.get("id") or ""))
    return match[1] if match else ""


def identity(descriptor: Mapping[str, Any]) -> str:
    """Return the address that names the package: its DOI, its `id` where that is one, or nothing."""
    number, text = doi(descriptor), str(descriptor.get("id") or "")
    return f"https://doi.org/{number}" if number else text if is_address(text) else ""


def released_on(descriptor: Mapping[str, Any]) -> str:
    """Return the day of `created`, without its time, or nothing; DefinitionError where it is no day."""
    text = str(descriptor.get("created") or "")
    match = DAY.fullmatch(text)
    if text and not match:
        raise wrong(WHERE, "created", "unknown-value", found=text, expected="2016-05-31T00:00:00Z")
    return match[1] if match else ""


def period(descriptor: Mapping[str, Any]) -> tuple[str, str]:
    """Return start and end of `temporal`, empty where it is not said.

    Raises DefinitionError when it is no object, or one of them is no year, month or day.
    """
    node = descriptor.get("temporal") or {}
    if not isinstance(node, Mapping):
        raise wrong(WHERE, "temporal", "wrong-kind", found=type(node).__name__)
    for key in ("start", "end"):
        if node.get(key) and not MOMENT_PARTS.fullmatch(str(node[key])):
            expected = "2016, 2016-05, 2016-05-31"
            raise wrong(WHERE, f"temporal.{key}", "unknown-value", found=str(node[key]), expected=expected)
    return str(node.get("start") or ""), str(node.get("end") or "")


def places(descriptor: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the places of `spatial`; DefinitionError when it is no list of objects."""
    node = descriptor.get("spatial") or []
    if not isinstance(node, list) or not all(isinstance(item, Mapping) for item in node):
        raise wrong(WHERE, "spatial", "wrong-kind", found=type(node).__name__)
    return list(node)


def themes(descriptor: Mapping[str, Any]) -> list[str]:
    """Return the addresses of `themes`; DefinitionError when it is no list of addresses."""
    node = descriptor.get("themes") or []
    if not isinstance(node, list):
        raise wrong(WHERE, "themes", "wrong-kind", found=type(node).__name__)
    for i, item in enumerate(node):
        if not is_address(str(item)):
            raise wrong(WHERE, f"themes[{i}]", "unknown-value", found=str(item), expected="https://…")
    return [str(item) for item in node]


def parties(descriptor: Mapping[str, Any]) -> list[Party]:
    """Return the contributors in order. The single `role` of version 1 counts as a list of one."""
    found = []
    for number, node in enumerate(descriptor.get("contributors") or [], 1):
        given, family = str(node.get("givenName") or ""), str(node.get("familyName") or "")
        name = str(node.get("title") or " ".join(filter(None, (given, family))))
        roles = node.get("roles") or [node.get("role") or "contributor"]
        organization, path, email = (str(node.get(key) or "") for key in ("organization", "path", "email"))
        found.append(Party(number, name, given, family, organization, path, email, tuple(map(str, roles))))
    return [party for party in found if party.name]


def in_role(descriptor: Mapping[str, Any], *roles: str) -> list[Party]:
    """Return the contributors that have one of the roles."""
    return [party for party in parties(descriptor) if set(roles) & set(party.roles)]


def licences(descriptor: Mapping[str, Any]) -> list[Licence]:
    """Return the licences; the address of one without `path` is its page at SPDX, where SPDX knows it."""
    found = []
    for node in descriptor.get("licenses") or []:
        name, path = str(node.get("name") or ""), str(node.get("path") or "")
        spdx = SPDX.get(name, "")
        address = path if is_address(path) else f"https://spdx.org/licenses/{spdx}" if spdx else ""
        found.append(Licence(spdx, name, str(node.get("title") or name), address))
    return found


def files(descriptor: Mapping[str, Any]) -> list[File]:
    """Return the files of the package, one a resource, in the order of the descriptor.

    A resource with `alternateOf` holds the table that it names. Resources of several files or of
    inline data are left out: they have no file that could be named, sized and hashed.
    """
    nodes = descriptor.get("resources") or []
    schemas = {str(node.get("name")): node["schema"] for node in nodes if isinstance(node.get("schema"), Mapping)}
    return [_file(node, schemas) for node in nodes if isinstance(node.get("path"), str) and node["path"]]


def _file(node: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]) -> File:
    name, path, hashed = str(node.get("name")), str(node["path"]), str(node.get("hash") or "")
    table = str(node.get("alternateOf") or name)
    size = node.get("bytes")
    return File(
        name=name,
        path=path if is_address(path) else address_of(path),
        format=str(node.get("format") or "").lower(),
        media_type=str(node.get("mediatype") or ""),
        bytes=size if isinstance(size, int) else None,
        sha256=hashed.removeprefix("sha256:").lower() if hashed.startswith("sha256:") else "",
        table=table,
        schema=schemas.get(table, {}),
        node=node,
    )


def address_of(path: str) -> str:
    """Return a path or a name as an address (RFC 3987): letters of any script stay as they are."""
    return NOT_IN_PATHS.sub(lambda match: f"%{ord(match[0]):02X}", path)


def tables(descriptor: Mapping[str, Any]) -> list[File]:
    """Return the CSV files that have a schema of their own, one a table."""
    return [file for file in files(descriptor) if file.format == "csv" and file.schema and file.name == file.table]


def fields(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of a Table Schema."""
    yield from schema.get("fields") or []


def names(value: Any) -> list[str]:
    """Return a name or a list of names as a list, as the keys of a Table Schema may write them."""
    return [value] if isinstance(value, str) else [str(item) for item in value or []]


def values(items: Any) -> list[str]:
    """Return a list of values, or of objects with a value and its label, as the list of their values."""
    return [str(item.get("value") if isinstance(item, Mapping) else item) for item in items or []]
