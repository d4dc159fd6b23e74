"""The labels of a spreadsheet's header against the fields of a schema: names or titles, in any case and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resopen.errors import Finding
from resopen.schema import Table


@dataclass(frozen=True)
class Labels:
    """Where each field stands in the file (0-based, None = nowhere), columns without a label, and findings."""

    places: tuple[int | None, ...]
    nameless: tuple[int, ...]
    findings: tuple[Finding, ...]


def plain_label(cell: Any) -> str:
    """Return a label without padding, quotes and doubled spaces."""
    text = "" if cell is None else str(cell)
    return " ".join(text.strip().strip('"').split())


def matched_labels(table: Table, cells: Sequence[Any]) -> int:
    """Return how many fields of the table the cells name."""
    names = _names(table)
    return len({name for cell in cells for name in _meant(names, cell)})


def match_labels(table: Table, cells: Sequence[Any], row: int, line: int) -> Labels:
    """Match the labels of a header with the fields of a table.

    A label is the name of a field, or its title in either language, in any case. Labels that are
    unknown, repeated or fit several fields, and fields without a label, are findings; a field may be
    without one where the table's fieldsMatch is `superset` or `partial`.
    """
    names = _names(table)
    places: dict[str, int] = {}
    nameless: list[int] = []
    findings: list[Finding] = []
    for place, cell in enumerate(cells):
        label, meant = plain_label(cell), _meant(names, cell)
        if not label:
            nameless.append(place)
        elif len(meant) == 1 and meant[0] not in places:
            places[meant[0]] = place
        else:
            rule = "repeated-label" if len(meant) == 1 else "ambiguous-label" if meant else "extra-label"
            details = (("found", label), ("expected", ", ".join(meant)))
            findings.append(Finding(rule, table.name, row, line, place + 1, label, label, details=details))
    for field in table.fields if table.fields_match not in ("superset", "partial") else ():
        if field.name not in places:
            expected = (("expected", field.name),)
            findings.append(Finding("missing-label", table.name, row, line, 0, field.name, details=expected))
    return Labels(tuple(places.get(field.name) for field in table.fields), tuple(nameless), tuple(findings))


def unknown_header(table: Table, found: str, row: int, line: int) -> Finding:
    """Return the finding of a first row that names no field of the table."""
    details = (("found", found), ("expected", ", ".join(field.name for field in table.fields)))
    return Finding("unknown-header", table.name, row, line, details=details)


def _names(table: Table) -> tuple[Mapping[str, list[str]], ...]:
    """Return what each text may name: as it stands, in any case, as a title; the first that knows it decides."""
    exact: dict[str, list[str]] = {}
    cased: dict[str, list[str]] = {}
    titled: dict[str, list[str]] = {}
    for field in table.fields:
        exact[field.name] = [field.name]
        cased.setdefault(plain_label(field.name).casefold(), []).append(field.name)
        for title in {plain_label(text).casefold() for text in (field.title.ru, field.title.en) if text}:
            titled.setdefault(title, []).append(field.name)
    return exact, cased, titled


def _meant(names: Sequence[Mapping[str, list[str]]], cell: Any) -> Sequence[str]:
    exact, cased, titled = names
    label = plain_label(cell)
    return exact.get(str(cell)) or exact.get(label) or cased.get(label.casefold()) or titled.get(label.casefold()) or ()
