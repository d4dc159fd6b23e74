"""Catalogue metadata: read and judged by the libraries of their own fields, without a network."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlcroissant
import pyarrow.parquet
import pyshacl
import pytest
import rdflib
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from csvw import CSVW
from csvw.metadata import Datatype
from datacite import schema45
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from resopen import catalogue
from resopen.catalogue.csvw import datatype
from resopen.errors import DefinitionError
from tests.packages import ROOT, curated, read_csv, released

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SCHEMA = rdflib.Namespace("https://schema.org/")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
DCTERMS, FOAF, RDF, SH, SKOS = rdflib.DCTERMS, rdflib.FOAF, rdflib.RDF, rdflib.SH, rdflib.SKOS
# Values of a wrong kind: a text where a node must be, a node where a text must be.
TEXT, BLANK = rdflib.Literal("text"), rdflib.BNode("other")
CLASS = SH.ClassConstraintComponent
SHAPES = ROOT / "tests" / "data" / "catalogue" / "dcat_ap_3.ttl"
LINKED = ("schema-org.jsonld", "dcat-ap.jsonld", "croissant.json")
# rdflib's reader of JSON-LD and pyshacl use what rdflib has deprecated, mlcroissant what pandas has.
pytestmark = [
    pytest.mark.filterwarnings(r"ignore:Dataset\.[a-z_]+ is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index"),
]
# What a release will say and the descriptor of today does not.
MORE: dict[str, Any] = {
    "id": "https://doi.org/10.5281/zenodo.1234567",
    "created": "2026-11-21T00:00:00Z",
    "homepage": "https://example.org/resolutions",
    "temporal": {"start": "2016", "end": "2023-12-31"},
    "spatial": [
        {"title": "Kaluga Oblast", "title_ru": "Калужская область", "path": "https://sws.geonames.org/553899/"},
        {"title": "Tigil"},
    ],
    "themes": ["http://publications.europa.eu/resource/authority/data-theme/SOCI"],
    "contributors": [
        {"title": "resopen maintainers", "path": "https://example.org/", "roles": ["creator", "publisher"]},
        {
            "title": "Анна Петрова",
            "givenName": "Анна",
            "familyName": "Петрова",
            "organization": "Институт & Ко",
            "path": "https://orcid.org/0000-0002-1825-0097",
            "email": "anna@example.org",
            "roles": ["creator", "contact"],
        },
        {"title": "Фонд", "roles": ["funder"]},
    ],
    "sources": [
        {"title": "Резолюции форумов"},
        {"title": "Census", "title_ru": "Перепись", "path": "https://rosstat.gov.ru/vpn/2020"},
    ],
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a reader went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the curated package with its catalogue files."""
    folder = released(curated(), tmp_path_factory.mktemp("dist")).folder
    for name, content in catalogue.catalogue_files(described(folder)).items():
        (folder / name).write_bytes(content)
    return folder


def described(folder: Path) -> dict[str, Any]:
    node: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return {**node, **MORE}


def graph(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path, format="json-ld", publicID=f"{path.parent.as_uri()}/")


def read(release: Path, name: str) -> dict[str, Any]:
    node: dict[str, Any] = json.loads((release / name).read_bytes())
    return node


def resources(release: Path, form: str) -> list[dict[str, Any]]:
    return [node for node in described(release)["resources"] if node["format"] == form]


# Linked data


@pytest.mark.parametrize("name", LINKED)
def test_linked_data_survive_a_change_of_their_form(name: str, release: Path) -> None:
    read_once = graph(release / name)
    again = rdflib.Graph().parse(data=read_once.serialize(format="turtle"), format="turtle")
    assert len(read_once) > 1000
    assert len(read_once) == len(again)


@pytest.mark.parametrize(
    ("name", "address", "digest"),
    [("schema-org.jsonld", SCHEMA.contentUrl, SCHEMA.sha256), ("croissant.json", SCHEMA.contentUrl, SCHEMA.sha256)],
)
def test_addresses_and_hashes_are_those_of_the_files(name: str, address: Any, digest: Any, release: Path) -> None:
    found = graph(release / name)
    stated = {
        str(found.value(node, address)).removeprefix(f"{release.as_uri()}/"): str(found.value(node, digest))
        for node in found.subjects(address)
    }
    assert stated == hashes(release)


def hashes(release: Path) -> dict[str, str]:
    return {
        path.relative_to(release).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (release / "data").iterdir()
    }


