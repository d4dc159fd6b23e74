"""What the README of a version tells of a table: its rows, what each field lacks, which codes there are."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from resopen import engine
from resopen.dictionary import Facts
from resopen.publishing.tables import cell_text
from resopen.validation.loaded import Loaded

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODELIST = ("code", "label_ru", "label_en")


def facts_of(connection: DuckDBPyConnection, loaded: Loaded, public: Collection[str]) -> Facts:
    """Return the facts of the sorted rows of a table; codes only of a table that is a codelist."""
    fields = [field for field in loaded.table.fields if field.name in public]
    counts = ", ".join(f"count(*) - count({cell_text(loaded.table, field)})" for field in fields)
    found = engine.rows(connection, f"SELECT count(*), {counts} FROM s{loaded.number}")[0]
    missing = {field.name: count for field, count in zip(fields, found[1:], strict=True) if count}
    codes: tuple[tuple[str, str, str], ...] = ()
    if tuple(field.name for field in fields)[: len(CODELIST)] == CODELIST:
        listed = ", ".join(f"coalesce(c{loaded.table.column(name)}, '')" for name in CODELIST)
        codes = tuple(engine.rows(connection, f"SELECT {listed} FROM s{loaded.number} ORDER BY 1"))
    return Facts(found[0], missing, codes)
