"""The profile: what a descriptor breaks, against the official profiles and the prose of the standard."""

from __future__ import annotations

import ast
import copy
import json
import re
import time
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

import resopen
from resopen.messages import LANGUAGES, load_messages
from resopen.schema.forms import FORMATS, FORMS
from resopen.schema.keywords import KEYWORDS, KINDS, judge
from resopen.schema.profile import DEVIATIONS, Version, json_path, load_profile, profile_faults, profile_version
from tests.descriptors import first, second

HERE = Path(__file__).parent
CURATED = HERE.parent / "datapackage" / "datapackage.json"
VERSIONS: tuple[Version, ...] = ("1.0", "2.0")
FORMAT_KEYS = {f"profile-{name}" for name in FORMATS}
NOT_JUDGING = {
    "title", "description", "examples", "examples:", "context", "propertyOrder", "default", "options", "notes",
    "item", "$schema",
}  # fmt: skip


def official(version: Version) -> dict[str, Any]:
    """Return the profile as datapackage.org publishes it."""
    profile: dict[str, Any] = json.loads((HERE / "profiles" / f"datapackage-{version}.json").read_text("utf-8"))
    return profile


def vendored(version: Version) -> dict[str, Any]:
    file = resources.files("resopen").joinpath("schema", "profiles", f"datapackage-{version}.json")
    profile: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return profile


def curated(count: int | None = None) -> dict[str, Any]:
    descriptor: dict[str, Any] = json.loads(CURATED.read_text("utf-8"))
    return {**descriptor, "resources": descriptor["resources"][:count]}


def faults(descriptor: object, version: Version = "2.0") -> list[tuple[str, str]]:
    return [(fault.path, fault.key) for fault in profile_faults(descriptor, version)]


def package(**changes: Any) -> dict[str, Any]:
    return {"name": "p", "resources": [{"name": "r", "path": "r.csv"}], **changes}


def with_table(**changes: Any) -> dict[str, Any]:
    return package(resources=[{"name": "r", "path": "r.csv", **changes}])