def test_distributions_of_dcat_say_hash_size_type_and_licence_of_their_files(release: Path) -> None:
    found = graph(release / "dcat-ap.jsonld")
    nodes = list(found.subjects(RDF.type, DCAT.Distribution))
    stated = {}
    for node in nodes:
        path = str(found.value(node, DCAT.downloadURL)).removeprefix(f"{release.as_uri()}/")
        checksum = found.value(node, SPDX.checksum)
        stated[path] = str(found.value(checksum, SPDX.checksumValue)).lower()
        kind = "text/csv" if path.endswith(".csv") else "application/vnd.apache.parquet"
        media = found.value(node, DCAT.mediaType)
        assert str(media) == f"https://www.iana.org/assignments/media-types/{kind}"
        assert str(found.value(node, DCTERMS.license)) == "https://creativecommons.org/licenses/by/4.0/"
        size = found.value(node, DCAT.byteSize)
        assert size is None or int(str(size)) == (release / path).stat().st_size
    assert stated == hashes(release)
    assert len([node for node in nodes if found.value(node, DCAT.byteSize)]) == len(resources(release, "csv"))


def test_dcat_meets_the_shapes(release: Path) -> None:
    conforms, _, text = pyshacl.validate(graph(release / "dcat-ap.jsonld"), shacl_graph=str(SHAPES))
    assert conforms, text


@pytest.mark.parametrize(
    "more",
    [
        dict.fromkeys(MORE),
        {"contributors": [{"title": name, "roles": ["publisher"]} for name in ("Фонд", "Институт")]},
        {"licenses": []}, {"themes": []}, {"title_ru": None, "description_ru": None},
    ],
)  # fmt: skip
def test_dcat_of_less_or_more_meets_the_shapes(more: dict[str, Any], release: Path) -> None:
    assert complaints_of_shapes(small(release, more)) == set()


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [
        (DCAT.Catalog, DCTERMS.title), (DCAT.Catalog, DCTERMS.description), (DCAT.Catalog, DCTERMS.publisher),
        (DCAT.Dataset, DCTERMS.title), (DCAT.Dataset, DCTERMS.description), (DCAT.Distribution, DCAT.accessURL),
        (SPDX.Checksum, SPDX.algorithm), (SPDX.Checksum, SPDX.checksumValue), (FOAF.Agent, FOAF.name),
        (SKOS.Concept, SKOS.prefLabel), (SKOS.ConceptScheme, DCTERMS.title),
    ],
)  # fmt: skip
def test_shapes_find_what_is_missing(kind: Any, predicate: Any, release: Path) -> None:
    broken = small(release)
    node = next(broken.subjects(RDF.type, kind))
    broken.remove((node, predicate, None))
    assert (node, predicate, SH.MinCountConstraintComponent) in complaints_of_shapes(broken)


@pytest.mark.parametrize(
    ("kind", "predicate", "value", "complaint"),
    [
        (DCAT.Catalog, DCTERMS.title, BLANK, "NodeKind"), (DCAT.Catalog, FOAF.homepage, TEXT, "NodeKind"),
        (DCAT.Dataset, DCAT.keyword, BLANK, "NodeKind"), (DCAT.Dataset, DCTERMS.relation, TEXT, "NodeKind"),
        (DCAT.Dataset, DCAT.temporalResolution, TEXT, "Datatype"), (DCAT.Dataset, DCTERMS.issued, TEXT, "Node"),
        (DCAT.Distribution, DCAT.byteSize, rdflib.Literal("17 kB"), "Datatype"),
        (DCAT.Distribution, DCAT.downloadURL, TEXT, "NodeKind"),
        (SPDX.Checksum, SPDX.checksumValue, TEXT, "Datatype"), (FOAF.Agent, FOAF.name, BLANK, "NodeKind"),
        (SKOS.Concept, SKOS.prefLabel, BLANK, "NodeKind"), (SKOS.ConceptScheme, DCTERMS.title, BLANK, "NodeKind"),
        (DCTERMS.LicenseDocument, DCTERMS.type, BLANK, "Class"), (DCTERMS.Location, DCAT.bbox, BLANK, "NodeKind"),
        (DCTERMS.PeriodOfTime, DCAT.startDate, BLANK, "NodeKind"),
        (DCTERMS.PeriodOfTime, rdflib.TIME.hasEnd, TEXT, "Class"), (VCARD.Kind, VCARD.hasEmail, TEXT, "NodeKind"),
    ],
)  # fmt: skip
def test_shapes_find_a_value_of_a_wrong_kind(
    kind: Any, predicate: Any, value: Any, complaint: str, release: Path
) -> None:
    broken = small(release)
    node = next(broken.subjects(RDF.type, kind))
    broken.set((node, predicate, value))
    assert (node, predicate, SH[f"{complaint}ConstraintComponent"]) in complaints_of_shapes(broken)


