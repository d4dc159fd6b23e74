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
THEMES = f"{EU}/data-theme"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
# The codes of the EU tables of languages and of file types, for what this package knows.
EU_LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "ENG", "ru": "RUS"})
EU_FILE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "csv": "CSV", "tsv": "TSV", "json": "JSON", "geojson": "GEOJSON", "parquet": "PARQUET", "xlsx": "XLSX",
        "xls": "XLS", "ods": "ODS", "html": "HTML", "pdf": "PDF", "txt": "TXT", "xml": "XML", "zip": "ZIP",
    }
)  # fmt: skip
# The data themes of the EU and their English labels, since a concept must have one.
EU_THEMES: Mapping[str, str] = MappingProxyType(
    {
        "AGRI": "Agriculture, fisheries, forestry and food",
        "ECON": "Economy and finance",
        "EDUC": "Education, culture and sport",
        "ENER": "Energy",
        "ENVI": "Environment",
        "GOVE": "Government and public sector",
        "HEAL": "Health",
        "INTR": "International issues",
        "JUST": "Justice, legal system and public safety",
        "OP_DATPRO": "Provisional data",
        "REGI": "Regions and cities",
        "SOCI": "Population and society",
        "TECH": "Science and technology",
        "TRAN": "Transport",
    }
)
# What is said of a catalogue of one dataset as of the dataset itself.
SHARED = ("title", "description", "publisher", "issued", "language", "spatial", "temporal")
PRECISIONS: Mapping[int, str] = MappingProxyType({4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"})


def dcat_ap(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the DCAT-AP 3 description of a descriptor as JSON-LD.

    A dataset with a distribution for each file and, where a publisher is named (a catalogue must
    have one), a catalogue of this one dataset. The context is part of it, so that it is read
    without a network. Addresses of files are relative to the file that holds the description;
    `accessURL`, which every distribution must have, is the file itself. A distribution has the
    licence of its resource, or else that of the package. A theme that is not one of the EU has no
    label here: who reads it needs its vocabulary. What the descriptor does not say is left out.
    Source: DCAT-AP 3.0.1; the authority tables of the Publications Office of the EU; SPDX 2.
    """
    dataset = _dataset(descriptor)
    catalogue = [_catalogue(descriptor, dataset)] if "dcterms:publisher" in dataset else []
    return {"@context": dict(CONTEXT), "@graph": [*catalogue, dataset]}


def _catalogue(descriptor: Mapping[str, Any], dataset: Mapping[str, Any]) -> dict[str, Any]:
    has_eu_theme = any(_label(theme) for theme in of.themes(descriptor))
    scheme = {"@type": "skos:ConceptScheme", "dcterms:title": {"@language": "en", "@value": "Data theme"}}
    node = {
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        **{f"dcterms:{name}": dataset.get(f"dcterms:{name}") for name in SHARED},
        "dcterms:license": _licence(descriptor),
        "dcat:themeTaxonomy": {"@id": THEMES, **scheme} if has_eu_theme else None,
        "dcat:dataset": {"@id": dataset["@id"]},
    }
    return of.filled(node)


def _dataset(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    start, end = of.period(descriptor)
    limits = of.filled({"dcat:startDate": _moment(start), "dcat:endDate": _moment(end)})
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
        "dcat:theme": [_theme(theme) for theme in of.themes(descriptor)],
        "dcterms:language": [
            _typed(f"{EU}/language/{EU_LANGUAGES[language]}", "dcterms:LinguisticSystem")
            for language in of.languages(descriptor)
        ],
        "dcterms:creator": [_agent(party) for party in of.in_role(descriptor, *of.CREATORS)],
        "dcterms:publisher": _publisher(of.in_role(descriptor, "publisher")),
        "dcat:contactPoint": [_contact(party) for party in of.in_role(descriptor, "contact")],
        "dcterms:conformsTo": _typed(descriptor.get("$schema"), "dcterms:Standard"),
        "dcterms:temporal": {"@id": "#period", "@type": "dcterms:PeriodOfTime", **limits} if limits else None,
        "dcterms:spatial": [_place(number, item) for number, item in enumerate(of.places(descriptor), 1)],
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


def _publisher(parties: list[of.Party]) -> dict[str, Any] | None:
    """Return the one publisher that a dataset and a catalogue may have: of several, their group."""
    if len(parties) < 2:
        return next(map(_agent, parties), None)
    return {
        "@id": "#publishers",
        "@type": ["foaf:Agent", "foaf:Group"],
        "foaf:name": "; ".join(party.name for party in parties),
        "foaf:member": [_agent(party) for party in parties],
    }


def _contact(party: of.Party) -> dict[str, Any]:
    node = {
        "@type": ["vcard:Kind", "vcard:Individual" if party.is_person else "vcard:Organization"],
        "vcard:fn": party.name,
        "vcard:hasEmail": {"@id": f"mailto:{party.email}"} if party.email else None,
        "vcard:hasURL": {"@id": party.address} if is_address(party.address) else None,
    }
    return of.filled(node)


def _label(theme: str) -> str:
    """Return the label of a data theme of the EU, or nothing."""
    return EU_THEMES.get(theme.removeprefix(f"{THEMES}/"), "")


def _theme(theme: str) -> dict[str, Any]:
    label = _label(theme)
    text = {"@language": "en", "@value": label} if label else None
    return of.filled({"@id": theme, "@type": "skos:Concept", "skos:prefLabel": text})


def _place(number: int, node: Mapping[str, Any]) -> dict[str, Any]:
    address = str(node.get("path") or "")
    place = {"@type": "dcterms:Location", "skos:prefLabel": of.tagged(node, "title")}
    # A name of its own, since the catalogue has the same place.
    return of.filled({"@id": address if is_address(address) else f"#place-{number}", **place})


def _source(node: Mapping[str, Any]) -> dict[str, Any]:
    see = _typed(node.get("path"), "foaf:Document")
    return of.filled(
        {"@type": "dcterms:ProvenanceStatement", "rdfs:label": of.tagged(node, "title"), "rdfs:seeAlso": see}
    )


def _licence(node: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the one licence that a node may have: the first with an address; the others say the rest."""
    addresses = (licence.address for licence in of.licences(node) if licence.address)
    return _typed(next(addresses, ""), "dcterms:LicenseDocument")


def _distribution(file: of.File, descriptor: Mapping[str, Any]) -> dict[str, Any]:
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
        "dcterms:license": _licence(file.node if file.node.get("licenses") else descriptor),
        "dcterms:conformsTo": _typed(file.schema.get("$schema"), "dcterms:Standard"),
        "dcterms:issued": _moment(of.released_on(descriptor)),
    }
    return of.filled(node)
