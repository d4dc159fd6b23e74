"""The texts of the package in Russian and English, chosen by key."""

from __future__ import annotations

import locale
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, get_args

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Messages:
    """The catalogue of one language: nested tables of templates, looked up by dotted key."""

    language: Language
    catalogue: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Say whether the catalogue holds a text under `key`."""
        return self._find(key) is not None

    def text(self, key: str, details: Mapping[str, str] | None = None) -> str:
        """Return the text under `key` with `{placeholders}` filled from `details`.

        A placeholder that `details` do not fill is left as it stands, so that a value with braces
        in it can never break a message.
        Raises KeyError when the catalogue holds no text under `key`.
        """
        template = self._find(key)
        if not isinstance(template, str):
            raise KeyError(f"no text {key!r} in the catalogue {self.language}")
        return fill(template, details or {})

    def plural(self, key: str, number: int) -> str:
        """Return the form of `key` that goes with `number`, with `{n}` filled.

        Russian has three forms (one, few, many), English two (one, many); the rule is the
        cardinal plural rule of Unicode CLDR for whole numbers.
        """
        forms = self._find(key)
        if not isinstance(forms, Mapping):
            raise KeyError(f"no plural forms {key!r} in the catalogue {self.language}")
        return fill(forms[plural_form(self.language, number)], {"n": f"{number:,}".replace(",", "\u00a0")})

    def error(self, key: str, details: Mapping[str, str]) -> str:
        """Return what an error says, its details put into words of this language."""
        return self.text(f"errors.{key}", self.in_words(details, is_kind=key == "definition.wrong-kind"))

    def in_words(self, details: Mapping[str, str], is_kind: bool = False) -> dict[str, str]:
        """Return details whose reason is in words: a known cause, or a library's own words, quoted as such.

        With `is_kind`, what was expected and found are kinds of values, such as text or list.
        """
        filled = dict(details)
        if "cause" in filled:
            filled["reason"] = self.text(f"reasons.{filled['cause']}", filled)
        elif "reason" in filled:
            filled["reason"] = self.text("reasons.library", filled)
        for name in ("expected", "found") if is_kind else ():
            kinds = filled.get(name, "").split(", ")
            filled[name] = self.text("kinds.or").join(self.text(f"kinds.{kind}") for kind in kinds)
        return filled

    def percent(self, share: float) -> str:
        """Return a share such as 0.5 as whole per cent, with the space that the language asks for."""
        return self.text("ui.percent", {"n": f"{share:.0%}".rstrip("%")})

    def _find(self, key: str) -> Any:
        node: Any = self.catalogue
        for part in key.split("."):
            if not isinstance(node, Mapping) or part not in node:
                return None
            node = node[part]
        return node


def fill(template: str, details: Mapping[str, str]) -> str:
    """Put the details into the template in one pass, so that filled text is never filled again."""
    pieces = template.split("{")
    done = [pieces[0]]
    for piece in pieces[1:]:
        name, brace, rest = piece.partition("}")
        done.append(details[name] + rest if brace and name in details else "{" + piece)
    return "".join(done)


def plural_form(language: Language, number: int) -> str:
    """Return `one`, `few` or `many` for a whole number in the language (Unicode CLDR)."""
    number = abs(number)
    if language == "en":
        return "one" if number == 1 else "many"
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    return "few" if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else "many"


def load_messages(language: Language) -> Messages:
    """Read the catalogue of one language from the package."""
    text = resources.files("resopen").joinpath("catalogues", f"{language}.toml").read_text("utf-8")
    return Messages(language, tomllib.loads(text))


def environment_language(environment: Mapping[str, str] | None = None) -> Language:
    """Return the language of the environment: `ru` where the locale is Russian, `en` elsewhere.

    The first non-empty of LC_ALL, LC_MESSAGES and LANG decides, as in POSIX; where none is set
    (Windows), the locale of the system does.
    """
    environment = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "ru" if environment[name].lower().startswith("ru") else "en"
    return "ru" if (locale.getlocale()[0] or "").lower().startswith(("ru", "russian")) else "en"
