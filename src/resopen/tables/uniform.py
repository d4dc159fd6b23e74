"""A fast look at a large delimited file: are all its records well formed and of one width?

Most large files are. Then nothing but their count, and the lines of records after a quoted line
break, need to be known, and a few passes over the bytes tell it. Everything else is left to the
careful reader of `scan`, which says what is wrong and where.
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 1 << 24
NEWLINE = 10


@dataclass(frozen=True)
class Uniform:
    """A well-formed file: its labels, its data records, and their lines where these do not count up."""

    labels: tuple[str, ...]
    count: int
    lines: Sequence[int]


@dataclass(frozen=True)
class Block:
    """Whole records of a chunk: how many, whether all have the width, and where their lines start."""

    records: int
    is_regular: bool
    newlines: int
    starts: NDArray[Any]


def read_uniform(
    path: Path, header: bytes, labels: tuple[str, ...], delimiter: str, quote: str, chunk: int = CHUNK
) -> Uniform | None:
    """Return the structure of a file in UTF-8 when all its records are well formed, else None.

    Args: the file, the bytes of its header line and the labels in it, the delimiter and the quote,
    and how many bytes to look at in one go. A blank line, a carriage return, a NUL, bytes that are
    not UTF-8, a stray or unclosed quote and a record of another width all make it not uniform.
    """
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(b"\r") >= 0 or content.find(b"\0") >= 0:
            return None
        count, line, shifted = 0, 2, False
        lines: list[NDArray[Any]] = []
        decoder = codecs.getincrementaldecoder("utf-8")()
        for block, piece in _blocks(content, (len(header), chunk), len(labels), delimiter, quote):
            if not block.is_regular or not _is_text(decoder, piece):
                return None
            lines.append(block.starts + line)
            shifted = shifted or block.newlines != block.records
            count, line = count + block.records, line + block.newlines
    return Uniform(labels, count, _joined(lines) if shifted else ())


def _blocks(
    content: mmap.mmap, place: tuple[int, int], width: int, delimiter: str, quote: str
) -> Iterator[tuple[Block, bytes]]:
    """Yield the blocks of a file, each ending with its last whole record, and their bytes."""
    start, size = place
    while start < len(content):
        piece = content[start : start + size]
        is_last = start + len(piece) == len(content)
        block, used = _block(piece, is_last, width, ord(delimiter), ord(quote))
        if not used and block.is_regular:
            size *= 2  # One record is longer than the chunk: look at more of it.
            continue
        yield block, piece[:used]
        start += used
        if not block.is_regular:
            return


def _block(piece: bytes, is_last: bool, width: int, delimiter: int, quote: int) -> tuple[Block, int]:
    """Judge the whole records at the start of a piece; return the block and how many bytes it has."""
    import numpy as np

    data = np.frombuffer(piece, np.uint8)
    breaks, quotes, marks = (np.flatnonzero(data == code) for code in (NEWLINE, quote, delimiter))
    ends = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    if is_last and (not ends.size or ends[-1] != data.size - 1):
        ends = np.append(ends, data.size)
    if not ends.size:
        return Block(0, True, 0, ends), 0
    used = min(int(ends[-1]) + 1, data.size)
    breaks, quotes = breaks[breaks < used], quotes[quotes < used]
    marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    cells = np.diff(np.searchsorted(marks, ends), prepend=0) + 1
    lengths = np.diff(ends, prepend=-1) - 1
    is_regular = bool((cells == width).all() and (lengths > 0).all() and _quotes_are_whole(data, quotes, delimiter))
    starts = np.searchsorted(breaks, np.concatenate(([0], ends[:-1] + 1)))
    return Block(int(ends.size), is_regular, int(breaks.size), starts), used


def _quotes_are_whole(data: NDArray[Any], quotes: NDArray[Any], delimiter: int) -> bool:
    """Say whether every quote opens a cell at its start, closes it at its end, or is doubled in it."""
    import numpy as np

    if quotes.size % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    doubled = np.zeros(opening.size, bool)
    doubled[1:] = opening[1:] == closing[:-1] + 1
    opens = (opening == 0) | (before == delimiter) | (before == NEWLINE) | doubled
    after = data[np.minimum(closing + 1, data.size - 1)]
    again = np.zeros(closing.size, bool)
    again[:-1] = doubled[1:]
    closes = (closing == data.size - 1) | (after == delimiter) | (after == NEWLINE) | again
    return bool(opens.all() and closes.all())


def _is_text(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    """Say whether the next bytes of the file are UTF-8; a record never ends inside a character."""
    try:
        decoder.decode(piece, final=True)
    except UnicodeDecodeError:
        return False
    return True


def _joined(lines: Sequence[NDArray[Any]]) -> Sequence[int]:
    import numpy as np

    return np.concatenate(lines).astype(np.int64).data
