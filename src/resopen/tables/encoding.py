"""The bytes of a table file as UTF-8, or what hinders it."""

from __future__ import annotations

from codecs import getincrementaldecoder
from mmap import mmap

from resopen.errors import Finding
from resopen.schema import Resource

BOM = b"\xef\xbb\xbf"
UTF8 = ("utf-8", "utf8", "ascii", "us-ascii")
PIECE = 1 << 23
# What Python can decode but is no encoding of files: of domain names, of literals, of nothing.
NO_ENCODINGS = ("idna", "punycode", "undefined", "raw_unicode_escape", "unicode_escape", "mbcs", "oem")


def to_utf8(content: bytes, resource: Resource) -> tuple[bytes, tuple[Finding, ...], bool]:
    """Return a file's content in UTF-8, what was found, and whether the content can be read.

    A byte order mark is removed with a warning where the file is declared to be UTF-8; UTF-16 that
    is declared is read with or without its mark. Nothing is guessed: bytes that the declared
    encoding does not allow end the reading, with the place and the likely encoding.
    """
    name, encoding = resource.name, resource.encoding.lower().replace("_", "-")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding.startswith("utf-16"):
        known = (("byte", "1"), ("at", "1"), ("likely", "UTF-16"), ("expected", resource.encoding))
        return b"", (Finding("encoding", name, 1, 1, details=known),), False
    found: tuple[Finding, ...] = ()
    if content.startswith(BOM) and encoding in UTF8:
        found, content = (Finding("byte-order-mark", name, 1, 1, severity="warning"),), content[len(BOM) :]
    if b"\0" in content and not encoding.startswith(("utf-16", "utf-32")):
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        fault = Finding("nul-byte", name, 0, line, details=(("byte", str(content.index(b"\0") + 1)),))
        return b"", (*found, fault), False
    try:
        text = content.decode(resource.encoding)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError) and resource.encoding.lower() not in NO_ENCODINGS:
            return b"", (*found, _wrong_byte(content, error, resource)), False
        fault = Finding("unknown-encoding", name, details=(("encoding", resource.encoding),))
        return b"", (*found, fault), False
    if encoding in UTF8:
        return content, found, True
    return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), found, True


def must_be_utf8(content: bytes | mmap) -> None:
    """Raise UnicodeDecodeError when a content is not UTF-8 throughout."""
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(content), PIECE):
        decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))


def _wrong_byte(content: bytes, error: UnicodeDecodeError, resource: Resource) -> Finding:
    start = content.rfind(b"\n", 0, error.start) + 1
    line = content.count(b"\n", 0, error.start) + 1
    likely = _likely_encoding(content)
    details = (
        ("byte", str(error.start + 1)),
        ("at", str(len(content[start : error.start].decode(resource.encoding, "replace")) + 1)),
        ("likely", likely),
        ("expected", resource.encoding),
        *((("variant", "unknown"),) if likely == "?" else ()),
    )
    return Finding("encoding", resource.name, 0, line, details=details)


def _likely_encoding(content: bytes) -> str:
    """Name Windows-1251 where its letters make up most of the bytes above 127, else say unknown."""
    high = [byte for byte in content[:100_000] if byte > 127]
    cyrillic = sum(byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in high)
    return "Windows-1251" if high and cyrillic > 0.8 * len(high) else "?"
