"""Whatever bytes come in, a report or a ResopenError comes out: no crash, no hang, no SQL, no control characters."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import tempfile
import threading
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resopen.cli import main
from resopen.errors import ResopenError
from resopen.formats import to_csv, to_github, to_json, to_junit
from resopen.html_report import to_html
from resopen.opening import open_package
from resopen.printing import to_text
from resopen.sarif import to_sarif
from resopen.validation import Report, validate
from tests.corpus import COLUMNS, PLAIN, Sheet, as_json, as_parquet, as_xlsx, facts, keyed
from tests.packages import MESSAGES, ROOT, RUN_DATE, judge, table_package

MACHINE = (to_json, to_csv, to_junit, to_sarif, to_github)
FUZZ = settings(
    max_examples=40,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SHEET = facts([column for column in COLUMNS if column.name in ("date", "integer", "number", "pattern", "array")], 6)
MARKS = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"'",
    b";",
    b"\\",
    b"\xed\xa0\x80",
    b"sep=;\n",
    b"\x1b[31m",
]
EVIL = (
    'a"; DROP TABLE t0; --', "'; DROP TABLE t0; --", "a\nb", "a\x00b", "a;b", "t0", "o", "c1", "select", '"', "'", "\\",
    "{}", "{title}",     "a'||(SELECT 1)||'", "/*", "--", "\x1b[31mred", "\u202eevil", "$1", "?", "%s", " ",
    "é" * 300, "read_csv('/etc/passwd')", "😀", "\t",
)  # fmt: skip


def judged_at(place: Path) -> Report | ResopenError:
    """Open and judge what is at a place as the command line does, and put the report into every form."""
    messages = MESSAGES["en"]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            package = open_package(place, Path(scratch))
            report = validate(package, messages, RUN_DATE)
        except ResopenError as error:
            messages.text(f"errors.{error.key}", error.details)
            return error
    must_be_printable(to_text(report, messages, 0, lambda text, name: text), "\n")
    for pieces in (*(form(report, {}) for form in MACHINE), to_html(report, {}, 0)):
        must_be_printable("".join(pieces), "\n\r\t")
    return report


FILE_NAMES = tuple(name for name in EVIL if not set(name) & set("\0/:\\\n") and len(name) < 100 and name.strip())


def must_be_printable(text: str, allowed: str) -> None:
    """Fail when a text would move the cursor, change colours or end lines of a terminal."""
    raw = {c for c in text if not c.isprintable() and c not in allowed and c != "\u00a0" and c != "\u202f"}
    assert not raw, raw


def _zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("facts.csv", content)
    return packed.getvalue()


def _csv(sheet: Sheet) -> bytes:
    return PLAIN.content(PLAIN.records(sheet))


@cache
def original(suffix: str) -> bytes:
    """Return the valid file of a form."""
    writers: dict[str, Callable[[Sheet], bytes]] = {
        "csv": _csv, "json": as_json, "xlsx": as_xlsx, "parquet": as_parquet,
        "csv.gz": lambda sheet: gzip.compress(_csv(sheet)), "csv.zip": lambda sheet: _zip(_csv(sheet)),
    }  # fmt: skip
    return writers[suffix](SHEET)


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw a content with a few pieces cut out, doubled, overwritten or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        end = min(at + draw(st.integers(0, 12)), len(content))
        piece = draw(st.one_of(st.sampled_from(MARKS), st.binary(max_size=6), st.just(content[at:end] * 2)))
        kind = draw(st.sampled_from(["cut", "put", "over", "end"]))
        if kind == "end":
            content = content[:at]
        else:
            content = content[:at] + (b"" if kind == "cut" else piece) + content[at if kind == "put" else end :]
    return content


def judge_bytes(content: bytes, suffix: str, node: dict[str, Any]) -> None:
    """Judge bytes as the data file of a package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"facts.{suffix}").write_bytes(content)
        resource = {"name": "facts", "path": f"facts.{suffix}", "schema": SHEET.schema, **node}
        (folder / "datapackage.json").write_text(json.dumps({"name": "fuzz", "resources": [resource]}), "utf-8")
        judged_at(folder)


