"""Frozen records of a Data Package: package, resources, tables, fields, keys and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resopen.errors import Severity
from resopen.messages import Language


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages; where one is missing, the other stands for it."""

    ru: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in the language, or the other one where it is empty."""
        return (self.ru or self.en) if language == "ru" else (self.en or self.ru)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table, as its Table Schema field says."""

    name: str
    type: str
    format: str
    title: Bilingual
    description: Bilingual
    example: str
    unit: str
    constraints: Mapping[str, Any]
    missing_values: tuple[str, ...]
    options: Mapping[str, Any]
    stdnum: str
    decimal_places: int | None
    personal_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Fields whose values must stand in the reference fields of a resource; `` is the own table."""

    fields: tuple[str, ...]
    resource: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A Table Schema: fields in order and the keys over them.

    `where` is the file that it stands in and `key` its JSON path there.
    """

    name: str
    title: Bilingual
    description: Bilingual
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]
    fields_match: str = "exact"
    where: str = ""
    key: str = "$"

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError when the table has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def spot(self, name: str) -> str:
        """Return the JSON path of the field of that name in the file of the schema."""
        return f"{self.key}.fields[{self.column(name) - 1}]"

    def column(self, name: str) -> int:
        """Return the 1-based position of the field of that name."""
        return [field.name for field in self.fields].index(name) + 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the characters of a file make cells, as Table Dialect says (versions 1 and 2).

    `header_rows` and `comment_rows` count records from 1. An empty `quote_char`, `escape_char`,
    `comment_char`, `null_sequence` or `line_terminator` stands for none. `data_property` to
    `item_keys` are of JSON, `sheet_number` (from 1, 0 = none) and `sheet_name` of spreadsheets.
    """

    delimiter: str = ","
    quote_char: str = '"'
    double_quote: bool = True
    escape_char: str = ""
    line_terminator: str = ""
    skip_initial_space: bool = False
    null_sequence: str = ""
    header: bool = True
    header_rows: tuple[int, ...] = (1,)
    header_join: str = " "
    comment_rows: tuple[int, ...] = ()
    comment_char: str = ""
    case_sensitive_header: bool = True
    data_property: str = ""
    item_type: str = ""
    item_keys: tuple[str, ...] = ()
    sheet_number: int = 0
    sheet_name: str = ""

    @property
    def is_plain(self) -> bool:
        """Say whether a file is comma-like CSV with its header in the first row, as nearly all are."""
        return (
            len(self.delimiter) == len(self.quote_char) == 1
            and self.delimiter.isascii() and self.quote_char.isascii() and self.double_quote
            and not (self.escape_char or self.line_terminator or self.skip_initial_space or self.null_sequence)
            and self.header and self.header_rows == (1,) and not (self.comment_rows or self.comment_char)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of a package and where its rows are.

    `paths` are its files, one after the other; `urls` their addresses where they are remote, which
    then have no path yet; `data` the rows themselves where the descriptor holds them.
    `compressions` are those of its files, each `gz`, `zip` or nothing. `files` are the names by which
    people know the files, also where these were unpacked or fetched to another place.
    """

    table: Table
    paths: tuple[Path, ...]
    format: str
    dialect: Dialect
    encoding: str
    bytes: int | None
    hash: str
    compressions: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    data: Any = None
    files: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file of the table, or the first of several."""
        return self.paths[0]

    @property
    def name(self) -> str:
        """Name of the resource, which is the name of its table."""
        return self.table.name


@dataclass(frozen=True, slots=True)
class Counterexample:
    """One broken cell that the rule must find.

    `row` (which row), `value` (what the cell becomes) and `also` (other cells that change with it)
    are SQL over the text of the cells.
    """

    field: str
    row: str
    value: str
    also: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """A table that a rule judges: the cells it reads, the first of which an issue points at."""

    table: str
    fields: tuple[str, ...]
    fails_where: str
    counterexample: Counterexample


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that a Table Schema cannot say.

    With `targets` it is judged row by row in those tables. With `cell_fails_where` it is judged
    on every text cell of the package (`cell` stands for the text), but not on fields whose
    `personalData` names `permitted_by`; `cell_counterexample` is SQL for a text that breaks it.
    """

    id: str
    severity: Severity
    targets: tuple[RuleTarget, ...]
    cell_fails_where: str
    cell_counterexample: str
    permitted_by: str
    message: Bilingual
    remedy: Bilingual


@dataclass(frozen=True, slots=True)
class Package:
    """A Data Package: its resources in order, the rules over them and the descriptor itself."""

    name: str
    version: str
    title: Bilingual
    resources: tuple[Resource, ...]
    rules: tuple[Rule, ...]
    descriptor: Mapping[str, Any]

    @property
    def is_synthetic(self) -> bool:
        """Whether the package says of itself that its data are invented; whatever comes of them says so too."""
        return self.descriptor.get("synthetic") is True

    def resource(self, name: str) -> Resource:
        """Return the resource of that name; KeyError when the package has none."""
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(name)