def with_schema(*fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return with_table(schema={"fields": [*fields], **changes})


def subschemas(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("oneOf", [])]
    parts += [*schema.get("byType", {}).values(), *([schema["items"]] if "items" in schema else [])]
    for part in parts:
        yield from subschemas(part)


# The vendored profiles are the official ones, and the interpreter knows all that is in them.


def reduced(schema: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for keyword, argument in schema.items():
        if keyword in NOT_JUDGING or (keyword, argument) == ("format", "textarea"):
            continue
        if keyword == "properties":
            out[keyword] = {name: reduced(part) for name, part in argument.items()}
        elif keyword == "items":
            out[keyword] = reduced(argument)
        elif keyword in ("anyOf", "oneOf"):
            out[keyword] = [reduced(part) for part in argument]
        else:
            out[keyword] = argument
    return out


@pytest.mark.parametrize("version", VERSIONS)
def test_the_vendored_profile_is_the_official_one_without_what_does_not_judge(version: Version) -> None:
    assert vendored(version) == reduced(official(version))
    text = resources.files("resopen").joinpath("schema", "profiles", f"datapackage-{version}.json").read_text("utf-8")
    assert text == json.dumps(vendored(version), ensure_ascii=False, separators=(",", ":")) + "\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_keyword_of_a_profile_is_known(version: Version) -> None:
    for profile in (vendored(version), load_profile(version)):
        for schema in subschemas(profile):
            assert set(schema) <= set(KEYWORDS)
            assert schema.get("pattern", next(iter(FORMS))) in FORMS
            assert schema.get("format", "uri") in FORMATS
            kinds = schema.get("type", "object")
            assert set([kinds] if isinstance(kinds, str) else kinds) <= set(KINDS)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_type_of_a_field_tells_the_branches_of_the_official_profile_apart(version: Version) -> None:
    schema = vendored(version)["properties"]["resources"]["items"]["properties"]["schema"]
    branches = schema["properties"]["fields"]["items"]["oneOf"]
    assert all(len(branch["properties"]["type"]["enum"]) == 1 for branch in branches)
    assert len({branch["properties"]["type"]["enum"][0] for branch in branches}) == len(branches)
    assert [i for i, branch in enumerate(branches) if "type" not in branch["required"]] == [0]


def test_an_unknown_keyword_is_no_silent_yes() -> None:
    with pytest.raises(KeyError):
        judge("a", {"maxLength": 0})


# The verdict is that of the official profile and of the prose of the standard.


def prose(version: Version) -> Draft7Validator:
    """Return the official profile with the places mended where the prose says other; written apart from the code."""
    profile = official(version)
    top = profile["properties"]
    resource = top["resources"]["items"]["properties"]
    schema = resource["schema"]["properties"]
    path = resource["path"]["oneOf"][0]["pattern"]
    by_type = {branch["properties"]["type"]["enum"][0]: branch for branch in schema["fields"]["items"]["oneOf"]}
    by_type["boolean"]["properties"]["constraints"]["properties"]["enum"]["items"] = {"type": ["boolean", "string"]}
    schema["foreignKeys"]["items"]["oneOf"][0]["properties"]["fields"] = {
        "type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"},
    }  # fmt: skip
    top["contributors"]["items"]["type"] = "object"
    top["image"]["pattern"] = resource["schema"]["pattern"] = resource["dialect"]["pattern"] = path
    resource["dialect"]["type"] = ["object", "string"]
    resource["dialect"].pop("required", None)
    for name in ("quoteChar", "escapeChar"):
        resource["dialect"]["properties"][name].update(minLength=1, maxLength=1)
    resource["data"]["type"] = ["array", "object", "string"]
    if version == "2.0":
        names = ["exact", "equal", "subset", "superset", "partial"]
        schema["fieldsMatch"] = {"oneOf": [{"enum": names}, {"type": "array", "minItems": 1, "items": {"enum": names}}]}
        by_type["string"]["required"] = ["name", "type"]
        by_type["any"]["required"] = ["name"]
        items = ["string", "integer", "boolean", "number", "datetime", "date", "time"]
        own = copy.deepcopy(by_type["array"])
        own["properties"].update(type={"enum": ["list"]}, itemType={"enum": items}, delimiter={"type": "string"})
        del own["properties"]["constraints"]["properties"]["jsonSchema"]
        schema["fields"]["items"]["oneOf"].append(own)
    return Draft7Validator(profile)


VALIDATORS = {version: prose(version) for version in VERSIONS}


def again(values: list[Any]) -> bool:
    pairs = [(one, other) for i, one in enumerate(values) for other in values[:i]]
    return any(one == other and isinstance(one, bool) == isinstance(other, bool) for one, other in pairs)


def prose_alone_refuses(descriptor: dict[str, Any], version: Version) -> bool:
    """Say whether a descriptor that fits the profile breaks a rule that no profile can say."""
    parts = descriptor["resources"]
    if again([part["name"] for part in parts]):
        return True
    for part in parts:
        if isinstance(part.get("path"), list) and len({"://" in path for path in part["path"]}) > 1:
            return True
        if isinstance(part.get("data"), str) and not {"format", "mediatype"} & set(part):
            return True
        schema = part.get("schema")
        if isinstance(schema, dict) and schema_refused(schema, version):
            return True
    return False


def schema_refused(schema: dict[str, Any], version: Version) -> bool:
    for key in schema.get("foreignKeys", []):
        if isinstance(key["fields"], list) and len(key["fields"]) != len(key["reference"]["fields"]):
            return True
    bounds = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    if any("type" not in field and bounds & set(field.get("constraints", {})) for field in schema["fields"]):
        return True
    if version == "1.0":
        return False
    lists = [schema.get("missingValues", [])]
    lists += [field[key] for field in schema["fields"] for key in ("missingValues", "categories") if key in field]
    lists = [values for values in lists if isinstance(values, list)]
    for values in lists:
        if again([value["value"] if isinstance(value, dict) else value for value in values if value != {}]):
            return True
        if again([value["label"] for value in values if isinstance(value, dict) and "label" in value]):
            return True
    for field in schema["fields"]:
        enum, categories = field.get("constraints", {}).get("enum"), field.get("categories")
        if isinstance(enum, list) and isinstance(categories, list):
            known = [str(item["value"] if isinstance(item, dict) else item) for item in categories]
            if not {str(value) for value in enum} <= set(known):
                return True
    return False


def accepted(descriptor: Any, version: Version) -> bool:
    return VALIDATORS[version].is_valid(descriptor) and not prose_alone_refuses(descriptor, version)


def nodes(value: Any, spot: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in steps:
        yield (*spot, step)
        yield from nodes(item, (*spot, step))


def put(descriptor: Any, spot: tuple[str | int, ...], action: str, value: Any) -> None:
    for step in spot[:-1]:
        descriptor = descriptor[step]
    last: Any = spot[-1]
    item = descriptor[last]
    if action == "delete":
        del descriptor[last]
    elif action == "empty" and isinstance(item, list | dict | str):
        descriptor[last] = type(item)()
    elif action == "repeat" and isinstance(descriptor, list):
        descriptor.append(copy.deepcopy(item))
    elif action == "add" and isinstance(item, list):
        item.append(copy.deepcopy(value))
    else:
        descriptor[last] = copy.deepcopy(value)


VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2.0, 1.5, "", "a", "xy", "Ж", "../x", "/x", "a/../b", "file:x", "data/x.csv",
    "http://example.org/x", "table", "list", "integer", "string", "any", "subset", "2.0", "text/csv", "md5:zz",
    [], ["a"], ["a", "a"], ["a", "b"], [1], [1, 1.0], [True, 1], [[]], [["a"]], [{}], ["a", {"value": "b"}], {},
    {"a": 1}, {"value": "a"}, [{"value": "a"}, {"value": "a"}], [{"value": 1}], [{"value": "a", "label": 1}],
    {"fields": ["a"], "reference": {"fields": ["a", "b"], "resource": "x"}}, {"fields": [{"name": "a"}]},
    {"fields": "a", "reference": {"fields": ["a"]}}, {"name": "a", "type": "list"}, {"enum": [1, "a"]},
    {"minimum": 1}, {"name": "z", "data": 1}, ["http://example.org/x", "x"],
)  # fmt: skip
SOURCES: list[tuple[Version, dict[str, Any]]] = [("1.0", first()), ("2.0", second()), ("2.0", curated(3))]
PLACES = [tuple(nodes(descriptor)) for _, descriptor in SOURCES]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_verdict_is_that_of_the_official_profile_and_the_prose(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(SOURCES) - 1))
    version, descriptor = SOURCES[number][0], copy.deepcopy(SOURCES[number][1])
    for _ in range(data.draw(st.integers(1, 2))):
        spot = data.draw(st.sampled_from(PLACES[number]))
        try:
            put(descriptor, spot, data.draw(st.sampled_from(("put", "delete", "empty", "repeat", "add"))),
                data.draw(st.sampled_from(VALUES)))  # fmt: skip
        except (KeyError, IndexError, TypeError):
            continue  # the first change took this place away
    found = [fault for fault in profile_faults(descriptor, version) if fault.key not in FORMAT_KEYS]
    assert (not found) == accepted(descriptor, version), found
    for fault in found:
        for messages in CATALOGUES:
            text = messages.text(f"errors.definition.{fault.key}", {"file": "f", "key": fault.path, **fault.details})
            assert text.startswith(f"f: {fault.path}: ")


