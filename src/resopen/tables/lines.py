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
NEWLINE, RETURN = 10, 13


@dataclass(frozen=True)
class Lines:
    """How many lines there are, and which need care: counted from 0, with the bytes they start at."""

    count: int
    careful: Sequence[int]
    starts: Sequence[int]


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
    count = 0
    careful: list[int] = []
    starts: list[int] = []
    for lines, numbers, places in found:
        careful += (numbers + count).tolist()
        starts += places.tolist()
        count += lines
    return Lines(count, careful, starts)


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
) -> tuple[int, NDArray[Any], NDArray[Any]]:
    """Return the number of lines of a chunk, the lines that need care, and where these start."""
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
    return int(ends.size), lines, firsts[lines] + start


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
