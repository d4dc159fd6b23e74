"""The record of one problem, and the exceptions of the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem as data, before it is put into words.

    `row` is the record number (header = 1, first data row = 2, 0 = the whole table), `line` the
    physical line where the record starts (0 = unknown), `column` the 1-based position of the
    field (0 = the whole row), `value` the text as it stands in the file. `details` fill the
    placeholders of the message of the rule. `file` is the file where a table has several.
    """

    rule: str
    table: str
    row: int = 0
    line: int = 0
    column: int = 0
    field: str = ""
    value: str | None = None
    severity: Severity = "error"
    details: tuple[tuple[str, str], ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem in words: a finding with its message and remedy in one language.

    `file` is named where the table has several files, which count their rows each for itself.
    """

    severity: Severity
    rule: str
    table: str
    row: int
    line: int
    column: int
    field: str
    value: str | None
    message: str
    remedy: str
    file: str = ""


@dataclass(eq=False)
class ResopenError(Exception):
    """A problem that ends a command: the key of its message and what fills the placeholders."""

    key: str
    details: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        filled = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.key} ({filled})" if filled else self.key


@dataclass(eq=False)
class DefinitionError(ResopenError):
    """A schema, a descriptor or a rule is wrong; details name the file and the key.

    `others` are further faults of the same file, where all of them are known.
    """

    others: tuple[DefinitionError, ...] = ()


class SetupError(ResopenError):
    """Something outside the data hinders the work: a missing file, no rights, a full disk."""


class PublishRefused(ResopenError):
    """A version was not published; nothing was written."""


@dataclass(eq=False)
class DataInvalid(ResopenError):
    """The data have errors; `issues` are all of them, in the order of the report."""

    issues: tuple[Issue, ...] = ()
