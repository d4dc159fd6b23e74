"""Faults on purpose, each recorded: which file, row and field, what was done, and the rule that must find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from synthetic.draws import Draws, below
from synthetic.facts import Rows, Tables

AMOUNTS: Mapping[str, int] = MappingProxyType({"none": 0, "some": 1, "much": 15})
PREFIX = "synthetic-"
Record = dict[str, str | int]
# Files that are faulty as a whole, one fault a file; row 0 in the record is the file itself. No
# table refers to the first two, so that nothing else becomes unknown.
FILE_FAULTS: Mapping[str, tuple[str, str, str, Callable[[bytes], bytes]]] = MappingProxyType(
    {
        "service_demand": ("cp1251", "encoding", "", lambda content: content.decode("utf-8").encode("cp1251")),
        "practices": ("misspelt-label", "renamed-label", "score", lambda c: c.replace(b",score,", b",scoer,", 1)),
        "progress": ("blank-row", "blank-row", "", lambda content: content + b",,,,,\n"),
        "survey_questions": ("extra-cell", "extra-cells", "", lambda content: content[:-1] + b",\xd0\xb4\xd0\xb0\n"),
        "self_governments": ("byte-order-mark", "byte-order-mark", "", lambda content: b"\xef\xbb\xbf" + content),
    }
)


@dataclass(frozen=True)
class Fault:
    """What is done to a cell that holds something, and which rule of the validator must find it there."""

    kind: str
    rule: str
    table: str
    field: str
    change: Callable[[str], str]


FAULTS = (
    Fault("comma-decimal", "type", "funding", "requested_rub", lambda cell: cell.replace(".", ",")),
    Fault("thousands-space", "type", "support_measures", "planned_rub", lambda cell: f"{cell[:-6]} {cell[-6:]}"),
    Fault("words-for-number", "type", "activities", "participants_count", lambda cell: f"около {cell}"),
    Fault("russian-date", "type", "nonprofits", "registered_on",
          lambda cell: f"{cell[8:]}.{cell[5:7]}.{cell[:4]}"),
    Fault("impossible-date", "type", "activities", "starts_on", lambda cell: f"{cell[:4]}-02-30"),
    Fault("word-for-boolean", "type", "nonprofits", "is_so", lambda cell: "да" if cell == "true" else "нет"),
    Fault("year-with-letter", "type", "support_measures", "year", lambda cell: f"{cell} г."),
    Fault("missing-required", "required", "funding", "funder", lambda cell: ""),
    Fault("below-zero", "minimum", "support_measures", "actual_rub", lambda cell: f"-{cell}"),
    Fault("too-many-decimals", "decimalPlaces", "funding", "cofinancing_rub", lambda cell: f"{cell}5"),
    Fault("short-code", "pattern", "funding", "oktmo", lambda cell: cell[:-1]),
    Fault("wrong-check-digit", "stdnum", "nonprofits", "inn",
          lambda cell: cell[:-1] + str((int(cell[-1]) + 1) % 10)),
    Fault("label-for-code", "foreignKeys", "funding", "status", lambda cell: "Победила"),
    Fault("dangling-reference", "foreignKeys", "funding", "ogrn", lambda cell: "1990099999990"),
    Fault("unknown-source", "foreignKeys", "activities", "source_id", lambda cell: "no-such-source"),
    Fault("unknown-municipality", "municipality-known", "activities", "oktmo", lambda cell: "25999999"),
    Fault("other-region", "oktmo-of-region", "public_councils", "oktmo", lambda cell: "29701000"),
    Fault("end-before-start", "start-before-end", "funding", "ends_on", lambda cell: "1999-01-01"),
    Fault("future-date", "not-in-the-future", "activities", "ends_on", lambda cell: "2999-12-31"),
    Fault("zero-residents", "denominator-above-zero", "population", "population", lambda cell: "0"),
    Fault("stray-space", "space-at-the-ends", "nonprofits", "name_ru", lambda cell: f"{cell}\u00a0"),
    Fault("invisible-character", "invisible-characters", "self_governments", "name_ru",
          lambda cell: cell.replace("ТОС", "ТОС\u200b")),
    Fault("mixed-scripts", "mixed-scripts", "nonprofits", "name_ru", lambda cell: cell.replace("НКО", "HКО")),
    Fault("e-mail", "personal-email", "activities", "title_ru", lambda cell: f"{cell}, ivanov@example.org"),
    Fault("telephone", "personal-phone", "self_governments", "name_ru", lambda cell: f"{cell}, 8 (900) 000-00-00"),
    Fault("formula", "formula", "self_governments", "name_ru", lambda cell: f"=СЦЕПИТЬ({cell})"),
)  # fmt: skip
# Rows that are added at the end as copies of others: the table and the first field of its key.
REPEATED = (("funding", "funding_id"), ("population", "oktmo"), ("survey_answers", "survey_wave_id"))


def soil(stream: Draws, tables: Tables, amount: int) -> Iterator[Record]:
    """Change cells and add rows in place, `amount` of each kind, no row twice, and yield what was done.

    Only invented rows are touched: what is real stays as it is.
    """
    used: set[tuple[str, int]] = set()
    for _ in range(amount):
        for fault in FAULTS:
            rows = tables[fault.table]
            at = _row(stream, rows, fault, used)
            rows[at] = rows[at] | {fault.field: fault.change(rows[at][fault.field])}
            yield _record(fault.table, at, fault.field, fault.kind, fault.rule)
    for _ in range(amount):
        for table, field in REPEATED:
            rows = tables[table]
            at = _row(stream, rows, Fault("", "", table, field, str), used)
            rows.append(dict(rows[at]))
            used.add((table, len(rows) - 1))
            yield _record(table, len(rows) - 1, field, "repeated-key", "primaryKey")


def _row(stream: Draws, rows: Rows, fault: Fault, used: set[tuple[str, int]]) -> int:
    """Return an untouched row whose cell holds something, and remember it."""
    while True:
        at = below(stream, len(rows))
        row = rows[at]
        is_invented = row.get("source_id", PREFIX).startswith(PREFIX)
        if is_invented and row.get(fault.field) and (fault.table, at) not in used:
            used.add((fault.table, at))
            return at


def soil_file(name: str, content: bytes) -> tuple[bytes, list[Record]]:
    """Return the content of a table's file, made faulty as a whole where its table is one of those."""
    if name not in FILE_FAULTS:
        return content, []
    kind, rule, field, change = FILE_FAULTS[name]
    at = content.count(b"\n") - 1  # What is added at the end: in the last row, or after it.
    row = {"blank-row": at + 2, "extra-cell": at + 1, "misspelt-label": 1, "byte-order-mark": 1}.get(kind, 0)
    return change(content), [{"file": f"data/{name}.csv", "row": row, "field": field, "kind": kind, "rule": rule}]


def _record(table: str, at: int, field: str, kind: str, rule: str) -> Record:
    """Return the record of a fault; the row is counted with the header as row 1."""
    return {"file": f"data/{table}.csv", "row": at + 2, "field": field, "kind": kind, "rule": rule}
