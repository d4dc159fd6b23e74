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
from mmap import mmap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 1 << 23
# So many lines with quotes are read one by one sooner than numpy is loaded.
FEW = 5_000
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


def quick_lines(content: bytes | mmap, start: int, width: int, delimiter: str, quote: str) -> Lines | None:
    """Return the lines with quotes when all others seem to be plainly one record, else None.

    The delimiters are counted, not looked at one by one: a line with too many could hide one with
    too few. The engine refuses a line with too few, so that with its consent nothing is hidden.
    """
    if width < 2 or content.find(b"\r", start) >= 0 or content[len(content) - 1 :] != b"\n":
        return None
    lines, place, mark = 0, start, delimiter.encode()
    careful: list[int] = []
    starts: list[int] = []
    while place < len(content):
        piece = content[place : place + CHUNK]
        piece = piece[: piece.rfind(b"\n") + 1]
        if not piece:
            return None
        found = _quoted_lines(piece, quote.encode(), FEW - len(careful))
        if found is None:
            return None
        count = piece.count(b"\n")
        marks = piece.count(mark) - sum(piece.count(mark, first, end) for _, first, end in found)
        if marks != (count - len(found)) * (width - 1):
            return None
        careful += [lines + number for number, _, _ in found]
        starts += [place + first for _, first, _ in found]
        lines, place = lines + count, place + len(piece)
    return Lines(lines, careful, starts)


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
