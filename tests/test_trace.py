"""From rows to the paper: a row leads to its lines, and a wrong range is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resopen.errors import SetupError
from resopen.schema import Package
from resopen.trace import check_sources, trace
from tests.packages import ROOT, curated, read_csv, write_package

SOURCES = ROOT.parent / "shared" / "seeds"
PAPER = "Резолюция\n\nУчастники решили:\nОрганам власти:\n1. Посчитать НКО.\n\n2. Опубликовать\nрейтинг.\n"


def paper(folder: Path, **changes: dict[str, str]) -> tuple[Package, Path]:
    """Write a paper of two recommendations with its tables, rows changed as asked."""
    import hashlib

    (folder / "paper.txt").write_text(PAPER, "utf-8")
    package = curated().package()
    tables: dict[str, list[dict[str, str]]] = {resource.name: [] for resource in package.resources}
    digest = hashlib.sha256(PAPER.encode()).hexdigest()
    source = {"source_id": "s", "file_name": "paper.txt", "sha256": digest} | changes.get("source", {})
    tables["sources"] = [source]
    tables["events"] = [{"event_id": "e", "source_id": "s"}]
    tables["passages"] = [
        {"source_id": "s", "line_start": "4", "line_end": "8", "kind": "recommending_part"} | changes.get("part", {}),
        {"source_id": "s", "line_start": "4", "line_end": "4", "kind": "addressee_heading"}
        | changes.get("heading", {}),
    ]
    tables["recommendations"] = [
        {"recommendation_id": "r-1", "source_id": "s", "line_start": "5", "line_end": "5"} | changes.get("first", {}),
        {"recommendation_id": "r-2", "source_id": "s", "line_start": "7", "line_end": "8"} | changes.get("second", {}),
    ]
    return write_package(folder / "package", tables, package.descriptor), folder


def test_recommendation_leads_to_its_lines(tmp_path: Path) -> None:
    passage = trace(*_ordered(paper(tmp_path), "r-2"))
    assert (passage.line_start, passage.lines) == (7, ("2. Опубликовать", "рейтинг."))


def _ordered(made: tuple[Package, Path], name: str) -> tuple[Package, str, Path]:
    return made[0], name, made[1]


def test_another_file_is_not_quoted(tmp_path: Path) -> None:
    made = paper(tmp_path)
    (tmp_path / "paper.txt").write_text(PAPER + "!", "utf-8")
    with pytest.raises(SetupError) as caught:
        trace(*_ordered(made, "r-2"))
    assert caught.value.key == "trace.another-file"


def test_unknown_recommendation_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        trace(*_ordered(paper(tmp_path), "r-3"))


def test_covered_paper_has_no_fault(tmp_path: Path) -> None:
    assert check_sources(*paper(tmp_path)) == []


@pytest.mark.parametrize(
    ("row", "change", "faults"),
    [
        ("source", {"sha256": "0" * 64}, ["hash"]),
        ("source", {"file_name": "other.txt"}, ["missing-file"]),
        ("second", {"line_end": "99"}, ["range", "outside"]),
        ("second", {"line_start": "6"}, ["blank-edge"]),
        ("second", {"line_end": "7"}, ["uncovered"]),
        ("first", {"line_end": "7"}, ["covered-twice"]),
        ("first", {"line_start": "3"}, ["outside", "covered-twice"]),
        ("part", {"kind": "section_heading"}, ["no-part"]),
        ("heading", {"line_start": "3", "line_end": "3"}, ["outside", "uncovered"]),
    ],
)
def test_each_disagreement_is_found(row: str, change: dict[str, str], faults: list[str], tmp_path: Path) -> None:
    assert [fault.key for fault in check_sources(*paper(tmp_path, **{row: change}))] == faults


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the papers do not lie beside this clone")
def test_curated_rows_agree_with_the_papers() -> None:
    assert check_sources(curated().package(), SOURCES) == []


def test_every_event_has_recommendations_and_one_recommending_part() -> None:
    package: Any = curated().package()
    events = {row["event_id"] for row in read_csv(package.resource("events").path)}
    assert {row["event_id"] for row in read_csv(package.resource("recommendations").path)} == events
    parts = [row for row in read_csv(package.resource("passages").path) if row["kind"] == "recommending_part"]
    assert len(parts) == len(events) == 5
