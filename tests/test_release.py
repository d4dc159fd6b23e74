"""A release as its users meet it: verified, compared, drafted, signed, withdrawn, never private, never half."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import numpy as np
import pandas
import polars
import pyarrow.parquet as pq
import pytest

from resopen.errors import PublishRefused
from resopen.messages import load_messages
from resopen.opening import open_package
from resopen.publishing.contents import sums
from resopen.publishing.draft import draft_entry, draft_version
from resopen.publishing.material import Order
from resopen.publishing.release import publish
from resopen.publishing.verify import verify
from resopen.schema import read_schema_folder
from tests.packages import ROOT, copy_repository, curated, released
from tests.packages import order as of_folder
from tests.test_cli import resopen

ENGLISH = load_messages("en")
DAY = date(2026, 11, 21)
FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "constraints": {"required": True}},
    {"name": "amount", "type": "number", "decimalPlaces": 2},
    {"name": "share", "type": "number"},
    {"name": "day", "type": "date", "format": "%d.%m.%Y"},
    {"name": "is_open", "type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]},
    {"name": "note", "type": "string"},
    {"name": "keeper", "type": "string", "internal": True},
]
ROWS = [
    ["b", "7", "0.50", "01.02.2023", "да", 'сказал "да", и всё', "Иванов"],
    ["a", "1.5", "1e3", "", "нет", "две\nстроки", "Петров"],
    ["c", "", "", "31.12.2022", "", "", ""],
]


def quiet(name: str) -> None:
    """Take no notice of a step."""


def package(folder: Path, rows: list[list[str]] = ROWS, fields: list[dict[str, Any]] = FIELDS, **extra: Any) -> Order:
    """Write a package of one table and a dated changelog, and return the order to publish it beside."""
    folder.mkdir(exist_ok=True)
    with (folder / "things.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([[field["name"] for field in fields], *rows])
    schema = {"fields": fields, "primaryKey": "id"}
    node = {"name": "things", "type": "table", "path": "things.csv", "schema": schema}
    whole = {"name": "things-of-tests", "title": "Things", "resources": [node], **extra}
    (folder / "datapackage.json").write_text(json.dumps(whole), "utf-8")
    if not (folder / "CHANGELOG.md").exists():
        sections = "".join(f"## {version} - 2026-11-21\n\n- x\n\n" for version in ("2.0.0", "1.1.0", "1.0.1", "1.0.0"))
        (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{sections}", "utf-8")
    return order(folder)


def order(folder: Path) -> Order:
    opened = open_package(folder, folder)
    return Order(opened, folder, folder / "CHANGELOG.md", None, folder.parent / "dist")


def refused(act: Callable[[], Any]) -> PublishRefused:
    with pytest.raises(PublishRefused) as caught:
        act()
    assert "{" not in ENGLISH.text(f"errors.{caught.value.key}", caught.value.details)
    return caught.value


def test_csv_is_canonical_and_parquet_typed(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    assert (folder / "data" / "things.csv").read_bytes().decode() == (
        "id,amount,share,day,is_open,note\n"
        'a,1.50,1000,,false,"две\nстроки"\n'
        'b,7.00,0.5,2023-02-01,true,"сказал ""да"", и всё"\n'
        "c,,,2022-12-31,,\n"
    )
    table = pq.read_table(folder / "data" / "things.parquet")
    assert [str(kind) for kind in table.schema.types] == [
        "string", "decimal128(18, 2)", "double", "date32[day]", "bool", "string",
    ]  # fmt: skip
    assert table.column("day").to_pylist() == [None, date(2023, 2, 1), date(2022, 12, 31)]
    assert b"pandas" not in (pq.read_schema(folder / "data" / "things.parquet").metadata or {})


def test_two_forms_of_a_table_have_one_content_hash(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    nodes = json.loads((folder / "datapackage.json").read_bytes())["resources"]
    content = hashlib.sha256((folder / "data" / "things.csv").read_bytes()).hexdigest()
    assert [node["contentHash"] for node in nodes] == [f"sha256:{content}"] * 2


def test_internal_field_is_nowhere_in_a_release(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    for path in folder.rglob("*"):
        if path.is_file():
            assert "Иванов".encode() not in path.read_bytes(), path
    assert "keeper" not in (folder / "datapackage.json").read_text("utf-8")
    assert b"keeper" not in (folder / "data" / "things.parquet").read_bytes()


def test_internal_field_that_a_key_needs_is_refused_by_name(tmp_path: Path) -> None:
    fields = [{**field, "internal": field["name"] in ("id", "keeper")} for field in FIELDS]
    error = refused(lambda: publish(package(tmp_path / "p", fields=fields), "1.0.0", ENGLISH))
    assert (error.key, error.details["by"]) == ("publish.internal-used", "things.primaryKey")
    assert not (tmp_path / "dist").exists()


def test_number_that_parquet_cannot_hold_is_refused_and_not_rounded(tmp_path: Path) -> None:
    rows = [["a", "1", "3.14159265358979323846", "", "", "", ""]]
    error = refused(lambda: publish(package(tmp_path / "p", rows), "1.0.0", ENGLISH))
    assert (error.key, error.details) == ("publish.too-precise", {"table": "things", "row": "2"})


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(curated(), tmp_path_factory.mktemp("real")).folder


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("synthetic")
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make_example.py"), str(place / "example")], check=True)
    (place / "example" / "CHANGELOG.md").write_text("# C\n\n## 0.1.0 - 2026-12-31\n\n- x\n", "utf-8")
    done = resopen(
        "publish", str(place / "example" / "datapackage.json"), "--version", "0.1.0", "--output", str(place / "dist")
    )
    assert done.returncode == 0, done.stderr
    return next((place / "dist").glob("*-0.1.0"))


@pytest.mark.parametrize("which", ["real", pytest.param("synthetic", marks=pytest.mark.slow)])
def test_release_is_verified_called_valid_and_loaded_by_every_tool(which: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    assert verify(folder, ENGLISH) == []
    assert verify(folder.with_name(f"{folder.name}.zip"), ENGLISH) == []
    if which == "real":
        assert frictionless.validate(str(folder / "datapackage.json")).valid
    file = folder / "data" / "indicator_values.parquet"
    count = pq.read_metadata(file).num_rows
    assert count > 100
    assert len(pandas.read_parquet(file)) == polars.read_parquet(file).height == count
    assert duckdb.connect().execute(f"SELECT count(*) FROM '{file}'").fetchall() == [(count,)]
    assert len(pandas.read_csv(file.with_suffix(".csv"), dtype=str)) == count


@pytest.mark.slow
def test_computed_tables_and_their_definitions_are_in_the_release(synthetic: Path) -> None:
    rankings = pq.read_table(synthetic / "data" / "rankings.parquet").to_pylist()
    assert {row["ranking"] for row in rankings} == {"irkutsk-ngo-support-2022"}
    assert len(rankings) == 42
    method = ROOT / "schema" / "methodology" / "irkutsk-ngo-support-2022.toml"
    assert (synthetic / "methodology" / method.name).read_bytes() == method.read_bytes()
    indicators = {path.stem for path in (ROOT / "schema" / "indicators").glob("*.toml")}
    assert {path.stem for path in (synthetic / "indicators").glob("*.toml")} == indicators
    statuses = pq.read_table(synthetic / "data" / "recommendation_statuses.parquet").to_pylist()
    assert {row["as_of"] for row in statuses} == {date(2026, 12, 31)}


@pytest.mark.slow
def test_synthetic_release_says_so_and_the_real_one_does_not(real: Path, synthetic: Path) -> None:
    assert json.loads((synthetic / "datapackage.json").read_bytes())["synthetic"] is True
    assert "SYNTHETIC DATA" in (synthetic / "README.md").read_text("utf-8")
    assert "СИНТЕТИЧЕСКИЕ ДАННЫЕ" in (synthetic / "README.ru.md").read_text("utf-8")
    assert "SYNTHETIC" not in (real / "README.md").read_text("utf-8")
    assert "synthetic" in synthetic.name


def test_readme_tells_gaps_with_counts_codes_and_what_cannot_be_computed(real: Path) -> None:
    text = (real / "README.ru.md").read_text("utf-8")
    assert "| `organizations` | `inn` | 139 | 139 |" in text
    assert "`programme` Муниципальная программа" in text
    assert "нет значения `support_measures_count" in text


def test_synthetic_data_cannot_take_the_name_of_the_real_package(tmp_path: Path) -> None:
    error = refused(lambda: publish(package(tmp_path / "p", synthetic=True), "1.0.0", ENGLISH))
    assert error.key == "publish.synthetic-name"


def test_invented_sources_without_the_mark_are_refused(tmp_path: Path) -> None:
    made = package(tmp_path / "p")
    descriptor = json.loads((tmp_path / "p" / "datapackage.json").read_bytes())
    fields = [{"name": "source_id", "type": "string"}, {"name": "quality", "type": "string"}]
    (tmp_path / "p" / "sources.csv").write_text("source_id,quality\ns1,synthetic\n", "utf-8")
    descriptor["resources"].append(
        {"name": "sources", "type": "table", "path": "sources.csv", "schema": {"fields": fields}}
    )
    (made.folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    error = refused(lambda: publish(order(made.folder), "1.0.0", ENGLISH))
    assert (error.key, error.details["source"]) == ("publish.synthetic-unmarked", "s1")


def resum(folder: Path) -> None:
    """Write sums that fit what lies there, as one would who covers up."""
    (folder / "SHA256SUMS").write_bytes(sums(folder, {}))


def other_rows(folder: Path) -> None:
    path = folder / "data" / "things.csv"
    path.write_bytes(path.read_bytes().replace(b"7.00", b"8.00"))
    resum(folder)


def broken_parquet(folder: Path) -> None:
    path = folder / "data" / "things.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    resum(folder)


@pytest.mark.parametrize(
    ("harm", "keys"),
    [
        (lambda folder: (folder / "README.md").write_text("x"), {"changed"}),
        (lambda folder: (folder / "CITATION.cff").unlink(missing_ok=True) or (folder / "README.md").unlink(),
         {"missing"}),
        (lambda folder: (folder / "more.txt").write_text("x"), {"unlisted"}),
        (lambda folder: (folder / "SHA256SUMS").unlink(), {"missing"}),
        (lambda folder: (folder / "datapackage.json").write_text("{"), {"changed", "descriptor"}),
        (other_rows, {"invalid"}),
        (broken_parquet, {"unreadable"}),
    ],
    ids=["changed", "missing", "unlisted", "no sums", "no descriptor", "other rows", "broken Parquet"],
)  # fmt: skip
def test_harm_is_found(harm: Callable[[Path], Any], keys: set[str], tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    harm(folder)
    faults = verify(folder, ENGLISH)
    assert {fault.key for fault in faults} == keys
    done = resopen("verify", str(folder), "--lang", "ru")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == len(faults)


def test_rows_that_differ_between_csv_and_parquet_are_found_behind_right_hashes(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    path, descriptor = folder / "data" / "things.csv", folder / "datapackage.json"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"7.00", b"8.00"))
    old, new = (hashlib.sha256(content).hexdigest() for content in (before, path.read_bytes()))
    descriptor.write_text(descriptor.read_text("utf-8").replace(old, new), "utf-8")
    resum(folder)
    assert [fault.key for fault in verify(folder, ENGLISH)] == ["twins-differ"]


def test_release_of_an_older_program_is_verified_too(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    descriptor = json.loads((folder / "datapackage.json").read_bytes())
    for node in descriptor["resources"]:
        del node["contentHash"]
    for name in ("id", "created"):
        del descriptor[name]
    (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    for name in ("provenance.json", "croissant.json", "LOADING.md", "CHANGELOG.md"):
        (folder / name).unlink()
    resum(folder)
    assert verify(folder, ENGLISH) == []


def test_step_that_the_changes_demand_is_taken_and_a_smaller_one_refused(tmp_path: Path) -> None:
    publish(package(tmp_path / "p"), "1.0.0", ENGLISH)
    assert refused(lambda: draft_version(order(tmp_path / "p"), ENGLISH, quiet)).key == "publish.nothing-changed"
    corrected = package(tmp_path / "p", [["b", "8", *ROWS[0][2:]], *ROWS[1:]])
    assert draft_version(corrected, ENGLISH, quiet) == "1.0.1"
    more = package(tmp_path / "p", [*ROWS, ["d", "", "", "", "", "", ""]])
    assert draft_version(more, ENGLISH, quiet) == "1.1.0"
    error = refused(lambda: publish(more, "1.0.1", ENGLISH))
    assert (error.key, error.details["needed"]) == ("publish.step-too-small", "1.1.0")
    fields = [{**field, "type": "string"} if field["name"] == "share" else field for field in FIELDS]
    retyped = package(tmp_path / "p", fields=fields)
    assert draft_version(retyped, ENGLISH, quiet) == "2.0.0"
    assert refused(lambda: publish(retyped, "1.1.0", ENGLISH)).key == "publish.step-too-small"
    assert publish(retyped, "2.0.0", ENGLISH).folder.is_dir()
    assert refused(lambda: publish(retyped, "1.1.0", ENGLISH)).key == "publish.not-newer"
    assert sorted(path.name for path in (tmp_path / "dist").glob("*.zip")) == [
        "things-of-tests-1.0.0.zip", "things-of-tests-2.0.0.zip",
    ]  # fmt: skip


@pytest.mark.slow
def test_day_that_has_gone_by_is_no_change_and_computed_tables_demand_a_patch_at_most(
    real: Path, tmp_path: Path
) -> None:
    shutil.copytree(real.parent, tmp_path / "dist")
    folder = copy_repository(tmp_path / "repository")
    made = of_folder(read_schema_folder(folder / "schema"), tmp_path / "dist")
    assert refused(lambda: draft_version(made, ENGLISH, quiet)).key == "publish.nothing-changed"
    text = made.changelog.read_text("utf-8").replace(
        "## 0.1.0 -", "## 0.1.1 - 2026-12-30\n\n- a later day\n\n## 0.1.0 -"
    )
    made.changelog.write_text(text, "utf-8")
    assert publish(made, "0.1.1", ENGLISH).version == "0.1.1"


def test_draft_of_the_changelog_tells_the_difference_and_is_kept_as_edited(tmp_path: Path) -> None:
    made = package(tmp_path / "p")
    made.changelog.write_text("# Changelog\n\n## 1.0.0 - 2026-11-01\n\n- first\n", "utf-8")
    publish(made, "1.0.0", ENGLISH)
    more = package(tmp_path / "p", [*ROWS, ["d", "", "", "", "", "", ""]])
    draft_entry(more, "1.1.0", DAY, ENGLISH, quiet)
    text = more.changelog.read_text("utf-8")
    assert text.index("## 1.1.0 - 2026-11-21") < text.index("## 1.0.0 - 2026-11-01")
    assert "things" in text.partition("## 1.0.0")[0]
    assert refused(lambda: draft_entry(more, "1.1.0", DAY, ENGLISH, quiet)).key == "publish.in-changelog"
    edited = text.replace("## 1.1.0 - 2026-11-21\n", "## 1.1.0 - 2026-11-21\n\n- our own words\n")
    more.changelog.write_text(edited, "utf-8")
    folder = publish(more, "1.1.0", ENGLISH).folder
    assert (folder / "CHANGELOG.md").read_text("utf-8") == edited


def test_withdrawn_version_stays_and_is_marked(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    arguments = ("--package", str(tmp_path / "p"), "--output", str(folder.parent), "--lang", "en")
    assert resopen("withdraw", "1.0.0", "--reason", "wrong roubles", *arguments).returncode == 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = resopen("verify", str(folder), "--lang", "en")
    assert done.returncode == 0
    assert "This version is withdrawn" in done.stdout
    assert "wrong roubles" in done.stdout
    assert resopen("withdraw", "1.0.0", "--reason", "again", *arguments).returncode == 2
    assert resopen("withdraw", "3.0.0", "--reason", "none", *arguments).returncode == 2


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="OpenSSH is not installed")
def test_signature_is_made_and_checked(tmp_path: Path) -> None:
    for name in ("key", "other"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(keygen, check=True)
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH, key=tmp_path / "key").folder
    assert verify(folder, ENGLISH) == []
    for name, code in (("key", 0), ("other", 1)):
        public = (tmp_path / f"{name}.pub").read_text("utf-8")
        (tmp_path / "signers").write_text(f"keeper@example.org {public}", "utf-8")
        signers = ("--signers", str(tmp_path / "signers"), "--signer", "keeper@example.org")
        assert resopen("verify", str(folder), *signers).returncode == code
        assert resopen("verify", str(folder.with_name(f"{folder.name}.zip")), *signers).returncode == code


def with_sections(made: Order, *sections: str) -> Order:
    made.changelog.write_text("# C\n\n" + "".join(f"## {section}\n\n- x\n\n" for section in sections), "utf-8")
    return made


def test_day_that_is_none_or_before_that_of_the_last_version_is_refused(tmp_path: Path) -> None:
    made = with_sections(package(tmp_path / "p"), "1.0.1 - 2026-11-31", "1.0.0 - 2026-11-21")
    publish(made, "1.0.0", ENGLISH)
    assert refused(lambda: publish(made, "1.0.1", ENGLISH)).key == "publish.no-such-day"
    with_sections(made, "1.0.1 - 2025-11-21", "1.0.0 - 2026-11-21")
    error = refused(lambda: publish(made, "1.0.1", ENGLISH))
    assert (error.key, error.details["before"]) == ("publish.day-before", "2026-11-21")


def test_day_that_has_not_come_is_told(tmp_path: Path) -> None:
    with_sections(package(tmp_path / "p"), "1.0.0 - 2026-11-21")
    call = ("publish", str(tmp_path / "p"), "--version", "1.0.0", "--output")
    ahead = resopen(*call, str(tmp_path / "a"), "--today", "2026-11-20")
    assert (ahead.returncode, "has not come yet" in ahead.stdout) == (0, True)
    assert "has not come yet" not in resopen(*call, str(tmp_path / "b"), "--today", "2026-11-21").stdout


def test_next_number_is_not_computed_where_earlier_versions_lie_elsewhere(tmp_path: Path) -> None:
    made = with_sections(package(tmp_path / "p"), "1.1.0 - 2026-11-21", "1.0.0 - 2026-11-20")
    error = refused(lambda: draft_version(made, ENGLISH, lambda name: None))
    assert (error.key, error.details["version"]) == ("publish.no-earlier", "1.1.0")


def test_number_of_a_withdrawn_version_is_not_used_again(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    withdraw = ("withdraw", "1.0.0", "--package", str(tmp_path / "p"), "--output", str(tmp_path / "dist"), "--reason")
    assert resopen(*withdraw, " ").returncode == 2
    assert resopen(*withdraw, "a slip").returncode == 0
    shutil.rmtree(folder)
    folder.with_name(f"{folder.name}.zip").unlink()
    assert refused(lambda: publish(order(tmp_path / "p"), "1.0.0", ENGLISH)).key == "publish.withdrawn-number"


def test_run_that_was_killed_between_zip_and_folder_is_made_good_by_the_next(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    content = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    publish(order(tmp_path / "p"), "1.0.0", ENGLISH)
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == content


def test_draft_of_a_number_that_cannot_be_published_is_refused(tmp_path: Path) -> None:
    made = with_sections(package(tmp_path / "p"), "1.0.0 - 2026-11-21")
    publish(made, "1.0.0", ENGLISH)
    package(tmp_path / "p", [*ROWS, ["d", "", "", "", "", "", ""]])
    before = made.changelog.read_bytes()
    for version, key in (("0.9.0", "not-newer"), ("1.0.1", "step-too-small")):
        error = refused(lambda: draft_entry(order(tmp_path / "p"), version, DAY, ENGLISH, lambda name: None))  # noqa: B023
        assert error.key == f"publish.{key}"
    assert made.changelog.read_bytes() == before


@pytest.mark.parametrize("content", ["", "no sums\n", "ab  data/things.csv\n"])
def test_sums_that_are_none_are_told_in_one_line(content: str, tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    (folder / "SHA256SUMS").write_text(content, "utf-8")
    assert [fault.key for fault in verify(folder, ENGLISH)] == ["no-sums"]


def test_descriptor_that_is_no_json_is_told_with_the_reason(tmp_path: Path) -> None:
    folder = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    (folder / "datapackage.json").write_text("{", "utf-8")
    texts = [fault.in_words(ENGLISH) for fault in verify(folder, ENGLISH)]
    assert not any("{" in text for text in texts)


def test_no_file_of_a_release_names_the_folder_that_it_was_made_in(real: Path) -> None:
    for path in real.rglob("*"):
        if path.is_file():
            assert str(ROOT).encode() not in path.read_bytes(), path


@pytest.mark.slow
def test_second_build_elsewhere_is_the_same_to_the_byte() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "reproduce.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" 0 differ\n")


KILLER = """
import os, signal, sys
from pathlib import Path
from resopen.messages import load_messages
from tests.test_release import order
from resopen.publishing.release import publish
def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
publish(order(Path(sys.argv[1])), "1.0.1", load_messages("en"), step)
"""


def check_after_kill(made: Order, before: dict[Path, bytes]) -> None:
    """Whatever was killed, the older version is as it was, the new one whole or not there, and the next run goes."""
    assert before == {path: path.read_bytes() for path in before}
    for left in made.output.glob("*-1.0.1*"):
        assert verify(left, ENGLISH) == []
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    assert publish(made, "1.0.1", ENGLISH).folder.is_dir()
    names = {f"things-of-tests-{version}{end}" for version in ("1.0.0", "1.0.1") for end in ("", ".zip")}
    assert {path.name for path in made.output.iterdir()} == {".lock", *names}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    "step",
    ["settle", *(pytest.param(name, marks=pytest.mark.slow) for name in ("validate", "write", "compare", "verify"))],
)
def test_killed_at_a_step_leaves_no_half_and_hinders_nobody(step: str, tmp_path: Path) -> None:
    first = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    made = package(tmp_path / "p", [["b", "8", *ROWS[0][2:]], *ROWS[1:]])
    process = subprocess.run([sys.executable, "-c", KILLER, str(made.folder), step], cwd=ROOT, check=False)
    assert process.returncode == -signal.SIGKILL
    check_after_kill(made, before)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_any_moment_leaves_no_half_and_hinders_nobody(seed: int, tmp_path: Path) -> None:
    """Ten times twenty moments, two hundred in all, over the whole time that a run takes."""
    chance = np.random.default_rng(seed)
    first = publish(package(tmp_path / "p"), "1.0.0", ENGLISH).folder
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    made = package(tmp_path / "p", [["b", "8", *ROWS[0][2:]], *ROWS[1:]])
    for _ in range(20):
        process = subprocess.Popen([sys.executable, "-c", KILLER, str(made.folder), "never"], cwd=ROOT)
        time.sleep(chance.uniform(0.2, 1.1))
        process.kill()
        process.wait()
        for left in made.output.glob("*-1.0.1*"):
            assert verify(left, ENGLISH) == []
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    check_after_kill(made, before)


LOSER = """
import shutil, subprocess, sys
from dataclasses import replace
from pathlib import Path
from resopen.errors import SetupError
from resopen.messages import load_messages
from tests.test_release import order
from resopen.publishing.release import publish
folder, output, wanted = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def step(name):
    if name == wanted == "validate":
        subprocess.run(["mount", "-o", "remount,ro", str(output)], check=True)
    elif name == wanted:
        shutil.rmtree(output / ".part")
