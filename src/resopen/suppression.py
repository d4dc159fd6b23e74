"""Which cells of a survey are hidden, so that none can be taken for a person's answer or worked out from others."""

from __future__ import annotations

from collections.abc import Mapping

JOIN = " · "


def hidden_cells(cells: Mapping[str, int | None], threshold: int) -> set[str]:
    """Return the parts of a total that must not be shown.

    A part `a · b` is one of the parts of `a`, and `a` one of those of the total, whose name is empty;
    the parts of a cell add up to it. First every cell of fewer than `threshold` respondents is
    hidden, and one whose number is not known. Then, until nothing changes: where the whole is
    shown, at least two of its parts are hidden or none; what is hidden holds at least `threshold`
    respondents together; and where the whole is hidden, so is enough of its parts. The smallest
    part goes first, by name where several are as small.
    """
    hidden = {part for part, n in cells.items() if n is None or 0 < n < threshold}
    families: dict[str, list[str]] = {}
    for part in cells:
        whole = _whole(part, cells)
        if whole is not None:
            families.setdefault(whole, []).append(part)
    before = -1
    while before != len(hidden):
        before = len(hidden)
        for whole, parts in families.items():
            hidden |= _more(whole, parts, cells, hidden, threshold)
    return hidden


def _more(
    whole: str, parts: list[str], cells: Mapping[str, int | None], hidden: set[str], threshold: int
) -> set[str]:  # fmt: skip
    """Return what else must be hidden of one whole and its parts."""
    gone = [part for part in parts if part in hidden]
    if not gone and whole not in hidden:
        return set()
    shown = sorted((part for part in parts if part not in hidden), key=lambda part: (cells[part] or 0, part))
    while shown and (
        sum(cells[part] or 0 for part in gone) < threshold or (len(gone) < 2 and whole not in hidden)
    ):  # fmt: skip
        gone.append(shown.pop(0))
    is_told = whole not in hidden and (sum(cells[part] or 0 for part in gone) < threshold or len(gone) < 2)
    return {*gone, whole} if is_told else set(gone)


def _whole(part: str, cells: Mapping[str, int | None]) -> str | None:
    """Return the nearest whole that a part belongs to, or None where none is among the cells."""
    while part:
        part = part.rpartition(JOIN)[0]
        if part in cells:
            return part
    return None
