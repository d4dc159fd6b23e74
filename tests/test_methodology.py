"""A methodology file that is wrong, or means nothing, is refused by its file and key."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from resopen.errors import DefinitionError
from resopen.messages import load_messages
from resopen.schema.methodology_file import load_methodology
from tests.packages import ROOT

FILES = sorted((ROOT / "schema" / "methodology").glob("*.toml"))
TAI = (ROOT / "schema" / "methodology" / "tai-2001.toml").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_methodology_loads_under_its_own_name(path: Path) -> None:
    assert load_methodology(path).id == path.stem


@pytest.mark.parametrize(
    ("old", "new", "fault", "key"),
    [
        ('order = "descending"\n', "", "missing-key", "result.order"),
        ('order = "descending"', 'order = "upwards"', "unknown-value", "result.order"),
        ("tolerance = 1e-9", 'tolerance = "little"', "wrong-kind", "result.tolerance"),
        ("tolerance = 1e-9", "tolerence = 1e-9", "missing-key", "result.tolerance"),
        ('period = "2001"\n\n[groups]', 'period = "2001"\nperiode = "2001"\n\n[groups]', "unknown-key", "periode"),
        ('weight = "1/8"', 'weight = "1/7"', "weights-do-not-sum", "tai.weight"),
        ('weight = "1/8"', 'weight = "an eighth"', "unknown-value", "indicators[0].weight"),
        ('parent = "tai"', 'parent = "tia"', "no-such-node", "patents.parent"),
        ('id = "patents"', 'id = "royalties"', "repeated-name", "royalties"),
        ('parent = ""', 'parent = "tai"', "one-root", "nodes"),
        ("best = 994", "best = 0", "unknown-value", "indicators[0].normalise.best"),
        ("clip = true", "clp = true", "missing-key", "indicators[0].normalise.clip"),
        ('method = "goalposts"', 'method = "goal"', "unknown-value", "indicators[0].normalise.method"),
        ('[leaves]\nparent = "tai"', '[leaves]\nparrent = "tai"', "unknown-key", "leaves.parrent"),
        ('aggregate = "arithmetic"', 'aggregate = "generalised"', "missing-key", "nodes[0].power"),
        ("interval = [5, 95]", "interval = [95, 5]", "unknown-value", "uncertainty.interval"),
        ("aggregators = { tai", "aggregators = { tia", "no-such-node", "uncertainty.aggregators.tia"),
        ('treatment = "none"', 'treatment = "winsorise"', "missing-key", "indicators[0].treatment.skewness"),
        ("runs = 1000", "runs = 0", "unknown-value", "uncertainty.runs"),
    ],
)
def test_wrong_file_is_refused_by_its_key(old: str, new: str, fault: str, key: str, tmp_path: Path) -> None:
    assert old in TAI
    file = tmp_path / "method.toml"
    file.write_text(TAI.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as error:
        load_methodology(file)
    assert (error.value.key, error.value.details["key"]) == (f"definition.{fault}", key)
    for language in ("ru", "en"):
        text = load_messages("ru" if language == "ru" else "en").text(f"errors.{error.value.key}", error.value.details)
        assert "{" not in text


@pytest.mark.parametrize(
    ("normalise", "fault"),
    [
        ('"share-of-maximum"', "reversed-share"),
        ("{ method = 'z-score', mean = 0, deviation = 1 }", "z-score-in-a-product"),
    ],
)
def test_combination_without_a_meaning_is_refused(normalise: str, fault: str, tmp_path: Path) -> None:
    wrong = TAI.replace('aggregate = "arithmetic"', 'aggregate = "geometric"').replace(
        'normalise = { method = "goalposts", worst = 0, best = 994, clip = true }',
        f'normalise = {normalise}\ndirection = "down"',
    )
    (tmp_path / "method.toml").write_text(wrong, "utf-8")
    with pytest.raises(DefinitionError, match=fault):
        load_methodology(tmp_path / "method.toml")


def test_weights_are_exact_fractions() -> None:
    method = load_methodology(ROOT / "schema" / "methodology" / "tai-2001.toml")
    assert sum((leaf.weight for leaf in method.leaves), Fraction()) == 1
    assert method.leaves[0].weight == Fraction(1, 8)
