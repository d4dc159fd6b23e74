"""The keys of a definition file taken one by one, each refused by its place where it is wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema.records import Bilingual
from resopen.schema.spots import wrong, wrong_kind


@dataclass(frozen=True)
class Reader:
    """A table of a definition file, with the file and the key where it stands. Every key must be there."""

    node: Mapping[str, Any]
    where: str
    key: str

    def __post_init__(self) -> None:
        if not isinstance(self.node, Mapping):
            raise wrong_kind(self.where, self.key, self.node, dict)

    def spot(self, name: str) -> str:
        """Return the whole key of one of its keys."""
        return f"{self.key}.{name}".lstrip(".")

    def wrong(self, name: str, fault: str, /, **details: str) -> DefinitionError:
        """Return the error of one of its keys."""
        return wrong(self.where, self.spot(name), fault, **details)

    def take(self, name: str) -> Any:
        """Return the value of a key; DefinitionError when it is missing."""
        if name not in self.node:
            raise self.wrong(name, "missing-key")
        return self.node[name]

    def _of(self, name: str, kind: type | tuple[type, ...]) -> Any:
        value = self.take(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            raise wrong_kind(self.where, self.spot(name), value, *kinds)
        return value

    def text(self, name: str, may_be_empty: bool = False) -> str:
        """Return a text, which is not empty unless it may be."""
        value = str(self._of(name, str))
        if not value and not may_be_empty:
            raise self.wrong(name, "missing-key")
        return value

    def bilingual(self, name: str) -> Bilingual:
        """Return a text that stands in English plain and in Russian with the ending _ru; both must."""
        return Bilingual(ru=self.text(f"{name}_ru"), en=self.text(name))

    def pair(self, i: int, name: str, name_ru: str) -> Bilingual:
        """Return one item of two lists of texts, in English and in Russian."""
        english, russian = self.texts(name), self.texts(name_ru)
        for key, listed in ((name, english), (name_ru, russian)):
            if i >= len(listed):
                raise self.wrong(key, "missing-key")
        return Bilingual(ru=russian[i], en=english[i])

    def flag(self, name: str) -> bool:
        """Return true or false."""
        return bool(self._of(name, bool))

    def number(self, name: str) -> float:
        """Return a number; neither infinite nor none."""
        return self._finite(name, self._of(name, (int, float)))

    def _finite(self, name: str, value: float) -> float:
        # A whole number of TOML may be longer than any float.
        if abs(value) > sys.float_info.max or value != value:
            raise self.wrong(name, "unknown-value", found=str(value)[:40], expected="0.5, 3")
        return float(value)

    def whole(self, name: str, least: int, most: int = sys.maxsize) -> int:
        """Return a whole number between two others."""
        value = int(self._of(name, int))
        if not least <= value <= most:
            expected = f"≥ {least}" if most == sys.maxsize else f"{least} … {most}"
            raise self.wrong(name, "unknown-value", found=str(value)[:40], expected=expected)
        return value

    def number_or_none(self, name: str) -> float | None:
        """Return a number, or None for the word none."""
        return None if self.take(name) == "none" else self.number(name)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a list of numbers."""
        items = self.items(name)
        for i, item in enumerate(items):
            if isinstance(item, bool) or not isinstance(item, int | float):
                raise wrong_kind(self.where, self.spot(f"{name}[{i}]"), item, float)
        return tuple(self._finite(name, item) for item in items)

    def fraction(self, name: str) -> Fraction:
        """Return an exact number: 0.25, or a text such as 1/3."""
        try:
            return Fraction(str(self._of(name, (int, float, str))))
        except (ValueError, ZeroDivisionError) as error:
            raise self.wrong(name, "unknown-value", found=str(self.node[name]), expected='0.25, "1/3"') from error

    def items(self, name: str) -> Sequence[Any]:
        """Return a list."""
        value: Sequence[Any] = self._of(name, list)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        items = self.items(name)
        for i, item in enumerate(items):
            if not isinstance(item, str):
                raise wrong_kind(self.where, self.spot(f"{name}[{i}]"), item, str)
        return tuple(items)

    def one_of(self, name: str, known: Sequence[str]) -> str:
        """Return one of the known words."""
        value = self.text(name)
        if value not in known:
            raise self.wrong(name, "unknown-value", found=value, expected=", ".join(known))
        return value

    def some_of(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """Return a list of known words."""
        values = self.texts(name)
        for value in values:
            if value not in known:
                raise self.wrong(name, "unknown-value", found=value, expected=", ".join(known))
        return values

    def table(self, name: str, default: Mapping[str, Any] | None = None) -> Reader:
        """Return a table inside this one, or the default where that may be missing."""
        value = default if default is not None and name not in self.node else self._of(name, dict)
        return Reader(value, self.where, self.spot(name))

    def tables(self, name: str) -> list[Reader]:
        """Return the tables of a list; none when it is missing."""
        items = self.items(name) if name in self.node else []
        return [Reader(item, self.where, self.spot(f"{name}[{i}]")) for i, item in enumerate(items)]

    def over(self, shared: Mapping[str, Any]) -> Reader:
        """Return this table with the keys of another one where it has none of its own."""
        return Reader({**shared, **self.node}, self.where, self.key)

    def only(self, known: Sequence[str]) -> None:
        """Refuse a key that is not among the known ones: a typing error would go unseen."""
        for name in self.node:
            if name not in known:
                nearest = get_close_matches(name, known, 1, 0.0)[0]
                raise self.wrong(name, "unknown-key", nearest=nearest)
