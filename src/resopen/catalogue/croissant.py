"""The description of a release for machine learning: Croissant 1.0 in JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from resopen.catalogue import descriptor as of
from resopen.catalogue.citation import bibtex
from resopen.catalogue.schema_org import agent

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
# Terms of the Croissant vocabulary that stand without their prefix.
TERMS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format",
    "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex",
    "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
CONTEXT: Mapping[str, Any] = MappingProxyType(
    {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        **{term: f"cr:{term}" for term in TERMS},
    }
)
DATA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "integer": "sc:Integer", "year": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean",
        "date": "sc:Date", "datetime": "sc:DateTime", "time": "sc:Time",
    }
)  # fmt: skip
# Croissant writes of Parquet by the name that it had before its media type was registered.
MEDIA_TYPES: Mapping[str, str] = MappingProxyType({"application/vnd.apache.parquet": "application/x-parquet"})


def croissant(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Croissant 1.0 description of a descriptor as JSON-LD.

    Every file is a FileObject and every table a RecordSet, read from Parquet where there is a
    Parquet file of it (CSV has no types, and codes with leading zeros would be read as numbers),
    else from CSV. Of foreign keys those of one field to a field that is unique by itself are
    said: Croissant references field by field. They name the column of the file and not the field
    of the RecordSet, which mlcroissant 1.1 cannot read where references follow one another.
    Croissant 1.0 has one text of each kind, so descriptions stand in both languages one after the
    other. What the descriptor does not say is left out.
    Source: MLCommons, Croissant Format Specification 1.0.
    """
    node = {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": of.title(descriptor),
        "alternateName": [*list(of.texts(descriptor, "title").values())[1:], str(descriptor.get("name", ""))],
        "description": of.joined(descriptor, "description", "\n\n"),
        "version": descriptor.get("version"),
        "datePublished": of.released_on(descriptor),
        "url": descriptor.get("homepage") or of.identity(descriptor),
        "license": [licence.address for licence in of.licences(descriptor) if licence.address],
        "creator": [agent(party) for party in of.in_role(descriptor, *of.CREATORS)],
        "publisher": [agent(party) for party in of.in_role(descriptor, "publisher")],
        "keywords": list(descriptor.get("keywords") or []),
        "inLanguage": of.languages(descriptor),
        "citeAs": bibtex(descriptor),
        "distribution": [_file_object(file) for file in of.files(descriptor)],
        "recordSet": _record_sets(descriptor),
    }
    return of.filled(node)


def _file_object(file: of.File) -> dict[str, Any]:
    return of.filled(
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path.rsplit("/", 1)[-1],
            "description": of.joined(file.node, "title", " / "),
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B" if file.bytes is not None else "",
            "encodingFormat": MEDIA_TYPES.get(file.media_type, file.media_type),
            "sha256": file.sha256,
        }
    )


def _record_sets(descriptor: Mapping[str, Any]) -> list[dict[str, Any]]:
    typed = {file.table: file.path for file in of.files(descriptor) if file.format == "parquet"}
    tables = of.tables(descriptor)
    sources = {table.table: typed.get(table.table, table.path) for table in tables}
    targets = {
        (table.table, name): _column(sources[table.table], name) for table in tables for name in _unique(table.schema)
    }
    return [_record_set(table, sources[table.table], targets) for table in tables]


def _column(path: str, name: str) -> dict[str, Any]:
    return {"fileObject": {"@id": path}, "extract": {"column": name}}


def _unique(schema: Mapping[str, Any]) -> set[str]:
    """Return the fields of which each alone tells the rows of a table apart."""
    keys = [of.names(key) for key in (schema.get("primaryKey"), *(schema.get("uniqueKeys") or []))]
    marked = {str(field["name"]) for field in of.fields(schema) if (field.get("constraints") or {}).get("unique")}
    return marked | {key[0] for key in keys if len(key) == 1}


def _record_set(table: of.File, source: str, targets: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    references = _references(table, targets)
    text = (of.joined(table.node, "title", " / "), of.joined(table.node, "description", " / "))
    node = {
        "@type": "cr:RecordSet",
        "@id": table.table,
        "name": table.table,
        "description": ". ".join(filter(None, text)),
        "key": [{"@id": _id(table.table, name)} for name in of.names(table.schema.get("primaryKey"))],
        "field": [_field(field, table.table, source, references) for field in of.fields(table.schema)],
    }
    return of.filled(node)


def _references(table: of.File, targets: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return by field the column that it refers to; of several the first."""
    found: dict[str, dict[str, Any]] = {}
    for key in table.schema.get("foreignKeys") or []:
        names, reference = of.names(key.get("fields")), key.get("reference") or {}
        other, others = str(reference.get("resource") or table.table), of.names(reference.get("fields"))
        if len(names) == len(others) == 1 and (other, others[0]) in targets:
            found.setdefault(names[0], targets[other, others[0]])
    return found


def _field(field: Mapping[str, Any], table: str, source: str, references: Mapping[str, Any]) -> dict[str, Any]:
    name = str(field["name"])
    text = (of.joined(field, "title", " / "), of.joined(field, "description", " / "))
    node = {
        "@type": "cr:Field",
        "@id": _id(table, name),
        "name": name,
        "description": ". ".join(filter(None, text)),
        "dataType": _data_type(field),
        "source": _column(source, name),
        "references": references.get(name),
    }
    return of.filled(node)


def _id(table: str, name: str) -> str:
    return of.address_of(f"{table}/{name}")


def _data_type(field: Mapping[str, Any]) -> str:
    if field.get("type") == "string" and field.get("format") == "uri":
        return "sc:URL"
    return DATA_TYPES.get(str(field.get("type")), "sc:Text")
