"""The description of a release for search engines: schema.org Dataset in JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resopen.catalogue import descriptor as of
from resopen.catalogue.citation import citation_text

CONTEXT: dict[str, Any] = {
    "@vocab": "https://schema.org/",
    **{key: {"@type": "@id"} for key in ("contentUrl", "license", "sameAs", "url")},
}


def schema_org(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema.org Dataset of a descriptor as JSON-LD.

    The context is part of it, so that it is read without a network. Paths of files stay relative
    to the file that holds the description. Texts stand in each language with its tag. What the
    descriptor does not say is left out. `citation` names the sources, `creditText` says how to
    cite the release.
    Source: schema.org/Dataset; Google Search Central, Dataset structured data.
    """
    node = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": of.identity(descriptor),
        "identifier": of.identity(descriptor) or descriptor.get("id"),
        "name": of.tagged(descriptor, "title"),
        "alternateName": descriptor.get("name"),
        "description": of.tagged(descriptor, "description"),
        "version": descriptor.get("version"),
        "datePublished": of.released_on(descriptor),
        "url": descriptor.get("homepage"),
        "inLanguage": of.languages(descriptor),
        "keywords": list(descriptor.get("keywords") or []),
        "license": [licence.address for licence in of.licences(descriptor) if licence.address],
        "creator": [agent(party) for party in of.in_role(descriptor, *of.CREATORS)],
        "publisher": [agent(party) for party in of.in_role(descriptor, "publisher")],
        "funder": [agent(party) for party in of.in_role(descriptor, "funder")],
        "temporalCoverage": _interval(descriptor),
        "spatialCoverage": [_place(item) for item in of.places(descriptor)],
        "citation": [_work(item) for item in descriptor.get("sources") or []],
        "creditText": citation_text(descriptor),
        "distribution": [_download(file) for file in of.files(descriptor)],
        "variableMeasured": [
            _variable(table.table, field) for table in of.tables(descriptor) for field in of.fields(table.schema)
        ],
    }
    return of.filled(node)


def agent(party: of.Party) -> dict[str, Any]:
    """Return a contributor as a Person or an Organization of schema.org."""
    return of.filled(
        {
            "@type": "Person" if party.is_person else "Organization",
            "name": party.name,
            "givenName": party.given_name,
            "familyName": party.family_name,
            "affiliation": {"@type": "Organization", "name": party.organization} if party.organization else {},
            "email": party.email,
            "url": party.address,
        }
    )


def _interval(descriptor: Mapping[str, Any]) -> str:
    """Return the period in the form of ISO 8601-2, where two dots stand for an end that is open."""
    start, end = of.period(descriptor)
    return f"{start or '..'}/{end or '..'}" if start or end else ""


def _place(node: Mapping[str, Any]) -> dict[str, Any]:
    return of.filled({"@type": "Place", "name": of.tagged(node, "title"), "sameAs": node.get("path")})


def _work(node: Mapping[str, Any]) -> dict[str, Any]:
    return of.filled({"@type": "CreativeWork", "name": of.tagged(node, "title"), "url": node.get("path")})


def _download(file: of.File) -> dict[str, Any]:
    return of.filled(
        {
            "@type": "DataDownload",
            "name": of.tagged(file.node, "title"),
            "description": of.tagged(file.node, "description"),
            "contentUrl": file.path,
            "encodingFormat": file.media_type,
            "contentSize": f"{file.bytes} B" if file.bytes is not None else "",
            "sha256": file.sha256,
        }
    )


def _variable(table: str, field: Mapping[str, Any]) -> dict[str, Any]:
    bounds = field.get("constraints") or {}
    numeric = field.get("type") in ("integer", "number", "year")
    node = {
        "@type": "PropertyValue",
        "name": of.tagged(field, "title") or field.get("name"),
        "description": of.tagged(field, "description"),
        "propertyID": f"{table}.{field.get('name')}",
        "unitText": field.get("unit"),
        "minValue": bounds.get("minimum") if numeric else None,
        "maxValue": bounds.get("maximum") if numeric else None,
    }
    return of.filled(node)
