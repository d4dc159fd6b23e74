"""Columns of texts as lines of canonical CSV: UTF-8, LF, RFC 4180 with quotes only where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

SPECIAL = (b'"', b",", b"\r", b"\n")


def csv_header(names: Sequence[str]) -> bytes:
    """Return the first line of a file: the names of its columns."""
    cells = ['"' + name.replace('"', '""') + '"' if set(name) & set('",\r\n') else name for name in names]
    return (",".join(cells) + "\n").encode()


def csv_lines(columns: Sequence[pyarrow.StringArray]) -> memoryview:
    """Return rows as lines, in their order; a null is an empty cell.

    Args: the texts of each column, all of one length. A lone empty cell is quoted, as an empty line
    would be no record.
    """
    import pyarrow.compute as pc

    cells = [_quoted(column) for column in columns]
    if len(cells) == 1:
        cells = [pc.replace_substring_regex(pc.fill_null(cells[0], _scalar("")), "^$", '""')]
    comma, nothing, end = _scalar(","), _scalar(""), _scalar("\n")
    joined = pc.binary_join_element_wise(*cells, comma, null_handling="replace", null_replacement="")
    return _content(pc.binary_join_element_wise(joined, nothing, end))


def _quoted(texts: pyarrow.StringArray) -> pyarrow.StringArray:
    """Return texts with quotes around those that need them."""
    import pyarrow.compute as pc

    # Nearly all columns need none, which a search through all their texts at once says soonest.
    content = bytes(_content(texts))
    if not any(special in content for special in SPECIAL):
        return texts
    quote, nothing = _scalar('"'), _scalar("")
    doubled = pc.binary_join_element_wise(nothing, pc.replace_substring(texts, '"', '""'), nothing, quote)
    return pc.if_else(pc.match_substring_regex(texts, '[",\r\n]'), doubled, texts)


def _scalar(text: str) -> pyarrow.StringScalar:
    """Return a text as a value of Arrow, out of its bytes: from a bare text Arrow makes one by importing pandas."""
    import numpy as np
    import pyarrow as pa

    content = text.encode()
    offsets = pa.py_buffer(np.array([0, len(content)], np.int32))
    return pa.StringArray.from_buffers(1, offsets, pa.py_buffer(content))[0]


def _content(texts: pyarrow.StringArray) -> memoryview:
    """Return the bytes of texts that follow each other in memory, without a copy."""
    import numpy as np

    _, offsets, content = texts.buffers()
    if not len(texts) or content is None:
        return memoryview(b"")
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(content)[int(places[0]) : int(places[-1])]