@pytest.mark.parametrize(
    ("predicate", "kind"),
    [
        (DCAT.dataset, DCAT.Dataset), (DCAT.distribution, DCAT.Distribution), (DCTERMS.publisher, FOAF.Agent),
        (DCTERMS.creator, FOAF.Agent), (DCAT.contactPoint, VCARD.Kind), (DCAT.theme, SKOS.Concept),
        (DCAT.themeTaxonomy, SKOS.ConceptScheme), (DCAT.landingPage, FOAF.Document), (SPDX.checksum, SPDX.Checksum),
        (SPDX.algorithm, SPDX.ChecksumAlgorithm), (DCAT.mediaType, DCTERMS.MediaType),
        (DCTERMS["format"], DCTERMS.MediaTypeOrExtent), (DCTERMS.license, DCTERMS.LicenseDocument),
        (DCTERMS.conformsTo, DCTERMS.Standard), (DCTERMS.language, DCTERMS.LinguisticSystem),
        (DCTERMS.spatial, DCTERMS.Location), (DCTERMS.temporal, DCTERMS.PeriodOfTime),
        (DCTERMS.provenance, DCTERMS.ProvenanceStatement),
    ],
)  # fmt: skip
def test_shapes_find_a_node_that_is_not_of_its_class(predicate: Any, kind: Any, release: Path) -> None:
    broken = small(release)
    subjects = set(broken.subjects(predicate))
    assert subjects
    broken.remove((None, RDF.type, kind))
    found = {node for node, path, what in complaints_of_shapes(broken) if (path, what) == (predicate, CLASS)}
    # Nodes that have lost their own class are no longer looked at.
    assert found == {node for node in subjects if broken.value(node, RDF.type)} != set()


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [
        (DCAT.Catalog, DCTERMS.license), (DCAT.Dataset, DCTERMS.publisher), (DCAT.Dataset, DCAT.version),
        (DCAT.Distribution, SPDX.checksum), (SPDX.Checksum, SPDX.checksumValue), (DCTERMS.PeriodOfTime, DCAT.endDate),
    ],
)  # fmt: skip
def test_shapes_find_what_may_stand_once_and_stands_twice(kind: Any, predicate: Any, release: Path) -> None:
    broken = small(release)
    node = next(broken.subjects(RDF.type, kind))
    broken.add((node, predicate, TEXT))
    assert (node, predicate, SH.MaxCountConstraintComponent) in complaints_of_shapes(broken)


def test_dcat_has_every_property_that_is_recommended_and_known(release: Path) -> None:
    found = small(release)
    catalogue, dataset = found.value(None, RDF.type, DCAT.Catalog), found.value(None, RDF.type, DCAT.Dataset)
    assert {DCAT.themeTaxonomy, DCTERMS.language, DCTERMS.issued, DCTERMS.license, DCTERMS.spatial} <= set(
        found.predicates(catalogue)
    )
    recommended = {DCAT.contactPoint, DCAT.distribution, DCAT.keyword, DCTERMS.publisher, DCTERMS.spatial}
    assert recommended | {DCTERMS.temporal, DCAT.theme} <= set(found.predicates(dataset))
    for node in found.subjects(RDF.type, DCAT.Distribution):
        assert {DCTERMS.description, DCTERMS["format"], DCTERMS.license} <= set(found.predicates(node))
    # The catalogue has the same places and period as its dataset, not copies of them.
    for predicate in (DCTERMS.spatial, DCTERMS.temporal):
        assert set(found.objects(catalogue, predicate)) == set(found.objects(dataset, predicate))


def test_theme_of_another_vocabulary_has_no_invented_label(release: Path) -> None:
    theme = rdflib.URIRef("http://eurovoc.europa.eu/5781")
    found = small(release, {"themes": [str(theme)]})
    assert set(found.predicate_objects(theme)) == {(RDF.type, SKOS.Concept)}
    assert not list(found.subjects(predicate=DCAT.themeTaxonomy))
    assert complaints_of_shapes(found) == {(theme, SKOS.prefLabel, SH.MinCountConstraintComponent)}


