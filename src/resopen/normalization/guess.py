"""The encoding of a text that says nothing of it."""

from __future__ import annotations

import re

MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe", "utf-16-le", "UTF-16"),
    (b"\xfe\xff", "utf-16-be", "UTF-16"),
)
RIVALS = ("koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
RUSSIAN = re.compile("[А-Яа-яЁё]")
SIGNS = frozenset("\u00a0«»„“”‘’‚–—…•·№§°±©®™€†‡‰‹›µ¶")
# Two thirds of the letters of a Russian text.
FREQUENT = frozenset("оеаинтсрвл")
MOST_STRANGE, MOST_TOUCHING = 0.05, 0.25


def decoded(content: bytes) -> tuple[str, str, bool]:
    """Return the text of a file, the name of its encoding, and whether a byte order mark says it.

    A mark decides. Else bytes that are valid UTF-8 are UTF-8. Else they are Windows-1251 where
    nearly all characters above ASCII are then Russian letters and signs of print, which do not
    stand inside Latin words, and no other Cyrillic encoding gives more of
    the frequent letters. Where nothing of this holds, text and name are empty.
    """
    mark, codec, name = next((item for item in MARKS if content.startswith(item[0])), (b"", "utf-8", "UTF-8"))
    body = content[len(mark) :]
    try:
        return body.decode(codec), name, bool(mark)
    except UnicodeDecodeError:
        is_russian = not mark and _is_windows_1251(body)
    return (body.decode("cp1251"), "Windows-1251", False) if is_russian else ("", "", False)


def _is_windows_1251(content: bytes) -> bool:
    # A no-break space between digits groups them, and is a letter in CP866.
    content = re.sub(rb"(?<=[0-9])\xa0(?=[0-9]{3})", b" ", content)
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        return False
    high = [character for character in text if not character.isascii()]
    russian = sum(RUSSIAN.match(character) is not None for character in high)
    strange = len(high) - russian - sum(character in SIGNS for character in high)
    touching = len(re.findall("[A-Za-z](?=[А-Яа-яЁё])|[А-Яа-яЁё](?=[A-Za-z])", text))
    if strange > MOST_STRANGE * len(high) or touching > MOST_TOUCHING * russian:
        return False
    own = _frequent(text)
    return all(_frequent(content.decode(rival, "replace")) <= own for rival in RIVALS)


def _frequent(text: str) -> int:
    return sum(character in FREQUENT for character in text.lower())
