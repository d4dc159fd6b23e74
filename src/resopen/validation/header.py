"""The header of a table against the fields of its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resopen.errors import Finding
from resopen.schema import Dialect, Table


@dataclass(frozen=True)
class Header:
    """Where each field of the schema stands in the file: 0-based, None where it is missing."""

    findings: tuple[Finding, ...]
    places: tuple[int | None, ...]


def match_header(table: Table, labels: Sequence[str], dialect: Dialect, is_keyed: bool = False) -> Header:
    """Match the labels of a file with the fields of its schema, as its fieldsMatch demands.

    A label close to a missing field is taken for it, with one finding that names both, so that
    its column is still judged. Labels none of which is a field, in a file with as many columns, are
    taken for a row of data whose header is missing. `is_keyed` labels, the keys of objects, have no
    order. Source: Table Schema, fieldsMatch: `exact` (all fields in order), `equal` (all in any
    order), `subset` (all and more), `superset` (no others), `partial` (at least one).
    """
    fields = [field.name for field in table.fields]
    if list(labels) == fields or not fields:
        return Header((), tuple(range(len(fields))))
    places, strange, findings = _known(table, labels, dialect.case_sensitive_header)
    missing = [name for name in fields if name not in places]
    if not places and table.fields_match == "partial":
        return Header((Finding("no-common-label", table.name, 1, 1),), (None,) * len(fields))
    if table.fields_match in ("exact", "equal", "subset"):
        findings += _missing(table, missing, places, strange)
    if not places and len(labels) == len(fields):
        return Header((Finding("no-header", table.name, 1, 1),), tuple(range(len(fields))))
    if table.fields_match in ("exact", "equal", "superset"):
        findings += [_extra(table, place, label) for label, place in strange.items()]
    order = [field for _, field in sorted((place, field) for field, place in places.items())]
    if table.fields_match == "exact" and not findings and order != fields and not is_keyed:
        wrong = next(i for i, (found, expected) in enumerate(zip(order, fields, strict=True)) if found != expected)
        findings.append(_finding(table, "label-order", places[order[wrong]], order[wrong], fields[wrong]))
    return Header(tuple(findings), tuple(places.get(field) for field in fields))


def _known(
    table: Table, labels: Sequence[str], is_case_sensitive: bool
) -> tuple[dict[str, int], dict[str, int], list[Finding]]:
    """Return where fields stand, where labels that are no field stand, and repeated labels."""
    alike = {field.name if is_case_sensitive else field.name.lower(): field.name for field in table.fields}
    places: dict[str, int] = {}
    strange: dict[str, int] = {}
    findings = []
    for place, label in enumerate(labels):
        name = alike.get(label if is_case_sensitive else label.lower())
        if label in strange or (name or label) in places:
            findings.append(_finding(table, "repeated-label", place, label))
        elif name:
            places[name] = place
        else:
            strange[label] = place
    return places, strange, findings


def _missing(table: Table, missing: Sequence[str], places: dict[str, int], strange: dict[str, int]) -> list[Finding]:
    """Return the findings of missing fields; a strange label close to one is moved to the places."""
    from difflib import get_close_matches

    findings = []
    for field in missing:
        close = get_close_matches(field.lower(), [label.strip().lower() for label in strange], 1, 0.75)
        alike = next((label for label in strange if close and label.strip().lower() == close[0]), None)
        if alike is None:
            findings.append(Finding("missing-label", table.name, 1, 1, 0, field, details=(("expected", field),)))
        else:
            places[field] = strange.pop(alike)
            findings.append(_finding(table, "renamed-label", places[field], alike, field))
    return findings


def _extra(table: Table, place: int, label: str) -> Finding:
    found = _finding(table, "extra-label", place, label)
    return found if label else replace(found, details=(*found.details, ("variant", "empty")))


def _finding(table: Table, rule: str, place: int, label: str, expected: str = "") -> Finding:
    details = (("expected", expected), ("found", label))
    return Finding(rule, table.name, 1, 1, place + 1, expected or label, label, details=details)
