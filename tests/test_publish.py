"""Versions: complete or not at all, never changed, the same bytes for the same input."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import frictionless
import pandas
import pyarrow.parquet
import pytest

from resopen import engine
from resopen.describe import check_fresh, describe
from resopen.errors import DataInvalid, DefinitionError, PublishRefused
from resopen.messages import load_messages
from resopen.publishing.release import Published, publish
from resopen.publishing.verify import verify
from resopen.schema import SchemaFolder, load_package, read_schema_folder
from resopen.values import read_values
from tests.packages import ROOT, RUN_DATE, copy_repository, curated, judge, order, read_csv, released

VERSION = "0.1.0"
ROOT_USER = hasattr(os, "geteuid") and os.geteuid() == 0
ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8"}


def release(folder: SchemaFolder, output: Path) -> Published:
    return released(folder, output, VERSION)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(curated(), tmp_path_factory.mktemp("dist")).folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_frictionless_calls_the_published_version_valid(published: Path) -> None:
    report = frictionless.validate(str(published / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "type", "note"])
    assert report.stats["tasks"] == 2 * (len(curated().package().resources) + 4)


def test_frictionless_calls_the_curated_folder_valid() -> None:
    assert frictionless.validate(str(ROOT / "datapackage" / "datapackage.json")).valid


def test_we_call_the_published_version_valid(published: Path) -> None:
    descriptor = json.loads((published / "datapackage.json").read_bytes())
    assert descriptor["version"] == VERSION
    assert judge(load_package(descriptor, published, "descriptor")).issues == ()


def test_csv_and_parquet_read_back_equal_to_the_curated_rows(published: Path) -> None:
    package = load_package(json.loads((published / "datapackage.json").read_bytes()), published, "descriptor")
    connection = engine.connect(RUN_DATE)
    for resource in curated().package().resources:
        own = read_values(connection, resource)
        assert read_values(connection, package.resource(resource.name)).equals(own), resource.name
        written = pyarrow.parquet.read_table(published / "data" / f"{resource.name}.parquet")
        assert written.equals(own.cast(written.schema)), resource.name
        # Decimals stand with as many places as declared; all else is what the keeper wrote.
        exact = [field.name for field in resource.table.fields if field.type != "number"]
        rows = [
            sorted(tuple(row[name] for name in exact) for row in read_csv(path))
            for path in (published / "data" / f"{resource.name}.csv", resource.path)
        ]
        assert rows[0] == rows[1], resource.name


def test_parquet_keeps_codes_as_text_and_missing_numbers_missing(published: Path) -> None:
    events = pandas.read_parquet(published / "data" / "events.parquet", dtype_backend="numpy_nullable")
    assert str(events["participants_count"].dtype) == "Int64"
    assert events["participants_count"].isna().sum() == 2
    municipalities = pyarrow.parquet.read_schema(published / "data" / "municipalities.parquet")
    assert str(municipalities.field("oktmo").type) == "string"
    assert municipalities.field("oktmo").metadata[b"title_ru"].decode() == "Код ОКТМО"


def test_sums_are_those_of_the_files(published: Path) -> None:
    lines = (published / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {line.split("  ")[1]: line.split("  ")[0] for line in lines}
    files = {name: hashlib.sha256(content).hexdigest() for name, content in bytes_of(published).items()}
    files.pop("SHA256SUMS")
    assert sums == files


def test_readmes_name_every_table_and_field(published: Path) -> None:
    for name in ("README.md", "README.ru.md"):
        text = (published / name).read_text("utf-8")
        for resource in curated().package().resources:
            assert f"### {resource.name}: " in text
            assert all(f"| {field.name} | {field.type}" in text for field in resource.table.fields)


def test_publishing_twice_gives_the_same_bytes(published: Path, tmp_path: Path) -> None:
    assert bytes_of(release(curated(), tmp_path).folder) == bytes_of(published)


@pytest.mark.slow
def test_order_of_rows_does_not_change_the_bytes(published: Path, tmp_path: Path) -> None:
    folder = copy_repository(tmp_path / "repository")
    path = folder / "datapackage" / "data" / "organizations.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], *reversed(lines[1:])]), "utf-8")
    again = release(read_schema_folder(folder / "schema"), tmp_path / "dist").folder
    assert (again / "data/organizations.csv").read_bytes() == (published / "data/organizations.csv").read_bytes()


def test_existing_version_is_never_changed(published: Path) -> None:
    before = bytes_of(published)
    with pytest.raises(PublishRefused) as caught:
        release(curated(), published.parent)
    assert caught.value.key == "publish.version-exists"
    assert bytes_of(published) == before


@pytest.mark.parametrize(
    ("version", "key"), [("1", "wrong-version"), ("v0.1.0", "wrong-version"), ("9.9.9", "not-in-changelog")]
)
def test_unknown_version_is_refused(version: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(PublishRefused) as caught:
        publish(order(curated(), tmp_path / "dist"), version, load_messages("en"))
    assert caught.value.key == f"publish.{key}"
    assert not (tmp_path / "dist").exists()


def test_invalid_data_are_not_published(tmp_path: Path) -> None:
    folder = copy_repository(tmp_path / "repository")
    (folder / "datapackage" / "data" / "events.csv").unlink()
    with pytest.raises(DataInvalid) as caught:
        release(read_schema_folder(folder / "schema"), tmp_path / "dist")
    assert [(issue.rule, issue.table) for issue in caught.value.issues] == [("missing-file", "events")]
    assert not (tmp_path / "dist").exists()


@pytest.mark.skipif(not ROOT_USER, reason="only root can mount a small file system")
def test_full_disk_leaves_no_version(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        command = [sys.executable, "-m", "resopen", "publish", "--version", VERSION, "--output", str(small)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=ENGLISH)
        assert done.returncode == 2
        assert "cannot be written" in done.stderr
        assert "Traceback" not in done.stderr
        assert [path.name for path in small.iterdir()] == [".lock"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("signal_name", ["SIGKILL", pytest.param("SIGINT", marks=pytest.mark.slow)])
@pytest.mark.parametrize("delay", [0.4, pytest.param(1.5, marks=pytest.mark.slow)])
def test_killed_publish_leaves_no_version_and_does_not_hinder_the_next(
    signal_name: str, delay: float, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "resopen", "publish", "--version", VERSION, "--output", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(delay)
    process.send_signal(signal.Signals[signal_name])
    output = b"".join(process.communicate())
    assert b"Traceback" not in output
    for left in tmp_path.glob("resopen-resolutions-*"):
        assert not verify(left, load_messages("en"))
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    assert release(curated(), tmp_path).folder.is_dir()
    names = {f"resopen-resolutions-{VERSION}", f"resopen-resolutions-{VERSION}.zip"}
    assert {path.name for path in tmp_path.iterdir()} == {".lock", *names}


@pytest.mark.slow
def test_two_publishers_at_once_do_not_meet(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "resopen", "publish", "--version", VERSION, "--output", str(tmp_path)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        assert b"Traceback" not in b"".join(process.communicate())
    assert sorted(process.returncode for process in both) == [0, 2]
    assert judge(load_package(*_descriptor(tmp_path / f"resopen-resolutions-{VERSION}"))).errors == 0


def _descriptor(folder: Path) -> tuple[object, Path, str]:
    return json.loads((folder / "datapackage.json").read_bytes()), folder, "descriptor"


def test_describe_is_fresh_and_changed_data_make_it_stale(tmp_path: Path) -> None:
    folder = read_schema_folder(copy_repository(tmp_path) / "schema")
    assert check_fresh(folder).tables == len(folder.package().resources)
    path = folder.data_folder / "data" / "events.csv"
    path.write_bytes(path.read_bytes().replace(b",92,", b",93,"))
    with pytest.raises(DefinitionError) as caught:
        check_fresh(folder)
    assert caught.value.key == "definition.stale-differs"
    describe(folder)
    assert check_fresh(folder).rows == describe(folder).rows


def test_changed_file_no_longer_has_the_hash_of_the_descriptor(published: Path, tmp_path: Path) -> None:
    folder = tmp_path / "version"
    shutil.copytree(published, folder)
    path = folder / "data" / "regions.csv"
    path.write_bytes(path.read_bytes().replace(b"Irkutsk Oblast", b"Irkutsk Region"))
    assert {issue.rule for issue in judge(load_package(*_descriptor(folder))).issues} == {"hash"}
