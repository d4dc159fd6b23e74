"""The house: imports go strictly down the layers, and there is no cycle."""

from __future__ import annotations

import ast
from pathlib import Path

import resopen

SOURCE = Path(resopen.__file__).parent
LAYERS = {
    "errors": 1,
    "messages": 2,
    "schema": 2,
    "tables": 3,
    "engine": 3,
    "validation": 4,
    "judges": 4,
    "values": 4,
    "opening": 4,
    "describe": 5,
    "catalogue": 5,
    "dictionary": 5,
    "diff_command": 6,
    "differences": 5,
    "formats": 5,
    "html_report": 5,
    "frames": 5,
    "normalization": 5,
    "printing": 5,
    "reasons": 1,
    "publishing": 5,
    "release_commands": 6,
    "sarif": 5,
    "trace": 5,
    "api": 6,
    "command_tree": 6,
    "commands": 6,
    "computed_frames": 6,
    "computed_tables": 5,
    "computing": 5,
    "evidence": 4,
    "indicator_commands": 6,
    "indicator_report": 5,
    "indicators": 4,
    "suppression": 4,
    "rank_command": 6,
    "ranking": 4,
    "ranking_report": 5,
    "ranking_rows": 5,
    "ranking_sheets": 5,
    "ranking_words": 5,
    "runs": 6,
    "terminal": 5,
    "upkeep": 6,
    "usage": 5,
    "cli": 6,
    "__main__": 7,
}


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Return the modules of this package that a file imports, wherever in the file it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name for name in found if name.startswith("resopen.")}


def modules() -> dict[str, set[str]]:
    paths = {module_name(path): path for path in SOURCE.rglob("*.py")}
    return {
        name: {other for other in imports(path) if other in paths and other != name and not name.startswith(other)}
        for name, path in paths.items()
    }


def layer(name: str) -> int:
    return LAYERS[name.split(".")[1]]


def test_every_module_has_a_layer() -> None:
    assert {name.split(".")[1] for name in modules() if "." in name} == set(LAYERS)


def test_imports_never_go_up() -> None:
    for name, others in modules().items():
        for other in others:
            if "." in name and other.split(".")[1] != name.split(".")[1]:
                assert layer(other) <= layer(name), f"{name} imports {other}"


def test_modules_have_no_cycle() -> None:
    graph = modules()
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for other in graph[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_imports_of_this_package_stand_at_the_top_of_a_module() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                inner = [item for item in ast.walk(node) if isinstance(item, ast.ImportFrom)]
                assert not [item for item in inner if (item.module or "").startswith("resopen")], f"{path}: {node.name}"
