"""The tables of a release for readers of CSV on the Web: columns, datatypes and keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from resopen.catalogue import descriptor as of

# Types of Table Schema that are a datatype of CSVW as they stand, in their default format.
BASES: Mapping[str, str] = MappingProxyType(
    {
        "string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date",
        "time": "time", "datetime": "dateTime", "year": "gYear", "yearmonth": "gYearMonth",
        "duration": "duration", "object": "json", "array": "json", "geojson": "json",
    }
)  # fmt: skip
BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "minimum": "minimum", "maximum": "maximum",
        "exclusiveMinimum": "minExclusive", "exclusiveMaximum": "maxExclusive",
    }
)  # fmt: skip
# Bounds of gYear and gYearMonth are refused by readers of CSVW.
ORDERED = ("integer", "number", "decimal", "date", "time", "dateTime", "duration")


def csvw_metadata(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the CSVW metadata of the CSV files of a descriptor.

    Paths are relative to the file that holds the metadata. Titles of a column are its label in
    the file (of no language) and its titles in each language. Constraints that CSVW cannot say
    (`unique`, `jsonSchema`, a pattern of what is not text) are left out; a type or a format that
    it does not have is text.
    Source: W3C, Metadata Vocabulary for Tabular Data.
    """
    urls = {table.table: table.path for table in of.tables(descriptor)}
    licences = [{"@id": licence.address} for licence in of.licences(descriptor) if licence.address]
    node = {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": of.tagged(descriptor, "title"),
        "dc:description": of.tagged(descriptor, "description"),
        "dc:license": licences,
        "dc:issued": of.released_on(descriptor),
        "dcat:keyword": list(descriptor.get("keywords") or []),
        "schema:version": descriptor.get("version"),
        "tables": [_table(table, urls) for table in of.tables(descriptor)],
    }
    return of.filled(node)


def _table(table: of.File, urls: Mapping[str, str]) -> dict[str, Any]:
    schema = table.schema
    keys = (_foreign_key(key, table, urls) for key in schema.get("foreignKeys") or [])
    columns = {
        "columns": [_column(field, schema) for field in of.fields(schema)],
        "primaryKey": _names(schema.get("primaryKey")),
        "foreignKeys": [key for key in keys if key],
    }
    node = {
        "url": table.path,
        "dc:title": of.tagged(table.node, "title"),
        "dc:description": of.tagged(table.node, "description"),
        "tableSchema": of.filled(columns),
    }
    return of.filled(node)


def _foreign_key(key: Mapping[str, Any], table: of.File, urls: Mapping[str, str]) -> dict[str, Any]:
    """Return a foreign key; an empty object where the table that it names is no CSV file of the package."""
    reference = key.get("reference") or {}
    url = urls.get(str(reference.get("resource") or table.table))
    target = {"resource": url, "columnReference": _names(reference.get("fields"))}
    return {"columnReference": _names(key.get("fields")), "reference": target} if url else {}


def _name(text: str) -> str:
    """Return the name of a column: what a variable of RFC 6570 may not hold stands percent-encoded."""
    encoded = re.sub(r"[^A-Za-z0-9_]", lambda match: quote(match[0], safe="").replace("-", "%2D"), text)
    encoded = encoded.replace(".", "%2E").replace("~", "%7E")
    return f"%5F{encoded[1:]}" if encoded.startswith("_") else encoded


def _names(value: Any) -> list[str]:
    return [_name(name) for name in of.names(value)]


def _column(field: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    constraints = field.get("constraints") or {}
    titles = of.texts(field, "title")
    labels = list(dict.fromkeys([str(field["name"]), *filter(None, [titles.pop("", "")])]))
    kind = str(field.get("type") or "any")
    missing = of.values(field.get("missingValues", schema.get("missingValues", [""])))
    node = {
        "name": _name(str(field["name"])),
        "titles": {"und": labels[0] if len(labels) == 1 else labels, **titles},
        "dc:description": of.tagged(field, "description"),
        "schema:unitText": field.get("unit"),
        "datatype": _list_datatype(field) if kind == "list" else datatype(field),
        "separator": str(field.get("delimiter") or ",") if kind == "list" else "",
        "required": bool(constraints.get("required")) or None,
    }
    # No text may stand for a missing value at all, so an empty list is said, not left out.
    return {**of.filled(node), "null": missing[0] if len(missing) == 1 else missing}


def _list_datatype(field: Mapping[str, Any]) -> str | dict[str, Any]:
    return datatype({"type": field.get("itemType") or "string"})


def datatype(field: Mapping[str, Any]) -> str | dict[str, Any]:
    """Return the datatype of a field: a name where that says all, else an object with its facets."""
    constraints = field.get("constraints") or {}
    base, form = _base_and_format(field)
    node: dict[str, Any] = {"base": base}
    if base == "string":
        enum = of.values(constraints.get("enum") or field.get("categories"))
        pattern = constraints.get("pattern") or "|".join(re.sub(r"([\\^$.|?*+()\[\]{}/])", r"\\\1", x) for x in enum)
        form = f"^(?:{pattern})$" if pattern else ""
        node |= {key: constraints[key] for key in ("minLength", "maxLength") if key in constraints}
    if base in ORDERED:
        node |= {facet: str(constraints[key]) for key, facet in BOUNDS.items() if key in constraints}
    if form:
        node["format"] = form
    return base if len(node) == 1 else node


def _base_and_format(field: Mapping[str, Any]) -> tuple[str, Any]:
    kind, form = str(field.get("type") or "any"), str(field.get("format") or "default")
    if kind == "string":
        return {"uri": "anyURI", "binary": "base64Binary"}.get(form, "string"), ""
    if kind == "boolean" and ("trueValues" in field or "falseValues" in field):
        pair = (field.get("trueValues") or ["true"], field.get("falseValues") or ["false"])
        # CSVW has one word for yes and one for no.
        return ("boolean", "|".join(words[0] for words in pair)) if all(len(x) == 1 for x in pair) else ("string", "")
    if kind in ("integer", "number"):
        marks = {key: field[key] for key in ("decimalChar", "groupChar") if key in field}
        # Readers of CSVW heed marks in decimals, not in floating-point numbers.
        base = "decimal" if kind == "number" and ("decimalPlaces" in field or marks) else BASES[kind]
        return (base, marks) if field.get("bareNumber", True) else ("string", "")
    return (BASES.get(kind, "string") if form == "default" else "string"), ""
