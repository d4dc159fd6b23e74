"""The header of a table against the fields of its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from resopen.errors import Finding
from resopen.schema import Table


@dataclass(frozen=True)
class Header:
    """Where each field of the schema stands in the file: 0-based, None where it is missing."""

    findings: tuple[Finding, ...]
    places: tuple[int | None, ...]


def match_header(table: Table, labels: Sequence[str]) -> Header:
    """Match the labels of a file with the fields of its schema, which must be equal and in order.

    A label close to a missing field is taken for it, with one finding that names both, so that
    its column is still judged. Source: Table Schema, fieldsMatch `exact`.
    """
    fields = [field.name for field in table.fields]
    if list(labels) == fields:
        return Header((), tuple(range(len(fields))))
    findings: list[Finding] = []
    places: dict[str, int] = {}
    strange: dict[str, int] = {}
    for place, label in enumerate(labels):
        if label in places or label in strange:
            findings.append(_finding(table, "repeated-label", place, label))
        elif label in fields:
            places[label] = place
        else:
            strange[label] = place
    for field in [name for name in fields if name not in places]:
        close = get_close_matches(field.lower(), [label.strip().lower() for label in strange], 1, 0.75)
        alike = next((label for label in strange if close and label.strip().lower() == close[0]), None)
        if alike is None:
            findings.append(Finding("missing-label", table.name, 1, 1, 0, field, details=(("expected", field),)))
        else:
            places[field] = strange.pop(alike)
            findings.append(_finding(table, "renamed-label", places[field], alike, field))
    findings += [_finding(table, "extra-label", place, label) for label, place in strange.items()]
    order = [field for _, field in sorted((place, field) for field, place in places.items())]
    if not findings and order != fields:
        wrong = next(i for i, (found, expected) in enumerate(zip(order, fields, strict=True)) if found != expected)
        findings.append(_finding(table, "label-order", places[order[wrong]], order[wrong], fields[wrong]))
    return Header(tuple(findings), tuple(places.get(field) for field in fields))


def _finding(table: Table, rule: str, place: int, label: str, expected: str = "") -> Finding:
    details = (("expected", expected), ("found", label))
    return Finding(rule, table.name, 1, 1, place + 1, expected or label, label, details=details)
