"""What the README of a version tells of a table: its rows, what each field lacks, which codes there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resopen import engine
from resopen.dictionary import Facts
from resopen.validation.loaded import Loaded

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODELIST = ("code", "label_ru", "label_en")


def facts_of(connection: DuckDBPyConnection, loaded: Loaded) -> Facts:
    """Return the facts of the canonical rows of a table; codes only of a table that is a codelist."""
    names = [field.name for field in loaded.table.fields]
    counts = ", ".join(f"count(*) - count(c{i})" for i, _ in enumerate(names, 1))
    found = engine.rows(connection, f"SELECT {counts} FROM t{loaded.number}")[0]
    missing = {name: count for name, count in zip(names, found, strict=True) if count}
    codes: tuple[tuple[str, str, str], ...] = ()
    if tuple(names[: len(CODELIST)]) == CODELIST:
        sql = f"SELECT coalesce(c1, ''), coalesce(c2, ''), coalesce(c3, '') FROM t{loaded.number} ORDER BY 1"
        codes = tuple((code, russian, english) for code, russian, english in engine.rows(connection, sql))
    return Facts(loaded.count, missing, codes)
