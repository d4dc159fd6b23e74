"""The step of the version that a difference demands, and the entry of the changelog that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from resopen.differences.records import STEPS, Difference, Step, TableDifference
from resopen.differences.words import counts_in_words, kind_in_words, some
from resopen.errors import ResopenError
from resopen.messages import Language, Messages, load_messages
from resopen.printing import printable
from resopen.schema.version import Version, read_version


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step is demanded: the kind of change, and the tables, fields or keys where it is."""

    step: Step
    kind: str
    places: tuple[str, ...]


def version_step(difference: Difference) -> Step:
    """Return the greatest step of the version that any change of a difference demands.

    Major where what was there is gone or means something else, minor where something was added,
    patch where something was put right, none where nothing changed but the version and its day.
    Source: the recipe "Data Package Version" of the Data Package standard; see docs/diff.md for
    where the decision is our own.
    """
    return max((reason.step for reason in version_reasons(difference)), key=STEPS.index, default="none")


def version_reasons(difference: Difference) -> tuple[Reason, ...]:
    """Return why a difference demands its steps, the greatest step first, the kinds as in the catalogues."""
    found: dict[tuple[Step, str], dict[str, None]] = {}
    for step, kind, place in _demands(difference):
        if step != "none":
            found.setdefault((step, kind), {})[place] = None
    ordered = sorted(found.items(), key=lambda item: -STEPS.index(item[0][0]))
    return tuple(Reason(step, kind, tuple(places)) for (step, kind), places in ordered)


def _demands(difference: Difference) -> Iterator[tuple[Step, str, str]]:
    for metadata in difference.metadata:
        yield metadata.step, "metadata-changed", metadata.key
    for change in difference.schema:
        yield change.step, change.kind, f"{change.table}.{change.field}" if change.field else change.table
    for file in difference.files:
        yield file.step, f"file-{file.kind}", file.name
    for method in difference.methodology:
        yield method.step, method.kind, method.file
    for table in difference.tables:
        yield from _row_demands(table)


def _row_demands(table: TableDifference) -> Iterator[tuple[Step, str, str]]:
    if table.is_computed:
        # They follow from the sources, whose own changes are counted, and from the day of the version.
        if table.rows_changed:
            yield "patch", "rows-revised", table.name
        return
    if table.removed and table.is_referenced:
        yield "major", "referenced-rows-removed", table.name
    elif table.removed:
        yield "minor", "rows-removed", table.name
    if table.key_changed:
        yield "major", "row-keys-changed", table.name
    if table.added:
        yield "minor", "rows-added", table.name
    if table.revised:
        yield "patch", "rows-revised", table.name


def next_version(old: str, step: Step) -> str:
    """Return the version that follows one by a step.

    Before 1.0.0 a major step raises the second number, as a minor one does: that the data are no
    longer a draft is for people to say. Raises ResopenError when `old` is not three numbers.
    """
    last = _read(old)
    if step == "major" and last.major:
        return str(Version(last.major + 1, 0, 0))
    if step in ("major", "minor"):
        return str(Version(last.major, last.minor + 1, 0))
    return str(Version(last.major, last.minor, last.patch + 1)) if step == "patch" else old


def is_enough(old: str, new: str, step: Step) -> bool:
    """Say whether a version is at least the one that follows another by a step.

    Where the step is none it must still be a later one. Raises ResopenError as next_version does.
    """
    least, taken = _read(next_version(old, step)), _read(new)
    return taken > least if step == "none" else taken >= least


def _read(text: str) -> Version:
    version = read_version(text)
    if version is None:
        raise ResopenError("difference.not-a-version", {"version": text})
    return version


def changelog_entry(difference: Difference, version: str, language: Language, day: date) -> str:
    """Return the section of a changelog in Markdown that tells a difference, to be edited by a person.

    It says in counts what changed in each table, and names what changed in the schema, the
    methodologies, the rankings and the descriptor. Nothing of the data that Markdown would obey
    comes out alive.
    Args: the difference, the version and the language of the section, the day of the version.
    """
    messages = load_messages(language)
    lines = [f"## {version} - {day.isoformat()}", ""]
    lines += [f"- {line}" for line in _entry_lines(difference, messages)] or [f"- {messages.text('difference.empty')}"]
    return "\n".join(lines) + "\n"


def _entry_lines(difference: Difference, messages: Messages) -> Iterator[str]:
    for reason in version_reasons(difference):
        if not reason.kind.startswith(("rows-", "row-", "referenced-")):
            shown = some([_code(place) for place in reason.places], messages)
            what = kind_in_words(reason.kind, messages)
            yield f"{what[:1].upper()}{what[1:]}: {shown}."
    for table in difference.tables:
        if table.rows_changed:
            title = table.title.text(messages.language)
            head = _code(table.name) + (f" ({_plain(title)})" if title else "")
            yield f"{head}: {counts_in_words(table, messages)}."
    if difference.moves:
        yield messages.plural("plural.moves", len(difference.moves)) + "."


def _code(text: str) -> str:
    return "`" + printable(text).replace("`", "'") + "`"


def _plain(text: str) -> str:
    return "".join("\\" + sign if sign in "\\`*_[]<>#|" else sign for sign in printable(text))