CATALOGUES = [load_messages(language) for language in LANGUAGES]


@pytest.mark.parametrize(("version", "descriptor"), [("1.0", first()), ("2.0", second())])
def test_every_place_of_a_rich_descriptor_is_judged_as_the_profile_does(
    version: Version, descriptor: dict[str, Any]
) -> None:
    assert faults(descriptor, version) == []
    for spot in nodes(descriptor):
        changed = copy.deepcopy(descriptor)
        put(changed, spot, "put", None)
        found = [fault for fault in profile_faults(changed, version) if fault.key not in FORMAT_KEYS]
        assert (not found) == accepted(changed, version), spot


def test_the_curated_package_has_no_faults() -> None:
    assert profile_version(curated()) == "2.0"
    assert faults(curated()) == []
    assert Draft7Validator(official("2.0")).is_valid(curated(3))


EMPTY_KEY = {"fields": [], "reference": {"fields": ["a"]}}
REPEATING_KEY = {"fields": ["a", "a"], "reference": {"resource": "", "fields": ["a", "b"]}}
TRUE_AS_TEXT = {"name": "a", "type": "boolean", "constraints": {"enum": ["true"]}}
DISPUTED: list[tuple[Version, str, dict[str, Any], bool]] = [
    ("2.0", "fieldsMatch is a text", with_schema({"name": "a"}, fieldsMatch="subset"), True),
    ("2.0", "fieldsMatch is one of five", with_schema({"name": "a"}, fieldsMatch=["nearly"]), False),
    ("2.0", "a list is a type", with_schema({"name": "a", "type": "list", "itemType": "date"}), True),
    ("2.0", "no type is any", with_schema({"name": "a", "constraints": {"enum": [1, "b"]}}), True),
    ("1.0", "true as a text", with_schema(TRUE_AS_TEXT), True),
    ("2.0", "true as a text", with_schema(TRUE_AS_TEXT), True),
    ("2.0", "a dialect in a file", with_table(dialect="d.json"), True),
    ("1.0", "keys of a dialect", with_table(dialect={"delimiter": ";"}), True),
    ("1.0", "a dialect outside", with_table(dialect="/d.json"), False),
    ("2.0", "a schema outside", with_table(schema="../s.json"), False),
    ("1.0", "a schema outside", with_table(schema="../s.json"), False),
    ("2.0", "an image outside", package(image="/logo.png"), False),
    ("1.0", "an image outside", package(image="/logo.png"), False),
    ("2.0", "a contributor is an object", package(contributors=["A"]), False),
    ("1.0", "a contributor is an object", package(contributors=["A"]), False),
    ("2.0", "data are no number", package(resources=[{"name": "r", "data": 5}]), False),
    ("1.0", "data are no number", package(resources=[{"name": "r", "data": 5}]), False),
    ("2.0", "a key has fields", with_schema({"name": "a"}, foreignKeys=[EMPTY_KEY]), False),
    ("1.0", "a key repeats no field", with_schema({"name": "a"}, foreignKeys=[REPEATING_KEY]), False),
    ("2.0", "one quotation mark", with_table(dialect={"quoteChar": "''"}), False),
    ("2.0", "one escape mark", with_table(dialect={"escapeChar": ""}), False),
]  # fmt: skip


