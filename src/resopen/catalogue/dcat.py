"""The description of a release for data portals: DCAT-AP 3 in JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from resopen.catalogue import descriptor as of
from resopen.schema.forms import is_address

CONTEXT: Mapping[str, str] = MappingProxyType(
    {
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
EU = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
# The codes of the EU tables of languages and of file types, for what this package knows.
EU_LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "ENG", "ru": "RUS"})
EU_FILE_TYPES: Mapping[str, str] = MappingProxyType(
    {"csv": "CSV", "tsv": "TSV", "json": "JSON", "parquet": "PARQUET", "xlsx": "XLSX", "ods": "ODS"}
)
PRECISIONS: Mapping[int, str] = MappingProxyType({4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"})


def dcat_ap(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the DCAT-AP 3 description of a descriptor as JSON-LD.

    A dataset with a distribution for each file and, where a publisher is named (a catalogue must
    have one), a catalogue of this one dataset. The context is part of it, so that it is read
    without a network. Addresses of files are relative to the file that holds the description;
    `accessURL`, which every distribution must have, is the file itself. What the descriptor does
    not say is left out.
    Source: DCAT-AP 3.0; the authority tables of the Publications Office of the EU; SPDX 2.
    """
    dataset = _dataset(descriptor)
    publisher = dataset.get("dcterms:publisher")
    catalogue: dict[str, Any] = {
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        **{key: dataset[key] for key in ("dcterms:title", "dcterms:description") if key in dataset},
        "dcterms:publisher": publisher,
        "dcat:dataset": {"@id": dataset["@id"]},
    }
    return {"@context": dict(CONTEXT), "@graph": [*([catalogue] if publisher else []), dataset]}


def _dataset(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    start, end = of.period(descriptor)
    limits = {"dcat:startDate": _moment(start), "dcat:endDate": _moment(end)}
    node = {
        "@id": of.identity(descriptor) or "#dataset",
        "@type": "dcat:Dataset",
        "dcterms:identifier": of.identity(descriptor) or descriptor.get("id") or descriptor.get("name"),
        "dcterms:title": of.tagged(descriptor, "title"),
        "dcterms:description": of.tagged(descriptor, "description"),
        "dcat:version": descriptor.get("version"),
        "dcterms:issued": _moment(of.released_on(descriptor)),
        "dcat:landingPage": _typed(descriptor.get("homepage"), "foaf:Document"),
        "dcat:keyword": list(descriptor.get("keywords") or []),
        "dcat:theme": [{"@id": theme} for theme in of.themes(descriptor)],
        "dcterms:language": [
            _typed(f"{EU}/language/{EU_LANGUAGES[language]}", "dcterms:LinguisticSystem")
            for language in of.languages(descriptor)
        ],
        "dcterms:creator": [_agent(party) for party in of.in_role(descriptor, *of.CREATORS)],
        # A dataset and a catalogue have one publisher at most.
        "dcterms:publisher": next((_agent(party) for party in of.in_role(descriptor, "publisher")), None),
        "dcat:contactPoint": [_contact(party) for party in of.in_role(descriptor, "contact")],
        "dcterms:conformsTo": _typed(descriptor.get("$schema"), "dcterms:Standard"),
        "dcterms:temporal": {"@type": "dcterms:PeriodOfTime", **of.filled(limits)} if start or end else None,
        "dcterms:spatial": [_place(item) for item in of.places(descriptor)],
        "dcterms:provenance": [_source(item) for item in descriptor.get("sources") or []],
        "dcat:distribution": [_distribution(file, descriptor) for file in of.files(descriptor)],
    }
    return of.filled(node)


def _typed(address: Any, kind: str) -> dict[str, str] | None:
    """Return a node of an address and its class, or nothing where there is no address."""
    return {"@id": str(address), "@type": kind} if is_address(str(address or "")) else None


def _moment(text: str) -> dict[str, str] | None:
    return {"@type": PRECISIONS[len(text)], "@value": text} if text else None


def _agent(party: of.Party) -> dict[str, Any]:
    named = re.match(r"https://(orcid\.org|ror\.org)/", party.address)
    node = {
        "@id": party.address if named else f"#party-{party.number}",
        "@type": ["foaf:Agent", "foaf:Person" if party.is_person else "foaf:Organization"],
        "foaf:name": party.name,
        "foaf:homepage": None if named else _typed(party.address, "foaf:Document"),
    }
    return of.filled(node)


def _contact(party: of.Party) -> dict[str, Any]:
    node = {
        "@type": ["vcard:Kind", "vcard:Individual" if party.is_person else "vcard:Organization"],
        "vcard:fn": party.name,
        "vcard:hasEmail": {"@id": f"mailto:{party.email}"} if party.email else None,
        "vcard:hasURL": {"@id": party.address} if is_address(party.address) else None,
    }
    return of.filled(node)


def _place(node: Mapping[str, Any]) -> dict[str, Any]:
    address = str(node.get("path") or "")
    place = {"@type": "dcterms:Location", "skos:prefLabel": of.tagged(node, "title")}
    return of.filled({"@id": address if is_address(address) else "", **place})


def _source(node: Mapping[str, Any]) -> dict[str, Any]:
    see = _typed(node.get("path"), "foaf:Document")
    return of.filled(
        {"@type": "dcterms:ProvenanceStatement", "rdfs:label": of.tagged(node, "title"), "rdfs:seeAlso": see}
    )


def _distribution(file: of.File, descriptor: Mapping[str, Any]) -> dict[str, Any]:
    addresses = [licence.address for licence in of.licences(descriptor) if licence.address]
    code = EU_FILE_TYPES.get(file.format)
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
        "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
    }
    size = {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)}
    node = {
        "@id": f"#file-{of.address_of(file.name)}",
        "@type": "dcat:Distribution",
        "dcterms:title": of.tagged(file.node, "title"),
        "dcterms:description": of.tagged(file.node, "description"),
        "dcat:accessURL": {"@id": file.path},
        "dcat:downloadURL": {"@id": file.path},
        "dcat:mediaType": _typed(file.media_type and f"{MEDIA_TYPES}/{file.media_type}", "dcterms:MediaType"),
        "dcterms:format": _typed(code and f"{EU}/file-type/{code}", "dcterms:MediaTypeOrExtent"),
        "dcat:byteSize": size if file.bytes is not None else None,
        "spdx:checksum": checksum if file.sha256 else None,
        # A distribution has one licence at most; further ones stand in the other descriptions.
        "dcterms:license": _typed(next(iter(addresses), ""), "dcterms:LicenseDocument"),
        "dcterms:conformsTo": _typed(file.schema.get("$schema"), "dcterms:Standard"),
        "dcterms:issued": _moment(of.released_on(descriptor)),
    }
    return of.filled(node)