DIALECTS = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from([",", ";", "\t", "::", "§", '"', "a"]),
        "quoteChar": st.sampled_from(['"', "'", "", "§"]),
        "doubleQuote": st.booleans(),
        "escapeChar": st.sampled_from(["\\", "", "e"]),
        "lineTerminator": st.sampled_from(["\n", "\r\n", "\r", "|", "ab"]),
        "skipInitialSpace": st.booleans(),
        "nullSequence": st.sampled_from(["", "NULL", "0"]),
        "header": st.booleans(),
        "headerRows": st.lists(st.integers(1, 5), max_size=3),
        "commentRows": st.lists(st.integers(1, 5), max_size=2),
        "commentChar": st.sampled_from(["#", "f", ""]),
        "caseSensitiveHeader": st.booleans(),
        "sheetNumber": st.integers(-1, 3),
    },
)
NODES = st.fixed_dictionaries(
    {},
    optional={
        "dialect": DIALECTS,
        "encoding": st.sampled_from(
            ["utf-8", "cp1251", "utf-16", "utf-16-le", "utf-7", "idna", "rot13", "base64", "hex", "", "no", "ascii"]
        ),
    },
)


@pytest.mark.parametrize(
    "suffix",
    ["csv", "json", *(pytest.param(name, marks=pytest.mark.slow) for name in ("xlsx", "parquet", "csv.gz", "csv.zip"))],
)
def test_mutated_file_is_judged_or_refused(suffix: str) -> None:
    @FUZZ
    @given(mutated(original(suffix)))
    def judged(content: bytes) -> None:
        judge_bytes(content, suffix, {})

    judged()


@FUZZ
@given(st.binary(max_size=200), st.sampled_from(["csv", "json", "xlsx", "parquet", "csv.gz", "csv.zip", "tsv"]))
def test_random_bytes_are_judged_or_refused(content: bytes, suffix: str) -> None:
    judge_bytes(content, suffix, {})


