"""The records of a delimited file, one at a time, by its dialect and RFC 4180.

Everything here works on the bytes of the file, in UTF-8, so that a file larger than memory can be
read through a map of it; only cells become text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from resopen.schema import Dialect

NEWLINE, RETURN = b"\n", b"\r"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: where it starts, where the next one does, its cells, lines and quote fault.

    A blank line has no cells. `lines` is how many physical lines the record takes. `column` is the
    position of the cell with a stray or unclosed quote, 0 where there is none.
    """

    start: int
    stop: int
    cells: tuple[str, ...]
    lines: int = 1
    fault: str = ""
    column: int = 0


def next_record(content: bytes | mmap, start: int, dialect: Dialect) -> Record:
    """Return the record that starts at a byte.

    A quoted cell is quoted whole, a quote inside it is doubled (or escaped, where the dialect says
    so). A record with a stray or an unclosed quote is read as one physical line, quotes taken as
    plain text. Raises UnicodeDecodeError where the bytes are not UTF-8.
    """
    end = _line_end(content, start)
    plain = content[start:end].removesuffix(RETURN)
    quote = dialect.quote_char.encode()
    if (not quote or quote not in plain) and not (dialect.escape_char or dialect.skip_initial_space):
        cells = tuple(plain.decode().split(dialect.delimiter)) if plain else ()
        return Record(start, end + 1, cells)
    if not plain:
        return Record(start, end + 1, ())
    cells_found, stop, fault = _quoted_record(content, start, dialect)
    if fault:
        cells = tuple(plain.decode().split(dialect.delimiter))
        return Record(start, end + 1, cells, 1, fault, len(cells_found) + 1)
    text = tuple(cell.decode() for cell in cells_found)
    if stop == end + 1:
        return Record(start, stop, text)
    lines = content[start : stop - 1].count(NEWLINE) + 1
    return Record(start, stop, text, lines)


def records(content: bytes | mmap, start: int, dialect: Dialect) -> Iterator[Record]:
    """Yield the records from a byte to the end of the content."""
    while start < len(content):
        record = next_record(content, start, dialect)
        yield record
        start = record.stop


def _line_end(content: bytes | mmap, start: int) -> int:
    end = content.find(NEWLINE, start)
    return len(content) if end < 0 else end


def _quoted_record(content: bytes | mmap, position: int, dialect: Dialect) -> tuple[list[bytes], int, str]:
    """Return the cells of the record at the position, where the next one starts, and its quote fault."""
    cells: list[bytes] = []
    quote, delimiter = dialect.quote_char.encode(), dialect.delimiter.encode()
    while True:
        if dialect.skip_initial_space:
            while content[position : position + 1] == b" ":
                position += 1
        opening = position
        if quote and content[position : position + len(quote)] == quote:
            cell, position, fault = _quoted_cell(content, position + len(quote), quote, dialect)
        else:
            cell, position, fault = _bare_cell(content, position, quote, delimiter, dialect)
        if fault:
            return cells, position, fault
        if content[position : position + len(delimiter)] == delimiter:
            cells.append(cell)
            position += len(delimiter)
            continue
        if content[position : position + 2] == b"\r\n":
            position += 1
        if position >= len(content):
            return [*cells, cell], position + 1, ""
        if content[position : position + 1] == NEWLINE:
            return [*cells, cell], position + 1, ""
        # A quote that ends cells later, on another line, was meant to open another cell.
        return cells, position, "unclosed-quote" if NEWLINE in content[opening:position] else "stray-quote"


def _quoted_cell(content: bytes | mmap, position: int, quote: bytes, dialect: Dialect) -> tuple[bytes, int, str]:
    """Return the content of a quoted cell, the place after its closing quote, and its fault."""
    pieces: list[bytes] = []
    escape = dialect.escape_char.encode()
    while True:
        stop = content.find(quote, position)
        escaped = content.find(escape, position, stop) if escape and stop >= 0 else -1
        if escaped >= 0:
            pieces.append(content[position:escaped] + content[escaped + 1 : escaped + 2])
            position = escaped + 2
            continue
        if stop < 0:
            return b"", position, "unclosed-quote"
        pieces.append(content[position:stop])
        position = stop + len(quote)
        if dialect.double_quote and content[position : position + len(quote)] == quote:
            pieces.append(quote)
            position += len(quote)
            continue
        return b"".join(pieces), position, ""


def _bare_cell(
    content: bytes | mmap, position: int, quote: bytes, delimiter: bytes, dialect: Dialect
) -> tuple[bytes, int, str]:
    """Return a cell that is not quoted, the place where it ends, and its fault."""
    start, escape = position, dialect.escape_char.encode()
    end = _line_end(content, position)
    stop = content.find(delimiter, position, end)
    stop = end if stop < 0 else stop
    pieces: list[bytes] = []
    while escape and (escaped := content.find(escape, position, stop)) >= 0:
        pieces.append(content[position:escaped] + content[escaped + 1 : escaped + 2])
        position = escaped + 2
        stop = content.find(delimiter, position, end)
        stop = end if stop < 0 else stop
    cell = b"".join([*pieces, content[position:stop]])
    if stop == end and cell.endswith(RETURN):
        cell, stop = cell[:-1], stop - 1 if end < len(content) else stop
    if quote and quote in content[start:stop] and not escape:
        return cell, stop, "stray-quote"
    return cell, stop, ""
