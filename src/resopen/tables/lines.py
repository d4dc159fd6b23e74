"""A fast look at the lines of a large delimited file: which of them need a careful reader?

Most lines of most files are one record of the right width without a quote. A few passes over the
bytes tell them from the others: lines with a quote, with another number of cells, blank lines and
lines that end otherwise than the rest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from mmap import mmap
from operator import methodcaller
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 1 << 23
# So many lines with quotes are read one by one sooner than numpy is loaded.
FEW = 5_000
# In a larger content numpy tells which lines have a wrong number of cells sooner than Python does.
SMALL = 1 << 24
NEWLINE, RETURN = 10, 13


@dataclass(frozen=True)
class Lines:
    """How many lines there are, and which need care: counted from 0, with the bytes they start at.

    `longest` is no less than the bytes of any line, 0 where that was not looked at.
    """

    count: int
    careful: Sequence[int]
    starts: Sequence[int]
    longest: int = 0


def quick_lines(
    content: bytes | mmap, start: int, width: int, delimiter: str, quote: str, is_crlf: bool, chunk: int = CHUNK
) -> Lines | None:
    """Return the lines that seem to need care, or None where that cannot be told quickly.

    The delimiters of a piece are counted in one go, and line by line only where their number is
    wrong: a line with too many could hide one with too few. The engine refuses a line with too few,
    so that with its consent nothing is hidden. Lines with quotes, and a last one without an end,
    always need care. Args: as `careful_lines`.
    """
    end = content.rfind(b"\n") + 1
    if width < 2 or end < start:
        return None
    mark, place, lines = delimiter.encode(), start, 0
    careful: list[int] = []
    starts: list[int] = []
    while place < end:
        piece = content[place : min(place + chunk, end)]
        piece = piece[: piece.rfind(b"\n") + 1]
        count = piece.count(b"\n")
        if not piece or not _ends_alike(piece, count, is_crlf):
            return None
        found = _quick_piece(piece, count, mark, quote.encode(), width - 1, len(content) < SMALL)
        if found is None or len(careful) + len(found) > FEW:
            return None
        careful += [lines + number for number, _ in found]
        starts += [place + first for _, first in found]
        lines, place = lines + count, place + len(piece)
    if end < len(content):
        careful, starts, lines = [*careful, lines], [*starts, end], lines + 1
    return Lines(lines, careful, starts)


def _ends_alike(piece: bytes, count: int, is_crlf: bool) -> bool:
    """Say whether all lines of a piece end as they should, and no carriage return stands elsewhere."""
    if not is_crlf:
        return b"\r" not in piece
    return piece.count(b"\r") == count == piece.count(b"\r\n")


def _quick_piece(
    piece: bytes, count: int, mark: bytes, quote: bytes, marks: int, is_small: bool
) -> list[tuple[int, int]] | None:
    """Return number and start of the lines of a piece that need care; None where they are too many to tell."""
    quoted = _quoted_lines(piece, quote, FEW)
    if quoted is None:
        return None
    inside = sum(piece.count(mark, first, stop) for _, first, stop in quoted)
    if piece.count(mark) - inside == (count - len(quoted)) * marks:
        return [(number, first) for number, first, _ in quoted]
    if not is_small:
        return None
    lines = piece.split(b"\n")
    wrong = {number for number, found in enumerate(map(methodcaller("count", mark), lines)) if found != marks}
    numbers = sorted((wrong - {count}) | {number for number, *_ in quoted})
    lengths = list(accumulate(map(len, lines), initial=0))
    return [(number, lengths[number] + number) for number in numbers]


def _quoted_lines(piece: bytes, quote: bytes, limit: int) -> list[tuple[int, int, int]] | None:
    """Return number, start and end of each line of a piece with a quote in it; None where they are many."""
    found: list[tuple[int, int, int]] = []
    number, end = 0, 0
    while (place := piece.find(quote, end)) >= 0:
        first = piece.rfind(b"\n", 0, place) + 1
        number += piece.count(b"\n", end, first)
        end = piece.find(b"\n", place) + 1
        found.append((number, first, end))
        number += 1
        if len(found) > limit:
            return None
    return found


def careful_lines(
    content: bytes | mmap, start: int, width: int, delimiter: str, quote: str, is_crlf: bool, chunk: int = CHUNK
) -> Lines:
    """Return the lines from a byte on that are not plainly one record of the width.

    Args: the content, where its data start, the number of cells of a good record, the delimiter and
    the quote (one ASCII character each), whether lines end with CR LF, and how much to look at in
    one go. The last line needs care when it has no end.
    """
    bounds = _bounds(content, start, chunk)
    codes = (ord(delimiter), ord(quote))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = list(pool.map(lambda pair: _look(content, pair, width, codes, is_crlf), bounds))
    count, longest = 0, 0
    careful: list[int] = []
    starts: list[int] = []
    for lines, numbers, places, length in found:
        careful += (numbers + count).tolist()
        starts += places.tolist()
        count, longest = count + lines, max(longest, length)
    return Lines(count, careful, starts, longest)


def _bounds(content: bytes | mmap, start: int, chunk: int) -> list[tuple[int, int]]:
    """Return where chunks of whole lines start and end."""
    bounds = []
    while start < len(content):
        end = len(content)
        if start + chunk < end:
            newline = content.find(b"\n", start + chunk)
            end = end if newline < 0 else newline + 1
        bounds.append((start, end))
        start = end
    return bounds


def _look(
    content: bytes | mmap, pair: tuple[int, int], width: int, codes: tuple[int, int], is_crlf: bool
) -> tuple[int, NDArray[Any], NDArray[Any], int]:
    """Return the number of lines of a chunk, the lines that need care, their starts, the longest length."""
    import numpy as np

    start, end = pair
    data = np.frombuffer(content, np.uint8, end - start, start)
    is_end = data == NEWLINE
    marks = np.flatnonzero(is_end | (data == codes[0]))
    at_end = np.flatnonzero(is_end[marks])
    ends, cells = marks[at_end], np.diff(at_end, prepend=-1)
    if data[-1] != NEWLINE:
        ends, cells = np.append(ends, data.size), np.append(cells, 0)
    firsts = np.concatenate(([0], ends[:-1] + 1))
    if content.find(bytes([codes[1]]), start, end) >= 0:
        cells = _unquoted(data, marks, ends, cells, codes)
    needs_care = cells != width
    if width == 1:
        needs_care |= ends - firsts <= int(is_crlf)
    if is_crlf or content.find(b"\r", start, end) >= 0:
        returns = np.searchsorted(ends, np.flatnonzero(data == RETURN))
        needs_care |= np.bincount(returns, minlength=ends.size)[: ends.size] != int(is_crlf)
        if is_crlf:
            needs_care |= data[np.maximum(ends - 1, 0)] != RETURN
    lines = np.flatnonzero(needs_care)
    return int(ends.size), lines, firsts[lines] + start, int((ends - firsts).max()) + 1


def _unquoted(
    data: NDArray[Any], marks: NDArray[Any], ends: NDArray[Any], cells: NDArray[Any], codes: tuple[int, int]
) -> NDArray[Any]:
    """Return the number of cells of each line without the delimiters in quotes; 0 where a quote is odd.

    A quote must open a cell at its start, close it at its end, or be doubled in it, and a cell must
    end on its line.
    """
    import numpy as np

    delimiter, quote = codes
    quotes = np.flatnonzero(data == quote)
    lines = np.searchsorted(ends, quotes)
    is_odd = np.bincount(lines, minlength=ends.size) % 2 == 1
    is_paired = ~is_odd[lines]
    opening, closing = quotes[is_paired][::2], quotes[is_paired][1::2]
    line = lines[is_paired][::2]
    doubled = np.zeros(opening.size + 1, bool)
    doubled[1:-1] = opening[1:] == closing[:-1] + 1
    before, after = data[np.maximum(opening - 1, 0)], data[np.minimum(closing + 1, data.size - 1)]
    opens = (opening == 0) | (before == delimiter) | (before == NEWLINE) | doubled[:-1]
    closes = (closing == data.size - 1) | (after == delimiter) | (after == NEWLINE) | (after == RETURN) | doubled[1:]
    inside = np.searchsorted(marks, closing) - np.searchsorted(marks, opening)
    cells = cells - np.bincount(line, weights=inside, minlength=ends.size).astype(np.int64)
    cells[is_odd] = 0
    cells[line[~(opens & closes)]] = 0
    return cells
