"""The folder schema/ read into the descriptor of the curated package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resopen.errors import SetupError
from resopen.schema.fields import OPTIONS, load_table, names, take
from resopen.schema.files import read_json, read_toml
from resopen.schema.package import load_package
from resopen.schema.records import Package
from resopen.schema.spots import step, wrong, wrong_kind

PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
PACKAGE_KEYS = (
    "name", "id", "title", "title_ru", "description", "description_ru", "homepage",
    "keywords", "licenses", "contributors", "sources",
)  # fmt: skip
NEEDED_PACKAGE_KEYS = ("name", "title", "title_ru", "description", "description_ru", "licenses", "tables")
TABLE_KEYS = (
    "$schema", "name", "title", "title_ru", "description", "description_ru", "fields", "fieldsMatch",
    "missingValues", "primaryKey", "uniqueKeys", "foreignKeys",
)  # fmt: skip
FIELD_KEYS = (
    "name", "type", "format", "title", "title_ru", "description", "description_ru", "example", "unit",
    "constraints", "categories", "categoriesOrdered", "missingValues", "rdfType", "stdnum", "decimalPlaces",
    "personalData", "internal", *OPTIONS,
)  # fmt: skip
NEEDED_TEXTS = ("title", "title_ru", "description", "description_ru")


@dataclass(frozen=True)
class SchemaFolder:
    """The folder schema/ and what is derived from it.

    `descriptor` is the whole Data Package descriptor but for what the data files add to it
    (bytes, hash, counts). `codelists` are the names of the codelists, in their order.
    """

    path: Path
    descriptor: Mapping[str, Any]
    codelists: tuple[str, ...]

    @property
    def data_folder(self) -> Path:
        """The folder of the curated package, beside schema/."""
        return self.path.parent / "datapackage"

    def codelist_file(self, name: str) -> Path:
        """Return the file that an expert edits for a codelist."""
        return self.path / "codelists" / f"{name}.csv"

    def package(self) -> Package:
        """Return the curated package, with the codelists read from where they are edited."""
        places = {name: self.codelist_file(name) for name in self.codelists}
        return load_package(self.descriptor, self.data_folder, str(self.path), places, homes=self._homes())

    def _homes(self) -> dict[str, str]:
        """Return the files in which the parts of the descriptor are edited, by their JSON paths in it."""
        file = self.path / "codelist.json"
        homes = {
            f"$.resources[{i}].schema": str(file if name in self.codelists else self.path / "tables" / f"{name}.json")
            for i, name in enumerate(node["name"] for node in self.descriptor["resources"])
        }
        return {**homes, "$.rules": str(self.path / "rules.toml")}


def find_schema_folder(start: Path) -> Path:
    """Return the nearest folder schema/ that holds package.toml, from `start` upwards.

    Raises SetupError when there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "schema" / "package.toml").is_file():
            return folder / "schema"
    raise SetupError("setup.no-schema-folder", {"folder": str(start.resolve())})


def read_schema_folder(path: Path) -> SchemaFolder:
    """Read package.toml, tables/*.json, codelists/*.csv, codelist.json and rules.toml.

    Raises DefinitionError, with the file and the key, when one of them is wrong, and SetupError
    when one cannot be read.
    """
    file = path / "package.toml"
    package = read_toml(file)
    for key in NEEDED_PACKAGE_KEYS:
        if not package.get(key):
            raise wrong(str(file), key, "missing-key")
    tables = names(package["tables"], str(file), "tables")
    codelists = take(package, "codelists", dict, str(file), "", {})
    _same_files(path / "tables", ".json", tables, file, "tables")
    _same_files(path / "codelists", ".csv", tuple(codelists), file, "codelists")
    resources = [_table_resource(path, name) for name in tables]
    resources += [_codelist_resource(path, name, node) for name, node in codelists.items()]
    descriptor = {
        "$schema": PACKAGE_PROFILE,
        **{key: package[key] for key in PACKAGE_KEYS if key in package},
        "resources": resources,
        "rules": read_toml(path / "rules.toml").get("rules", []),
    }
    return SchemaFolder(path, descriptor, tuple(codelists))


def _table_resource(path: Path, name: str) -> dict[str, Any]:
    file = path / "tables" / f"{name}.json"
    node = read_json(file)
    load_table(node, name, str(file))
    _refuse_unknown_keys(node, str(file))
    _bilingual_everywhere(node, str(file))
    return _resource(name, f"data/{name}.csv", node)


def _codelist_resource(path: Path, name: str, titles: Any) -> dict[str, Any]:
    """Return the resource of a codelist: the one schema of all codelists with its own titles."""
    if not isinstance(titles, Mapping):
        raise wrong_kind(str(path / "package.toml"), f"codelists.{name}", titles, dict)
    for key in NEEDED_TEXTS:
        if not titles.get(key):
            raise wrong(str(path / "package.toml"), f"codelists.{name}.{key}", "missing-key")
    file = path / "codelist.json"
    node = {**read_json(file), "name": name, **{key: titles[key] for key in NEEDED_TEXTS}}
    load_table(node, name, str(file))
    return _resource(name, f"data/codelists/{name}.csv", node)


def _resource(name: str, path: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "table",
        **{key: schema[key] for key in NEEDED_TEXTS},
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _refuse_unknown_keys(node: Mapping[str, Any], where: str) -> None:
    """Refuse a key of our own tables that means nothing: a typing error would go unseen."""
    from difflib import get_close_matches

    levels: list[tuple[Mapping[str, Any], tuple[str, ...], str]] = [(node, TABLE_KEYS, "$")]
    levels += [(field, FIELD_KEYS, f"$.fields[{i}]") for i, field in enumerate(node["fields"])]
    for level, known, key in levels:
        for name in level:
            if name not in known:
                alike = get_close_matches(name.lower(), [item.lower() for item in known], 1, 0.0)
                nearest = next(item for item in known if item.lower() == alike[0])
                raise wrong(where, f"{key}{step(name)}", "unknown-key", nearest=nearest)


def _bilingual_everywhere(node: Mapping[str, Any], where: str) -> None:
    """Refuse a table of the folder whose texts do not stand in both languages."""
    for key in NEEDED_TEXTS:
        if not node.get(key):
            raise wrong(where, f"$.{key}", "missing-key")
    for i, field in enumerate(node["fields"]):
        for key in (*NEEDED_TEXTS, "example"):
            if not field.get(key):
                raise wrong(where, f"$.fields[{i}].{key}", "missing-key")


def _same_files(folder: Path, ending: str, listed: tuple[str, ...], file: Path, key: str) -> None:
    """Refuse a file that package.toml does not list, and a listed name without a file."""
    found = {item.name.removesuffix(ending) for item in folder.glob(f"*{ending}")}
    for name in sorted(found - set(listed)):
        raise wrong(str(file), key, "file-not-listed", name=name, path=str(folder / f"{name}{ending}"))
    for name in sorted(set(listed) - found):
        raise wrong(str(file), key, "listed-without-file", name=name, path=str(folder / f"{name}{ending}"))
