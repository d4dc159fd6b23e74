"""Texts: both languages say the same things, with the right forms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resopen
from resopen.messages import environment_language, fill, load_messages, plural_form

SOURCE = Path(resopen.__file__).parent


def texts(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from texts(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{([a-z]+)\}", text))


def test_both_languages_have_the_same_texts_with_the_same_placeholders() -> None:
    ru = {k: v for k, v in texts(load_messages("ru").catalogue) if not k.startswith("plural.")}
    en = {k: v for k, v in texts(load_messages("en").catalogue) if not k.startswith("plural.")}
    assert set(ru) == set(en)
    assert [key for key in ru if placeholders(ru[key]) != placeholders(en[key])] == []


def test_russian_plurals_have_three_forms_and_english_two() -> None:
    for forms in load_messages("ru").catalogue["plural"].values():
        assert set(forms) == {"one", "few", "many"}
    for forms in load_messages("en").catalogue["plural"].values():
        assert set(forms) == {"one", "many"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 строк"), (1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (11, "11 строк"), (12, "12 строк"),
     (21, "21 строка"), (22, "22 строки"), (111, "111 строк"), (1001, "1\u00a0001 строка")],
)  # fmt: skip
def test_russian_numbers_take_their_forms(number: int, words: str) -> None:
    assert load_messages("ru").plural("plural.rows", number) == words


@given(st.integers(min_value=0, max_value=10**9))
def test_russian_form_depends_on_the_last_two_digits_only(number: int) -> None:
    assert plural_form("ru", number) == plural_form("ru", number % 100 + 100)


@given(st.text(), st.text())
def test_filled_text_is_never_filled_again(value: str, other: str) -> None:
    assert fill("<{a}>", {"a": value, "b": other}) == f"<{value}>"


def test_every_key_that_the_code_names_is_in_the_catalogue() -> None:
    messages = load_messages("ru")
    for path in SOURCE.rglob("*.py"):
        code = path.read_text("utf-8")
        for key in re.findall(r"(?:SetupError|PublishRefused|DefinitionError|DataInvalid)\(\s*\"([a-z.-]+)\"", code):
            assert messages.has(f"errors.{key}"), f"{path}: {key}"
        for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)):
            plain = isinstance(call.func, ast.Name) and call.func.id == "wrong"
            method = isinstance(call.func, ast.Attribute) and call.func.attr == "wrong"
            if (plain and path.name != "reading.py") or method:
                fault = call.args[2 if plain else 1]
                assert isinstance(fault, ast.Constant)
                assert messages.has(f"errors.definition.{fault.value!s}"), f"{path}: {fault.value!r}"
        for key in re.findall(r"messages\.(?:text|plural)\(\s*[\"']([a-z.-]+)[\"']", code):
            assert messages.has(key), f"{path}: {key}"
        for rule in re.findall(r"Finding\(\s*\"([a-zA-Z-]+)\"", code):
            assert messages.has(f"issues.{rule}.message"), f"{path}: {rule}"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ru_RU", "LANG": "C"}, "ru"),
    ],
)
def test_language_is_that_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert environment_language(environment) == language
