"""The rows of a table in two versions, compared in the engine; only what is different is kept there.

A table of differences holds a kind, the old texts o1 to oN, the new texts n1 to nM, and for each
field that both versions have a flag x1 to xK that says whether the cell changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resopen import engine
from resopen.differences.comparable import comparable
from resopen.differences.loading import Half
from resopen.differences.records import FieldCount, Matching, TableDifference
from resopen.schema import Field

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Shared:
    """A field of both versions: its name, both definitions, whether texts are compared or rounded numbers."""

    old: Field
    new: Field
    is_text: bool
    is_float: bool

    @property
    def name(self) -> str:
        """Its name."""
        return self.old.name

    def value(self, is_old: bool, text: str) -> str:
        """Return the SQL of what stands for the value of a text in the old or the new version."""
        return text if self.is_text else comparable(self.old if is_old else self.new, text, self.is_float)

    def differs(self, old_text: str, new_text: str) -> str:
        """Return the SQL that says whether two cells are different; most are the same text, which is quick to see."""
        old, new = self.value(True, old_text), self.value(False, new_text)
        texts, values = f"{old_text} IS DISTINCT FROM {new_text}", f"{old} IS DISTINCT FROM {new}"
        if (old, new) == (old_text, new_text):
            return texts
        is_same_form = (self.old.format, self.old.options) == (self.new.format, self.new.options)
        return f"({texts} AND {values})" if is_same_form else values


@dataclass(frozen=True)
class Pair:
    """Two versions of a table in the engine and the fields that both have, in the order of the old one."""

    old: Half
    new: Half
    shared: tuple[Shared, ...]

    def values(self, is_old: bool, names: Sequence[str], alias: str) -> list[str]:
        """Return the SQL of the values of fields in a row of the old or the new version."""
        half = self.old if is_old else self.new
        return [item.value(is_old, half.text(item.name, alias)) for item in self.shared if item.name in names]

    def kept(self, is_old: bool, name: str) -> str:
        """Return the column of a table of differences that holds the text of a field."""
        half = self.old if is_old else self.new
        return f"{'o' if is_old else 'n'}{half.table.column(name)}"


def pair_of(old: Half, new: Half) -> Pair:
    """Return two versions as a pair; a field whose type changed is compared by its texts."""
    known = {field.name: field for field in new.table.fields}
    floats = old.floats | new.floats
    shared = tuple(
        Shared(field, known[field.name], field.type != known[field.name].type, field.name in floats)
        for field in old.table.fields
        if field.name in known
    )
    return Pair(old, new, shared)


def compare_rows(connection: DuckDBPyConnection, pair: Pair, target: str) -> TableDifference:
    """Compare the rows, keep the changes in the table `target` of the engine, and return the counts.

    Rows are matched by the primary key. Where it changed, by the old or the new one if that
    stands without gap or repetition in both versions; else, and where there is none, a row is
    removed or added as often as one version has it more than the other.
    """
    matching, key = _matching(connection, pair)
    repeats = False
    if matching == "rows":
        _compare_whole(connection, pair, target)
    else:
        repeats = any(_repeats(connection, pair, is_old, key) for is_old in (True, False))
        _compare_by_key(connection, pair, target, key, repeats)
        _find_changed_keys(connection, pair, target, key)
    return _counted(connection, pair, target, matching, key, repeats)


def _matching(connection: DuckDBPyConnection, pair: Pair) -> tuple[Matching, tuple[str, ...]]:
    old, new = pair.old.table.primary_key, pair.new.table.primary_key
    if set(old) == set(new):
        return ("key", old) if old else ("rows", ())
    shared = {item.name for item in pair.shared}
    fitting = [key for key in sorted((old, new), key=lambda key: (len(key), key)) if key and set(key) <= shared]
    for key in fitting:
        if not any(_repeats(connection, pair, is_old, key, or_null=True) for is_old in (True, False)):
            return "common-key", key
    return "rows", ()


def _repeats(
    connection: DuckDBPyConnection, pair: Pair, is_old: bool, key: Sequence[str], or_null: bool = False
) -> bool:
    """Say whether a key repeats in a version, or with `or_null` whether a part of it is missing in a row."""
    source, values = (pair.old if is_old else pair.new).source, pair.values(is_old, key, "s")
    listed = ", ".join(values)
    found = engine.rows(connection, f"SELECT 1 FROM {source} s GROUP BY {listed} HAVING count(*) > 1 LIMIT 1")
    if not found and or_null:
        missing = " OR ".join(f"{value} IS NULL" for value in values)
        found = engine.rows(connection, f"SELECT 1 FROM {source} s WHERE {missing} LIMIT 1")
    return bool(found)


def _keep_repeated(connection: DuckDBPyConnection, pair: Pair, key: Sequence[str]) -> None:
    """Keep the keys that repeat in either version in the table `twice` of the engine."""
    selects = []
    for is_old in (True, False):
        values = pair.values(is_old, key, "s")
        columns = ", ".join(f"{value} AS k{i}" for i, value in enumerate(values))
        source = (pair.old if is_old else pair.new).source
        selects.append(f"SELECT {columns} FROM {source} s GROUP BY {', '.join(values)} HAVING count(*) > 1")
    engine.rows(connection, f"CREATE OR REPLACE TABLE twice AS {' UNION '.join(selects)}")


def _source(pair: Pair, is_old: bool, key: Sequence[str], repeats: bool) -> str:
    """Return the rows of a version with their number, and where keys repeat their place among those of one key."""
    source = (pair.old if is_old else pair.new).source
    if not repeats:
        return f"(SELECT s.*, s.rowid AS id FROM {source} s)"
    values = pair.values(is_old, key, "s")
    order = ", ".join(pair.values(is_old, [item.name for item in pair.shared], "s"))
    same = " AND ".join(f"twice.k{i} IS NOT DISTINCT FROM {value}" for i, value in enumerate(values))
    ordinal = f"row_number() OVER (PARTITION BY {', '.join(values)} ORDER BY {order})"
    return (
        f"(SELECT s.*, s.rowid AS id, 1 AS ordinal FROM {source} s ANTI JOIN twice ON {same} UNION ALL "
        f"SELECT s.*, s.rowid AS id, {ordinal} AS ordinal FROM {source} s SEMI JOIN twice ON {same})"
    )


def _texts(pair: Pair, is_old: bool, alias: str) -> list[str]:
    """Return the columns of a table of differences that hold the texts of a version; an empty alias has none."""
    half = pair.old if is_old else pair.new
    names = [field.name for field in half.table.fields]
    return [f"{half.text(name, alias) if alias else 'NULL::VARCHAR'} AS {pair.kept(is_old, name)}" for name in names]


def _compare_by_key(connection: DuckDBPyConnection, pair: Pair, target: str, key: Sequence[str], repeats: bool) -> None:
    if repeats:
        _keep_repeated(connection, pair, key)
    sources = [_source(pair, is_old, key, repeats) for is_old in (True, False)]
    keys = zip(pair.values(True, key, "o"), pair.values(False, key, "n"), strict=True)
    joined = [f"{old} IS NOT DISTINCT FROM {new}" for old, new in keys] + ["o.ordinal = n.ordinal"] * repeats
    flags = [
        item.differs(pair.old.text(item.name, "o"), pair.new.text(item.name, "n")) if item.name not in key else "false"
        for item in pair.shared
    ]
    columns = [*_texts(pair, True, "o"), *_texts(pair, False, "n")]
    columns += [f"({flag}) AS x{i}" for i, flag in enumerate(flags)]
    kind = "CASE WHEN n.id IS NULL THEN 'removed' WHEN o.id IS NULL THEN 'added' ELSE 'revised' END AS kind"
    wanted = ["o.id IS NULL", "n.id IS NULL", *(flag for flag in flags if flag != "false")]
    engine.rows(
        connection,
        f"CREATE TABLE {target} AS SELECT {kind}, {', '.join(columns)} FROM {sources[0]} o "
        f"FULL JOIN {sources[1]} n ON {' AND '.join(joined)} WHERE {' OR '.join(wanted)}",
    )


def _find_changed_keys(connection: DuckDBPyConnection, pair: Pair, target: str, key: Sequence[str]) -> None:
    """Make one change of a removed and an added row that are equal but for the key.

    That is done only where nothing else of either version has the same content, which must not be
    empty: then no other reading is possible.
    """
    rest = [item.name for item in pair.shared if item.name not in key]
    counts = dict(engine.rows(connection, f"SELECT kind, count(*) FROM {target} GROUP BY kind"))
    if not rest or not counts.get("removed") or not counts.get("added"):
        return
    halves = []
    for is_old, kind in ((True, "removed"), (False, "added")):
        kept = [item.value(is_old, f"s.{pair.kept(is_old, item.name)}") for item in pair.shared if item.name in rest]
        halves.append(
            f"(SELECT [{', '.join(kept)}] AS content, any_value(rowid) AS id FROM {target} s WHERE kind = '{kind}' "
            f"AND coalesce({', '.join(kept)}, NULL) IS NOT NULL GROUP BY content HAVING count(*) = 1)"
        )
    engine.rows(
        connection,
        f"CREATE OR REPLACE TABLE moved AS SELECT content, o.id AS old_id, n.id AS new_id "
        f"FROM {halves[0]} o JOIN {halves[1]} n USING (content)",
    )
    for is_old in (True, False):
        if engine.rows(connection, "SELECT 1 FROM moved LIMIT 1"):
            source, content = (pair.old if is_old else pair.new).source, pair.values(is_old, rest, "s")
            again = (
                f"SELECT content FROM (SELECT [{', '.join(content)}] AS content FROM {source} s) "
                "SEMI JOIN moved USING (content) GROUP BY content HAVING count(*) > 1"
            )
            engine.rows(connection, f"DELETE FROM moved WHERE content IN ({again})")
    _join_moved(connection, pair, target)


def _join_moved(connection: DuckDBPyConnection, pair: Pair, target: str) -> None:
    old = [f"r.{pair.kept(True, field.name)}" for field in pair.old.table.fields]
    new = [f"a.{pair.kept(False, field.name)}" for field in pair.new.table.fields]
    columns = ", ".join(["'key-changed'", *old, *new, *["false"] * len(pair.shared)])
    engine.rows(
        connection,
        f"CREATE OR REPLACE TABLE joined AS SELECT {columns} FROM moved "
        f"JOIN {target} r ON r.rowid = moved.old_id JOIN {target} a ON a.rowid = moved.new_id",
    )
    ids = "SELECT old_id FROM moved UNION ALL SELECT new_id FROM moved"
    engine.rows(connection, f"DELETE FROM {target} WHERE rowid IN ({ids})")
    engine.rows(connection, f"INSERT INTO {target} SELECT * FROM joined")
    engine.rows(connection, "DROP TABLE moved")
    engine.rows(connection, "DROP TABLE joined")


def _compare_whole(connection: DuckDBPyConnection, pair: Pair, target: str) -> None:
    """Keep each row as often as one version has it more than the other."""
    names = [item.name for item in pair.shared]
    numbered = [f"v{i}" for i in range(len(names))]
    parts = []
    for is_old in (True, False):
        half = pair.old if is_old else pair.new
        values = [f"{value} AS v{i}" for i, value in enumerate(pair.values(is_old, names, "s"))]
        parts.append(f"SELECT {', '.join([*values, f'{-1 if is_old else 1} AS one'])} FROM {half.source} s")
    grouped = ", ".join(numbered) or "()"
    engine.rows(
        connection,
        f"CREATE OR REPLACE TABLE surplus AS SELECT {', '.join([*numbered, 'sum(one)::BIGINT AS many'])} "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY {grouped} HAVING sum(one) <> 0",
    )
    selects = [_surplus_rows(pair, is_old, names) for is_old in (True, False)]
    engine.rows(connection, f"CREATE TABLE {target} AS {' UNION ALL '.join(selects)}")
    engine.rows(connection, "DROP TABLE surplus")


def _surplus_rows(pair: Pair, is_old: bool, names: Sequence[str]) -> str:
    """Return the SQL of the rows that a version has more; of rows of one value the first by their texts."""
    half = pair.old if is_old else pair.new
    texts = ", ".join(half.text(field.name, "s") for field in half.table.fields)
    values = pair.values(is_old, names, "s")
    same = " AND ".join(f"g.v{i} IS NOT DISTINCT FROM {value}" for i, value in enumerate(values)) or "true"
    chosen = (
        f"SELECT s.*, many, row_number() OVER (PARTITION BY g.rowid ORDER BY {texts}) AS turn "
        f"FROM {half.source} s JOIN surplus g ON {same} WHERE many {'<' if is_old else '>'} 0"
    )
    columns = [*_texts(pair, True, "s" if is_old else ""), *_texts(pair, False, "" if is_old else "s")]
    columns += [f"false AS x{i}" for i in range(len(names))]
    kind = "removed" if is_old else "added"
    return f"SELECT '{kind}' AS kind, {', '.join(columns)} FROM ({chosen}) s WHERE turn <= abs(many)"


def _counted(
    connection: DuckDBPyConnection, pair: Pair, target: str, matching: Matching, key: tuple[str, ...], repeats: bool
) -> TableDifference:
    columns = []
    for i, item in enumerate(pair.shared):
        old, new = pair.kept(True, item.name), pair.kept(False, item.name)
        for both in (f"{old} IS NOT NULL AND {new} IS NOT NULL", f"{new} IS NULL", f"{old} IS NULL"):
            columns.append(f"count(*) FILTER (WHERE kind = 'revised' AND x{i} AND {both})")
    kinds = [f"count(*) FILTER (WHERE kind = '{kind}')" for kind in ("added", "removed", "key-changed", "revised")]
    found = engine.rows(connection, f"SELECT {', '.join(kinds + columns)} FROM {target}")[0]
    cells = [tuple(map(int, found[i : i + 3])) for i in range(4, len(found), 3)]
    added, removed, key_changed, revised = map(int, found[:4])
    return TableDifference(
        name=pair.new.table.name, title=pair.new.table.title, matching=matching, key=key,
        old_rows=pair.old.count, new_rows=pair.new.count,
        added=added, removed=removed, key_changed=key_changed, revised=revised,
        fields=tuple(
            FieldCount(item.name, *numbers)
            for item, numbers in zip(pair.shared, cells, strict=True) if any(numbers)
        ),
        as_texts=tuple(item.name for item in pair.shared if item.is_text),
        repeats=repeats, old_faults=pair.old.faults, new_faults=pair.new.faults,
    )  # fmt: skip