@pytest.mark.parametrize(("version", "claim", "descriptor", "fits"), DISPUTED)
def test_where_profile_and_prose_differ_the_prose_holds(
    version: Version, claim: str, descriptor: dict[str, Any], fits: bool
) -> None:
    assert (faults(descriptor, version) == []) is fits, claim
    assert Draft7Validator(official(version)).is_valid(descriptor) is not fits, "no deviation any more"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_listed_deviation_changes_the_profile(version: Version) -> None:
    for deviation in DEVIATIONS:
        if version in deviation.versions:
            node: Any = vendored(version)
            for step in deviation.place.split("."):
                if step.startswith("<"):
                    node = next(
                        item for item in node["oneOf"] if step[1:-1] in ("", *item["properties"]["type"]["enum"])
                    )
                else:
                    node = (
                        node["items"] if step == "[]" else node["oneOf"][0] if step == "0" else node["properties"][step]
                    )
            assert any(node.get(keyword) != argument for keyword, argument in deviation.changes.items()), deviation


# Each rule alone.

RESOURCE = {"name": "r", "path": "r.csv"}
KEY = {"fields": ["a"], "reference": {"resource": "r", "fields": ["a"]}}
BROKEN: list[tuple[Version, dict[str, Any], str, str]] = [
    ("2.0", {}, "$.resources", "missing-key"),
    ("2.0", package(resources=[]), "$.resources", "no-resources"),
    ("1.0", package(resources=[]), "$.resources", "no-resources"),
    ("2.0", package(resources={}), "$.resources", "profile-kind-array"),
    ("2.0", package(resources=[RESOURCE, RESOURCE]), "$.resources[1].name", "repeated-name"),
    ("1.0", package(resources=[RESOURCE, RESOURCE]), "$.resources[1].name", "repeated-name"),
    ("2.0", package(resources=[{"path": "r.csv"}]), "$.resources[0].name", "missing-key"),
    ("2.0", package(resources=[{"name": "r"}]), "$.resources[0]", "profile-one-of-keys"),
    ("2.0", with_table(data=[]), "$.resources[0]", "profile-only-one-of-keys"),
    ("1.0", with_table(data=[]), "$.resources[0]", "profile-only-one-of-keys"),
    ("2.0", package(resources=[{"name": "r", "path": "../r.csv"}]), "$.resources[0].path", "profile-path"),
    ("2.0", package(resources=[{"name": "r", "path": "r.csv\n"}]), "$.resources[0].path", "profile-path"),
    ("2.0", package(resources=[{"name": "r", "path": []}]), "$.resources[0].path", "profile-too-few-items"),
    ("2.0", package(resources=[{"name": "r", "path": 5}]), "$.resources[0].path", "profile-kind-string-array"),
    ("2.0", package(resources=[{"name": "r", "path": ["a", "https://b.org/c"]}]), "$.resources[0].path[1]",
     "profile-mixed-paths"),
    ("2.0", package(resources=[{"name": "r", "data": "a,b"}]), "$.resources[0].format",
     "profile-data-without-format"),
    ("2.0", with_table(type="tabel"), "$.resources[0].type", "unknown-value"),
    ("2.0", with_table(hash="sha256:xyz"), "$.resources[0].hash", "profile-hash"),
    ("1.0", with_table(hash="abc"), "$.resources[0].hash", "profile-hash"),
    ("2.0", with_table(mediatype="csv"), "$.resources[0].mediatype", "profile-mediatype"),
    ("2.0", with_table(bytes=True), "$.resources[0].bytes", "profile-kind-integer"),
    ("2.0", with_table(dialect={"headerRows": [0]}), "$.resources[0].dialect.headerRows[0]",
     "profile-minimum"),
    ("1.0", with_table(name="Имя"), "$.resources[0].name", "profile-name"),
    ("2.0", package(licenses=[{"title": "CC BY"}]), "$.licenses[0]", "profile-one-of-keys"),
    ("2.0", package(licenses=[{"name": "CC BY"}]), "$.licenses[0].name", "profile-licence-name"),
    ("2.0", package(licenses=[]), "$.licenses", "profile-too-few-items"),
    ("2.0", package(contributors=[{}]), "$.contributors[0]", "profile-too-few-keys"),
    ("2.0", package(sources=[{}]), "$.sources[0]", "profile-too-few-keys"),
    ("1.0", package(contributors=[{"email": "a@b.org"}]), "$.contributors[0].title", "missing-key"),
    ("1.0", package(sources=[{"path": "book.txt"}]), "$.sources[0].title", "missing-key"),
    ("2.0", package(contributors=[{"roles": "author"}]), "$.contributors[0].roles", "profile-kind-array"),
    ("2.0", package(contributors=[{"roles": [1]}]), "$.contributors[0].roles[0]", "profile-kind-string"),
    ("2.0", package(keywords=[]), "$.keywords", "profile-too-few-items"),
    ("2.0", package(created="2024-05-31"), "$.created", "profile-date-time"),
    ("2.0", package(created="2024-02-30T00:00:00Z"), "$.created", "profile-date-time"),
    ("2.0", package(homepage="example.org"), "$.homepage", "profile-uri"),
    ("2.0", package(sources=[{"email": "nobody"}]), "$.sources[0].email", "profile-email"),
    ("2.0", package(**{"$schema": None}), "$['$schema']", "profile-kind-string"),
    ("2.0", with_schema(), "$.resources[0].schema.fields", "no-fields"),
    ("2.0", with_schema({"name": "a", "type": "strnig"}), "$.resources[0].schema.fields[0].type", "unknown-type"),
    ("1.0", with_schema({"name": "a", "type": "list"}), "$.resources[0].schema.fields[0].type", "unknown-type"),
    ("2.0", with_schema({"name": "a", "type": ["string"]}), "$.resources[0].schema.fields[0].type", "unknown-type"),
    ("2.0", with_schema({"name": "a", "type": ""}), "$.resources[0].schema.fields[0].type", "unknown-type"),
    ("2.0", with_schema({"name": "a", "type": "date", "constraints": {"minimum": 5}}),
     "$.resources[0].schema.fields[0].constraints.minimum", "profile-kind-string"),
    ("2.0", with_schema({"name": "a", "constraints": {"minimum": 5}}), "$.resources[0].schema.fields[0].type",
     "profile-bound-without-type"),
    ("2.0", with_schema({"name": "a", "type": "integer", "constraints": {"enum": []}}),
     "$.resources[0].schema.fields[0].constraints.enum", "profile-too-few-items"),
    ("2.0", with_schema({"name": "a", "type": "integer", "constraints": {"enum": [1, 1.0]}}),
     "$.resources[0].schema.fields[0].constraints.enum[1]", "profile-repeated-item"),
    ("2.0", with_schema({"name": "a", "type": "integer", "constraints": {"enum": [True]}}),
     "$.resources[0].schema.fields[0].constraints.enum[0]", "profile-kind-string-integer"),
    ("2.0", with_schema({"name": "a", "type": "number", "format": "euro"}), "$.resources[0].schema.fields[0].format",
     "unknown-value"),
    ("2.0", with_schema({"name": "a", "missingValues": [{"value": "-"}, {"value": 1}]}),
     "$.resources[0].schema.fields[0].missingValues[1].value", "profile-kind-string"),
    ("2.0", with_schema({"name": "a"}, missingValues=["-", "-"]), "$.resources[0].schema.missingValues[1]",
     "profile-repeated-item"),
    ("2.0", with_schema({"name": "a"}, missingValues=[{"value": "-", "label": "x"}, {"value": "", "label": "x"}]),
     "$.resources[0].schema.missingValues[1].label", "profile-repeated-item"),
    ("2.0", with_schema({"name": "a", "type": "string", "categories": ["x", "x"]}),
     "$.resources[0].schema.fields[0].categories[1]", "profile-repeated-item"),
    ("2.0", with_schema({"name": "a", "type": "string", "categories": ["x"], "constraints": {"enum": ["y"]}}),
     "$.resources[0].schema.fields[0].constraints.enum[0]", "profile-not-a-category"),
    ("2.0", with_schema({"name": "a"}, uniqueKeys=["a"]), "$.resources[0].schema.uniqueKeys[0]", "profile-kind-array"),
    ("2.0", with_schema({"name": "a"}, foreignKeys=[]), "$.resources[0].schema.foreignKeys", "profile-too-few-items"),
    ("2.0", with_schema({"name": "a"}, foreignKeys=[{**KEY, "fields": ["a", "b"]}]),
     "$.resources[0].schema.foreignKeys[0]", "key-lengths"),
    ("2.0", with_schema({"name": "a"}, foreignKeys=[{"fields": "a", "reference": {"fields": 5}}]),
     "$.resources[0].schema.foreignKeys[0].reference.fields", "profile-kind-string"),
    ("1.0", with_schema({"name": "a"}, foreignKeys=[{"fields": ["a"], "reference": {"fields": ["a"]}}]),
     "$.resources[0].schema.foreignKeys[0].reference.resource", "missing-key"),
    ("2.0", with_schema({"name": "a"}, primaryKey=[]), "$.resources[0].schema.primaryKey", "profile-too-few-items"),
    ("2.0", with_schema({"name": "a"}, primaryKey=5), "$.resources[0].schema.primaryKey", "profile-kind-string-array"),
    ("2.0", with_schema({"name": "a"}, fieldsMatch="nearly"), "$.resources[0].schema.fieldsMatch", "unknown-value"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "descriptor", "path", "key"), BROKEN)
