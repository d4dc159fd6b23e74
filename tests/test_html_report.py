"""The report as a page: well-formed, complete in its counts, deaf to hostile cells, the same every time."""

from __future__ import annotations

import hashlib
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resopen.errors import Finding
from resopen.html_report import to_html
from resopen.printing import visible
from resopen.validation import Report
from tests.packages import MESSAGES, ROOT, curated, judge, table_package
from tests.reports import HOSTILE, REPORTS, report_of
from tests.test_cli import resopen

VOID = {"meta", "br", "img", "link", "input", "hr", "base", "area", "embed", "source", "track", "wbr", "col"}
# Everything that a page of ours is made of; whatever else turns up came out of the data.
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3", "p", "a",
    "span", "bdi", "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "aria-labelledby",
    "aria-hidden",
}  # fmt: skip
SCHEMA = {
    "fields": [
        {"name": "a", "type": "integer", "title": "Amount", "title_ru": "Сумма"},
        {"name": "b", "type": "string", "constraints": {"required": True}, "title": "Name", "example": "x"},
    ]
}


@dataclass
class Page:
    """What a reader of HTML finds in a page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(text for tag, text in self.texts if tag != "style")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(html: str) -> Page:
    """Parse a page, and fail where a tag is not closed in its place."""
    page = Page()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            page.tags.append((tag, {name: value or "" for name, value in attrs}))
            assert len(dict(attrs)) == len(attrs)
            if tag not in VOID:
                page.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert page.open.pop() == tag

        def handle_data(self, data: str) -> None:
            page.texts.append((page.open[-1] if page.open else "", data))

        def handle_comment(self, data: str) -> None:
            raise AssertionError(f"comment: {data}")

    reader = Reader()
    reader.feed(html)
    reader.close()
    assert page.open == []
    return page


def html_of(report: Report, limit: int = 10) -> str:
    return "".join(to_html(report, {name: f"data/{name}.csv" for name, _ in report.rows}, limit))


def rows_of(html: str) -> Iterator[list[str]]:
    """Yield the cells, without tags, of every row of every table."""
    for row in re.findall(r"<tr>(.*?)</tr>", html):
        yield [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    rows = "".join(f"{'x' if i % 2 else i},{'' if i % 5 == 0 else 'y'}\n" for i in range(50))
    return judge(table_package(tmp_path, SCHEMA, f"a,b\n{rows}"))


@given(REPORTS, st.sampled_from([0, 1, 10]))
def test_nothing_of_the_data_comes_out_alive(report: Report, limit: int) -> None:
    html = html_of(report, limit)
    page = read(html)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES
    assert len(page.all("style")) == len(page.all("title")) == 1
    assert all(attributes["href"].startswith("#") for attributes in page.all("a"))
    assert [c for c in html if not c.isprintable() and c != "\n"] == []


def test_hostile_cell_stands_in_the_page_as_text(tmp_path: Path) -> None:
    cell = HOSTILE.replace("\ud800", "").replace("\0", "").replace('"', "'").replace("\r\n", " ")
    report = judge(table_package(tmp_path, SCHEMA, f'a,b\n"{cell}",y\n'))
    page = read(html_of(report))
    assert visible(cell) in page.text
    assert "\\u202e" in page.text
    assert "\\x1b[31m" in page.text
    assert len(page.all("script")) + len(page.all("img")) == 0


def test_hostile_names_of_tables_fields_rules_and_files_are_text(tmp_path: Path) -> None:
    name = '"><script>alert(1)</script>'
    report = report_of(Finding("type", name, 2, 2, 1, name, name, details=(("type", "integer"),), file=name))
    page = read("".join(to_html(report, {name: name}, 10)))
    assert page.all("script") == []
    assert page.text.count(name) >= 6


def test_counts_are_complete_and_the_limit_limits_the_places(report: Report) -> None:
    html = html_of(report, 3)
    page = read(html)
    assert page.texts[page.texts.index(("span", "✗")) + 1] == ("h1", " 35 errors, 0 warnings")
    assert ["table", "50", "35", "0", "data/table.csv"] in list(rows_of(html))
    assert "error · 25 issues · type" in page.text
    assert "error · 10 issues · required" in page.text
    assert "Places 1–3 of 25" in page.text
    assert "Counted but not listed: 22 more places" in page.text
    assert len([row for row in rows_of(html) if row[-1].startswith(("“x” is not", "“Name” is empty"))]) == 6
    assert "at most 3 for a rule" in page.text
    assert "--limit 0" in page.text


def test_limit_0_lists_every_place_and_folds_long_lists(report: Report) -> None:
    html = html_of(report, 0)
    page = read(html)
    places = [row for row in rows_of(html) if row[-1].startswith(("“x” is not", "“Name” is empty"))]
    assert len(places) == 35
    assert len(page.all("details")) == 1
    assert "15 more places" in page.text
    assert "--limit 0" not in page.text


def test_place_is_told_by_row_line_column_field_and_value(tmp_path: Path) -> None:
    report = judge(table_package(tmp_path, SCHEMA, 'a,b\n1,"two\nlines"\nx,y\n1,\n'))
    rows = list(rows_of(html_of(report)))
    assert ["3", "4", "1", "a Amount", "x", "“x” is not a whole number such as 42."] in rows
    assert ["4", "5", "2", "b Name", "(empty)", "“Name” is empty, but it must be filled in."] in rows


def test_whole_table_has_no_line_and_empty_columns_are_left_out(tmp_path: Path) -> None:
    html = html_of(report_of(Finding("missing-file", "table", details=(("file", "lost.csv"),))))
    assert ["whole table", "The file of this table is not there: lost.csv"] in list(rows_of(html))
    assert ["Row", "What is wrong"] in list(rows_of(html))


def test_shared_remedy_stands_once_and_others_at_their_places(report: Report, tmp_path: Path) -> None:
    assert html_of(report).count("How to mend it: Write a whole number") == 1
    schema = {"fields": [{"name": name, "type": "string", "constraints": {"pattern": name}} for name in "ab"]}
    mixed = html_of(judge(table_package(tmp_path, schema, "a,b\nx,y\n")))
    assert mixed.count("How to mend it: ") == 2


def test_rule_of_the_package_is_told_in_its_own_words() -> None:
    package = curated().package()
    rule = next(rule for rule in package.rules if rule.targets)
    table = rule.targets[0].table
    rows = tuple((resource.name, 1) for resource in package.resources)
    for language in ("ru", "en"):
        messages = MESSAGES["ru" if language == "ru" else "en"]
        page = read(html_of(Report((package,), messages, (Finding(rule.id, table, 2, 2),), rows)))
        assert ("h3", rule.message.text(messages.language)) in page.texts


@pytest.mark.parametrize("language", ["ru", "en"])
def test_page_speaks_one_language(language: str, tmp_path: Path) -> None:
    messages = MESSAGES["ru" if language == "ru" else "en"]
    other = MESSAGES["en" if language == "ru" else "ru"]
    html = html_of(judge(table_package(tmp_path, SCHEMA, "a,b\nx,y\nx,y\n,\n"), language), 1)
    page = read(html)
    assert page.all("html") == [{"lang": language}]
    assert messages.text("html.intro") in page.text
    assert ("h3", messages.text("rules.type")) in page.texts
    assert not [word for word in other.catalogue["html"].values() if word in page.text]
    assert bool(re.search("[а-я]", page.text)) == (language == "ru")


def test_clean_page_says_so_and_names_every_table() -> None:
    report = judge(curated().package())
    page = read(html_of(report))
    assert ("h1", " No errors") in page.texts
    assert "Everything in the tables is as their description says." in page.text
    assert len(page.all("tr")) == len(report.rows) + 1
    assert page.all("details") == page.all("h3") == []


def test_warnings_alone_are_no_error() -> None:
    finding = Finding("type", "table", 2, 2, 1, "a", "x", "warning", (("type", "integer"),))
    assert "No errors, 1 warning" in html_of(report_of(finding))
    assert "Ошибок нет, 1 предупреждение" in html_of(report_of(finding, language="ru"))
    assert "2 ошибки, 0 предупреждений" in html_of(report_of(*[Finding("blank-row", "t")] * 2, language="ru"))


def test_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1\n", "utf-8")
    pages = {resopen("validate", "t.csv", "--format", "html", cwd=tmp_path).stdout for _ in range(2)}
    assert len(pages) == 1
    assert not re.search(r"20\d\d-\d\d|\d\d:\d\d", pages.pop())


def test_links_lead_somewhere_and_anchors_are_there_once(report: Report) -> None:
    page = read(html_of(report, 3))
    anchors = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(anchors)) == len(anchors)
    assert {attributes["href"][1:] for attributes in page.all("a")} <= set(anchors)
    assert {attributes["aria-labelledby"] for attributes in page.all("section") if attributes} <= set(anchors)


def test_headings_go_down_by_one_and_tables_have_captions_and_headed_columns(report: Report) -> None:
    page = read(html_of(report, 0))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) == len(page.all("thead"))
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))


def test_policy_allows_the_one_style_and_nothing_else(report: Report) -> None:
    html = html_of(report)
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert {"http-equiv": "Content-Security-Policy", "content": policy} in read(html).all("meta")
    assert not re.search(r"url\(|@import|https?:", html)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_have_the_contrast_that_wcag_demands_of_text_by_day_night_and_on_paper() -> None:
    css = resources.files("resopen").joinpath("html_report.css").read_text("utf-8")
    themes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]
    assert len(themes) == 3
    for theme in themes:
        for name in ("text", "quiet", "link", "error", "warning", "good"):
            for ground in ("page", "band"):
                bright, dark = sorted((luminance(theme[name]), luminance(theme[ground])), reverse=True)
                assert (bright + 0.05) / (dark + 0.05) >= 4.5, (theme, name, ground)


def test_large_report_is_built_fast_and_stays_small() -> None:
    findings = (Finding("missing-cells", f"t{i % 100}", i, i, details=(("found", "1"),)) for i in range(100_000))
    report = report_of(*findings)
    start = time.process_time()
    page = html_of(report)
    assert time.process_time() - start < 3
    assert len(page) < 1_000_000
    assert sum(map(len, to_html(report, {}, 0))) < 30_000_000


def test_every_rule_of_the_catalogue_has_a_name_in_words() -> None:
    for language in ("ru", "en"):
        catalogue = MESSAGES["ru" if language == "ru" else "en"].catalogue
        assert {rule.removesuffix("-null") for rule in catalogue["issues"]} == set(catalogue["rules"])


def test_labels_of_narrow_screens_can_stand_in_the_style() -> None:
    for language in ("ru", "en"):
        words = MESSAGES["ru" if language == "ru" else "en"].catalogue["html"]
        assert not [word for word in words.values() if set('"\\<>\n') & set(word)]


def test_command_writes_the_page_and_several_packages_into_one() -> None:
    done = resopen("validate", "docs/broken", "datapackage", "--format", "html", "--lang", "en", cwd=ROOT)
    page = read(done.stdout)
    assert (done.returncode, len(page.all("title"))) == (1, 1)
    assert "66 tables and " in page.text
    assert "65 tables without faults" in page.text