def test_several_publishers_are_one_group(release: Path) -> None:
    parties = [{"title": name, "roles": ["publisher"]} for name in ("Фонд", "Институт")]
    found = small(release, {"contributors": parties})
    (group,) = set(found.objects(None, DCTERMS.publisher))
    assert (group, RDF.type, FOAF.Group) in found
    assert str(found.value(group, FOAF.name)) == "Фонд; Институт"
    assert {str(found.value(node, FOAF.name)) for node in found.objects(group, FOAF.member)} == {"Фонд", "Институт"}


def test_licence_of_a_resource_comes_before_that_of_the_package(release: Path) -> None:
    first, second = described(release)["resources"][:2]
    found = small(release, {"resources": [{**first, "licenses": [{"name": "CC0-1.0"}]}, second]})
    by_path = {
        str(found.value(node, DCAT.downloadURL)).removeprefix("https://example.org/"): str(
            found.value(node, DCTERMS.license)
        )
        for node in found.subjects(RDF.type, DCAT.Distribution)
    }
    assert by_path == {
        first["path"]: "https://spdx.org/licenses/CC0-1.0",
        second["path"]: "https://creativecommons.org/licenses/by/4.0/",
    }


def complaints_of_shapes(found: rdflib.Graph) -> set[tuple[Any, Any, Any]]:
    """Node, property and kind of constraint of everything that the shapes find."""
    _, report, _ = pyshacl.validate(found, shacl_graph=str(SHAPES))
    return {
        (report.value(node, SH.focusNode), report.value(node, SH.resultPath), component)
        for node, component in report.subject_objects(SH.sourceConstraintComponent)
    }


def small(release: Path, more: dict[str, Any] | None = None) -> rdflib.Graph:
    """The DCAT-AP description with two files only, since shapes are slow."""
    node = described(release)
    text = json.dumps(catalogue.dcat_ap({**node, "resources": node["resources"][:2], **(more or {})}))
    return rdflib.Graph().parse(data=text, format="json-ld", publicID="https://example.org/")


def test_search_engines_get_names_licence_creators_period_places_and_variables(release: Path) -> None:
    found = graph(release / "schema-org.jsonld")
    dataset = rdflib.URIRef("https://doi.org/10.5281/zenodo.1234567")
    assert {getattr(name, "language", "") for name in found.objects(dataset, SCHEMA.name)} == {"en", "ru"}
    assert found.value(dataset, SCHEMA.license) == rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert found.value(dataset, SCHEMA.temporalCoverage) == rdflib.Literal("2016/2023-12-31")
    assert found.value(dataset, SCHEMA.datePublished) == rdflib.Literal("2026-11-21")
    assert {str(code) for code in found.objects(dataset, SCHEMA.inLanguage)} == {"en", "ru"}
    kinds = {found.value(node, RDF.type) for node in found.objects(dataset, SCHEMA.creator)}
    assert kinds == {SCHEMA.Organization, SCHEMA.Person}
    assert len(list(found.objects(dataset, SCHEMA.spatialCoverage))) == 2
    assert len(list(found.objects(dataset, SCHEMA.citation))) == 2
    variables = {str(name) for name in found.objects(None, SCHEMA.propertyID)}
    fields = {f"{node['name']}.{f['name']}" for node in resources(release, "csv") for f in node["schema"]["fields"]}
    assert variables == fields
    people = next(found.subjects(SCHEMA.propertyID, rdflib.Literal("events.participants_count")))
    assert found.value(people, SCHEMA.unitText) == rdflib.Literal("person")
    assert found.value(people, SCHEMA.minValue) == rdflib.Literal(0)


# Croissant


@pytest.mark.slow
def test_croissant_is_valid_and_gives_the_rows_of_every_table_as_parquet_has_them(release: Path) -> None:
    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    assert dataset.metadata.ctx.issues.report() == ""
    assert str(dataset.metadata.ctx.conforms_to.value) == "http://mlcommons.org/croissant/1.0"
    names = [node["name"] for node in resources(release, "csv")]
    assert [table.id for table in dataset.metadata.record_sets] == names
    for name in names:
        rows = [{key: plain(value) for key, value in row.items()} for row in dataset.records(name)]
        written = pyarrow.parquet.read_table(release / "data" / f"{name}.parquet").to_pylist()
        assert rows == [{f"{name}/{key}": plain(value) for key, value in row.items()} for row in written], name


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if value is None or value != value:
        return None
    return str(value)[:10] if hasattr(value, "isoformat") else value


