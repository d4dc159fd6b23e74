"""The description of a release for those who register and keep it: DataCite and Zenodo."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from resopen.catalogue import descriptor as of
from resopen.schema.forms import is_address

SCHEMA_VERSION = "http://datacite.org/schema/kernel-4"
# Roles that Data Package names, and the types of contributors of DataCite that they are.
CONTRIBUTOR_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "contact": "ContactPerson", "curator": "DataCurator", "wrangler": "DataCurator", "editor": "Editor",
        "maintainer": "DataManager", "distributor": "Distributor", "collector": "DataCollector",
        "rightsHolder": "RightsHolder", "contributor": "Other",
    }
)  # fmt: skip
ELSEWHERE = (*of.CREATORS, "publisher", "funder")
SCHEMES: Mapping[str, str] = MappingProxyType({"https://orcid.org/": "ORCID", "https://ror.org/": "ROR"})


def datacite(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the DataCite metadata of a descriptor, in the JSON of version 4.5.

    Creators, titles, publisher, year of publication and type are mandatory there; one that the
    descriptor does not say is left out, and DataCite then refuses the record. Versions 4.6 and
    later accept the same record.
    Source: DataCite Metadata Schema 4.5.
    """
    publisher = next(iter(of.in_role(descriptor, "publisher")), None)
    number = of.doi(descriptor)
    node = {
        "doi": number,
        "alternateIdentifiers": _alternate_identifiers(descriptor),
        "types": {"resourceType": "Data Package", "resourceTypeGeneral": "Dataset"},
        "titles": _titles(descriptor),
        "descriptions": [{**text, "descriptionType": "Abstract"} for text in _texts(descriptor, "description")],
        "creators": [_name(party) for party in of.in_role(descriptor, *of.CREATORS)],
        "contributors": [
            {**_name(party), "contributorType": kind} for party in of.parties(descriptor) for kind in _types(party)
        ],
        "fundingReferences": [{"funderName": party.name} for party in of.in_role(descriptor, "funder")],
        "publisher": {"name": publisher.name} if publisher else {},
        "publicationYear": of.released_on(descriptor)[:4],
        "dates": _dates(descriptor),
        "version": descriptor.get("version"),
        "url": descriptor.get("homepage"),
        "subjects": [{"subject": word} for word in dict.fromkeys(descriptor.get("keywords") or [])],
        "rightsList": [_rights(licence) for licence in of.licences(descriptor)],
        "geoLocations": [
            {"geoLocationPlace": of.joined(item, "title", " / ")}
            for item in of.places(descriptor)
            if of.texts(item, "title")
        ],
        "relatedItems": [_source(item) for item in descriptor.get("sources") or [] if of.texts(item, "title")],
        "formats": list(dict.fromkeys(file.media_type for file in of.files(descriptor) if file.media_type)),
        "schemaVersion": SCHEMA_VERSION,
    }
    return of.filled(node)


def _titles(descriptor: Mapping[str, Any]) -> list[dict[str, str]]:
    titles = _texts(descriptor, "title")
    return [*titles[:1], *({**title, "titleType": "TranslatedTitle"} for title in titles[1:])]


def _texts(node: Mapping[str, Any], key: str) -> list[dict[str, str]]:
    """Return the texts of a key, each with its language where that is known."""
    return [of.filled({key: text, "lang": language}) for language, text in of.texts(node, key).items()]


def _alternate_identifiers(descriptor: Mapping[str, Any]) -> list[dict[str, str]]:
    text = str(descriptor.get("id") or "")
    if not text or of.doi(descriptor):
        return []
    kind = "URL" if text.startswith(("http://", "https://")) else "URI" if is_address(text) else "Local"
    return [{"alternateIdentifier": text, "alternateIdentifierType": kind}]


def _name(party: of.Party) -> dict[str, Any]:
    scheme = next((start for start in SCHEMES if party.address.startswith(start)), "")
    inverted = ", ".join(filter(None, (party.family_name, party.given_name)))
    known = {"nameIdentifier": party.address, "nameIdentifierScheme": SCHEMES.get(scheme), "schemeUri": scheme}
    node = {
        "name": inverted or party.name,
        "nameType": "Personal" if party.is_person else "Organizational",
        "givenName": party.given_name,
        "familyName": party.family_name,
        "nameIdentifiers": [known] if scheme else [],
        "affiliation": [{"name": party.organization}] if party.organization else [],
    }
    return of.filled(node)


def _types(party: of.Party) -> list[str]:
    """Return the types of a contributor; none for roles that have a place of their own."""
    return list(dict.fromkeys(CONTRIBUTOR_TYPES.get(role, "Other") for role in party.roles if role not in ELSEWHERE))


def _dates(descriptor: Mapping[str, Any]) -> list[dict[str, str]]:
    issued, (start, end) = of.released_on(descriptor), of.period(descriptor)
    found = [{"date": issued, "dateType": "Issued"}] if issued else []
    if start or end:
        found.append({"date": f"{start}/{end}", "dateType": "Other", "dateInformation": "Temporal coverage"})
    return found


def _rights(licence: of.Licence) -> dict[str, Any]:
    known = {"rightsIdentifierScheme": "SPDX", "schemeUri": "https://spdx.org/licenses/"} if licence.spdx else {}
    node = {"rights": licence.title, "rightsUri": licence.address, "rightsIdentifier": licence.spdx, **known}
    return of.filled(node)


def _source(node: Mapping[str, Any]) -> dict[str, Any]:
    address = str(node.get("path") or "")
    identifier = {"relatedItemIdentifier": address, "relatedItemIdentifierType": "URL"}
    item = {
        "relatedItemType": "Other",
        "relationType": "IsDerivedFrom",
        "titles": _texts(node, "title"),
        "relatedItemIdentifier": identifier if address.startswith(("http://", "https://")) else {},
    }
    return of.filled(item)


def zenodo(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `.zenodo.json` of a descriptor.

    The description is HTML, in which the titles and descriptions of both languages stand. What
    the descriptor does not say is left out; Zenodo then puts in its own day of publication.
    Source: Zenodo, Developers: deposit metadata.
    """
    spdx = next((licence.spdx for licence in of.licences(descriptor) if licence.spdx), "")
    translated = list(of.texts(descriptor, "title").values())[1:]
    english, *others = list(of.texts(descriptor, "description").values()) or [""]
    paragraphs = [english, *translated, *others]
    links = [item for item in descriptor.get("sources") or [] if is_address(str(item.get("path") or ""))]
    contributors = ({**_zenodo_name(party), "type": kind} for party in of.parties(descriptor) for kind in _types(party))
    node = {
        "upload_type": "dataset",
        "title": of.title(descriptor),
        "description": "".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs if text),
        "creators": [_zenodo_name(party) for party in of.in_role(descriptor, *of.CREATORS)],
        "contributors": list(contributors),
        "version": descriptor.get("version"),
        "publication_date": of.released_on(descriptor),
        "license": spdx.lower(),
        "keywords": list(dict.fromkeys(descriptor.get("keywords") or [])),
        "related_identifiers": [{"identifier": item["path"], "relation": "isDerivedFrom"} for item in links],
    }
    return of.filled(node)


def _zenodo_name(party: of.Party) -> dict[str, Any]:
    inverted = ", ".join(filter(None, (party.family_name, party.given_name)))
    orcid = party.address.removeprefix("https://orcid.org/")
    known = orcid if party.address.startswith("https://orcid.org/") else ""
    return of.filled({"name": inverted or party.name, "affiliation": party.organization, "orcid": known})