def test_one_break_is_one_fault_at_its_key(version: Version, descriptor: dict[str, Any], path: str, key: str) -> None:
    assert faults(descriptor, version) == [(path, key)]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_type_is_one_fault_that_lists_the_types(version: Version) -> None:
    (fault,) = profile_faults(with_schema({"type": "x", "constraints": 5}), version)
    assert fault.details["found"] == '"x"'
    types = fault.details["expected"].split(", ")
    assert {"string", "any", "geojson"} <= set(types)
    assert ("list" in types) is (version == "2.0")


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("homepage", ["https://example.org", "http://форум.рф/резолюция?a=1#b", "urn:isbn:1", "mailto:a@b.org"],
         ["", "example.org", "https://", "http:x", "https://a b.org", "https://a.org/<b>", "://x"]),
        ("created", ["1985-04-12T23:20:50.52Z", "2024-05-31 12:00:00+03:00", "2016-12-31T23:59:60Z",
          "2024-02-29t00:00:00z"],
         ["", "2024", "2024-05-31", "2024-05-31T12:00:00", "2023-02-29T00:00:00Z", "2024-05-31T25:00:00Z",
          "2024-05-31T12:00:00+24:00", "٢٠٢٤-05-31T12:00:00Z", "2024-05-31T12:00:00Z\n"]),
    ],
)  # fmt: skip
def test_formats_are_judged(key: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if faults(package(**{key: text}))] == []
    assert [text for text in bad if not faults(package(**{key: text}))] == []