def test_croissant_says_keys_and_references(release: Path) -> None:
    tables = {table["@id"]: table for table in read(release, "croissant.json")["recordSet"]}
    keys = [key["@id"] for key in tables["event_organizations"]["key"]]
    assert keys == ["event_organizations/event_id", "event_organizations/organization_id", "event_organizations/role"]
    fields = {field["name"]: field for field in tables["events"]["field"]}
    assert fields["region_code"]["references"] == {
        "fileObject": {"@id": "data/regions.parquet"},
        "extract": {"column": "region_code"},
    }
    assert "references" not in fields["title_ru"]
    assert fields["participants_count"]["dataType"] == "sc:Integer"
    assert fields["date_start"]["dataType"] == "sc:Date"


def test_croissant_does_not_refer_to_what_is_not_unique() -> None:
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}
    key = {"fields": ["a"], "reference": {"resource": "other", "fields": ["b"]}}
    nodes = [
        {"name": "one", "path": "one.csv", "format": "csv", "schema": {**schema, "foreignKeys": [key]}},
        {"name": "other", "path": "other.csv", "format": "csv", "schema": schema},
    ]
    assert "references" not in json.dumps(catalogue.croissant({"name": "x", "resources": nodes})["recordSet"])


def test_reader_of_croissant_refuses_a_broken_reference(release: Path, tmp_path: Path) -> None:
    node = catalogue.croissant({**described(release), "resources": described(release)["resources"][:1]})
    node["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "data/no-such.parquet"
    (tmp_path / "croissant.json").write_text(json.dumps(node), "utf-8")
    with pytest.raises(mlcroissant.ValidationError, match=r"no-such\.parquet"):
        mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))


# CSV on the Web


BROKEN = ("events", "population", "regions", "municipalities")


