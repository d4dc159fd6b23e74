"""Catalogue metadata of a release, each derived from its one descriptor and from nothing else.

Beside the properties of Data Package 2 these are read where a descriptor has them: texts in
Russian (`title_ru`, `description_ru`), `unit` and `decimalPlaces` of fields, `alternateOf` of
resources, and of the package `temporal` (`start` and `end`: a year, a month or a day), `spatial`
(a list of places: `title`, `title_ru`, `path`) and `themes` (a list of addresses of concepts, for
DCAT-AP those of the data themes of the EU). Nothing is invented: what is not said is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resopen.catalogue.citation import bibtex, citation_cff, citation_text
from resopen.catalogue.croissant import croissant
from resopen.catalogue.csvw import csvw_metadata
from resopen.catalogue.datacite import datacite, zenodo
from resopen.catalogue.dcat import dcat_ap
from resopen.catalogue.schema_org import schema_org
from resopen.catalogue.snippets import Snippet, loading_page, snippets
from resopen.describe import to_json

__all__ = [
    "Snippet",
    "bibtex",
    "catalogue_files",
    "citation_cff",
    "citation_text",
    "croissant",
    "csvw_metadata",
    "datacite",
    "dcat_ap",
    "loading_page",
    "schema_org",
    "snippets",
    "zenodo",
]


def catalogue_files(descriptor: Mapping[str, Any]) -> dict[str, bytes]:
    """Return all catalogue files of a release by their names, which lie beside `datapackage.json`.

    The same descriptor gives the same bytes: UTF-8, LF, keys in a fixed order, no time of day.
    `datacite.json` is left out where the descriptor has no creator, publisher or `created`, which
    DataCite must have, and `CITATION.cff` where it has no creator.
    """
    record, cff = datacite(descriptor), citation_cff(descriptor)
    whole = {"creators", "publisher", "publicationYear"} <= set(record)
    files = {
        "schema-org.jsonld": to_json(schema_org(descriptor)),
        "dcat-ap.jsonld": to_json(dcat_ap(descriptor)),
        "croissant.json": to_json(croissant(descriptor)),
        "csv-metadata.json": to_json(csvw_metadata(descriptor)),
        "datacite.json": to_json(record) if whole else b"",
        ".zenodo.json": to_json(zenodo(descriptor)),
        "CITATION.cff": cff.encode() if "creators" in record else b"",
        "LOADING.md": loading_page(descriptor).encode(),
    }
    return {name: content for name, content in files.items() if content}