def test_an_email_has_something_on_both_sides_of_its_mark() -> None:
    def fits(email: str) -> bool:
        return not faults(package(contributors=[{"email": email}]))

    assert all(map(fits, ["a@b", "имя@форум.рф", "a.b+c@d.org"]))
    assert not any(map(fits, ["", "a", "a@", "@b", "a b@c", "a@b@c"]))


def test_faults_stand_in_the_order_of_the_document_each_once() -> None:
    descriptor = {
        "keywords": [],
        "resources": [{"path": "/a", "name": 1}, {"name": "b"}],
        "contributors": [{"roles": "a", "title": 1}],
        "name": 5,
    }
    assert [path for path, _ in faults(descriptor)] == [
        "$.keywords",
        "$.resources[0].path",
        "$.resources[0].name",
        "$.resources[1]",
        "$.contributors[0].roles",
        "$.contributors[0].title",
        "$.name",
    ]
    assert [path for path, _ in faults(package(resources=[{"path": "/a"}]))] == [
        "$.resources[0].path",
        "$.resources[0].name",
    ]
    found = faults(with_schema({"name": "a", "type": "string", "categories": ["x", "x", 5, 5]}))
    assert len(found) == len(set(found))


def test_true_is_not_one_and_one_is_one_with_a_zero() -> None:
    def repeats(*values: Any) -> int:
        return len(faults(with_schema({"name": "a", "type": "any", "constraints": {"enum": list(values)}})))

    assert repeats(1, True, 0, False, None, "1", "", [], {}, [1], ["1"], [[1], 1], [[1, 1]], {"a": 1}) == 0
    assert repeats(1, 1.0) == repeats([{"a": [1]}], [{"a": [1.0]}]) == repeats({"a": 1, "b": 2}, {"b": 2, "a": 1}) == 1


