"""Frozen records of a difference: of the schema, the rows, the rankings, the methods and the metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resopen.schema.records import Bilingual

Step = Literal["none", "patch", "minor", "major"]
STEPS: tuple[Step, ...] = ("none", "patch", "minor", "major")
RowKind = Literal["removed", "added", "key-changed", "revised"]
ROW_KINDS: tuple[RowKind, ...] = ("removed", "added", "key-changed", "revised")
CellKind = Literal["revised", "newly-missing", "newly-filled"]
# How the rows of a table were matched: by the key of both versions; by a key that serves both, though the
# declared one changed; as whole rows, since there is none; or not at all, since the files are the same bytes.
Matching = Literal["key", "common-key", "rows", "same-bytes"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: what people call the place, the name, version and title of the package."""

    place: str
    name: str
    version: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of what the tables are: its kind, the table, the field and the name of what changed.

    `old` and `new` are texts, empty where there is none. `step` is what this change alone demands.
    """

    kind: str
    table: str
    step: Step
    field: str = ""
    name: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class MetadataChange:
    """One key of the descriptor, or one of its rules, that changed; values as JSON, empty where there is none."""

    key: str
    old: str
    new: str
    step: Step


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the package that is no table: `added`, `removed` or `changed`."""

    name: str
    kind: Literal["added", "removed", "changed"]
    step: Step


@dataclass(frozen=True, slots=True)
class MethodologyChange:
    """One key of a methodology; an empty key is the whole file. Values as JSON, empty where there is none."""

    file: str
    key: str
    old: str
    new: str
    step: Step

    @property
    def kind(self) -> str:
        """Whether the whole methodology came or went, or a key of it changed."""
        if self.key:
            return "methodology-changed"
        return "methodology-removed" if self.old else "methodology-added"


@dataclass(frozen=True, slots=True)
class RankingMove:
    """A unit whose place in a ranking changed; an empty place is a unit that has none there."""

    ranking: str
    unit: str
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many cells of a field were revised, became missing, were filled in."""

    field: str
    revised: int
    newly_missing: int
    newly_filled: int


@dataclass(frozen=True, slots=True)
class TableDifference:
    """The rows of a table that stands in both versions: how they were matched, and the exact counts.

    `old_rows` and `new_rows` are None where nothing was read because the files are the same bytes.
    `revised` counts rows with a changed cell, `fields` the cells. `as_texts` are the fields whose
    type changed, so that their texts were compared; `repeats` says that the key repeats in a
    version, so that rows of one key were matched in the order of their values; `is_computed` that the
    rows follow from those of other tables; `old_faults` and `new_faults` count what `validate` would
    call faults of the structure of the files.
    """

    name: str
    title: Bilingual
    matching: Matching
    key: tuple[str, ...]
    old_rows: int | None
    new_rows: int | None
    added: int = 0
    removed: int = 0
    key_changed: int = 0
    revised: int = 0
    fields: tuple[FieldCount, ...] = ()
    as_texts: tuple[str, ...] = ()
    repeats: bool = False
    is_referenced: bool = False
    is_computed: bool = False
    old_faults: int = 0
    new_faults: int = 0

    @property
    def rows_changed(self) -> int:
        """How many rows are different: added, removed, with another key, revised."""
        return self.added + self.removed + self.key_changed + self.revised

    @property
    def cells(self) -> tuple[int, int, int]:
        """How many cells were revised, became missing, were filled in."""
        return (
            sum(item.revised for item in self.fields), sum(item.newly_missing for item in self.fields),
            sum(item.newly_filled for item in self.fields),
        )  # fmt: skip

    def count(self, kind: RowKind) -> int:
        """Return how many rows changed in a way."""
        return {
            "removed": self.removed, "added": self.added, "key-changed": self.key_changed, "revised": self.revised,
        }[kind]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell, old and new, as texts; None is missing."""

    field: str
    old: str | None
    new: str | None

    @property
    def kind(self) -> CellKind:
        """How it changed."""
        return "newly-missing" if self.new is None else "newly-filled" if self.old is None else "revised"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that is different.

    `key` holds field and text of the key, the old one where it changed; it is empty in a table
    without a key. `row` is the whole row where it was added or removed; `cells` are the changed
    cells of a revised row, or the changed parts of the key.
    """

    table: str
    kind: RowKind
    key: tuple[tuple[str, str | None], ...]
    row: tuple[tuple[str, str | None], ...] = ()
    cells: tuple[CellChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different between two versions, but for the single rows, which can be millions."""

    old: Side
    new: Side
    metadata: tuple[MetadataChange, ...]
    schema: tuple[SchemaChange, ...]
    files: tuple[FileChange, ...]
    methodology: tuple[MethodologyChange, ...]
    moves: tuple[RankingMove, ...]
    tables: tuple[TableDifference, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two are the same."""
        rows = any(table.rows_changed for table in self.tables)
        return not (self.metadata or self.schema or self.files or self.methodology or rows)