def complaints(folder: Path) -> list[str]:
    """What the csvw library says against the tables of a folder; strictly it allows no empty foreign key."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        package = CSVW(str(folder / "csv-metadata.json"), validate=True, strict=False)
        try:
            return [] if package.is_valid else [str(warning.message) for warning in package.warnings]
        except ValueError as error:
            return [str(error)]


@pytest.mark.slow
def test_csvw_calls_the_tables_valid_and_reads_their_values(release: Path) -> None:
    assert complaints(release) == []
    tables = {str(table.url): table for table in CSVW(str(release / "csv-metadata.json")).tables}
    assert set(tables) == {node["path"] for node in resources(release, "csv")}
    rows = list(tables["data/events.csv"])
    texts = read_csv(release / "data" / "events.csv")
    assert [row["event_id"] for row in rows] == [row["event_id"] for row in texts]
    assert [row["participants_count"] for row in rows] == [
        int(row["participants_count"]) if row["participants_count"] else None for row in texts
    ]
    assert [row["date_start"] and row["date_start"].date().isoformat() for row in rows] == [
        row["date_start"] or None for row in texts
    ]
    assert {row["oktmo"] for row in rows} == {row["oktmo"] or None for row in texts}


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        ("events", ",RU-AMU,", ",RU-XXX,", "Key `RU-XXX` not found in table data/regions.csv"),
        ("events", ",2016-10-26,", ",26.10.2016,", "date_start: yyyy-MM-dd -- 26.10.2016"),
        ("population", ",true,", ",maybe,", "invalid lexical value for boolean: maybe"),
        ("regions", "RU-IRK,", "RU-AMU,", "duplicate primary key: RU-AMU"),
        ("municipalities", "\n10508000,", "\n1050800,", "oktmo: invalid lexical value for string: 1050800"),
        ("events", ",121,", ",-121,", "value must be >= 0"),
        ("regions", "Иркутская область", "", "required column value is missing"),
    ],
)
def test_csvw_finds_broken_cells_by_our_metadata(
    table: str, old: str, new: str, complaint: str, release: Path, tmp_path: Path
) -> None:
    chosen = [node for node in resources(release, "csv") if node["name"] in BROKEN]
    (tmp_path / "data").mkdir()
    for node in chosen:
        shutil.copy(release / node["path"], tmp_path / node["path"])
    metadata = catalogue.csvw_metadata({**described(release), "resources": chosen})
    (tmp_path / "csv-metadata.json").write_text(json.dumps(metadata), "utf-8")
    assert complaints(tmp_path) == []
    path = tmp_path / "data" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert any(complaint in said for said in complaints(tmp_path)), complaints(tmp_path)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ({"type": "string", "constraints": {"pattern": "[0-9]{2}"}}, "12", "123"),
        ({"type": "string", "constraints": {"enum": ["a.b", "c|d"]}}, "c|d", "axb"),
        ({"type": "string", "constraints": {"minLength": 2, "maxLength": 3}}, "ab", "abcd"),
        ({"type": "integer", "constraints": {"minimum": 1, "maximum": 5}}, "5", "6"),
        ({"type": "integer", "groupChar": ",", "constraints": {"exclusiveMinimum": 1000}}, "1,001", "1,000"),
        ({"type": "number", "decimalPlaces": 2, "constraints": {"minimum": 0}}, "0.10", "-0.10"),
        ({"type": "number", "decimalChar": ",", "constraints": {"exclusiveMaximum": 2}}, "1,9", "2,0"),
        ({"type": "boolean"}, "true", "да"),
        ({"type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]}, "да", "true"),
        ({"type": "date", "constraints": {"minimum": "2016-01-01"}}, "2016-01-01", "2015-12-31"),
        ({"type": "date"}, "2016-01-01", "01.01.2016"),
        ({"type": "time"}, "10:30:00", "10.30"),
        ({"type": "datetime", "constraints": {"maximum": "2016-01-01T00:00:00Z"}}, "2015-01-01T00:00:00Z", "later"),
        ({"type": "duration"}, "P1Y2M", "1 year"),
        ({"type": "object"}, '{"a": 1}', "{a"),
        ({"type": "geojson"}, '{"type": "Point", "coordinates": [1, 2]}', "{"),
    ],
)
def test_datatype_of_csvw_lets_the_good_through_and_stops_the_bad(field: dict[str, Any], good: str, bad: str) -> None:
    read = Datatype.fromvalue(datatype(field)).read
    read(good)
    with pytest.raises(ValueError, match=r".+"):
        read(bad)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "date", "format": "%d.%m.%Y"}, {"type": "geopoint"}, {"type": "any"}, {},
        {"type": "boolean", "trueValues": ["yes", "y"], "falseValues": ["no"]},
        {"type": "integer", "bareNumber": False},
    ],
)  # fmt: skip
def test_what_csvw_does_not_have_is_text(field: dict[str, Any]) -> None:
    assert datatype(field) == "string"


def test_year_has_no_bounds_since_csvw_has_none_for_it() -> None:
    assert datatype({"type": "year", "constraints": {"minimum": 2000}}) == "gYear"
    assert datatype({"type": "yearmonth"}) == "gYearMonth"


# DataCite, Zenodo and CITATION.cff


def test_datacite_is_of_its_schema_and_becomes_its_xml(release: Path) -> None:
    record = read(release, "datacite.json")
    schema45.validator.validate(record)
    assert record["doi"] == "10.5281/zenodo.1234567"
    assert [title.get("titleType") for title in record["titles"]] == [None, "TranslatedTitle"]
    assert record["creators"][1]["name"] == "Петрова, Анна"
    assert record["creators"][1]["nameIdentifiers"][0]["nameIdentifierScheme"] == "ORCID"
    assert record["contributors"] == [{**record["creators"][1], "contributorType": "ContactPerson"}]
    assert record["fundingReferences"] == [{"funderName": "Фонд"}]
    assert "<publicationYear>2026</publicationYear>" in schema45.tostring(record)


def test_zenodo_gets_html_in_both_languages_and_known_identifiers(release: Path) -> None:
    node = read(release, ".zenodo.json")
    assert {"upload_type", "title", "description", "creators", "license", "publication_date"} <= set(node)
    assert re.fullmatch(r"(<p>[^<>]+</p>){3}", node["description"])
    assert node["creators"][1] == {
        "name": "Петрова, Анна", "affiliation": "Институт & Ко", "orcid": "0000-0002-1825-0097",
    }  # fmt: skip
    assert node["related_identifiers"] == [
        {"identifier": "https://rosstat.gov.ru/vpn/2020", "relation": "isDerivedFrom"}
    ]
    broken = catalogue.zenodo({"title": "x", "description": "a < b & c"})
    assert broken["description"] == "<p>a &lt; b &amp; c</p>"


def test_citation_file_is_of_the_schema_of_cff(release: Path) -> None:
    node = yaml.safe_load((release / "CITATION.cff").read_bytes())
    schema = Draft7Validator(get_builtin_schema("vendor.citation-file-format"))
    assert [error.message for error in schema.iter_errors(node)] == []
    assert node["authors"][1]["family-names"] == "Петрова"
    assert (node["type"], node["license"], node["date-released"]) == ("dataset", "CC-BY-4.0", "2026-11-21")
    assert "cite" in node["message"] and "сошлитесь" in node["message"]
    assert list(schema.iter_errors({**node, "authors": []}))


@settings(max_examples=60)
@given(st.text(), st.lists(st.text(min_size=1), unique=True))
def test_any_text_survives_the_citation_file(title: str, keywords: list[str]) -> None:
    node = yaml.safe_load(catalogue.citation_cff({"title": title, "keywords": keywords}))
    assert node.get("title", "") == title
    assert node.get("keywords", []) == keywords


def test_line_and_bibtex_cite_creators_year_version_and_address(release: Path) -> None:
    node = described(release)
    assert catalogue.citation_text(node).startswith("resopen maintainers; Анна Петрова (2026). Resolutions of")
    assert catalogue.citation_text(node).endswith(
        "Version 0.1.0. resopen maintainers. https://doi.org/10.5281/zenodo.1234567"
    )
    entry = catalogue.bibtex({**node, "title": "A {strange} \\title% of & things"})
    assert "title = {A strange title of  things}" in entry
    assert "author = {{resopen maintainers} and {Анна Петрова}}" in entry
    assert entry.count("{") == entry.count("}")


# Snippets


def python_snippets(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)\n```", page, re.DOTALL)


@pytest.mark.slow
def test_every_python_snippet_runs_in_the_release(
    release: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(release)
    codes = python_snippets((release / "LOADING.md").read_text("utf-8"))
    assert [re.findall(r"^import (\w+)$", code, re.MULTILINE)[-1] for code in codes] == [
        "pandas", "pandas", "pandas", "polars", "duckdb",
    ]  # fmt: skip
    rows = {node["name"]: node["rowCount"] for node in resources(release, "csv")}
    for code in codes:
        names: dict[str, Any] = {}
        exec(compile(code, "snippet", "exec"), names)  # noqa: S102
        loaded = names.get("tables") or {name: names[name] for name in rows if name in names}
        assert {name: len(table) for name, table in loaded.items()} == {name: rows[name] for name in loaded}
        assert loaded
        assert capsys.readouterr().out


def test_snippets_name_files_that_are_there_and_keep_codes_as_text(release: Path) -> None:
    snippets = catalogue.snippets(described(release))
    paths = {path for snippet in snippets for path in re.findall(r"data/[a-z_]+\.[a-z]+", snippet.code)}
    assert paths and all((release / path).is_file() for path in paths)
    r = "\n".join(snippet.code for snippet in snippets if snippet.language == "r")
    assert re.findall(r"library\((\w+)\)", r) == ["frictionless", "arrow"]
    assert re.search(r'read_resource\(package, "(\w+)"\)', r)


def test_package_of_one_csv_has_snippets_of_csv_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "it's.csv").write_text("code\n01\nNA\n\n", "utf-8")
    node = {"name": "class", "path": "it's.csv", "format": "csv", "schema": {"fields": [{"name": "code"}]}}
    codes = python_snippets(catalogue.loading_page({"name": "x", "resources": [node]}))
    assert len(codes) == 1
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(codes[0], "snippet", "exec"), names)  # noqa: S102
    assert list(names["table_class"]["code"]) == ["01", "NA"]


# All of them


def words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)
    else:
        yield str(node)


@pytest.mark.parametrize("name", ["schema-org.jsonld", "csv-metadata.json", "croissant.json"])
def test_titles_of_every_field_stand_in_both_languages(name: str, release: Path) -> None:
    text = "\n".join(words(read(release, name)))
    for node in resources(release, "csv"):
        for field in node["schema"]["fields"]:
            assert field["title"] in text
            assert field["title_ru"] in text


def test_text_of_one_language_has_no_tag() -> None:
    node = {"name": "x", "title": "Название", "description": "Описание", "resources": []}
    assert catalogue.schema_org(node)["name"] == ["Название"]
    assert "inLanguage" not in catalogue.schema_org(node)
    assert catalogue.datacite(node)["titles"] == [{"title": "Название"}]
    assert "dcterms:language" not in catalogue.dcat_ap(node)["@graph"][0]


def test_names_of_any_script_are_read_by_every_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [{"name": "код-1", "type": "string"}, {"name": "has space.%", "type": "integer"}, {"name": "_a"}]
    key = {"fields": ["_a"], "reference": {"resource": "", "fields": ["код-1"]}}
    schema = {"fields": fields, "primaryKey": "код-1", "foreignKeys": [key]}
    path = "данные.csv"
    (tmp_path / path).write_text("код-1,has space.%,_a\nи1,5,и1\nи2,6,и1\n", "utf-8")
    digest = hashlib.sha256((tmp_path / path).read_bytes()).hexdigest()
    node = {"name": "таблица", "path": path, "format": "csv", "mediatype": "text/csv", "hash": f"sha256:{digest}"}
    descriptor = {"name": "x", "title": "X", "resources": [{**node, "schema": schema}]}
    for name, content in catalogue.catalogue_files(descriptor).items():
        (tmp_path / name).write_bytes(content)
    columns = read(tmp_path, "csv-metadata.json")["tables"][0]["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == ["%D0%BA%D0%BE%D0%B4%2D1", "has%20space%2E%25", "%5Fa"]
    assert [column["titles"] for column in columns] == [{"und": "код-1"}, {"und": "has space.%"}, {"und": "_a"}]
    assert all(graph(tmp_path / name) for name in LINKED)
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    assert [row["таблица/has%20space.%25"] for row in dataset.records("таблица")] == [5, 6]
    monkeypatch.chdir(tmp_path)
    exec(compile(python_snippets((tmp_path / "LOADING.md").read_text("utf-8"))[0], "snippet", "exec"), {})  # noqa: S102


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"temporal": "2016"}, "temporal"), ({"temporal": {"start": "in 2016"}}, "temporal.start"),
        ({"spatial": {"title": "Kaluga"}}, "spatial"), ({"themes": ["society"]}, "themes[0]"),
        ({"themes": "society"}, "themes"), ({"created": "21.11.2026"}, "created"),
    ],
)  # fmt: skip
def test_wrong_value_of_a_key_is_refused_by_the_key(more: dict[str, Any], key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        catalogue.catalogue_files({"name": "x", "resources": [], **more})
    assert caught.value.details["key"] == key


def test_nothing_is_invented() -> None:
    bare = {"name": "x", "resources": []}
    assert set(catalogue.schema_org(bare)) == {"@context", "@type", "alternateName"}
    assert catalogue.dcat_ap(bare)["@graph"] == [
        {"@id": "#dataset", "@type": "dcat:Dataset", "dcterms:identifier": "x"}
    ]
    assert set(catalogue.croissant(bare)) == {"@context", "@type", "conformsTo", "alternateName", "citeAs"}
    assert catalogue.csvw_metadata(bare) == {"@context": "http://www.w3.org/ns/csvw"}
    assert set(catalogue.datacite(bare)) == {"types", "schemaVersion"}
    assert set(catalogue.zenodo(bare)) == {"upload_type"}
    assert set(yaml.safe_load(catalogue.citation_cff(bare))) == {"cff-version", "message", "type"}
    assert catalogue.snippets(bare) == ()


def test_records_without_what_their_registers_must_have_are_not_written(release: Path) -> None:
    node = described(release)
    whole = set(catalogue.catalogue_files(node))
    assert {"datacite.json", "CITATION.cff", "csv-metadata.json", "LOADING.md"} <= whole
    assert whole - set(catalogue.catalogue_files({**node, "created": ""})) == {"datacite.json"}
    assert whole - set(catalogue.catalogue_files({**node, "contributors": []})) == {"datacite.json", "CITATION.cff"}


def test_same_descriptor_gives_the_same_bytes_in_every_process(release: Path, tmp_path: Path) -> None:
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps(described(release)), "utf-8")
    code = (
        "import hashlib, json, sys; from resopen.catalogue import catalogue_files\n"
        "files = catalogue_files(json.load(open(sys.argv[1], encoding='utf-8')))\n"
        "print({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    files = catalogue.catalogue_files(described(release))
    assert said[0] == said[1] == f"{ {n: hashlib.sha256(c).hexdigest() for n, c in files.items()} }\n"
    assert all(b"\r" not in content and content.endswith(b"\n") for content in files.values())
