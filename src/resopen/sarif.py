"""Reports as SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from resopen import __version__
from resopen.formats import file_of, json_line, json_lines, subject
from resopen.validation import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Relative addresses are relative to where the command was run, which readers know by this name.
BASE = "%SRCROOT%"
LEVELS: Mapping[str, str] = MappingProxyType({"error": "error", "warning": "warning"})


def to_sarif(report: Report, files: Mapping[str, str]) -> Iterator[str]:
    """Yield the report as SARIF: every rule in words, every issue with its file and line.

    An issue of a whole table is at line 1, because GitHub shows no result without a line. There is
    no column, for ours counts cells, and SARIF's counts characters.
    Source: SARIF 2.1.0, which GitHub reads in part.
    """
    rules = _rules(report)
    base = {BASE: {"description": {"text": report.messages.text("ui.sarif-base")}}}
    yield f'{{\n  "$schema": {json_line(SCHEMA)},\n  "version": "2.1.0",\n  "runs": [{{\n'
    yield f'  "tool": {{"driver": {{"name": "resopen", "version": {json_line(__version__)}, "rules": '
    yield from json_lines(map(json_line, rules.values()))
    yield f'}}}},\n  "language": {json_line(report.messages.language)},\n  "columnKind": "unicodeCodePoints",\n'
    yield f'  "originalUriBaseIds": {json_line(base)},\n  "results": '
    yield from json_lines(_results(report, files, list(rules)))
    yield "\n  }]\n}\n"


def _results(report: Report, files: Mapping[str, str], rules: Sequence[str]) -> Iterator[str]:
    """Yield every issue as JSON, put together by hand, which is much faster than by keys."""
    heads = {rule: f'{{"ruleId": {json_line(rule)}, "ruleIndex": {i}, ' for i, rule in enumerate(rules)}
    address = lru_cache(maxsize=1024)(_address)
    for issue in report.in_words():
        message = json_line(_message(f"{subject(issue, report.messages)}: {issue.message} {issue.remedy}"))
        place = f'"artifactLocation": {address(file_of(issue, files) or issue.table)}'
        yield (
            f'{heads[issue.rule]}"level": "{LEVELS[issue.severity]}", "message": {{"text": {message}}}, '
            f'"locations": [{{"physicalLocation": {{{place}, "region": {{"startLine": {max(issue.line, 1)}}}}}}}]}}'
        )


def _rules(report: Report) -> dict[str, dict[str, object]]:
    """Return the broken rules by name, each with what it says and how severe it is.

    GitHub wants a full description and a help besides the short description that SARIF asks for.
    """
    rules: dict[str, dict[str, object]] = {}
    help_text = report.messages.text("ui.sarif-help")
    for finding in report.findings:
        name = finding.rule.removesuffix("-null")
        if name not in rules:
            words = {"text": _message(report.rule_in_words(finding.table, name))}
            rules[name] = {
                "id": name,
                "shortDescription": words,
                "fullDescription": words,
                "help": {"text": help_text},
                "defaultConfiguration": {"level": LEVELS[finding.severity]},
            }
    return {name: rules[name] for name in sorted(rules)}


def _message(text: str) -> str:
    """Return a text in which a cell can be neither a placeholder nor a link (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _address(file: str) -> str:
    """Return, as JSON, a file as the URI that SARIF demands: percent-encoded, relative ones with their base."""
    from urllib.parse import quote

    path = quote(file, errors="backslashreplace")
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", file):
        return json_line({"uri": quote(file, safe="/:?#[]@!$&'()*+,;=%~", errors="backslashreplace")})
    if file.startswith("/"):
        return json_line({"uri": f"file://{path}"})
    if re.match("[A-Za-z]:/", file):
        return json_line({"uri": f"file:///{file[0]}:{path[4:]}"})
    return json_line({"uri": path, "uriBaseId": BASE})