@FUZZ
@given(mutated(original("csv")), NODES)
def test_file_of_any_dialect_and_encoding_is_judged_or_refused(content: bytes, node: dict[str, Any]) -> None:
    judge_bytes(content, "csv", node)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**30),
    st.floats(allow_nan=False),
    st.sampled_from(EVIL),
    st.text(max_size=5),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["name", "resources", "path", "schema", "fields", "type", "data", "dialect", "constraints", "x"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


def spots(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all values inside of a JSON value."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way] * bool(way) + [spot for key, value in inner for spot in spots(value, (*way, key))]


@cache
def descriptors() -> tuple[str, ...]:
    """Return real descriptors, small enough to be judged often."""
    curated = json.loads((ROOT / "datapackage" / "datapackage.json").read_text("utf-8"))
    curated["resources"] = curated["resources"][:3]
    own = [{"name": sheet.name, "data": json.loads(as_json(sheet)), "schema": sheet.schema} for sheet in keyed()]
    wide = [{"name": "facts", "data": json.loads(as_json(facts(COLUMNS, 2))), "schema": facts(COLUMNS, 0).schema}]
    return tuple(json.dumps({"name": "fuzz", "resources": nodes}) for nodes in (curated["resources"], own, own, wide))


@st.composite
def mutated_descriptors(draw: st.DrawFn) -> Any:
    """Draw a real descriptor with a few values replaced, removed or moved."""
    node = json.loads(draw(st.sampled_from(descriptors())))
    for _ in range(draw(st.integers(1, 3))):
        every = spots(node)
        way = draw(st.sampled_from(every))
        parent = node
        for step in way[:-1]:
            parent = parent[step]
        if draw(st.integers(0, 3)) == 0:
            del parent[way[-1]]
            if not node.get("resources") if isinstance(node, dict) else True:
                return node
        else:
            other = node
            for step in draw(st.sampled_from(every)):
                other = (
                    other[step]
                    if isinstance(other, dict | list)
                    and step in (other if isinstance(other, dict) else range(len(other)))
                    else other
                )
            parent[way[-1]] = draw(st.one_of(JSON, st.just(copy.deepcopy(other))))
    return node


def judge_descriptor(text: bytes) -> None:
    """Judge a package whose descriptor these bytes are; the curated files lie beside it."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "datapackage.json").write_bytes(text)
        judged_at(Path(name))


@FUZZ
@given(st.one_of(JSON, mutated_descriptors(), mutated_descriptors(), mutated_descriptors()))
def test_any_descriptor_is_judged_or_refused(node: Any) -> None:
    judge_descriptor(json.dumps(node).encode())


@FUZZ
@given(st.one_of(st.binary(max_size=60), mutated(descriptors()[1].encode())))
def test_bytes_of_a_descriptor_are_judged_or_refused(content: bytes) -> None:
    judge_descriptor(content)


@pytest.mark.parametrize("text", [b'{"resources": 1e999}', b"NaN", b'"\\ud800"', b"{", b"", b"\xff", b"[1]"])
def test_wicked_json_is_refused(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_bytes(text)
    assert isinstance(judged_at(tmp_path), ResopenError)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 50_000, b"1" * 5_000])
def test_descriptor_that_python_cannot_read_is_refused(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_bytes(text)
    assert isinstance(judged_at(tmp_path), ResopenError)


def test_zip_whose_first_byte_is_gone_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "facts.csv.zip").write_bytes(original("csv.zip")[1:])
    node = {"name": "facts", "path": "facts.csv.zip", "schema": SHEET.schema}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "test", "resources": [node]}), "utf-8")
    assert isinstance(judged_at(tmp_path), Report)


def test_error_that_names_control_characters_prints_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    node = {"name": "a", "path": "a.csv", "schema": {"fields": [{"name": "x", "type": "\abell\rline\u202e"}]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "test", "resources": [node]}), "utf-8")
    assert main(["validate", str(tmp_path), "--lang", "en"]) == 2
    must_be_printable(capsys.readouterr().err, "\n")


def judge_one(
    folder: Path, field: dict[str, Any], content: bytes = b"a,b\n1,x\n2,y\n", **node: Any
) -> Report | ResopenError:
    """Judge a table whose first field and resource say this."""
    (folder / "table.csv").write_bytes(content)
    resource = {"name": "table", "path": "table.csv", "schema": {"fields": [{"name": "a", **field}, {"name": "b"}]}}
    (folder / "datapackage.json").write_text(json.dumps({"name": "test", "resources": [resource | node]}), "utf-8")
    return judged_at(folder)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "boolean", "trueValues": None},
        {"type": "boolean", "falseValues": 5},
        {"type": "boolean", "trueValues": [1]},
        {"type": "boolean", "trueValues": [None]},
        {"type": "year", "constraints": {"minimum": 10**30}},
        {"type": "year", "constraints": {"minimum": [1]}},
        {"type": "date", "constraints": {"minimum": []}},
    ],
    ids=str,
)
def test_wrong_key_of_a_field_is_refused(field: dict[str, Any], tmp_path: Path) -> None:
    assert isinstance(judge_one(tmp_path, field), ResopenError)


@pytest.mark.parametrize("schema", [5, [], {"type": "nope"}, {"$ref": "#/nope"}, {"properties": 5}], ids=str)
def test_wrong_json_schema_is_refused(schema: Any, tmp_path: Path) -> None:
    field = {"type": "object", "constraints": {"jsonSchema": schema}}
    assert isinstance(judge_one(tmp_path, field, b'a,b\n"{""x"": 1}",x\n'), ResopenError)


@pytest.mark.parametrize("text", [b"[" * 5_000 + b"]" * 5_000, b"[" + b"1" * 5_000 + b"]"], ids=["deep", "long"])
def test_json_that_python_cannot_read_is_judged(text: bytes, tmp_path: Path) -> None:
    field = {"type": "array", "constraints": {"jsonSchema": {"maxItems": 1}}}
    assert isinstance(judge_one(tmp_path, field, b'a,b\n"' + text + b'",x\n'), Report)


def test_json_schema_reaches_no_network(tmp_path: Path) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *arguments: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        schema = {"$ref": f"http://127.0.0.1:{server.server_port}/schema"}
        try:
            with warnings.catch_warnings(action="ignore"):
                judge_one(tmp_path, {"type": "object", "constraints": {"jsonSchema": schema}}, b"a,b\n{},x\n")
        finally:
            server.shutdown()
    assert asked == []


@pytest.mark.parametrize("encoding", ["punycode", "undefined", "a\0b"])
def test_encoding_that_cannot_decode_is_one_issue(encoding: str, tmp_path: Path) -> None:
    assert isinstance(judge_one(tmp_path, {"type": "integer"}, encoding=encoding), Report)


def test_byte_that_idna_refuses_is_one_issue(tmp_path: Path) -> None:
    content = "a,b\nx,привет\n".encode()
    assert isinstance(judge_one(tmp_path, {"type": "string"}, content, encoding="idna"), Report)


def test_hash_without_length_is_refused(tmp_path: Path) -> None:
    assert isinstance(judge_one(tmp_path, {"type": "integer"}, hash="shake_128:ab"), ResopenError)


def test_workbook_of_wrong_deflate_is_damaged(tmp_path: Path) -> None:
    content = bytearray(original("xlsx"))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        item = next(item for item in archive.infolist() if item.filename.startswith("xl/worksheets/"))
    start = item.header_offset + 30 + len(item.filename)
    content[start : start + 40] = b"\xff" * 40
    (tmp_path / "facts.xlsx").write_bytes(bytes(content))
    node = {"name": "facts", "path": "facts.xlsx", "schema": SHEET.schema}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "test", "resources": [node]}), "utf-8")
    assert isinstance(judged_at(tmp_path), Report)


@FUZZ
@given(st.lists(st.sampled_from(EVIL), min_size=2, max_size=4, unique=True), st.sampled_from(EVIL))
def test_names_never_become_sql(names: Sequence[str], table: str) -> None:
    schema = {
        "fields": [{"name": name, "type": "integer"} for name in names],
        "primaryKey": [names[0]],
        "uniqueKeys": [[names[1]]],
        "foreignKeys": [{"fields": [names[0]], "reference": {"resource": table, "fields": [names[1]]}}],
    }
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [names, ["1"] * len(names), ["x"] * len(names)]
    )
    if any("\0" in name for name in names):
        return
    with tempfile.TemporaryDirectory() as folder:
        report = judge(table_package(Path(folder), schema, text.getvalue(), name=table))
    wrong = {("type", 3, i + 1) for i in range(len(names))}
    assert {(issue.rule, issue.row, issue.column) for issue in report.issues} == wrong
    must_be_printable(to_text(report, MESSAGES["en"], 0, lambda text, name: text), "\n")


@pytest.mark.parametrize("name", FILE_NAMES)
def test_names_of_files_never_become_sql(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.csv").write_text("a,b\n1,x\ny,z\n", "utf-8")
    fields = [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]
    node = {"name": "facts", "path": f"{name}.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "test", "resources": [node]}), "utf-8")
    report = judged_at(tmp_path)
    assert isinstance(report, Report)
    assert [(issue.rule, issue.row, issue.column) for issue in report.issues] == [("type", 3, 1)]


@FUZZ
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_text_of_a_report_holds_no_control_characters(text: str) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "constraints": {"enum": [text, "x"]}}]}
    content = io.StringIO()
    csv.writer(content, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b"], [text + "x", text + "y"]])
    with tempfile.TemporaryDirectory() as folder:
        report = judge(table_package(Path(folder), schema, content.getvalue()))
    must_be_printable(to_text(report, MESSAGES["en"], 0, lambda text, name: text), "\n")
