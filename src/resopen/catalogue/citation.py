"""How to cite a release: CITATION.cff, BibTeX and a line of text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from resopen.catalogue import descriptor as of
from resopen.messages import LANGUAGES, load_messages

# What YAML does not let stand in a text as it is, but the encoder of JSON does.
UNPRINTABLE = re.compile("[\x7f-\x84\x86-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff\x85]")


def citation_cff(descriptor: Mapping[str, Any]) -> str:
    """Return the CITATION.cff of a descriptor, as YAML.

    Authors are the creators. What the descriptor does not say is left out, also the authors,
    without whom the file is none that CFF accepts. A licence that SPDX does not know stands as
    its address. The request to cite and the abstract stand in both languages.
    Source: Citation File Format 1.2.0.
    """
    requests = [load_messages(language).text("catalogue.please-cite") for language in reversed(LANGUAGES)]
    licences = of.licences(descriptor)
    known = [licence.spdx for licence in licences if licence.spdx]
    number, address = of.doi(descriptor), of.identity(descriptor)
    other = [{"type": "url", "value": address}] if re.match("https?://", address) and not number else []
    node = {
        "cff-version": "1.2.0",
        "message": " ".join(requests),
        "type": "dataset",
        "title": of.joined(descriptor, "title", " / "),
        "abstract": of.joined(descriptor, "description", "\n\n"),
        "authors": [_author(party) for party in of.in_role(descriptor, *of.CREATORS)],
        "contact": [_author(party) for party in of.in_role(descriptor, "contact")],
        "version": descriptor.get("version"),
        "date-released": of.released_on(descriptor),
        "doi": number,
        "identifiers": other,
        "url": descriptor.get("homepage"),
        "license": known if len(known) > 1 else "".join(known),
        "license-url": licences[0].address if licences and not known else "",
        "keywords": list(dict.fromkeys(descriptor.get("keywords") or [])),
    }
    return "\n".join(_lines(of.filled(node))) + "\n"


def _author(party: of.Party) -> dict[str, Any]:
    address = party.address if re.match("https?://", party.address) else ""
    orcid = address.startswith("https://orcid.org/")
    own = (
        {"given-names": party.given_name, "family-names": party.family_name, "affiliation": party.organization}
        if party.is_person
        else {"name": party.name}
    )
    rest = {"email": party.email, "orcid" if orcid else "website": address}
    return of.filled({**own, **rest})


def _lines(node: Mapping[str, Any], indent: str = "") -> list[str]:
    """Return a mapping of scalars, lists of scalars and lists of mappings as lines of YAML."""
    found = []
    for key, value in node.items():
        if isinstance(value, list):
            found.append(f"{indent}{key}:")
            for item in value:
                inner = _lines(item, f"{indent}    ") if isinstance(item, Mapping) else [f"{indent}    {_scalar(item)}"]
                found += [f"{indent}  - {inner[0].strip(' ')}", *inner[1:]]
        else:
            found.append(f"{indent}{key}: {_scalar(value)}")
    return found


def _scalar(value: Any) -> str:
    """Return a text in double quotes: a string of JSON is one of YAML, but for what YAML cannot print."""
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(str(value), ensure_ascii=False))


def citation_text(descriptor: Mapping[str, Any], word: str = "Version") -> str:
    """Return a line that cites the release: creators (year). Title. Version. Publisher. Address.

    Args: the descriptor of the release, the word for a version in the language of the line.
    """
    creators = "; ".join(party.name for party in of.in_role(descriptor, *of.CREATORS))
    publisher = "; ".join(party.name for party in of.in_role(descriptor, "publisher"))
    year = of.released_on(descriptor)[:4]
    parts = (
        " ".join(filter(None, (creators, f"({year})" if year else ""))),
        of.title(descriptor),
        f"{word} {descriptor['version']}" if descriptor.get("version") else "",
        "" if publisher == creators else publisher,
        of.identity(descriptor) or str(descriptor.get("homepage") or ""),
    )
    return ". ".join(filter(None, parts))


def bibtex(descriptor: Mapping[str, Any]) -> str:
    """Return the BibTeX entry of the release; characters that BibTeX reads as commands are left out."""
    entry = {
        "author": " and ".join(f"{{{_plain(party.name)}}}" for party in of.in_role(descriptor, *of.CREATORS)),
        "title": _plain(of.title(descriptor)),
        "year": of.released_on(descriptor)[:4],
        "version": _plain(str(descriptor.get("version") or "")),
        "publisher": _plain("; ".join(party.name for party in of.in_role(descriptor, "publisher"))),
        "doi": of.doi(descriptor),
        "url": "" if of.doi(descriptor) else of.identity(descriptor) or str(descriptor.get("homepage") or ""),
    }
    lines = [f"  {key} = {{{value}}}" for key, value in entry.items() if value]
    return ",\n".join([f"@misc{{{descriptor.get('name', '')}", *lines]) + "\n}"


def _plain(text: str) -> str:
    return re.sub(r"[\\{}$&%#~^]", "", text)