def test_a_name_that_is_no_identifier_stands_in_brackets() -> None:
    assert json_path(("a", 0, "odd name", "it's", "$schema")) == "$.a[0]['odd name']['it\\'s']['$schema']"


# The version.


@pytest.mark.parametrize(
    ("descriptor", "version"),
    [
        ({"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}, "2.0"),
        ({"$schema": "https://datapackage.org/profiles/2.1/datapackage.json", "profile": "data-package"}, "2.0"),
        ({"$schema": "https://datapackage.org/profiles/1.0/datapackage.json"}, "1.0"),
        ({"$schema": "https://specs.frictionlessdata.io/schemas/data-package.json"}, "1.0"),
        ({"$schema": "https://datapackage.org/profiles/1.0/datapackage.json", "contributors": [{"roles": []}]}, "1.0"),
        ({"$schema": "https://example.org/my-profile.json", "profile": "data-package"}, "2.0"),
        ({"profile": "data-package"}, "1.0"),
        ({"profile": "data-package", "version": "1.0.0"}, "1.0"),
        ({"resources": [{"profile": "tabular-data-resource"}]}, "1.0"),
        ({"profile": "x", "contributors": [{"roles": ["creator"]}]}, "2.0"),
        ({"profile": "x", "sources": [{"version": "1"}]}, "2.0"),
        ({"profile": "x", "resources": [{"type": "table"}]}, "2.0"),
        ({"profile": "x", "resources": [{"type": "file"}]}, "1.0"),
        ({"profile": "x", "resources": [{"dialect": {"headerRows": [1]}}]}, "2.0"),
        ({"profile": "x", "resources": [{"schema": {"fieldsMatch": "exact"}}]}, "2.0"),
        ({"profile": "x", "resources": [{"schema": {"missingValues": [{"value": ""}]}}]}, "2.0"),
        ({"profile": "x", "resources": [{"schema": {"missingValues": [""]}}]}, "1.0"),
        ({"profile": "x", "resources": [{"schema": {"fields": [{"categories": ["a"]}]}}]}, "2.0"),
        ({"profile": "x", "resources": [{"schema": {"fields": [{"type": "list"}]}}]}, "2.0"),
        ({"profile": "x", "resources": [{"schema": {"fields": [{"constraints": {"exclusiveMinimum": 1}}]}}]}, "2.0"),
        ({"profile": "x", "resources": [{"$schema": "https://datapackage.org/profiles/2.0/dataresource.json"}]}, "2.0"),
        ({"profile": "x", "resources": [{"$schema": "https://datapackage.org/profiles/1.0/dataresource.json"}]}, "1.0"),
        ({}, "2.0"),
        ([], "2.0"),
        (None, "2.0"),
    ],
)
def test_the_version_is_that_of_the_schema_then_of_the_keys(descriptor: object, version: Version) -> None:
    assert profile_version(descriptor) == version


def test_rich_descriptors_are_of_their_versions() -> None:
    assert profile_version(first()) == "1.0"
    assert profile_version({key: value for key, value in second().items() if key != "$schema"}) == "2.0"


# Whatever the JSON, there is an answer.

NAMES = sorted(
    {name for version in VERSIONS for part in subschemas(load_profile(version)) for name in part.get("properties", {})}
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(("list", "table", "\ud800"))
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6),
    max_leaves=40,
)


@settings(max_examples=80, deadline=None)
@given(st.fixed_dictionaries({"resources": st.lists(st.dictionaries(st.sampled_from(NAMES), ANY_JSON))}) | ANY_JSON)
def test_any_json_gets_an_answer(value: object) -> None:
    assert profile_version(value) in VERSIONS
    for version in VERSIONS:
        for fault in profile_faults(value, version):
            assert all(isinstance(detail, str) for detail in fault.details.values())
            json.dumps([fault.path, *fault.details.values()], ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("opening", [[], {}])
def test_no_nesting_is_too_deep(opening: Any) -> None:
    deep: Any = 1
    for _ in range(50_000):
        deep = {"a": deep} if opening == {} else [deep]
    field = {"name": "a", "type": "any", "constraints": {"enum": [deep, deep]}}
    (fault,) = profile_faults(with_schema(field), "2.0")
    assert fault.key == "profile-repeated-item"
    assert profile_faults(package(name=10**5000), "2.0")[0].details["found"] == "…"


# Texts and time.


def joined_kinds(schemas: list[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the kinds that a fault at one place of these alternatives can expect together."""
    kinds = [schema["type"] for schema in schemas if "type" in schema]
    flat = {kind for item in kinds for kind in ([item] if isinstance(item, str) else item)}
    if flat:
        yield tuple(sorted(flat, key=KINDS.index))
    for schema in schemas:
        for part in [*schema.get("properties", {}).values(), *schema.get("byType", {}).values()]:
            yield from joined_kinds([part])
        if len(schemas) > 1 and "type" in schema:
            yield from joined_kinds([schema])
    inner = [schema["items"] for schema in schemas if "items" in schema]
    if inner:
        yield from joined_kinds(inner)
    branches = [branch for schema in schemas for key in ("anyOf", "oneOf") for branch in schema.get(key, [])]
    if branches:
        yield from joined_kinds(branches)


def keys_of_the_code() -> set[str]:
    keys = {*FORMS.values(), *FORMAT_KEYS, "no-resources", "no-fields"}
    for name in ("keywords", "profile_rules"):
        tree = ast.parse((Path(resopen.__file__).parent / "schema" / f"{name}.py").read_text("utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "Fault" and isinstance(call.args[1], ast.Constant):
                keys.add(str(call.args[1].value))
    for version in VERSIONS:
        keys |= {f"profile-kind-{'-'.join(kinds)}" for kinds in joined_kinds([load_profile(version)])}
    return keys


def test_every_fault_has_its_words_in_both_languages() -> None:
    keys = keys_of_the_code()
    assert {"profile-kind-string-array-object", "missing-key", "profile-hash", "profile-not-a-category"} <= keys
    for messages in CATALOGUES:
        texts = messages.catalogue["errors"]["definition"]
        assert keys - set(texts) == set()
        assert {key for key in texts if key.startswith("profile-")} - keys == set(), "a text that nothing uses"
        for key in keys:
            assert texts[key].startswith("{file}: {key}: ")
            assert set(re.findall(r"\{([a-z]+)\}", texts[key])) <= {"file", "key", "found", "expected", "name"}


def test_no_placeholder_stays_unfilled() -> None:
    for version, descriptor, path, key in BROKEN:
        (fault,) = profile_faults(descriptor, version)
        for messages in CATALOGUES:
            text = messages.text(f"errors.definition.{key}", {"file": "f", "key": path, **fault.details})
            assert not re.search(r"\{[a-z]+\}", text), text


def test_a_package_of_65_tables_is_judged_in_a_blink() -> None:
    descriptor = curated()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        profile_faults(descriptor, "2.0")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1