try:
    publish(replace(order(folder), output=output), "1.0.1", load_messages("en"), step)
except SetupError as error:
    sys.exit(7)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a file system")
@pytest.mark.parametrize("step", ["validate", "write", "settle"])
def test_target_that_is_lost_on_the_way_leaves_the_older_version_and_no_half(step: str, tmp_path: Path) -> None:
    made, small = package(tmp_path / "p"), tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(small)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        first = publish(replace(made, output=small), "1.0.0", ENGLISH).folder
        changed = package(tmp_path / "p", [["b", "8", *ROWS[0][2:]], *ROWS[1:]])
        command = [sys.executable, "-c", LOSER, str(changed.folder), str(small), step]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7
        assert list(small.glob("*-1.0.1*")) == []
        assert verify(first, ENGLISH) == []
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
        assert publish(replace(changed, output=small), "1.0.1", ENGLISH).folder.is_dir()
        assert not (small / ".part").exists()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_definitions_are_those_above_the_package_and_the_program_says_which(tmp_path: Path) -> None:
    repository = copy_repository(tmp_path / "clone")
    shutil.copytree(ROOT / "datapackage", tmp_path / "alone")
    told = {}
    for place in (repository / "datapackage", tmp_path / "alone"):
        call = ["publish", str(place), "--version", "0.1.0", "--lang", "en", "--output", str(tmp_path / "dist")]
        done = subprocess.run(
            [sys.executable, "-m", "resopen", *call], cwd=tmp_path, capture_output=True, text=True, check=True
        )  # fmt: skip
        told[place.name] = done.stdout
        shutil.rmtree(tmp_path / "dist")
    assert f"by the definitions in {repository / 'schema'}" in told["datapackage"]
    assert "69 tables" in told["datapackage"]
    assert "no indicators, rankings or statuses were computed" in told["alone"]
    assert "65 tables" in told["alone"]
