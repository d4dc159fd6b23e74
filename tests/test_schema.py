"""Definitions: what is wrong is refused by file and key; what is here is right."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import frictionless
import pytest

from resopen.errors import DefinitionError, SetupError
from resopen.schema import find_schema_folder, load_package, read_schema_folder
from tests.packages import ROOT, curated, judge, table_package

TABLES = sorted((ROOT / "schema" / "tables").glob("*.json"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_frictionless_accepts_every_table_schema(path: Path) -> None:
    assert frictionless.Schema.validate_descriptor(json.loads(path.read_text("utf-8"))).valid


def test_fields_of_the_same_name_mean_the_same() -> None:
    seen: dict[str, Any] = {}
    for resource in curated().package().resources:
        for field in resource.table.fields:
            if field.name in ("oktmo", "kind", "role", "status", "direction", "year"):
                continue
            own = (field.type, field.unit, field.decimal_places)
            assert seen.setdefault(field.name, own) == own, f"{resource.name}.{field.name}"


def test_every_example_is_a_valid_cell(tmp_path: Path) -> None:
    for resource in curated().package().resources:
        fields = [{**node} for node in curated().descriptor["resources"] if node["name"] == resource.name]
        schema = {"fields": fields[0]["schema"]["fields"]}
        header = ",".join(field.name for field in resource.table.fields)
        row = ",".join('"' + field.example.replace('"', '""') + '"' for field in resource.table.fields)
        report = judge(table_package(tmp_path / resource.name, schema, f"{header}\n{row}\n"))
        assert list(report.issues) == []


def test_every_required_key_field_is_required() -> None:
    for resource in curated().package().resources:
        for name in resource.table.primary_key:
            assert resource.table.field(name).constraints.get("required"), f"{resource.name}.{name}"


def test_every_codelist_is_used_by_a_foreign_key() -> None:
    folder = curated()
    used = {key.resource for resource in folder.package().resources for key in resource.table.foreign_keys}
    assert set(folder.codelists) <= used


def change(folder: Path, file: str, old: str, new: str) -> Path:
    shutil.copytree(ROOT / "schema", folder / "schema")
    path = folder / "schema" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return folder / "schema"


@pytest.mark.parametrize(
    ("file", "old", "new", "fault", "key"),
    [
        ("tables/events.json", '"fields"', '"fields', "definition.not-json", ""),
        ("tables/events.json", '"type": "date"', '"type": "data"', "definition.unknown-type", "fields[4].type"),
        ("tables/events.json", '"foreignKeys": [', '"foreignKeys": 1, "x": [', "definition.wrong-kind", "foreignKeys"),
        ("tables/events.json", "[a-z0-9]+", "[a-z0-9", "definition.pattern-does-not-compile", "pattern"),
        ("tables/events.json", '"minimum": 0', '"minimum": "abc"', "definition.constant-not-of-type", "minimum"),
        ("tables/events.json", '"minimum": 0', '"minimal": 0', "definition.unknown-constraint", "minimal"),
        ("tables/events.json", '"resource": "regions"', '"resource": "region"', "definition.no-such-table", "$.fore"),
        ("tables/events.json", '"title_ru": "Мероприятие",', "", "definition.missing-key", "title_ru"),
        ("package.toml", "name =", "name", "definition.not-toml", ""),
        ("package.toml", '"events",', "", "definition.file-not-listed", "tables"),
        ("rules.toml", 'severity = "error"', 'severity = "fatal"', "definition.unknown-value", "severity"),
        ("rules.toml", 'table = "events"', 'table = "event"', "definition.no-such-table", "table"),
        ("rules.toml", '"date_end", "date_start"', '"date_ende", "date_start"', "definition.no-such-field", "fields"),
        ("rules.toml", 'message_ru = "Конец', 'message_rus = "Конец', "definition.missing-key", "message_ru"),
    ],
)  # fmt: skip
def test_wrong_definition_is_refused_by_file_and_key(
    file: str, old: str, new: str, fault: str, key: str, tmp_path: Path
) -> None:
    folder = change(tmp_path, file, old, new)
    with pytest.raises(DefinitionError) as caught:
        read_schema_folder(folder).package()
    assert caught.value.key == fault
    assert Path(file).name.split(".")[0] in caught.value.details["file"] + caught.value.details["key"] or (
        str(folder) in caught.value.details["file"]
    )
    assert key in caught.value.details["key"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.csv", "a/../../x.csv", "C:\\x.csv"])
def test_path_out_of_the_package_is_refused(path: str, tmp_path: Path) -> None:
    node = {"resources": [{"name": "a", "path": path, "format": "csv"}]}
    with pytest.raises(DefinitionError) as caught:
        load_package(node, tmp_path, "descriptor")
    assert caught.value.key in ("definition.unsafe-path", "definition.profile-path")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_symbolic_link_out_of_the_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "package" / "a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(DefinitionError):
        load_package({"resources": [{"name": "a", "path": "a.csv"}]}, tmp_path / "package", "descriptor")


def test_folder_without_a_schema_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        find_schema_folder(tmp_path)


def test_key_into_a_table_without_fields_is_refused_by_its_place(tmp_path: Path) -> None:
    key = {"fields": ["b"], "reference": {"resource": "p", "fields": ["a"]}}
    schema = {"fields": [{"name": "b", "type": "string"}], "foreignKeys": [key]}
    nodes = [{"name": "p", "path": "p.csv"}, {"name": "c", "path": "c.csv", "schema": schema}]
    with pytest.raises(DefinitionError) as caught:
        load_package({"name": "x", "resources": nodes}, tmp_path, "datapackage.json")
    assert caught.value.key == "definition.no-such-field"
    assert caught.value.details["key"] == "$.resources[1].schema.foreignKeys[0].reference.fields"
