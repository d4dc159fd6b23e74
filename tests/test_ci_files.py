"""The hooks, the GitHub action and their documentation: what they name is there and does what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packages import ROOT

Done = subprocess.CompletedProcess[str]

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
DOCS = {name: (ROOT / "docs" / name).read_text("utf-8") for name in ("ci.md", "ci.ru.md")}
BLOCKS = {name: re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) for name, text in DOCS.items()}
DESCRIPTOR = (
    '{"name": "p", "resources": [{"name": "t", "path": "t.csv", "schema": {"fields": ['
    '{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}}]}'
)

needs_bash = pytest.mark.skipif(not shutil.which("bash") or os.name == "nt", reason="needs bash")
needs_git = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an interpreter of its own that knows this package even when it runs isolated."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    purelib = Path(sysconfig.get_path("purelib", "venv", {"base": str(venv), "installed_base": str(venv)}))
    purelib.joinpath("here.pth").write_text(f"{ROOT / 'src'}\n{sysconfig.get_path('purelib')}\n", "utf-8")
    script = venv / "bin" / "resopen"
    script.write_text(f"#!/bin/sh\nexec '{venv / 'bin' / 'python'}' -m resopen \"$@\"\n", "utf-8")
    script.chmod(0o755)
    return venv / "bin" / "python"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository with a valid package in data/ and tables of their own in tables/."""
    folder = tmp_path / "repository"
    files = {
        "data/datapackage.json": DESCRIPTOR,
        "data/t.csv": "a,b\n1,x\n",
        "tables/good.csv": "a,b\n1,x\n",
        "tables/-x y.csv": "a,b\n2,y\n",
        "schema.json": '{"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}',
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return folder


def documented_hooks() -> list[dict[str, Any]]:
    """Return the hooks of the documentation's configuration, over those of the manifest."""
    (config,) = (yaml.safe_load(block) for block in BLOCKS["ci.md"] if "repos:" in block)
    return [HOOKS[hook["id"]] | hook for hook in config["repos"][0]["hooks"]]


@needs_git
def test_manifest_of_hooks_is_one_that_pre_commit_accepts() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


@needs_git
@needs_bash
def test_hooks_of_the_documentation_pass_good_data_and_stop_bad(repository: Path, python: Path) -> None:
    # pre-commit would install the package for each run; here it finds the installed one.
    hooks = [hook | {"language": "system"} for hook in documented_hooks()]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PRE_COMMIT_HOME": str(repository.parent / "home"), "LC_ALL": "C.UTF-8"}

    def run() -> Done:
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose", "--color=never"]
        return subprocess.run(command, cwd=repository, capture_output=True, text=True, env=environment)

    good = run()
    assert (good.returncode, good.stdout.count("No errors. ")) == (0, 2), good.stdout
    assert "2 tables and 2 rows were checked." in good.stdout
    (repository / "data" / "t.csv").write_text("a,b\nx,x\n", "utf-8")
    (repository / "tables" / "-x y.csv").write_text("a,b\n1\n", "utf-8")
    bad = run()
    assert bad.returncode == 1
    assert "t · type · 1 issue" in bad.stdout
    assert "-x y · missing-cells · 1 issue" in bad.stdout


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in ACTION["runs"]["steps"] if step["id"] == name)
    return found


def run_action(python: Path, folder: Path, **inputs: str) -> Done:
    """Run the step of the action that judges, with its inputs as the runner gives them."""
    values = {f"inputs.{name}": node["default"] for name, node in ACTION["inputs"].items()}
    values |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    values |= {"steps.install.outputs.python": str(python), "runner.temp": str(folder.parent)}
    environment = {
        name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found.group(1)], str(text))
        for name, text in step("validate")["env"].items()
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("validate")["run"]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | environment)


@needs_bash
def test_action_marks_the_lines_of_all_packages_named(repository: Path, python: Path) -> None:
    good = run_action(python, repository, package="data/datapackage.json\n")
    assert (good.returncode, good.stdout) == (0, "")
    (repository / "tables" / "good.csv").write_text("a,b\n1\n", "utf-8")
    bad = run_action(python, repository, package="tables/good.csv\r\n\ndata\n", schema="")
    assert bad.returncode == 1
    assert bad.stdout.startswith("::error file=tables/good.csv,line=2,title=good missing-cells::Cells in the row: 1;")
    russian = run_action(python, repository, package="tables/good.csv", language="ru")
    assert "Ячеек в строке" in russian.stdout


@needs_bash
def test_action_writes_the_report_to_a_file_and_passes_its_other_inputs(repository: Path, python: Path) -> None:
    (repository / "tables" / "good.csv").write_text("a,b\nx,y\n", "utf-8")
    done = run_action(
        python, repository, package="tables/good.csv", schema="schema.json", format="html", output="a b.html"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "1 error, 0 warnings" in (repository / "a b.html").read_text("utf-8")
    (repository / "tables" / "good.csv").write_text("a,b\n1,y \n", "utf-8")
    wrong = run_action(python, repository, fail_on="nothing")
    assert (wrong.returncode, "--fail-on" in wrong.stdout) == (2, True)


@needs_bash
@pytest.mark.parametrize(
    "value",
    ["$(touch pwned)", "`touch pwned`", "; touch pwned;", '"; touch pwned; "', "--help", "data\n$(touch pwned)"],
)
def test_no_input_of_the_action_becomes_a_command(value: str, repository: Path, python: Path) -> None:
    for name in ("package", "schema", "format", "fail_on", "language", "output"):
        run_action(python, repository, **{name: value})
        assert not (repository / "pwned").exists()


@needs_bash
def test_action_imports_nothing_from_the_checked_repository(repository: Path, python: Path) -> None:
    for name in ("resopen", "secrets", "click", "encodings", "sitecustomize"):
        (repository / f"{name}.py").write_text("open('pwned', 'w')\n", "utf-8")
    assert run_action(python, repository, package="data").returncode == 0
    assert not (repository / "pwned").exists()
    for name in ("install", "validate"):
        calls = re.findall(r'"\$(?:PYTHON|python)" (\S+)', step(name)["run"])
        assert set(calls) == {"-I"}


@needs_bash
def test_what_a_cell_says_to_the_runner_is_printed_with_commands_stopped(repository: Path, python: Path) -> None:
    (repository / "tables" / "good.csv").write_text("a,b\n##[add-mask]x,y\n", "utf-8")
    for form in ("text", "json", "csv"):
        lines = run_action(
            python, repository, package="tables/good.csv", schema="schema.json", format=form
        ).stdout.splitlines()
        assert lines[0].startswith("::stop-commands::")
        assert lines[-1] == f"::{lines[0].removeprefix('::stop-commands::')}::"
        assert any("##[add-mask]" in line for line in lines[1:-1])
    errors = run_action(python, repository, package="::add-mask::x").stdout.splitlines()
    assert errors[0].startswith("::stop-commands::")
    assert "::add-mask::x" in errors[1]


def test_scripts_of_the_action_hold_no_expression_and_use_every_input() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert not [script for script in scripts if "${{" in script]
    named = {
        name for name in ACTION["inputs"] if f"${{{{ inputs.{name} }}}}" in (ROOT / "action.yml").read_text("utf-8")
    }
    assert named == set(ACTION["inputs"])
    for item in ACTION["runs"]["steps"]:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", item.get("uses", "a@" + "0" * 40))
        for name in item.get("env", {}) if "run" in item else ():
            assert f"${name}" in item["run"] or f"${{{name}" in item["run"], name


def test_every_input_is_documented_in_both_languages_with_its_default() -> None:
    for text in DOCS.values():
        rows = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| ([^|]*) \|$", text, re.MULTILINE))
        assert set(rows) == set(ACTION["inputs"])
        for name, node in ACTION["inputs"].items():
            assert not node["default"] or rows[name] == f"`{node['default']}`"


def test_examples_are_the_same_in_both_languages_and_name_what_is_there() -> None:
    english, russian = ([yaml.safe_load(block) for block in BLOCKS[name]] for name in ("ci.md", "ci.ru.md"))
    assert english == russian
    steps = [item for block in english for job in block.get("jobs", {}).values() for item in job["steps"]]
    ours = [item for item in steps if item.get("uses", "").startswith("OWNER/resopen@")]
    assert len(ours) == 3
    assert {name for item in ours for name in item["with"]} <= set(ACTION["inputs"])
    (config,) = (block for block in english if "repos" in block)
    assert {hook["id"] for hook in config["repos"][0]["hooks"]} == set(HOOKS)


@needs_bash
def test_command_of_the_gitlab_example_writes_the_report_it_names(repository: Path, python: Path) -> None:
    (job,) = (yaml.safe_load(block)["data"] for block in BLOCKS["ci.md"] if "junit" in block)
    environment = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["bash", "-ec", job["script"][-1]], cwd=repository, env=environment, check=True)
    report = repository / job["artifacts"]["reports"]["junit"]
    assert report.read_text("utf-8").startswith("<?xml")
